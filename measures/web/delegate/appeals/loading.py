"""A region's appeals, wishes to lift and effects; anybody else's are not there (404). Files opened are counted."""

from datetime import datetime
from typing import Any

from django.http import Http404

from accounts import oversight
from accounts.models import DecisionMaker
from measures.models import AppealCase, Case, Effect, LiftRequest
from measures.models.case import HISTORY
from measures.web.followed import with_its_kinds
from portal.core.prepared import prepared
from portal.core.references import to_number

_WITH = (
    *("case__agency", "case__bareme", "case__claimant__user", "case__referred_by", "case__decider__user"),
    *("decision__author", "decision__second_reader", "lift__decided_by"),
)


# A dozen joins take PostgreSQL 20 ms to plan and 1 to follow: they are planned once a connection.
@prepared
def _appeal(delegate_id: int, region: str, oldest: datetime, ref: int) -> Any:
    delegate = DecisionMaker(pk=delegate_id, region=region)
    seen = Case.objects.visible_to(delegate).seen_since(oldest).order_by().values("pk")
    rows = AppealCase.objects.visible_to(delegate).filter(ref=ref, case__in=seen)
    return with_its_kinds(rows.select_related(*_WITH))


def appeal_for(delegate: DecisionMaker, ref: str, now: datetime) -> AppealCase:
    """Load one appeal of the region with its case, the decision and who took it."""
    try:
        rows = _appeal(
            delegate_id=delegate.pk, region=delegate.region, oldest=now - HISTORY, ref=to_number("RC", ref)
        )
    except ValueError:
        rows = []
    if not rows:
        raise Http404
    found: AppealCase = rows[0]
    oversight.note_opening(delegate.pk, found.case.claimant_id, now=now)
    for contested in (found.decision, found.lift):
        if contested is not None:
            contested.case = found.case
    return found


def lift_of(case: Case) -> LiftRequest | None:
    """Load the wish to lift that waits, else the last one, with its documents and who answered."""
    found: LiftRequest | None = (
        LiftRequest.objects.filter(case=case)
        .select_related("decided_by")
        .prefetch_related("annexes__document")
        .order_by("-asked_at", "-pk")
        .first()
    )
    if found is not None:
        found.case = case
    return found


def effect_for(delegate: DecisionMaker, pk: int, now: datetime) -> Effect:
    """Load one thing that is owed to somebody of the region."""
    seen = Case.objects.visible_to(delegate).in_sight(now).order_by().values("pk")
    found: Effect | None = (
        Effect.objects.filter(pk=pk, case__in=seen)
        .select_related(
            "case__agency", "case__bareme", "case__claimant__user", "case__referred_by", "done_by", "appeal"
        )
        .first()
    )
    if found is None:
        raise Http404
    oversight.note_opening(delegate.pk, found.case.claimant_id, now=now)
    return found
