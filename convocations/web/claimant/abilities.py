"""What the person may do now: templates ask this object, never a state."""

from dataclasses import dataclass
from datetime import datetime

from convocations.models import Absence, ChangeRequest, Convocation
from convocations.states import (
    ABSENCE_DECIDED,
    ABSENCE_UNDECIDED,
    AHEAD,
    HOLDS_TIME,
    REQUEST_PENDING,
    AbsenceState,
    ConvocationState,
)


@dataclass(frozen=True)
class AppointmentAbilities:
    """What can be done with an appointment from its own page."""

    acknowledge: bool
    accept: bool
    decline: bool
    # It is still to come: where to call when one cannot be there.
    call_off: bool
    postpone: bool
    change_manner: bool
    report_incident: bool
    see_request: bool
    add_to_calendar: bool
    remove_from_calendar: bool

    @property
    def answer(self) -> bool:
        """Say whether there is an invitation to answer."""
        return self.accept or self.decline


def of_appointment(
    convocation: Convocation, now: datetime, *, displaced: bool = False
) -> AppointmentAbilities:
    """Say what its person may do with an appointment at this instant; `displaced`: it cannot be as announced."""
    coming = convocation.starts_at > now
    offered = coming and not displaced and not convocation.is_binding
    gone = convocation.state in {ConvocationState.CANCELLED, ConvocationState.CANCELLED_BY_AGENCY}
    open_to_change = coming and convocation.is_binding and convocation.state in AHEAD
    return AppointmentAbilities(
        acknowledge=coming
        and not displaced
        and convocation.is_binding
        and convocation.state in AHEAD
        and convocation.state != ConvocationState.ACKNOWLEDGED,
        accept=offered and convocation.may_move_to(ConvocationState.ACCEPTED),
        decline=offered and convocation.may_move_to(ConvocationState.DECLINED),
        call_off=coming and convocation.is_binding and convocation.state in HOLDS_TIME,
        postpone=open_to_change,
        change_manner=open_to_change,
        report_incident=convocation.is_technical
        and convocation.is_binding
        and convocation.state in AHEAD | {ConvocationState.AWAITING_STATUS},
        see_request=convocation.state == ConvocationState.RESCHEDULE_PENDING,
        add_to_calendar=coming and not displaced and convocation.state in HOLDS_TIME,
        remove_from_calendar=coming and gone,
    )


@dataclass(frozen=True)
class AbsenceAbilities:
    """What can be done with an absence from its own page."""

    explain: bool
    has_explained: bool
    is_decided: bool
    is_annulled: bool
    is_late: bool


def of_absence(absence: Absence, now: datetime) -> AbsenceAbilities:
    """Say what its person may do with an absence at this instant: explaining ends only with the decision."""
    return AbsenceAbilities(
        explain=absence.state in ABSENCE_UNDECIDED,
        has_explained=absence.explained_at is not None,
        is_decided=absence.state in ABSENCE_DECIDED,
        is_annulled=absence.state == AbsenceState.ANNULLED,
        is_late=absence.period_is_over(now),
    )


@dataclass(frozen=True)
class RequestAbilities:
    """What can be done with a request from its own page."""

    send_documents: bool
    withdraw: bool
    correct: bool
    has_corrected: bool


def of_request(row: ChangeRequest) -> RequestAbilities:
    """Say what its person may still do with a request."""
    pending = row.state in REQUEST_PENDING
    told_aloud = row.channel != ChangeRequest.Channel.WEB
    return RequestAbilities(
        send_documents=pending,
        withdraw=pending,
        correct=told_aloud and not row.correction_open,
        has_corrected=bool(row.correction),
    )
