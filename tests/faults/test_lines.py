"""Kill everything while people have their threads open and write: no word is missed for good (docs/live.md)."""

import logging
import os
import random
import time

import pytest

from tests.faults.lines import Line, Talkers, Thread
from tests.faults.pace import Pace
from tests.faults.portal import Portal, Visitor
from tests.faults.strikes import strike

pytestmark = pytest.mark.faults

SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
# The process that holds the lines falls most often; the one that writes, and all that both stand on, too.
DECK = ("live",) * 4 + ("web", "page", "worker", "emptied", "emptied", "postgres", "backend")
# In seconds divided by the pace of the machine, from the moment the killed thing was started again until every
# line has been told of every message written by then.
TOLD_WITHIN = 10


@pytest.fixture
def talk(tmp_path):
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with Portal(tmp_path) as portal, Pace(tmp_path) as pace:
        seeded = portal.run("tests.faults.talk")
        portal.start_services()
        assert portal.wait(lambda: Visitor(portal.address).get("/healthz")[0] == 200, 120)
        threads = [Thread(*row) for row in seeded["threads"]]
        lines = [Line(portal, thread, for_person=side) for thread in threads for side in (True, False)]
        talkers = Talkers(portal, threads, random.Random(SEED + 1))
        try:
            yield portal, pace, lines, talkers, seeded["elsewhere"]
        finally:
            talkers.leave()
            for line in lines:
                line.close()


def test_no_word_is_missed_for_good_when_everything_is_killed(talk, record_property):
    portal, pace, lines, talkers, elsewhere = talk
    print(f"Again: make faults SEED={SEED}")
    draw = random.Random(SEED)
    deck = draw.sample(DECK, len(DECK))
    for line in lines:
        line.open()
    assert portal.wait(lambda: all(line.told for line in lines), 60), "the lines do not open"
    talkers.start()
    living, kills, slowest, began = list(lines), [], 0.0, time.monotonic()
    lost: list[Line] = []

    def kill(target: str) -> float:
        """Kill one part; how long until every line still open has been told of all that was written by then."""
        kills.append(target)
        strike(portal, target, away=draw.random())
        started = time.monotonic()
        written = numbers(portal)
        told = portal.wait(lambda: all(line.told >= written[line.thread.pk] for line in living), 120)
        behind = [(line.thread.pk, line.told, written[line.thread.pk], line.answers) for line in living]
        assert told, (target, behind)
        now = time.monotonic()
        return (now - started) / pace.between(started, now)

    for number, target in enumerate(deck):
        time.sleep(draw.uniform(0.2, 1.2))
        slowest = max(slowest, kill(target))
        if number == len(deck) // 2:
            lost += lose(portal, lines, talkers, elsewhere)
            living = [line for line in lines if line not in lost]
            # Their lines are open still, for a minute at most; cut off, they come back to a door that is shut.
            slowest = max(slowest, kill("live"))
    assert portal.wait(lambda: all(line.shut_at for line in lost), 60), [one.answers for one in lost]

    shut = [len(line.heard) for line in lost]
    time.sleep(2)
    talkers.leave()
    written = numbers(portal)
    assert portal.wait(lambda: all(line.told == written[line.thread.pk] for line in living), 60)

    figures = (
        f"seed {SEED}, {len(kills)} kills in {time.monotonic() - began:.0f} s;"
        f" {len(talkers.promised)} messages promised, {sum(written.values())} written;"
        f" {len(lines)} lines opened {sum(line.opened for line in lines)} times,"
        f" slowest to be told of everything {slowest:.1f} s (divided by the pace of the machine)"
    )
    record_property("figures", figures)
    # Whoever lost their thread heard nothing after the door was shut, though people went on writing there.
    assert [len(line.heard) for line in lost] == shut
    for line in lost:
        assert line.shut_out, line.answers
        assert line.told < written[line.thread.pk]
    # Nobody else was ever sent away, and nobody was told of a message that then was none.
    for line in living:
        assert not line.shut_out, (line.thread, line.answers)
        told = [number for _, number in line.heard]
        assert told == sorted(told)
        assert line.resumed, line.thread
    every_message_is_there_once(portal, talkers)
    assert talkers.errors == []
    assert talkers.gave_up == []
    assert len(talkers.promised) > 2 * len(kills), talkers.answers
    assert slowest <= TOLD_WITHIN, figures


def lose(portal: Portal, lines: list[Line], talkers: Talkers, elsewhere: int) -> list[Line]:
    """One person moves to another agency: their advisor's line is nobody's. Another signs out in their browser."""
    moved = next(line for line in lines if not line.for_person)
    talkers.moved.add(moved.thread.pk)
    portal.run("tests.faults.talk", str(moved.thread.claimant_id), str(elsewhere))
    gone = next(line for line in lines if line.for_person and line.thread != moved.thread)
    assert portal.wait(lambda: gone.visitor.get("/espace/")[0] == 200, 60)
    assert gone.visitor.post("/deconnexion/")[0] == 200
    return [moved, gone]


def numbers(portal: Portal) -> dict[int, int]:
    """Read how far each thread has come; a PostgreSQL that has lost a backend may still answer once, then restart."""
    read: dict[int, int] = {}

    def answered() -> dict[int, int]:
        read.update(portal.sql("SELECT id, last_number FROM messaging_thread"))
        return read

    assert portal.wait(answered, 60), "no database"
    return read


def every_message_is_there_once(portal: Portal, talkers: Talkers) -> None:
    kept = portal.sql("SELECT body, thread_id, number FROM messaging_message ORDER BY thread_id, number")
    bodies = [body for body, _, _ in kept]
    assert len(bodies) == len(set(bodies))
    assert set(talkers.promised) <= {(body, thread_id) for body, thread_id, _ in kept}
    for thread_id, last in numbers(portal).items():
        assert [number for _, thread, number in kept if thread == thread_id] == list(range(1, last + 1))
    # Each was written with its journal, and each answer with its mail, or none of them was.
    (row,) = portal.sql(
        """
        SELECT (SELECT count(*) FROM core_journalentry WHERE code IN (200, 202)),
               (SELECT count(*) FROM messaging_message WHERE side = 'SERVICE'),
               (SELECT count(*) FROM messaging_outboxmessage WHERE kind = 200)
        """
    )
    assert row[0] == len(kept)
    assert row[1] == row[2]
    assert portal.manage("verify_journal")
