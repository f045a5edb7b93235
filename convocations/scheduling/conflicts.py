"""Two who want one hour: taken in turn, and told whose it is once the database has refused an overlap."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from accounts.models import Agency
from convocations.states import HOLDS_TIME
from portal.core.french import full_datetime
from portal.core.working_time import Territory

if TYPE_CHECKING:
    from convocations.scheduling.issuing import Draft

_TAKEN = (
    "Cette personne a déjà un rendez-vous",
    "Le conseiller a déjà un rendez-vous",
    "L’espace numérique est déjà réservé",
)


def in_turn(agency_ids: Collection[int]) -> None:
    """Let hours of these agencies change hands one after the other, to the end of the caller's transaction.

    Two who swap places would else each hold what the other waits for, and PostgreSQL would end one of them.
    Always taken after the appointment and the person, and always in the same order.
    """
    rows = Agency.objects.select_for_update(no_key=True).filter(pk__in=agency_ids)
    list(rows.order_by("pk").values_list("pk"))


def conflict_sentences(lost: Sequence["Draft"], *, now: datetime) -> dict[int, str]:
    """Give, by `id(draft)`, the French sentence that names the appointment in the way; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (lost.place) lost.place,
                   CASE WHEN held.claimant_id = lost.claimant_id THEN 0
                        WHEN held.advisor_id = lost.advisor_id THEN 1 ELSE 2 END AS whose,
                   held.starts_at, agency.territory
            FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
                AS lost (place, claimant_id, advisor_id, kiosk_id, starts_at, ends_at)
            JOIN convocations_convocation AS held
              ON (held.claimant_id = lost.claimant_id OR held.advisor_id = lost.advisor_id
                  OR held.kiosk_id = lost.kiosk_id)
             AND held.starts_at < lost.ends_at AND held.ends_at > lost.starts_at
             AND held.state = ANY(%s) AND held.modality <> 'ASYNC_MESSAGE'
            JOIN accounts_agency AS agency ON agency.id = held.agency_id
            ORDER BY lost.place, whose, held.starts_at
            """,
            [
                list(range(len(lost))),
                [draft.claimant_id for draft in lost],
                [draft.advisor_id for draft in lost],
                [draft.kiosk_id for draft in lost],
                [draft.starts_at for draft in lost],
                [draft.ends_at for draft in lost],
                sorted(HOLDS_TIME),
            ],
        )
        found = {place: row for place, *row in cursor.fetchall()}
    sentences = {}
    for place, draft in enumerate(lost):
        whose, starts_at, territory = found.get(place, (1, draft.starts_at, "METROPOLE"))
        when = full_datetime(starts_at, Territory(territory).zone)
        sentences[id(draft)] = f"{_TAKEN[whose]} à cette heure ({when}). Choisissez une autre heure."
    return sentences
