"""A request that waited when the appointment began makes an absence impossible, for good (product §4)."""

from django.db.models import F, Q

from convocations.models import ChangeRequest, Convocation
from convocations.states import REQUEST_PENDING


def is_frozen(convocation: Convocation) -> bool:
    """Say whether no absence can be recorded because of a request; the database's trigger asks the same."""
    began = Q(submitted_at__lt=F("convocation__starts_at"), closed_at__gte=F("convocation__starts_at"))
    return (
        ChangeRequest.objects.filter(convocation=convocation)
        .filter(Q(state__in=REQUEST_PENDING) | began)
        .exists()
    )
