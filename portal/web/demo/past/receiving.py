"""When the demo's advisors receive, who is away, and the kiosks: written once its past is lived through."""

from datetime import datetime, time, timedelta

from accounts.models import Advisor, Agency, Availability, AvailabilityException, Kiosk, Leave
from accounts.models.availability import every_kind

_DAY = timedelta(days=1)
_ALL = ["IN_PERSON", "KIOSK_VIDEO", "PHONE", "VIDEO"]
_FAR = ["PHONE", "VIDEO"]


def write(agencies: list[Agency], advisors: list[Advisor], now: datetime) -> None:
    """Give each agency kiosks, some advisors a week of their own, and one a leave with a deputy."""
    Kiosk.objects.bulk_create(
        Kiosk(agency=agency, name=name, has_video=has_video)
        for agency in agencies
        for name, has_video in (("Espace 1", True), ("Espace 2", True), ("Poste de l’accueil", False))
    )
    for agency in agencies:
        team = [one for one in advisors if one.agency_id == agency.pk]
        today = now.astimezone(agency.place.zone).date()
        for advisor in team[1:3]:
            _week(advisor)
        if len(team) > 3:
            # The last of the team, of whom nobody's story depends.
            Leave.objects.create(
                advisor=team[-1],
                deputy=team[1],
                first_day=today - _DAY,
                last_day=today + 6 * _DAY,
            )
        AvailabilityException.objects.create(
            advisor=team[1], day=today + (8 - today.weekday()) * _DAY, note="Réunion d’équipe"
        )


def _week(advisor: Advisor) -> None:
    Availability.objects.bulk_create(
        Availability(
            advisor=advisor,
            weekday=day,
            starts=starts,
            ends=ends,
            modalities=manners,
            # Friday afternoons are kept for those whose payment waits for an interview.
            kinds=["REFRAMING"] if day == 4 and starts == time(14) else every_kind(),
        )
        for day in (0, 1, 2, 4)
        for starts, ends, manners in (
            (time(12, 30), time(14), _ALL),
            (time(14), time(15, 30) if day == 4 else time(16, 30), _FAR if day == 2 else _ALL),
        )
    )
