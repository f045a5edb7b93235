"""Three months replayed through the real processes, hour by hour: what a page shows did happen, in order."""

import heapq
import itertools
import random
import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial

from accounts.models import Advisor, Claimant
from convocations import attendance
from convocations.absences import deciding, explaining, opening
from convocations.evidence import calls, ledger
from convocations.models import Absence, Bindingness, CallTask, Convocation, Fact, Kind, Modality
from convocations.motives import Motive
from convocations.scheduling import changing
from convocations.scheduling.issuing import Draft, issue_many
from convocations.states import AHEAD, AbsenceState, ConvocationState
from messaging.delivery.sender import send_due
from portal.core import deadlines, journal
from portal.core.journal import Actor
from portal.core.safe import DUE_CHECK
from portal.core.transitions import Refusal
from portal.core.working_time import holiday_name
from portal.web.demo.cast import Cast
from portal.web.demo.papers import Papers

_S = ConvocationState
DAYS_BACK = 62
_SLOTS = {0: 5, 1: 5, 2: 5, 4: 4}  # appointments of 45 minutes from 12:30, by weekday
_PURPOSES = (
    "Faire le point sur votre recherche d’emploi",
    "Préparer votre projet professionnel",
    "Relire ensemble votre CV",
    "Parler d’une formation",
    "Point d’étape de votre contrat d’engagement",
)
_SAID = (
    (Motive.TRANSPORT, "Mon train a été supprimé ce matin-là, j’ai prévenu en arrivant."),
    (Motive.HEALTH_SELF, "Je ne pouvais pas me déplacer ce jour-là. Je joins un certificat."),
    (Motive.JOB_INTERVIEW, "J’avais un entretien d’embauche à la même heure, confirmé la veille."),
    (Motive.CHILDCARE, "L’école a fermé et je n’avais personne pour garder mon fils."),
    (Motive.NOTICE_NOT_RECEIVED, "J’ai vu la convocation trop tard, je n’avais plus de téléphone."),
    (Motive.WORK, "J’ai travaillé ce jour-là, mon contrat est joint."),
)


class Replay:
    """The demo's past, as events in the order of their time."""

    def __init__(self, cast: Cast, now: datetime, draw: random.Random, papers: Papers) -> None:
        self.cast, self.now, self.draw, self.papers = cast, now, draw, papers
        self.events: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self.order = itertools.count()
        # One advisor is behind with records, one with decisions: what their supervisors see.
        self.slow_recorder, self.slow_decider = cast.advisors[2].pk, cast.advisors[5].pk

    def run(self) -> None:
        """Plan the appointments, then live through them."""
        for advisor in self.cast.advisors:
            self._plan_portfolio(advisor)
        for hours in range(0, (DAYS_BACK + 12) * 24, 3):
            self.at(self.now - timedelta(days=DAYS_BACK + 12) + timedelta(hours=hours), self._tick)
        while self.events and self.events[0][0] <= self.now:
            moment, _, event = heapq.heappop(self.events)
            event(moment)
        self._tick(self.now)
        journal.seal(self.now)
        journal.seal(self.now)

    def at(self, moment: datetime, event: Callable[[datetime], object]) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self.events, (moment, next(self.order), event))

    def _tick(self, moment: datetime) -> None:
        deadlines.work(lambda: moment)
        deadlines.work_slowly(DUE_CHECK, lambda: moment, seconds=120)
        send_due(lambda: moment, seconds=120)

    # --- appointments ---------------------------------------------------------

    def _plan_portfolio(self, advisor: Advisor) -> None:
        people = [person for person in self.cast.claimants if person.advisor_id == advisor.pk]
        free = self._slots(advisor)
        past = [slot for slot in free if slot < self.now]
        coming = [slot for slot in free if slot > self.now + timedelta(days=1)]
        self.draw.shuffle(past)
        self.draw.shuffle(coming)
        drafts: dict[datetime, list[Draft]] = {}
        for number, person in enumerate(people):
            again = [past.pop()] if self.draw.random() < 0.5 else []
            for starts_at in [past.pop(), *again, *([coming.pop()] if coming else [])]:
                issued = self._issue_moment(starts_at)
                drafts.setdefault(issued, []).append(self._draft(person, advisor, starts_at, number))
        for issued, together in drafts.items():
            self.at(issued, partial(self._issue, together, advisor))

    def _issue_moment(self, starts_at: datetime) -> datetime:
        lead = timedelta(days=self.draw.randrange(8, 13))
        day = min(starts_at - lead, self.now - timedelta(days=self.draw.randrange(0, 6)))
        moment = day.replace(hour=5, minute=0, second=0, microsecond=0)
        return min(moment, self.now - timedelta(minutes=30))

    def _slots(self, advisor: Advisor) -> list[datetime]:
        place = advisor.agency.place
        closed = {
            closure.first_day + timedelta(days=offset)
            for closure in advisor.agency.closures.all()
            for offset in range((closure.last_day - closure.first_day).days + 1)
        }
        slots = []
        for offset in range(-DAYS_BACK, 29):
            day = self.now.astimezone(place.zone).date() + timedelta(days=offset)
            if day.weekday() not in _SLOTS or holiday_name(day, place) or day in closed:
                continue
            first = datetime.combine(day, time(12, 30), place.zone)
            slots += [first + timedelta(minutes=45 * number) for number in range(_SLOTS[day.weekday()])]
        return slots

    def _draft(self, person: Claimant, advisor: Advisor, starts_at: datetime, number: int) -> Draft:
        offer = self.draw.random() < 0.15
        modality = self.draw.choices([Modality.IN_PERSON, Modality.PHONE], [70, 30])[0]
        return Draft(
            claimant_id=person.pk,
            advisor_id=advisor.pk,
            bindingness=Bindingness.INVITATION if offer else Bindingness.CONVOCATION,
            kind=Kind.INTERVIEW,
            modality=modality,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
            purpose=_PURPOSES[number % len(_PURPOSES)],
            place=f"{advisor.agency.name}, {advisor.agency.address}"
            if modality == Modality.IN_PERSON
            else "",
            to_bring="Votre CV et votre carte d’identité" if modality == Modality.IN_PERSON else "",
        )

    def _issue(self, drafts: list[Draft], advisor: Advisor, moment: datetime) -> None:
        key = uuid.UUID(int=self.draw.getrandbits(128), version=4)
        results = issue_many(drafts, form_key=key, by=_actor(advisor), now=moment)
        for draft, result in zip(drafts, results, strict=True):
            if result.convocation_id is not None:
                self._follow(result.convocation_id, draft, moment)

    def _follow(self, pk: int, draft: Draft, issued: datetime) -> None:
        """Decide how a person and their advisor will live this appointment."""
        person = Actor(draft.claimant_id, "CLAIMANT", "203.0.113.7")
        advisor = Actor(draft.advisor_id, "ADVISOR", "198.51.100.4")
        chance = self.draw.random()
        if chance < 0.78:
            read = issued + timedelta(hours=self.draw.randrange(2, 60))
        elif chance < 0.88:
            read = draft.starts_at - timedelta(hours=self.draw.randrange(3, 20))
        else:
            read = None
        if read is not None and read < draft.starts_at:
            self.at(read, lambda moment: ledger.consult(pk, by=person, now=moment))
            self.at(read + timedelta(minutes=4), lambda moment: self._answer(pk, draft, person, moment))
        if self.draw.random() < 0.03:
            self.at(issued + timedelta(days=2), lambda moment: self._cancel(pk, advisor, moment))
        elif draft.bindingness == Bindingness.CONVOCATION:
            self.at(self._record_moment(draft), lambda moment: self._record(pk, advisor, moment))

    def _answer(self, pk: int, draft: Draft, person: Actor, moment: datetime) -> None:
        try:
            if draft.bindingness == Bindingness.CONVOCATION:
                if self.draw.random() < 0.7:
                    ledger.acknowledge(pk, by=person, now=moment)
            elif self.draw.random() < 0.75:
                answer = _S.ACCEPTED if self.draw.random() < 0.7 else _S.DECLINED
                changing.answer_invitation(pk, answer, by=person, now=moment)
        except Refusal:
            return

    def _cancel(self, pk: int, advisor: Actor, moment: datetime) -> None:
        try:
            changing.cancel(
                pk, reason="Votre conseiller est en formation ce jour-là.", by=advisor, now=moment
            )
        except Refusal:
            return

    # --- attendance -----------------------------------------------------------

    def _record_moment(self, draft: Draft) -> datetime:
        days = 9 if draft.advisor_id == self.slow_recorder else self.draw.choice([0, 0, 0, 1, 1, 2])
        return draft.ends_at + timedelta(days=days, minutes=self.draw.randrange(10, 50))

    def _record(self, pk: int, advisor: Actor, moment: datetime) -> None:
        convocation = Convocation.objects.get(pk=pk)
        if convocation.state not in AHEAD | {_S.AWAITING_STATUS}:
            return
        outcome = self.draw.choices(
            [_S.ATTENDED, _S.ABSENT, _S.TECH_INCIDENT, _S.EXCUSED, _S.CANCELLED_BY_AGENCY], [78, 14, 3, 3, 2]
        )[0]
        if outcome == _S.ABSENT and ledger.why_not_valid(convocation):
            outcome = _S.NOT_PROVEN
        if outcome == _S.TECH_INCIDENT and convocation.modality == Modality.IN_PERSON:
            outcome = _S.ATTENDED
        attendance.record(pk, outcome, by=advisor, now=moment)
        if outcome == _S.ABSENT:
            absence = Absence.objects.get(convocation_id=pk)
            self._follow_absence(absence, advisor, moment)

    # --- absences -------------------------------------------------------------

    def _follow_absence(self, absence: Absence, advisor: Actor, recorded: datetime) -> None:
        person = Actor(absence.claimant_id, "CLAIMANT", "203.0.113.7")
        explains = self.draw.random() < 0.7
        said_at = recorded + timedelta(days=self.draw.randrange(1, 5), hours=3)
        if explains:
            self.at(said_at, lambda moment: self._explain(absence.pk, person, advisor, moment))
        if self.draw.random() < 0.05:
            self.at(recorded + timedelta(days=2), lambda moment: self._correct(absence.pk, advisor, moment))
        wait = 40 if advisor.user_id == self.slow_decider else self.draw.randrange(2, 9)
        start = said_at if explains else absence.explanation_due_at
        self.at(
            start + timedelta(days=wait), lambda moment: self._decide(absence.pk, advisor, explains, moment)
        )

    def _explain(self, pk: int, person: Actor, advisor: Actor, moment: datetime) -> None:
        motive, text = self.draw.choice(_SAID)
        documents = self.papers.for_motive(motive, person, moment) if self.draw.random() < 0.6 else []
        try:
            explaining.explain(
                pk,
                motive=motive,
                text=text,
                sworn=not documents,
                document_ids=documents,
                form_key=uuid.UUID(int=self.draw.getrandbits(128), version=4),
                by=person,
                now=moment,
            )
        except Refusal:
            return
        if documents:
            self.at(
                moment + timedelta(days=self.draw.randrange(1, 4)),
                lambda later: self.papers.review(pk, advisor, self.draw, later),
            )

    def _correct(self, pk: int, advisor: Actor, moment: datetime) -> None:
        try:
            opening.correct(
                pk,
                _S.ATTENDED,
                reason="La personne était bien là : erreur de ma part dans la liste.",
                by=advisor,
                now=moment,
            )
        except Refusal:
            return

    def _decide(self, pk: int, advisor: Actor, explained: bool, moment: datetime) -> None:
        outcome = self.draw.choices(
            [AbsenceState.EXCUSED, AbsenceState.CLOSED_NO_ACTION, AbsenceState.REFERRED], [60, 25, 15]
        )[0]
        if not explained:
            outcome = self.draw.choice([AbsenceState.CLOSED_NO_ACTION, AbsenceState.REFERRED])
        reasons = {
            AbsenceState.EXCUSED: "Votre explication est claire et le motif est légitime. Merci de l’avoir donnée.",
            AbsenceState.CLOSED_NO_ACTION: "C’est une première absence. Nous en reparlons au prochain rendez-vous.",
            AbsenceState.REFERRED: "Sans explication de votre part, je demande un examen de la situation.",
        }[outcome]
        try:
            deciding.decide(
                pk,
                outcome,
                reasons=reasons,
                report="Rendez-vous prévu et connu de la personne. Absente. Le délai pour répondre est passé."
                if outcome == AbsenceState.REFERRED
                else "",
                by=advisor,
                now=moment,
            )
        except Refusal:
            return

    # --- calls ----------------------------------------------------------------

    def make_some_calls(self) -> None:
        """Let advisors try a part of the calls that wait, so that the list shows tries."""
        for task in CallTask.objects.filter(state="OPEN").order_by("pk")[:40:2]:
            by = Actor(task.advisor_id, "ADVISOR", "198.51.100.4")
            calls.log_call(task.pk, reached=self.draw.random() < 0.3, by=by, now=self.now)
        waiting = CallTask.objects.filter(state="OPEN", reason="NO_EMAIL").order_by("pk")[:6]
        for task in waiting:
            by = Actor(task.advisor_id, "ADVISOR", "198.51.100.4")
            ledger.note_letter(
                task.convocation_id, Fact.LETTER_POSTED, at=self.now, detail="", by=by, now=self.now
            )


def _actor(advisor: Advisor) -> Actor:
    return Actor(advisor.pk, "SUPERVISOR" if advisor.is_supervisor else "ADVISOR", "198.51.100.4")
