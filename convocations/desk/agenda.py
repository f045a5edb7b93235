"""What an advisor's day holds."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from accounts.models import Advisor
from convocations.hours.slots import free_spans
from convocations.hours.spans import Span
from convocations.models import Bindingness, Kind, Modality
from convocations.states import HOLDS_TIME, ConvocationState
from portal.core.french import zone_name
from portal.core.references import to_text
from portal.core.working_time import day_bounds

_S = ConvocationState
# No longer takes place: shown, struck through.
_OFF = frozenset({_S.CANCELLED, _S.SUPERSEDED, _S.DECLINED, _S.EXPIRED, _S.CANCELLED_BY_AGENCY})
_KINDS = {str(value): str(label) for value, label in Kind.choices}
_MODALITIES = {str(value): str(label) for value, label in Modality.choices}
_STATES = {str(value): str(label) for value, label in ConvocationState.choices}


class Booked(NamedTuple):
    """One appointment of a day, in words."""

    starts_at: datetime
    ends_at: datetime
    ref: str
    name: str
    what: str
    binding: bool
    state: str
    # It no longer takes place.
    off: bool
    # It keeps the advisor from seeing somebody else.
    holds: bool


# Written out: it stands beside every list, and the ORM needs four times as long to write it as to run it.
_OF_DAY = """
    SELECT row.starts_at, row.ends_at, row.ref, person.first_name, person.last_name, row.kind, row.modality,
           row.bindingness, row.state
    FROM convocations_convocation AS row JOIN accounts_user AS person ON person.id = row.claimant_id
    WHERE row.advisor_id = %s AND row.starts_at >= %s AND row.starts_at < %s
    ORDER BY row.starts_at, row.id LIMIT 200
"""


def of_day(advisor: Advisor, day: date) -> list[Booked]:
    """List the appointments of one day on the agency's clock, in order; one query from one index."""
    begin, end = day_bounds(day, advisor.agency.place.zone)
    with connection.cursor() as cursor:
        cursor.execute(_OF_DAY, [advisor.pk, begin, end])
        rows = cursor.fetchall()
    return [
        Booked(
            starts_at,
            ends_at,
            to_text("CV", ref),
            f"{first} {last}",
            f"{_KINDS[kind]} {_MODALITIES[modality]}",
            bindingness == Bindingness.CONVOCATION,
            _STATES[state],
            state in _OFF,
            state in HOLDS_TIME and modality != Modality.ASYNC_MESSAGE,
        )
        for starts_at, ends_at, ref, first, last, kind, modality, bindingness, state in rows
    ]


def free_on(advisor: Advisor, rows: Sequence[Booked], day: date) -> list[Span]:
    """List the hours in which the advisor receives that nothing holds yet; one query."""
    held = [(row.starts_at, row.ends_at) for row in rows if row.holds]
    return free_spans(advisor, held, day)


def zone_note(advisor: Advisor) -> str:
    """Say whose hour it is, where it is not Paris'."""
    zone = advisor.agency.place.zone
    return "" if str(zone) == "Europe/Paris" else f"Les heures sont celles de l’agence ({zone_name(zone)})."
