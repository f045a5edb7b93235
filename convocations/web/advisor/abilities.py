"""What an advisor can do on each page now: templates ask these, and compare no states themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Advisor
from convocations.absences.deciding import why_not_refer
from convocations.attendance import FROM_A_FROZEN_ONE, Frozen
from convocations.evidence.calls import PROVING
from convocations.evidence.ledger import known_late, why_not_valid
from convocations.models import Absence, CallTask, Convocation, Justificatif
from convocations.requests.waiting.freezing import is_frozen
from convocations.scheduling import displacing
from convocations.states import (
    ABSENCE_DECIDED,
    ABSENCE_UNDECIDED,
    AHEAD,
    HOLDS_TIME,
    RECORDABLE,
    UNREAD,
    AbsenceState,
    CallState,
    ConvocationState,
    ReviewState,
)
from portal.core.models.document import DocumentState

_S, _A = ConvocationState, AbsenceState
_ONLY_BINDING = frozenset({_S.ABSENT, _S.EXCUSED, _S.NOT_PROVEN})
_FROM_THE_START = frozenset({_S.ATTENDED, _S.TECH_INCIDENT, _S.CANCELLED_BY_AGENCY})
_NEW_DATE_AFTER = frozenset({_S.NOT_PROVEN, _S.TECH_INCIDENT, _S.CANCELLED_BY_AGENCY})
# In the order of the form: what happens most often first.
_OUTCOMES = (
    _S.ATTENDED,
    _S.ABSENT,
    _S.EXCUSED,
    _S.TECH_INCIDENT,
    _S.NOT_PROVEN,
    _S.CANCELLED_BY_AGENCY,
)


@dataclass(frozen=True, slots=True)
class AppointmentAbilities:
    """What can be done with one appointment."""

    outcomes: tuple[ConvocationState, ...]
    # Why ABSENT cannot be recorded here, sentence by sentence; empty when it can.
    absent_closed: list[str]
    to_record: bool
    ahead: bool
    frozen: bool
    note_request: bool
    recorded: bool
    reopen: bool
    note_letter: bool
    confirm_by_phone: bool
    new_date: bool
    unread: bool
    # What the proof of notification lacks, sentence by sentence.
    proof_missing: list[str]
    known_late: bool
    # Why it cannot take place as announced, in French; empty when it can.
    displaced: str


def of_appointment(row: Convocation, *, has_absence: bool, now: datetime) -> AppointmentAbilities:
    """Say what an advisor can do with an appointment at this instant."""
    binding = row.is_binding
    proof = why_not_valid(row) if binding else []
    missing = proof
    frozen = row.state == _S.RESCHEDULE_PENDING
    waiting = row.state in AHEAD or row.state == _S.AWAITING_STATUS or frozen
    if binding and now >= row.starts_at and is_frozen(row):
        missing = [*proof, Frozen.sentence]
    displacement = getattr(row, "displacement", None)
    displaced = displacing.why(displacement) if displacement else ""
    closed = [f"Ce rendez-vous ne pouvait pas avoir lieu\u00a0: {displaced}."] if displaced else []
    outcomes = tuple(
        outcome
        for outcome in _OUTCOMES
        if waiting
        and (not frozen or outcome in FROM_A_FROZEN_ONE)
        and (binding or outcome not in _ONLY_BINDING)
        and (now >= row.ends_at or (now >= row.starts_at and outcome in _FROM_THE_START))
    )
    return AppointmentAbilities(
        outcomes=outcomes,
        absent_closed=[*closed, *missing] if _S.ABSENT in outcomes else [],
        to_record=bool(outcomes),
        ahead=(row.state in AHEAD or row.state == _S.ACCEPTED) and now < row.starts_at,
        frozen=row.state == _S.RESCHEDULE_PENDING,
        note_request=binding and (row.state in AHEAD or row.state == _S.AWAITING_STATUS),
        recorded=row.state in RECORDABLE,
        reopen=row.state in RECORDABLE and not has_absence,
        note_letter=binding and now < row.ends_at + timedelta(days=30),
        confirm_by_phone=binding and row.state in AHEAD and now < row.starts_at,
        new_date=row.state in _NEW_DATE_AFTER,
        unread=row.state in UNREAD,
        proof_missing=proof,
        known_late=known_late(row),
        displaced=displaced if row.state in HOLDS_TIME and now < row.starts_at else "",
    )


@dataclass(frozen=True, slots=True)
class AbsenceAbilities:
    """What can be done with one absence."""

    decide: bool
    decided: bool
    annulled: bool
    correct: bool
    refer: bool
    # Why referring is not offered, sentence by sentence.
    refer_closed: list[str]
    explained: bool
    period_over: bool
    known_late: bool


def of_absence(absence: Absence, *, now: datetime) -> AbsenceAbilities:
    """Say what an advisor can do with an absence at this instant; one query."""
    undecided = absence.state in ABSENCE_UNDECIDED
    closed = why_not_refer(absence, now) if undecided else []
    return AbsenceAbilities(
        decide=undecided,
        decided=absence.state in ABSENCE_DECIDED,
        annulled=absence.state == _A.ANNULLED,
        correct=absence.state != _A.ANNULLED,
        refer=undecided and not closed,
        refer_closed=closed,
        explained=absence.explained_at is not None,
        period_over=absence.period_is_over(now),
        known_late=known_late(absence.convocation),
    )


@dataclass(frozen=True, slots=True)
class ReviewAbilities:
    """What can be done with one justificatif."""

    review: bool
    reviewed: bool
    open_document: bool
    for_its_reviewer_only: bool
    checking: bool
    unreadable: bool


def of_justificatif(row: Justificatif, advisor: Advisor) -> ReviewAbilities:
    """Say what an advisor can do with a justificatif; one of health opens to its reviewer alone (product §5)."""
    readable = row.document.state == DocumentState.RECEIVED
    closed = row.document.is_health and row.advisor_id != advisor.pk
    checking = row.document.state == DocumentState.QUARANTINED
    return ReviewAbilities(
        review=row.state in {ReviewState.IN_REVIEW, ReviewState.INCOMPLETE} and readable,
        reviewed=row.state != ReviewState.IN_REVIEW,
        open_document=readable and not closed,
        for_its_reviewer_only=closed,
        checking=checking,
        unreadable=not readable and not checking,
    )


def proves_by_call(task: CallTask) -> bool:
    """Say whether reaching the person proves that they know; else a new date is to be agreed."""
    return task.reason in PROVING


def may_call(task: CallTask) -> bool:
    """Say whether another attempt can be logged."""
    return bool(task.state == CallState.OPEN)
