"""Who an advisor may work for: their own people and what was handed to them; anything else is not there (404)."""

from datetime import datetime
from typing import Any

from django.http import Http404

from accounts.access import sees
from accounts.hours.deputising import stands_in
from accounts.models import Advisor
from convocations.models import Absence, CallTask, ChangeRequest, Convocation, FollowUpTask, Justificatif
from convocations.scheduling import displacing
from portal.core.transitions import StatefulQuerySet


def convocation_for(advisor: Advisor, ref: str, now: datetime) -> Convocation:
    """Give an appointment with its person, agency and advisor; 404 unless it is this advisor's business."""
    rows = Convocation.objects.select_related(
        "claimant__user",
        "agency",
        "advisor__user",
        "recorded_by",
        "successor",
        *displacing.READ_WITH,
    )
    return _mine(advisor, rows, ref, now)


def absence_for(advisor: Advisor, ref: str, now: datetime) -> Absence:
    """Give an absence with its appointment and person; 404 unless it is this advisor's business."""
    rows = Absence.objects.select_related(
        "claimant__user",
        "agency",
        "advisor__user",
        "convocation",
        "decided_by",
        "annulled_by",
        "new_appointment",
    )
    return _mine(advisor, rows, ref, now)


def justificatif_for(advisor: Advisor, ref: str, now: datetime) -> Justificatif:
    """Give a justificatif with its document and what it backs; 404 unless it is this advisor's business."""
    rows = Justificatif.objects.select_related(
        "claimant__user",
        "document",
        "absence__agency",
        "absence__convocation",
        "explanation",
        "request__agency",
        "request__convocation",
        "reviewed_by",
    )
    return _mine(advisor, rows, ref, now)


def request_for(advisor: Advisor, ref: str, now: datetime) -> ChangeRequest:
    """Give a request with its appointment and person; 404 unless it is this advisor's business."""
    rows = ChangeRequest.objects.select_related(
        "claimant__user",
        "claimant__agency",
        "agency",
        "advisor__user",
        "convocation__agency",
        "convocation__successor__agency",
        "decided_by",
        "kept",
    )
    return _mine(advisor, rows, ref, now)


def call_for(advisor: Advisor, ref: str, now: datetime) -> CallTask:
    """Give a call to make with its appointment and person; 404 unless it is this advisor's business."""
    rows = CallTask.objects.select_related("claimant__user", "claimant__agency", "convocation__agency")
    return _mine(advisor, rows, ref, now)


def follow_up_for(advisor: Advisor, ref: str, now: datetime) -> FollowUpTask:
    """Give a line of follow-up with its person and appointment; 404 unless it is this advisor's business."""
    rows = FollowUpTask.objects.select_related(
        "claimant__user", "claimant__agency", "convocation__agency", "convocation__advisor__user"
    )
    return _mine(advisor, rows, ref, now)


def _mine(advisor: Advisor, rows: StatefulQuerySet, ref: str, now: datetime) -> Any:
    try:
        row = rows.filter(ref=ref).first()
    except ValueError:  # the reference of another kind of thing
        row = None
    if row is None:
        raise Http404
    followed = row.claimant.archived_at is None
    if not (
        (followed and row.advisor_id == advisor.pk)
        or sees(advisor, row.claimant, now=now)
        # Work of an absent colleague about somebody who has another advisor by now.
        or (followed and stands_in(advisor, row.advisor_id, now=now))
    ):
        raise Http404
    return row
