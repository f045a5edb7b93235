"""Every night: files nobody has used for years leave the advisors' sight.

The database knows when a file was last used and what of it is open (`file_last_act`, `file_hold`): the same
questions are asked again before anything is erased.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts import deeds as files
from convocations.models import FollowUpTask
from convocations.states import FollowUpState
from portal.core import journal, parameters
from portal.core.journal import PORTAL, Line

SLICE = 50_000

# The dates that stand on the file and the account rule most people out; the rest is asked for whoever is left.
_UNUSED = """
    SELECT person.user_id FROM accounts_claimant AS person JOIN accounts_user AS who ON who.id = person.user_id
    WHERE person.user_id > %(low)s AND person.user_id <= %(high)s AND person.archived_at IS NULL
      AND coalesce(person.last_contact_at, person.registered_on) < %(before)s
      AND coalesce(who.last_login, who.date_joined) < %(before)s
      AND file_last_act(person.user_id) < %(before)s AND file_hold(person.user_id) IS NULL
    ORDER BY person.user_id FOR NO KEY UPDATE OF person SKIP LOCKED
"""


def put_away(now: datetime) -> int:
    """Put the files in the archive that were last used longer ago than the parameter's years; how many."""
    years = parameters.current().retention_file_years
    before = years_before(now, years)
    put = 0
    # Short transactions along the primary key: a night that was killed is done again without harm.
    for low, high in _slices():
        with transaction.atomic():
            ids = [pk for (pk,) in _ask(_UNUSED, {"low": low, "high": high, "before": before})]
            _put(ids, years, now)
        put += len(ids)
    return put


def years_before(now: datetime, years: int) -> datetime:
    """Give the same day so many years earlier; from a 29 February the 28th, as PostgreSQL counts."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


def _put(ids: list[int], years: int, now: datetime) -> None:
    if not ids:
        return
    _ask(
        "UPDATE accounts_claimant SET archived_at = %(now)s WHERE user_id = ANY (%(ids)s) RETURNING 1",
        {"now": now, "ids": ids},
    )
    # Nobody is to be called any more about a silence of years.
    FollowUpTask.objects.filter(
        claimant_id__in=ids, state=FollowUpState.OPEN, reason=FollowUpTask.Reason.NO_CONTACT
    ).move_all(FollowUpState.DROPPED, closed_at=now)
    lines = [Line(files.FILE_ARCHIVED, file_id=pk, subject_id=pk, data={"years": years}) for pk in ids]
    journal.record_all(lines, by=PORTAL, now=now)


def _slices() -> list[tuple[int, int]]:
    ((lowest, highest),) = _ask("SELECT min(user_id), max(user_id) FROM accounts_claimant", {})
    if lowest is None:
        return []
    return [(low, low + SLICE) for low in range(lowest - 1, highest, SLICE)]


def _ask(sql: str, parameters_: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters_)
        return list(cursor.fetchall())
