"""The sender: leases messages, speaks to the mail server, hands each yes to the books before the next text leaves.

Killed at any instant it leaves at most one mail whose fate is unknown: the one in hand, sent again later
under the same Message-ID. A yes that was handed over is written down whether its sender lives or not, so
nobody waits for the disk: the next mail is on offer meanwhile. No row is locked while the server is spoken to.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic

from django.conf import settings
from django.db import connection

from messaging.delivery import books, hints
from messaging.delivery.books import Leased, Refusal
from messaging.delivery.composing import Composed, compose
from messaging.delivery.rendering import Letter, NoSuchAddress, letter, message_id
from messaging.delivery.wire import AddressRefused, Dropped, Line, NotNow, Unreachable
from messaging.posting import writing

log = logging.getLogger(__name__)

BATCH = 200
# Seconds between two looks at the clock's other duties: the lease is renewed, the books are settled.
RENEW_EVERY = 10.0
SETTLE_EVERY = 1.0
# A worker's process goes to other jobs after so many seconds, whatever is left.
SECONDS_AT_A_TIME = 8.0
# So many mails in a row that the server could not take are its trouble, not theirs: the rest waits untouched.
PATIENCE = 10

Clock = Callable[[], datetime]
Written = tuple[Leased, Letter]


def tick(clock: Clock) -> tuple[int, bool]:
    """Send for some seconds, unless enough senders are at work; ask for another round when more waits."""
    with _slot() as free:
        if not free:
            return 0, False
        settled, more = send_due(clock, seconds=SECONDS_AT_A_TIME)
    if more:
        hints.hint()
    return settled, more


@contextmanager
def _slot() -> Iterator[bool]:
    """One of the few places at the counter: a slow server must not take every worker.

    An advisory lock of this database session: gone the moment its holder is killed.
    """
    with connection.cursor() as cursor:
        for place in range(settings.OUTBOX_SENDERS):
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('outbox sender'), %s)", [place])
            if cursor.fetchone()[0]:
                break
        else:
            yield False
            return
    try:
        yield True
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('outbox sender'), %s)", [place])


def send_due(clock: Clock, *, seconds: float = 20.0) -> tuple[int, bool]:
    """Send whatever is due for so many seconds; how many were settled, and whether more can be done now.

    Two senders at once take different rows.
    """
    end, settled = monotonic() + seconds, 0
    post = Post()
    try:
        while monotonic() < end:
            batch = Batch(clock, post, end)
            settled += batch.work()
            if batch.in_trouble or (not batch.full and monotonic() < end):
                return settled, False
        return settled, True
    finally:
        post.close()


class Post:
    """The one conversation with the server, begun when there is a mail and begun anew when it drops."""

    def __init__(self) -> None:
        self._line: Line | None = None
        # Whether this very conversation has already carried a mail.
        self.proven = False

    def line(self) -> Line:
        if self._line is None:
            self._line, self.proven = Line(), False
        return self._line

    @property
    def offered(self) -> bool:
        """Whether a mail was offered whose text is still with us."""
        return self._line is not None and self._line.offered is not None

    def withdraw(self) -> None:
        """Send nothing of what was offered: the server forgets it with the conversation."""
        if self.offered:
            self.close()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class Batch:
    """Some messages in hand, from the lease to the books."""

    def __init__(self, clock: Clock, post: Post, end: float) -> None:
        self._clock, self._post, self._end = clock, post, end
        rows, token = books.lease(clock(), most=BATCH)
        self._rows, self._token = rows, token
        self.full = len(rows) == BATCH
        self.in_trouble = False
        self._settled = 0
        self._open = {each.row.id for each in rows}
        self._unmarked: tuple[int, datetime] | None = None
        self._marker, self._marking = books.Marker(), False
        self._accepted: list[int] = []
        self._refused: list[Refusal] = []
        self._unwritten: list[tuple[Leased, str]] = []
        self._failures = 0
        self._looked = self._kept = monotonic()

    def work(self) -> int:
        """Bring each message to its end or back into the queue; how many were settled."""
        if not self._rows or self._token is None:
            return 0
        try:
            self._accepted = [each.row.id for each in self._rows if each.accepted_at]
            now = self._clock()
            composed = compose([each for each in self._rows if not each.accepted_at], now)
            # Letters just owed beside e-mails are due now.
            self.full |= composed.owed_beside > 0
            self._settled += books.close_moot(composed.moot, now)
            self._settled += books.close_withheld(composed.withheld, now)
            self._settled += self._to_paper(composed, now)
            self._open -= composed.moot.keys() | composed.withheld.keys()
            self._unwritten += composed.failed
            self._send(composed)
        finally:
            self._mark()
            books.insist(self._settle)
            books.release(self._open, self._token)
        return self._settled

    def _to_paper(self, composed: Composed, now: datetime) -> int:
        """Settle by a letter what no e-mail brings; what can't be written is tried again later."""
        owed = [writing.Paper(each.row, each.kind, words) for each, words in composed.letters]
        written, failed = writing.write(owed, now)
        leased = {each.row.id: each for each, _ in composed.letters}
        self._open -= leased.keys() - failed.keys()
        self._unwritten += [(leased[row_id], reason) for row_id, reason in failed.items()]
        return written

    # --- speaking with the server ---

    def _send(self, composed: Composed) -> None:
        letters = self._letters(composed)
        current: Written | None = next(letters, None)
        upcoming: Written | None = next(letters, None)
        while current and self._still_ours() and not self.in_trouble:
            while upcoming and upcoming[0].row.id not in self._open:
                upcoming = next(letters, None)
            if current[0].row.id not in self._open:
                # Another sender took it meanwhile.
                self._post.withdraw()
                current, upcoming = upcoming, next(letters, None)
            elif monotonic() < self._end or self._post.offered:
                later = self._hand_over(current, upcoming, letters)
                current, upcoming = upcoming, later
            else:
                break
        self._post.withdraw()

    def _hand_over(
        self, current: Written, upcoming: Written | None, letters: Iterator[Written]
    ) -> Written | None:
        """Give one mail to the server and offer the next; one more is written while the server takes this one in."""
        leased, mail = current
        later, told = None, False
        try:
            line = self._post.line()
            line.offer(mail)
            # The last mail's yes is with the database before this one's text leaves.
            self._begin_mark()
            line.permission()
            told = True
            line.text(upcoming[1] if upcoming and monotonic() < self._end else None)
            later = next(letters, None)
            line.verdict()
        except Unreachable as error:
            log.error("the mail server can't be reached: %s", error)
            self.in_trouble = True
        except AddressRefused as refusal:
            self._refused.append(Refusal(leased.row.id, mail.recipient, str(refusal)))
            self._open.discard(leased.row.id)
            self._failures = 0
        except NotNow as trouble:
            self._fail(leased, str(trouble))
        except Dropped as trouble:
            self._post.close()
            if not told and self._post.proven:
                # Tired of us, or restarted, between two mails: no fault of this one. Once; then it counts.
                return self._hand_over(current, upcoming, letters)
            self._fail(leased, str(trouble))
        else:
            self._post.proven = True
            self._mark()
            self._unmarked = (leased.row.id, self._clock())
            self._failures = 0
        return later or next(letters, None)

    def _fail(self, leased: Leased, words: str) -> None:
        self._unwritten.append((leased, words))
        self._failures += 1
        if self._failures >= PATIENCE:
            log.error("the mail server took none of %s mails in a row; the others wait", PATIENCE)
            self.in_trouble = True

    def _letters(self, composed: Composed) -> Iterator[Written]:
        """The mails ready for the wire, each written when it is asked for; no query here."""
        now = self._clock()
        for leased, words, address in composed.mails:
            try:
                identity = message_id(leased.row.id, leased.created_at)
                yield leased, letter(words, to=address, message_id=identity, now=now, row_id=leased.row.id)
            except NoSuchAddress:
                self._refused.append(Refusal(leased.row.id, address, "adresse inutilisable"))
                self._open.discard(leased.row.id)
            except Exception as error:
                log.exception("message %s of kind %s can't be rendered", leased.row.id, leased.kind)
                self._unwritten.append((leased, f"{type(error).__name__}: {error}"))
                self._open.discard(leased.row.id)

    # --- writing it down ---

    def _begin_mark(self) -> None:
        if self._unmarked is not None and not self._marking:
            self._marking = self._marker.begin(*self._unmarked)
            if not self._marking:
                self._mark()

    def _mark(self) -> None:
        if self._unmarked is None:
            return
        begun, self._marking = self._marking, False
        message_id, at = self._unmarked
        if not (begun and self._marker.finish()):
            books.insist(lambda: books.mark_accepted(message_id, at))
        self._accepted.append(message_id)
        self._open.discard(message_id)
        self._unmarked = None

    def _settle(self) -> None:
        now = self._clock()
        self._settled += books.settle(self._accepted, self._refused, now)
        self._accepted, self._refused = [], []
        while self._unwritten:
            leased, words = self._unwritten[-1]
            books.set_back(leased, words, now)
            self._open.discard(leased.row.id)
            self._unwritten.pop()

    def _still_ours(self) -> bool:
        """Settle and renew now and then; False when nothing is left in hand."""
        seen = monotonic()
        if seen - self._looked > SETTLE_EVERY:
            self._mark()
            books.insist(self._settle)
            self._looked = seen
        if seen - self._kept > RENEW_EVERY and self._token is not None:
            self._mark()
            self._open, self._token = books.renew(self._open, self._token)
            self._kept = seen
        return bool(self._open)
