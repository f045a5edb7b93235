"""Which of the messages in hand still have a purpose, and their words."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from messaging import emails
from messaging.delivery.books import Leased, database_is_gone
from messaging.emails import Kind, Mail, Row, Words

log = logging.getLogger(__name__)

NO_LONGER = "plus d’actualité"
CLOSED = "compte inactif"
NO_ADDRESS = "pas d’adresse e-mail"
BY_LETTER = "joint par courrier"
BOUNCED = "adresse qui a refusé nos e-mails"
UNWANTED = "rappels par e-mail arrêtés par la personne"
# A letter goes instead of the e-mail then, where there is an address to post it to.
POSTABLE = frozenset({NO_ADDRESS, BY_LETTER, BOUNCED})
NO_POSTAL = "pas d’adresse postale"


@dataclass(slots=True)
class Composed:
    """What a batch has become: mails to send in order, letters, what is moot or withheld, what failed, and why."""

    mails: list[tuple[Leased, Mail, str]] = field(default_factory=list)
    letters: list[tuple[Leased, Words]] = field(default_factory=list)
    # Whom no e-mail reaches, and a letter does.
    by_post: set[int] = field(default_factory=set)
    moot: dict[int, str] = field(default_factory=dict)
    withheld: dict[int, str] = field(default_factory=dict)
    failed: list[tuple[Leased, str]] = field(default_factory=list)


def compose(leased: Sequence[Leased], now: datetime) -> Composed:
    """Compose a batch, set-based: one query for the people, then each kind's own handful."""
    outcome = Composed()
    by_kind: dict[int, list[Leased]] = defaultdict(list)
    addresses = _reachable(leased, outcome)
    closed = outcome.moot.keys() | outcome.withheld.keys()
    for each in leased:
        if each.row.id not in closed:
            by_kind[each.kind].append(each)
    words: dict[int, Mail] = {}
    for number, rows in by_kind.items():
        kind = emails.kind(number)
        if kind is None:
            outcome.failed += [(each, f"no composer for kind {number}") for each in rows]
        else:
            _compose_kind(kind, rows, now, words, outcome)
    failed = {each.row.id for each, _ in outcome.failed}
    for each in leased:
        if each.row.id in words and each.row.id in outcome.by_post:
            _write_letter(each, words[each.row.id], outcome)
        elif each.row.id in words:
            outcome.mails.append((each, words[each.row.id], addresses[each.row.id]))
        elif each.row.id not in failed and each.row.id not in outcome.withheld:
            outcome.moot.setdefault(each.row.id, NO_LONGER)
    return outcome


def _write_letter(leased: Leased, mail: Mail, outcome: Composed) -> None:
    """Ask the mail for its words on paper; one that has none is a failure of its own."""
    try:
        if mail.letter is None:
            raise LookupError("no letter in the mail")
        outcome.letters.append((leased, mail.letter()))
    except Exception as error:
        if database_is_gone(error):
            raise
        log.exception("message %s of kind %s has no letter", leased.row.id, leased.kind)
        outcome.failed.append((leased, f"{type(error).__name__}: {error}"))


def _compose_kind(
    kind: Kind, rows: Sequence[Leased], now: datetime, words: dict[int, Mail], outcome: Composed
) -> None:
    """Ask the composer for all; if that fails, for halves, until the row that poisons them stands alone."""
    asked: list[Row] = [each.row for each in rows]
    try:
        with transaction.atomic():
            words.update(kind.compose(asked, now))
    except Exception as error:
        if database_is_gone(error):
            raise
        if len(rows) == 1:
            log.exception("message %s of kind %s can't be composed", rows[0].row.id, kind.name)
            outcome.failed.append((rows[0], f"{type(error).__name__}: {error}"))
            return
        middle = len(rows) // 2
        _compose_kind(kind, rows[:middle], now, words, outcome)
        _compose_kind(kind, rows[middle:], now, words, outcome)


def _reachable(leased: Sequence[Leased], outcome: Composed) -> dict[int, str]:
    """The address of each message's person; who can't or doesn't want to be reached is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT accounts_user.id, coalesce(email, ''), is_active, coalesce(prefers_letters, false),
                   email_bounced_at IS NOT NULL OR stopped.id IS NOT NULL, coalesce(reminders_by_email, true),
                   coalesce(street <> '' AND postcode <> '' AND city <> '', false)
            FROM accounts_user LEFT JOIN accounts_claimant ON user_id = accounts_user.id
            LEFT JOIN messaging_stoppedaddress AS stopped
                ON stopped.address = lower(email) AND stopped.state = 'STOPPED'
            WHERE accounts_user.id = ANY(%s)
            """,
            [list({each.row.person_id for each in leased})],
        )
        people = {each[0]: each[1:] for each in cursor.fetchall()}
    addresses = {}
    for each in leased:
        kind = emails.kind(each.kind)
        address, *about, postal = people[each.row.person_id]
        addresses[each.row.id] = address
        reason = None if kind and kind.on_request else _why_not(address, *about, kind=kind)
        goes_by_post = reason in POSTABLE and kind is not None and kind.by_post
        if goes_by_post and postal:
            outcome.by_post.add(each.row.id)
        elif reason == BOUNCED:
            outcome.withheld[each.row.id] = reason
        elif reason:
            outcome.moot[each.row.id] = NO_POSTAL if goes_by_post else reason
    return addresses


def _why_not(
    address: str, active: bool, by_letter: bool, bounced: bool, reminders: bool, *, kind: Kind | None
) -> str | None:
    if not active:
        return CLOSED
    if by_letter:
        return BY_LETTER
    if not address:
        return NO_ADDRESS
    if bounced:
        return BOUNCED
    if kind and kind.optional and not reminders:
        return UNWANTED
    return None
