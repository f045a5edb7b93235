"""The appointments of the demo: fixed, read or not, moved, kept or missed, called about."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial

from accounts.models import Advisor, Agency, Claimant
from convocations import attendance
from convocations.evidence import calls, ledger
from convocations.models import Absence, Bindingness, CallTask, Convocation, Fact, Kind, Modality
from convocations.scheduling import changing
from convocations.scheduling.drafts import Draft
from convocations.scheduling.issuing import issue_many
from convocations.states import AHEAD, CallState, ConvocationState
from portal.core.transitions import Refusal
from portal.web.demo.past.examinations import Examinations
from portal.web.demo.past.history import DAYS_BACK, Replay, advisor, claimant
from portal.web.demo.past.wishes import Wishes

_S = ConvocationState
# Appointments of 45 minutes from 12:30, by weekday: inside the agencies' hours by appointment.
_SLOTS = {0: 5, 1: 5, 2: 5, 4: 4}
_PURPOSES = (
    "Faire le point sur votre recherche d’emploi",
    "Préparer votre projet professionnel",
    "Relire ensemble votre CV",
    "Parler d’une formation",
    "Point d’étape de votre contrat d’engagement",
)
_WORKSHOPS = ("Atelier : refaire son CV", "Atelier : préparer un entretien d’embauche")


class Appointments:
    """Plans what each advisor fixes, and how each person lives it."""

    def __init__(self, replay: Replay, examinations: Examinations) -> None:
        self.replay, self.examinations = replay, examinations
        self.now, self.draw = replay.now, replay.draw
        self.advisors = {person.pk: person for person in replay.cast.advisors}
        # Hours nobody has taken yet, drawn at random; what is moved or proposed anew takes them.
        self.free: dict[int, list[datetime]] = {}
        # One advisor is behind with records: what their supervisor sees.
        self.slow_recorder = replay.cast.advisors[2].pk
        examinations.propose = self._next_free
        self.wishes = Wishes(replay, self._free_hour)
        self.wishes.go_on = self._follow

    def plan(self) -> None:
        """Plan everything the advisors fix themselves."""
        self.wishes.plan()
        for person in self.replay.cast.advisors:
            self._plan_portfolio(person)
        for agency in self.replay.cast.agencies:
            self._plan_workshops(agency)
            for days in range(DAYS_BACK):
                moment = self.now - timedelta(days=days)
                if self.replay.hours[agency.pk].is_working_day(moment.astimezone(agency.place.zone).date()):
                    self.replay.at_work(agency.pk, moment, partial(self._make_calls, agency.pk))

    def _plan_portfolio(self, person: Advisor) -> None:
        followed = [one for one in self.replay.cast.claimants if one.advisor_id == person.pk]
        slots = self._slots(person)
        past = [slot for slot in slots if slot < self.now]
        coming = [slot for slot in slots if slot > self.now + timedelta(days=1)]
        self.draw.shuffle(past)
        self.draw.shuffle(coming)
        drafts: dict[datetime, list[Draft]] = {}
        for number, one in enumerate(followed):
            again = [past.pop()] if self.draw.random() < 0.5 else []
            ahead = [coming.pop()] if coming and self.draw.random() < 0.85 else []
            for starts_at in [past.pop(), *again, *ahead]:
                fixed = self._fixed_on(person, starts_at)
                drafts.setdefault(fixed, []).append(self._draft(one, person, starts_at, number))
        self.free[person.pk] = past + coming
        for fixed, together in drafts.items():
            self.replay.at(fixed, partial(self._issue, together, person))

    def _fixed_on(self, person: Advisor, starts_at: datetime) -> datetime:
        lead = timedelta(days=self.draw.randrange(8, 13))
        latest = self.now - timedelta(days=self.draw.randrange(0, 6), minutes=30)
        return self.replay.hours[person.agency_id].morning_before(min(starts_at - lead, latest))

    def _slots(self, person: Advisor) -> list[datetime]:
        hours = self.replay.hours[person.agency_id]
        today = self.now.astimezone(hours.zone).date()
        slots = []
        for offset in range(-DAYS_BACK, 29):
            day = today + timedelta(days=offset)
            if hours.is_working_day(day) and day.weekday() in _SLOTS:
                first = datetime.combine(day, time(12, 30), hours.zone)
                slots += [first + timedelta(minutes=45 * number) for number in range(_SLOTS[day.weekday()])]
        return slots

    def _draft(self, one: Claimant, person: Advisor, starts_at: datetime, number: int) -> Draft:
        offer = self.draw.random() < 0.15
        modality = self.draw.choices([Modality.IN_PERSON, Modality.PHONE], [70, 30])[0]
        there = modality == Modality.IN_PERSON
        return Draft(
            claimant_id=one.pk,
            advisor_id=person.pk,
            bindingness=Bindingness.INVITATION if offer else Bindingness.CONVOCATION,
            kind=Kind.INTERVIEW,
            modality=modality,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
            purpose=_PURPOSES[number % len(_PURPOSES)],
            place=f"{person.agency.name}, {person.agency.address}" if there else "",
            to_bring="Votre CV et votre carte d’identité" if there else "",
        )

    def _plan_workshops(self, agency: Agency) -> None:
        """Gather eight people three times on a morning: twice offered, once the agency asks them to come."""
        leader = next(one for one in self.replay.cast.advisors if one.agency_id == agency.pk)
        followed = [one for one in self.replay.cast.claimants if one.agency_id == agency.pk]
        hours = self.replay.hours[agency.pk]
        for number, weeks in enumerate((-5, -2, 2)):
            day = (self.now + timedelta(weeks=weeks)).astimezone(hours.zone).date()
            while not hours.is_working_day(day) or day.weekday() != 3:
                day += timedelta(days=1)
            starts_at = datetime.combine(day, time(9), hours.zone)
            drafts = [
                Draft(
                    claimant_id=one.pk,
                    advisor_id=leader.pk,
                    bindingness=Bindingness.CONVOCATION if number == 1 else Bindingness.INVITATION,
                    kind=Kind.WORKSHOP,
                    modality=Modality.IN_PERSON,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(hours=2),
                    purpose=_WORKSHOPS[number % 2],
                    place=f"{agency.name}, {agency.address}",
                    to_bring="Votre CV, même ancien" if number % 2 == 0 else "",
                )
                for one in self.draw.sample(followed, 8)
            ]
            fixed = self._fixed_on(leader, starts_at)
            self.replay.at(fixed + timedelta(minutes=20), partial(self._issue, drafts, leader))

    # --- living them ------------------------------------------------------------

    def _issue(self, drafts: Sequence[Draft], person: Advisor, moment: datetime) -> None:
        results = issue_many(drafts, form_key=self.replay.form_key(), by=advisor(person), now=moment)
        self.replay.post(moment)
        for draft, result in zip(drafts, results, strict=True):
            if result.convocation_id is not None:
                self._follow(result.convocation_id, draft, moment)

    def _follow(self, pk: int, draft: Draft, issued: datetime) -> None:
        """Decide how a person and their advisor will live this appointment."""
        person = self.advisors[draft.advisor_id]
        chance = self.draw.random()
        read = None
        if chance < 0.78:
            read = issued + timedelta(hours=self.draw.randrange(2, 60))
        elif chance < 0.88:
            read = draft.starts_at - timedelta(hours=self.draw.randrange(2, 20))
        if read is not None:
            self.replay.awake(person.agency_id, read, partial(self._read, pk, draft))
        chance = self.draw.random()
        later = issued + timedelta(days=2, hours=2)
        if chance < 0.03:
            self.replay.at_work(person.agency_id, later, partial(self._cancel, pk, person))
        elif chance < 0.07:
            self.replay.at_work(person.agency_id, later, partial(self._move, pk, draft, person))
        if draft.bindingness == Bindingness.CONVOCATION:
            days = 9 if person.pk == self.slow_recorder else self.draw.choice([0, 0, 1, 1, 2, 4])
            recorded = draft.ends_at + timedelta(days=days, minutes=self.draw.randrange(10, 50))
            self.replay.at_work(person.agency_id, recorded, partial(self._record, pk, person))

    def _read(self, pk: int, draft: Draft, moment: datetime) -> None:
        if moment >= draft.starts_at:
            return
        by = claimant(draft.claimant_id)
        ledger.consult(pk, by=by, now=moment)
        self.replay.at(moment + timedelta(minutes=4), partial(self._answer, pk, draft))
        if draft.bindingness == Bindingness.CONVOCATION and draft.kind == Kind.INTERVIEW:
            self.wishes.follow(pk, draft, self.advisors[draft.advisor_id], moment)

    def _answer(self, pk: int, draft: Draft, moment: datetime) -> None:
        by = claimant(draft.claimant_id)
        try:
            if draft.bindingness == Bindingness.CONVOCATION:
                if self.draw.random() < 0.7:
                    ledger.acknowledge(pk, by=by, now=moment)
            elif self.draw.random() < 0.75:
                answer = _S.ACCEPTED if self.draw.random() < 0.7 else _S.DECLINED
                changing.answer_invitation(pk, answer, by=by, now=moment)
        except Refusal:
            return

    def _cancel(self, pk: int, person: Advisor, moment: datetime) -> None:
        reason = "Votre conseiller est en formation ce jour-là."
        try:
            changing.cancel(pk, reason=reason, by=advisor(person), now=moment)
        except Refusal:
            return
        self.replay.post(moment)

    def _move(self, pk: int, draft: Draft, person: Advisor, moment: datetime) -> None:
        anew = self._next_free(person, draft.claimant_id, moment) if draft.kind != Kind.WORKSHOP else None
        if anew is None:
            return
        key, reason = self.replay.form_key(), "Vous nous avez dit travailler ce jour-là."
        try:
            successor = changing.move(pk, anew, reason=reason, form_key=key, by=advisor(person), now=moment)
        except Refusal:
            return
        self.replay.post(moment)
        self._follow(successor.pk, anew, moment)

    def _next_free(self, person: Advisor, claimant_id: int, moment: datetime) -> Draft | None:
        """Take an hour of this advisor that is at least eight days ahead, for a person they follow."""
        starts_at = self._free_hour(person, moment)
        if starts_at is None:
            return None
        one = next(each for each in self.replay.cast.claimants if each.pk == claimant_id)
        return self._draft(one, person, starts_at, 0)

    def _free_hour(self, person: Advisor, moment: datetime) -> datetime | None:
        """Take an hour of this advisor that is at least eight days ahead."""
        fitting = [slot for slot in self.free[person.pk] if slot > moment + timedelta(days=8)]
        if not fitting:
            return None
        self.free[person.pk].remove(min(fitting))
        return min(fitting)

    # --- attendance and calls -----------------------------------------------------

    def _record(self, pk: int, person: Advisor, moment: datetime) -> None:
        convocation = Convocation.objects.get(pk=pk)
        if convocation.state not in AHEAD | {_S.AWAITING_STATUS} or convocation.ends_at > moment:
            return
        outcome = self.draw.choices(
            [_S.ATTENDED, _S.ABSENT, _S.TECH_INCIDENT, _S.EXCUSED, _S.CANCELLED_BY_AGENCY], [78, 14, 3, 3, 2]
        )[0]
        if outcome == _S.ABSENT and ledger.why_not_valid(convocation):
            outcome = _S.NOT_PROVEN
        if outcome == _S.TECH_INCIDENT and convocation.modality == Modality.IN_PERSON:
            outcome = _S.ATTENDED
        attendance.record(pk, outcome, by=advisor(person), now=moment)
        self.replay.post(moment)
        if outcome == _S.ABSENT:
            self.examinations.follow(Absence.objects.get(convocation_id=pk), person, moment)

    def _make_calls(self, agency_id: int, moment: datetime) -> None:
        """Let the agency try a part of the calls that wait, and note some letters by hand."""
        waiting = CallTask.objects.filter(
            state=CallState.OPEN, advisor__agency_id=agency_id, opened_at__lt=moment - timedelta(hours=20)
        ).order_by("pk")
        for task in waiting:
            if self.draw.random() < 0.45:
                continue
            by = advisor(self.advisors[task.advisor_id])
            if task.reason == CallTask.Reason.NO_EMAIL and self.draw.random() < 0.5:
                self._post_letter(task.convocation_id, by.person_id, moment)
            calls.log_call(task.pk, reached=self.draw.random() < 0.5, by=by, now=moment)

    def _post_letter(self, pk: int, advisor_id: int | None, moment: datetime) -> None:
        assert advisor_id is not None
        person = self.advisors[advisor_id]
        by = advisor(person)
        ledger.note_letter(pk, Fact.LETTER_POSTED, at=moment, detail="", by=by, now=moment)
        arrived = moment + timedelta(days=3)
        self.replay.at_work(
            person.agency_id,
            arrived,
            lambda later: ledger.note_letter(
                pk, Fact.LETTER_DELIVERED, at=later, detail="Avis de réception", by=by, now=later
            ),
        )
