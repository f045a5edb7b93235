"""The people about to be convoked, carried from page to page, and what each would receive."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from accounts.access import people_for
from accounts.models import Advisor, Claimant
from convocations.hours import slots
from convocations.hours.conflicts import conflict_sentences
from convocations.hours.slots import Wanted
from convocations.models import Modality
from convocations.scheduling.drafts import Draft, people, why_not
from convocations.scheduling.from_csv import Broken, Line, Reading
from convocations.told import manners
from portal.core.transitions import Refusal
from portal.core.working_time import NonexistentLocalTime, local_instant

_SALT = "convocations.selection"
_LASTS = 4 * 3600
UNKNOWN = "Cette personne n’est pas dans votre portefeuille."
FULL = "Aucune heure libre n’a été trouvée dans les 60 jours. Choisissez une autre date de départ."


class ExpiredSelection(Refusal):
    sentence = "Cette page a expiré. Choisissez de nouveau les personnes."


@dataclass(frozen=True, slots=True)
class Entry:
    """One person chosen; `starts_at` once an hour is fixed, texts when a file gave its own."""

    claimant_id: int
    line: int = 0
    starts_at: datetime | None = None
    minutes: int = 0
    purpose: str = ""
    to_bring: str = ""


@dataclass(frozen=True, slots=True)
class Previewed:
    """One line of the preview: what the person would receive, or why not."""

    entry: Entry
    name: str
    ref: str
    when: str = ""
    refused: str = ""


def sealed(advisor: Advisor, entries: Sequence[Entry]) -> str:
    """Write the entries so that a form can carry them and nobody change them."""
    rows = [
        [
            e.claimant_id,
            e.line,
            e.starts_at.isoformat() if e.starts_at else "",
            e.minutes,
            e.purpose,
            e.to_bring,
        ]
        for e in entries
    ]
    return signing.dumps([advisor.pk, rows], salt=_SALT, compress=True)


def unsealed(advisor: Advisor, text: str) -> list[Entry]:
    """Read them back; raises `ExpiredSelection` when it is another's, too old, or changed."""
    try:
        owner, rows = signing.loads(text, salt=_SALT, max_age=_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        raise ExpiredSelection from None
    if owner != advisor.pk:
        raise ExpiredSelection
    return [
        Entry(pk, line, datetime.fromisoformat(at) if at else None, minutes, purpose, to_bring)
        for pk, line, at, minutes, purpose, to_bring in rows
    ]


def from_file(
    advisor: Advisor, reading: Reading, common: dict[str, Any], now: datetime
) -> tuple[list[Entry], list[Broken]]:
    """Find the people of a file and the hours it fixes; what cannot be is a broken line with its sentence."""
    found = {
        str(person.ref): person
        for person in people_for(advisor, now, ref__in=[x.ref for x in reading.lines]).values()
    }
    zone = advisor.agency.place.zone
    entries, broken = [], list(reading.broken)
    for line in reading.lines:
        person = found.get(line.ref)
        try:
            if person is None:
                raise Refusal(UNKNOWN)
            start = _own_hour(line, common, zone)
        except Refusal as refusal:
            broken.append(Broken(line.number, refusal.sentence))
            continue
        entries.append(Entry(person.pk, line.number, start, line.minutes or 0, line.purpose, line.to_bring))
    return entries, sorted(broken, key=lambda one: one.number)


def _own_hour(line: Line, common: dict[str, Any], zone: Any) -> datetime | None:
    if line.day is None and line.at is None:
        return None
    try:
        return local_instant(line.day or common["day"], line.at or common["at"], zone)
    except NonexistentLocalTime:
        raise
    except (OverflowError, ValueError):
        raise Refusal("Cette date est trop loin.") from None


def preview(
    advisor: Advisor, entries: Sequence[Entry], common: dict[str, Any], now: datetime
) -> list[Previewed]:
    """Say for each person what they would receive and when, or why not; a handful of queries for all."""
    persons = people_for(advisor, now, pk__in=[entry.claimant_id for entry in entries])
    known = [entry for entry in entries if entry.claimant_id in persons]
    fixed = _with_hours(advisor, known, common)
    drafts = {id(e): draft(e, persons[e.claimant_id], advisor, common) for e, _ in fixed if e.starts_at}
    needed = people({draft.claimant_id for draft in drafts.values()})
    taken = [drafts[id(e)] for e, is_taken in fixed if is_taken]
    in_the_way = conflict_sentences(taken, now=now) if taken else {}
    lines = [Previewed(e, "", "", refused=UNKNOWN) for e in entries if e.claimant_id not in persons]
    for entry, is_taken in fixed:
        person = persons[entry.claimant_id]
        mine = drafts.get(id(entry))
        if mine is None:
            lines.append(Previewed(entry, str(person), str(person.ref), refused=FULL))
            continue
        refused = why_not(mine, needed.get(entry.claimant_id), now)
        if not refused and is_taken:
            refused = in_the_way[id(mine)]
        when = manners.when(mine, person.agency.place.zone)
        lines.append(Previewed(entry, str(person), str(person.ref), when, refused))
    return lines


def _with_hours(
    advisor: Advisor, entries: Sequence[Entry], common: dict[str, Any]
) -> list[tuple[Entry, bool]]:
    """Fix the hour of each entry; one person alone gets the hour that was typed, open or not."""
    alone = len(entries) == 1
    length = common["minutes"]
    wanted = [
        Wanted(e.claimant_id, e.minutes or length, e.starts_at or (common["starts_at"] if alone else None))
        for e in entries
    ]
    own_hour = slots.needs_own_hour(common["kind"], common["modality"])
    found = slots.plan(
        wanted,
        advisor=advisor,
        first=common["starts_at"],
        own_hour=own_hour,
        modality=common["modality"],
        kind=common["kind"],
    )
    return [
        (replace(entry, starts_at=slot.starts_at, minutes=one.minutes), slot.taken)
        for entry, one, slot in zip(entries, wanted, found, strict=True)
    ]


def draft(entry: Entry, person: Claimant, advisor: Advisor, common: dict[str, Any]) -> Draft:
    """Write one entry as the appointment to issue; its hour is fixed by then."""
    assert entry.starts_at is not None
    return Draft(
        claimant_id=person.pk,
        advisor_id=advisor.pk,
        bindingness=common["bindingness"],
        kind=common["kind"],
        modality=common["modality"],
        starts_at=entry.starts_at,
        ends_at=common["ends_at"]
        if common["modality"] == Modality.ASYNC_MESSAGE
        else entry.starts_at + timedelta(minutes=entry.minutes or common["minutes"]),
        purpose=entry.purpose or common["purpose"],
        place=common["place"] or manners.default_place(person, common["modality"]),
        to_bring=entry.to_bring or common["to_bring"],
        short_notice_agreed=common["short_notice_agreed"],
    )
