"""The private feed, read by a parser that knows nothing of the one that wrote it."""

import hashlib
import logging
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.core.cache import cache
from django.test import Client

from convocations import attendance
from convocations.calendar import entries, feed
from convocations.models import Bindingness, CalendarFeed, Convocation, DeliveryEvidence, Modality
from convocations.scheduling import changing
from convocations.states import ConvocationState
from portal.core import deadlines, parameters
from portal.core.models import JournalEntry, ParameterOverride
from portal.core.working_time import Territory
from tests import factories
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db
PAGE = "/espace/agenda/"


@pytest.fixture(autouse=True)
def _nobody_counted_yet():
    cache.clear()


@pytest.fixture
def address(camille) -> str:
    opened = feed.open_feed(camille.pk, by=acting(camille), now=NOW)
    return path_of(opened)


def path_of(opened: CalendarFeed) -> str:
    address = feed.address_of(opened)
    assert address.startswith("http")
    return "/" + address.split("/", 3)[3]


def read(address: str) -> vobject.base.Component:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return vobject.readOne(answer.content.decode())


def events(address: str) -> dict[str, vobject.base.Component]:
    found = {event.uid.value: event for event in read(address).contents.get("vevent", [])}
    assert len(found) == len(read(address).contents.get("vevent", []))
    return found


def move(convocation: Convocation, days: int) -> Convocation:
    person = convocation.claimant
    return changing.move(
        convocation.pk,
        factories.draft(person, starts_at=NOW + timedelta(days=days)),
        reason="Salle fermée",
        form_key=uuid.uuid4(),
        by=acting(person.advisor),
        now=NOW,
    )


# --- what it gives ----------------------------------------------------------------


def test_each_appointment_stands_in_it_once_at_its_hour(camille, address):
    first = factories.convocation(camille)
    second = factories.convocation(camille, starts_at=NOW + timedelta(days=12), modality=Modality.PHONE)
    found = events(address)
    assert {event.dtstart.value for event in found.values()} == {first.starts_at, second.starts_at}
    assert {event.dtend.value for event in found.values()} == {first.ends_at, second.ends_at}
    by_start = {event.dtstart.value: event for event in found.values()}
    assert by_start[first.starts_at].location.value.endswith(camille.agency.address)
    assert "location" not in by_start[second.starts_at].contents
    assert all(len(event.contents["valarm"]) == 2 for event in found.values())
    assert all(event.contents["class"][0].value == "PRIVATE" for event in found.values())


def test_a_move_keeps_the_identity_and_leaves_one_entry(camille, address):
    convocation = factories.convocation(camille)
    (identity,) = events(address)
    second = move(convocation, 15)
    third = move(second, 16)
    found = events(address)
    assert set(found) == {identity}
    assert found[identity].dtstart.value == third.starts_at
    assert int(found[identity].sequence.value) > 1
    # The file of the same appointment names the same entry.
    file = vobject.readOne(entries.of_appointment(third, now=NOW).decode())
    assert file.vevent.uid.value == identity
    third.refresh_from_db()
    file = vobject.readOne(entries.of_appointment(third, now=NOW).decode())
    assert file.vevent.sequence.value == found[identity].sequence.value


def test_what_is_called_off_is_told_as_cancelled_so_that_calendars_take_it_away(camille, address):
    convocation = factories.convocation(camille)
    (before,) = events(address).values()
    changing.cancel(convocation.pk, reason="Fermeture", by=acting(camille.advisor), now=NOW)
    (after,) = events(address).values()
    assert after.uid.value == before.uid.value
    assert after.status.value == "CANCELLED"
    assert int(after.sequence.value) > int(before.sequence.value)
    assert "valarm" not in after.contents
    assert read(address).method.value == "PUBLISH"


def test_the_last_ninety_days_stand_in_it_and_no_more(camille, address, at):
    convocation = factories.convocation(camille)
    at(convocation.ends_at + timedelta(days=89))
    assert len(events(address)) == 1
    at(convocation.ends_at + timedelta(days=91))
    assert not events(address)


def test_an_empty_feed_is_still_a_calendar(address):
    calendar = read(address)
    assert "vevent" not in calendar.contents
    assert calendar.contents["vtimezone"]


def test_it_says_what_the_person_needs_and_nothing_of_what_it_is_about(camille, address):
    secret = {
        "purpose": "Contrôle de vos recherches",
        "to_bring": "Votre certificat",
        "place": "https://visio.exemple/abc",
    }
    factories.convocation(camille, modality=Modality.VIDEO, **secret)
    content = Client().get(address).content.decode().replace("\r\n ", "")
    for word in (*secret.values(), str(camille.ref), "Moreau", "Le Goff", str(camille.user.email)):
        assert word not in content
    assert "en vidéo" in content
    assert "Votre présence est attendue." in content


def test_an_hour_overseas_stays_that_of_the_place_beside_the_others(camille, address):
    factories.convocation(camille)
    island = factories.advisor(factories.agency(territory="GUADELOUPE"))
    camille.agency, camille.advisor = island.agency, island
    camille.save()
    there = factories.convocation(camille, starts_at=NOW + timedelta(days=10))
    calendar = read(address)
    assert {zone.tzid.value for zone in calendar.contents["vtimezone"]} == {
        "Europe/Paris",
        "America/Guadeloupe",
    }
    (event,) = (one for one in calendar.contents["vevent"] if one.dtstart.value == there.starts_at)
    assert event.dtstart.value.utcoffset() == timedelta(hours=-4)


@pytest.mark.parametrize("territory", Territory)
def test_the_clock_it_describes_is_that_of_the_place_all_year(camille, address, territory):
    agency = factories.agency(territory=territory)
    camille.agency, camille.advisor = agency, factories.advisor(agency)
    camille.save()
    (zone,) = read(address).contents["vtimezone"]
    read_zone = zone.tzinfo
    truth = ZoneInfo(Territory(territory).zone.key)
    # Each half-hour of the days around a change of the hour, every sixth hour of the other days.
    theirs, wrong = datetime(2025, 6, 1, 0, 30, tzinfo=truth), []
    while theirs.year < 2027 or theirs.month < 6:
        ours = theirs.replace(tzinfo=read_zone)
        # Hours that the clock passes over, or tells twice, are nobody's appointment.
        told_once = theirs.utcoffset() == theirs.replace(fold=1).utcoffset()
        if told_once and ours.utcoffset() != theirs.utcoffset():
            wrong.append(theirs)
        day = timedelta(days=1)
        near = len({one.utcoffset() for one in (theirs - day, theirs, theirs + day)}) > 1
        theirs += timedelta(minutes=30) if near else timedelta(hours=6)
    assert wrong == []


def test_reading_costs_the_same_few_questions_whatever_there_is(
    camille, address, django_assert_max_num_queries
):
    convocation = factories.convocation(camille)
    Client().get(address)
    for more in range(2):
        with django_assert_max_num_queries(3):
            assert Client().get(address).status_code == 200
        for day in range(10, 14):
            factories.convocation(camille, starts_at=NOW + timedelta(days=day + 10 * more))
        convocation = move(convocation, 40 + more)


def test_reading_it_proves_nothing(camille, address):
    convocation = factories.convocation(camille)
    before = DeliveryEvidence.objects.count(), JournalEntry.objects.count()
    assert events(address)
    convocation.refresh_from_db()
    assert convocation.read_at is None
    assert convocation.known_at is None
    assert convocation.state == ConvocationState.ISSUED
    assert (DeliveryEvidence.objects.count(), JournalEntry.objects.count()) == before


# --- its sequence -----------------------------------------------------------------


def test_an_answer_taken_back_raises_the_sequence_each_time(camille, address):
    invitation = factories.convocation(camille, bindingness=Bindingness.INVITATION)
    seen = []
    for answer, status in (("", "TENTATIVE"), ("DECLINED", "CANCELLED"), ("ACCEPTED", "CONFIRMED")):
        if answer:
            changing.answer_invitation(
                invitation.pk, ConvocationState[answer], by=acting(camille), now=NOW + timedelta(hours=1)
            )
        (event,) = events(address).values()
        assert event.status.value == status
        seen.append(int(event.sequence.value))
    assert seen == sorted(set(seen))


def test_an_appointment_the_agency_called_off_afterwards_raises_it_and_so_does_the_undo(camille):
    convocation = factories.convocation(camille)
    deadlines.work(lambda: convocation.ends_at)
    by, now = acting(camille.advisor), convocation.ends_at + timedelta(minutes=5)
    attendance.record(convocation.pk, ConvocationState.CANCELLED_BY_AGENCY, by=by, now=now)
    convocation.refresh_from_db()
    assert convocation.sequence == 1
    Convocation.objects.get(pk=convocation.pk).move_to(ConvocationState.AWAITING_STATUS)
    convocation.refresh_from_db()
    assert convocation.sequence == 2


# --- its address ------------------------------------------------------------------


def test_the_key_is_kept_nowhere(camille, address):
    key = address.rpartition("/")[2].removesuffix(".ics")
    assert len(key) == 43
    row = CalendarFeed.objects.get()
    assert bytes(row.key_hash) == hashlib.sha256(key.encode()).digest()
    assert key not in repr(list(CalendarFeed.objects.values()))
    assert key not in repr(list(JournalEntry.objects.values("data")))


def test_a_renewed_address_gives_and_the_earlier_one_does_not(camille, address):
    row = CalendarFeed.objects.get()
    renewed = feed.renew(camille.pk, row.generation, by=acting(camille), now=NOW)
    assert renewed is not None
    assert path_of(renewed) != address
    assert Client().get(address).status_code == 404
    assert Client().get(path_of(renewed)).status_code == 200
    # A second click on the same page renews nothing more.
    again = feed.renew(camille.pk, row.generation, by=acting(camille), now=NOW)
    assert again is not None
    assert path_of(again) == path_of(renewed)


def test_a_stopped_feed_gives_nothing_and_opens_anew_elsewhere(camille, address):
    feed.close(camille.pk, by=acting(camille), now=NOW)
    assert feed.close(camille.pk, by=acting(camille), now=NOW)
    assert Client().get(address).status_code == 404
    anew = feed.open_feed(camille.pk, by=acting(camille), now=NOW)
    assert anew.generation == 2
    assert Client().get(path_of(anew)).status_code == 200
    assert Client().get(address).status_code == 404


def test_a_closed_account_closes_its_feed(camille, address):
    camille.user.is_active = False
    camille.user.save()
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("key", ["0" * 43, "x", "é" * 43, "a" * 5000])
def test_a_key_that_opens_nothing_says_so(address, key):
    answer = Client().get(f"/agenda/{key}.ics")
    assert answer.status_code == 404
    assert "agenda" in answer.text or "page" in answer.text


def test_the_secret_may_be_changed_and_the_address_stands(camille, address, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret, long enough to be one"
    row = CalendarFeed.objects.get()
    assert path_of(row) == address
    settings.SECRET_KEY_FALLBACKS = []
    assert feed.address_of(row) == ""
    assert Client().get(address).status_code == 200


def test_no_answer_is_kept_by_anybody_on_the_way(address):
    for asked in (address, "/agenda/" + "0" * 43 + ".ics"):
        answer = Client().get(asked)
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies
    assert Client().post(address).status_code == 405


def test_a_feed_read_too_often_waits(camille, address, settings):
    ParameterOverride.objects.create(key="calendar_reads_per_hour", value=6)
    parameters.forget()
    for _ in range(6):
        assert Client().get(address).status_code == 200
    answer = Client().get(address)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3600"
    # Somebody else's, from the same place, is not theirs to wait for.
    other = factories.claimant(camille.advisor)
    assert Client().get(path_of(feed.open_feed(other.pk, by=acting(other), now=NOW))).status_code == 200
    parameters.forget()


def test_keys_that_open_nothing_are_counted_by_where_they_come_from(address):
    for _ in range(120):
        assert Client().get("/agenda/" + "0" * 43 + ".ics").status_code == 404
    assert Client().get("/agenda/" + "1" * 43 + ".ics").status_code == 429
    assert Client().get(address).status_code == 200


def test_without_a_count_it_asks_to_come_back(address, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    answer = Client().get(address)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "300"


def test_no_log_names_a_key(address, caplog):
    with caplog.at_level(logging.DEBUG):
        Client().get(address)
        feed_key = address.rpartition("/")[2].removesuffix(".ics")
        Client().get(f"/agenda/{feed_key[::-1]}.ics")
    assert feed_key not in caplog.text
    assert feed_key[::-1] not in caplog.text


# --- its page ---------------------------------------------------------------------


def test_a_person_opens_replaces_and_stops_their_feed(camille, browser_of_camille):
    page = browser_of_camille.get(PAGE)
    assert "Créer mon adresse" in page.text
    assert "iPhone" in page.text
    page = browser_of_camille.post(PAGE, {"acte": "creer"}, follow=True)
    first = feed.address_of(CalendarFeed.objects.get())
    assert f"<code>{first}</code>" in page.text
    assert "webcal://" + first.partition("://")[2] in page.text
    page = browser_of_camille.post(PAGE, {"acte": "renouveler", "adresse": "1"}, follow=True)
    assert first not in page.text
    page = browser_of_camille.post(PAGE, {"acte": "arreter"}, follow=True)
    assert "Créer mon adresse" in page.text
    deeds = JournalEntry.objects.filter(file_id=camille.pk, code__gte=170, code__lte=172)
    assert list(deeds.order_by("id").values_list("code", flat=True)) == [170, 171, 172]


def test_an_address_that_cannot_be_shown_any_more_is_said(camille, address, browser_of_camille):
    CalendarFeed.objects.update(key_hash=b"0" * 32)
    page = browser_of_camille.get(PAGE)
    assert "ne pouvons plus l’afficher" in page.text


@pytest.mark.parametrize(
    "sent", [{}, {"acte": "x"}, {"acte": "renouveler"}, {"acte": "renouveler", "adresse": "²" * 9}]
)
def test_a_form_that_says_nothing_changes_nothing(camille, address, browser_of_camille, sent):
    page = browser_of_camille.post(PAGE, sent, follow=True)
    assert "Choisissez ce que vous voulez faire" in page.text
    assert path_of(CalendarFeed.objects.get()) == address


def test_two_first_clicks_open_one_address(camille, address):
    again = feed.open_feed(camille.pk, by=acting(camille), now=NOW)
    assert path_of(again) == address
    assert again.generation == 1


def test_the_page_keeps_its_query_budget(camille, address, browser_of_camille, django_assert_max_num_queries):
    browser_of_camille.get(PAGE)
    with django_assert_max_num_queries(8):
        assert browser_of_camille.get(PAGE).status_code == 200


def test_what_is_written_cannot_break_out_of_its_line(camille, address):
    agency = camille.agency
    agency.name = "Agence\r\nBEGIN:VEVENT\r\nUID:x"
    agency.save()
    factories.convocation(camille)
    (event,) = events(address).values()
    assert "BEGIN:VEVENT" in event.location.value


def test_the_hour_is_the_same_instant_for_a_reader_elsewhere(camille, address):
    convocation = factories.convocation(camille)
    (event,) = events(address).values()
    assert event.dtstart.value.astimezone(UTC) == convocation.starts_at
