"""An outage of the portal gives people their time back, once, with proof; it costs nobody anything."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convocations import attendance, deeds, justificatifs, outage_slices
from convocations.absences import deciding, explaining, extending
from convocations.evidence import ledger
from convocations.models import Absence, Extension, Justificatif
from convocations.motives import Motive
from convocations.states import AbsenceState, ConvocationState, ReviewState
from messaging.models import OutboxMessage
from portal.core import deadlines, outages
from portal.core.journal import Actor
from portal.core.models import Deadline, Document, JournalEntry, Outage
from portal.core.models.document import DocumentState
from portal.core.transitions import Refusal
from portal.core.working_time import Territory, day_bounds, last_day
from tests import factories
from tests.core import calendar_oracle as oracle
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db

PARIS = Territory.METROPOLE.zone
REUNION = Territory.REUNION.zone
OFFICE = Actor(None, "ADMIN", "127.0.0.1")


def work(now: datetime) -> None:
    deadlines.work(lambda: now)


def absence_of(territory: str = "METROPOLE", *, advisor=None, day: int = 0) -> Absence:
    """An absence recorded on Wednesday 2 December 2026 (or so many days later): five jours ouvrés to explain."""
    advisor = advisor or factories.advisor(factories.agency(territory=territory))
    convocation = factories.convocation(factories.claimant(advisor), starts_at=NOW + timedelta(days=9 + day))
    ledger.consult(convocation.pk, by=acting(convocation.claimant), now=NOW + timedelta(hours=1))
    work(convocation.ends_at)
    at = convocation.ends_at + timedelta(hours=1)
    attendance.record(convocation.pk, ConvocationState.ABSENT, by=acting(convocation.advisor), now=at)
    return Absence.objects.select_related("agency", "claimant", "advisor__user").get(convocation=convocation)


@pytest.fixture
def absence() -> Absence:
    """Wednesday 2 December: the last day to explain is Wednesday 9."""
    row = absence_of()
    assert last_day_of(row) == date(2026, 12, 9)
    return row


def paris(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=PARIS)


def down(since: datetime, until: datetime | None, *, now: datetime | None = None) -> Outage:
    at = now or until or since
    outage = outages.record(since, until, "Panne du réseau", by=OFFICE, now=at)
    work(at)
    return outage


def last_day_of(row: Absence) -> date:
    row.refresh_from_db()
    return last_day(row.explanation_due_at, row.agency.place)


def refer(row: Absence, now: datetime) -> Absence:
    return deciding.decide(
        row.pk,
        AbsenceState.REFERRED,
        reasons="Sans réponse.",
        report="La personne n’était pas là.",
        by=acting(row.advisor),
        now=now,
    )


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


# --- overseas, and when the hour changes -----------------------------------------------------


def test_an_evening_in_paris_is_the_next_day_in_la_reunion():
    row = absence_of("REUNION")
    assert last_day_of(row) == date(2026, 12, 9)
    # 21 h to 22 h in Paris on the 9th is past midnight there: their last day was whole.
    down(paris(9, 21), paris(9, 22))
    assert last_day_of(row) == date(2026, 12, 9)


def test_the_last_half_hour_in_la_reunion_is_an_evening_in_paris():
    row = absence_of("REUNION")
    # 20 h 30 in Paris is 23 h 30 there.
    down(paris(9, 20, 30), paris(9, 20, 45))
    assert last_day_of(row) == date(2026, 12, 10)


def test_a_holiday_of_the_territory_is_not_the_day_given():
    # 20 December is a holiday in La Réunion: a Sunday in 2026; Christmas is one everywhere.
    row = absence_of(day=15)
    assert last_day_of(row) == date(2026, 12, 24)
    down(paris(24, 10), paris(24, 11))
    assert last_day_of(row) == date(2026, 12, 28)


def test_a_day_of_twenty_three_hours_is_given_whole():
    person = factories.claimant()
    start = datetime(2027, 3, 19, 9, tzinfo=UTC)
    convocation = factories.convocation(person, starts_at=start)
    ledger.consult(convocation.pk, by=acting(person), now=NOW + timedelta(hours=1))
    work(convocation.ends_at)
    attendance.record(
        convocation.pk,
        ConvocationState.ABSENT,
        by=acting(convocation.advisor),
        now=start + timedelta(hours=2),
    )
    row = Absence.objects.select_related("agency").get()
    assert last_day_of(row) == date(2027, 3, 26)
    # The hour changes on Sunday 28; Monday 29 is Easter Monday.
    down(datetime(2027, 3, 26, 23, tzinfo=PARIS), datetime(2027, 3, 27, 1, tzinfo=PARIS))
    assert row.agency.place.zone == PARIS
    assert last_day_of(row) == date(2027, 3, 30)
    assert row.explanation_due_at == datetime(2027, 3, 30, 22, tzinfo=UTC)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    territory=st.sampled_from(list(Territory)),
    recorded=st.datetimes(datetime(2026, 1, 5), datetime(2027, 11, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    spans=st.lists(st.tuples(st.integers(-50, 500), st.integers(1, 100)), min_size=1, max_size=3),
    late=st.integers(0, 100),
)
def test_whatever_happens_the_time_given_is_what_a_calendar_by_hand_gives(territory, recorded, spans, late):
    """Each outage recorded in turn: never earlier, a working day without outage, and as the oracle counts."""
    with transaction.atomic():
        row = _absence_anywhere(territory, recorded)
        clock = oracle.CLOCKS[territory]
        seen = [row.explanation_due_at]
        recorded_outages: list[tuple[datetime, datetime]] = []
        for begins, lasts in sorted(spans):
            since = recorded + timedelta(hours=begins)
            until = since + timedelta(hours=lasts)
            now = max(until + timedelta(hours=late), recorded)
            recorded_outages.append((since, until))
            down(since, until, now=now)
            row.refresh_from_db()
            seen.append(row.explanation_due_at)
            if seen[-1] != seen[-2]:
                last = oracle.wall_date(seen[-1] - timedelta(seconds=1), clock)
                assert seen[-1] == oracle.midnight_after(last, clock)
                assert oracle.is_ouvre(last, territory)
                # Nobody is told of a day that is over: the next working day at least is theirs.
                told = oracle.wall_date(now, clock)
                days = [oracle.is_ouvre(day, territory) for day in oracle.days_from(told)]
                assert last >= oracle.nth_after(told, 1, days)
        assert all(before <= after for before, after in pairwise(seen))
        last = oracle.wall_date(seen[-1] - timedelta(seconds=1), clock)
        opens = oracle.midnight_after(last - timedelta(days=1), clock)
        touched = [
            (since, until)
            for since, until in recorded_outages
            if since < seen[-1] and until > max(opens, recorded)
        ]
        assert touched == []
        assert Extension.objects.filter(absence=row).count() == len(set(seen)) - 1
        transaction.set_rollback(True)


def _absence_anywhere(territory: Territory, recorded: datetime) -> Absence:
    """An absence recorded at any instant anywhere: an appointment two hours before, known a month ahead."""
    from portal.core.working_time import end_of_period

    advisor = factories.advisor(factories.agency(territory=territory))
    person = factories.claimant(advisor)
    row = _absent(person, recorded - timedelta(hours=3))
    absence = Absence.objects.create(
        convocation=row,
        claimant=person,
        advisor=advisor,
        agency=advisor.agency,
        recorded_at=recorded,
        explanation_due_at=end_of_period(recorded, jours_ouvres=5, territory=territory),
        decide_by=recorded + timedelta(days=14),
        closes_at=recorded + timedelta(days=60),
    )
    absence.move_to(AbsenceState.EXPLANATION_REQUESTED)
    return absence


def _absent(person, starts_at: datetime):
    from convocations.models import Convocation, DeliveryEvidence

    row = Convocation.objects.create(
        claimant=person,
        advisor=person.advisor,
        agency=person.agency,
        bindingness="CONVOCATION",
        kind="INTERVIEW",
        modality="IN_PERSON",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        purpose="Point",
        issued_at=starts_at - timedelta(days=30),
        notice_deadline=starts_at - timedelta(days=2),
        content_hash=b"0" * 32,
    )
    for fact in ("DEPOSITED", "CONSULTED"):
        at = starts_at - timedelta(days=29)
        DeliveryEvidence.objects.create(convocation=row, fact=fact, at=at, written_at=at)
    row.refresh_from_db()
    row.move_to(ConvocationState.AWAITING_STATUS)
    row.recorded_at, row.recorded_by_id = starts_at + timedelta(hours=2), person.advisor_id
    row.move_to(ConvocationState.ABSENT, saving=["recorded_at", "recorded_by"])
    return row


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


# --- referring ----------------------------------------------------------------------------


def test_a_referral_waits_for_the_extended_period_in_the_process_and_in_the_database(absence):
    down(paris(9, 14), paris(9, 15))
    now = paris(10, 9)
    with pytest.raises(deciding.MayNotRefer, match="peut encore s’expliquer jusqu’au"):
        refer(absence, now)
    with (
        pytest.raises(IntegrityError, match="referral_waits_for_the_explanation_period"),
        transaction.atomic(),
    ):
        Absence.objects.filter(pk=absence.pk).update(
            state="REFERRED", decided_at=now, decided_by=absence.advisor.user, reasons="r", report="r"
        )
    assert refer(absence, paris(11, 0, 1)).state == AbsenceState.REFERRED


def test_a_referral_waits_for_an_outage_not_yet_worked_through(absence):
    outages.record(paris(9, 14), paris(9, 15), "Panne", by=OFFICE, now=paris(10, 8))
    now = paris(10, 9)
    with pytest.raises(deciding.MayNotRefer, match="va être prolongé"):
        refer(absence, now)
    with pytest.raises(IntegrityError, match="may still grow"), transaction.atomic():
        Absence.objects.filter(pk=absence.pk).update(
            state="REFERRED", decided_at=now, decided_by=absence.advisor.user, reasons="r", report="r"
        )


def test_a_referral_made_within_the_time_given_is_taken_back_by_rule(absence):
    referred = refer(absence, paris(10, 9))
    down(paris(9, 14), paris(9, 15), now=paris(10, 15))
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLANATION_REQUESTED
    assert (absence.decided_at, absence.decided_by, absence.reasons, absence.report) == (None, None, "", "")
    line = JournalEntry.objects.get(code=deeds.REFERRAL_TAKEN_BACK.number)
    assert line.data["reasons"] == referred.reasons
    assert line.data["decided_by"] == absence.advisor_id
    pending = Deadline.objects.filter(subject_id=absence.pk, state=0, kind__in=deeds.OF_ABSENCE)
    assert sorted(pending.values_list("kind", "step")) == [
        (deeds.DUE_EXPLANATION_END, 0),
        (deeds.DUE_DECISION, 1),
        (deeds.DUE_DECISION, 2),
        (deeds.DUE_ABSENCE_CLOSE, 0),
    ]
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_PERIOD_EXTENDED).count() == 1
    assert refer(absence, paris(12, 0, 1)).state == AbsenceState.REFERRED


def test_a_referral_taken_back_keeps_what_the_person_had_said(absence):
    explaining.explain(
        absence.pk,
        motive=Motive.TRANSPORT,
        text="Le train a été supprimé.",
        sworn=True,
        document_ids=[],
        form_key=uuid.uuid4(),
        by=acting(absence.claimant),
        now=paris(4, 9),
    )
    refer(absence, paris(10, 9))
    down(paris(9, 14), paris(9, 15), now=paris(10, 15))
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLAINED


def test_a_referral_made_after_the_time_that_was_due_stands(absence):
    refer(absence, paris(15, 9))
    down(paris(9, 14), paris(9, 15), now=paris(16, 9))
    absence.refresh_from_db()
    assert absence.state == AbsenceState.REFERRED
    assert last_day_of(absence) == date(2026, 12, 9)


def test_time_given_is_never_taken_back_and_its_proof_never_changed(absence):
    down(paris(9, 14), paris(9, 15))
    with pytest.raises(IntegrityError, match="never taken back"), transaction.atomic():
        Absence.objects.filter(pk=absence.pk).update(explanation_due_at=paris(10))
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Extension.objects.update(ends_at=paris(20))


# --- completing a document -------------------------------------------------------------------


def incomplete(absence: Absence, until: date) -> Justificatif:
    document = Document.objects.create(
        owner=absence.claimant.user,
        title="Certificat.pdf",
        uploaded_at=paris(3),
        uploaded_by=absence.claimant.user,
        sha256=b"0" * 32,
        size=10,
        state=DocumentState.RECEIVED,
        clean_key="k",
        scan="OK",
        settled_at=paris(3),
        keep_until=date(2028, 1, 1),
    )
    explaining.explain(
        absence.pk,
        motive=Motive.OTHER,
        text="Voici.",
        sworn=False,
        document_ids=[document.pk],
        form_key=uuid.uuid4(),
        by=acting(absence.claimant),
        now=paris(3, 10),
    )
    return justificatifs.review(
        Justificatif.objects.get().pk,
        ReviewState.INCOMPLETE,
        remark="Il manque la page 2.",
        complete_by=until,
        by=acting(absence.advisor),
        now=paris(4, 9),
    )


def test_the_time_to_complete_a_document_is_extended_and_told(absence):
    row = incomplete(absence, date(2026, 12, 16))
    down(paris(16, 9), paris(16, 10))
    row.refresh_from_db()
    assert row.complete_by == date(2026, 12, 17)
    extension = Extension.objects.get()
    assert (extension.absence_id, extension.justificatif_id) == (absence.pk, row.pk)
    line = JournalEntry.objects.get(code=deeds.COMPLETION_EXTENDED.number)
    assert (line.file_id, line.data["ref"]) == (absence.claimant_id, str(row.ref))
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_PERIOD_EXTENDED).count() == 1


def test_the_last_day_to_complete_is_read_on_the_clock_overseas():
    row = absence_of("REUNION")
    piece = incomplete(row, date(2026, 12, 16))
    down(paris(16, 21), paris(16, 22))
    piece.refresh_from_db()
    assert piece.complete_by == date(2026, 12, 16)
    down(paris(15, 20, 30), paris(16, 1), now=paris(16, 22))
    piece.refresh_from_db()
    assert piece.complete_by == date(2026, 12, 18)
    assert datetime.combine(piece.complete_by, time(), REUNION) > paris(16, 22)


def test_a_referral_waits_until_a_document_asked_for_can_no_longer_be_completed(absence):
    incomplete(absence, date(2026, 12, 16))
    with pytest.raises(Refusal, match="compléter un justificatif jusqu’au mercredi"):
        refer(absence, paris(16, 23))
    assert refer(absence, paris(17, 0, 1)).state == AbsenceState.REFERRED
