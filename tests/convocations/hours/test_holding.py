"""An hour kept while a form is open: replaced, released, over, turned into the appointment, or gone."""

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest

from accounts.models import Kiosk, OpeningHours
from convocations import deeds
from convocations.hours import holding
from convocations.hours.holding import SlotGone
from convocations.models import Convocation, Modality, SlotHold
from convocations.scheduling import changing
from convocations.scheduling.issuing import issue
from convocations.states import ConvocationState
from portal.core import deadlines, parameters
from portal.core.models import Deadline
from portal.core.transitions import Refusal
from tests import factories
from tests.convocations import searching
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db

# Wednesday 25 November 2026, 13 o'clock in Paris.
ONE = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)


@pytest.fixture
def advisor():
    person = factories.advisor()
    OpeningHours.objects.create(
        agency=person.agency, kind="BY_APPOINTMENT", weekday=2, opens=time(13), closes=time(15)
    )
    return person


@pytest.fixture
def person(advisor):
    return factories.claimant(advisor)


@pytest.fixture
def other(advisor):
    return factories.claimant(advisor)


def keep(person, starts_at=ONE, *, now=NOW, modality=Modality.PHONE, **more) -> SlotHold:
    return searching.hold(
        person.pk,
        advisor=person.advisor,
        modality=modality,
        starts_at=starts_at,
        minutes=30,
        now=now,
        **more,
    )


def turn(person, starts_at=ONE, *, now=NOW, modality=Modality.PHONE, instead_of=None, **more) -> Convocation:
    draft = factories.draft(person, starts_at=starts_at, minutes=30, modality=modality)
    how = {"form_key": uuid.uuid4(), "by": acting(person), "now": now}

    def take(ready):
        if instead_of is None:
            return issue(ready, **how)
        return changing.move(instead_of, ready, reason="Report demandé", **how)

    return holding.redeem(draft, take, now=now, ignoring=instead_of, **more)


def test_a_hold_replaces_the_former_one(person, other):
    keep(person)
    keep(person, ONE + HALF)
    assert SlotHold.objects.get().starts_at == ONE + HALF
    # The first hour is anybody's again, its end is waited for no more.
    keep(other)
    assert Deadline.objects.filter(kind=deeds.DUE_HOLD_END, state=Deadline.State.PENDING).count() == 2


def test_an_hour_held_by_another_is_gone_with_the_nearest_offered(person, other):
    keep(other)
    with pytest.raises(SlotGone) as gone:
        keep(person, first=NOW)
    assert [slot.starts_at for slot in gone.value.nearest] == [
        ONE + HALF,
        ONE + timedelta(minutes=45),
        ONE + timedelta(minutes=60),
    ]
    assert "choisissez un autre créneau" in gone.value.sentence


def test_the_former_hold_stays_when_the_new_hour_is_gone(person, other):
    keep(other)
    keep(person, ONE + HALF)
    with pytest.raises(SlotGone):
        keep(person)
    assert SlotHold.objects.get(claimant=person).starts_at == ONE + HALF


@pytest.mark.parametrize(
    "starts_at", [ONE - timedelta(hours=1), ONE + timedelta(minutes=5), ONE + timedelta(hours=2), NOW - HALF]
)
def test_an_hour_that_was_never_offered_cannot_be_held(person, starts_at):
    with pytest.raises(SlotGone):
        keep(person, starts_at)
    assert not SlotHold.objects.exists()


def test_a_hold_is_over_at_its_time_with_or_without_a_sweeper(person, other):
    kept = keep(person)
    assert kept.expires_at == NOW + timedelta(minutes=parameters.current().slot_hold_minutes)
    # Nobody has swept: the row stands there, and stands in nobody's way.
    taken = keep(other, now=kept.expires_at)
    assert list(SlotHold.objects.all()) == [taken]
    deadlines.work(lambda: taken.expires_at)
    assert not SlotHold.objects.exists()
    states = set(Deadline.objects.filter(kind=deeds.DUE_HOLD_END).values_list("state", flat=True))
    assert states == {Deadline.State.DONE, Deadline.State.CANCELLED}


def test_a_hold_let_go_is_anybodys(person, other):
    keep(person)
    holding.release(person.pk, now=NOW)
    holding.release(person.pk, now=NOW)
    assert keep(other).claimant_id == other.pk


def test_the_advisor_has_the_last_word_over_a_hold(person, other):
    keep(person)
    factories.convocation(other, starts_at=ONE, minutes=30)
    with pytest.raises(SlotGone) as gone:
        turn(person)
    assert [slot.starts_at for slot in gone.value.nearest][0] == ONE + HALF
    assert not Convocation.objects.filter(claimant=person).exists()


def test_a_hold_becomes_the_appointment(person):
    keep(person)
    mine = turn(person)
    assert (mine.starts_at, mine.ends_at, mine.state) == (ONE, ONE + HALF, ConvocationState.ISSUED)
    assert not SlotHold.objects.exists()


def test_an_hour_still_free_after_its_hold_is_over_is_given(person):
    kept = keep(person)
    assert turn(person, now=kept.expires_at + HALF - timedelta(minutes=29)).starts_at == ONE


def test_a_person_without_a_hold_does_not_pass_before_one_who_has(person, other):
    keep(other)
    with pytest.raises(SlotGone):
        turn(person)


def test_an_appointment_is_moved_to_the_hour_held(person):
    before = factories.convocation(person, starts_at=ONE + timedelta(days=7), minutes=30)
    keep(person, ignoring=before.pk)
    after = turn(person, instead_of=before.pk)
    before.refresh_from_db()
    assert (before.state, before.successor) == (ConvocationState.SUPERSEDED, after)


def test_the_manner_changes_at_the_same_hour(person):
    before = factories.convocation(person, starts_at=ONE, minutes=30)
    keep(person, ignoring=before.pk)
    after = turn(person, instead_of=before.pk)
    assert (after.starts_at, after.modality) == (ONE, Modality.PHONE)


def test_too_short_a_notice_is_still_refused_by_issuing(person):
    with pytest.raises(Refusal) as refused:
        turn(person, now=ONE - timedelta(hours=24))
    assert not isinstance(refused.value, SlotGone)
    assert "moins de 48 heures" in refused.value.sentence


def test_a_kiosk_is_held_and_booked_and_named(person, advisor):
    kiosk = Kiosk.objects.create(agency=advisor.agency, name="Poste 1")
    colleague = factories.claimant(factories.advisor(advisor.agency))
    assert keep(person, modality=Modality.KIOSK_VIDEO).kiosk == kiosk
    with pytest.raises(SlotGone):
        keep(colleague, modality=Modality.KIOSK_VIDEO)
    mine = turn(person, modality=Modality.KIOSK_VIDEO)
    assert mine.kiosk == kiosk
    assert mine.place.endswith("– Poste 1")
    assert searching.free_slots(
        advisor=colleague.advisor,
        claimant_id=colleague.pk,
        modality=Modality.KIOSK_VIDEO,
        minutes=30,
        now=NOW,
        first=ONE,
        until=ONE + timedelta(hours=1),
    )[0].starts_at == ONE + HALF  # fmt: skip


def test_an_advisor_convoking_to_a_kiosk_books_one(person, advisor):
    first = factories.convocation(person, starts_at=ONE, modality=Modality.KIOSK_VIDEO)
    # An agency without kiosks does without, as before.
    assert first.kiosk is None
    kiosk = Kiosk.objects.create(agency=advisor.agency, name="Poste 1")
    colleague = factories.claimant(factories.advisor(advisor.agency))
    second = factories.convocation(colleague, starts_at=ONE, modality=Modality.KIOSK_VIDEO)
    assert second.kiosk == kiosk
    assert second.place.endswith("– Poste 1")
    third = factories.claimant(factories.advisor(advisor.agency))
    with pytest.raises(Refusal) as refused:
        factories.convocation(third, starts_at=ONE, modality=Modality.KIOSK_VIDEO)
    assert "Aucun espace numérique" in refused.value.sentence
