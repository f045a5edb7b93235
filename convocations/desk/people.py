"""What is due of some people: their next appointments, and what of one person is open."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from accounts.models import Claimant
from convocations.models import (
    Absence,
    CallTask,
    ChangeRequest,
    Convocation,
    DeliveryEvidence,
    Fact,
    FollowUpTask,
    Justificatif,
)
from convocations.states import (
    ABSENCE_UNDECIDED,
    HOLDS_TIME,
    REQUEST_PENDING,
    CallState,
    ConvocationState,
    FollowUpState,
    ReviewState,
)
from messaging.models import Thread
from messaging.states import ThreadState
from portal.core.french import full_datetime

MAIL_FACTS = (
    Fact.EMAIL_ACCEPTED,
    Fact.EMAIL_DELIVERED,
    Fact.EMAIL_BOUNCED,
    Fact.EMAIL_COMPLAINED,
    Fact.EMAIL_NOT_SENT,
)


def next_appointments(claimant_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """Give the start of each person's next appointment; one query."""
    return dict(
        Convocation.objects.filter(claimant_id__in=claimant_ids, starts_at__gt=now, state__in=HOLDS_TIME)
        .order_by()
        .values_list("claimant_id")
        .annotate(first=Min("starts_at"))
    )


def ahead_of(claimant: Claimant, now: datetime) -> list[Convocation]:
    """List a person's coming appointments, the next one first."""
    return list(
        Convocation.objects.filter(claimant=claimant, ends_at__gt=now, state__in=HOLDS_TIME).order_by(
            "starts_at"
        )[:10]
    )


def ahead_after_transfer(claimant_ids: Collection[int], now: datetime) -> dict[int, list[str]]:
    """Say, by person, which coming appointments stay as announced, with whom; one query."""
    rows = (
        Convocation.objects.filter(claimant_id__in=claimant_ids, starts_at__gt=now, state__in=HOLDS_TIME)
        .select_related("agency", "advisor__user")
        .order_by("starts_at")
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        when = full_datetime(row.starts_at, row.agency.place.zone)
        found.setdefault(row.claimant_id, []).append(f"{when}, avec {row.advisor}")
    return found


def open_matters(claimant: Claimant) -> list[dict[str, Any]]:
    """List what waits for somebody's act in one person's file, by deadline; seven queries."""
    found: list[dict[str, Any]] = []
    for row in Convocation.objects.filter(claimant=claimant, state=ConvocationState.AWAITING_STATUS):
        found.append(_matter("Présence à enregistrer", "convocations", row.ref, row.record_due_at))
    for row in Absence.objects.filter(claimant=claimant, state__in=ABSENCE_UNDECIDED):
        found.append(
            _matter("Absence à examiner", "absences", row.ref, row.decide_by, str(row.get_state_display()))
        )
    for row in ChangeRequest.objects.filter(claimant=claimant, state__in=REQUEST_PENDING):
        found.append(
            _matter("Demande à étudier", "demandes", row.ref, row.decide_by, str(row.get_kind_display()))
        )
    waiting = Justificatif.objects.filter(claimant=claimant, state=ReviewState.IN_REVIEW)
    for row in waiting.select_related("document"):
        found.append(
            _matter("Justificatif à examiner", "justificatifs", row.ref, row.review_by, row.document.title)
        )
    for row in CallTask.objects.filter(claimant=claimant, state=CallState.OPEN):
        found.append(_matter("Appel à passer", "appels", row.ref, row.due_at, str(row.get_reason_display())))
    for row in FollowUpTask.objects.filter(claimant=claimant, state=FollowUpState.OPEN):
        found.append(_matter("Suivi à faire", "suivis", row.ref, row.due_at, str(row.get_reason_display())))
    for row in Thread.objects.filter(claimant=claimant, state=ThreadState.WAITING_ADVISOR):
        found.append(_matter("Message sans réponse", "messages", row.ref, row.answer_due_at, row.subject))
    return sorted(found, key=lambda matter: matter["due_at"])


def in_hand(claimant_ids: Collection[int]) -> dict[int, int]:
    """Count, by person, the open work that would follow them to another advisor; six queries."""
    counted: Counter[int] = Counter()
    theirs = Q(claimant_id__in=claimant_ids)
    # What `handover` carries along.
    for rows in (
        Absence.objects.filter(theirs, state__in=ABSENCE_UNDECIDED),
        ChangeRequest.objects.filter(theirs, Q(state__in=REQUEST_PENDING) | Q(correction_open=True)),
        Justificatif.objects.filter(theirs, state=ReviewState.IN_REVIEW),
        CallTask.objects.filter(theirs, state=CallState.OPEN),
        FollowUpTask.objects.filter(theirs, state=FollowUpState.OPEN),
        Thread.objects.filter(theirs, state=ThreadState.WAITING_ADVISOR),
    ):
        counted.update(dict(rows.order_by().values_list("claimant_id").annotate(n=Count("pk"))))
    return dict(counted)


def _matter(label: str, room: str, ref: str, due_at: datetime, detail: str = "") -> dict[str, Any]:
    return {
        "label": label,
        "url": f"/conseiller/{room}/{ref}/",
        "due_at": due_at,
        "detail": detail,
        "ref": ref,
    }


def reviews_of(document_ids: Collection[int]) -> dict[int, str]:
    """Give, by document, the reference of its latest review; one query."""
    rows = Justificatif.objects.filter(document_id__in=document_ids).order_by("pk").only("ref", "document_id")
    return {row.document_id: str(row.ref) for row in rows}


def mail_facts(claimant: Claimant, since: datetime, until: datetime | None) -> list[DeliveryEvidence]:
    """List what mail servers answered for this person between two instants: the journal does not tell it."""
    rows = DeliveryEvidence.objects.filter(
        convocation__claimant=claimant, fact__in=MAIL_FACTS, at__gte=since
    ).select_related("convocation")
    if until is not None:
        rows = rows.filter(at__lt=until)
    return list(rows.order_by("-at")[:100])
