"""The calendar file, read back by a parser that knows nothing of the one that wrote it."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from convocations.models import Bindingness, Modality
from convocations.scheduling import changing
from tests import factories
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db


def lines(content: bytes) -> list[tuple[str, dict[str, str], str]]:
    """Unfold and split a calendar by RFC 5545 §3.1: name, parameters, value."""
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    read = []
    for line in content.decode().replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")[:-1]:
        match = re.match(r'([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^;:"]*))*):(.*)', line, re.DOTALL)
        assert match, line
        parameters = dict(part.split("=", 1) for part in match[2].split(";") if part)
        read.append((match[1], parameters, match[3]))
    return read


def part(read, name: str) -> dict[str, tuple[dict[str, str], str]]:
    """The properties of the first component of that name, those of components inside it left out."""
    found, inside, deeper = {}, False, 0
    for key, parameters, value in read:
        if key == "BEGIN" and value == name and not inside:
            inside = True
        elif inside and key == "BEGIN":
            deeper += 1
        elif inside and key == "END" and deeper:
            deeper -= 1
        elif inside and key == "END":
            return found
        elif inside and not deeper:
            found[key] = (parameters, value)
    return found


def text(value: str) -> str:
    return value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")


@pytest.fixture
def read(browser_of_camille):
    def get(convocation):
        answer = browser_of_camille.get(f"/espace/convocations/{convocation.ref}/calendrier.ics")
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        return lines(answer.content)

    return get


def test_the_file_carries_the_hour_of_the_place_and_its_zone(camille, read):
    convocation = factories.convocation(camille, place="Salle 2; étage 1, porte B")
    found = read(convocation)
    event = part(found, "VEVENT")
    parameters, value = event["DTSTART"]
    assert parameters["TZID"] == "Europe/Paris"
    local = datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo("Europe/Paris"))
    assert local == convocation.starts_at
    assert part(found, "VTIMEZONE")["TZID"][1] == "Europe/Paris"
    assert part(found, "VCALENDAR")["METHOD"][1] == "PUBLISH"
    assert text(event["LOCATION"][1]) == "Salle 2; étage 1, porte B"
    assert event["SEQUENCE"][1] == "0"
    assert event["STATUS"][1] == "CONFIRMED"
    assert [value for key, _, value in found if key == "TRIGGER"] == ["-P1D", "-PT2H"]
    assert event["DTSTAMP"][1] == NOW.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def test_an_hour_overseas_stays_that_of_the_place(read, camille):
    agency = factories.agency(territory="REUNION")
    camille.agency, camille.advisor = agency, factories.advisor(agency)
    camille.save()
    found = read(factories.convocation(camille))
    assert part(found, "VEVENT")["DTSTART"][0]["TZID"] == "Indian/Reunion"
    assert part(found, "VTIMEZONE")["TZID"][1] == "Indian/Reunion"


def test_a_move_keeps_the_identity_and_raises_the_sequence(camille, read):
    first = factories.convocation(camille)
    before = part(read(first), "VEVENT")
    second = changing.move(
        first.pk,
        factories.draft(camille, starts_at=NOW + timedelta(days=15)),
        reason="Salle fermée",
        form_key=uuid.uuid4(),
        by=acting(camille.advisor),
        now=NOW,
    )
    third = changing.move(
        second.pk,
        factories.draft(camille, starts_at=NOW + timedelta(days=16)),
        reason="Encore",
        form_key=uuid.uuid4(),
        by=acting(camille.advisor),
        now=NOW,
    )
    after = part(read(third), "VEVENT")
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"][1]) > int(before["SEQUENCE"][1])
    # The old address gives the live appointment too.
    assert part(read(first), "VEVENT")["DTSTART"] == after["DTSTART"]


def test_a_cancellation_takes_the_entry_away(camille, read):
    convocation = factories.convocation(camille)
    before = part(read(convocation), "VEVENT")
    changing.cancel(convocation.pk, reason="Fermeture", by=acting(camille.advisor), now=NOW)
    found = read(convocation)
    after = part(found, "VEVENT")
    assert part(found, "VCALENDAR")["METHOD"][1] == "CANCEL"
    assert after["STATUS"][1] == "CANCELLED"
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"][1]) > int(before["SEQUENCE"][1])
    assert "ORGANIZER" in after
    assert not [key for key, _, value in found if (key, value) == ("BEGIN", "VALARM")]


def test_an_invitation_is_tentative_until_it_is_answered(camille, read, browser_of_camille):
    invitation = factories.convocation(camille, bindingness=Bindingness.INVITATION, modality=Modality.PHONE)
    event = part(read(invitation), "VEVENT")
    assert event["STATUS"][1] == "TENTATIVE"
    assert "LOCATION" not in event
    browser_of_camille.post(f"/espace/convocations/{invitation.ref}/repondre/", {"reponse": "oui"})
    assert part(read(invitation), "VEVENT")["STATUS"][1] == "CONFIRMED"


def test_what_is_written_cannot_break_out_of_its_line(camille, read):
    convocation = factories.convocation(camille, purpose="Point\r\nATTENDEE:mailto:x@y.z\nBEGIN:VALARM")
    found = read(convocation)
    assert not [key for key, _, _ in found if key == "ATTENDEE"]
    assert sum((key, value) == ("BEGIN", "VALARM") for key, _, value in found) == 2
