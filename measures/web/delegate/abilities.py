"""What a delegate may do with a case now: templates ask this object, never a state."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import DecisionMaker
from measures.models import Case, Decision, Hearing, Notice
from measures.procedure.outcome.withdrawing import WITHDRAWABLE
from measures.states import CASE_BEFORE_NOTICE, CASE_UNDECIDED, CASE_WITHOUT_EFFECT, CaseState
from portal.core.prepared import prepared

_S = CaseState


@dataclass(frozen=True, slots=True)
class CaseAbilities:
    """What one delegate can do with one case."""

    take: bool
    # In other hands: whose.
    in_hands_of: str
    mine: bool
    close: bool
    prepare: bool
    send: bool
    fix_hearing: bool
    hearing_is_fixed: bool
    note_hearing: bool
    decide: bool
    read_second: bool
    # The decision of this delegate waits for somebody else's reading.
    waits_for_reading: bool
    send_decision: bool
    reconsider: bool
    withdraw: bool
    hand_over: bool
    over: bool
    # They decided on the same facts before: another person must.
    barred: bool

    @property
    def acts(self) -> bool:
        """Say whether anything is to be done from the list of acts."""
        return any(
            (
                *(
                    self.close,
                    self.prepare,
                    self.fix_hearing,
                    self.note_hearing,
                    self.decide,
                    self.read_second,
                ),
                *(self.waits_for_reading, self.send_decision, self.withdraw, self.hand_over),
            )
        )


def of_case(
    case: Case,
    delegate: DecisionMaker,
    now: datetime,
    *,
    notice: Notice | None,
    hearing: Hearing | None,
    decision: Decision | None,
) -> CaseAbilities:
    """Say what a delegate can do with a case at this instant; one query."""
    barred = _decided_before(case, delegate)
    mine = case.decider_id == delegate.pk and not barred
    unsent = case.state == _S.DECIDED and decision is not None and decision.sent_at is None
    unread = unsent and decision is not None and decision.takes_all and decision.second_read_at is None
    waits = case.state == _S.HEARING_REQUESTED and hearing is not None and hearing.held_at is None
    passed = waits and hearing is not None and hearing.at is not None and now >= hearing.at
    late = case.has_lapsed(now)
    return CaseAbilities(
        take=case.state == _S.REFERRED and not barred,
        in_hands_of=str(case.decider) if case.decider and not mine else "",
        mine=mine,
        close=mine and case.state in CASE_BEFORE_NOTICE,
        prepare=mine and case.state in CASE_BEFORE_NOTICE,
        send=mine and case.state == _S.NOTICE_PREPARED and notice is not None,
        fix_hearing=mine and waits and not passed,
        hearing_is_fixed=hearing is not None and hearing.at is not None,
        note_hearing=mine and passed,
        decide=mine and case.state == _S.DECISION_DUE and not late,
        read_second=unread
        and decision is not None
        and decision.author_id != delegate.pk
        and not barred
        and not late,
        waits_for_reading=mine and unread,
        send_decision=mine and unsent and not unread and not late,
        reconsider=mine and unsent,
        withdraw=not barred and case.state in WITHDRAWABLE,
        hand_over=not barred and case.state in CASE_UNDECIDED - {_S.REFERRED},
        over=case.state in CASE_WITHOUT_EFFECT,
        barred=barred,
    )


def _decided_before(case: Case, delegate: DecisionMaker) -> bool:
    # The same facts are the same person's: their few cases have an index.
    rows = _deciders(claimant_id=case.claimant_id, origin=case.origin, origin_id=case.origin_id)
    return any(author == delegate.pk for number, author in rows if number != case.pk)


@prepared
def _deciders(claimant_id: int, origin: str, origin_id: int) -> Any:
    rows = Decision.objects.filter(
        case__claimant_id=claimant_id, case__origin=origin, case__origin_id=origin_id
    )
    return rows.order_by().values_list("case_id", "author_id")
