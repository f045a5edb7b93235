"""Erasing whole files whose two periods are over: the deed of the owner of the tables, and nobody else's.

Each file is one transaction: killed at any instant, it is whole or it is gone. What it has to wait for the database
asks itself (`erasure_is_due`): the years since it was last used, the years of the archive in which nothing was
written, and that nothing of it is held or open. What stays is a proof that names nobody.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from accounts.models import Claimant, User
from convocations import deeds
from convocations.archive.putting_away import years_before
from convocations.models import (
    Absence,
    CallTask,
    ChangeRequest,
    Convocation,
    FollowUpTask,
    SlotHold,
)
from measures import deeds as measured
from measures.models import AppealCase, Case, Effect, GraciousAppeal, LiftRequest
from messaging import deeds as said
from messaging.models import Thread
from portal.core import journal, parameters, personal_data
from portal.core.models import Deadline, Document, DocumentFile, Erasure
from portal.core.safe import DUE_CHECK
from portal.core.safe.storing import delete_later
from portal.core.transitions import Refusal

AT_ONCE = 200


class NotTheOwner(Refusal):
    """Only the owner of the tables erases: the application's role is refused before anything is tried."""

    sentence = "L’effacement se lance avec le rôle propriétaire des tables (OWNER_DATABASE_URL)."


class StillKept(Refusal):
    """The time of this file is not over, or something of it is held or open."""

    sentence = "Ce dossier n’est pas à effacer."


@dataclass
class Report:
    """What an hour of erasing found: files that went (or would), and why others stay."""

    erased: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)


def require_owner() -> None:
    """Raise NotTheOwner for any role but the one that owns the evidence."""
    ((owner,),) = _ask("SELECT owns('core_journalentry'::regclass)", [])
    if not owner:
        raise NotTheOwner


def database_now() -> datetime:
    """Read the database's own clock: a portal whose clock was moved erases nothing before its time."""
    ((now,),) = _ask("SELECT now()", [])
    return now


def erase_all(now: datetime, *, dry_run: bool, at_most: int | None = None) -> Report:
    """Erase every file whose time is over, one transaction each; with `dry_run` only say how many and which stay.

    Rerunnable: what a killed run left is found again.
    """
    report = Report()
    for person_id, kept in _candidates(now):
        if kept:
            report.kept[kept] = report.kept.get(kept, 0) + 1
            continue
        if at_most is not None and report.erased >= at_most:
            break
        if not dry_run:
            try:
                counts = erase(person_id, now=now).counts
            except StillKept:
                report.kept["moved"] = report.kept.get("moved", 0) + 1
                continue
            for table, count in counts.items():
                report.rows[table] = report.rows.get(table, 0) + count
        report.erased += 1
    if not dry_run and report.erased:
        # The proofs are sealed at once; whatever keeps them from it now, the next beat does it.
        journal.seal(now)
    return report


def count_over(now: datetime) -> int:
    """Count the files that have been in the archive for all its years, those that something holds among them."""
    archive = years_before(now, parameters.current().retention_archive_years)
    return Claimant.objects.filter(archived_at__lte=archive).count()


@transaction.atomic
def erase(person_id: int, *, now: datetime) -> Erasure:
    """Erase everything of one person's file, in the journal too, and keep the proof. Raises StillKept."""
    numbers = parameters.current()
    ref = Claimant.objects.select_for_update().only("ref").get(pk=person_id).ref
    try:
        with transaction.atomic():
            erasure = Erasure.objects.create(
                at=now,
                file_id=person_id,
                mark=mark_of(ref),
                active_years=numbers.retention_file_years,
                archive_years=numbers.retention_archive_years,
            )
    except IntegrityError as refused:
        raise StillKept from refused
    keys = _files_in_the_store(person_id)
    counts = _forget_deadlines(person_id) | personal_data.erase_rows(person_id, but=[User, Claimant])
    counts |= _end_account(person_id, now)
    lines, digest = journal.empty_lines(erasure)
    erasure.lines, erasure.digest, erasure.counts = lines, digest, counts
    erasure.file_id = None
    erasure.save(update_fields=["lines", "digest", "counts", "file_id"])
    journal.record_erasure(erasure, now=now)
    delete_later(keys)
    return erasure


def was_erased(ref: str) -> Erasure | None:
    """Find the proof that the file of this reference was erased; who has no reference finds nothing."""
    return Erasure.objects.filter(mark=mark_of(ref)).first()


def mark_of(ref: str) -> bytes:
    """Make a reference unreadable: slow enough that the million million references cannot all be tried."""
    salt = b"espace-emploi: effacement d'un dossier"
    return hashlib.scrypt(str(ref).encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)


def _candidates(now: datetime) -> Iterator[tuple[int, str]]:
    """Go through the files long enough in the archive, a page at a time: (person, why it stays)."""
    numbers = parameters.current()
    archive = years_before(now, numbers.retention_archive_years)
    both = years_before(now, numbers.retention_file_years + numbers.retention_archive_years)
    since, last = None, 0
    while True:
        rows = _ask(
            """
            SELECT user_id, archived_at, CASE
                WHEN file_last_act(user_id) >= %s
                  OR (SELECT max(at) FROM core_journalentry WHERE file_id = user_id) >= %s THEN 'used'
                ELSE coalesce(file_hold(user_id), '') END
            FROM accounts_claimant
            WHERE archived_at <= %s AND (%s::timestamptz IS NULL OR (archived_at, user_id) > (%s, %s))
            ORDER BY archived_at, user_id LIMIT %s
            """,
            [both, archive, archive, since, since, last, AT_ONCE],
        )
        for person_id, _, kept in rows:
            yield person_id, kept
        if len(rows) < AT_ONCE:
            return
        last, since = rows[-1][0], rows[-1][1]


# Deadlines name their subject by a bare number: these are the subjects that are a person's.
_SUBJECTS: tuple[tuple[tuple[int, ...], type[Any], str], ...] = (
    (
        (
            deeds.DUE_REMINDER,
            deeds.DUE_UNREAD,
            deeds.DUE_ENDED,
            deeds.DUE_INVITATION_EXPIRY,
            deeds.DUE_RECORD,
        ),
        Convocation,
        "claimant_id",
    ),
    ((*deeds.OF_ABSENCE, deeds.DUE_EXCUSE), Absence, "claimant_id"),
    ((deeds.DUE_REQUEST_ANSWER, deeds.DUE_REQUEST_DOCS), ChangeRequest, "claimant_id"),
    ((deeds.DUE_FIRST_INTERVIEW,), FollowUpTask, "claimant_id"),
    ((deeds.DUE_CALL_BACK,), CallTask, "claimant_id"),
    ((deeds.DUE_HOLD_END,), SlotHold, "claimant_id"),
    ((said.DUE_ANSWER, said.DUE_EXPECTED), Thread, "claimant_id"),
    (measured.OF_CASE, Case, "claimant_id"),
    (measured.OF_WINDOW, AppealCase, "case__claimant_id"),
    (measured.OF_GRACIOUS, GraciousAppeal, "appeal__case__claimant_id"),
    (measured.OF_LIFT, LiftRequest, "case__claimant_id"),
    ((measured.DUE_EFFECT,), Effect, "case__claimant_id"),
    ((DUE_CHECK,), Document, "owner_id"),
)


def _forget_deadlines(person_id: int) -> dict[str, int]:
    gone = 0
    for kinds, model, whose in _SUBJECTS:
        subjects: QuerySet[Any] = model._default_manager.filter(**{whose: person_id}).order_by().values("pk")
        gone += Deadline.objects.filter(subject_id__in=subjects, kind__in=kinds).delete()[0]
    return {Deadline._meta.db_table: gone} if gone else {}


def _files_in_the_store(person_id: int) -> list[str]:
    clean = (
        Document.objects.filter(owner_id=person_id).exclude(clean_key="").values_list("clean_key", flat=True)
    )
    raw = DocumentFile.objects.filter(document__owner_id=person_id).values_list("key", flat=True)
    return [*clean, *raw]


def _end_account(person_id: int, now: datetime) -> dict[str, int]:
    """Delete the file's own row, and leave of the account an empty row that nobody signs in to.

    Its number stays behind in nothing. Deleting it too would read whole tables, once for each column that
    could name an account.
    """
    of_person = Q(content_type__app_label="accounts", content_type__model__in=["user", "claimant"])
    seen = LogEntry.objects.filter(of_person, object_id=str(person_id)).delete()[0]
    Claimant.objects.filter(pk=person_id)._raw_delete("default")
    User.objects.filter(pk=person_id).update(
        email=None,
        first_name="",
        last_name="",
        password=make_password(None),
        is_active=False,
        last_login=None,
        date_joined=now,
    )
    return {"accounts_claimant": 1, "accounts_user": 1} | ({"django_admin_log": seen} if seen else {})


def _ask(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
