"""No sequence of acts and clock moves reaches a measure that due process does not allow.

A random walk plays person, advisor, delegates, administrator and time over real rows, some acts straight at the
tables; after each, the rows are held against a reading of the law that shares no code with what it judges: days
counted one by one, ranges written out by hand. A walk is named by its seed: a failure prints its steps.
"""

import random
import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from django.db import DatabaseError, connection, transaction

from measures.models import Case, Decision, Hearing, Notice, Observations, Origin, Outcome
from measures.procedure.choosing import Choice
from measures.procedure.contradiction import hearing, noticing, observing, receiving
from measures.procedure.opening import examining
from measures.procedure.outcome import annulling, deciding, withdrawing
from measures.states import CASE_COUNTED, CaseState
from portal.core import outages
from portal.core.journal import PORTAL
from portal.core.transitions import Refusal
from tests import factories, walks
from tests.factories import NOW, acting
from tests.measures.cast import ALL_OF_IT, DAY, FACT, LAW, SUSPENSION, Cast, a_delegate, acts, work

LENGTH = 45
_S = CaseState
PARIS = ZoneInfo("Europe/Paris")
HOLIDAYS = holidays.country_holidays("FR", years=range(2026, 2031))
# CT R5412-1, by hand: (outcome, least and most share, least and most months) for who is paid, first and repeat.
PERMITTED = {
    1: {("SUSPENSION", 30, 100, 1, 2)},
    2: {("SUSPENSION", 30, 100, 1, 4), ("SUPPRESSION", 30, 100, 1, 4), ("RADIATION", 100, 100, 4, 4)},
}
CHOICES = [
    SUSPENSION,
    Choice(Outcome.SUSPENSION, share=30, length=1),
    Choice(Outcome.SUSPENSION, share=100, length=4),
    Choice(Outcome.SUSPENSION, share=29, length=2),
    Choice(Outcome.SUPPRESSION, share=100, length=2),
    ALL_OF_IT,
]


def day_of(moment: datetime) -> date:
    return moment.astimezone(PARIS).date()


def counted(first: date, days: int) -> date:
    """The last day of so many days after an act: one by one, then on to a day that is worked."""
    last = first
    for _ in range(days):
        last += DAY
    while last.weekday() > 4 or last in HOLIDAYS:
        last += DAY
    return last


class Walk(walks.Walk):
    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        self.cast = Cast()
        self.now = NOW
        self.judged: set[int] = set()
        self.people = {
            "delegate": acts(self.cast.delegate),
            "other": acts(self.cast.other),
            "elsewhere": acts(a_delegate("Corse")),
            "advisor": acting(self.cast.advisor),
            "person": acting(self.cast.person),
            "stranger": acting(factories.claimant()),
        }

    def holds(self) -> None:
        self.reached.update(Case.objects.values_list("state", flat=True))
        self.every_decision_followed_the_law()
        self.every_measure_was_received_first()
        self.nothing_lapsed_early()

    def begin(self) -> None:
        depth = self.draw.randrange(11)
        ordinary = [
            lambda: self.refer(back=2),
            lambda: self.take(0, by="delegate"),
            lambda: self.prepare(0, choice=SUSPENSION, by="delegate"),
            lambda: self.send(0, by="delegate"),
            lambda: self.consult(0, by="person"),
            lambda: self.period_passes(0),
            lambda: self.decide(0, choice=SUSPENSION, by="delegate", answer="Réponse."),
            lambda: self.notify(0, by="delegate"),
            lambda: self.consult(0, by="person"),
            lambda: self.time_passes(2 * DAY, tick=True),
            lambda: self.refer(back=0),
        ]
        for step in ordinary[: depth + 1]:
            step()

    # --- what may happen ------------------------------------------------------------

    def attempt(self, act, *arguments, **keywords):
        return walks.attempt(act, *arguments, now=self.now, **keywords)

    def case(self, number: int) -> int:
        ids = list(Case.objects.order_by("-pk").values_list("pk", flat=True)) or [0]
        return ids[number % len(ids)]

    def attempt_on(self, number: int, act, **keywords):
        if case := self.case(number):
            return self.attempt(act, case, **keywords)
        return None

    def refer(self, back):
        self.cast.now = self.now
        if Case.objects.count() < 4:
            try:
                with transaction.atomic():
                    self.cast.refer(facts_on=day_of(self.now) - back * DAY)
            except Refusal:
                pass

    def take(self, number, by):
        self.attempt_on(number, examining.take, by=self.people[by])

    def close(self, number, by):
        self.attempt_on(number, examining.close, reasons="Raisons.", by=self.people[by])

    def prepare(self, number, choice, by):
        self.attempt_on(number, noticing.prepare, facts=FACT, choice=choice, by=self.people[by])

    def send(self, number, by):
        self.attempt_on(number, noticing.send, by=self.people[by])

    def consult(self, number, by):
        self.attempt_on(number, receiving.consult, by=self.people[by])

    def observe(self, number):
        words = {"text": "Un mot.", "document_ids": [], "form_key": uuid.uuid4()}
        self.attempt_on(number, observing.file_observations, by=self.people["person"], **words)

    def ask_hearing(self, number):
        self.attempt_on(number, hearing.ask_hearing, wishes="", assistant="", by=self.people["person"])

    def fix(self, number, lead, by):
        self.attempt_on(number, hearing.fix, at=self.now + lead, place="Agence", by=self.people[by])

    def hold(self, number, by):
        self.attempt_on(number, hearing.hold_hearing, minutes="Dit.", by=self.people[by])

    def drop(self, number, by):
        self.attempt_on(number, hearing.drop, reason="Non tenue.", by=self.people[by])

    def decide(self, number, choice, by, answer):
        words = {"reasons_law": LAW, "reasons_fact": FACT, "answer": answer}
        self.attempt_on(number, deciding.decide, choice=choice, by=self.people[by], **words)

    def read_second(self, number, agrees, by):
        self.attempt_on(number, deciding.read_second, agrees=agrees, remark="Lu.", by=self.people[by])

    def reconsider(self, number, by):
        self.attempt_on(number, deciding.reconsider, reason="À revoir.", by=self.people[by])

    def notify(self, number, by):
        self.attempt_on(number, deciding.notify, by=self.people[by])

    def withdraw(self, number, by):
        self.attempt_on(number, withdrawing.withdraw, reasons="Erreur.", by=self.people[by])

    def annul(self, number):
        if (case := Case.objects.filter(pk=self.case(number)).first()) is not None:
            self.attempt(annulling.annul, Origin.ABSENCE, case.origin_id, reason="Corrigée.", by=PORTAL)

    def time_passes(self, step, tick):
        self.now += step
        if tick:
            work(self.now)

    def period_passes(self, number):
        notice = Notice.objects.filter(case=self.case(number), observations_until__isnull=False).first()
        if notice is not None:
            self.now = max(self.now, notice.observations_until + timedelta(minutes=5))
            work(self.now)

    def is_heard(self, number):
        """The ordinary way of a hearing, where the case is at that point of it."""
        self.ask_hearing(number)
        self.fix(number, 6 * DAY, by="delegate")
        self.time_passes(6 * DAY + timedelta(hours=2), tick=True)
        self.hold(number, by="delegate")

    def outage(self, back, lasts):
        starts = self.now - back
        self.attempt(outages.record, starts, min(starts + lasts, self.now), "Panne", by=PORTAL)

    def by_hand(self, number, sql):
        """Go round every process: what comes through is lawful all the same."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql, [self.case(number)])
        except DatabaseError:
            pass

    # --- what must hold -----------------------------------------------------------------

    def every_decision_followed_the_law(self):
        for row in Decision.objects.exclude(pk__in=self.judged).select_related("case__notice"):
            self.judged.add(row.pk)
            case, notice = row.case, row.case.notice
            assert notice.sent_at <= notice.received_at
            last = counted(day_of(notice.received_at), 10)
            assert day_of(row.decided_at) > last, (row.decided_at, last)
            assert row.author_id in (self.cast.delegate.pk, self.cast.other.pk)
            assert row.reasons_fact
            if row.outcome:
                assert row.reasons_law
                self.lies_within(row, case)
                said = Observations.objects.filter(case=case, given_at__lte=row.decided_at).exists()
                assert row.answer or not said

    def lies_within(self, row: Decision, case: Case) -> None:
        rank = 1 + sum(self.repeats(other, case) for other in self.others(case))
        assert case.rank <= rank
        assert any(
            row.outcome == outcome and low <= row.share <= high and least <= row.length <= most
            for outcome, low, high, least, most in PERMITTED[min(case.rank, 2)]
        ), (row.outcome, row.share, row.length, case.rank)
        told = case.notice
        assert row.share <= told.share
        assert row.length <= told.length

    def others(self, case: Case) -> list[Decision]:
        return list(
            Decision.objects.filter(
                case__state__in=CASE_COUNTED, set_aside_at__isnull=True, notified_at__isnull=False
            ).exclude(case=case)
        )

    def repeats(self, other: Decision, case: Case) -> bool:
        notified = day_of(other.notified_at)
        return notified < case.facts_on < notified.replace(year=notified.year + 2)

    def every_measure_was_received_first(self):
        for row in Decision.objects.filter(case__state__in=CASE_COUNTED, set_aside_at__isnull=True):
            assert row.sent_at <= row.notified_at
            assert day_of(row.starts_at) > day_of(row.notified_at)
        for row in Decision.objects.filter(sent_at__isnull=False).select_related("case__notice"):
            if row.outcome == "RADIATION" or (row.outcome, row.share) == ("SUPPRESSION", 100):
                assert row.second_reader_id not in (None, row.author_id, row.case.referred_by_id)
            self.was_sent_in_time(row)
        begun = Case.objects.filter(state=_S.IN_FORCE, decisions__starts_at__gt=self.now)
        assert not begun.exists()

    def was_sent_in_time(self, row: Decision) -> None:
        since = day_of(row.case.notice.observations_until - timedelta(seconds=1))
        for one in Hearing.objects.filter(case=row.case):
            since = max(since, *(day_of(at) for at in (one.held_at, one.dropped_at) if at), since)
        assert day_of(row.sent_at) <= counted(since, 15)

    def nothing_lapsed_early(self):
        for case in Case.objects.filter(state=_S.LAPSED):
            assert case.decide_by <= case.ended_at
        waiting = Decision.objects.filter(
            case__hearings__held_at__isnull=True,
            case__hearings__dropped_at__isnull=True,
            case__hearings__isnull=False,
        )
        assert not waiting.exists()


NUMBER, BY = [0, 0, 0, 1, 2], [*["delegate"] * 6, "other", "other", "elsewhere", "advisor"]
STEPS = [timedelta(hours=hours) for hours in (1, 5, 23, 23, 50, 150, 800)]
BY_HAND = [
    "UPDATE measures_case SET state = 'IN_FORCE' WHERE id = %s",
    "UPDATE measures_case SET rank = rank + 1 WHERE id = %s",
    "UPDATE measures_notice SET observations_until = received_at WHERE case_id = %s",
    "UPDATE measures_decision SET share = 100, length = 9 WHERE case_id = %s",
    "UPDATE measures_decision SET sent_at = decided_at + interval '40 days', content_hash = '\\x00' WHERE case_id = %s",
    "DELETE FROM measures_observations WHERE case_id = %s",
]
ACTS_BY_NAME = {
    "refer": {"back": [0, 2, 30]},
    "take": {"number": NUMBER, "by": BY},
    "close": {"number": NUMBER, "by": ["other", "elsewhere"]},
    "prepare": {"number": NUMBER, "choice": CHOICES, "by": BY},
    "send": {"number": NUMBER, "by": BY},
    "consult": {"number": NUMBER, "by": ["person", "person", "stranger", "delegate"]},
    "observe": {"number": NUMBER},
    "ask_hearing": {"number": NUMBER},
    "fix": {"number": NUMBER, "lead": [2 * DAY, 6 * DAY, 20 * DAY], "by": BY},
    "hold": {"number": NUMBER, "by": BY},
    "drop": {"number": NUMBER, "by": [*BY, "person"]},
    "decide": {
        "number": NUMBER,
        "choice": [*CHOICES, SUSPENSION, None],
        "by": BY,
        "answer": ["Réponse.", "Réponse.", ""],
    },
    "read_second": {"number": NUMBER, "agrees": [True, True, False], "by": BY},
    "reconsider": {"number": NUMBER, "by": BY},
    "notify": {"number": NUMBER, "by": BY},
    "withdraw": {"number": NUMBER, "by": ["other", "advisor", "elsewhere"]},
    "annul": {"number": NUMBER},
    "time_passes": {"step": STEPS, "tick": [True, True, False]},
    "period_passes": {"number": NUMBER},
    "is_heard": {"number": NUMBER},
    "outage": {"back": [DAY, 9 * DAY, 20 * DAY], "lasts": [timedelta(hours=3), 5 * DAY]},
    "by_hand": {"number": NUMBER, "sql": BY_HAND},
}
# What carries a case on is drawn more often than what ends it.
_ON = ["take", "prepare", "send", "consult", "decide", "notify", "read_second", "period_passes"]
_TALK = ["refer", "observe", "ask_hearing", "fix", "hold", "is_heard", "time_passes"]
ACTS = [*sorted(ACTS_BY_NAME), *_ON * 5, *_TALK * 2]


@pytest.mark.django_db
def test_no_sequence_of_acts_reaches_a_measure_that_the_law_does_not_allow():
    reached = walks.go(Walk, walks.seeds(30), LENGTH, ACTS, ACTS_BY_NAME)
    # The walks are worth something only where they get to.
    for state in (
        _S.NOTIFIED,
        _S.IN_FORCE,
        _S.EXPIRED,
        _S.LAPSED,
        _S.HEARING_HELD,
        _S.WITHDRAWN,
        _S.ANNULLED,
    ):
        assert reached[state] > 0, reached
