"""The time to act against a decision, loaded for its person; anybody else's is not there (404)."""

from typing import Any

from django.http import Http404

from accounts.models import Claimant
from measures.models import AppealCase
from measures.web.followed import with_its_kinds
from portal.core.prepared import prepared
from portal.core.references import to_number


def own(claimant: Claimant, ref: str) -> AppealCase:
    """Load the time to act against one decision of the person."""
    try:
        found = _own(claimant_id=claimant.pk, ref=to_number("RC", ref))
    except ValueError:
        found = []
    if not found:
        raise Http404
    return _joined(found[0], claimant)


@prepared
def _own(claimant_id: int, ref: int) -> Any:
    rows = AppealCase.objects.filter(case__claimant_id=claimant_id, ref=ref)
    return with_its_kinds(rows.select_related("case__agency", "case__bareme", "decision__author", "lift"))


def _joined(appeal: AppealCase, claimant: Claimant) -> AppealCase:
    appeal.case.claimant = claimant
    for contested in (appeal.decision, appeal.lift):
        if contested is not None:
            contested.case = appeal.case
    return appeal
