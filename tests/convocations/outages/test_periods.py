"""An outage of the portal gives people their time back, once, with proof; it costs nobody anything."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from convocations import deeds
from convocations.absences import deciding, extending
from convocations.models import Extension
from convocations.states import AbsenceState
from messaging.models import OutboxMessage
from portal.core import deadlines, outage_slices, outages
from portal.core.models import Deadline, JournalEntry, Outage
from portal.core.working_time import day_bounds
from tests.convocations.outages.days import OFFICE, PARIS, absence_of, down, last_day_of, paris, refer, work
from tests.factories import acting

pytestmark = pytest.mark.django_db


# --- the period to explain -------------------------------------------------------------


def test_an_hour_down_on_the_last_day_gives_the_next_working_day_to_each(absence):
    down(paris(9, 14), paris(9, 15))
    assert last_day_of(absence) == date(2026, 12, 10)
    extension = Extension.objects.get()
    assert (extension.absence, extension.justificatif) == (absence, None)
    assert extension.ended_at == day_bounds(date(2026, 12, 9), PARIS)[1]
    assert extension.ends_at == absence.explanation_due_at
    line = JournalEntry.objects.get(code=deeds.PERIOD_EXTENDED.number)
    assert (line.file_id, line.subject_id) == (absence.claimant_id, absence.pk)
    assert line.data["until"] == "jeudi 10\u00a0décembre 2026 avant\u00a0minuit"
    owed = OutboxMessage.objects.get(kind=deeds.MAIL_PERIOD_EXTENDED)
    assert (owed.person_id, owed.subject_id) == (absence.claimant_id, extension.pk)


def test_an_afternoon_down_in_the_middle_moves_nothing_and_says_nothing(absence):
    down(paris(4, 12), paris(4, 19))
    assert last_day_of(absence) == date(2026, 12, 9)
    assert not Extension.objects.exists()
    assert not OutboxMessage.objects.filter(kind=deeds.MAIL_PERIOD_EXTENDED).exists()


def test_the_deadline_moves_with_the_day_and_ends_the_period_only_then(absence):
    down(paris(9, 14), paris(9, 15))
    work(paris(10, 12))
    absence.refresh_from_db()
    assert absence.period_ended_at is None
    ends = Deadline.objects.filter(kind=deeds.DUE_EXPLANATION_END, subject_id=absence.pk)
    assert sorted(ends.values_list("state", "due_at")) == [
        (Deadline.State.PENDING, paris(11)),
        (Deadline.State.CANCELLED, paris(10)),
    ]
    work(paris(11, 0, 1))
    absence.refresh_from_db()
    assert absence.period_ended_at == paris(11, 0, 1)


def test_a_period_that_had_ended_is_open_again_when_the_outage_is_recorded_afterwards(absence):
    work(paris(10, 9))
    absence.refresh_from_db()
    assert absence.period_ended_at is not None
    down(paris(9, 14), paris(9, 15), now=paris(10, 10))
    absence.refresh_from_db()
    assert absence.period_ended_at is None
    # Told on the 10th, the whole of the next working day is theirs.
    assert last_day_of(absence) == date(2026, 12, 11)
    work(paris(12, 0, 1))
    absence.refresh_from_db()
    assert absence.period_ended_at == paris(12, 0, 1)


def test_recording_the_same_outage_twice_and_working_it_twice_gives_time_once(absence):
    outage = down(paris(9, 14), paris(9, 15))
    down(paris(9, 14), paris(9, 15))
    Deadline.objects.filter(kind=deeds.DUE_EXTEND_EXPLANATIONS).update(state=0, run_at=paris(9, 16))
    work(paris(9, 16))
    assert last_day_of(absence) == date(2026, 12, 10)
    assert Extension.objects.get().outage == outage
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_PERIOD_EXTENDED).count() == 1
    assert JournalEntry.objects.filter(code=deeds.PERIOD_EXTENDED.number).count() == 1


def test_a_later_outage_on_the_day_given_gives_another_and_both_are_told(absence):
    down(paris(9, 14), paris(9, 15))
    down(paris(10, 8), paris(10, 9))
    assert last_day_of(absence) == date(2026, 12, 11)
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_PERIOD_EXTENDED).count() == 2


def test_what_counts_against_the_service_stays_where_it_is(absence):
    clocks = (absence.decide_by, absence.closes_at)
    down(paris(7), paris(14, 9))
    absence.refresh_from_db()
    # Seven whole days lost: seven left after the return.
    assert last_day_of(absence) == date(2026, 12, 21)
    assert (absence.decide_by, absence.closes_at) == clocks
    work(absence.closes_at)
    absence.refresh_from_db()
    assert absence.state == AbsenceState.CLOSED_NO_ACTION


def test_an_absence_already_decided_in_favour_is_left_alone(absence):
    now = paris(3, 9)
    deciding.decide(absence.pk, AbsenceState.EXCUSED, reasons="Grève.", by=acting(absence.advisor), now=now)
    down(paris(9, 14), paris(9, 15))
    assert last_day_of(absence) == date(2026, 12, 9)
    assert not Extension.objects.exists()


def test_an_absence_recorded_after_the_outage_owes_it_nothing():
    row = absence_of()
    down(paris(1, 8), paris(1, 20), now=paris(2, 20))
    assert last_day_of(row) == date(2026, 12, 9)


def test_somebody_holding_an_absence_makes_nobody_wait_and_loses_nothing(absence, monkeypatch):
    outage = outages.record(paris(9, 14), paris(9, 15), "Panne", by=OFFICE, now=paris(9, 15))
    # As if a colleague had the row in hand: SKIP LOCKED gives none of it.
    monkeypatch.setattr(extending, "take_slice", lambda asked, after, agency: ([absence.pk], 1, []))
    work(paris(9, 15))
    row = Deadline.objects.get(kind=deeds.DUE_EXTEND_EXPLANATIONS, subject_id=outage.pk)
    assert row.state == Deadline.State.PENDING
    monkeypatch.undo()
    work(paris(9, 15) + timedelta(seconds=3))
    assert last_day_of(absence) == date(2026, 12, 10)


def test_many_absences_are_extended_slice_by_slice_with_as_many_queries_as_one(monkeypatch):
    monkeypatch.setattr(outage_slices, "SLICE", 3)
    rows = [absence_of() for _ in range(7)]
    outage = outages.record(paris(9, 14), paris(9, 15), "Panne", by=OFFICE, now=paris(9, 15))
    kind = deeds.DUE_EXTEND_EXPLANATIONS
    counts = []
    for _ in range(3):
        (pending,) = Deadline.objects.filter(kind=kind, state=0)
        due = deadlines.Due(pending.pk, outage.pk, pending.occurrence, pending.step)
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            assert extending.extend_explanations([due], paris(9, 15)) is None
        counts.append(len(queries))
        Deadline.objects.filter(pk=pending.pk).update(state=Deadline.State.DONE)
    assert [last_day_of(row) for row in rows] == [date(2026, 12, 10)] * 7
    assert not Deadline.objects.filter(kind=kind, state=0).exists()
    # The last slice holds one row and plans no other: one statement fewer, whatever the number of rows.
    assert counts[0] == counts[1]
    assert counts[0] - counts[2] <= 1


# --- while it lasts ----------------------------------------------------------------------


def test_no_period_ends_while_the_portal_is_down_and_its_end_gives_the_time_back(absence):
    outage = down(paris(9, 14), None)
    work(paris(10, 0, 1))
    absence.refresh_from_db()
    assert absence.period_ended_at is None
    with pytest.raises(deciding.MayNotRefer, match="va être prolongé"):
        refer(absence, paris(10, 9))
    outages.correct(outage.pk, paris(9, 14), paris(10, 11), "Panne", by=OFFICE, now=paris(10, 11))
    work(paris(10, 12))
    assert last_day_of(absence) == date(2026, 12, 11)
    work(paris(12, 0, 1))
    absence.refresh_from_db()
    assert absence.period_ended_at is not None


def test_an_outage_that_lasts_is_looked_at_again_and_tells_nobody_a_day_that_may_change(absence):
    down(paris(9, 14), None)
    work(paris(9, 15))
    rows = Deadline.objects.filter(kind__in=[deeds.DUE_EXTEND_EXPLANATIONS, deeds.DUE_EXTEND_COMPLETIONS])
    assert {row.state for row in rows} == {Deadline.State.PENDING}
    assert all(row.run_at > paris(9, 15) for row in rows)
    assert not Extension.objects.exists()


def test_a_correction_gives_more_and_never_takes_back(absence):
    outage = down(paris(9, 14), paris(9, 15))
    assert last_day_of(absence) == date(2026, 12, 10)
    outages.correct(outage.pk, paris(9, 14), paris(10, 8), "Panne", by=OFFICE, now=paris(10, 9))
    work(paris(10, 9))
    assert last_day_of(absence) == date(2026, 12, 11)
    outages.correct(outage.pk, paris(4, 14), paris(4, 15), "Panne", by=OFFICE, now=paris(10, 10))
    work(paris(10, 10))
    assert last_day_of(absence) == date(2026, 12, 11)
    assert Deadline.objects.filter(kind=deeds.DUE_EXTEND_EXPLANATIONS).count() == 3
    told = JournalEntry.objects.filter(code=outages.CORRECTED.number).order_by("id").first()
    assert "9\u00a0décembre" in told.data["before"]


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        (paris(11), None, "début ne peut pas être à venir"),
        (paris(9), paris(11), "fin ne peut pas être à venir"),
        (paris(9), paris(9), "La fin doit venir après"),
        (paris(9), paris(8), "La fin doit venir après"),
        (paris(1).replace(year=2025), paris(9), "plus d’un an"),
    ],
)
def test_times_that_make_no_outage_are_refused_with_a_sentence(since, until, sentence):
    with pytest.raises(outages.OutageRefused, match=sentence):
        outages.record(since, until, "Panne", by=OFFICE, now=paris(10))
    assert not Outage.objects.exists()
