"""Who: accounts, roles, agencies, portfolios."""

from accounts.models.agency import Agency, Closure, OpeningHours
from accounts.models.people import Advisor, Claimant, Controller, DecisionMaker, Partner
from accounts.models.user import Role, User

__all__ = [
    "Advisor",
    "Agency",
    "Claimant",
    "Closure",
    "Controller",
    "DecisionMaker",
    "OpeningHours",
    "Partner",
    "Role",
    "User",
]
