"""What became of the referrals of the demo: examined, told, answered, decided, or closed without measure."""

import random
from datetime import datetime, timedelta

from accounts.models import NoticeGroup
from measures.models import Case, Origin, Outcome, Unit
from measures.procedure.choosing import Choice, permitted
from measures.procedure.contradiction import hearing, noticing, observing, receiving
from measures.procedure.opening import examining
from measures.procedure.outcome import deciding
from portal.web.demo.past.history import Replay, claimant
from portal.web.demo.past.procedures.contesting import Contesting
from portal.web.demo.past.procedures.working import Work

_WITHOUT = (
    "Le rapport ne montre qu’un seul rendez-vous manqué. Les démarches de la personne sont réelles : rien de plus.",
    "La personne a repris contact d’elle-même le lendemain. Il n’y a pas lieu d’aller plus loin.",
)
_FACTS = "Vous étiez attendu à un rendez-vous que vous aviez lu. Vous n’êtes pas venu et vous n’avez pas dit pourquoi."
_SAID = (
    "Ce jour-là je gardais ma mère, sortie de l’hôpital la veille. Je n’ai pas pensé à prévenir.",
    "J’ai cherché du travail toute la semaine, je peux montrer mes candidatures.",
    "Je n’avais plus de forfait et je n’ai vu le message que le soir. Je m’excuse.",
)
_LAW = "Article R5412-1 du code du travail : les obligations du contrat d’engagement."
_FACT = "Le rendez-vous était connu, et aucune explication n’est venue avant la fin du délai."
_ANSWER = "Vos explications ont été lues avec attention. Elles ont compté dans le choix de la mesure."
_NOTHING = "Vos explications montrent que vous n’avez pas pu faire autrement. Aucune mesure n’est prise."


class Procedures(Work):
    """Follows each referral from who takes it to its end."""

    def __init__(self, replay: Replay) -> None:
        # Draws of their own: nobody else's past changes with them.
        super().__init__(replay, random.Random(20_261_128))  # noqa: S311
        self.contesting = Contesting(replay, random.Random(20_261_129))  # noqa: S311

    def follow(self, absence_id: int, moment: datetime) -> None:
        """Let the region's delegate take what was referred, some days later."""
        case = Case.objects.filter(origin=Origin.ABSENCE, origin_id=absence_id).first()
        # One referral in eight still waits for somebody.
        if case is not None and case.region in self.delegates and self.draw.random() < 0.87:
            self.at_work(case, moment + self.days(1, 5), self._take)

    def _take(self, case: Case, moment: datetime) -> None:
        examining.take(case.pk, by=self.delegate(case), now=moment)
        if self.draw.random() < 0.3:
            self.at_work(case, moment + self.days(1, 4), self._close)
        elif self.draw.random() < 0.9:
            self.at_work(case, moment + self.days(1, 3), self._tell)

    def _close(self, case: Case, moment: datetime) -> None:
        examining.close(case.pk, reasons=self.draw.choice(_WITHOUT), by=self.delegate(case), now=moment)

    def _tell(self, case: Case, moment: datetime) -> None:
        choice = lightest(case)
        if choice is None:
            self._close(case, moment)
            return
        noticing.prepare(case.pk, facts=_FACTS, choice=choice, by=self.delegate(case), now=moment)
        if self.draw.random() < 0.9:
            self.at_work(case, moment + timedelta(hours=2), self._send)

    def _send(self, case: Case, moment: datetime) -> None:
        noticing.send(case.pk, by=self.delegate(case), now=moment)
        # Who is reached on paper reads at home; a registered letter has its own way.
        if self.draw.random() < 0.85 and case.claimant.routes_of(NoticeGroup.ANSWERS).email:
            self.awake(case, moment + self.days(1, 4), self._read)

    def _read(self, case: Case, moment: datetime) -> None:
        receiving.consult(case.pk, by=claimant(case.claimant_id), now=moment)
        chance = self.draw.random()
        if chance < 0.55:
            self.awake(case, moment + self.days(1, 6), self._write)
        elif chance < 0.75:
            self.awake(case, moment + self.days(1, 3), self._ask_hearing)
        self.at_work(case, moment + self.days(13, 19), self._decide)

    def _write(self, case: Case, moment: datetime) -> None:
        observing.file_observations(
            case.pk,
            text=self.draw.choice(_SAID),
            document_ids=[],
            form_key=self.replay.form_key_of(self.draw),
            by=claimant(case.claimant_id),
            now=moment,
        )

    def _ask_hearing(self, case: Case, moment: datetime) -> None:
        by = claimant(case.claimant_id)
        hearing.ask_hearing(case.pk, wishes="Plutôt le matin.", assistant="", by=by, now=moment)
        self.at_work(case, moment + timedelta(days=1), self._fix_hearing)

    def _fix_hearing(self, case: Case, moment: datetime) -> None:
        agency = case.agency
        at = (moment + timedelta(days=8)).replace(minute=30)
        at = self.replay.hours[agency.pk].at_work(at)
        place = f"{agency.name}, {agency.address}"
        hearing.fix(case.pk, at=at, place=place, by=self.delegate(case), now=moment)
        self.at_work(case, at + timedelta(hours=1), self._hold_hearing)

    def _hold_hearing(self, case: Case, moment: datetime) -> None:
        minutes = (
            "La personne explique sa semaine et montre ses candidatures. Elle demande un autre rendez-vous."
        )
        hearing.hold_hearing(case.pk, minutes=minutes, by=self.delegate(case), now=moment)

    def _decide(self, case: Case, moment: datetime) -> None:
        answered = case.observations.exists() or case.hearings.filter(held_at__isnull=False).exists()
        choice = None if answered and self.draw.random() < 0.5 else lightest(case)
        answer = "" if not answered else _NOTHING if choice is None else _ANSWER
        deciding.decide(
            case.pk,
            choice=choice,
            reasons_law=_LAW,
            reasons_fact=_FACT if choice else _NOTHING,
            answer=answer,
            by=self.delegate(case),
            now=moment,
        )
        if choice is not None:
            self.at_work(case, moment + timedelta(hours=3), self._notify)

    def _notify(self, case: Case, moment: datetime) -> None:
        deciding.notify(case.pk, by=self.delegate(case), now=moment)
        self.awake(case, moment + self.days(1, 4), self._read_decision)

    def _read_decision(self, case: Case, moment: datetime) -> None:
        receiving.consult(case.pk, by=claimant(case.claimant_id), now=moment)
        self.contesting.after(case, moment)


def lightest(case: Case) -> Choice | None:
    """Take the lightest the barème permits: the people of the demo choose with a light hand."""
    rules = permitted(case)
    if not rules:
        return None
    order = list(Outcome)
    rule = min(rules, key=lambda rule: order.index(Outcome(rule.outcome)))
    if rule.outcome == Outcome.AVERTISSEMENT:
        return Choice(Outcome.AVERTISSEMENT, comply_days=30)
    return Choice(
        Outcome(rule.outcome),
        share=rule.share_min,
        length=rule.length_min,
        unit=Unit(rule.unit),
        condition_confirmed=bool(rule.condition),
    )
