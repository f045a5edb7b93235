"""Open lines: 500 threads watched at once by one small process; a word to all of them, and what rest costs.

The reference is what the same 500 pages cost where nobody holds their line: each asks the pages' server
every quarter of a minute.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from accounts.models import Claimant  # noqa: E402
from bench import load, pages, report, signed_in, work  # noqa: E402
from bench.load import Asked  # noqa: E402
from bench.measuring import Row, children, cpu_seconds, peak_memory, short, spread  # noqa: E402
from messaging.live import hints  # noqa: E402
from messaging.models import Thread, Topic  # noqa: E402
from messaging.web.live import COME_BACK_MS  # noqa: E402
from stack.demo import LIVE  # noqa: E402

LINES = 500
WORDS = 5
# Each line is asked for its right about once in it.
REST_SECONDS = 60.0


def main(into: Path) -> None:
    people = work.scale().signed_in_claimants()[:LINES]
    sessions = signed_in.sign_in(people)
    threads = _threads(people)
    doors = [
        Asked(f"/espace/messages/{thread.ref}/direct/", key)
        for thread, key in zip(threads, sessions, strict=True)
    ]
    try:
        with _live() as (port, pid):
            heard, rest, memory = asyncio.run(_listen(port, pid, doors, [thread.pk for thread in threads]))
        polled = _polled(doors)
    finally:
        Thread.objects.filter(pk__in=[thread.pk for thread in threads]).delete()
    a_minute, asked = 60_000 * rest / REST_SECONDS, 60_000 * polled * LINES * 1_000 / COME_BACK_MS
    rows = [
        Row(f"a word to {LINES} open lines: until the last has it", f"{spread(heard)} ms", "", None, None,
            note="500 threads changed in one transaction"),
        Row(f"{LINES} open lines at rest, CPU a minute", f"{short(a_minute)} ms",
            f"the pages asking every {COME_BACK_MS // 1_000} s {short(asked)} ms", a_minute / asked, 0.5,
            note=f"{short(memory)} MB at most, one process"),
    ]  # fmt: skip
    report.say(rows)
    into.write_text(json.dumps({"rows": [row.as_json() for row in rows], "ticks": {}}, indent=1))


def _threads(people: list[int]) -> list[Thread]:
    now = work.scale().now
    rows = Claimant.objects.in_bulk(people)
    return Thread.objects.bulk_create(
        Thread(
            claimant_id=pk,
            advisor_id=rows[pk].advisor_id,
            agency_id=rows[pk].agency_id,
            topic=Topic.OTHER,
            subject="Une question",
            opened_at=now,
            last_at=now,
        )
        for pk in people
    )


@contextmanager
def _live() -> Iterator[tuple[int, int]]:
    port = pages.free_port()
    command = [sys.executable, "-m", "granian", *LIVE, "--port", str(port), "portal.live:application"]
    with (Path(settings.BASE_DIR) / "var" / "bench" / "live.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            pages.wait(port, server)
            yield port, server.pid
        finally:
            server.terminate()
            server.wait(20)


async def _listen(
    port: int, pid: int, doors: list[Asked], thread_ids: list[int]
) -> tuple[list[float], float, float]:
    """Open all lines, say five words to all of them, then let them rest: milliseconds, CPU seconds, MB."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in doors]
    for (_, writer), door in zip(lines, doors, strict=True):
        writer.write(door.as_bytes())
    await asyncio.gather(*(reader.readuntil(b"retry: 2000\n\n") for reader, _ in lines))
    # Each line is also told once where its thread stands.
    await asyncio.gather(*(reader.readuntil(b"event: change") for reader, _ in lines))
    await asyncio.sleep(3)
    heard = []
    for number in range(1, WORDS + 1):
        started = time.perf_counter()
        await asyncio.to_thread(_say, thread_ids, number)
        word = b"event: change\ndata: %d\n" % number
        await asyncio.gather(*(reader.readuntil(word) for reader, _ in lines))
        heard.append(1_000 * (time.perf_counter() - started))
    workers = [pid, *children(pid)]
    before = cpu_seconds(workers)
    await asyncio.sleep(REST_SECONDS)
    rest = cpu_seconds(workers) - before
    memory = max(peak_memory(worker) for worker in workers)
    for _, writer in lines:
        writer.close()
    return heard, rest, memory


def _say(thread_ids: list[int], number: int) -> None:
    try:
        with transaction.atomic():
            Thread.objects.filter(pk__in=thread_ids).update(last_number=F("last_number") + 1)
            assert Thread.objects.filter(pk__in=thread_ids, last_number=number).count() == len(thread_ids)
            for pk in thread_ids:
                hints.changed(pk)
    finally:
        connection.close()


def _polled(doors: list[Asked]) -> float:
    """Give the CPU seconds of one page that asks for itself."""
    with pages.server() as (port, pid):
        load.run(port, doors, len(doors))  # warm
        workers = [pid, *children(pid)]
        before = cpu_seconds(workers)
        load.run(port, doors, 2 * len(doors))
        return (cpu_seconds(workers) - before) / (2 * len(doors))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
