"""What people of the demo do about a decision they have read: contest it, have it lifted, or let it be."""

from collections.abc import Callable
from datetime import datetime

from measures.appeals import effects, mediating
from measures.appeals.gracious import answering, filing
from measures.appeals.gracious import receiving as answered
from measures.lifting import deciding, requesting
from measures.models import AppealCase, Case, Effect, GraciousAppeal, LiftRequest, Mediation
from measures.states import GraciousState, MediationState
from portal.core.journal import Actor
from portal.web.demo.past.history import claimant
from portal.web.demo.past.procedures.working import Work

_ASKS = (
    "Ce jour-là ma fille était fiévreuse et la crèche m’a appelé. Je demande que la décision soit revue.",
    "Le car de 8 h 10 ne circulait pas, la mairie peut le confirmer. J’étais dehors à l’attendre.",
    "Je n’avais pas compris que ce rendez-vous était obligatoire. J’ai repris contact dès le lendemain.",
)
_DONE = (
    "J’ai repris rendez-vous avec mon conseiller et j’y suis allé hier.",
    "J’ai envoyé mes trois candidatures et mis mon profil à jour.",
)
_LAW = "Article R5312-47 du code du travail : le recours est réexaminé en droit et en fait."
_GRANTED = "Ce que vous dites est confirmé : vous ne pouviez pas venir ce jour-là. La décision est annulée."
_REJECTED = "Vos raisons ont été lues. Elles ne disent pas ce qui empêchait de prévenir avant le rendez-vous."
_PAID = "Virement du service paiement, bordereau du jour, vérifié au dossier."

# What happens to a case at a moment.
Deed = Callable[[Case, datetime], None]


class Contesting(Work):
    """Lets a person act on a decision, and the region's delegates answer."""

    def after(self, case: Case, moment: datetime) -> None:
        """Let the person who has just read a decision do what they will do."""
        chance = self.draw.random()
        verdict = self.draw.choices([GraciousState.GRANTED, GraciousState.REJECTED, None], [35, 30, 35])[0]
        if chance < 0.35:
            self.awake(case, moment + self.days(2, 6), self.file(verdict))
        elif chance < 0.6:
            self.awake(case, moment + self.days(3, 6), self.ask_lift(self.draw.random() < 0.6))
        elif chance < 0.75:
            self.awake(case, moment + self.days(3, 6), self.ask_mediation)

    def file(self, verdict: GraciousState | None) -> Deed:
        """Have the person file a gracious appeal, and somebody else than its author answer it, or nobody yet."""

        def deed(case: Case, moment: datetime) -> None:
            filing.file_gracious(
                AppealCase.objects.get(case=case, lift=None).pk,
                text=self.draw.choice(_ASKS),
                document_ids=[],
                form_key=self.replay.form_key_of(self.draw),
                by=claimant(case.claimant_id),
                now=moment,
            )
            if verdict is not None:
                self.at_work(case, moment + self.days(4, 9), self._answering(verdict))

        return deed

    def _answering(self, verdict: GraciousState) -> Deed:
        why = _GRANTED if verdict == GraciousState.GRANTED else _REJECTED

        def answer(case: Case, moment: datetime) -> None:
            by = self._another(case)
            if by is None:
                return
            filed = GraciousAppeal.objects.get(appeal__case=case)
            answering.answer(filed.pk, verdict=verdict, reasons_law=_LAW, reasons_fact=why, by=by, now=moment)
            self.awake(case, moment + self.days(1, 3), self._read_answer)
            if verdict == GraciousState.GRANTED:
                self.at_work(case, moment + self.days(2, 4), self._prove)

        return answer

    def _read_answer(self, case: Case, moment: datetime) -> None:
        appeal = AppealCase.objects.get(case=case, lift=None)
        answered.consult(appeal.pk, by=claimant(case.claimant_id), now=moment)

    def _prove(self, case: Case, moment: datetime) -> None:
        # What concerns the payment first; the rest is still owed, with its day.
        owed = Effect.objects.filter(case=case, done_at=None).order_by("pk").first()
        if owed is not None:
            effects.prove(owed.pk, proof=_PAID, by=self.delegate(case), now=moment)

    def ask_lift(self, is_lifted: bool) -> Deed:
        """Have the person say that they did what was asked, and a delegate lift the measure, or nobody yet."""

        def deed(case: Case, moment: datetime) -> None:
            requesting.request_lift(
                case.pk,
                text=self.draw.choice(_DONE),
                wants_interview=not is_lifted,
                document_ids=[],
                form_key=self.replay.form_key_of(self.draw),
                by=claimant(case.claimant_id),
                now=moment,
            )
            if is_lifted:
                self.at_work(case, moment + self.days(1, 3), self._lift)

        return deed

    def _lift(self, case: Case, moment: datetime) -> None:
        asked = LiftRequest.objects.get(case=case, decided_at=None)
        today = moment.astimezone(case.agency.place.zone).date()
        deciding.lift(asked.pk, effective_on=today, reasons_fact="", by=self.delegate(case), now=moment)

    def ask_mediation(self, case: Case, moment: datetime) -> None:
        """Have the person write to the mediator, who takes it up."""
        mediating.file_mediation(
            AppealCase.objects.get(case=case, lift=None).pk,
            asked_on=moment.astimezone(case.agency.place.zone).date(),
            note="Par courrier au médiateur régional.",
            document_ids=[],
            form_key=self.replay.form_key_of(self.draw),
            by=claimant(case.claimant_id),
            now=moment,
        )
        self.at_work(case, moment + self.days(3, 6), self._begin_mediation)

    def _begin_mediation(self, case: Case, moment: datetime) -> None:
        asked = Mediation.objects.get(appeal__case=case, state=MediationState.FILED)
        mediating.begin_mediation(asked.pk, by=self.delegate(case), now=moment)

    def _another(self, case: Case) -> Actor | None:
        """Give somebody of the region who did not take the decision, where there is one."""
        others = [one for one in self.delegates.get(case.region, []) if one.pk != case.decider_id]
        return self.acts(others[0]) if others else None
