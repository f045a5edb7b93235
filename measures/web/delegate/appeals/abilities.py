"""What a delegate may do with an appeal now: templates ask this object, never a state."""

from dataclasses import dataclass

from accounts.models import DecisionMaker
from measures.appeals.holding import authors_of
from measures.models import GraciousAppeal, Outcome
from measures.states import CASE_WITHOUT_EFFECT, MEDIATION_LIVE, CourtState, GraciousState, WindowState
from measures.web.followed import Followed

_TO_ANSWER = (GraciousState.FILED, GraciousState.IMPLICIT_REJECTION)


@dataclass(frozen=True, slots=True)
class AppealAbilities:
    """What one delegate can do with one appeal."""

    answer: bool
    # Silence is a refusal already: only what favours the person can still be answered.
    in_favour_only: bool
    in_part: bool
    # They took or read what is contested: somebody else answers.
    barred: bool
    begin_mediation: bool
    end_mediation: bool
    judge: bool
    hold_off: bool
    apply_again: bool
    find_remedies_missing: bool

    @property
    def acts(self) -> bool:
        """Say whether anything is to be done."""
        return any(
            (
                *(self.answer, self.begin_mediation, self.end_mediation, self.judge),
                *(self.hold_off, self.apply_again, self.find_remedies_missing),
            )
        )


def of_appeal(one: Followed, delegate: DecisionMaker) -> AppealAbilities:
    """Say what a delegate can do with an appeal at this instant."""
    appeal = one.appeal
    live = appeal.state != WindowState.SETTLED and appeal.case.state not in CASE_WITHOUT_EFFECT
    author = delegate.pk in authors_of(appeal)
    waits = to_answer(one)
    filed = one.court is not None and one.court.state == CourtState.DECLARED_FILED
    held = any(stay.until is None for stay in one.stays)
    return AppealAbilities(
        answer=live and waits is not None and not author,
        in_favour_only=waits is not None and waits.state == GraciousState.IMPLICIT_REJECTION,
        in_part=appeal.decision is not None and appeal.decision.outcome != Outcome.AVERTISSEMENT,
        barred=author and live and (waits is not None or filed),
        begin_mediation=live and any(row.state == "FILED" for row in one.mediations),
        end_mediation=any(row.state in MEDIATION_LIVE for row in one.mediations),
        judge=live and filed and not author,
        hold_off=live and not held,
        apply_again=held,
        find_remedies_missing=live and appeal.state != WindowState.UNLIMITED,
    )


def to_answer(one: Followed) -> GraciousAppeal | None:
    """Give the gracious appeal that an answer would be given to: the one that waits, else the last silent one."""
    waiting = [row for row in one.gracious if row.state in _TO_ANSWER]
    waiting.sort(key=lambda row: (row.state == GraciousState.FILED, row.filed_at))
    return waiting[-1] if waiting else None
