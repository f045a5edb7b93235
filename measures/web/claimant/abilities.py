"""What the person may do now, and what they may see: templates ask this object, never a state."""

from dataclasses import dataclass
from datetime import datetime

from measures.models import Case, Decision, Hearing, Notice
from measures.states import CASE_COUNTED, CASE_HEARS, CASE_UNDECIDED, CASE_WITHOUT_EFFECT, CaseState

_S = CaseState
# A measure runs and nobody is asked to lift it: again after a refusal.
_LIFTABLE = frozenset({_S.IN_FORCE, _S.LIFT_REFUSED})
_ASKABLE = frozenset({_S.NOTICE_RECEIVED, _S.OBSERVATIONS_FILED})


@dataclass(frozen=True, slots=True)
class ProcedureAbilities:
    """What can be done with a procedure from its own page, and what of it is told by now."""

    answer: bool
    ask_hearing: bool
    hearing_waits: bool
    was_heard: bool
    # Their ten days run; over, but what they write still counts.
    time_runs: bool
    is_late: bool
    see_notice: bool
    see_decision: bool
    undecided: bool
    in_force: bool
    ask_lift: bool
    over: bool


def of_procedure(
    case: Case, notice: Notice | None, hearing: Hearing | None, decision: Decision | None, now: datetime
) -> ProcedureAbilities:
    """Say what its person may do with a procedure at this instant: writing ends only with the decision."""
    sent = notice is not None and notice.sent_at is not None
    over = notice is not None and notice.period_is_over(now)
    answers = case.state in CASE_HEARS
    decided = decision is not None and decision.sent_at is not None
    return ProcedureAbilities(
        answer=answers,
        ask_hearing=case.state in _ASKABLE and not over,
        hearing_waits=case.state == _S.HEARING_REQUESTED,
        was_heard=hearing is not None and hearing.held_at is not None,
        time_runs=answers and notice is not None and notice.observations_until is not None and not over,
        is_late=answers and over,
        see_notice=sent,
        see_decision=decided,
        undecided=case.state in CASE_UNDECIDED or (case.state == _S.DECIDED and not decided),
        in_force=case.state in CASE_COUNTED,
        ask_lift=may_ask_lift(case),
        over=case.state in CASE_WITHOUT_EFFECT,
    )


def may_ask_lift(case: Case) -> bool:
    """Say whether the person may ask that their measure ends early."""
    return case.state in _LIFTABLE
