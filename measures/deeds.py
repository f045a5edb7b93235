"""The numbers other rows carry for ever: journal codes, e-mail kinds and deadline kinds of this room."""

from portal.core import journal

# --- journal: the barème (300–309) --------------------------------------------
BAREME_DRAFTED = journal.code(
    300,
    "bareme_drafted",
    "{actor} a préparé la version « {code} » du barème, à partir de « {copied} ».",
    shown_to_claimant=False,
)
BAREME_PUBLISHED = journal.code(
    301,
    "bareme_published",
    "{actor} a publié la version « {code} » du barème, en vigueur à partir du {from}. {closes}",
    shown_to_claimant=False,
)
BAREME_WITHDRAWN = journal.code(
    302,
    "bareme_withdrawn",
    "{actor} a retiré la version « {code} » du barème. Raison : {reason} {reopens}",
    shown_to_claimant=False,
)
BAREME_DROPPED = journal.code(
    303,
    "bareme_dropped",
    "{actor} a supprimé le brouillon « {code} » du barème.",
    shown_to_claimant=False,
)

# --- journal: the contradictory procedure (310–349) ------------------------------
REFERRED = journal.code(
    310, "case_referred", "{actor} a demandé un examen de votre situation ({ref}). Rien n’est décidé."
)
TAKEN = journal.code(311, "case_taken", "{actor} examine votre situation ({ref}). Rien n’est décidé.")
HANDED_OVER = journal.code(312, "case_handed_over", "{actor} a confié la procédure {ref} à {to}. {reason}")
CLOSED = journal.code(313, "case_closed", "{actor} a clos la procédure {ref} sans aucune mesure.")
NOTICE_PREPARED = journal.code(
    314,
    "notice_prepared",
    "{actor} a préparé la lettre d’information de la procédure {ref}.",
    shown_to_claimant=False,
)
NOTICE_SENT = journal.code(
    315, "notice_sent", "{actor} vous a envoyé la lettre d’information de la procédure {ref}."
)
NOTICE_RECEIVED = journal.code(
    316,
    "notice_received",
    "La lettre d’information de la procédure {ref} est reçue ({how}). Vous pouvez répondre jusqu’au {until}.",
)
NOTICE_UNREAD = journal.code(
    317,
    "notice_unread",
    "La procédure {ref} n’est pas encore ouverte : une lettre et un appel sont demandés.",
)
OBSERVED = journal.code(318, "observations_filed", "{actor} a envoyé des observations ({ref}).")
HEARING_ASKED = journal.code(319, "hearing_asked", "{actor} a demandé à être entendu ({ref}).")
HEARING_FIXED = journal.code(320, "hearing_fixed", "{actor} a fixé l’audition ({ref}) le {when}.")
HEARING_HELD = journal.code(321, "hearing_held", "{actor} a noté l’audition du {when} ({ref}).")
HEARING_DROPPED = journal.code(
    322, "hearing_dropped", "L’audition ({ref}) n’a pas lieu : {reason} Rien ne vous est reproché."
)
ASSISTANT_NAMED = journal.code(
    323, "assistant_named", "{actor} a noté qui vous assiste à l’audition ({ref})."
)
PERIOD_ENDED = journal.code(
    324,
    "observation_period_ended",
    "Le délai pour répondre est fini ({ref}). Vous pouvez encore écrire jusqu’à la décision.",
)
PERIOD_EXTENDED = journal.code(
    325,
    "observation_period_extended",
    "Le portail a été interrompu\u00a0: le délai pour répondre ({ref}) est prolongé jusqu’au {until}.",
)
# What is only prepared is told to nobody by halves: the person reads a decision, never the news of one.
DECIDED = journal.code(
    326,
    "case_decided",
    "{actor} a préparé une décision ({ref}). Elle n’est pas encore envoyée.",
    shown_to_claimant=False,
)
READ_SECOND = journal.code(
    327,
    "decision_read_second",
    "{actor} a relu la décision de la procédure {ref}\u00a0: {outcome}.",
    shown_to_claimant=False,
)
SET_ASIDE = journal.code(
    328,
    "decision_set_aside",
    "La décision préparée ({ref}) est écartée avant l’envoi. {reason}",
    shown_to_claimant=False,
)
DECISION_SENT = journal.code(329, "decision_sent", "{actor} vous a envoyé la décision de la procédure {ref}.")
NOTIFIED = journal.code(
    330, "decision_notified", "La décision de la procédure {ref} est reçue ({how}), le {when}."
)
IN_FORCE = journal.code(331, "measure_began", "La mesure de la procédure {ref} commence.")
EXPIRED = journal.code(332, "measure_ended", "La mesure de la procédure {ref} est finie.")
LAPSED = journal.code(
    333,
    "case_lapsed",
    "La procédure {ref} est close en votre faveur\u00a0: aucune décision n’est arrivée à temps.",
)
WITHDRAWN = journal.code(
    334, "case_withdrawn", "{actor} a retiré la procédure {ref}. Elle n’a aucune conséquence."
)
ANNULLED = journal.code(
    335, "case_annulled", "La procédure {ref} est annulée\u00a0: ce qui la fondait a été corrigé."
)
DECISION_UNREAD = journal.code(
    336,
    "decision_unread",
    "La décision {ref} n’est pas encore ouverte : une lettre et un appel sont demandés.",
)

# --- journal: liftings, appeals and their effects (350–379) -------------------------
WINDOW_OPENED = journal.code(
    350, "appeal_window_opened", "Vous pouvez agir contre la décision {case} jusqu’au {until} ({ref})."
)
WINDOW_RESUMED = journal.code(
    351,
    "appeal_window_resumed",
    "Votre délai pour agir contre la décision {case} repart en entier : jusqu’au {until} ({ref}).",
)
WINDOW_LONGER = journal.code(
    352,
    "appeal_window_longer",
    "Votre délai pour agir ({ref}) est plus long : jusqu’au {until}. Raison : {reason}.",
)
WINDOW_OVER = journal.code(
    353, "appeal_window_over", "Le délai pour agir est fini ({ref}). D’autres voies restent ouvertes."
)
WINDOW_UNLIMITED = journal.code(
    354,
    "appeal_window_unlimited",
    "{actor} a noté que la décision {case} ne disait pas vos recours : aucun délai ne court ({ref}).",
)
GRACIOUS_FILED = journal.code(355, "gracious_filed", "{actor} a déposé un recours gracieux ({ref}). {note}")
GRACIOUS_ANSWERED = journal.code(
    356, "gracious_answered", "{actor} a répondu au recours gracieux ({ref}) : {verdict}."
)
GRACIOUS_RECEIVED = journal.code(
    357, "gracious_answer_received", "La réponse au recours gracieux ({ref}) est reçue ({how})."
)
GRACIOUS_IMPLICIT = journal.code(
    358,
    "gracious_refused_by_silence",
    "Personne n’a répondu à temps au recours gracieux ({ref}). Ce silence vaut refus.",
)
ANSWER_UNREAD = journal.code(
    359,
    "gracious_answer_unread",
    "La réponse au recours gracieux ({ref}) n’est pas encore ouverte : une lettre et un appel sont demandés.",
)
MEDIATION_FILED = journal.code(
    360, "mediation_filed", "{actor} a noté une demande de médiation du {day} ({ref}). {note}"
)
MEDIATION_BEGUN = journal.code(361, "mediation_begun", "{actor} a noté le début de la médiation ({ref}).")
MEDIATION_ENDED = journal.code(
    362, "mediation_ended", "{actor} a noté la fin de la médiation le {day} ({ref}) : {state}."
)
COURT_READY = journal.code(363, "court_file_made", "{actor} a préparé le dossier pour le tribunal ({ref}).")
COURT_FILED = journal.code(
    364, "court_filed", "{actor} a noté le dépôt d’un recours au tribunal le {day} ({ref})."
)
COURT_JUDGED = journal.code(365, "court_judged", "{actor} a noté le jugement du {day} ({ref}) : {state}.")
STAY_NOTED = journal.code(
    366, "stay_noted", "{actor} a noté que la mesure n’est pas appliquée à partir du {day}, par {by} ({ref})."
)
STAY_ENDED = journal.code(
    367, "stay_ended", "{actor} a noté que la mesure est de nouveau appliquée à partir du {day} ({ref})."
)
EFFECT_DONE = journal.code(368, "effect_done", "{actor} a fait ce qui vous était dû ({ref}) : {what}")
LIFT_ASKED = journal.code(369, "lift_asked", "{actor} a demandé la levée de la mesure ({ref}).")
LIFTED = journal.code(370, "lifted", "{actor} a levé la mesure à partir du {day} ({ref}).")
LIFT_REFUSED = journal.code(371, "lift_refused", "{actor} a refusé de lever la mesure ({ref}).")
LIFT_RECEIVED = journal.code(
    372, "lift_refusal_received", "Le refus de lever la mesure ({ref}) est reçu ({how})."
)
LIFT_UNREAD = journal.code(
    373,
    "lift_refusal_unread",
    "La réponse sur la levée ({ref}) n’est pas encore ouverte : une lettre et un appel sont demandés.",
)
WON = journal.code(374, "appeal_won", "La décision {case} est annulée après votre recours ({ref}).")
REFORMED = journal.code(
    375, "measure_reformed", "La mesure {case} est réduite après votre recours ({ref}) : {measure}."
)
# --- deadlines (310–349): their subject is the case ----------------------------------
DUE_NOTICE_UNREAD = 310
# Its occurrence is the second at which the period ends: an outage moves it.
DUE_PERIOD_END = 311
DUE_HEARING = 312
DUE_DECISION_SOON = 313
DUE_LAPSE = 314
DUE_START = 315
DUE_END = 316
DUE_DECISION_UNREAD = 317
# Its step counts the weeks in which nobody took it.
DUE_EXAMINE = 319
# Its subject is an outage of the portal, its step the outage's revision, its occurrence where a slice begins.
DUE_EXTEND_OBSERVATIONS = 318
OF_ANSWERING = (DUE_PERIOD_END, DUE_HEARING)
OF_DECISION = (DUE_DECISION_SOON, DUE_LAPSE)
OF_CASE = (
    DUE_EXAMINE,
    DUE_NOTICE_UNREAD,
    DUE_DECISION_UNREAD,
    *OF_ANSWERING,
    *OF_DECISION,
    DUE_START,
    DUE_END,
)

# --- deadlines (350–369): of the time to act (the appeal), of a gracious appeal, of a lifting, of an effect -
# Their occurrence is the second at which the time ends: it starts anew, and grows.
DUE_WINDOW_END = 350
# Its step is how many days are left.
DUE_WINDOW_SOON = 351
DUE_IMPLICIT = 352
DUE_ANSWER_SOON = 353
DUE_ANSWER_UNREAD = 354
DUE_LIFT_ANSWER = 355
DUE_LIFT_UNREAD = 356
DUE_EFFECT = 357
# As `DUE_EXTEND_OBSERVATIONS`.
DUE_EXTEND_WINDOWS = 358
OF_WINDOW = (DUE_WINDOW_END, DUE_WINDOW_SOON)
OF_GRACIOUS = (DUE_IMPLICIT, DUE_ANSWER_SOON, DUE_ANSWER_UNREAD)
OF_LIFT = (DUE_LIFT_ANSWER, DUE_LIFT_UNREAD)
# --- e-mails (310–349): their subject is the case, but where another is named ----------
MAIL_NOTICE = 310
# On paper alone: what somebody has not opened may reach them so.
MAIL_NOTICE_UNREAD = 311
# The observations; the hearing, whose occurrence is how often it was fixed.
MAIL_OBSERVATIONS = 312
MAIL_HEARING_ASKED = 313
MAIL_HEARING_FIXED = 314
# Its subject is the decision.
MAIL_DECISION = 315
MAIL_DECISION_UNREAD = 316
MAIL_CLOSED = 317
MAIL_LAPSED = 318
MAIL_WITHDRAWN = 319
MAIL_ANNULLED = 320
# Its subject is the extension.
MAIL_DAYS_GIVEN = 321
# One a person and day, however many cases: the occurrence is the day.
MAIL_DECISIONS_SOON = 330
MAIL_TO_EXAMINE = 331
# --- e-mails (350–369) -----------------------------------------------------------------
# Their subject is the gracious appeal.
MAIL_GRACIOUS_RECEIPT = 350
MAIL_GRACIOUS_ANSWER = 351
MAIL_ANSWER_UNREAD = 352
MAIL_IMPLICIT = 353
# The appeal: its occurrence is the second at which the time ends, its step how many days are left.
MAIL_WINDOW_SOON = 354
MAIL_WINDOW_LONGER = 355
# The mediation, asked or over.
MAIL_MEDIATION_RECEIPT = 356
MAIL_MEDIATION_ENDED = 357
# The court's row, declared or judged.
MAIL_COURT_RECEIPT = 358
MAIL_JUDGED = 359
# The lifting.
MAIL_LIFT_RECEIPT = 360
MAIL_LIFTED = 361
MAIL_LIFT_REFUSED = 362
MAIL_LIFT_UNREAD = 363
# The effect.
MAIL_EFFECT_DONE = 364
# One a person and day, as `MAIL_DECISIONS_SOON`.
MAIL_ANSWERS_SOON = 365
MAIL_EFFECTS_OF_REGION = 368
# One an agency, supervisor and day.
MAIL_EFFECTS_LATE = 366
# The stay, noted or ended.
MAIL_STAY = 367
