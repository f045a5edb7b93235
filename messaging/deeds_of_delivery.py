"""The journal's words for what comes back, and the numbers of its mails (250 to 279)."""

from portal.core.journal import code

ADDRESS_STOPPED = code(
    250, "address_stopped", "Nous n’envoyons plus d’e-mails à l’adresse du dossier\u00a0: {why}."
)
ADDRESS_REOPENED = code(
    251, "address_reopened", "{actor} a rouvert l’envoi d’e-mails à l’adresse du dossier. Motif\u00a0: {why}"
)

# --- mails
MAIL_NOBODY_READS = 250
