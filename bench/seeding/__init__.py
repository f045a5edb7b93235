"""A large database, written set-based: each table by one statement, kept from run to run.

Everything is dated from the instant of seeding; `Scale.now` gives that instant back, and the bench sets the
product's clock there, so that a database seeded last week still has its appointments ahead.
"""

import hashlib
import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from bench.seeding import threads

HERE = Path(__file__).parent
PEOPLE_PER_ADVISOR = 150
SIGNED_IN = 1_000
BUSY = 10
# Rounds of appointments that only the busy advisors' people have.
AWAITING, ABSENT, UNREAD = 61, 62, 63
ADVISOR_BASE = 100_000_000
# Eight in each of thirteen regions.
DELEGATES = 104
# Each stands on the people alone, so that a part of the bench is seeded with what it looks at.
CHAPTERS = ("people", "appointments", "messages", "procedures")


@dataclass(frozen=True)
class Scale:
    """How large a database is, and the instant from which it is dated."""

    name: str
    claimants: int
    convocations: int
    now: datetime

    @property
    def database(self) -> str:
        return f"bench_{self.name}"

    @property
    def stride(self) -> int:
        """Every so many claimants one signs in: 1,000 people spread over all pages of all tables."""
        return self.claimants // SIGNED_IN

    @property
    def advisors(self) -> int:
        return -(-self.claimants // PEOPLE_PER_ADVISOR)

    @property
    def busy_stride(self) -> int:
        return self.advisors // BUSY

    def signed_in_claimants(self) -> list[int]:
        return [self.stride * number for number in range(1, SIGNED_IN + 1)]

    def busy_advisors(self) -> list[int]:
        """Those with 150 people and 400 open items."""
        return [ADVISOR_BASE + self.busy_stride * number for number in range(1, BUSY + 1)]


SIZES = {
    "tiny": (3_000, 75_000),
    "small": (20_000, 100_000),
    "middle": (200_000, 1_000_000),
    "full": (1_000_000, 5_000_000),
}


def seed(name: str, server: str, wanted: Iterable[str]) -> Scale:
    """Give a migrated database with these chapters written; what an earlier run wrote is kept.

    `server` is the address of the server's database «postgres». Migrating is the caller's: it needs Django.
    """
    with psycopg.connect(server, autocommit=True) as connection:
        now, written = _kept(connection, server, name)
        scale = Scale(name, *SIZES[name], now=now or datetime.now(UTC).replace(microsecond=0))
        missing = [chapter for chapter in CHAPTERS if chapter in {"people", *wanted} - written]
        if missing:
            print(f"Seeding {name}: {', '.join(missing)} of {scale.claimants:,} claimants …", flush=True)
            _fast(connection, on=True)
            try:
                for chapter in missing:
                    _fill(address(server, scale.database), scale, chapter)
            finally:
                _fast(connection, on=False)
    return scale


def address(server: str, database: str) -> str:
    """The address of another database of the same server."""
    return re.sub(r"/[^/?]+(\?|$)", rf"/{database}\1", server, count=1)


def fingerprint() -> str:
    """Digest of what seeding writes: a database of another seeding is not kept."""
    files = [*sorted(HERE.glob("*.sql")), *sorted(HERE.glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def prepare(name: str, server: str) -> str:
    """Create the database unless one of the same seeding stands; its address."""
    database = f"bench_{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if exists and _kept(connection, server, name)[0]:
            return address(server, database)
        if exists:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {database}")
    return address(server, database)


def _kept(connection: psycopg.Connection, server: str, name: str) -> tuple[datetime | None, set[str]]:
    """The instant an earlier run dated its rows from, and the chapters it finished."""
    database = f"bench_{name}"
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        return None, set()
    with psycopg.connect(address(server, database)) as inside:
        chapters = """SELECT 1 FROM information_schema.columns
            WHERE table_name = 'bench_seed' AND column_name = 'chapter'"""
        if not inside.execute(chapters).fetchone():
            return None, set()
        rows = inside.execute(
            "SELECT chapter, now FROM bench_seed WHERE fingerprint = %s", [fingerprint()]
        ).fetchall()
    return (rows[0][1].astimezone(UTC) if rows else None), {row[0] for row in rows}


def _fast(connection: psycopg.Connection, *, on: bool) -> None:
    """While seeding, nothing needs to survive a crash; afterwards the server is careful again."""
    for name, value in (("fsync", "off"), ("full_page_writes", "off"), ("max_wal_size", "'8GB'")):
        connection.execute(f"ALTER SYSTEM SET {name} = {value}" if on else f"ALTER SYSTEM RESET {name}")
    connection.execute("SELECT pg_reload_conf()")
    if not on:
        connection.execute("CHECKPOINT")


def _fill(database: str, scale: Scale, chapter: str) -> None:
    values = _values(scale)
    started = time.monotonic()
    if chapter == "people":
        _run(database, ["people"], values)
    elif chapter == "appointments":
        _appointments(database, scale, values)
    elif chapter == "procedures":
        _run(database, ["procedures"], values)
    else:
        threads.write(database, scale, SIGNED_IN, values, lambda *what: _run(*what, quiet=True))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_seed (chapter text, fingerprint text, now timestamptz, seconds int)"
        )
        connection.execute(
            "INSERT INTO bench_seed VALUES (%s, %s, %s, %s)",
            [chapter, fingerprint(), scale.now, time.monotonic() - started],
        )
    print(f"  {time.monotonic() - started:6.0f} s  {chapter} in all", flush=True)


def _appointments(database: str, scale: Scale, values: dict[str, str]) -> None:
    started = time.monotonic()
    for k in _rounds(scale):
        _run(database, ["convocations"], values | k, quiet=True)
    print(f"  {time.monotonic() - started:6.0f} s  convocations", flush=True)
    _run(database, ["absences", "calls"], values)
    with ThreadPoolExecutor(2) as both:
        list(
            both.map(
                lambda names: _run(database, names, values), (["deadlines", "mails"], ["evidence", "journal"])
            )
        )
    with psycopg.connect(database, autocommit=True) as connection:
        _verify(connection)
        # Where the seeded rows end is not where it was (`bench.work`).
        connection.execute("DROP TABLE IF EXISTS bench_mark")


def _run(database: str, names: list[str], values: dict[str, str], *, quiet: bool = False) -> None:
    for name in names:
        started = time.monotonic()
        text = re.sub(
            r"(?<!:):([a-z_]+)\b", lambda found: values[found[1]], (HERE / f"{name}.sql").read_text()
        )
        with psycopg.connect(database) as connection:
            # Foreign keys are right by construction and the ledger's summary is written with its row;
            # CHECK and exclusion constraints hold as ever.
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET synchronous_commit = off")
            connection.execute("SET work_mem = '256MB'")
            connection.execute(text)
        if not quiet:
            print(f"  {time.monotonic() - started:6.0f} s  {name}", flush=True)


def _values(scale: Scale) -> dict[str, str]:
    others = scale.convocations - SIGNED_IN * 60 - BUSY * 260
    each, rest = divmod(others, scale.claimants - SIGNED_IN)
    numbers = {
        "claimants": scale.claimants,
        "advisors": scale.advisors,
        "agencies": -(-scale.advisors // 25),
        "advisor_base": ADVISOR_BASE,
        "stride": scale.stride,
        "busy_stride": scale.busy_stride,
        "busy_rest": ADVISOR_BASE % scale.busy_stride,
        "each": each,
        "more": round(1_000 * rest / (scale.claimants - SIGNED_IN)),
        "awaiting": AWAITING,
        "absent": ABSENT,
        "unread": UNREAD,
        "delegates": DELEGATES,
    }
    days = ", ".join(f"date '{day}'" for day in workdays(scale.now.date(), 30))
    return {name: str(number) for name, number in numbers.items()} | {
        "now": f"'{scale.now.isoformat()}'",
        "today": f"'{scale.now.date()}'",
        "workdays": f"ARRAY[{days}]",
    }


def workdays(today: date, number: int) -> list[date]:
    days = (today + timedelta(days=ahead) for ahead in range(1, 3 * number))
    return [day for day in days if day.isoweekday() < 6][:number]


def _rounds(scale: Scale) -> Iterator[dict[str, str]]:
    """The rounds, oldest first; past the common ones only the people who sign in have any."""
    common = -(-scale.convocations // scale.claimants) + 1
    everybody = {"first": "1::bigint", "pace": "1"}
    few = {"first": f"{scale.stride}::bigint", "pace": str(scale.stride)}
    for k in range(60, 0, -1):
        yield {"k": str(k)} | (everybody if k <= common else few)
    for k in (AWAITING, ABSENT, UNREAD):
        yield {"k": str(k)} | everybody


# What the product's triggers would have refused, had they watched.
_NEVER = {
    "an absence that was not validly notified": """
        SELECT count(*) FROM convocations_convocation AS c WHERE state = 'ABSENT' AND NOT (
            EXISTS (SELECT 1 FROM convocations_deliveryevidence WHERE convocation_id = c.id
                    AND fact = 'DEPOSITED' AND at <= c.notice_deadline)
            AND EXISTS (SELECT 1 FROM convocations_deliveryevidence WHERE convocation_id = c.id
                    AND fact = 'CONSULTED' AND at < c.starts_at))""",
    "a claimant without account or advisor": """
        SELECT count(*) FROM accounts_claimant AS c LEFT JOIN accounts_user AS u ON u.id = c.user_id
        LEFT JOIN accounts_advisor AS a ON a.user_id = c.advisor_id WHERE u.id IS NULL OR a.user_id IS NULL""",
    "a justificatif of somebody else's document": """
        SELECT count(*) FROM convocations_justificatif AS j JOIN core_document AS d ON d.id = document_id
        WHERE d.owner_id <> j.claimant_id""",
}


def _verify(connection: psycopg.Connection) -> None:
    for what, query in _NEVER.items():
        row = connection.execute(query).fetchone()
        if row is None or row[0]:
            raise SystemExit(f"Seeding wrote {what} ({row}).")
