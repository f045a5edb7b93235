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
