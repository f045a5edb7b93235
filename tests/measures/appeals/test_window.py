"""Until when a person may act, against an oracle that counts days by hand; reminders, the end, outages, distance."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures import deeds
from measures.appeals.holding import NothingLeft
from measures.appeals.window import counting, growing
from measures.models import AppealExtension, Residence
from measures.procedure.holding import NotADelegate
from measures.procedure.outcome import withdrawing
from measures.states import WindowState
from messaging.models import OutboxMessage
from portal.core import outages
from portal.core.french import full_deadline
from portal.core.journal import PORTAL
from portal.core.models import JournalEntry, Outage
from portal.core.transitions import IllegalMove
from portal.core.working_time import Territory, public_holidays
from tests import factories
from tests.factories import acting
from tests.measures.appeals.court_of import PARIS, again, answers, contested, files, mediates, reads
from tests.measures.cast import DAY, Cast, acts, work

pytestmark = pytest.mark.django_db
_W = WindowState
SECOND = timedelta(seconds=1)
PLACES = st.sampled_from(
    [Territory.METROPOLE, Territory.ALSACE_MOSELLE, Territory.REUNION, Territory.GUADELOUPE]
)
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 6 * 365 * 24 * 60).map(lambda minutes: _BEGIN + timedelta(minutes=minutes))


@pytest.fixture
def cast() -> Cast:
    return Cast()


def mails(kind: int, **fields) -> int:
    return OutboxMessage.objects.filter(kind=kind, **fields).count()


def last_day_by_hand(since: datetime, months: int, place: Territory) -> date:
    """Date to date, the month's last day where it lacks the date, then on to a working day."""
    first = since.astimezone(place.zone).date()
    year, month = first.year + (first.month + months - 1) // 12, (first.month + months - 1) % 12 + 1
    day = first.day
    while True:
        try:
            last = date(year, month, day)
            break
        except ValueError:
            day -= 1
    while last.weekday() > 4 or last in public_holidays(place, last.year):
        last += DAY
    return last


@given(MOMENTS, PLACES, st.sampled_from(Residence))
@settings(max_examples=300, deadline=None)
def test_the_time_to_act_is_counted_date_to_date(since, place, residence):
    months = {Residence.MAINLAND: 2, Residence.OVERSEAS: 3, Residence.ABROAD: 4}[residence]
    end = counting.end(since, residence, place).astimezone(place.zone)
    # The microsecond before counts the midnight as the day it ends.
    wanted = last_day_by_hand(since - timedelta(microseconds=1), months, place) + DAY
    assert (end.date(), end.hour, end.minute) == (wanted, 0, 0)


@given(MOMENTS, PLACES)
@settings(max_examples=100, deadline=None)
def test_who_lives_farther_away_never_has_less_time(since, place):
    ends = [counting.end(since, residence, place) for residence in Residence]
    assert ends == sorted(ends)


@given(MOMENTS, PLACES, st.integers(0, 70), st.integers(1, 10))
@settings(max_examples=60, deadline=None)
def test_an_outage_never_shortens_the_time(since, place, after, days):
    Outage.objects.all().delete()
    before = counting.end(since, Residence.MAINLAND, place)
    starts = since + after * DAY
    only_outage(starts, starts + days * DAY)
    longer = counting.end(since, Residence.MAINLAND, place)
    assert longer >= before
    if starts < before < starts + days * DAY:
        assert longer > starts + days * DAY


def only_outage(starts: datetime, ends: datetime) -> None:
    Outage.objects.all().delete()
    Outage.objects.create(starts_at=starts, ends_at=ends, reason="Panne")


# --- the clock ------------------------------------------------------------------------------


def test_the_time_opens_when_the_decision_is_received(cast):
    appeal = contested(cast)
    decision = appeal.decision
    assert appeal.counts_from == decision.notified_at
    # Received on Sunday 13 December 2026: until Saturday 13 February 2027, moved to Monday 15.
    local = decision.notified_at.astimezone(PARIS.zone)
    assert (
        last_day_by_hand(decision.notified_at, 2, PARIS) + DAY
        == appeal.deadline.astimezone(PARIS.zone).date()
    ), local
    line = JournalEntry.objects.get(code=deeds.WINDOW_OPENED.number)
    assert line.data["until"] == full_deadline(appeal.deadline, PARIS.zone)


def test_people_overseas_have_a_month_more():
    cast = Cast(advisor=factories.advisor(factories.agency(territory="REUNION")))
    appeal = contested(cast)
    assert appeal.residence == Residence.OVERSEAS
    assert appeal.deadline == counting.end(appeal.counts_from, Residence.OVERSEAS, Territory.REUNION)


def test_two_reminders_then_the_end(cast):
    appeal = contested(cast)
    end = appeal.deadline
    for days, count in ((15, 1), (3, 2)):
        at = end - (days + 1) * DAY + timedelta(hours=9)
        work(at - SECOND)
        assert mails(deeds.MAIL_WINDOW_SOON) == count - 1
        work(at)
        assert mails(deeds.MAIL_WINDOW_SOON, step=days) == 1
    work(end - SECOND)
    assert again(appeal).state == _W.RUNNING
    work(end)
    assert again(appeal).state == _W.OVER
    assert JournalEntry.objects.filter(code=deeds.WINDOW_OVER.number).count() == 1


def test_who_acted_is_not_reminded(cast):
    appeal = contested(cast)
    files(cast, appeal)
    work(appeal.deadline - SECOND)
    assert mails(deeds.MAIL_WINDOW_SOON) == 0


def test_a_new_period_has_reminders_of_its_own(cast):
    appeal = contested(cast)
    filed = files(cast, appeal)
    answers(cast, filed)
    read_at = cast.now + 20 * DAY
    reads(appeal, read_at)
    appeal = again(appeal)
    assert appeal.deadline == counting.end(read_at, Residence.MAINLAND, PARIS)
    work(appeal.deadline - 10 * DAY)
    assert mails(deeds.MAIL_WINDOW_SOON, step=15) == 1


def test_of_two_reminders_that_come_at_once_the_last_is_sent(cast):
    appeal = contested(cast)
    work(appeal.deadline - 2 * DAY)
    assert (mails(deeds.MAIL_WINDOW_SOON), mails(deeds.MAIL_WINDOW_SOON, step=3)) == (1, 1)


def test_what_waits_twice_starts_anew_at_the_later_end(cast):
    appeal = contested(cast)
    filed = files(cast, appeal)
    mediates(cast, appeal)
    answers(cast, filed)
    reads(appeal, cast.now)
    assert again(appeal).state == _W.INTERRUPTED


# --- more time ------------------------------------------------------------------------------


def test_an_outage_on_the_last_day_gives_a_working_day_more(cast):
    appeal = contested(cast)
    end = appeal.deadline
    now = end - timedelta(hours=6)
    work(now)
    outages.record(end - timedelta(hours=10), end - timedelta(hours=8), "Panne", by=PORTAL, now=now)
    work(now)
    assert again(appeal).deadline == end + DAY
    proof = AppealExtension.objects.get()
    assert (proof.ended_at, proof.ends_at) == (end, end + DAY)
    assert mails(deeds.MAIL_WINDOW_LONGER) == 1
    work(end)
    assert again(appeal).state == _W.RUNNING
    work(end + DAY)
    assert again(appeal).state == _W.OVER


def test_an_outage_found_out_late_lets_a_time_that_was_over_run_again(cast):
    appeal = contested(cast)
    end = appeal.deadline
    now = end + timedelta(hours=12)
    work(now)
    assert again(appeal).state == _W.OVER
    outages.record(end - timedelta(hours=10), end - timedelta(hours=8), "Panne", by=PORTAL, now=now)
    work(now)
    appeal = again(appeal)
    assert appeal.state == _W.RUNNING
    assert appeal.deadline > now
    assert not files(Cast(now=now, advisor=cast.advisor, person=cast.person), appeal).late


def test_no_time_ends_while_the_portal_is_down(cast):
    appeal = contested(cast)
    end = appeal.deadline
    work(end - timedelta(hours=2))
    outages.record(end - timedelta(hours=3), None, "Panne", by=PORTAL, now=end - timedelta(hours=2))
    work(end + timedelta(minutes=1))
    assert again(appeal).state == _W.RUNNING


def test_who_lives_abroad_has_two_months_more(cast):
    appeal = contested(cast)
    end = appeal.deadline
    by = acting(cast.person)
    growing.live_elsewhere(appeal.pk, Residence.ABROAD, by=by, now=cast.now)
    appeal = again(appeal)
    assert appeal.deadline == counting.end(appeal.counts_from, Residence.ABROAD, PARIS)
    assert appeal.deadline > end
    assert mails(deeds.MAIL_WINDOW_LONGER) == 1
    with pytest.raises(growing.NoLonger):
        growing.live_elsewhere(appeal.pk, Residence.OVERSEAS, by=by, now=cast.now)


def test_no_time_runs_when_the_decision_did_not_say_how_to_contest_it(cast):
    appeal = contested(cast)
    with pytest.raises(NotADelegate):
        growing.find_remedies_missing(appeal.pk, by=acting(cast.person), now=cast.now)
    growing.find_remedies_missing(appeal.pk, by=acts(cast.other), now=cast.now)
    cast.now = appeal.deadline + 30 * DAY
    work(cast.now)
    assert again(appeal).state == _W.UNLIMITED
    filed = files(cast, appeal)
    assert (filed.late, filed.interrupts) == (False, False)
    with pytest.raises(IllegalMove):
        growing.find_remedies_missing(appeal.pk, by=acts(cast.other), now=cast.now)


def test_more_time_is_of_no_use_once_nothing_is_left(cast):
    appeal = contested(cast)
    withdrawing.withdraw(appeal.case_id, reasons="Erreur.", by=acts(cast.delegate), now=cast.now)
    with pytest.raises(NothingLeft):
        growing.live_elsewhere(appeal.pk, Residence.ABROAD, by=acting(cast.person), now=cast.now)
