"""The journal's words for what happens to accounts and to who may see whom (numbers 1 to 49)."""

from portal.core.journal import code

# --- the person's own account
SIGNED_IN = code(1, "signed_in", "Connexion au portail\u00a0: {actor}.")
PASSWORD_CHANGED = code(2, "password_changed", "{actor} a changé le mot de passe du compte.")
EMAIL_CHANGED = code(3, "email_changed", "L’adresse e-mail du compte a été changée par {actor}.")
SECOND_FACTOR_ADDED = code(4, "second_factor_added", "{actor} a activé la connexion en deux étapes.")
SECOND_FACTOR_REMOVED = code(5, "second_factor_removed", "{actor} a désactivé la connexion en deux étapes.")
RECOVERY_CODES_RENEWED = code(6, "recovery_codes_renewed", "{actor} a créé de nouveaux codes de secours.")
SESSIONS_ENDED = code(7, "sessions_ended", "{actor} a déconnecté {count} appareil(s).")
CONTACT_CHANGED = code(8, "contact_changed", "{actor} a modifié les coordonnées ou les préférences.")
ACCOMMODATIONS_CHANGED = code(
    9, "accommodations_changed", "{actor} a noté vos aménagements pour les rendez-vous\u00a0: {what}."
)
WAYS_CHANGED = code(17, "notice_ways_changed", "{actor} a changé la façon de vous prévenir\u00a0: {what}.")
COPY_TAKEN = code(16, "copy_taken", "{actor} a téléchargé une copie des données du dossier.")
FILE_ARCHIVED = code(
    19, "file_archived", "Le dossier n’a pas servi depuis {years} ans : il est passé en archive."
)
FILE_REOPENED = code(18, "file_reopened", "Le dossier est sorti de l’archive : il est de nouveau suivi.")

# --- accounts as the back office keeps them
ACCOUNT_CREATED = code(10, "account_created", "{actor} a créé le compte.")
ACCOUNT_EDITED = code(11, "account_edited", "{actor} a corrigé la fiche de la personne.")
ROLE_CHANGED = code(12, "role_changed", "{actor} a changé le rôle du compte.")
ACCOUNT_CLOSED = code(13, "account_closed", "{actor} a fermé l’accès du compte.")
ACCOUNT_REOPENED = code(14, "account_reopened", "{actor} a rouvert l’accès du compte.")
SECOND_FACTOR_RESET = code(15, "second_factor_reset", "{actor} a réinitialisé la connexion en deux étapes.")

# --- portfolios and who looks at whom
# The supervisor's reason stands behind: whoever writes one is told that the person reads it.
ADVISOR_CHANGED = code(
    23, "advisor_changed", "{actor} a changé le conseiller référent\u00a0: {new_advisor}. {reason}"
)
TRANSFERRED = code(
    24,
    "transferred",
    "{actor} a fait passer le dossier d’une agence à l’autre\u00a0: {old_agency}, puis {new_agency}. "
    "Conseiller référent\u00a0: {new_advisor}. {reason}",
)
WEB_TAKEN = code(25, "web_follow_up_taken", "{actor} a choisi le suivi 100\u00a0% web.")
WEB_LEFT = code(26, "web_follow_up_left", "{actor} a quitté le suivi 100\u00a0% web. Suivi\u00a0: {after}.")
WEB_WISHED = code(
    27, "web_follow_up_wished", "{actor} a demandé le suivi 100\u00a0% web\u00a0: la demande est gardée."
)
WEB_GRANTED = code(28, "web_follow_up_granted", "Le suivi 100\u00a0% web demandé commence, avec {advisor}.")
VOLUNTEERED = code(
    29, "volunteered_for_web", "{actor} a changé son volontariat 100\u00a0% web.", shown_to_claimant=False
)
FILE_OPENED_WITH_REASON = code(
    21,
    "file_opened_with_reason",
    "{actor} a ouvert le dossier sans être le conseiller référent\u00a0: {reason}",
)
MASS_READING = code(
    22, "mass_reading", "{count} dossiers ont été ouverts en une heure.", shown_to_claimant=False
)

# --- reference data and the running of the portal
RECORD_ADDED = code(30, "record_added", "{actor} a ajouté\u00a0: {what}.", shown_to_claimant=False)
RECORD_CHANGED = code(31, "record_changed", "{actor} a modifié\u00a0: {what}.", shown_to_claimant=False)
RECORD_REMOVED = code(32, "record_removed", "{actor} a retiré\u00a0: {what}.", shown_to_claimant=False)
DEADLINES_RETRIED = code(
    34, "deadlines_retried", "{actor} a relancé {count} échéance(s).", shown_to_claimant=False
)
MESSAGES_RETRIED = code(
    35, "messages_retried", "{actor} a relancé {count} message(s).", shown_to_claimant=False
)

# --- advisors' own hours (42–43; 40 and 41 are the ground's)
AVAILABILITY_CHANGED = code(
    42, "availability_changed", "{actor} a modifié ses disponibilités\u00a0: {what}.", shown_to_claimant=False
)
LEAVE_CHANGED = code(
    43, "leave_changed", "{actor} a modifié ses absences\u00a0: {what}.", shown_to_claimant=False
)
