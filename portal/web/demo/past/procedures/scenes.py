"""Procedures whose end is known: each way to act on a decision is there to be seen, whatever the draws give.

They come from controls of the job search: no absence of the demo's past changes with them.
"""

import random
from datetime import datetime, timedelta
from functools import partial

from accounts.models import Advisor, Claimant, Controller, NoticeGroup, Role
from measures.models import Case, Origin
from measures.procedure.contradiction import noticing, receiving
from measures.procedure.opening import examining, referring
from measures.procedure.opening.referring import Proof
from measures.procedure.outcome import deciding
from measures.states import GraciousState
from portal.core.journal import Actor
from portal.web.demo.past.history import Replay, claimant
from portal.web.demo.past.procedures.contesting import Contesting, Deed
from portal.web.demo.past.procedures.following import lightest
from portal.web.demo.past.procedures.working import Work

_DAY = timedelta(days=1)
_REPORT = "Le questionnaire et les preuves ont été demandés deux fois. Rien n’est venu."
_FACTS = "Vous n’avez pas répondu au questionnaire de contrôle de votre recherche d’emploi."
_LAW = "Article R5412-1 du code du travail : les obligations du contrat d’engagement."
_FACT = "Le questionnaire a été lu, et aucune réponse n’est venue avant la fin du délai."


class Scenes(Work):
    """Plans one procedure for each way to act."""

    def __init__(self, replay: Replay) -> None:
        super().__init__(replay, random.Random(20_261_130))  # noqa: S311
        contesting = Contesting(replay, self.draw)
        # How many days ago each begins; the person acts on the decision three weeks later.
        self.scenes: list[tuple[int, Deed]] = [
            (66, contesting.file(GraciousState.GRANTED)),
            (63, contesting.file(GraciousState.REJECTED)),
            (50, contesting.file(None)),
            (47, contesting.ask_mediation),
            (45, contesting.ask_lift(True)),
            (36, contesting.ask_lift(False)),
        ]

    def plan(self) -> None:
        """Begin each for somebody of the controller's region who is paid and reads e-mail."""
        controller = Controller.objects.earliest("pk")
        people = _people(controller.region)
        for number, ((days, act), person) in enumerate(zip(self.scenes, people, strict=False), start=1):
            began = self.replay.now - days * _DAY
            by = Actor(controller.pk, Role.CONTROLLER, "198.51.100.12")
            self.replay.at_work(person.agency_id, began, partial(self._refer, person, number, act, by))

    def _refer(
        self,
        person: Claimant,
        number: int,
        act: Deed,
        by: Actor,
        moment: datetime,
    ) -> None:
        case = referring.refer(
            person,
            origin=Origin.CONTROL,
            origin_id=number,
            origin_ref=f"CT-2026-{number:04}",
            facts_on=(moment - 3 * _DAY).date(),
            report=_REPORT,
            evidence=[
                Proof(moment - 30 * _DAY, "Questionnaire de contrôle déposé dans l’espace personnel"),
                Proof(moment - 12 * _DAY, "Rappel déposé dans l’espace personnel"),
            ],
            documents=[],
            by=by,
            now=moment,
        )
        self.at_work(case, moment + _DAY, partial(self._tell, act))

    def _tell(self, act: Deed, case: Case, moment: datetime) -> None:
        by, choice = self.delegate(case), lightest(case)
        assert choice is not None
        examining.take(case.pk, by=by, now=moment)
        noticing.prepare(case.pk, facts=_FACTS, choice=choice, by=by, now=moment)
        noticing.send(case.pk, by=by, now=moment)
        self.awake(case, moment + _DAY, partial(self._read, act))

    def _read(self, act: Deed, case: Case, moment: datetime) -> None:
        receiving.consult(case.pk, by=claimant(case.claimant_id), now=moment)
        # Ten days, and on to a day that is worked.
        self.at_work(case, moment + 15 * _DAY, partial(self._decide, act))

    def _decide(self, act: Deed, case: Case, moment: datetime) -> None:
        by = self.delegate(case)
        deciding.decide(
            case.pk,
            choice=lightest(case),
            reasons_law=_LAW,
            reasons_fact=_FACT,
            answer="",
            by=by,
            now=moment,
        )
        deciding.notify(case.pk, by=by, now=moment)
        self.awake(case, moment + _DAY, partial(self._read_decision, act))

    def _read_decision(self, act: Deed, case: Case, moment: datetime) -> None:
        receiving.consult(case.pk, by=claimant(case.claimant_id), now=moment)
        self.awake(case, moment + 3 * _DAY, act)


def _people(region: str) -> list[Claimant]:
    """Give those of a region who are paid and reached by e-mail, nobody's neighbour on the list."""
    advisors = Advisor.objects.filter(agency__region=region)
    paid = Claimant.objects.filter(advisor__in=advisors, benefit_status="ARE").select_related("user")
    return [person for person in paid.order_by("pk") if person.routes_of(NoticeGroup.ANSWERS).email][::7]
