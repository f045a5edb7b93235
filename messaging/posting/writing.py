"""Write a letter in the transaction that settles the message it is owed for: once, whoever is killed."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from accounts.models import Agency, Claimant, OpeningHours
from messaging.emails import Row, Words
from messaging.models import Letter
from messaging.posting import wording
from portal.core.fingerprint import content_hash
from portal.core.references import draw_free, to_text

log = logging.getLogger(__name__)


class Paper(NamedTuple):
    """A message in a sender's hands that is to become a letter."""

    row: Row
    kind: int
    words: Words


def write(owed: Sequence[Paper], now: datetime) -> tuple[int, Mapping[int, str]]:
    """Settle these messages by a letter each; how many, and those that could not be written, with the error.

    What another sender settled meanwhile stays as it is. One letter that the database refuses stops only itself.
    """
    if not owed:
        return 0, {}
    try:
        with transaction.atomic():
            return _write(owed, now), {}
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(owed) == 1:
            log.exception("message %s can't become a letter", owed[0].row.id)
            return 0, {owed[0].row.id: f"{type(error).__name__}: {error}"}
    middle = len(owed) // 2
    first, failed = write(owed[:middle], now)
    second, more = write(owed[middle:], now)
    return first + second, {**failed, **more}


def _write(owed: Sequence[Paper], now: datetime) -> int:
    settled = _settle([paper.row.id for paper in owed], now)
    papers = [paper for paper in owed if paper.row.id in settled]
    if not papers:
        return 0
    people = _people({paper.row.person_id for paper in papers})
    hours = _hours({person.agency_id for person in people.values()})
    numbers = draw_free(Letter, len(papers))
    letters = [
        _letter(paper, people[paper.row.person_id], hours, number, now)
        for paper, number in zip(papers, numbers, strict=True)
    ]
    if len(Letter.objects.bulk_create(letters)) != len(papers):
        raise IntegrityError("a letter was not written")
    return len(letters)


def _settle(ids: Sequence[int], now: datetime) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_outboxmessage
            SET state = 6, settled_at = %s, payload = NULL, leased_until = NULL, last_error = ''
            WHERE id = ANY(%s) AND state = 0 AND accepted_at IS NULL RETURNING id
            """,
            [now, list(ids)],
        )
        return {row[0] for row in cursor.fetchall()}


def _people(ids: set[int]) -> dict[int, Claimant]:
    return Claimant.objects.select_related("user", "agency", "advisor__user").in_bulk(ids)


def _hours(agency_ids: set[int]) -> Mapping[int, list[OpeningHours]]:
    found: dict[int, list[OpeningHours]] = defaultdict(list)
    for row in OpeningHours.objects.filter(agency_id__in=agency_ids).order_by("weekday", "opens"):
        found[row.agency_id].append(row)
    return found


def _letter(
    paper: Paper, person: Claimant, hours: Mapping[int, list[OpeningHours]], number: int, now: datetime
) -> Letter:
    agency: Agency = person.agency
    ref = to_text("LT", number)
    words: dict[str, Any] = wording.frozen(paper.words, person, hours.get(agency.pk, []), ref=ref, now=now)
    return Letter(
        ref=ref,
        message_id=paper.row.id,
        kind=paper.kind,
        claimant=person,
        agency=agency,
        subject_id=paper.row.subject_id,
        occurrence=paper.row.occurrence,
        step=paper.row.step,
        words=words,
        content_hash=content_hash(words),
        recipient=wording.recipient(person),
        written_at=now,
    )
