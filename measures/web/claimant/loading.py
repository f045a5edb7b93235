"""A person's own procedures; anybody else's are not there (404). Planned once: planning cost more than answering."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404

from accounts.models import Claimant
from measures.models import Case, Decision, Hearing, Notice, Observations
from measures.web.followed import kept, kept_one, with_its_kinds
from portal.core.prepared import prepared
from portal.core.references import to_number


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure with what was told, answered and decided in it."""

    case: Case
    notice: Notice | None
    hearing: Hearing | None
    decision: Decision | None
    written: list[Observations]


@prepared
def _own(claimant_id: int, ref: int) -> Any:
    own = Case.objects.filter(claimant_id=claimant_id, ref=ref).select_related("agency", "bareme")
    return with_its_kinds(own)


@prepared
def _notice(case_id: int) -> Any:
    return Notice.objects.filter(case_id=case_id)


@prepared
def _hearing(case_id: int) -> Any:
    return Hearing.objects.filter(case_id=case_id, dropped_at__isnull=True)


@prepared
def _decision(case_id: int) -> Any:
    sent = Decision.objects.filter(case_id=case_id, set_aside_at__isnull=True, sent_at__isnull=False)
    return sent.select_related("author")


@prepared
def _written(case_id: int) -> Any:
    return Observations.objects.filter(case_id=case_id).order_by("given_at", "pk")


def own(claimant: Claimant, ref: str) -> Case:
    """Load one of the person's own procedures, with agency and barème."""
    try:
        found = _own(claimant_id=claimant.pk, ref=to_number("PR", ref))
    except ValueError:
        found = []
    if not found:
        raise Http404
    case: Case = found[0]
    case.claimant = claimant
    return case


def procedure_of(case: Case) -> Procedure:
    """Load what belongs to a procedure; at most four queries."""
    notice, hearing, decision = (
        kept_one(case, name, ask)
        for name, ask in (("notice", _notice), ("hearing", _hearing), ("decision", _decision))
    )
    written: list[Observations] = kept(case, "written", _written)
    for row in (notice, hearing, decision, *written):
        if row is not None:
            row.case = case
    return Procedure(case, notice, hearing, decision, written)
