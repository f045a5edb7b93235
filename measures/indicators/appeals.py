"""Count what was asked after the decisions of a year, and what came of it; about no person."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Case as Either
from django.db.models import CharField, Count, F, Q, QuerySet, Value, When

from measures.models import CourtAppeal, GraciousAppeal, LiftRequest, Mediation
from measures.states import CourtState, GraciousState, MediationState

_G, _M, _J = GraciousState, MediationState, CourtState
# What is counted, in the order it is told: (kind and state, words). Papers made for a court are no appeal yet.
RESULTS: tuple[tuple[tuple[str, str], str], ...] = (
    (("lift", "waits"), "Demande de levée\u00a0: en cours d’examen"),
    (("lift", "granted"), "Demande de levée\u00a0: acceptée"),
    (("lift", "refused"), "Demande de levée\u00a0: refusée"),
    (("gracious", _G.FILED), "Recours gracieux\u00a0: en cours d’examen"),
    (("gracious", _G.GRANTED), "Recours gracieux\u00a0: accepté"),
    (("gracious", _G.PARTIAL), "Recours gracieux\u00a0: accepté en partie"),
    (("gracious", _G.REJECTED), "Recours gracieux\u00a0: refusé"),
    (("gracious", _G.IMPLICIT_REJECTION), "Recours gracieux\u00a0: refusé par silence"),
    (("gracious", _G.MOOT), "Recours gracieux\u00a0: sans objet"),
    (("mediation", "waits"), "Médiation\u00a0: en cours"),
    (("mediation", _M.AGREED), "Médiation\u00a0: accord"),
    (("mediation", _M.RECOMMENDATION), "Médiation\u00a0: recommandation"),
    (("mediation", _M.FAILED), "Médiation\u00a0: sans accord"),
    (("mediation", _M.NOT_ADMISSIBLE), "Médiation\u00a0: non recevable"),
    (("court", _J.DECLARED_FILED), "Tribunal\u00a0: en cours"),
    (("court", _J.ANNULLED), "Tribunal\u00a0: décision annulée"),
    (("court", _J.REFORMED), "Tribunal\u00a0: décision changée"),
    (("court", _J.REJECTED), "Tribunal\u00a0: recours rejeté"),
)


def of(first: datetime, after: datetime, agency_id: int | None) -> Counter[tuple[str, str]]:
    """Count by kind and state what followed the procedures referred from `first` until before `after`; one query."""
    gracious, *others = (
        _counted(kind, rows, state, path, first, after, agency_id)
        for kind, rows, state, path in (
            ("gracious", GraciousAppeal.objects.all(), F("state"), "appeal__case"),
            ("mediation", Mediation.objects.all(), _MEDIATION, "appeal__case"),
            (
                "court",
                CourtAppeal.objects.exclude(state=_J.EXPORT_READY),
                F("state"),
                "appeal__case",
            ),
            ("lift", LiftRequest.objects.all(), _LIFT, "case"),
        )
    )
    found: Counter[tuple[str, str]] = Counter()
    for kind, state, count in gracious.union(*others, all=True):
        found[kind, state] += count
    return found


_WAITS = Value("waits", output_field=CharField())
_MEDIATION = Either(When(state__in=[_M.FILED, _M.IN_MEDIATION], then=_WAITS), default=F("state"))
_LIFT = Either(
    When(granted=True, then=Value("granted")),
    When(granted=False, then=Value("refused")),
    default=_WAITS,
    output_field=CharField(),
)


def _counted(
    kind: str,
    rows: QuerySet[Any],
    state: Any,
    path: str,
    first: datetime,
    after: datetime,
    agency_id: int | None,
) -> QuerySet[Any, Any]:
    asked = Q((f"{path}__referred_at__gte", first), (f"{path}__referred_at__lt", after))
    if agency_id is not None:
        asked &= Q((f"{path}__agency", agency_id))
    found: QuerySet[Any, Any] = (
        rows.filter(asked)
        .order_by()
        .annotate(kind=Value(kind, output_field=CharField()), became=state)
        .values("kind", "became")
        .annotate(count=Count("pk"))
        .values_list("kind", "became", "count")
    )
    return found
