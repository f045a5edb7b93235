"""Standing in: during a leave, and only then, the deputy sees and works the absent advisor's list and people."""

from datetime import date, datetime
from typing import Any

from accounts.models import Advisor, Leave
from accounts.models.availability import LeaveQuerySet
from portal.core.prepared import prepared


def deputised_by(advisor: Advisor, *, now: datetime) -> list[int]:
    """List the advisors this one stands in for today, on the agency's clock; one query."""
    # A deputy who has changed agency since stands in for nobody there.
    away = _today(advisor, now).filter(deputy=advisor, advisor__agency_id=advisor.agency_id)
    return list(away.order_by("advisor_id").values_list("advisor_id", flat=True))


def absent_colleagues(advisor: Advisor, *, now: datetime) -> list[Advisor]:
    """List whom this advisor stands in for today, by name; one query."""
    today = now.astimezone(advisor.agency.place.zone).date()
    away: list[Advisor] = _away(agency_id=advisor.agency_id, deputy_id=advisor.pk, today=today)
    return away


# Asked for by each list of the desk.
@prepared
def _away(agency_id: int, deputy_id: int, today: date) -> Any:
    return (
        Advisor.objects.filter(
            agency_id=agency_id,
            leaves__deputy_id=deputy_id,
            leaves__first_day__lte=today,
            leaves__last_day__gte=today,
        )
        .select_related("user")
        .order_by("user__last_name", "user__first_name", "pk")
    )


def stands_in(advisor: Advisor, for_id: int, *, now: datetime) -> bool:
    """Say whether this advisor stands in for that one today."""
    away = _today(advisor, now).filter(deputy=advisor, advisor_id=for_id)
    return away.filter(advisor__agency_id=advisor.agency_id).exists()


def _today(advisor: Advisor, now: datetime) -> LeaveQuerySet:
    return Leave.objects.on(now.astimezone(advisor.agency.place.zone).date())
