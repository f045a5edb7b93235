"""Who: accounts, roles, agencies, portfolios."""

from accounts.models.agency import Agency, Closure, OpeningHours
from accounts.models.break_glass import BreakGlass
from accounts.models.oversight import FileOpening, ReadingAlert
from accounts.models.people import Advisor, Claimant, Controller, DecisionMaker, Partner
from accounts.models.user import Role, User

__all__ = [
    "Advisor",
    "Agency",
    "BreakGlass",
    "Claimant",
    "Closure",
    "Controller",
    "DecisionMaker",
    "FileOpening",
    "OpeningHours",
    "Partner",
    "ReadingAlert",
    "Role",
    "User",
]
