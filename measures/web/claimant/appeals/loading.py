"""The time to act against a decision, loaded for its person; anybody else's is not there (404)."""

from django.http import Http404

from accounts.models import Claimant
from measures.models import AppealCase


def own(claimant: Claimant, ref: str) -> AppealCase:
    """Load the time to act against one decision of the person."""
    rows = AppealCase.objects.filter(case__claimant_id=claimant.pk)
    try:
        found: AppealCase | None = (
            rows.select_related("case__agency", "case__bareme", "decision__author", "lift")
            .filter(ref=ref)
            .first()
        )
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return _joined(found, claimant)


def _joined(appeal: AppealCase, claimant: Claimant) -> AppealCase:
    appeal.case.claimant = claimant
    for contested in (appeal.decision, appeal.lift):
        if contested is not None:
            contested.case = appeal.case
    return appeal
