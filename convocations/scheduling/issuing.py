"""Issue one or many appointments: each person told once, reminded, with proof from the first second.

Set-based: a batch of 10,000 takes a handful of statements per thousand people, and one line that
cannot be (an hour already taken, a date in the past) never costs its neighbours theirs.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.following.archiving import reopen
from convocations import deeds
from convocations.evidence.ledger import deposit_all, shown_content
from convocations.following import owed
from convocations.hours.conflicts import HourTaken, conflict_sentences, in_turn, kept_for_others
from convocations.hours.kiosks import NO_KIOSK, with_kiosks
from convocations.models import Bindingness, CallTask, Convocation, ConvocationBatch, Kind
from convocations.reframing import wishing
from convocations.scheduling.drafts import Draft, Person, leaves, people, why_not
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.fingerprint import content_hash
from portal.core.french import full_datetime
from portal.core.journal import Actor, Line
from portal.core.references import draw_free, to_text
from portal.core.transitions import Refusal

SLICE = 1_000
# A draft that was written, with the number of its reference and the row's.
_Issued = tuple[Draft, int, int]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one line: the appointment, or the French sentence that says why not."""

    claimant_id: int
    convocation_id: int | None = None
    ref: str | None = None
    refused: str = ""
    # Refused because somebody already has the hour, or the place.
    taken: bool = False


def issue(draft: Draft, *, form_key: uuid.UUID, by: Actor, now: datetime) -> Convocation:
    """Issue one appointment, or raise a `Refusal` that says why it cannot be."""
    with transaction.atomic():
        (result,) = issue_many([draft], form_key=form_key, by=by, now=now)
        if result.convocation_id is None:
            raise HourTaken(result.refused) if result.taken else Refusal(result.refused)
        return Convocation.objects.get(pk=result.convocation_id)


def issue_many(drafts: Sequence[Draft], *, form_key: uuid.UUID, by: Actor, now: datetime) -> list[Result]:
    """Issue many appointments at once and say per line what became of it.

    `form_key` names the sending: the same key again (a second click, a page sent twice) gives the
    first sending's results and issues nothing.
    """
    with transaction.atomic():
        batch, created = ConvocationBatch.objects.get_or_create(
            form_key=form_key, defaults={"issued_by_id": by.person_id, "issued_at": now}
        )
        if not created:
            return [Result(*line) for line in batch.results]
        in_turn(
            advisor_ids={draft.advisor_id for draft in drafts},
            claimant_ids={draft.claimant_id for draft in drafts},
        )
        results: list[Result] = []
        for start in range(0, len(drafts), SLICE):
            results += _issue_slice(drafts[start : start + SLICE], by=by, now=now)
        batch.results = [[r.claimant_id, r.convocation_id, r.ref, r.refused] for r in results]
        batch.save(update_fields=["results"])
        return results


def _issue_slice(drafts: Sequence[Draft], *, by: Actor, now: datetime) -> list[Result]:
    known = people({draft.claimant_id for draft in drafts})
    away = leaves({draft.advisor_id for draft in drafts}, now)
    refused = [
        why_not(draft, known.get(draft.claimant_id), now, away.get(draft.advisor_id, ())) for draft in drafts
    ]
    drafts, full = with_kiosks(drafts, refused, {pk: person.agency_id for pk, person in known.items()}, now)
    refused = [reason or (NO_KIOSK if place in full else "") for place, reason in enumerate(refused)]
    wanted = [draft for draft, reason in zip(drafts, refused, strict=True) if not reason]
    kept = kept_for_others(wanted) if wanted else set()
    good = [draft for draft in wanted if id(draft) not in kept]
    numbers = draw_free(Convocation, len(good))
    if good:
        reopen({draft.claimant_id for draft in good}, by=by, now=now)
    written = _insert(good, numbers, known, now) if good else {}
    lost = [draft for draft, number in zip(good, numbers, strict=True) if number not in written]
    lost += [draft for draft in wanted if id(draft) in kept]
    reasons = conflict_sentences(lost, now=now) if lost else {}
    issued = [(draft, n, written[n]) for draft, n in zip(good, numbers, strict=True) if n in written]
    _write_what_follows(issued, known, by=by, now=now)
    by_draft = {id(draft): (pk, number) for draft, number, pk in issued}
    results = []
    for draft, reason in zip(drafts, refused, strict=True):
        if id(draft) in by_draft:
            pk, number = by_draft[id(draft)]
            results.append(Result(draft.claimant_id, pk, to_text("CV", number)))
        else:
            taken = not reason or reason == NO_KIOSK
            results.append(Result(draft.claimant_id, refused=reason or reasons[id(draft)], taken=taken))
    return results


_COLUMNS: tuple[tuple[str, str], ...] = (
    ("ref", "bigint"),
    ("claimant_id", "bigint"),
    ("advisor_id", "bigint"),
    ("agency_id", "bigint"),
    ("bindingness", "text"),
    ("kind", "text"),
    ("modality", "text"),
    ("starts_at", "timestamptz"),
    ("ends_at", "timestamptz"),
    ("kiosk_id", "bigint"),
    ("place", "text"),
    ("purpose", "text"),
    ("to_bring", "text"),
    ("short_notice_agreed", "text"),
    ("content_hash", "bytea"),
    ("notice_deadline", "timestamptz"),
)
_INSERT = f"""
    INSERT INTO convocations_convocation
        ({", ".join(name for name, _ in _COLUMNS)}, state, sequence, issued_at, deposited_at, note)
    SELECT {", ".join(f"draft.{name}" for name, _ in _COLUMNS)}, 'ISSUED', 0, %s, %s, ''
    FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in _COLUMNS)})
        AS draft ({", ".join(name for name, _ in _COLUMNS)})
    ON CONFLICT DO NOTHING
    RETURNING ref, id
"""


def _insert(
    drafts: Sequence[Draft], numbers: Sequence[int], known: Mapping[int, Person], now: datetime
) -> dict[int, int]:
    """Write the rows whose hours are free, by reference number; the exclusion constraints decide."""
    floor = timedelta(hours=parameters.current().notice_floor_hours)
    rows = [
        (
            number,
            draft.claimant_id,
            draft.advisor_id,
            known[draft.claimant_id].agency_id,
            str(draft.bindingness),
            str(draft.kind),
            str(draft.modality),
            draft.starts_at,
            draft.ends_at,
            draft.kiosk_id,
            draft.place,
            draft.purpose,
            draft.to_bring,
            draft.short_notice_agreed,
            content_hash(shown_content(draft, to_text("CV", number))),
            draft.starts_at - floor,
        )
        for draft, number in zip(drafts, numbers, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [now, now, *(list(column) for column in zip(*rows, strict=True))])
        return dict(cursor.fetchall())


def _write_what_follows(
    issued: Sequence[_Issued], known: Mapping[int, Person], *, by: Actor, now: datetime
) -> None:
    """Evidence, deadlines, journal, e-mails and calls of the appointments just written."""
    if not issued:
        return
    deposit_all([pk for _, _, pk in issued], now=now)
    owed.appointments_fixed({(draft.claimant_id, draft.advisor_id) for draft, _, _ in issued}, now=now)
    if fixed := [draft.claimant_id for draft, _, _ in issued if draft.kind == Kind.REFRAMING]:
        wishing.met(fixed, now)
    deadlines.schedule(planned for draft, _, pk in issued for planned in _deadlines_of(draft, pk, now))
    _journal(issued, known, by=by, now=now)
    _say(issued, now=now)
    _have_called(issued, known, now=now)


def _journal(issued: Sequence[_Issued], known: Mapping[int, Person], *, by: Actor, now: datetime) -> None:
    journal.record_all(
        (
            Line(
                deeds.ISSUED,
                file_id=draft.claimant_id,
                subject_id=pk,
                data={
                    "ref": to_text("CV", number),
                    "what": Kind(draft.kind).label,
                    "when": full_datetime(draft.starts_at, known[draft.claimant_id].territory.zone),
                },
            )
            for draft, number, pk in issued
        ),
        by=by,
        now=now,
    )


def _say(issued: Sequence[_Issued], *, now: datetime) -> None:
    outbox.enqueue(
        (
            outbox.Owed(
                deeds.MAIL_CONVOCATION
                if draft.bindingness == Bindingness.CONVOCATION
                else deeds.MAIL_INVITATION,
                draft.claimant_id,
                pk,
            )
            for draft, _, pk in issued
        ),
        now=now,
    )


def _have_called(issued: Sequence[_Issued], known: Mapping[int, Person], *, now: datetime) -> None:
    """Ask the advisors to call whom no e-mail reaches, in time for the notice."""
    floor = timedelta(hours=parameters.current().notice_floor_hours)
    CallTask.objects.bulk_create(
        CallTask(
            convocation_id=pk,
            claimant_id=draft.claimant_id,
            advisor_id=draft.advisor_id,
            reason=CallTask.Reason.NO_EMAIL,
            opened_at=now,
            due_at=max(now, draft.starts_at - floor),
        )
        for draft, _, pk in issued
        if not known[draft.claimant_id].by_email and draft.bindingness == Bindingness.CONVOCATION
    )


def _deadlines_of(draft: Draft, convocation_id: int, now: datetime) -> list[Planned]:
    """List what time will bring to one appointment; a late one gets only what is still ahead."""
    occurrence = int(draft.starts_at.timestamp())
    current = parameters.current()

    def planned(kind: int, due_at: datetime, step: int = 0) -> Planned:
        return Planned(kind, convocation_id, due_at, step, occurrence)

    rows = [
        planned(deeds.DUE_REMINDER, draft.starts_at - timedelta(hours=hours), step)
        for step, hours in enumerate(current.reminder_steps_hours, start=1)
    ]
    if draft.bindingness == Bindingness.CONVOCATION:
        rows.append(planned(deeds.DUE_UNREAD, draft.starts_at - timedelta(hours=current.unread_check_hours)))
    rows = [row for row in rows if row.due_at > now]
    if draft.bindingness == Bindingness.CONVOCATION:
        rows.append(planned(deeds.DUE_ENDED, draft.ends_at))
    else:
        rows.append(planned(deeds.DUE_INVITATION_EXPIRY, draft.starts_at))
    return rows
