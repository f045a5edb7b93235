"""A person's own things; anybody else's are not there (404)."""

from typing import Any

from django.http import Http404

from accounts.models import Claimant
from convocations.models import ChangeRequest, Convocation
from convocations.scheduling import displacing


def own_appointment(claimant: Claimant, ref: str) -> Convocation:
    """Load one of the person's own appointments, with whom and where it is."""
    rows = Convocation.objects.filter(claimant_id=claimant.pk).select_related(
        "agency",
        "advisor__user",
        "advisor__agency",
        "successor",
        *displacing.READ_WITH,
    )
    found: Convocation = _own(rows, claimant, ref)
    return found


def own_request(claimant: Claimant, ref: str) -> ChangeRequest:
    """Load one of the person's own requests, with its appointment and who answers."""
    rows = ChangeRequest.objects.filter(claimant_id=claimant.pk).select_related(
        "agency",
        "advisor__user",
        "convocation__agency",
        "convocation__successor__agency",
        "decided_by",
        "kept",
    )
    found: ChangeRequest = _own(rows, claimant, ref)
    return found


def _own(rows: Any, claimant: Claimant, ref: str) -> Any:
    try:
        found = rows.filter(ref=ref).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    found.claimant = claimant
    return found
