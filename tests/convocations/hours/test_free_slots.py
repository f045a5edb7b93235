"""The hours a claimant may pick: what takes one away, at which instant it begins, and for how many queries."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.models import (
    Availability,
    AvailabilityException,
    Closure,
    Kiosk,
    Leave,
    OpeningHours,
    ReceivedFor,
)
from convocations.hours import slots
from convocations.hours.free import FreeSlot
from convocations.hours.slots import Wanted
from convocations.models import Kind, Modality
from convocations.scheduling.changing import cancel
from tests import factories
from tests.convocations import searching
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# Wednesday 25 November 2026, two days and more after NOW (a Monday, 10 o'clock in Paris).
WEDNESDAY = date(2026, 11, 25)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour on the wall in Paris, in winter."""
    return datetime(day.year, day.month, day.day, hour - 1, minute, tzinfo=UTC)


@pytest.fixture
def advisor():
    person = factories.advisor()
    for weekday in range(5):
        OpeningHours.objects.create(
            agency=person.agency,
            kind=OpeningHours.Kind.BY_APPOINTMENT,
            weekday=weekday,
            opens=time(13),
            closes=time(15),
        )
    return person


@pytest.fixture
def person(advisor):
    return factories.claimant(advisor)


def starts(advisor, person=None, *, modality=Modality.PHONE, minutes=30, day=WEDNESDAY, **more) -> list[str]:
    """The hours of one day, as the wall shows them."""
    slots = searching.free_slots(
        **{
            "advisor": advisor,
            "claimant_id": person.pk if person else None,
            "modality": modality,
            "minutes": minutes,
            "now": NOW,
            "first": at(day, 1),
            "until": at(day, 23),
        }
        | more
    )
    zone = advisor.agency.place.zone
    assert all(slot.ends_at - slot.starts_at == timedelta(minutes=minutes) for slot in slots)
    return [f"{slot.starts_at.astimezone(zone):%H:%M}" for slot in slots]


WHOLE = ["13:00", "13:15", "13:30", "13:45", "14:00", "14:15", "14:30"]


def test_an_advisor_without_a_week_receives_in_the_agencys_hours(advisor, person):
    assert starts(advisor, person) == WHOLE


def test_a_written_exchange_needs_no_hour(advisor, person):
    assert starts(advisor, person, modality=Modality.ASYNC_MESSAGE) == []


def test_a_slot_respects_the_notice_floor_unless_told_otherwise(advisor, person):
    ordinary = searching.free_slots(
        advisor=advisor, claimant_id=person.pk, modality=Modality.PHONE, minutes=30, now=NOW, limit=1
    )
    assert ordinary == [FreeSlot(at(WEDNESDAY, 13), at(WEDNESDAY, 13, 30))]
    sooner = searching.free_slots(
        advisor=advisor,
        claimant_id=person.pk,
        modality=Modality.PHONE,
        minutes=30,
        now=NOW,
        limit=1,
        first=NOW,
    )
    assert sooner[0].starts_at == at(NOW.date(), 13)
    # Nothing begins in the past, whatever is asked.
    past = searching.free_slots(
        advisor=advisor,
        claimant_id=person.pk,
        modality=Modality.PHONE,
        minutes=30,
        now=at(NOW.date(), 13, 5),
        limit=1,
        first=NOW - DAY,
    )
    assert past[0].starts_at == at(NOW.date(), 13, 15)


def test_a_week_of_ones_own_holds_in_its_manners_alone(advisor, person):
    Availability.objects.create(
        advisor=advisor, weekday=2, starts=time(12), ends=time(14), modalities=["PHONE", "VIDEO"]
    )
    Availability.objects.create(
        advisor=advisor, weekday=2, starts=time(14), ends=time(17), modalities=["IN_PERSON"]
    )
    # Within the agency's hours; a length that does not fit any more is not offered.
    assert starts(advisor, person) == ["13:00", "13:15", "13:30"]
    assert starts(advisor, person, modality=Modality.IN_PERSON) == ["14:00", "14:15", "14:30"]
    assert starts(advisor, person, day=WEDNESDAY + DAY) == []


def test_hours_reserved_for_a_kind_are_offered_for_it_alone(advisor, person):
    week = {"advisor": advisor, "weekday": 2, "modalities": ["PHONE"]}
    Availability.objects.create(starts=time(13), ends=time(14), kinds=["REFRAMING"], **week)
    Availability.objects.create(starts=time(14), ends=time(15), **week)
    AvailabilityException.objects.create(
        advisor=advisor,
        day=WEDNESDAY,
        starts=time(15),
        ends=time(16),
        is_free=True,
        modalities=["PHONE"],
        kinds=["REFRAMING"],
    )
    assert starts(advisor, person, minutes=60) == ["14:00"]
    # The agency closes at three.
    assert starts(advisor, person, minutes=60, kind=Kind.REFRAMING) == [
        *("13:00", "13:15", "13:30", "13:45", "14:00"),
    ]
    # Planning many people keeps to it as well; a kind nobody reserves hours for is received at any of them.
    found = [
        slots.plan([Wanted(person.pk, 30)], advisor=advisor, first=at(WEDNESDAY, 12), kind=kind)[0].starts_at
        for kind in (Kind.INTERVIEW, Kind.REFRAMING, Kind.CONTROL)
    ]
    assert found == [at(WEDNESDAY, 14), at(WEDNESDAY, 13), at(WEDNESDAY, 13)]


def test_the_kinds_hours_are_reserved_for_are_those_of_appointments():
    alone = {kind for kind in Kind if slots.needs_own_hour(kind, Modality.PHONE)}
    # A control is held by a controller, who has no week here.
    assert set(ReceivedFor) == alone - {Kind.CONTROL}
    assert dict(ReceivedFor.choices).items() <= dict(Kind.choices).items()


def test_an_exception_adds_and_takes_away(advisor, person):
    Availability.objects.create(
        advisor=advisor, weekday=2, starts=time(13), ends=time(14), modalities=["PHONE"]
    )
    AvailabilityException.objects.create(advisor=advisor, day=WEDNESDAY, starts=time(13), ends=time(13, 30))
    AvailabilityException.objects.create(
        advisor=advisor,
        day=WEDNESDAY,
        starts=time(14),
        ends=time(15),
        is_free=True,
        modalities=["PHONE"],
        kinds=["INTERVIEW"],
    )
    assert starts(advisor, person) == ["13:30", "13:45", "14:00", "14:15", "14:30"]
    AvailabilityException.objects.create(advisor=advisor, day=WEDNESDAY + 7 * DAY)
    assert starts(advisor, person, day=WEDNESDAY + 7 * DAY) == []


def test_leave_closures_and_holidays_leave_nothing(advisor, person):
    thursday, friday = WEDNESDAY + DAY, WEDNESDAY + 2 * DAY
    Leave.objects.create(advisor=advisor, first_day=thursday, last_day=thursday)
    Closure.objects.create(agency=advisor.agency, first_day=friday, last_day=friday, reason="Travaux")
    Closure.objects.create(
        agency=advisor.agency,
        first_day=WEDNESDAY,
        last_day=WEDNESDAY,
        starts=time(13, 30),
        ends=time(14, 15),
        reason="Exercice",
    )
    assert starts(advisor, person) == ["13:00", "14:15", "14:30"]
    assert starts(advisor, person, day=thursday) == []
    assert starts(advisor, person, day=friday) == []
    # 25 December 2026 is a Friday.
    assert starts(advisor, person, day=date(2026, 12, 25)) == []


def test_appointments_take_hours_of_both_and_give_them_back(advisor, person):
    mine = factories.convocation(person, starts_at=at(WEDNESDAY, 13, 10), minutes=20)
    theirs = factories.convocation(factories.claimant(advisor), starts_at=at(WEDNESDAY, 14), minutes=30)
    assert starts(advisor, person) == ["13:30", "14:30"]
    # Moved, its own hour is free for its own person.
    assert starts(advisor, person, ignoring=mine.pk) == ["13:00", "13:15", "13:30", "14:30"]
    cancel(theirs.pk, reason="Empêchement", by=acting(advisor), now=NOW)
    assert starts(advisor, person) == ["13:30", "13:45", "14:00", "14:15", "14:30"]


def test_a_workshop_leaves_the_advisor_free_but_not_the_person(advisor, person):
    factories.convocation(person, starts_at=at(WEDNESDAY, 13), minutes=120, kind=Kind.WORKSHOP)
    assert starts(advisor, person) == []
    assert starts(advisor, factories.claimant(advisor)) == WHOLE


def test_what_others_hold_is_left_out_until_its_time_is_over(advisor, person):
    other = factories.claimant(advisor)
    kept = searching.hold(
        other.pk,
        advisor=advisor,
        modality=Modality.PHONE,
        starts_at=at(WEDNESDAY, 13),
        minutes=60,
        now=NOW,
    )
    assert starts(advisor, person) == ["14:00", "14:15", "14:30"]
    assert starts(advisor, other) == WHOLE
    # Its row still stands there: it counts for nobody any more.
    assert starts(advisor, person, now=kept.expires_at) == WHOLE


def test_a_kiosk_must_be_free_too(advisor, person):
    agency = advisor.agency
    assert starts(advisor, person, modality=Modality.KIOSK_VIDEO) == []
    Kiosk.objects.create(agency=agency, name="Sans caméra", has_video=False)
    Kiosk.objects.create(agency=agency, name="En panne", is_active=False)
    assert starts(advisor, person, modality=Modality.KIOSK_VIDEO) == []
    first = Kiosk.objects.create(agency=agency, name="Poste 1")
    assert starts(advisor, person, modality=Modality.KIOSK_VIDEO) == WHOLE
    colleague = factories.claimant(factories.advisor(agency))
    factories.convocation(
        colleague, starts_at=at(WEDNESDAY, 13, 30), minutes=60, modality=Modality.KIOSK_VIDEO
    )
    assert starts(advisor, person, modality=Modality.KIOSK_VIDEO) == ["13:00", "14:30"]
    second = Kiosk.objects.create(agency=agency, name="Poste 2")
    found = searching.free_slots(
        advisor=advisor,
        claimant_id=person.pk,
        modality=Modality.KIOSK_VIDEO,
        minutes=30,
        now=NOW,
        first=at(WEDNESDAY, 13),
        until=at(WEDNESDAY, 15),
    )
    assert [slot.kiosk_id for slot in found] == [first.pk, *[second.pk] * 5, first.pk]


def test_a_kiosk_of_another_agency_follows_its_own_hours(advisor, person):
    elsewhere = factories.agency()
    Kiosk.objects.create(agency=elsewhere, name="Poste 1")
    OpeningHours.objects.create(
        agency=elsewhere, kind="BY_APPOINTMENT", weekday=2, opens=time(14), closes=time(17)
    )
    assert starts(advisor, person, modality=Modality.KIOSK_VIDEO, agency_id=elsewhere.pk) == [
        "14:00",
        "14:15",
        "14:30",
    ]


def test_the_nearest_hours_come_in_order_and_from_farther_when_none_is_near(advisor, person):
    same = {
        "advisor": advisor,
        "claimant_id": person.pk,
        "modality": Modality.PHONE,
        "minutes": 30,
        "now": NOW,
    }
    factories.convocation(factories.claimant(advisor), starts_at=at(WEDNESDAY, 13, 30), minutes=30)
    around = searching.nearest(around=at(WEDNESDAY, 13, 30), **same)
    assert [slot.starts_at for slot in around] == [
        at(WEDNESDAY, 13),
        at(WEDNESDAY, 14),
        at(WEDNESDAY, 14, 15),
    ]
    Leave.objects.create(advisor=advisor, first_day=WEDNESDAY, last_day=WEDNESDAY + 20 * DAY)
    (after, *_) = searching.nearest(around=at(WEDNESDAY, 13, 30), **same)
    assert after.starts_at == at(WEDNESDAY + 21 * DAY, 13)


@pytest.mark.parametrize("appointments", [1, 12])
def test_a_search_costs_as_many_queries_whatever_is_taken(
    advisor, person, appointments, django_assert_num_queries
):
    Kiosk.objects.create(agency=advisor.agency, name="Poste 1")
    for number in range(appointments):
        factories.convocation(factories.claimant(advisor), starts_at=at(WEDNESDAY + number * 7 * DAY, 14))
    same = {"advisor": advisor, "claimant_id": person.pk, "minutes": 30, "now": NOW}
    with django_assert_num_queries(2):
        assert len(searching.free_slots(modality=Modality.PHONE, **same)) == 60
    with django_assert_num_queries(3):
        assert len(searching.free_slots(modality=Modality.KIOSK_VIDEO, **same)) == 60
