"""Two who want one hour: taken in turn, and told whose it is."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.models import Advisor, Agency, Claimant
from convocations.hours.slots import needs_own_hour
from convocations.models import Modality
from convocations.scheduling.drafts import Draft
from convocations.states import HOLDS_TIME
from portal.core.french import full_datetime
from portal.core.transitions import Refusal
from portal.core.working_time import Territory

_OTHER_HOUR = "à cette heure ({when}). Choisissez une autre heure."
_TAKEN = (
    f"Cette personne a déjà un rendez-vous {_OTHER_HOUR}",
    f"Le conseiller a déjà un rendez-vous {_OTHER_HOUR}",
    f"L’espace numérique est déjà réservé {_OTHER_HOUR}",
    "Cette heure ({when}) est gardée pour une demande qui attend sa réponse. "
    "Répondez d’abord à la demande, ou choisissez une autre heure.",
)


_LOST = """
    unnest(%(places)s::int[], %(claimants)s::bigint[], %(advisors)s::bigint[], %(kiosks)s::bigint[],
           %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(alone)s::boolean[], %(dated)s::boolean[])
        AS lost (place, claimant_id, advisor_id, kiosk_id, starts_at, ends_at, alone, dated)
"""
# One branch for each index: an advisor who receives people one by one, a kiosk, the person.
_KEPT = " UNION ALL ".join(
    f"""
    SELECT lost.place, 3 AS whose, held.starts_at, agency.territory
    FROM {_LOST} JOIN convocations_slothold AS held
      ON held.request_id IS NOT NULL AND {same}
     AND tstzrange(held.starts_at, held.ends_at, '[)') && tstzrange(lost.starts_at, lost.ends_at, '[)')
    JOIN accounts_advisor AS advisor ON advisor.user_id = held.advisor_id
    JOIN accounts_agency AS agency ON agency.id = advisor.agency_id
    """
    for same in (
        "held.advisor_id = lost.advisor_id AND lost.alone",
        "held.kiosk_id = lost.kiosk_id",
        "held.claimant_id = lost.claimant_id AND lost.dated",
    )
)
_IN_THE_WAY = f"""
    SELECT DISTINCT ON (place) place, whose, starts_at, territory FROM (
        SELECT lost.place,
               CASE WHEN held.claimant_id = lost.claimant_id THEN 0
                    WHEN held.advisor_id = lost.advisor_id THEN 1 ELSE 2 END AS whose,
               held.starts_at, agency.territory
        FROM {_LOST} JOIN convocations_convocation AS held
          ON (held.claimant_id = lost.claimant_id OR held.advisor_id = lost.advisor_id
              OR held.kiosk_id = lost.kiosk_id)
         AND held.starts_at < lost.ends_at AND held.ends_at > lost.starts_at
         AND held.state = ANY(%(states)s) AND held.modality <> 'ASYNC_MESSAGE'
        JOIN accounts_agency AS agency ON agency.id = held.agency_id
        UNION ALL {_KEPT}
    ) AS found
    ORDER BY place, whose, starts_at
"""


class HourTaken(Refusal):
    """The hour or the place went to somebody else; the sentence names what is in the way."""


def in_turn(
    agency_ids: Collection[int] = (),
    *,
    advisor_ids: Collection[int] = (),
    claimant_ids: Collection[int] = (),
) -> None:
    """Let hours of these agencies, and of these people's, change hands one after the other, until the commit.

    Two who swap places would else each hold what the other waits for, and PostgreSQL would end one of them.
    Always taken after the appointment and the person, always in the same order, and all at once: who needs
    a second agency later asks for it from the start.
    """
    which = Q(pk__in=agency_ids)
    which |= Q(pk__in=Advisor.objects.filter(pk__in=advisor_ids).values("agency_id"))
    which |= Q(pk__in=Claimant.objects.filter(pk__in=claimant_ids).values("agency_id"))
    list(Agency.objects.select_for_update(no_key=True).filter(which).order_by("pk").values_list("pk"))


def kept_for_others(drafts: Sequence[Draft]) -> set[int]:
    """Give, by `id(draft)`, those whose advisor, person or kiosk is kept then for a request that waits; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, _columns(drafts))
        return {id(drafts[place]) for (place, *_) in cursor.fetchall()}


def conflict_sentences(lost: Sequence[Draft], *, now: datetime) -> dict[int, str]:
    """Give, by `id(draft)`, the French sentence that names the appointment in the way; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_THE_WAY, {**_columns(lost), "states": sorted(HOLDS_TIME)})
        found = {place: row for place, *row in cursor.fetchall()}
    sentences = {}
    for place, draft in enumerate(lost):
        whose, starts_at, territory = found.get(place, (1, draft.starts_at, "METROPOLE"))
        when = full_datetime(starts_at, Territory(territory).zone)
        sentences[id(draft)] = _TAKEN[whose].format(when=when)
    return sentences


def _columns(drafts: Sequence[Draft]) -> dict[str, Any]:
    return {
        "places": list(range(len(drafts))),
        "claimants": [draft.claimant_id for draft in drafts],
        "advisors": [draft.advisor_id for draft in drafts],
        "kiosks": [draft.kiosk_id for draft in drafts],
        "starts": [draft.starts_at for draft in drafts],
        "ends": [draft.ends_at for draft in drafts],
        "alone": [needs_own_hour(draft.kind, draft.modality) for draft in drafts],
        "dated": [draft.modality != Modality.ASYNC_MESSAGE for draft in drafts],
    }
