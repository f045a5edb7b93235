"""An appointment about to be issued: what it will say, and what stands against it before the agendas are asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Claimant, Closure, Leave, Way
from convocations.hours.spans import wall_span
from convocations.models import Bindingness, Kind, Modality
from portal.core import parameters
from portal.core.french import clock_time, full_date
from portal.core.working_time import Territory, holiday_name


@dataclass(frozen=True, slots=True)
class Draft:
    """One appointment about to be issued; times aware, texts as the person will read them."""

    claimant_id: int
    advisor_id: int
    bindingness: Bindingness
    kind: Kind
    modality: Modality
    starts_at: datetime
    ends_at: datetime
    purpose: str
    place: str = ""
    to_bring: str = ""
    # How and when the person agreed to less than the notice floor; empty when they did not.
    short_notice_agreed: str = ""
    # The equipped place booked with it; one that is free is found where it is left out.
    kiosk_id: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What issuing needs to know of a claimant, read once for the whole slice."""

    agency_id: int
    territory: Territory
    closures: tuple[Closure, ...]
    by_email: bool


def why_not(draft: Draft, person: Person | None, now: datetime, away: Collection[Leave] = ()) -> str:
    """Say in French why an appointment cannot be issued, before the agendas are asked; empty when it can.

    `away` is the advisor's leave.
    """
    if person is None:
        return "Cette personne n’est pas dans votre portefeuille."
    if draft.starts_at <= now:
        return "Cette date est déjà passée. Choisissez une date à venir."
    if draft.ends_at <= draft.starts_at:
        return "La fin du rendez-vous doit venir après son début."
    day = draft.starts_at.astimezone(person.territory.zone).date()
    if holiday := holiday_name(day, person.territory):
        return f"Le {full_date(day)} est un jour férié ({holiday}). Choisissez un autre jour."
    if closed := _closed(draft, person):
        return closed
    if any(leave.first_day <= day <= leave.last_day for leave in away):
        return f"Le conseiller est absent le {full_date(day)}. Choisissez un autre jour."
    floor = parameters.current().notice_floor_hours
    too_short = draft.starts_at - now < timedelta(hours=floor)
    if draft.bindingness == Bindingness.CONVOCATION and too_short and not draft.short_notice_agreed:
        return (
            f"Ce rendez-vous est dans moins de {floor} heures. Il faut l’accord de la personne, noté ici. "
            "Une convocation fixée ainsi ne peut jamais fonder une absence."
        )
    return ""


def _closed(draft: Draft, person: Person) -> str:
    zone = person.territory.zone
    day = draft.starts_at.astimezone(zone).date()
    for closure in person.closures:
        if not closure.first_day <= day <= closure.last_day:
            continue
        if closure.starts is None or closure.ends is None:
            return f"L’agence est fermée le {full_date(day)}. Choisissez un autre jour."
        start, end = wall_span(day, closure.starts, closure.ends, zone)
        if draft.starts_at < end and draft.ends_at > start and draft.modality != Modality.ASYNC_MESSAGE:
            hours = f"de {clock_time(start.astimezone(zone))} à {clock_time(end.astimezone(zone))}"
            return f"L’agence est fermée le {full_date(day)} {hours}. Choisissez une autre heure."
    return ""


def leaves(advisor_ids: Collection[int], now: datetime) -> Mapping[int, list[Leave]]:
    """Give the leave of these advisors that is not over, in one query."""
    found: dict[int, list[Leave]] = {}
    day = now.date() - timedelta(days=1)
    for leave in Leave.objects.filter(advisor_id__in=advisor_ids, last_day__gte=day):
        found.setdefault(leave.advisor_id, []).append(leave)
    return found


def people(claimant_ids: Collection[int]) -> dict[int, Person]:
    """Read what issuing needs of these people, in two queries."""
    rows = list(
        Claimant.objects.filter(pk__in=claimant_ids).values_list(
            "pk", "agency_id", "agency__territory", "user__email", "email_bounced_at", "appointments_by"
        )
    )
    closures = _closures({agency_id for _, agency_id, *_ in rows})
    return {
        pk: Person(
            agency_id,
            Territory(territory),
            closures.get(agency_id, ()),
            bool(email) and bounced is None and way != Way.LETTER,
        )
        for pk, agency_id, territory, email, bounced, way in rows
    }


def _closures(agency_ids: Collection[int]) -> Mapping[int, tuple[Closure, ...]]:
    found: dict[int, tuple[Closure, ...]] = {}
    for closure in Closure.objects.filter(agency_id__in=agency_ids):
        found[closure.agency_id] = (*found.get(closure.agency_id, ()), closure)
    return found
