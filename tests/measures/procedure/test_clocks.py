"""What time brings to a case: letters and calls for what is unread, ten days over holidays and DST, lapses, outages."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import OpeningHours
from convocations.models import CallTask
from convocations.states import CallState
from measures import deeds
from measures.models import Decision, Notice, PeriodExtension, ReceivedHow
from measures.procedure import calendar
from measures.procedure.contradiction import hearing, receiving
from measures.procedure.outcome import deciding, withdrawing
from measures.states import CaseState
from messaging import deeds as said
from messaging.delivery import send_due
from messaging.models import Letter, OutboxMessage
from messaging.posting import batching, fates
from portal.core import deadlines, outages, parameters
from portal.core.journal import PORTAL
from portal.core.models import Deadline, JournalEntry
from portal.core.working_time import Territory
from tests import factories
from tests.factories import NOW, acting
from tests.measures.cast import DAY, SUSPENSION, WARNING, Cast, acts, fresh, work
from tests.messaging.on_paper import hours
from tests.messaging.posting.made import HOME, by_post

pytestmark = pytest.mark.django_db
_S = CaseState
PARIS = Territory.METROPOLE


@pytest.fixture
def cast() -> Cast:
    return Cast()


def mails(kind: int, **which) -> int:
    return OutboxMessage.objects.filter(kind=kind, **which).count()


def until(case) -> datetime:
    return Notice.objects.get(case=case).observations_until


# --- the ten and the fifteen days ----------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        # A Monday, winter: Thursday of the week after.
        (datetime(2026, 11, 23, 9, tzinfo=UTC), date(2026, 12, 3)),
        # Two seconds before midnight in Paris, and at midnight: a day apart.
        (datetime(2026, 11, 23, 22, 59, 58, tzinfo=UTC), date(2026, 12, 3)),
        (datetime(2026, 11, 23, 23, 0, 0, tzinfo=UTC), date(2026, 12, 4)),
        # Ten days end on a Saturday, a Sunday: Monday.
        (datetime(2026, 11, 25, 9, tzinfo=UTC), date(2026, 12, 7)),
        (datetime(2026, 11, 26, 9, tzinfo=UTC), date(2026, 12, 7)),
        # On Christmas, a Friday: Monday 28.
        (datetime(2026, 12, 15, 9, tzinfo=UTC), date(2026, 12, 28)),
        # On All Saints' Day, a Sunday, over the night that has an hour twice.
        (datetime(2026, 10, 22, 9, tzinfo=UTC), date(2026, 11, 2)),
        # On Easter Monday, over the night that lacks an hour (28 March 2027).
        (datetime(2027, 3, 19, 9, tzinfo=UTC), date(2027, 3, 30)),
    ],
)
def test_the_ten_days_end_on_a_working_day_at_midnight(received, last_day):
    end = calendar.observations_end(received, PARIS)
    local = end.astimezone(PARIS.zone)
    assert (local.hour, local.minute) == (0, 0)
    assert local.date() == last_day + DAY


def test_a_notice_received_before_the_night_that_lacks_an_hour_is_kept_by_the_database():
    """Ten nights may be an hour short of ten days."""
    cast = Cast(now=datetime(2027, 3, 22, 22, 59, 59, tzinfo=UTC))
    case = cast.received()
    assert until(case) == datetime(2027, 4, 1, 22, tzinfo=UTC)


def test_overseas_the_ten_days_follow_the_clock_and_holidays_there():
    advisor = factories.advisor(factories.agency(territory="GUADELOUPE"))
    cast = Cast(advisor=advisor, now=datetime(2026, 11, 24, 3, tzinfo=UTC))
    case = cast.received()
    # Monday 23 at 23 h there: the last day is Thursday 3 December, on that clock.
    assert until(case) == datetime(2026, 12, 4, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "last_day"),
    [
        (datetime(2026, 12, 3, 23, tzinfo=UTC), date(2026, 12, 18)),
        (datetime(2026, 12, 10, 10, tzinfo=UTC), date(2026, 12, 28)),
        (datetime(2026, 12, 16, 23, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_the_fifteen_days_count_a_midnight_as_the_day_it_ends(since, last_day):
    assert calendar.decision_end(since, PARIS).astimezone(PARIS.zone).date() == last_day + DAY


@pytest.mark.parametrize(
    ("choice", "notified", "first", "after"),
    [
        (SUSPENSION, datetime(2027, 1, 30, 9, tzinfo=UTC), date(2027, 1, 31), date(2027, 2, 28)),
        (SUSPENSION, datetime(2027, 3, 27, 23, 30, tzinfo=UTC), date(2027, 3, 29), date(2027, 4, 29)),
        (WARNING, datetime(2026, 11, 23, 9, tzinfo=UTC), date(2026, 11, 24), date(2026, 12, 9)),
    ],
)
def test_a_measure_runs_date_to_date_from_the_day_after(choice, notified, first, after):
    decision = Decision(
        outcome=choice.outcome, length=choice.length, unit=choice.unit, comply_days=choice.comply_days
    )
    starts, ends = (at.astimezone(PARIS.zone) for at in calendar.effect(decision, notified, PARIS))
    assert (starts.date(), ends.date()) == (first, after)
    assert (starts.hour, ends.hour) == (0, 0)


def test_the_period_ends_once_and_silence_decides_nothing(cast):
    case = cast.received()
    work(until(case) - timedelta(seconds=1))
    assert fresh(case).state == _S.NOTICE_RECEIVED
    work(until(case))
    work(until(case) + DAY)
    case = fresh(case)
    assert (case.state, Decision.objects.count()) == (_S.DECISION_DUE, 0)
    assert JournalEntry.objects.filter(code=deeds.PERIOD_ENDED.number).count() == 1


# --- unread ---------------------------------------------------------------------------------


@pytest.fixture
def at_home(cast, settings, mailsink) -> Cast:
    """The person has a postal address and her agency its hours; mails go to a real server."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailsink.port
    type(cast.person).objects.filter(pk=cast.person.pk).update(**HOME)
    rows = hours()
    for row in rows:
        row.agency = cast.advisor.agency
    OpeningHours.objects.bulk_create(rows)
    return cast


def post(letter: Letter, now: datetime, by) -> None:
    """The letter goes as a registered one, in the day's batch, by the post."""
    fates.register(letter.pk, "1A 234", by=by, now=now)
    batch = batching.close(letter.agency_id, now.date(), now=now)
    deadlines.work_slowly(said.DUE_PRINT, lambda: now)
    fates.post(batch.pk, now.date(), by=by, now=now)


def test_a_notice_unread_for_eight_days_goes_on_paper_and_asks_for_a_call(at_home):
    notice = at_home.told()
    send_due(lambda: NOW)
    # Eight days after Monday 23 November: Tuesday 1 December is over.
    at = datetime(2026, 12, 1, 23, tzinfo=UTC)
    work(at - timedelta(seconds=1))
    assert not CallTask.objects.exists()
    work(at)
    call = CallTask.objects.get()
    assert (call.reason, call.advisor_id) == (CallTask.Reason.PROCEDURE, at_home.advisor.pk)
    send_due(lambda: at)
    letter = Letter.objects.get(kind=deeds.MAIL_NOTICE_UNREAD)
    assert "ouverte" in str(letter.words)
    # It is no reading: the ten days have not begun.
    assert fresh(notice.case).state == _S.NOTICE_SENT

    by = acting(at_home.advisor)
    post(letter, at + timedelta(hours=10), by)
    fates.deliver(letter.pk, date(2026, 12, 4), by=by, now=at + 6 * DAY)
    row = Notice.objects.get()
    assert row.received_how == ReceivedHow.LETTER_DELIVERED
    # Signed for on Friday 4 December: Monday 14.
    assert row.observations_until == datetime(2026, 12, 14, 23, tzinfo=UTC)
    call.refresh_from_db()
    assert call.state == CallState.DROPPED


def test_a_letter_that_came_back_begins_nothing_and_asks_for_a_call(at_home):
    notice = at_home.told()
    at = datetime(2026, 12, 1, 23, tzinfo=UTC)
    work(at)
    CallTask.objects.all().delete()
    send_due(lambda: at)
    by = acting(at_home.advisor)
    letter = Letter.objects.get(kind=deeds.MAIL_NOTICE_UNREAD)
    post(letter, at + timedelta(hours=10), by)
    fates.come_back(letter.pk, date(2026, 12, 5), "Non réclamé", by=by, now=at + 6 * DAY)
    assert fresh(notice.case).state == _S.NOTICE_SENT
    assert CallTask.objects.get().reason == CallTask.Reason.PROCEDURE


def test_a_notice_read_in_time_is_not_sent_again(cast):
    cast.received()
    work(NOW + 9 * DAY)
    assert mails(deeds.MAIL_NOTICE_UNREAD) == 0
    assert not CallTask.objects.exists()


def test_somebody_told_on_paper_has_the_whole_notice_by_letter(settings, mailsink):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailsink.port
    cast = Cast()
    cast.person = by_post(cast.advisor, benefit_status="ARE", daily_allowance="31.59")
    cast.told()
    send_due(lambda: NOW)
    words = str(Letter.objects.get(kind=deeds.MAIL_NOTICE).words)
    assert "473,85" in words
    assert "suspension de 50" in words.lower()


def test_a_decision_unread_for_eight_days_goes_on_paper_and_its_delivery_binds(at_home):
    case = at_home.due()
    decision = at_home.decides(case)
    deciding.notify(case.pk, by=acts(at_home.delegate), now=at_home.now)
    at = at_home.now + 12 * DAY
    work(at)
    assert CallTask.objects.get().reason == CallTask.Reason.PROCEDURE
    send_due(lambda: at)
    letter = Letter.objects.get(kind=deeds.MAIL_DECISION_UNREAD)
    by = acting(at_home.advisor)
    now = datetime(2026, 12, 16, 10, tzinfo=UTC)
    post(letter, now, by)
    fates.deliver(letter.pk, date(2026, 12, 18), by=by, now=now + 20 * DAY)
    decision.refresh_from_db()
    assert decision.notified_how == ReceivedHow.LETTER_DELIVERED
    assert fresh(case).state == _S.NOTIFIED
    # Its first day is past when the delivery is noted: the clock catches up, in order.
    work(now + 20 * DAY)
    assert fresh(case).state == _S.IN_FORCE


# --- late -----------------------------------------------------------------------------------


def test_a_decision_is_reminded_of_and_lapses_in_favour(cast):
    case = cast.due()
    limit = case.decide_by
    work(limit - 5 * DAY - timedelta(seconds=1))
    assert mails(deeds.MAIL_DECISIONS_SOON) == 0
    work(limit - 5 * DAY)
    assert mails(deeds.MAIL_DECISIONS_SOON, person_id=cast.delegate.pk) == 1
    work(limit)
    case = fresh(case)
    assert (case.state, case.ended_by) == (_S.LAPSED, None)
    assert "votre faveur" in case.ending_reasons
    assert mails(deeds.MAIL_LAPSED, subject_id=case.pk) == 1


def test_a_decision_that_is_not_sent_in_time_lapses_too(cast):
    case = cast.due()
    decision = cast.decides(case)
    work(case.decide_by)
    decision.refresh_from_db()
    assert fresh(case).state == _S.LAPSED
    assert decision.set_aside_at is not None


def test_a_decision_that_was_sent_never_lapses(cast):
    case = cast.due()
    cast.decides(case)
    deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    work(case.decide_by + 30 * DAY)
    assert fresh(case).state == _S.DECIDED


def test_a_worker_three_weeks_late_catches_up_in_favour(cast):
    case = cast.received()
    work(until(case) + 21 * DAY)
    assert fresh(case).state == _S.LAPSED
    ended, lapsed = deeds.PERIOD_ENDED.number, deeds.LAPSED.number
    lines = JournalEntry.objects.filter(code__in=[ended, lapsed]).order_by("id")
    assert list(lines.values_list("code", flat=True)) == [ended, lapsed]


def test_everything_of_a_case_that_ended_is_moot(cast):
    case = cast.due()
    withdrawing.withdraw(case.pk, reasons="Erreur.", by=acts(cast.delegate), now=cast.now)
    waiting = Deadline.objects.filter(
        kind__in=deeds.OF_CASE, subject_id=case.pk, state=Deadline.State.PENDING
    )
    assert not waiting.exists()


def test_a_batch_costs_as_many_queries_as_one(django_assert_max_num_queries):
    cast = Cast()
    cases = [cast.received() for _ in range(6)]
    at = until(cases[0])
    with django_assert_max_num_queries(40):
        work(at)
    assert {fresh(case).state for case in cases} == {_S.DECISION_DUE}


# --- outages --------------------------------------------------------------------------------


def outage(starts: datetime, ends: datetime, now: datetime) -> None:
    outages.record(starts, ends, "Panne", by=PORTAL, now=now)


def test_an_outage_on_the_last_day_gives_a_working_day_more(cast):
    case = cast.received()
    before = until(case)
    down = before - timedelta(hours=10)
    outage(down, down + timedelta(hours=2), before - timedelta(hours=6))
    work(before - timedelta(hours=6))
    assert until(case) == before + DAY
    assert PeriodExtension.objects.get().ended_at == before
    assert mails(deeds.MAIL_DAYS_GIVEN) == 1
    work(before)
    assert fresh(case).state == _S.NOTICE_RECEIVED
    work(before + DAY)
    assert fresh(case).state == _S.DECISION_DUE


def test_no_period_ends_while_the_portal_is_down(cast):
    case = cast.received()
    before = until(case)
    row = outages.record(
        before - timedelta(hours=3), None, "Panne", by=PORTAL, now=before - timedelta(hours=2)
    )
    work(before + timedelta(minutes=1))
    assert fresh(case).state == _S.NOTICE_RECEIVED
    back = before + timedelta(hours=1)
    outages.correct(row.pk, row.starts_at, back, "Panne", by=PORTAL, now=back)
    work(back + timedelta(minutes=11))
    assert fresh(case).state == _S.NOTICE_RECEIVED
    assert until(case) > before


@pytest.mark.parametrize(("says", "state"), [("", _S.NOTICE_RECEIVED), ("Un mot.", _S.OBSERVATIONS_FILED)])
def test_an_outage_found_out_late_takes_back_a_decision_that_was_not_sent(cast, says, state):
    case = cast.due(says=says)
    end = until(case)
    decision = cast.decides(case)
    outage(end - timedelta(hours=10), end - timedelta(hours=8), cast.now)
    work(cast.now)
    case = fresh(case)
    decision.refresh_from_db()
    assert (case.state, case.decide_by) == (state, None)
    assert decision.set_aside_at is not None
    cast.now = until(case)
    work(cast.now)
    assert fresh(case).state == _S.DECISION_DUE
    assert cast.decides(case).pk != decision.pk


def test_an_outage_found_out_late_takes_a_hearing_back_to_where_it_was(cast):
    case = cast.received()
    hearing.ask_hearing(case.pk, wishes="", assistant="", by=acting(cast.person), now=NOW)
    at = NOW + 8 * DAY
    hearing.fix(case.pk, at=at, place="Agence", by=acts(cast.delegate), now=NOW)
    hearing.hold_hearing(case.pk, minutes="Dit.", by=acts(cast.delegate), now=at)
    end = until(case)
    work(end)
    outage(end - timedelta(hours=10), end - timedelta(hours=8), end)
    work(end)
    assert fresh(case).state == _S.HEARING_HELD


def test_an_outage_whose_days_are_not_given_yet_holds_the_decision_up(cast):
    case = cast.due()
    end = until(case)
    outage(end - timedelta(hours=10), end - timedelta(hours=8), cast.now)
    with pytest.raises(deciding.TimeIsOwed):
        cast.decides(case)


def test_a_decision_on_its_way_stays_when_an_outage_is_found_out(cast):
    case = cast.due()
    end = until(case)
    cast.decides(case)
    deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    outage(end - timedelta(hours=10), end - timedelta(hours=8), cast.now)
    work(cast.now)
    assert fresh(case).state == _S.DECIDED
    assert not PeriodExtension.objects.exists()


def test_an_outage_before_the_delivery_was_noted_counts_from_the_start(cast):
    outage(NOW - 8 * DAY, NOW - timedelta(hours=1), NOW)
    work(NOW)
    # Seven whole days were lost: as many are left after its return.
    assert calendar.observations_end(NOW - 9 * DAY, PARIS) == datetime(2026, 11, 30, 23, tzinfo=UTC)


def test_days_given_twice_change_nothing(cast):
    case = cast.received()
    end = until(case)
    outage(end - timedelta(hours=10), end - timedelta(hours=8), end - timedelta(hours=6))
    work(end - timedelta(hours=6))
    Deadline.objects.filter(kind=deeds.DUE_EXTEND_OBSERVATIONS).update(state=0, closed_at=None)
    work(end - timedelta(hours=6))
    assert PeriodExtension.objects.count() == 1


def test_the_parameters_of_product_7_are_read(cast):
    current = parameters.current()
    assert (current.notice_unread_days, current.decision_reminder_days) == (8, 5)
    assert (calendar.OBSERVATION_DAYS, calendar.DECISION_DAYS) == (10, 15)
    assert {deeds.MAIL_NOTICE, deeds.MAIL_NOTICE_UNREAD} == receiving.NOTICES
