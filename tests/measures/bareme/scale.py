"""Versions of the barème to test with, written as the processes leave them."""

from datetime import date, timedelta

from measures.bareme import drafting, publishing
from measures.models import BaremeRule, BaremeVersion
from portal.core.journal import Actor
from tests import people
from tests.factories import NOW

TODAY = NOW.date()
# The first day everywhere is sure to lie ahead of NOW.
AHEAD = TODAY + timedelta(days=30)


def administrator() -> Actor:
    return Actor(people.make_admin().pk, "ADMIN", "192.0.2.7")


def shipped(code: str = "fr-2025-06-01") -> BaremeVersion:
    return BaremeVersion.objects.get(code=code)


def draft(
    code: str = "suivante",
    valid_from: date = AHEAD,
    *,
    of: str = "fr-2025-06-01",
    by: Actor | None = None,
    **fields,
) -> BaremeVersion:
    """A draft copied from a version, with other fields if wanted."""
    row = drafting.draft_from(
        shipped(of).pk, code=code, valid_from=valid_from, by=by or administrator(), now=NOW
    )
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields) or None)
    return row


def published(code: str = "suivante", valid_from: date = AHEAD, **fields) -> BaremeVersion:
    by = administrator()
    return publishing.publish(draft(code, valid_from, by=by, **fields).pk, by=by, now=NOW)


def rule(**fields) -> BaremeRule:
    """An unsaved rule, of the first rank for a person with an allowance."""
    known = {"breach": "ASSIDUITY", "situation": "BENEFIT", "rank": 1, "outcome": "SUSPENSION"}
    known |= {"share_min": 30, "share_max": 100, "length_min": 1, "length_max": 2, "article": "R5412-1"}
    return BaremeRule(**(known | fields))
