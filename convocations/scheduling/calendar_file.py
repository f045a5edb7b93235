"""The calendar file of an appointment: one identity for its whole life, so that a move updates the entry."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from convocations.models import Convocation, Modality
from convocations.states import HOLDS_TIME, ConvocationState
from convocations.told import manners
from messaging.emails import absolute
from portal.core.french import NBSP

_PLACES = frozenset({Modality.IN_PERSON, Modality.KIOSK_VIDEO})
_ALARMS = (timedelta(days=-1), timedelta(hours=-2))


def of_appointment(convocation: Convocation, *, now: datetime) -> bytes:
    """Write an appointment as iCalendar (RFC 5545): the day and hour where it happens, two alarms.

    Asked of an appointment that moved, it gives the one that took its place, under the same identity.
    """
    first = _first_of_chain(convocation)
    live = _last_of_chain(convocation)
    cancelled = live.state not in HOLDS_TIME and live.state in _CALLED_OFF
    calendar = Calendar()
    calendar.add("prodid", "-//Espace Emploi//Rendez-vous//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(_event(live, str(first.ref), cancelled=cancelled, now=now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


_CALLED_OFF = frozenset(
    {ConvocationState.CANCELLED, ConvocationState.CANCELLED_BY_AGENCY, ConvocationState.DECLINED}
)


def _event(convocation: Convocation, identity: str, *, cancelled: bool, now: datetime) -> Event:
    agency, tz = convocation.agency, convocation.agency.place.zone
    event = Event()
    event.add("uid", f"{identity}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("sequence", convocation.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", convocation.starts_at.astimezone(tz))
    event.add("dtend", convocation.ends_at.astimezone(tz))
    kind = convocation.get_kind_display()
    event.add("summary", f"{kind[0].upper()}{kind[1:]} – Espace Emploi")
    event.add("status", "CANCELLED" if cancelled else _status(convocation))
    event.add("url", absolute(f"/espace/convocations/{convocation.ref}/"))
    event.add("description", _description(convocation))
    if convocation.modality in _PLACES:
        event.add("location", convocation.place or f"{agency.name}, {agency.address}")
    if convocation.modality == Modality.ASYNC_MESSAGE:
        # Days in which to write: they leave the person's hours free.
        event.add("transp", "TRANSPARENT")
    # RFC 5546 wants an organizer on a cancellation; ours cannot be answered by mail.
    organizer = vCalAddress("mailto:" + settings.DEFAULT_FROM_EMAIL.partition("<")[2].rstrip(">"))
    organizer.params["CN"] = vText(agency.name)
    event.add("organizer", organizer)
    if not cancelled:
        for ahead in _ALARMS:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", f"Rendez-vous{NBSP}: {kind}")
            alarm.add("trigger", ahead)
            event.add_component(alarm)
    return event


def _status(convocation: Convocation) -> str:
    sure = convocation.is_binding or convocation.state == ConvocationState.ACCEPTED
    return "CONFIRMED" if sure else "TENTATIVE"


def _description(convocation: Convocation) -> str:
    lines = [
        manners.IF_NOT.get(
            (convocation.modality, convocation.is_binding),
            "Votre présence est attendue." if convocation.is_binding else "Vous êtes libre de venir ou non.",
        ),
        manners.instructions(convocation.modality),
        "" if convocation.modality in _PLACES else convocation.place,
        f"Avec {convocation.advisor.user}, {convocation.agency.name}, {convocation.agency.phone}.",
        convocation.purpose,
        f"À apporter{NBSP}: {convocation.to_bring}" if convocation.to_bring else "",
        f"Référence{NBSP}: {convocation.ref}",
    ]
    return "\n".join(line for line in lines if line)


def _first_of_chain(convocation: Convocation) -> Convocation:
    while (before := Convocation.objects.filter(successor=convocation).first()) is not None:
        convocation = before
    return convocation


def _last_of_chain(convocation: Convocation) -> Convocation:
    while convocation.successor_id is not None:
        convocation = Convocation.objects.select_related("agency", "advisor__user").get(
            pk=convocation.successor_id
        )
    return convocation
