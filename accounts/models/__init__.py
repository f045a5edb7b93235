"""Who: accounts, roles, agencies, portfolios."""

from accounts.models.agency import Agency, Closure, Kiosk, OpeningHours
from accounts.models.availability import Availability, AvailabilityException, Leave, Manner, ReceivedFor
from accounts.models.break_glass import BreakGlass
from accounts.models.following import FollowUpModeChange, Transfer, WebWish
from accounts.models.notices import NoticeGroup, Routes, Way, routes
from accounts.models.oversight import FileOpening, ReadingAlert
from accounts.models.people import Advisor, Claimant, Controller, DecisionMaker, Partner
from accounts.models.user import Role, User

__all__ = [
    "Advisor",
    "Agency",
    "Availability",
    "AvailabilityException",
    "BreakGlass",
    "Claimant",
    "Closure",
    "Controller",
    "DecisionMaker",
    "FileOpening",
    "FollowUpModeChange",
    "Kiosk",
    "Leave",
    "Manner",
    "NoticeGroup",
    "OpeningHours",
    "Partner",
    "ReadingAlert",
    "ReceivedFor",
    "Role",
    "Routes",
    "Transfer",
    "User",
    "Way",
    "WebWish",
    "routes",
]
