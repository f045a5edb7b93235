"""The missed appointments of the demo: explained or not, with papers or not, decided with reasons."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from accounts.models import Advisor
from convocations.absences import deciding, explaining, opening
from convocations.models import Absence
from convocations.motives import Motive
from convocations.scheduling.drafts import Draft
from convocations.states import AbsenceState, ConvocationState
from portal.core.transitions import Refusal
from portal.web.demo.past.history import Replay, advisor, claimant
from portal.web.demo.past.papers import Papers
from portal.web.demo.past.procedures.following import Procedures

_A = AbsenceState
_SAID = (
    (Motive.TRANSPORT, "Mon train a été supprimé ce matin-là, j’ai prévenu en arrivant."),
    (Motive.HEALTH_SELF, "Je ne pouvais pas me déplacer ce jour-là. Je joins un certificat."),
    (Motive.JOB_INTERVIEW, "J’avais un entretien d’embauche à la même heure, confirmé la veille."),
    (Motive.CHILDCARE, "L’école a fermé et je n’avais personne pour garder mon fils."),
    (Motive.NOTICE_NOT_RECEIVED, "J’ai vu la convocation trop tard, je n’avais plus de téléphone."),
    (Motive.CONNECTIVITY, "L’appel a coupé trois fois, puis plus rien : chez moi le réseau passe mal."),
    (Motive.WORK, "J’ai travaillé ce jour-là, mon contrat est joint."),
)
_REASONS = {
    _A.EXCUSED: "Votre explication est claire et le motif est légitime. Merci de l’avoir donnée.",
    _A.CLOSED_NO_ACTION: "C’est une première absence. Nous en reparlons au prochain rendez-vous.",
    _A.INVITED_TO_REGULARISE: "Je vous propose un nouveau rendez-vous pour reprendre le fil ensemble.",
    _A.REFERRED: "Sans explication de votre part, je demande un examen de la situation.",
}
_REPORT = "Rendez-vous prévu et connu de la personne. Absente. Le délai pour répondre est passé."


class Examinations:
    """Follows each absence from its record to its decision."""

    # Who gives the hour of a new appointment; the appointments' room sets it.
    propose: Callable[[Advisor, int, datetime], Draft | None]

    def __init__(self, replay: Replay, papers: Papers, procedures: Procedures) -> None:
        self.replay, self.papers, self.draw = replay, papers, replay.draw
        self.procedures = procedures
        # One advisor is behind with decisions: what their supervisor sees.
        self.slow_decider = replay.cast.advisors[5].pk

    def follow(self, absence: Absence, person: Advisor, recorded: datetime) -> None:
        """Decide how a person explains and when their advisor decides."""
        explains = self.draw.random() < 0.7
        said_at = recorded + timedelta(days=self.draw.randrange(1, 5), hours=3)
        if explains:
            self.replay.awake(person.agency_id, said_at, partial(self._explain, absence, person))
        if self.draw.random() < 0.05:
            corrected = recorded + timedelta(days=2)
            self.replay.at_work(person.agency_id, corrected, partial(self._correct, absence.pk, person))
        wait = 40 if person.pk == self.slow_decider else self.draw.randrange(3, 15)
        start = said_at if explains else absence.explanation_due_at
        self.replay.at_work(
            person.agency_id, start + timedelta(days=wait), partial(self._decide, absence, person, explains)
        )

    def _explain(self, absence: Absence, person: Advisor, moment: datetime) -> None:
        by = claimant(absence.claimant_id)
        motive, text = self.draw.choice(_SAID)
        documents = self.papers.for_motive(motive, by, moment) if self.draw.random() < 0.6 else []
        try:
            explaining.explain(
                absence.pk,
                motive=motive,
                text=text,
                sworn=not documents,
                document_ids=documents,
                form_key=self.replay.form_key(),
                by=by,
                now=moment,
            )
        except Refusal:
            return
        self.replay.post(moment)
        if documents:
            reviewed = moment + timedelta(days=self.draw.randrange(1, 4))
            self.replay.at_work(
                person.agency_id,
                reviewed,
                lambda later: self.papers.review(absence.pk, advisor(person), self.draw, later),
            )

    def _correct(self, pk: int, person: Advisor, moment: datetime) -> None:
        reason = "La personne était bien là : erreur de ma part dans la liste."
        try:
            opening.correct(pk, ConvocationState.ATTENDED, reason=reason, by=advisor(person), now=moment)
        except Refusal:
            return
        self.replay.post(moment)

    def _decide(self, absence: Absence, person: Advisor, explained: bool, moment: datetime) -> None:
        outcome = self.draw.choices(
            [_A.EXCUSED, _A.CLOSED_NO_ACTION, _A.INVITED_TO_REGULARISE, _A.REFERRED],
            [50, 20, 18, 12] if explained else [0, 25, 35, 40],
        )[0]
        anew = None
        if outcome == _A.INVITED_TO_REGULARISE:
            anew = self.propose(person, absence.claimant_id, moment)
            outcome = outcome if anew else _A.CLOSED_NO_ACTION
        try:
            deciding.decide(
                absence.pk,
                outcome,
                reasons=_REASONS[outcome],
                report=_REPORT if outcome == _A.REFERRED else "",
                new_appointment=anew,
                form_key=self.replay.form_key(),
                by=advisor(person),
                now=moment,
            )
        except Refusal:
            return
        if outcome == _A.REFERRED:
            self.procedures.follow(absence.pk, moment)
        self.replay.post(moment)
