"""Appointments as iCalendar (RFC 5545): one identity for an appointment's whole life, so that a move updates it.

A file is taken by its person and says all that their page says. A feed is read by whoever keeps their
calendar for them: it says when, where and how, and leaves the rest in the space.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration, vText

from convocations.calendar import zones
from convocations.models import Convocation, Modality
from convocations.scheduling import displacing
from convocations.states import CALLED_OFF, ConvocationState
from convocations.told import manners
from messaging.emails import absolute
from portal.core.french import NBSP, first_up

_PLACES = frozenset({Modality.IN_PERSON, Modality.KIOSK_VIDEO})
_ALARMS = (timedelta(days=-1), timedelta(hours=-2))
# How often a calendar is asked to read a feed anew.
_REFRESH = timedelta(hours=6)


def of_appointment(convocation: Convocation, *, now: datetime) -> bytes:
    """Write one appointment: the day and hour where it happens, two alarms.

    Asked of an appointment that moved, it gives the one that took its place, under the same identity.
    """
    first, live = _ends_of_chain(convocation)
    cancelled = live.state in CALLED_OFF
    method = "CANCEL" if cancelled else "PUBLISH"
    return _written([_whole(live, first, now)], zones.asked([live]), method=method)


def of_person(
    rows: Sequence[Convocation], identities: dict[int, str], *, home: ZoneInfo, now: datetime
) -> bytes:
    """Write a person's feed; what was called off stays in it as cancelled, so that calendars take it away.

    `identities` gives the first reference of an appointment that took another's place.
    """
    events = [_discreet(row, identities.get(row.pk, str(row.ref)), now) for row in rows]
    # A calendar holds something (RFC 5545 §3.6): without an appointment, the clock of the person's agency.
    clocks = zones.asked(rows) or {home.key: (now.year, now.year)}
    return _written(events, clocks, method="PUBLISH", name="Mes rendez-vous Espace Emploi")


# --- the calendar ---------------------------------------------------------------


def _written(
    events: Sequence[Event], clocks: Mapping[str, tuple[int, int]], *, method: str, name: str = ""
) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Espace Emploi//Rendez-vous//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        # RFC 7986, and what calendars read that came before it.
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(_REFRESH))
    for key, (first, last) in clocks.items():
        calendar.add_component(zones.described(key, first - 1, last + 1))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


# --- one entry ------------------------------------------------------------------


def _whole(convocation: Convocation, identity: str, now: datetime) -> Event:
    """Give the entry of a file: what the person's own page says."""
    kind = convocation.get_kind_display()
    why = displacing.kept_from(convocation, now)
    event = _event(convocation, identity, now, why)
    event.add("summary", f"{_impossible(why)}{first_up(kind)} – Espace Emploi")
    event.add("description", _description(convocation, why))
    if convocation.modality in _PLACES:
        event.add("location", _place(convocation))
    # RFC 5546 wants an organizer on a cancellation; ours cannot be answered by mail.
    organizer = vCalAddress("mailto:" + settings.DEFAULT_FROM_EMAIL.partition("<")[2].rstrip(">"))
    organizer.params["CN"] = vText(convocation.agency.name)
    event.add("organizer", organizer)
    _alarms(event, convocation, kind, why)
    return event


def _discreet(convocation: Convocation, identity: str, now: datetime) -> Event:
    """Give the entry of a feed: nobody learns from it what an appointment is about, nor a number or a link."""
    agency = convocation.agency
    why = displacing.kept_from(convocation, now)
    event = _event(convocation, identity, now, why)
    summary = f"{_impossible(why)}Rendez-vous – Espace Emploi"
    event.add("summary", f"{summary} ({convocation.get_modality_display()})")
    lines = [
        _force(convocation, why),
        f"Votre agence{NBSP}: {agency.name}, {agency.phone}.",
        "L’objet, ce qu’il faut apporter et le lien éventuel sont dans votre espace.",
        "Lire cet agenda ne compte pas comme une prise de connaissance.",
    ]
    event.add("description", "\n".join(lines))
    if convocation.modality in _PLACES:
        event.add("location", f"{agency.name}, {agency.address}")
    _alarms(event, convocation, "Espace Emploi", why)
    return event


def _event(convocation: Convocation, identity: str, now: datetime, why: str) -> Event:
    """Begin an entry; `why` says why the appointment cannot be as announced, empty where it stands."""
    tz = convocation.agency.place.zone
    event = Event()
    event.add("uid", f"{identity}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("sequence", convocation.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", convocation.starts_at.astimezone(tz))
    event.add("dtend", convocation.ends_at.astimezone(tz))
    event.add("status", _status(convocation, why))
    event.add("class", "PRIVATE")
    event.add("url", absolute(f"/espace/convocations/{convocation.ref}/"))
    if convocation.modality == Modality.ASYNC_MESSAGE:
        # Days in which to write: they leave the person's hours free.
        event.add("transp", "TRANSPARENT")
    return event


def _alarms(event: Event, convocation: Convocation, words: str, why: str) -> None:
    if convocation.state in CALLED_OFF or why:
        return
    for ahead in _ALARMS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"Rendez-vous{NBSP}: {words}")
        alarm.add("trigger", ahead)
        event.add_component(alarm)


def _impossible(why: str) -> str:
    """Say before its name that an appointment cannot be as announced: a calendar is read at a glance."""
    return f"À déplacer{NBSP}: " if why else ""


def _status(convocation: Convocation, why: str) -> str:
    if convocation.state in CALLED_OFF:
        return "CANCELLED"
    sure = convocation.is_binding or convocation.state == ConvocationState.ACCEPTED
    return "CONFIRMED" if sure and not why else "TENTATIVE"


def _place(convocation: Convocation) -> str:
    return convocation.place or f"{convocation.agency.name}, {convocation.agency.address}"


def _force(convocation: Convocation, why: str) -> str:
    if why:
        return f"Impossible comme prévu{NBSP}: {why}. {manners.NOT_THEN[convocation.modality]}"
    return manners.IF_NOT.get(
        (convocation.modality, convocation.is_binding),
        "Votre présence est attendue." if convocation.is_binding else "Vous êtes libre de venir ou non.",
    )


def _description(convocation: Convocation, why: str) -> str:
    lines = [
        _force(convocation, why),
        manners.instructions(convocation.modality),
        "" if convocation.modality in _PLACES else convocation.place,
        f"Avec {convocation.advisor.user}, {convocation.agency.name}, {convocation.agency.phone}.",
        convocation.purpose,
        f"À apporter{NBSP}: {convocation.to_bring}" if convocation.to_bring else "",
        f"Référence{NBSP}: {convocation.ref}",
    ]
    return "\n".join(line for line in lines if line)


# --- who took whose place -------------------------------------------------------


def identities_of(claimant_id: int) -> dict[int, str]:
    """Give, for each appointment of a person that took another's place, the reference it first had; one query."""
    moved: Any = Convocation.objects.filter(claimant_id=claimant_id, successor__isnull=False)
    before = {after: (pk, str(ref)) for pk, ref, after in moved.values_list("pk", "ref", "successor_id")}

    def first(pk: int) -> str:
        pk, ref = before[pk]
        while pk in before:
            pk, ref = before[pk]
        return ref

    return {pk: first(pk) for pk in before}


def _ends_of_chain(convocation: Convocation) -> tuple[str, Convocation]:
    """Give the reference an appointment first had, and the one that stands in its place now."""
    live = convocation
    while live.successor_id is not None:
        live = Convocation.objects.select_related("agency", "advisor__user").get(pk=live.successor_id)
    return identities_of(convocation.claimant_id).get(live.pk, str(live.ref)), live
