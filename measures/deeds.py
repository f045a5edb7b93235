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
# Its subject is an outage of the portal, its step the outage's revision, its occurrence where a slice begins.
DUE_EXTEND_OBSERVATIONS = 318
OF_ANSWERING = (DUE_PERIOD_END, DUE_HEARING)
OF_DECISION = (DUE_DECISION_SOON, DUE_LAPSE)
OF_CASE = (DUE_NOTICE_UNREAD, DUE_DECISION_UNREAD, *OF_ANSWERING, *OF_DECISION, DUE_START, DUE_END)

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
