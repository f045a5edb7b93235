"""Closing, leaving, a broken kiosk: whom to move is on the lists, nothing is lost, nothing counts against anyone."""

from datetime import UTC, datetime, time, timedelta

import pytest

from accounts.hours import advisors, agencies
from accounts.hours.advisors import RefusedHours
from accounts.models import Availability, Kiosk, Leave, OpeningHours
from convocations import attendance
from convocations.desk import worklist
from convocations.evidence import ledger
from convocations.models import Bindingness, Convocation, Displacement, Modality
from convocations.scheduling import displacing
from convocations.scheduling.changing import cancel
from convocations.states import ConvocationState
from portal.core import deadlines
from portal.core.models import JournalEntry
from tests import factories
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db

# Thursday 3 December 2026, 13 o'clock in Paris.
ONE = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
DAY = ONE.date()
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def supervisor():
    return factories.advisor(is_supervisor=True)


@pytest.fixture
def advisor(supervisor):
    return factories.advisor(supervisor.agency)


@pytest.fixture
def ahead(advisor):
    """An appointment on the Thursday, one the day after, and one that has no hour."""
    row = factories.convocation(factories.claimant(advisor), starts_at=ONE)
    factories.convocation(factories.claimant(advisor), starts_at=ONE + timedelta(days=1))
    factories.convocation(
        factories.claimant(advisor),
        starts_at=ONE,
        modality=Modality.ASYNC_MESSAGE,
        minutes=7 * 24 * 60,
        bindingness=Bindingness.INVITATION,
    )
    return row


def close(supervisor, **hours):
    return agencies.close(
        supervisor.agency_id,
        first_day=DAY,
        last_day=DAY,
        reason="Travaux",
        by=acting(supervisor),
        now=LATER,
        **hours,
    )


def listed(advisor, now=LATER) -> list[int]:
    return [row.pk for row in worklist.work_for([advisor.pk], now)[worklist.TO_MOVE]]


def test_a_closed_day_puts_its_appointments_on_the_list_and_changes_nothing_else(supervisor, advisor, ahead):
    closure = close(supervisor)
    assert listed(advisor) == [ahead.pk]
    (row,) = displacing.to_move(supervisor.agency_id, now=LATER)
    assert displacing.why(row) == "l’agence est fermée le jeudi 3\u00a0décembre 2026 (Travaux)"
    before, ahead = ahead, Convocation.objects.get(pk=ahead.pk)
    assert (ahead.state, ahead.starts_at) == (before.state, before.starts_at)
    # The person reads it in their journal.
    assert JournalEntry.objects.filter(file_id=ahead.claimant_id, code=160).count() == 1
    agencies.reopen(closure.pk, agency_id=supervisor.agency_id, by=acting(supervisor), now=LATER)
    assert listed(advisor) == []
    assert JournalEntry.objects.filter(file_id=ahead.claimant_id, code=161).count() == 1


def test_some_hours_closed_touch_only_what_lies_in_them(supervisor, advisor, ahead):
    close(supervisor, starts=time(8), ends=time(13))
    assert listed(advisor) == []
    close(supervisor, starts=time(13, 30), ends=time(15))
    assert listed(advisor) == [ahead.pk]


def test_moved_or_cancelled_it_leaves_the_list(supervisor, advisor, ahead):
    close(supervisor)
    cancel(ahead.pk, reason="Agence fermée", by=acting(advisor), now=LATER)
    assert listed(advisor) == []


def test_what_could_not_take_place_founds_no_absence(supervisor, advisor, ahead):
    ledger.consult(ahead.pk, by=acting(ahead.claimant), now=NOW + timedelta(minutes=5))
    close(supervisor)
    deadlines.work(lambda: ahead.ends_at)
    now = ahead.ends_at + timedelta(hours=1)
    with pytest.raises(attendance.WasDisplaced) as refused:
        attendance.record(ahead.pk, ConvocationState.ABSENT, by=acting(advisor), now=now)
    assert "l’agence est fermée" in refused.value.sentence
    attendance.record(ahead.pk, ConvocationState.CANCELLED_BY_AGENCY, by=acting(advisor), now=now)


def test_leave_without_a_deputy_displaces_and_with_one_does_not(advisor, supervisor, ahead):
    leave = {"first_day": DAY, "last_day": DAY, "by": acting(advisor), "now": LATER}
    with_deputy = advisors.take_leave(advisor.pk, deputy_id=supervisor.pk, **leave)
    assert listed(advisor) == []
    advisors.cancel_leave(with_deputy.pk, advisor_id=advisor.pk, by=acting(advisor), now=LATER)
    alone = advisors.take_leave(advisor.pk, deputy_id=None, **leave)
    assert listed(advisor) == [ahead.pk]
    assert "absent jusqu’au jeudi 3" in displacing.why(Displacement.objects.get())
    advisors.cancel_leave(alone.pk, advisor_id=advisor.pk, by=acting(advisor), now=LATER)
    assert listed(advisor) == []


def test_a_kiosk_out_of_use_displaces_until_it_is_back(advisor, supervisor):
    by = acting(supervisor)
    kiosk = agencies.keep_kiosk(
        supervisor.agency_id, name="Poste 1", has_video=True, is_active=True, by=by, now=NOW
    )
    row = factories.convocation(factories.claimant(advisor), starts_at=ONE, modality=Modality.KIOSK_VIDEO)
    assert row.kiosk == kiosk
    for in_use, expected in ((False, [row.pk]), (True, [])):
        agencies.keep_kiosk(
            supervisor.agency_id,
            pk=kiosk.pk,
            name="Poste 1",
            has_video=True,
            is_active=in_use,
            by=by,
            now=LATER,
        )
        assert listed(advisor) == expected


def test_hours_taken_off_the_week_displace_what_fits_no_other(advisor, supervisor, ahead):
    by, agency = acting(supervisor), supervisor.agency_id
    thursday = {"kind": "BY_APPOINTMENT", "weekday": 3, "by": by, "now": LATER}
    morning = agencies.open_at(agency, opens=time(9), closes=time(12), **thursday)
    noon = agencies.open_at(agency, opens=time(12), closes=time(16), **thursday)
    agencies.no_longer_open_at(morning.pk, agency_id=agency, by=by, now=LATER)
    assert listed(advisor) == []
    agencies.no_longer_open_at(noon.pk, agency_id=agency, by=by, now=LATER)
    assert listed(advisor) == [ahead.pk]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts": time(22), "ends": time(2)}, "Pour passer minuit"),
        ({"starts": time(13, 30), "ends": time(14, 30)}, "couvre déjà"),
        ({"modalities": []}, "moyen"),
        ({"modalities": ["ASYNC_MESSAGE"]}, ""),
    ],
)
def test_hours_that_cannot_be_are_refused_with_a_sentence(advisor, change, sentence):
    ordinary = {"weekday": 0, "starts": time(13), "ends": time(14), "modalities": ["PHONE"]}
    acts = {"by": acting(advisor), "now": NOW}
    advisors.add_availability(advisor.pk, **ordinary, **acts)
    with pytest.raises(RefusedHours) as refused:
        advisors.add_availability(advisor.pk, **{**ordinary, "weekday": 0, **change}, **acts)
    assert sentence in refused.value.sentence
    assert Availability.objects.count() == 1


def test_a_deputy_must_be_there_and_of_the_agency(advisor, supervisor):
    Leave.objects.create(advisor=supervisor, first_day=DAY, last_day=DAY)
    week = {"first_day": DAY - timedelta(days=2), "last_day": DAY + timedelta(days=2)}
    acts = {"by": acting(advisor), "now": NOW}
    for deputy in (supervisor, advisor, factories.advisor()):
        with pytest.raises(RefusedHours):
            advisors.take_leave(advisor.pk, **week, deputy_id=deputy.pk, **acts)
    assert not Leave.objects.filter(advisor=advisor).exists()


def test_an_advisor_on_leave_is_not_convoked_for(advisor):
    Leave.objects.create(advisor=advisor, first_day=DAY, last_day=DAY)
    with pytest.raises(Exception, match="Le conseiller est absent le jeudi 3"):
        factories.convocation(factories.claimant(advisor), starts_at=ONE)


def test_opening_hours_of_one_kind_never_overlap(supervisor):
    monday = {"weekday": 0, "by": acting(supervisor), "now": NOW}
    agencies.open_at(supervisor.agency_id, kind="WALK_IN", opens=time(8), closes=time(12), **monday)
    agencies.open_at(supervisor.agency_id, kind="BY_APPOINTMENT", opens=time(9), closes=time(12), **monday)
    with pytest.raises(RefusedHours):
        agencies.open_at(supervisor.agency_id, kind="WALK_IN", opens=time(11), closes=time(13), **monday)
    assert OpeningHours.objects.count() == 2
    assert Kiosk.objects.count() == 0
