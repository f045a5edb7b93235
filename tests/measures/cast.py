"""The people of a procedure, and a case brought to where a test begins, by the ordinary processes."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from accounts.models import Advisor, Claimant, DecisionMaker, Role
from measures.models import Case, Decision, Notice, Origin, Outcome, Unit
from measures.procedure.choosing import Choice
from measures.procedure.contradiction import noticing, observing, receiving
from measures.procedure.opening import examining, referring
from measures.procedure.opening.referring import Proof
from measures.procedure.outcome import deciding
from portal.core import deadlines
from portal.core.journal import Actor
from tests import factories
from tests.factories import NOW, acting

DAY = timedelta(days=1)
SUSPENSION = Choice(Outcome.SUSPENSION, share=50, length=1, unit=Unit.MONTHS)
WARNING = Choice(Outcome.AVERTISSEMENT, comply_days=15)
ALL_OF_IT = Choice(Outcome.RADIATION, share=100, length=4, unit=Unit.MONTHS, condition_confirmed=True)
LAW = "Article R5412-1 du code du travail."
FACT = "Vous n’êtes pas venu au rendez-vous du 20 novembre 2026."
_origins = count(1_000_000)


def a_delegate(region: str = "Bretagne", **fields) -> DecisionMaker:
    return DecisionMaker.objects.create(user=factories.user(Role.DECISION_MAKER, **fields), region=region)


def acts(person: DecisionMaker) -> Actor:
    return Actor(person.pk, Role.DECISION_MAKER, "192.0.2.9")


def work(now: datetime) -> None:
    deadlines.work(lambda: now)


@dataclass
class Cast:
    """The person concerned, her advisor who referred, the delegate who examines and another one."""

    advisor: Advisor = field(default_factory=factories.advisor)
    person: Claimant = None  # type: ignore[assignment]
    delegate: DecisionMaker = field(default_factory=a_delegate)
    other: DecisionMaker = field(default_factory=a_delegate)
    now: datetime = NOW

    def __post_init__(self) -> None:
        if self.person is None:
            self.person = factories.claimant(
                self.advisor, benefit_status="ARE", daily_allowance=Decimal("31.59")
            )

    def refer(self, *, facts_on: date | None = None, person: Claimant | None = None, **fields) -> Case:
        who = person or self.person
        known = {
            "origin": Origin.ABSENCE,
            "origin_id": next(_origins),
            "origin_ref": "AB-0000-0001",
            "facts_on": facts_on or (self.now - 3 * DAY).date(),
            "report": "Rendez-vous du 20 novembre manqué, sans nouvelles.",
            "evidence": [Proof(self.now - 12 * DAY, "Convocation déposée dans l’espace personnel")],
            "documents": [],
            "by": acting(self.advisor),
            "now": self.now,
        }
        return referring.refer(who, **(known | fields))

    def taken(self, **fields) -> Case:
        return examining.take(self.refer(**fields).pk, by=acts(self.delegate), now=self.now)

    def told(self, choice: Choice = SUSPENSION, **fields) -> Notice:
        """A notice that was sent."""
        case = self.taken(**fields)
        by = acts(self.delegate)
        noticing.prepare(case.pk, facts=FACT, choice=choice, by=by, now=self.now)
        return noticing.send(case.pk, by=by, now=self.now)

    def received(self, choice: Choice = SUSPENSION, **fields) -> Case:
        notice = self.told(choice, **fields)
        receiving.consult(notice.case_id, by=acting(notice.case.claimant), now=self.now)
        return fresh(notice.case)

    def due(self, choice: Choice = SUSPENSION, *, says: str = "", **fields) -> Case:
        """A case whose ten days are over: `self.now` has moved there."""
        case = self.received(choice, **fields)
        if says:
            self.writes(case, says)
        self.now = Notice.objects.get(case=case).observations_until + timedelta(minutes=5)
        work(self.now)
        return fresh(case)

    def writes(self, case: Case, text: str = "Mon train était supprimé.", **fields):
        known = {"text": text, "document_ids": [], "form_key": uuid.uuid4(), "now": self.now}
        return observing.file_observations(case.pk, **({"by": acting(case.claimant)} | known | fields))

    def decides(self, case: Case, choice: Choice | None = SUSPENSION, **fields) -> Decision:
        known = {"reasons_law": LAW, "reasons_fact": FACT, "answer": "Le train circulait ce jour-là."}
        known |= {"by": acts(self.delegate), "now": self.now}
        return deciding.decide(case.pk, choice=choice, **(known | fields))

    def in_force(self, choice: Choice = SUSPENSION, **fields) -> Case:
        """A measure that has begun: `self.now` is the morning of its first day."""
        case = self.due(choice, **fields)
        self.decides(case, choice)
        if choice == ALL_OF_IT:
            deciding.read_second(case.pk, agrees=True, remark="", by=acts(self.other), now=self.now)
        deciding.notify(case.pk, by=acts(self.delegate), now=self.now)
        receiving.consult(case.pk, by=acting(case.claimant), now=self.now)
        self.now += DAY
        work(self.now)
        return fresh(case)


def fresh(case: Case) -> Case:
    return Case.objects.select_related("agency", "claimant__user", "bareme").get(pk=case.pk)
