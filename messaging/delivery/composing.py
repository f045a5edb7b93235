"""Which of the messages in hand still have a purpose, and their words."""

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from accounts.models import NoticeGroup, Way, routes
from messaging import emails
from messaging.delivery import books
from messaging.delivery.books import Leased, database_is_gone
from messaging.emails import Kind, Mail, Overtaken, Row, Words
from messaging.models import OutboxMessage

log = logging.getLogger(__name__)

NO_LONGER = "plus d’actualité"
CLOSED = "compte inactif"
NO_ADDRESS = "pas d’adresse e-mail"
BY_LETTER = "joint par courrier"
BOUNCED = "adresse qui a refusé nos e-mails"
UNWANTED = "la personne le lit dans son espace"
NO_POSTAL = "pas d’adresse postale"
LETTER = OutboxMessage.Channel.LETTER


@dataclass(slots=True)
class Composed:
    """What a batch has become: mails to send in order, letters, what is moot or withheld, what failed, and why."""

    mails: list[tuple[Leased, Mail, str]] = field(default_factory=list)
    letters: list[tuple[Leased, Words]] = field(default_factory=list)
    # What goes on paper: the person's choice, or their e-mail address does not work.
    by_post: set[int] = field(default_factory=set)
    moot: dict[int, str] = field(default_factory=dict)
    withheld: dict[int, str] = field(default_factory=dict)
    failed: list[tuple[Leased, str]] = field(default_factory=list)
    # How many letters are newly owed beside the e-mails of people who want both.
    owed_beside: int = 0


def compose(leased: Sequence[Leased], now: datetime) -> Composed:
    """Compose a batch, set-based: a query for the people, one for letters beside, then each kind's own handful."""
    outcome = Composed()
    by_kind: dict[int, list[Leased]] = defaultdict(list)
    addresses = _reachable(leased, outcome, now)
    closed = outcome.moot.keys() | outcome.withheld.keys()
    for each in leased:
        if each.row.id not in closed:
            by_kind[each.kind].append(each)
    said: dict[int, Mail | Overtaken] = {}
    failed: dict[int, str] = {}
    for number, rows in by_kind.items():
        kind = emails.kind(number)
        if kind is None:
            failed |= {each.row.id: f"no composer for kind {number}" for each in rows}
        else:
            ask(kind, [each.row for each in rows], now, said, failed)
    for each in leased:
        words = said.get(each.row.id)
        if each.row.id in failed:
            outcome.failed.append((each, failed[each.row.id]))
        elif isinstance(words, Mail) and each.row.id in outcome.by_post:
            _write_letter(each, words, outcome)
        elif isinstance(words, Mail):
            outcome.mails.append((each, words, addresses[each.row.id]))
        elif each.row.id not in outcome.withheld:
            outcome.moot.setdefault(each.row.id, words.reason if words else NO_LONGER)
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


def ask(
    kind: Kind,
    rows: Sequence[Row],
    now: datetime,
    said: dict[int, Mail | Overtaken],
    failed: dict[int, str],
) -> None:
    """Ask the composer for all; if that fails, for halves, until the row that poisons them stands alone."""
    try:
        with transaction.atomic():
            said.update(kind.compose(rows, now))
    except Exception as error:
        if database_is_gone(error):
            raise
        if len(rows) == 1:
            log.exception("message %s of kind %s can't be composed", rows[0].id, kind.name)
            failed[rows[0].id] = f"{type(error).__name__}: {error}"
            return
        middle = len(rows) // 2
        ask(kind, rows[:middle], now, said, failed)
        ask(kind, rows[middle:], now, said, failed)


@dataclass(frozen=True, slots=True)
class _Person:
    """Where somebody can be written to, and how they want to be told each group of notices."""

    address: str
    active: bool
    stopped: bool
    postal: bool
    ways: dict[str, str]

    @property
    def no_email(self) -> str:
        """Say why no e-mail reaches them; nothing when one does."""
        if not self.address:
            return NO_ADDRESS
        return BOUNCED if self.stopped else ""


_WAYS = ", ".join(f"coalesce({group.value}, 'EMAIL')" for group in NoticeGroup)


def _people(ids: Collection[int]) -> dict[int, _Person]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT accounts_user.id, coalesce(email, ''), is_active,
                   email_bounced_at IS NOT NULL OR stopped.id IS NOT NULL,
                   coalesce(street <> '' AND postcode <> '' AND city <> '', false), {_WAYS}
            FROM accounts_user LEFT JOIN accounts_claimant ON user_id = accounts_user.id
            LEFT JOIN messaging_stoppedaddress AS stopped
                ON stopped.address = lower(email) AND stopped.state = 'STOPPED'
            WHERE accounts_user.id = ANY(%s)
            """,
            [list(ids)],
        )
        return {
            pk: _Person(address, active, stopped, postal, dict(zip(NoticeGroup.values, ways, strict=True)))
            for pk, address, active, stopped, postal, *ways in cursor.fetchall()
        }


def _reachable(leased: Sequence[Leased], outcome: Composed, now: datetime) -> dict[int, str]:
    """The address of each message's person; who can't or doesn't want to be reached is left out."""
    people = _people({each.row.person_id for each in leased})
    postable = [each.row.id for each in leased if (kind := emails.kind(each.kind)) and kind.by_post]
    beside = books.with_a_letter(postable) if postable else set()
    both: list[int] = []
    addresses = {}
    for each in leased:
        person, kind = people[each.row.person_id], emails.kind(each.kind)
        addresses[each.row.id] = person.address
        if kind is not None and kind.on_request:
            continue
        if not person.active:
            outcome.moot[each.row.id] = CLOSED
        elif each.channel == LETTER or each.row.id in beside:
            _one_of_two(each, person, outcome)
        else:
            _alone(each, kind, person, outcome, both)
    if both:
        outcome.owed_beside = books.owe_letters_beside(both, now)
    return addresses


def _alone(each: Leased, kind: Kind | None, person: _Person, outcome: Composed, both: list[int]) -> None:
    """Choose the way of a message that stands for all ways: by e-mail, or by the letter that settles it."""
    way = person.ways[kind.group.value] if kind and kind.group else Way.EMAIL
    by_post = kind is not None and kind.by_post
    real = routes(way, email_works=not person.no_email, letter_works=by_post and person.postal)
    if way == Way.SPACE:
        outcome.moot[each.row.id] = UNWANTED
    elif way == Way.LETTER and not by_post:
        # It has no words on paper, and an e-mail is not wanted: a call is owed where it matters.
        outcome.moot[each.row.id] = BY_LETTER
    elif real.email and real.letter:
        both.append(each.row.id)
    elif real.letter:
        outcome.by_post.add(each.row.id)
    elif not real.email:
        _nothing_works(each, person, outcome, NO_POSTAL if by_post else person.no_email)


def _one_of_two(each: Leased, person: _Person, outcome: Composed) -> None:
    """Keep an e-mail and the letter beside it each to its own way, whatever was chosen since: never two letters."""
    if each.channel == LETTER:
        if person.postal:
            outcome.by_post.add(each.row.id)
        else:
            outcome.moot[each.row.id] = NO_POSTAL
    elif person.no_email and person.postal:
        outcome.moot[each.row.id] = person.no_email
    elif person.no_email:
        _nothing_works(each, person, outcome, person.no_email)


def _nothing_works(each: Leased, person: _Person, outcome: Composed, why: str) -> None:
    """Close what has no way at all; an address that is stopped is evidence, and asks for a call."""
    if person.no_email == BOUNCED:
        outcome.withheld[each.row.id] = BOUNCED
    else:
        outcome.moot[each.row.id] = why
