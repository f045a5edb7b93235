"""A person's own procedures; anybody else's are not there (404)."""

from dataclasses import dataclass

from django.http import Http404

from accounts.models import Claimant
from measures.models import Case, Decision, Hearing, Notice, Observations


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure with what was told, answered and decided in it."""

    case: Case
    notice: Notice | None
    hearing: Hearing | None
    decision: Decision | None
    written: list[Observations]


def own(claimant: Claimant, ref: str) -> Case:
    """Load one of the person's own procedures, with agency and barème."""
    rows = Case.objects.filter(claimant_id=claimant.pk).select_related("agency", "bareme")
    try:
        found: Case | None = rows.filter(ref=ref).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    found.claimant = claimant
    return found


def procedure_of(case: Case) -> Procedure:
    """Load what belongs to a procedure; four queries."""
    notice = Notice.objects.filter(case=case).first()
    hearing = Hearing.objects.filter(case=case, dropped_at__isnull=True).first()
    decision = (
        Decision.objects.filter(case=case, set_aside_at__isnull=True, sent_at__isnull=False)
        .select_related("author")
        .first()
    )
    written = list(Observations.objects.filter(case=case).order_by("given_at", "pk"))
    for row in (notice, hearing, decision, *written):
        if row is not None:
            row.case = case
    return Procedure(case, notice, hearing, decision, written)
