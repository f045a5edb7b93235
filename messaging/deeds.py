"""The numbers other rows carry for ever: of threads (200–249), returned e-mails (250–279) and letters (280–299)."""

from portal.core import journal

# --- journal --------------------------------------------------------------------
WRITTEN = journal.code(200, "message_written", "{actor} a écrit un message ({ref}, n° {number}).")
OPENED_BY_ADVISOR = journal.code(
    201, "thread_opened_by_advisor", "{actor} vous a écrit un message ({ref}, n° {number})."
)
ANSWERED = journal.code(202, "message_answered", "{actor} a répondu à votre message ({ref}, n° {number}).")
EXPECTED = journal.code(
    203, "message_asks", "{actor} vous a demandé un élément dans l’échange {ref}, avant le {until}."
)
NOTED = journal.code(204, "talk_noted", "{actor} a noté un {how} avec vous ({ref}, n° {number}).")
RESOLVED = journal.code(205, "thread_resolved", "{actor} a marqué l’échange {ref} comme réglé.")
REOPENED = journal.code(206, "thread_reopened", "{actor} a rouvert l’échange {ref}.")
REASSIGNED = journal.code(
    207, "thread_reassigned", "{actor} a confié l’échange {ref} à {advisor}. Raison : {reason}"
)
LATE = journal.code(
    208, "message_late", "La réponse à votre message ({ref}) est en retard : responsable d’agence prévenu."
)
NOT_COME = journal.code(
    209,
    "expected_not_come",
    "L’élément attendu pour l’échange {ref} n’est pas arrivé à la date prévue. Rien ne vous est reproché.",
)

ANSWER_EXTENDED = journal.code(
    213,
    "answer_extended",
    "Le portail a été interrompu\u00a0: le délai de réponse à votre message ({ref}) est prolongé jusqu’au {until}.",
)
EXPECTED_EXTENDED = journal.code(
    214,
    "expected_extended",
    "Le portail a été interrompu\u00a0: le délai pour envoyer l’élément attendu ({ref}) est prolongé "
    "jusqu’au {until}.",
)

READY_ADDED = journal.code(
    210,
    "ready_text_added",
    "{actor} a ajouté la réponse type «\u00a0{title}\u00a0», {whose}.",
    shown_to_claimant=False,
)
READY_CHANGED = journal.code(
    211,
    "ready_text_changed",
    "{actor} a modifié la réponse type «\u00a0{title}\u00a0», {whose}.",
    shown_to_claimant=False,
)
READY_REMOVED = journal.code(
    212,
    "ready_text_removed",
    "{actor} a retiré la réponse type «\u00a0{title}\u00a0», {whose}.",
    shown_to_claimant=False,
)

ADDRESS_STOPPED = journal.code(
    250, "address_stopped", "Nous n’envoyons plus d’e-mails à l’adresse du dossier\u00a0: {why}."
)
ADDRESS_REOPENED = journal.code(
    251, "address_reopened", "{actor} a rouvert l’envoi d’e-mails à l’adresse du dossier. Motif\u00a0: {why}"
)

# --- deadlines --------------------------------------------------------------------
# Step 1: three quarters of the time are spent; step 2: it is over.
DUE_ANSWER = 200
DUE_EXPECTED = 201
DUE_EXTEND_THREADS = 202
OF_THREAD = (DUE_ANSWER, DUE_EXPECTED)

# --- e-mails --------------------------------------------------------------------
MAIL_MESSAGE = 200
MAIL_EXPECTED = 201
MAIL_LATE = 202
MAIL_LATE_ADVISOR = 203
MAIL_LATE_DEPUTY = 204
MAIL_LATE_SUPERVISOR = 205
MAIL_JOINED_REJECTED = 206
MAIL_EXPECTED_EXTENDED = 207
MAIL_WAYS = 240
MAIL_NOBODY_READS = 250

# --- letters (280–299) -----------------------------------------------------------
LETTER_POSTED = journal.code(280, "letter_posted", "{actor} a posté votre lettre {ref} ({what}), le {when}.")
LETTER_SET_ASIDE = journal.code(
    281, "letter_set_aside", "{actor} a écarté l’impression de la lettre {ref}. Raison : {reason}"
)
LETTER_REGISTERED = journal.code(
    282, "letter_registered", "{actor} a noté que la lettre {ref} part en recommandé, numéro {number}."
)
LETTER_DELIVERED = journal.code(283, "letter_delivered", "La lettre {ref} vous a été remise le {when}.")
LETTER_RETURNED = journal.code(
    284,
    "letter_returned",
    "La lettre {ref} est revenue le {when}. Motif : {reason}. Rien ne vous est reproché.",
)
BATCH_POSTED = journal.code(285, "letter_batch_posted", "{actor} a posté le lot de courrier {ref} ({count}).")
BATCH_TAKEN = journal.code(
    286, "letter_batch_taken", "{actor} a téléchargé le lot de courrier {ref} ({what})."
)
LETTER_CALLED_BACK = journal.code(
    287,
    "letter_called_back",
    "La lettre {ref} ({what}) n’est pas partie, car elle n’était plus d’actualité. Raison : {reason}.",
)
DUE_PRINT = 280
