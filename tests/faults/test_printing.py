"""Kill the worker while it prints a day's letters: the batch is printed once, whole, and posted (docs/letters.md)."""

import io
import os
import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from celery import Celery

from portal.core.references import to_text
from portal.core.working_time import Territory, is_jour_ouvre
from tests.faults.portal import Portal, Visitor
from tests.faults.post import LETTERS
from tests.faults.strikes import strike
from tests.paper import text_of

pytestmark = pytest.mark.faults

SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
# Seconds after the printing began, of nearly two: before the first page, and in the midst of the pages.
MOMENTS = (0.0, 0.2, 0.5, 0.8)


@pytest.fixture
def post(tmp_path):
    with Portal(tmp_path) as portal:
        portal.move_clock(to_a_working_morning())
        seeded = portal.run("tests.faults.post")
        portal.start_services()
        yield portal, seeded["supervisor"]


def to_a_working_morning() -> timedelta:
    """How far ahead a working morning lies: batches are closed on one, from seven o’clock."""
    zone = Territory.METROPOLE.zone
    now = datetime.now(UTC).astimezone(zone)
    days = (now + timedelta(days=ahead) for ahead in range(1, 8))
    day = next(day for day in days if is_jour_ouvre(day.date(), Territory.METROPOLE))
    return day.replace(hour=9, minute=0) - now


def test_a_batch_whose_printer_is_killed_is_printed_once_and_posted(post, record_property):
    portal, supervisor = post
    print(f"Again: make faults SEED={SEED}")
    draw, began, kills = random.Random(SEED), time.monotonic(), 0
    count = portal.number
    assert portal.wait(lambda: count("SELECT count(*) FROM messaging_letter") == LETTERS, 120), "not written"
    hint(portal, "messaging.close_letters")
    for moment in MOMENTS:
        hint_until(portal, "messaging.print_letters", lambda: printing(portal))
        time.sleep(moment * draw.uniform(0.7, 1.3))
        strike(portal, "worker", away=draw.random() / 2)
        kills += 1
        assert files(portal) == []
    # The file lies in the store, the rows do not say so yet; or just do.
    hint_until(portal, "messaging.print_letters", lambda: files(portal), every=0.002)
    strike(portal, "worker", away=draw.random() / 2)
    kills += 1
    left = len(files(portal)) - len(kept(portal))
    hint_until(portal, "messaging.print_letters", lambda: kept(portal))
    # Whatever is hinted now, nothing is printed again.
    hint(portal, "messaging.print_letters")

    ((key, state),) = portal.sql("SELECT pdf_key, state FROM messaging_letterbatch")
    assert state == "PRINTED"
    sweep(portal)
    assert [str(file.relative_to(portal.folder / "documents")) for file in files(portal)] == [key]
    every_letter_is_in_the_file_once(portal, portal.folder / "documents" / key)

    posted_by_the_supervisor(portal, supervisor)
    took = time.monotonic() - began
    record_property(
        "figures", f"seed {SEED}, {kills} kills amid printing in {took:.0f} s, {left} files swept"
    )
    assert kills >= 5


def every_letter_is_in_the_file_once(portal: Portal, file: Path) -> None:
    rows = portal.sql(
        "SELECT ref, pages FROM messaging_letter WHERE state = 'BATCHED' AND batch_id IS NOT NULL ORDER BY id"
    )
    assert len(rows) == LETTERS
    place, found = 0, []
    with pikepdf.open(file) as pdf:
        for _, pages in rows:
            found += set(re.findall(r"LT-[0-9A-Z]{4}-[0-9A-Z]{4}", first_page(pdf, place)))
            place += pages + pages % 2
        assert place == len(pdf.pages)
    assert len(found) == len(set(found)) == LETTERS
    assert found == [to_text("LT", number) for number, _ in rows]


def first_page(pdf: pikepdf.Pdf, place: int) -> str:
    with pikepdf.new() as alone:
        alone.pages.append(pdf.pages[place])
        out = io.BytesIO()
        alone.save(out)
    return text_of(out.getvalue())


def posted_by_the_supervisor(portal: Portal, supervisor: int) -> None:
    """Post the batch on its page, twice: each letter is evidence once, and in the journal once."""
    visitor = Visitor(portal.address)
    assert portal.wait(lambda: visitor.enter(supervisor), 60)
    ((number, day),) = portal.sql("SELECT ref, day::text FROM messaging_letterbatch")
    path = f"/agence/courrier/lots/{to_text('LO', number)}/"
    assert visitor.get(path)[0] == 200
    status, page = visitor.post(path, day=day)
    assert (status, "le lot est posté" in page) == (200, True)
    visitor.post(path, day=day)
    for told in (
        "SELECT count(*), count(DISTINCT convocation_id) FROM convocations_deliveryevidence"
        " WHERE fact = 'LETTER_POSTED'",
        "SELECT count(*), count(DISTINCT subject_id) FROM core_journalentry WHERE code = 280",
        "SELECT count(*), count(DISTINCT message_id) FROM messaging_letter WHERE state = 'POSTED'",
    ):
        assert portal.sql(told) == [(LETTERS, LETTERS)], told
    assert portal.manage("verify_journal")


# --- what is seen from outside ---------------------------------------------------------


def printing(portal: Portal) -> bool:
    """Whether a worker holds the name of the row that is printed."""
    held = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid::bigint = %s"
    )
    (name,) = portal.sql("SELECT hashtext('slow deadline')::bigint & 4294967295")[0]
    return portal.number(held, name) > 0


def files(portal: Portal) -> list[Path]:
    return sorted(file for file in (portal.folder / "documents" / "letters").glob("*/*") if file.is_file())


def kept(portal: Portal) -> list[tuple]:
    return portal.sql("SELECT pdf_key FROM messaging_letterbatch WHERE pdf_key <> ''")


def hint(portal: Portal, task: str) -> None:
    """Say «look now», as beat does every quarter of a minute."""
    broker = portal.valkey.url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    with Celery(broker=broker) as app:
        app.send_task(task, expires=30)


def hint_until(portal: Portal, task: str, condition: Callable[[], object], every: float = 0.1) -> None:
    end, asked = time.monotonic() + 240, 0.0
    while time.monotonic() < end:
        if time.monotonic() - asked > 5:
            hint(portal, task)
            asked = time.monotonic()
        if condition():
            return
        time.sleep(every)
    due = portal.sql("SELECT state, attempts, last_error, run_at FROM core_deadline WHERE kind = 280")
    beats = portal.sql("SELECT name, at, detail FROM core_heartbeat ORDER BY at")
    raise AssertionError(f"{task} does not get there: {due}, {beats}")


def sweep(portal: Portal) -> None:
    """The nightly sweep, two nights later: it goes by the files' own dates."""
    for file in files(portal):
        os.utime(file, (time.time() - 2 * 86_400,) * 2)
    portal.manage("sweep_documents")
