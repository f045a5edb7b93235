"""Call back the letters that tell what is no longer so, before they are printed.

The rule is the one that lets an e-mail go: the kind's composer, asked again. What follows from the event (an
appointment cancelled, moved) is owed as a letter of its own and goes in any case: the person may have read of
the first in their space, or heard of it at the counter.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from messaging import deeds, emails
from messaging.delivery import composing
from messaging.emails import Mail, Overtaken, Row
from messaging.models import Letter
from messaging.states import LetterState
from portal.core import journal
from portal.core.journal import PORTAL, Line


def call_back_overtaken(letters: Sequence[Letter], now: datetime) -> set[int]:
    """Take what has lost its purpose out of these waiting letters, which the caller holds; which are called back.

    A letter about which nobody can say goes: it is better told twice than never.
    """
    reasons = _overtaken(letters, now)
    by_reason: dict[str, list[int]] = defaultdict(list)
    for letter_id, reason in reasons.items():
        by_reason[reason].append(letter_id)
    for reason, ids in by_reason.items():
        Letter.objects.filter(pk__in=ids).move_all(
            LetterState.CALLED_BACK, called_back_at=now, called_back_for=reason
        )
    journal.record_all(
        [_line(letter, reasons[letter.pk]) for letter in letters if letter.pk in reasons], by=PORTAL, now=now
    )
    return set(reasons)


def _overtaken(letters: Sequence[Letter], now: datetime) -> Mapping[int, str]:
    by_kind: dict[int, list[Row]] = defaultdict(list)
    for letter in letters:
        row = Row(letter.pk, letter.claimant_id, letter.subject_id, letter.occurrence, letter.step, None)
        by_kind[letter.kind].append(row)
    reasons: dict[int, str] = {}
    for number, rows in by_kind.items():
        kind = emails.kind(number)
        if kind is None:
            continue
        said: dict[int, Mail | Overtaken] = {}
        failed: dict[int, str] = {}
        composing.ask(kind, rows, now, said, failed)
        for row in rows:
            words = said.get(row.id)
            if isinstance(words, Overtaken):
                reasons[row.id] = words.reason
            elif words is None and row.id not in failed:
                reasons[row.id] = composing.NO_LONGER
    return reasons


def _line(letter: Letter, reason: str) -> Line:
    kind = emails.kind(letter.kind)
    data = {"ref": str(letter.ref), "what": kind.label if kind else "lettre", "reason": reason}
    return Line(deeds.LETTER_CALLED_BACK, file_id=letter.claimant_id, subject_id=letter.pk, data=data)
