"""The pages: what a request costs on the product's own server, beside the same template from memory.

Processor time is read from /proc around each run of requests: the server's processes and the PostgreSQL
backends that serve them. Rows are interleaved, five rounds; every row is told as median and range.
"""

import json
import math
import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench import load, report, signed_in, weights, work  # noqa: E402
from bench.load import Asked  # noqa: E402
from bench.measuring import Row, Spread, backends, children, cpu_seconds, short, spread  # noqa: E402
from stack.demo import PAGES  # noqa: E402

ROUNDS = 5
CONNECTIONS = 8
# Of so many people the references keep the page: one person's may be shorter than most.
KEPT = 40


@dataclass(frozen=True)
class Page:
    """One page of the product: who asks for it, and its bars."""

    name: str
    title: str
    asked: list[Asked]
    cost: float
    queries: int


@dataclass
class Measured:
    """One run of requests, per request: seconds of processor time, and how it went on the wire."""

    web: float
    database: float
    rate: float
    latencies: list[float]
    errors: int

    @property
    def cpu(self) -> float:
        return self.web + self.database


def main(into: Path) -> None:
    pages = _pages()
    references = _references(pages)
    _keep(pages)
    with server() as (port, pid):
        measured = measure(port, pid, pages, references)
        rows = [
            *_costs(pages, measured),
            *_rates(measured),
            *_waits(pages, measured),
            *weights.rows(port, pages),
        ]
    report.say(rows)
    ticks = {f"page {page.title}": spread(one.cpu for one in measured[page.name]).median for page in pages}
    into.write_text(json.dumps({"rows": [row.as_json() for row in rows], "ticks": ticks}, indent=1))


def tell_beside_memory(
    into: Path, pages: Sequence[Page], number: int, database: Mapping[str, float], more: Sequence[Row] = ()
) -> None:
    """Hold each page against its own template from memory, `number` requests a round, and write what was seen.

    `database` gives PostgreSQL's part in ms where a page's bar is not 2.
    """
    _keep(pages)
    with server() as (port, pid):
        beside = {
            f"{page.name} from memory": ([Asked(f"/bench/memory/{page.name}/")], number) for page in pages
        }
        measured = measure(port, pid, pages, beside, number)
    rows = [
        *(row for page in pages for row in _beside_memory(page, measured, database.get(page.name, 2.0))),
        *more,
    ]
    report.say(rows)
    ticks = {page.title: spread(one.cpu for one in measured[page.name]).median for page in pages}
    into.write_text(json.dumps({"rows": [row.as_json() for row in rows], "ticks": ticks}, indent=1))


def _keep(pages: Sequence[Page]) -> None:
    """Tell the references which people's pages they keep."""
    for page in pages:
        kept = page.asked[:: max(1, len(page.asked) // KEPT)]
        os.environ[f"BENCH_PAGE_{page.name}"] = json.dumps([[one.path, one.session] for one in kept])


def _beside_memory(page: Page, measured: dict[str, list[Measured]], database: float) -> list[Row]:
    ours = milliseconds([one.cpu for one in measured[page.name]])
    bare = milliseconds([one.cpu for one in measured[f"{page.name} from memory"]])
    asked = milliseconds([one.database for one in measured[page.name]])
    number = queries(page)
    return [
        Row(page.title, f"{ours} ms CPU", f"template from memory {bare} ms", ours.median / bare.median, page.cost),
        Row(f"{page.title}: queries", str(number), "–", number, page.queries, unit=""),
        Row(f"{page.title}: PostgreSQL CPU", f"{asked} ms", "–", asked.median, database, unit=" ms"),
    ]  # fmt: skip


# --- who asks for what --------------------------------------------------------------


def _pages() -> list[Page]:
    scale = work.scale()
    people = scale.signed_in_claimants()
    keys = dict(zip(people, signed_in.sign_in(people), strict=True))
    advisors = signed_in.sign_in(scale.busy_advisors())
    details = [
        Asked(f"/espace/convocations/{ref}/", keys[person])
        for person, ref in _an_appointment_each(people).items()
    ]
    return [
        Page("home", "/espace/", [Asked("/espace/", key) for key in keys.values()], 1.5, 8),
        Page("list", "/espace/convocations/ (50 rows)",
             [Asked("/espace/convocations/?vue=passes", key) for key in keys.values()], 1.8, 8),
        Page("detail", "/espace/convocations/CV-…/", details, 1.8, 8),
        Page("desk", "/conseiller/", [Asked("/conseiller/", key) for key in advisors], 2, 14),
    ]  # fmt: skip


def _an_appointment_each(people: Sequence[int]) -> dict[int, str]:
    """One appointment of each person, already read: the first reading writes, and comes once."""
    from convocations.models import Convocation

    found = Convocation.objects.filter(claimant_id__in=people, read_at__isnull=False).order_by(
        "claimant_id", "id"
    )
    return dict(found.distinct("claimant_id").values_list("claimant_id", "ref"))


def _references(pages: Sequence[Page]) -> dict[str, tuple[list[Asked], int]]:
    """The references: what is asked, and how often a round."""
    (admin,) = signed_in.sign_in([signed_in.administrator()])
    found = {f"{page.name} from memory": ([Asked(f"/bench/memory/{page.name}/")], 300) for page in pages}
    found |= {f"{page.name} with statements": ([Asked(f"/bench/asked/{page.name}/")], 300) for page in pages}
    found |= {f"{page.name} with dates": ([Asked(f"/bench/dated/{page.name}/")], 300) for page in pages}
    found |= {
        f"{page.name} signed in": (
            [Asked(f"/bench/signed-in/{page.name}/", one.session) for one in page.asked],
            300,
        )
        for page in pages
    }
    found["admin"] = ([Asked("/bench/admin/convocations/convocation/", admin)], 12)
    if settings.HAS_POSTMAN:
        _write_messages()
        readers = [Asked("/bench/messages/inbox/", one.session) for one in pages[0].asked]
        found["postman"] = (readers, 60)
    return found


def _write_messages() -> None:
    """As many messages as there are appointments, to the same people; fifty for each who signs in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM postman_message)")
        if cursor.fetchone()[0]:
            return
        scale = work.scale()
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            """
            INSERT INTO postman_message (subject, body, sender_id, recipient_id, email, sent_at, sender_archived,
                recipient_archived, moderation_status, moderation_reason)
            SELECT 'Votre rendez-vous du ' || (%s::date - n * 7), 'Bonjour', 100000001 + (i - 1) / 150, i, '',
                   %s::timestamptz - interval '1 day' * (n * 7), false, false, 'a', ''
            FROM generate_series(1, %s) AS n, generate_series(1, %s) AS i
            WHERE n <= CASE WHEN i %% %s = 0 THEN 50 ELSE %s END
            """,
            [scale.now, scale.now, 50, scale.claimants, scale.stride,
             round((scale.convocations - 50_000) / scale.claimants)],
        )  # fmt: skip
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM (ANALYZE) postman_message")


# --- the server ---------------------------------------------------------------------


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server() -> Iterator[tuple[int, int]]:
    """The product's server as the demo starts it: granian, two processes, eight threads each for pages."""
    port = free_port()
    command = [sys.executable, "-m", "granian", *PAGES, "--port", str(port), "portal.rsgi:application"]
    log = (Path(settings.BASE_DIR) / "var" / "bench" / "server.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            if load.run(port, [Asked("/healthz")], 1, connections=1).latencies:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start: var/bench/server.log says why.")


# --- measuring ----------------------------------------------------------------------


def measure(
    port: int,
    pid: int,
    pages: Sequence[Page],
    references: dict[str, tuple[list[Asked], int]],
    number: int = 400,
) -> dict[str, list[Measured]]:
    runs = {page.name: (page.asked, number) for page in pages} | references
    meter = _Meter(pid)
    for name, (asked, number) in runs.items():
        served = load.run(port, asked, number, connections=CONNECTIONS)
        if served.errors:
            raise SystemExit(
                f"{name}: {served.errors} of {number} answers were not 200; see var/bench/server.log."
            )
    measured: dict[str, list[Measured]] = defaultdict(list)
    offset = 0
    for _ in range(ROUNDS):
        # That a person is there is noted once a minute: whether a round meets one minute or two is no measure.
        signed_in.sign_in_again()
        for name, (asked, number) in runs.items():
            measured[name].append(meter.run(port, asked[offset:] + asked[:offset], number))
        offset = (offset + 200) % 1_000
    return measured


class _Meter:
    """Processor time of the server and of its PostgreSQL backends around a run of requests."""

    def __init__(self, server: int) -> None:
        self._server = server
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), current_database()")
            self._own, self._database = cursor.fetchone()
        self._postmaster = int(Path(f"/proc/{self._own}/stat").read_text().rpartition(")")[2].split()[1])

    def _now(self) -> tuple[float, dict[int, float]]:
        web = cpu_seconds([self._server, *children(self._server)])
        pids = [pid for pid in backends(self._postmaster, self._database) if pid != self._own]
        return web, {pid: cpu_seconds([pid]) for pid in pids}

    def run(self, port: int, asked: Sequence[Asked], number: int) -> Measured:
        web, database = self._now()
        served = load.run(port, asked, number, connections=CONNECTIONS)
        web_after, database_after = self._now()
        used = sum(seconds - database.get(pid, 0.0) for pid, seconds in database_after.items())
        return Measured(
            (web_after - web) / number, used / number, number / served.wall, served.latencies, served.errors
        )


def milliseconds(values: Sequence[float]) -> Spread:
    return spread(1_000 * value for value in values)


def _costs(pages: Sequence[Page], measured: dict[str, list[Measured]]) -> list[Row]:
    rows = []
    for page in pages:
        ours = milliseconds([one.cpu for one in measured[page.name]])
        bare = milliseconds([one.cpu for one in measured[f"{page.name} from memory"]])
        rows.append(Row(page.title, f"{ours} ms CPU", f"template from memory {bare} ms",
                        ours.median / bare.median, page.cost))  # fmt: skip
        dated = milliseconds([one.cpu for one in measured[f"{page.name} with dates"]])
        rows.append(Row(f"{page.title}: Django’s dates", f"{ours} ms CPU",
                        f"the same, dates by Django’s filter {dated} ms",
                        ours.median / dated.median, page.cost))  # fmt: skip
        known = milliseconds([one.cpu for one in measured[f"{page.name} signed in"]])
        rows.append(Row(f"{page.title}: beside signing in", f"{ours} ms CPU", f"the same, signed in {known} ms",
                        ours.median / known.median, page.cost))  # fmt: skip
        least = milliseconds([one.cpu for one in measured[f"{page.name} with statements"]])
        rows.append(Row(f"{page.title}: beside its statements", f"{ours} ms CPU",
                        f"the same, its statements asked by the driver {least} ms", ours.median / least.median,
                        page.cost))  # fmt: skip
        rows.append(Row(f"{page.title}: the least it can cost", f"{least} ms CPU", f"template from memory {bare} ms",
                        least.median / bare.median, None))  # fmt: skip
        asked = queries(page)
        rows.append(Row(f"{page.title}: queries", str(asked), "–", asked, page.queries, unit=""))
        database = milliseconds([one.database for one in measured[page.name]])
        rows.append(
            Row(f"{page.title}: PostgreSQL CPU", f"{database} ms", "–", database.median, 2, unit=" ms")
        )
    return rows


def queries(page: Page) -> int:
    """The most queries a request of this page makes, over some people."""
    most = 0
    for asked in page.asked[:: max(1, len(page.asked) // 10)]:
        client = Client(headers={"host": "127.0.0.1"})
        client.cookies["session"] = asked.session
        client.get(asked.path)
        with CaptureQueriesContext(connection) as captured:
            client.get(asked.path)
        most = max(most, len(captured))
    return most


def _rates(measured: dict[str, list[Measured]]) -> list[Row]:
    rows = []
    for page, title in (("list", "/espace/convocations/"), ("desk", "/conseiller/")):
        ours = spread(one.rate for one in measured[page])
        for reference, words, bar in (
            ("admin", "Django admin’s list", 40),
            ("postman", "django-postman’s inbox", 5),
        ):
            if reference not in measured:
                rows.append(
                    Row(f"{title}: requests/s", f"{ours}", f"{words}: not installed", None, bar, lower=False)
                )
                continue
            theirs = spread(one.rate for one in measured[reference])
            rows.append(Row(f"{title}: requests/s", f"{ours} /s", f"{words} {theirs} /s",
                            ours.median / theirs.median, bar, lower=False))  # fmt: skip
    return rows


def _waits(pages: Sequence[Page], measured: dict[str, list[Measured]]) -> list[Row]:
    rows = []
    for page in pages:
        latencies = sorted(1_000 * each for one in measured[page.name] for each in one.latencies)
        errors = sum(one.errors for one in measured[page.name])
        p50, p99 = latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.99)]
        # An error is no answer at all: with one, the row is not met however quick the others were.
        rows.append(Row(f"{page.title}: p99 at {CONNECTIONS} connections", f"{short(p99)} ms", f"p50 {short(p50)} ms",
                        math.inf if errors else p99 / p50, 4, note=f"{errors} errors"))  # fmt: skip
    return rows


if __name__ == "__main__":
    main(Path(sys.argv[1]))
