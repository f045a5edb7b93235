"""No sequence of acts and clock moves after a decision costs its person time, money or a second pair of eyes.

As `procedure/test_due_process.py`: a random walk over real rows, held after each step against a reading of the law
that shares no code with what it judges. Days are counted one by one on a calendar, euros day by day.
"""

import random
import uuid
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from measures.appeals import effects, mediating
from measures.appeals.court import declaring
from measures.appeals.court.declaring import Judgment
from measures.appeals.gracious import answering, filing
from measures.appeals.gracious import receiving as answered
from measures.appeals.gracious.answering import Left
from measures.appeals.window import growing
from measures.lifting import deciding, requesting
from measures.models import (
    AppealCase,
    Case,
    CourtAppeal,
    Decision,
    Effect,
    EffectKind,
    GraciousAppeal,
    HeldBy,
    LiftRequest,
    Mediation,
    Stay,
)
from measures.procedure.contradiction import receiving
from measures.states import CaseState, CourtState, GraciousState, MediationState
from portal.core import outages
from portal.core.journal import PORTAL
from tests import walks
from tests.factories import acting
from tests.measures.cast import DAY, FACT, LAW, Cast, acts, work
from tests.measures.procedure.test_due_process import HOLIDAYS, day_of
from tests.measures.stages import TWO_MONTHS

LENGTH = 45
_S, _G, _M, _J = CaseState, GraciousState, MediationState, CourtState
MONTHS = {"MAINLAND": 2, "OVERSEAS": 3, "ABROAD": 4}
INSTANT = timedelta(seconds=1)
DAILY = Decimal("31.59")
CENT = Decimal("0.01")


def months_on(day: date, months: int) -> date:
    """The same day some months later, the last of the month where there is none; then on to a day that is worked."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


def worked(day: date) -> date:
    while day.weekday() > 4 or day in HOLIDAYS:
        day += DAY
    return day


class Walk(walks.Walk):
    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        self.cast = Cast()
        self.case = self.cast.in_force(TWO_MONTHS)
        self.now = self.cast.now
        self.outages = False
        self.paid: set[int] = set()
        self.ends: dict[int, datetime] = {}
        self.people = {
            "author": acts(self.cast.delegate),
            "other": acts(self.cast.other),
            "person": acting(self.cast.person),
        }

    def holds(self) -> None:
        self.every_time_to_act_is_as_the_calendar_says()
        self.every_answer_is_another_persons()
        self.every_win_is_owed_to_the_cent()
        self.every_lifting_has_its_day_or_its_reasons()
        self.a_measure_stands_until_somebody_ends_it()

    # --- what may happen ------------------------------------------------------------

    def attempt(self, act, *arguments, **keywords):
        return walks.attempt(act, *arguments, now=self.now, **keywords)

    def appeal(self) -> AppealCase:
        return self.draw.choice(list(AppealCase.objects.select_related("case__agency").order_by("pk")))

    def day(self, back: int) -> date:
        return day_of(self.now) - back * DAY

    def file(self, by):
        known = {"text": "Je conteste.", "document_ids": [], "form_key": uuid.uuid4()}
        self.attempt(filing.file_gracious, self.appeal().pk, by=self.people[by], **known)

    def answer(self, verdict, share, length, by):
        row = GraciousAppeal.objects.order_by("-pk").first()
        if row is not None:
            left = Left(share, length) if verdict == _G.PARTIAL else None
            words = {"reasons_law": LAW, "reasons_fact": FACT, "left": left}
            self.attempt(answering.answer, row.pk, verdict=verdict, by=self.people[by], **words)

    def read_answer(self, by):
        self.attempt(answered.consult, self.appeal().pk, by=self.people[by])

    def read_case(self):
        self.attempt(receiving.consult, self.case.pk, by=self.people["person"])

    def mediate(self, back):
        known = {"note": "", "document_ids": [], "form_key": uuid.uuid4()}
        known |= {"asked_on": self.day(back), "by": self.people["person"]}
        self.attempt(mediating.file_mediation, self.appeal().pk, **known)

    def mediation_ends(self, state, back):
        row = Mediation.objects.order_by("-pk").first()
        if row is not None:
            said = {"ended_on": self.day(back), "outcome": "Ce qui est dit.", "by": self.people["person"]}
            self.attempt(mediating.end_mediation, row.pk, state=state, **said)

    def go_to_court(self, back):
        known = {"court": "Tribunal", "number": "1", "filed_on": self.day(back), "by": self.people["person"]}
        self.attempt(declaring.declare, self.appeal().pk, **known)

    def judge(self, state, share, length, by):
        left = (share, length) if state == _J.REFORMED else (None, None)
        judgment = Judgment(state, self.day(0), "Jugement.", *left)
        self.attempt(declaring.judge, self.appeal().pk, judgment, by=self.people[by])

    def hold_off(self, back):
        known = {"held_by": HeldBy.JUDGE, "reason": "Ordonnance.", "since": self.day(back)}
        self.attempt(declaring.hold_off, self.appeal().pk, by=self.people["other"], **known)

    def apply_again(self, back):
        self.attempt(declaring.apply_again, self.appeal().pk, until=self.day(back), by=self.people["other"])

    def ask_lift(self):
        known = {"text": "C’est fait.", "wants_interview": False, "document_ids": []}
        known |= {"form_key": uuid.uuid4(), "by": self.people["person"]}
        self.attempt(requesting.request_lift, self.case.pk, **known)

    def lift(self, back, by):
        row = LiftRequest.objects.order_by("-pk").first()
        if row is not None:
            known = {"effective_on": self.day(back), "reasons_fact": "", "by": self.people[by]}
            self.attempt(deciding.lift, row.pk, **known)

    def refuse_lift(self, by):
        row = LiftRequest.objects.order_by("-pk").first()
        if row is not None:
            words = {"reasons_law": LAW, "reasons_fact": FACT, "by": self.people[by]}
            self.attempt(deciding.refuse_lift, row.pk, **words)

    def live_elsewhere(self, residence):
        self.attempt(growing.live_elsewhere, self.appeal().pk, residence, by=self.people["person"])

    def find_remedies_missing(self, by):
        self.attempt(growing.find_remedies_missing, self.appeal().pk, by=self.people[by])

    def prove(self, by):
        row = Effect.objects.filter(done_at=None).first()
        if row is not None:
            self.attempt(effects.prove, row.pk, proof="Virement.", by=self.people[by])

    def outage(self, back, lasts):
        self.outages = True
        starts = self.now - back
        self.attempt(outages.record, starts, min(starts + lasts, self.now), "Panne", by=PORTAL)

    def time_passes(self, step, tick):
        self.now += step
        if tick:
            work(self.now)

    # --- what must hold -----------------------------------------------------------------

    def every_time_to_act_is_as_the_calendar_says(self) -> None:
        for row in AppealCase.objects.select_related("decision", "lift"):
            self.reached.add(f"time {row.state}")
            assert row.deadline >= self.ends.get(row.pk, row.deadline), "a day told once is kept"
            self.ends[row.pk] = row.deadline
            if row.state in ("SETTLED", "UNLIMITED"):
                continue
            waits = self.waits(row)
            assert (row.state == "INTERRUPTED") == waits, (row.state, waits)
            if row.state == "OVER":
                assert row.deadline <= self.now
            if row.state == "RUNNING":
                last = day_of(row.deadline - INSTANT)
                ought = self.last_day(row)
                assert last >= ought if self.outages else last == ought, (last, ought)

    def waits(self, row: AppealCase) -> bool:
        gracious = GraciousAppeal.objects.filter(appeal=row, interrupts=True)
        return (
            gracious.filter(state=_G.FILED).exists()
            or any(one.answered_at and not one.notified_at for one in gracious if not self.was_silent(one))
            or any(
                one.answered_at
                and not one.notified_at
                and self.was_silent(one)
                and row.state == "INTERRUPTED"
                for one in gracious
            )
            or Mediation.objects.filter(
                appeal=row, interrupts=True, state__in=(_M.FILED, _M.IN_MEDIATION)
            ).exists()
        )

    @staticmethod
    def was_silent(one: GraciousAppeal) -> bool:
        return one.state == _G.IMPLICIT_REJECTION or bool(
            one.answered_at and one.answered_at >= one.implicit_at
        )

    def last_day(self, row: AppealCase) -> date:
        """Two months, and more for who lives far away, after the last thing that begins the time anew."""
        months = MONTHS[row.residence]
        begun = [day_of(row.opened_at)]
        for one in GraciousAppeal.objects.filter(appeal=row, interrupts=True):
            if self.was_silent(one):
                begun.append(day_of(one.implicit_at - INSTANT))
            if one.notified_at and (
                not self.was_silent(one) or day_of(one.notified_at) <= self.end_of(begun, months)
            ):
                begun.append(day_of(one.notified_at))
        for one in Mediation.objects.filter(appeal=row, interrupts=True, ended_on__isnull=False):
            begun.append(one.ended_on)
        return self.end_of(begun, months)

    @staticmethod
    def end_of(begun: list[date], months: int) -> date:
        return max(worked(months_on(day, months)) for day in begun)

    def every_answer_is_another_persons(self) -> None:
        for row in GraciousAppeal.objects.select_related("appeal__decision", "appeal__lift"):
            self.reached.add(f"gracious {row.state}")
            silence = worked(months_on(day_of(row.filed_at), 2))
            assert day_of(row.implicit_at - INSTANT) == silence
            if row.state == _G.IMPLICIT_REJECTION:
                assert day_of(self.now) > silence
            if row.answered_at:
                contested = row.appeal.decision or row.appeal.lift
                author = getattr(contested, "author_id", None) or contested.decided_by_id
                assert row.author_id not in (None, author, row.appeal.case.referred_by_id)
                assert row.reasons_fact
                assert row.reasons_law
            if row.state == _G.REJECTED:
                assert row.answered_at < row.implicit_at
        for row in CourtAppeal.objects.exclude(state=_J.EXPORT_READY):
            self.reached.add(f"court {row.state}")
            ended = [
                one.ended_on for one in Mediation.objects.filter(appeal=row.appeal_id, ended_on__isnull=False)
            ]
            assert ended, "no court before a mediation"
            assert min(ended) <= row.filed_on
            if row.judged_on:
                assert row.noted_by_id != self.cast.delegate.pk

    def every_win_is_owed_to_the_cent(self) -> None:
        rows = list(Effect.objects.exclude(pk__in=self.paid).order_by("pk"))
        for effect in rows:
            self.paid.add(effect.pk)
            if effect.kind == EffectKind.PAY_BACK:
                self.reached.add("paid back")
        decision = Decision.objects.get(case=self.case)
        sums = [
            one.amount
            for one in Effect.objects.filter(case=self.case, kind=EffectKind.PAY_BACK)
            if one.amount
        ]
        owed = sum(sums, Decimal(0))
        # Each is the difference of two sums, rounded by themselves.
        rounded = CENT * len(sums)
        taken = self.euros(decision.share, self.taken_days(decision))
        assert owed <= taken + rounded, "never more than was taken"
        case = Case.objects.get(pk=self.case.pk)
        if case.state == _S.ANNULLED:
            kinds = Counter(Effect.objects.filter(case=case).values_list("kind", flat=True))
            assert kinds[EffectKind.ERASED] == 1
            if not Stay.objects.exists() and not LiftRequest.objects.filter(granted=True).exists():
                everything = self.euros(
                    decision.share, self.taken_days(decision, until=day_of(case.ended_at))
                )
                assert abs(owed - everything) <= rounded, (owed, everything)

    def taken_days(self, decision: Decision, until: date | None = None) -> int:
        day, days = day_of(decision.starts_at), 0
        over = months_on(day, decision.length)
        while day < over and day <= (until or day_of(self.now)):
            days, day = days + 1, day + DAY
        return days

    @staticmethod
    def euros(share: int, days: int) -> Decimal:
        return (DAILY * days * share / 100).quantize(CENT, rounding=ROUND_HALF_UP)

    def every_lifting_has_its_day_or_its_reasons(self) -> None:
        decision = Decision.objects.get(case=self.case)
        for row in LiftRequest.objects.all():
            self.reached.add(f"lift {row.granted}")
            if row.granted:
                assert day_of(decision.starts_at) <= row.effective_on <= day_of(row.decided_at)
            if row.granted is False:
                assert row.reasons_law
                assert row.reasons_fact

    def a_measure_stands_until_somebody_ends_it(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        self.reached.add(case.state)
        if case.state == _S.ANNULLED:
            won = GraciousAppeal.objects.filter(appeal__lift=None, state=_G.GRANTED).exists()
            judged = CourtAppeal.objects.filter(appeal__lift=None, state=_J.ANNULLED).exists()
            assert won or judged
        if case.state == _S.LIFTED:
            lifted = LiftRequest.objects.filter(granted=True).exists()
            won = GraciousAppeal.objects.filter(appeal__lift__isnull=False, state=_G.GRANTED).exists()
            judged = CourtAppeal.objects.filter(appeal__lift__isnull=False, state=_J.ANNULLED).exists()
            assert lifted or won or judged


BY = ["other", "other", "other", "author", "person"]
BACK = [0, 0, 1, 3, 40, -1]
VERDICTS = [_G.REJECTED, _G.REJECTED, _G.PARTIAL, _G.GRANTED]
SHARES, LENGTHS = [30, 40, 50, 60], [1, 2, 3]
STEPS = [timedelta(hours=hours) for hours in (1, 5, 23, 50, 150, 300, 800, 1500, 1500)]
ACTS_BY_NAME = {
    "file": {"by": ["person"]},
    "answer": {"verdict": VERDICTS, "share": SHARES, "length": LENGTHS, "by": BY},
    "read_answer": {"by": ["person", "person", "other"]},
    "read_case": {},
    "mediate": {"back": BACK},
    "mediation_ends": {"state": [_M.FAILED, _M.AGREED, _M.RECOMMENDATION, _M.NOT_ADMISSIBLE], "back": BACK},
    "go_to_court": {"back": BACK},
    "judge": {
        "state": [_J.REJECTED, _J.REJECTED, _J.REFORMED, _J.ANNULLED],
        "share": SHARES,
        "length": LENGTHS,
        "by": BY,
    },
    "hold_off": {"back": BACK},
    "apply_again": {"back": BACK},
    "ask_lift": {},
    "lift": {"back": BACK, "by": BY},
    "refuse_lift": {"by": ["author", "other", "person"]},
    "live_elsewhere": {"residence": ["OVERSEAS", "ABROAD", "MAINLAND"]},
    "find_remedies_missing": {"by": ["other", "person"]},
    "prove": {"by": BY},
    "outage": {"back": [DAY, 9 * DAY], "lasts": [timedelta(hours=3), 5 * DAY]},
    "time_passes": {"step": STEPS, "tick": [True, True, True, False]},
}
# What carries a story on is drawn more often than what ends it, or hides how exact the rest is.
_ON = [
    "file",
    "read_answer",
    "read_case",
    "mediate",
    "mediation_ends",
    "go_to_court",
    "ask_lift",
    "time_passes",
]
_RARE = {"outage", "find_remedies_missing", "live_elsewhere"}
ACTS = [
    *(sorted(ACTS_BY_NAME.keys() - _RARE) * 3),
    *sorted(_RARE),
    *_ON * 5,
    *["file", "refuse_lift", "answer", "judge"] * 3,
]


@pytest.mark.django_db
def test_no_sequence_of_acts_after_a_decision_costs_time_money_or_a_second_pair_of_eyes():
    reached = walks.go(Walk, walks.seeds(18), LENGTH, ACTS, ACTS_BY_NAME)
    # The walks are worth something only where they get to.
    for one in (
        *("time OVER", "time INTERRUPTED", "gracious REJECTED", "gracious IMPLICIT_REJECTION"),
        *("gracious GRANTED", "court DECLARED_FILED", "lift False", "paid back", _S.ANNULLED, _S.EXPIRED),
    ):
        assert reached[one] > 0, (one, sorted(reached.items()))
