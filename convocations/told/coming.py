"""What a ready text may say of somebody's next appointment."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Advisor, Claimant
from convocations.models import Convocation
from convocations.states import HOLDS_TIME
from messaging.ready.blanks import fills
from portal.core.french import full_datetime


@fills(
    "date du prochain rendez-vous", "le jour et l’heure du prochain rendez-vous", "pas de rendez-vous à venir"
)
def next_appointment(people: Sequence[Claimant], writer: Advisor, now: datetime) -> dict[int, str]:
    """Say when each of these people's next appointment is, on the clock of its agency; one query."""
    rows = (
        Convocation.objects.filter(
            claimant_id__in=[one.pk for one in people], starts_at__gt=now, state__in=HOLDS_TIME
        )
        .select_related("agency")
        .order_by("claimant_id", "starts_at")
        .distinct("claimant_id")
    )
    return {row.claimant_id: full_datetime(row.starts_at, row.agency.place.zone, zone=True) for row in rows}
