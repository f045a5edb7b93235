"""Every night: nobody without an active advisor, no work without an owner, no silence unnoticed.

What is found is read again, live, by the supervisor's page; the night only opens the advisors' lines and
owes one digest a day. Set-based: each question is one statement from an index or one pass, in slices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from accounts.models import WebWish
from convocations import deeds
from convocations.following.owed import TO_CONTACT
from convocations.models import FollowUpTask
from convocations.states import FollowUpState
from messaging.chasing import tell_supervisors
from portal.core import parameters
from portal.core.arrays import of_numbers
from portal.core.references import draw_free

SLICE = 50_000

# People whose advisor cannot follow them: account closed, or of another agency. An agency is asked for
# through its people's index; the night compares all of them with the few advisors, in one pass.
_UNFOLLOWED = """
    SELECT {columns}
    FROM accounts_claimant AS person
    JOIN accounts_advisor AS advisor ON advisor.user_id = person.advisor_id
    JOIN accounts_user AS account ON account.id = advisor.user_id
    JOIN accounts_user AS who ON who.id = person.user_id
    WHERE person.archived_at IS NULL AND who.is_active
      AND (NOT account.is_active OR advisor.agency_id <> person.agency_id) {more}
"""
# Open work whose owner is gone, or no longer of the agency the work belongs to. One branch a partial index.
# (room in addresses, prefix, table, agency the work belongs to, which of it is open)
_BRANCHES = (
    (
        "absences",
        "AB",
        "convocations_absence",
        "work.agency_id",
        "work.state IN ('EXPLANATION_REQUESTED', 'EXPLAINED')",
    ),
    ("justificatifs", "JU", "convocations_justificatif", "person.agency_id", "work.state IN ('IN_REVIEW')"),
    # A call about an appointment stays with whom it was announced, whatever their agency.
    (
        "appels",
        "AP",
        "convocations_calltask",
        "CASE WHEN work.reason IN ('CALL_BACK', 'ADDRESS', 'PROCEDURE', 'REFRAMING') THEN person.agency_id "
        "ELSE advisor.agency_id END",
        "work.state IN ('OPEN')",
    ),
    ("suivis", "SU", "convocations_followuptask", "work.agency_id", "work.state IN ('OPEN')"),
    ("convocations", "CV", "convocations_convocation", "work.agency_id", "work.state IN ('AWAITING_STATUS')"),
    ("messages", "MS", "messaging_thread", "work.agency_id", "work.state IN ('WAITING_ADVISOR')"),
    # What is to come with somebody who is gone; found from the few closed accounts.
    (
        "convocations",
        "CV",
        "convocations_convocation",
        "work.agency_id",
        """work.state IN ('ISSUED', 'DELIVERED', 'READ', 'ACKNOWLEDGED', 'RESCHEDULE_PENDING', 'ACCEPTED')
           AND work.advisor_id = ANY (ARRAY(
               SELECT gone.id FROM accounts_user AS gone JOIN accounts_advisor ON user_id = gone.id
               WHERE NOT gone.is_active))""",
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one night found and opened."""

    unfollowed: int
    orphans: int
    silences: int


def check(now: datetime) -> Found:
    """Look at everybody once; open a line for each new silence, owe each concerned supervisor one mail a day."""
    silent = _open_silences(now)
    alone, ownerless = _unfollowed_by_agency(), _orphans_by_agency()
    wished = set(WebWish.objects.values_list("claimant__agency_id", flat=True))
    with transaction.atomic():
        tell_supervisors(
            deeds.MAIL_FOLLOWING_DIGEST, {*alone, *ownerless, *silent, *wished, *_held()}, now=now
        )
    return Found(sum(alone.values()), sum(ownerless.values()), sum(silent.values()))


def _held() -> set[int]:
    """Give the agencies whose supervisor holds files for want of room."""
    rows = FollowUpTask.objects.filter(reason=FollowUpTask.Reason.ASSIGN, state=FollowUpState.OPEN)
    return set(rows.values_list("agency_id", flat=True))


def _unfollowed_by_agency() -> dict[int, int]:
    sql = _UNFOLLOWED.format(columns="person.agency_id, count(*)", more="GROUP BY person.agency_id")
    return dict(_ask(sql, []))


def unfollowed(agency_id: int, count: int) -> list[tuple[Any, ...]]:
    """List an agency's people without an active advisor: (id, reference number, first and last name, advisor)."""
    columns = (
        "person.user_id, person.ref, who.first_name, who.last_name, "
        "account.first_name || ' ' || account.last_name, account.is_active"
    )
    more = "AND person.agency_id = %s ORDER BY person.user_id LIMIT %s"
    return _ask(_UNFOLLOWED.format(columns=columns, more=more), [agency_id, count])


def _orphans_by_agency() -> dict[int, int]:
    parts = " UNION ALL ".join(
        _branch(table, agency, open_, columns=f"{agency} AS agency_id")
        for _, _, table, agency, open_ in _BRANCHES
    )
    return dict(_ask(f"SELECT agency_id, count(*) FROM ({parts}) AS found GROUP BY agency_id", []))


def orphans(agency_id: int, count: int) -> list[tuple[Any, ...]]:
    """List an agency's open work without an owner: (room, prefix, reference number, person, owner)."""
    parts = " UNION ALL ".join(
        "("
        + _branch(
            table,
            agency,
            open_,
            columns=f"'{room}' AS room, '{prefix}' AS prefix, work.ref, "
            "who.first_name || ' ' || who.last_name AS person, "
            "account.first_name || ' ' || account.last_name AS owner",
        )
        + f" AND {agency} = %s ORDER BY work.id LIMIT %s)"
        for room, prefix, table, agency, open_ in _BRANCHES
    )
    return _ask(f"{parts} LIMIT %s", [*[agency_id, count] * len(_BRANCHES), count])


def _branch(table: str, agency: str, open_: str, *, columns: str) -> str:
    return f"""
        SELECT {columns}
        FROM {table} AS work
        JOIN accounts_advisor AS advisor ON advisor.user_id = work.advisor_id
        JOIN accounts_user AS account ON account.id = advisor.user_id
        JOIN accounts_claimant AS person ON person.user_id = work.claimant_id
        JOIN accounts_user AS who ON who.id = person.user_id
        WHERE {open_} AND (NOT account.is_active OR advisor.agency_id <> {agency})
    """


# --- silence --------------------------------------------------------------------

_SILENT = """
    SELECT person.user_id, person.advisor_id, person.agency_id
    FROM accounts_claimant AS person
    JOIN accounts_user AS who ON who.id = person.user_id AND who.is_active
    WHERE person.user_id > %s AND person.user_id <= %s AND person.archived_at IS NULL
      AND coalesce(person.last_contact_at, person.registered_on::timestamptz) < %s
      AND NOT EXISTS (
        SELECT 1 FROM convocations_followuptask AS line
        WHERE line.claimant_id = person.user_id AND line.state IN ('OPEN'))
      AND NOT EXISTS (
        SELECT 1 FROM convocations_convocation AS fixed
        WHERE fixed.claimant_id = person.user_id AND fixed.starts_at > %s
          AND fixed.state IN ('ISSUED', 'DELIVERED', 'READ', 'ACKNOWLEDGED', 'RESCHEDULE_PENDING', 'ACCEPTED'))
"""


def _open_silences(now: datetime) -> dict[int, int]:
    """Put each person unheard for the parameter's days on their advisor's list, once; by agency, how many."""
    before = now - timedelta(days=parameters.current().no_contact_days)
    _close_answered(now)
    found: dict[int, int] = {}
    # Short transactions along the primary key: a night that was killed is done again without harm.
    for low, high in _slices():
        with transaction.atomic():
            silent = _ask(_SILENT, [low, high, before, now])
            _insert(silent, now)
        for _, _, agency_id in silent:
            found[agency_id] = found.get(agency_id, 0) + 1
    return found


def _slices() -> list[tuple[int, int]]:
    ((lowest, highest),) = _ask("SELECT min(user_id), max(user_id) FROM accounts_claimant", [])
    if lowest is None:
        return []
    return [(low, low + SLICE) for low in range(lowest - 1, highest, SLICE)]


def _insert(silent: Sequence[tuple[int, int, int]], now: datetime) -> None:
    if not silent:
        return
    people, advisors, agencies = zip(*silent, strict=True)
    refs = draw_free(FollowUpTask, len(silent))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO convocations_followuptask
                (ref, claimant_id, advisor_id, agency_id, reason, state, opened_at, due_at, note)
            SELECT ref, claimant_id, advisor_id, agency_id, 'NO_CONTACT', 'OPEN', %s, %s, ''
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
                AS silent (ref, claimant_id, advisor_id, agency_id)
            ON CONFLICT DO NOTHING
            """,
            [now, now + TO_CONTACT, *map(of_numbers, (refs, people, advisors, agencies))],
        )


def _close_answered(now: datetime) -> None:
    """Close the silences that a contact has ended; the list has left them out since that contact."""
    FollowUpTask.objects.filter(
        reason=FollowUpTask.Reason.NO_CONTACT, claimant__last_contact_at__gte=F("opened_at")
    ).move_all(FollowUpState.DONE, closed_at=now)


def silences(agency_id: int, count: int) -> list[FollowUpTask]:
    """List an agency's open silences, the oldest first."""
    return _lines(agency_id, [FollowUpTask.Reason.NO_CONTACT], count)


def to_choose(agency_id: int, count: int) -> list[FollowUpTask]:
    """List the files a supervisor holds because nobody had room."""
    return _lines(agency_id, [FollowUpTask.Reason.ASSIGN], count)


def late_first_interviews(agency_id: int, count: int, now: datetime) -> list[FollowUpTask]:
    """List the first interviews that nobody fixed in time."""
    late = [FollowUpTask.Reason.FIRST_INTERVIEW]
    return [row for row in _lines(agency_id, late, count) if row.due_at <= now]


def _lines(agency_id: int, reasons: Sequence[str], count: int) -> list[FollowUpTask]:
    return list(
        FollowUpTask.objects.filter(agency_id=agency_id, reason__in=reasons, state=FollowUpState.OPEN)
        .select_related("claimant__user", "advisor__user")
        .order_by("due_at", "pk")[:count]
    )


def wishes(agency_id: int, count: int) -> list[WebWish]:
    """List the wishes of a web follow-up that nobody could take yet, the oldest first."""
    rows = WebWish.objects.filter(claimant__agency_id=agency_id).select_related(
        "claimant__user", "claimant__advisor__user"
    )
    return list(rows.order_by("wished_at", "pk")[:count])


# As far as a digest counts: more is «as many as there are» to whoever reads it.
ENOUGH = 200


def counts(agency_id: int, now: datetime) -> dict[str, int]:
    """Count what stands on the supervisor's page now."""
    return {
        "unfollowed": len(unfollowed(agency_id, ENOUGH)),
        "orphans": len(orphans(agency_id, ENOUGH)),
        "silences": len(silences(agency_id, ENOUGH)),
        "to_choose": len(to_choose(agency_id, ENOUGH)),
        "late": len(late_first_interviews(agency_id, ENOUGH, now)),
        "wishes": len(wishes(agency_id, ENOUGH)),
    }


def _ask(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
