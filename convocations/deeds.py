"""The numbers other rows carry for ever: journal codes, e-mail kinds and deadline kinds of this room."""

from portal.core import journal

# --- journal (100–199) --------------------------------------------------------
ISSUED = journal.code(100, "convocation_issued", "{actor} a fixé le rendez-vous {ref} ({what}) le {when}.")
CONSULTED = journal.code(
    101, "convocation_consulted", "{actor} a ouvert le rendez-vous {ref} pour la première fois."
)
ACKNOWLEDGED = journal.code(
    102, "convocation_acknowledged", "{actor} a accusé réception du rendez-vous {ref}."
)
ANSWERED = journal.code(103, "invitation_answered", "{actor} a répondu à l’invitation {ref} : {answer}.")
CANCELLED = journal.code(
    104, "convocation_cancelled", "{actor} a annulé le rendez-vous {ref}. Raison : {reason}"
)
MOVED = journal.code(
    105, "convocation_moved", "{actor} a déplacé le rendez-vous {ref}, remplacé par {successor}."
)
RECORDED = journal.code(
    106, "attendance_recorded", "{actor} a enregistré pour le rendez-vous {ref} : {outcome}."
)
REOPENED = journal.code(
    107, "attendance_reopened", "{actor} a corrigé l’enregistrement du rendez-vous {ref}. {reason}"
)
REASSIGNED = journal.code(
    108, "work_reassigned", "{actor} a confié {what} {ref} à {advisor}. Raison : {reason}"
)
LETTER_NOTED = journal.code(
    109, "letter_noted", "{actor} a noté pour le rendez-vous {ref} : {fact}, le {when}."
)
CALLED = journal.code(110, "call_tried", "{actor} vous a appelé au sujet du rendez-vous {ref} : {outcome}.")
EXPIRED = journal.code(
    111, "invitation_expired", "L’invitation {ref} est passée sans réponse. Rien ne vous est reproché."
)
RECORD_LATE = journal.code(
    112,
    "record_late",
    "Présence au rendez-vous {ref} non enregistrée à temps : responsable d’agence prévenu.",
)

ABSENCE_OPENED = journal.code(
    120, "absence_opened", "{actor} a enregistré une absence ({ref}). Rien n’est décidé."
)
ABSENCE_EXPLAINED = journal.code(
    121, "absence_explained", "{actor} a donné une explication pour l’absence {ref}."
)
ABSENCE_DECIDED = journal.code(122, "absence_decided", "{actor} a décidé pour l’absence {ref} : {outcome}.")
ABSENCE_CLOSED = journal.code(
    123,
    "absence_closed_by_rule",
    "L’absence {ref} est close en votre faveur : aucune décision n’a été prise à temps.",
)
ABSENCE_ANNULLED = journal.code(
    124, "absence_annulled", "{actor} a annulé l’absence {ref}. Raison : {reason}"
)
PERIOD_ENDED = journal.code(
    125,
    "explanation_period_ended",
    "La période pour expliquer l’absence {ref} est finie. Vous pouvez encore répondre.",
)
DECISION_LATE = journal.code(
    126, "decision_late", "Décision sur l’absence {ref} en retard : responsable d’agence prévenu."
)
PERIOD_EXTENDED = journal.code(
    127,
    "explanation_period_extended",
    "Le portail a été interrompu\u00a0: le délai pour expliquer l’absence {ref} est prolongé jusqu’au {until}.",
)
REFERRAL_TAKEN_BACK = journal.code(
    128,
    "referral_taken_back",
    "La transmission de l’absence {ref} est retirée : le délai pour l’expliquer n’était pas fini.",
)
ABSENCE_COUNTS_NO_MORE = journal.code(
    129,
    "absence_counts_no_more",
    "L’absence {ref} ne compte plus : la décision prise après elle est annulée.",
)

REVIEWED = journal.code(140, "justificatif_reviewed", "{actor} a examiné le justificatif {ref} : {outcome}.")
PUT_FORWARD = journal.code(
    141, "justificatif_sent", "{actor} a joint le document {document} à l’absence {ref}."
)
PUT_FORWARD_FOR_REQUEST = journal.code(
    143, "justificatif_sent_for_request", "{actor} a joint le document {document} à la demande {ref}."
)
COMPLETION_EXTENDED = journal.code(
    142,
    "completion_extended",
    "Le portail a été interrompu\u00a0: le délai pour compléter le justificatif {ref} est prolongé jusqu’au {until}.",
)

REQUESTED = journal.code(
    150, "change_requested", "{actor} a demandé {what} pour le rendez-vous {appointment} ({ref})."
)
REQUEST_NOTED = journal.code(
    151,
    "change_request_noted",
    "{actor} a noté votre demande faite {channel} : {what} pour le rendez-vous {appointment} ({ref}).",
)
REQUEST_GRANTED_BY_RULE = journal.code(
    152, "request_granted_by_rule", "La demande {ref} est acceptée par la règle « {rule} »."
)
REQUEST_DECIDED = journal.code(153, "request_decided", "{actor} a répondu à la demande {ref} : {outcome}.")
REQUEST_DOCS_ASKED = journal.code(
    154, "request_documents_asked", "{actor} a demandé des documents pour la demande {ref}."
)
REQUEST_DOCS_SENT = journal.code(
    155, "request_documents_sent", "{actor} a envoyé des documents pour la demande {ref}."
)
REQUEST_DOCS_EXTENDED = journal.code(
    149,
    "request_documents_extended",
    "Le portail a été interrompu\u00a0: le délai pour envoyer les documents de la demande {ref} est prolongé "
    "jusqu’au {until}.",
)
REQUEST_ENDED = journal.code(156, "request_ended", "La demande {ref} est {outcome}.")
REQUEST_CORRECTED = journal.code(
    157, "request_corrected", "{actor} a corrigé ce qui a été noté de la demande {ref}."
)
REQUEST_LATE = journal.code(
    158, "request_late", "Réponse à la demande {ref} en retard : responsable d’agence prévenu."
)
REQUEST_READ = journal.code(159, "request_read", "{actor} a ouvert la demande {ref}.")
# --- where hours come from (160–169)
DISPLACED = journal.code(
    160,
    "appointment_to_move",
    "Le rendez-vous {ref} ne pourra pas avoir lieu comme prévu\u00a0: {why}. Il vous sera proposé une autre date.",
)
HOLDS_AGAIN = journal.code(
    161, "appointment_holds_again", "Le rendez-vous {ref} peut de nouveau avoir lieu comme prévu."
)
# --- a person's own calendar (170–174)
FEED_OPENED = journal.code(170, "calendar_feed_opened", "{actor} a créé l’adresse privée de votre agenda.")
FEED_RENEWED = journal.code(
    171,
    "calendar_feed_renewed",
    "{actor} a remplacé l’adresse privée de votre agenda. L’ancienne ne marche plus.",
)
FEED_CLOSED = journal.code(
    172, "calendar_feed_closed", "{actor} a arrêté l’agenda privé. Son adresse ne marche plus."
)

# Who follows whom, and calls that were asked for.
CALL_BACK_ASKED = journal.code(
    175, "call_back_asked", "{actor} a demandé à être rappelé ({ref})\u00a0: {topic}."
)
CALL_BACK_WITHDRAWN = journal.code(176, "call_back_withdrawn", "{actor} a retiré la demande de rappel {ref}.")
CALLED_BACK = journal.code(177, "called_back", "{actor} vous a rappelé ({ref})\u00a0: {outcome}.")
CALL_BACK_LATE = journal.code(
    180, "call_back_late", "Personne n’a encore rappelé à temps ({ref})\u00a0: responsable d’agence prévenu."
)
FOLLOW_UP_DONE = journal.code(178, "follow_up_done", "{actor} a noté pour votre suivi\u00a0: {what}. {note}")
FIRST_INTERVIEW_LATE = journal.code(
    179, "first_interview_late", "Premier entretien pas encore fixé\u00a0: responsable d’agence prévenu."
)

# --- deadlines (100–199) ------------------------------------------------------
DUE_REMINDER = 100
DUE_UNREAD = 101
DUE_ENDED = 102
DUE_INVITATION_EXPIRY = 103
DUE_RECORD = 104
DUE_EXPLANATION_END = 120
DUE_DECISION = 121
DUE_ABSENCE_CLOSE = 122
# Their subject is an outage of the portal, their step its revision, their occurrence where a slice begins.
DUE_EXTEND_EXPLANATIONS = 123
DUE_EXTEND_COMPLETIONS = 124
DUE_EXTEND_REQUEST_DOCS = 127
# An absence whose procedure was annulled after an appeal.
DUE_EXCUSE = 128
# Step 1 reminds the advisor, step 2 tells the supervisors.
DUE_REQUEST_ANSWER = 125
DUE_REQUEST_DOCS = 126
DUE_FIRST_INTERVIEW = 135
# Its occurrence is the day promised: a try in vain promises another.
DUE_CALL_BACK = 136

# Where hours come from (130–134).
DUE_HOLD_END = 130

BEFORE_START = (DUE_REMINDER, DUE_UNREAD, DUE_ENDED, DUE_INVITATION_EXPIRY)
OF_REQUEST = (DUE_REQUEST_ANSWER, DUE_REQUEST_DOCS)
OF_ABSENCE = (DUE_EXPLANATION_END, DUE_DECISION, DUE_ABSENCE_CLOSE)

# --- e-mails (100–199) --------------------------------------------------------
MAIL_CONVOCATION = 100
MAIL_INVITATION = 101
MAIL_REMINDER = 102
MAIL_UNREAD = 103
MAIL_CANCELLED = 104
MAIL_MOVED = 105
MAIL_NOT_PROVEN = 106
MAIL_TECH_INCIDENT = 107
MAIL_ABSENCE_OPENED = 120
MAIL_ABSENCE_EXPLAINED = 121
MAIL_ABSENCE_DECIDED = 122
MAIL_ABSENCE_CLOSED = 123
MAIL_ABSENCE_ANNULLED = 124
MAIL_REVIEW = 125
MAIL_DOCUMENT_REJECTED = 126
MAIL_SAFE_DOCUMENT_REJECTED = 127
MAIL_PERIOD_EXTENDED = 128
# Their occurrence is the second in which it became so.
MAIL_DISPLACED = 108
MAIL_HOLDS_AGAIN = 109
MAIL_REQUEST_RECEIVED = 130
MAIL_REQUEST_DECIDED = 131
MAIL_REQUEST_DOCS = 132
MAIL_REQUEST_CORRECTED = 133
MAIL_REQUEST_DOCS_EXTENDED = 134
# Its occurrence is the second in which the hour was lost.
MAIL_REQUEST_HOUR_LOST = 135
# One a person and day, however many rows are late: the occurrence is the day.
MAIL_LATE_RECORDS = 140
MAIL_LATE_DECISIONS_ADVISOR = 141
MAIL_LATE_DECISIONS_SUPERVISOR = 142
MAIL_LATE_REQUESTS_ADVISOR = 138
MAIL_LATE_REQUESTS_SUPERVISOR = 139
MAIL_LATE_CALL_BACKS_SUPERVISOR = 165
# A person's own calendar (150–154): its subject is the person, its occurrence the address's generation.
MAIL_FEED = 150
MAIL_TRANSFERRED = 155
MAIL_TRANSFER_OLD_ADVISOR = 156
MAIL_TRANSFER_NEW_ADVISOR = 157
MAIL_MODE_CHANGED = 158
MAIL_IN_PERSON_TO_PROPOSE = 159
MAIL_CALL_BACK_ASKED = 160
MAIL_CALL_BACK_UNREACHED = 161
MAIL_ADVISOR_CHANGED = 162
# One a move, however many people it takes: the subject is the advisor, the occurrence the move's second.
MAIL_PORTFOLIO_LEFT = 166
MAIL_PORTFOLIO_JOINED = 167
# One a person and day, however many rows: the occurrence is the day.
MAIL_FOLLOWING_DIGEST = 163
MAIL_FIRST_INTERVIEW_LATE = 164

# Mails that carry the notification itself: their acceptance or refusal is evidence.
NOTIFYING_MAILS = frozenset({MAIL_CONVOCATION, MAIL_INVITATION, MAIL_REMINDER, MAIL_UNREAD})
# On paper, what tells of an appointment with all its content; a moved one has such a letter of its own.
NOTIFYING_LETTERS = frozenset({MAIL_CONVOCATION, MAIL_INVITATION})
