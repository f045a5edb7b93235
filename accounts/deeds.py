"""The journal's words for what happens to accounts and to who may see whom (numbers 1 to 49)."""

from portal.core.journal import code

# --- the person's own account
SIGNED_IN = code(1, "SIGNED_IN", "{actor} s’est connecté au portail.")
PASSWORD_CHANGED = code(2, "PASSWORD_CHANGED", "{actor} a changé le mot de passe du compte.")
EMAIL_CHANGED = code(3, "EMAIL_CHANGED", "L’adresse e-mail du compte a été changée par {actor}.")
SECOND_FACTOR_ADDED = code(4, "SECOND_FACTOR_ADDED", "{actor} a activé la connexion en deux étapes.")
SECOND_FACTOR_REMOVED = code(5, "SECOND_FACTOR_REMOVED", "{actor} a désactivé la connexion en deux étapes.")
RECOVERY_CODES_RENEWED = code(6, "RECOVERY_CODES_RENEWED", "{actor} a créé de nouveaux codes de secours.")
SESSIONS_ENDED = code(7, "SESSIONS_ENDED", "{actor} a déconnecté {count} appareil(s).")
CONTACT_CHANGED = code(8, "CONTACT_CHANGED", "{actor} a modifié les coordonnées ou les préférences.")

# --- accounts as the back office keeps them
ACCOUNT_CREATED = code(10, "ACCOUNT_CREATED", "{actor} a créé le compte.")
ACCOUNT_EDITED = code(11, "ACCOUNT_EDITED", "{actor} a corrigé la fiche de la personne.")
ROLE_CHANGED = code(12, "ROLE_CHANGED", "{actor} a changé le rôle du compte.")
ACCOUNT_CLOSED = code(13, "ACCOUNT_CLOSED", "{actor} a fermé l’accès du compte.")
ACCOUNT_REOPENED = code(14, "ACCOUNT_REOPENED", "{actor} a rouvert l’accès du compte.")
SECOND_FACTOR_RESET = code(15, "SECOND_FACTOR_RESET", "{actor} a réinitialisé la connexion en deux étapes.")

# --- portfolios and who looks at whom
ADVISOR_CHANGED = code(20, "ADVISOR_CHANGED", "{actor} a changé le conseiller référent\u00a0: {new_advisor}.")
FILE_OPENED_WITH_REASON = code(
    21,
    "FILE_OPENED_WITH_REASON",
    "{actor} a ouvert le dossier sans être le conseiller référent\u00a0: {reason}",
)
MASS_READING = code(
    22, "MASS_READING", "{count} dossiers ont été ouverts en une heure.", shown_to_claimant=False
)

# --- reference data and the running of the portal
RECORD_ADDED = code(30, "RECORD_ADDED", "{actor} a ajouté\u00a0: {what}.", shown_to_claimant=False)
RECORD_CHANGED = code(31, "RECORD_CHANGED", "{actor} a modifié\u00a0: {what}.", shown_to_claimant=False)
RECORD_REMOVED = code(32, "RECORD_REMOVED", "{actor} a retiré\u00a0: {what}.", shown_to_claimant=False)
PARAMETER_CHANGED = code(
    33, "PARAMETER_CHANGED", "{actor} a changé un paramètre\u00a0: {what}.", shown_to_claimant=False
)
DEADLINES_RETRIED = code(
    34, "DEADLINES_RETRIED", "{actor} a relancé {count} échéance(s).", shown_to_claimant=False
)
MESSAGES_RETRIED = code(
    35, "MESSAGES_RETRIED", "{actor} a relancé {count} message(s).", shown_to_claimant=False
)
