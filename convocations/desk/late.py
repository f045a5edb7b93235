"""What is late in an agency, and who owns it: records, decisions, answers, calls that were asked for, messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import Advisor
from convocations import attendance
from convocations.absences import deciding
from convocations.evidence import call_backs
from convocations.models import REQUEST_TO_ANSWER, Absence, CallTask, ChangeRequest, Convocation
from convocations.requests import answering
from convocations.states import AbsenceState, CallState, ConvocationState
from messaging.models import Thread
from messaging.threads import following
from messaging.waiting import owed
from portal.core.journal import Actor
from portal.core.references import to_number, to_text
from portal.core.transitions import Refusal

RECORDS, DECISIONS, REQUESTS, CALLS = "presences", "absences", "demandes", "rappels"
MESSAGES = "messages"


class Late(NamedTuple):
    """One line of the supervisor's list."""

    due_at: datetime
    id: int
    ref: str
    person: str
    advisor: str


def _lines(rows: Any, prefix: str, due: str) -> list[Late]:
    columns = (
        due,
        "pk",
        "ref",
        "claimant__user__first_name",
        "claimant__user__last_name",
        "advisor__user__first_name",
        "advisor__user__last_name",
    )
    return [
        Late(
            due_at,
            pk,
            ref if isinstance(ref, str) else to_text(prefix, ref),
            f"{first} {last}",
            f"{who} {whose}",
        )
        for due_at, pk, ref, first, last, who, whose in rows.values_list(*columns)
    ]


def late_records(agency_id: int, now: datetime, count: int, after: tuple[datetime, int] | None) -> list[Late]:
    """List the agency's appointments whose record is late, the latest first; one query from one index."""
    rows = Convocation.objects.filter(
        agency_id=agency_id, state=ConvocationState.AWAITING_STATUS, record_due_at__lte=now
    )
    return _lines(_after(rows, "record_due_at", after)[:count], "CV", "record_due_at")


def late_decisions(
    agency_id: int, now: datetime, count: int, after: tuple[datetime, int] | None
) -> list[Late]:
    """List the agency's absences whose decision is late, the latest first; one query from one index."""
    rows = Absence.objects.filter(
        agency_id=agency_id,
        state__in=[AbsenceState.EXPLANATION_REQUESTED, AbsenceState.EXPLAINED],
        decide_by__lte=now,
    )
    return _lines(_after(rows, "decide_by", after)[:count], "AB", "decide_by")


def late_requests(
    agency_id: int, now: datetime, count: int, after: tuple[datetime, int] | None
) -> list[Late]:
    """List the agency's requests past the time of their answer, the latest first; one query from one index."""
    rows = ChangeRequest.objects.filter(
        REQUEST_TO_ANSWER,
        agency_id=agency_id,
        decide_by__lte=now,
    )
    return _lines(_after(rows, "decide_by", after)[:count], "DM", "decide_by")


def late_calls(agency_id: int, now: datetime, count: int, after: tuple[datetime, int] | None) -> list[Late]:
    """List the calls people of the agency asked for and had not in time, the latest first; one query."""
    # Advisor by advisor, each from the index of their own calls: an agency has few.
    rows = CallTask.objects.filter(
        advisor__agency_id=agency_id,
        reason=CallTask.Reason.CALL_BACK,
        state=CallState.OPEN,
        due_at__lte=now,
    )
    return _lines(_after(rows, "due_at", after)[:count], "AP", "due_at")


def late_messages(
    agency_id: int, now: datetime, count: int, after: tuple[datetime, int] | None
) -> list[Late]:
    """List the agency's messages past the time of their answer, the latest first; one query from one index."""
    return _lines(_after(owed.late(agency_id, now), "answer_due_at", after)[:count], "MS", "answer_due_at")


def _after(rows: Any, due: str, after: tuple[datetime, int] | None) -> Any:
    ordered = rows.order_by(due, "pk")
    if after is None:
        return ordered
    # Two halves instead of a row comparison: Django has none, and PostgreSQL reads both from the index.
    later = ordered.filter(**{f"{due}__gt": after[0]}) | ordered.filter(**{due: after[0], "pk__gt": after[1]})
    return later.filter(**{f"{due}__gte": after[0]})


_KINDS: dict[str, tuple[str, Any, Any, str]] = {
    RECORDS: ("CV", Convocation, attendance.reassign, "agency_id"),
    DECISIONS: ("AB", Absence, deciding.reassign, "agency_id"),
    REQUESTS: ("DM", ChangeRequest, answering.reassign, "agency_id"),
    CALLS: ("AP", CallTask, call_backs.reassign, "advisor__agency_id"),
    MESSAGES: ("MS", Thread, following.reassign, "agency_id"),
}


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of one line that was handed over."""

    ref: str
    person: str
    done: bool
    text: str


def hand_over(
    kind: str,
    refs: Sequence[str],
    to: Advisor,
    *,
    reason: str,
    supervisor: Advisor,
    by: Actor,
    now: datetime,
) -> list[Handed]:
    """Hand late work to another advisor of the agency, one transaction a line, and say what became of each."""
    prefix, model, move, agency = _KINDS[kind]
    rows = {
        str(row.ref): row
        for row in model.objects.filter(
            ref__in=_readable(prefix, refs), **{agency: supervisor.agency_id}
        ).select_related("claimant__user", "advisor__user")
    }
    results = []
    for ref in refs:
        row = rows.get(ref)
        if row is None:
            results.append(Handed(ref[:12], ref[:12], False, "Cette ligne n’est pas de votre agence."))
            continue
        person = str(row.claimant)
        if row.advisor_id == to.pk:
            results.append(Handed(ref, person, False, f"{to} s’en occupe déjà."))
            continue
        try:
            moved = move([row.pk], to, reason=reason, by=by, now=now)
        except Refusal as refusal:
            results.append(Handed(ref, person, False, refusal.sentence))
            continue
        if moved:
            results.append(Handed(ref, person, True, f"Confié à {to}."))
        else:
            results.append(Handed(ref, person, False, "C’est déjà fait\u00a0: il n’y a plus rien à confier."))
    return results


def _readable(prefix: str, refs: Collection[str]) -> list[str]:
    found = []
    for ref in refs:
        try:
            to_number(prefix, ref)
        except ValueError:
            continue
        found.append(ref)
    return found
