"""The outbox: our one sender against a bare smtplib loop that finds its mails already written.

The sink is a process of its own on this machine: aiosmtpd, which keeps each mail as a file. It needs about as
long for a mail as the sender, so each way is told with the share of the time the sink was busy: a loop that
waits for each answer leaves both idle in turn, a sender that writes the next mail meanwhile does not.
"""

import json
import shutil
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from bench import report, work  # noqa: E402
from bench.measuring import Row, cpu_seconds, short, spread, timed  # noqa: E402
from convocations import deeds  # noqa: E402
from messaging import emails  # noqa: E402
from messaging.delivery.rendering import Letter, letter, message_id  # noqa: E402
from messaging.delivery.sender import send_due  # noqa: E402
from messaging.emails import Row as MailRow  # noqa: E402
from portal import standing  # noqa: E402

MAILS = 20_000
# Each way sends a part in turn, so that what disturbs the machine disturbs both.
PARTS = 5
GREETED_AFTER = 0.1
CALLS = 60
FOLDER = Path(settings.BASE_DIR) / "var" / "bench" / "mails"


def main(into: Path) -> None:
    # As a worker's process does when it begins.
    standing.leave_alone()
    work.remove_leftovers()
    first, last = work.write_appointments(MAILS)
    try:
        rows = against_one_connection(first) + against_a_connection_each(first)
    finally:
        work.remove_work(first, last, appointments=True)
    report.say(rows)
    into.write_text(json.dumps({"rows": [row.as_json() for row in rows], "ticks": {}}, indent=1))


@dataclass
class Sink:
    port: int
    process: subprocess.Popen[bytes]

    def received(self) -> int:
        return sum(1 for _ in FOLDER.glob("*.eml"))


@contextmanager
def sink(greeting: float = 0.0) -> Iterator[Sink]:
    """A mail server of its own, by process, that greets after so many seconds."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    port_file = FOLDER / "port"
    options = ["--dir", str(FOLDER), "--port-file", str(port_file), "--greeting", str(greeting)]
    process = subprocess.Popen([sys.executable, "-m", "stack", "mailsink", *options])
    try:
        while not port_file.exists():
            time.sleep(0.05)
        port = int(port_file.read_text())
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield Sink(port, process)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(FOLDER, ignore_errors=True)


def against_one_connection(first: int) -> list[Row]:
    """20,000 mails by our sender, from the rows; and the same mails, ready made, by smtplib."""
    part = MAILS // PARTS
    ours: list[float] = []
    bare: list[float] = []
    busy: dict[str, list[float]] = {"ours": [], "bare": []}
    with sink() as server:
        for start in range(first, first + MAILS, part):
            ready = _letters(start, start + part - 1)
            with _busy(server, busy["bare"]), timed(bare):
                _loop(server.port, ready)
            _owe(start, start + part - 1)
            with _busy(server, busy["ours"]), timed(ours):
                sent = _send(part)
            if sent != part:
                raise SystemExit(f"The bench itself is wrong: {sent} mails sent.")
        if server.received() != 2 * MAILS:
            raise SystemExit(f"The bench itself is wrong: {server.received()} mails arrived.")
    us, loop = (spread(part / seconds for seconds in way) for way in (ours, bare))
    shares = [f"{round(100 * sum(busy[way]) / len(busy[way]))} %" for way in ("ours", "bare")]
    return [
        Row("outbox: 20,000 mails, one sender", f"{us} mails/s", f"bare smtplib, ready mails {loop} mails/s",
            us.median / loop.median, 0.9, lower=False,
            note=f"sink busy {shares[0]} of the time, {shares[1]} with the loop")
    ]  # fmt: skip


def against_a_connection_each(first: int) -> list[Row]:
    """A server that greets after 100 ms: our sender calls it once, the usual loop once a mail."""
    number = MAILS // PARTS
    with sink(GREETED_AFTER) as server:
        ready = _letters(first, first + CALLS - 1)
        each: list[float] = []
        for one in ready:
            with timed(each):
                _loop(server.port, [one])
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM messaging_outboxmessage WHERE kind = %s AND subject_id BETWEEN %s AND %s",
                [deeds.MAIL_REMINDER, first, first + number - 1],
            )
        _owe(first, first + number - 1)
        ours: list[float] = []
        with timed(ours):
            _send(number)
    rate, calls = number / ours[0], 1 / spread(each).median
    return [
        Row("outbox: server greets after 100 ms", f"{rate:,.0f} mails/s", f"a connection a mail {short(calls)} mails/s",
            rate / calls, 40, lower=False)
    ]  # fmt: skip


@contextmanager
def _busy(server: Sink, into: list[float]) -> Iterator[None]:
    started, used = time.perf_counter(), cpu_seconds([server.process.pid])
    yield
    into.append((cpu_seconds([server.process.pid]) - used) / (time.perf_counter() - started))


def _owe(first: int, last: int) -> None:
    """Owe the reminder of these appointments."""
    now = work.scale().now
    work.execute(
        """
        INSERT INTO messaging_outboxmessage (kind, person_id, subject_id, occurrence, step, channel, state, created_at,
            run_at, attempts, last_error)
        SELECT %s, claimant_id, id, extract(epoch FROM starts_at)::bigint, 1, 1, 0, %s, %s, 0, ''
        FROM convocations_convocation WHERE id BETWEEN %s AND %s ORDER BY id
        """,
        deeds.MAIL_REMINDER,
        now,
        now,
        first,
        last,
    )


def _send(number: int) -> int:
    sent, now = 0, work.scale().now
    while sent < number:
        # The clock goes on a little with each round: nothing set back may end the count.
        now += timedelta(seconds=1)
        settled, more = send_due(lambda at=now: at, seconds=600)
        sent += settled
        if not more:
            break
    return sent


def _letters(first: int, last: int) -> list[Letter]:
    """The very mails the outbox would send, written beforehand."""
    now = work.scale().now
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, claimant_id, extract(epoch FROM starts_at)::bigint, email FROM convocations_convocation AS c
            JOIN accounts_user ON accounts_user.id = claimant_id WHERE c.id BETWEEN %s AND %s ORDER BY c.id
            """,
            [first, last],
        )
        found = cursor.fetchall()
    kind = emails.kind(deeds.MAIL_REMINDER)
    assert kind is not None
    rows = [MailRow(pk, person, pk, occurrence, 1, None) for pk, person, occurrence, _ in found]
    addresses = {pk: email for pk, _, _, email in found}
    words = kind.compose(rows, now)
    return [
        letter(words[row.id], to=addresses[row.id], message_id=message_id(row.id, now), now=now)
        for row in rows
    ]


def _loop(port: int, ready: Sequence[Letter]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for one in ready:
            server.sendmail(one.sender, [one.recipient], one.content)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]))
