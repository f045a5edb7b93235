"""What this room holds about a person; and how long."""

from measures.models import BaremeRule, BaremeVersion
from portal.core.personal_data import kept_out

kept_out(
    "le barème ne parle de personne : il dit ce que la loi permet, et quel administrateur l’a publié",
    BaremeVersion,
    BaremeRule,
)
