"""Kill everything at random while work falls due and people click; then count what happened."""

import logging
import os
import random
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from tests.faults.portal import Portal, Visitor
from tests.faults.seed import ABSENCES, APPOINTMENTS

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("KILLS", "30"))


# Through the week of the reminders by hours, then by days until the last absence has closed.
LEAPS = [timedelta()] + [timedelta(hours=8)] * 23 + [timedelta(days=4)] * 9


class Striker(threading.Thread):
    """Somebody who kills something every few seconds, without looking."""

    def __init__(self, portal: Portal, draw: random.Random) -> None:
        super().__init__(daemon=True)
        self.portal, self.draw = portal, draw
        self.failure: Exception | None = None
        self.slowest = 0.0
        self.struck, self.leave = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            for _ in range(KILLS):
                before = self.portal.last_tick()
                self.portal.strike(self.draw)
                struck = time.monotonic()
                # Work has resumed when the clock's next tick has run to its end; then any moment will do.
                resumed = self.portal.wait(lambda seen=before: self.portal.last_tick() != seen, 90)
                assert resumed, self.portal.kills
                self.slowest = max(self.slowest, time.monotonic() - struck)
                time.sleep(2 * self.draw.random())
        except Exception as failure:
            self.failure = failure
        self.struck.set()
        # What a thread started dies with it (PR_SET_PDEATHSIG): stay until everything has been counted.
        self.leave.wait()


class Clickers(threading.Thread):
    """People who open their convocation and acknowledge it, whatever falls over meanwhile."""

    def __init__(self, portal: Portal, people: list) -> None:
        super().__init__(daemon=True)
        self.portal, self.people = portal, list(people)
        self.promised: list[int] = []
        self.answers: Counter[int] = Counter()
        self.enough = threading.Event()

    def run(self) -> None:
        while self.people and not self.enough.is_set():
            user_id, ref, pk = self.people[-1]
            visitor = Visitor(self.portal.address)
            if not visitor.enter(user_id):
                # Nobody answers: as a person would, wait a little and try again.
                time.sleep(0.5)
                continue
            self.people.pop()
            path = f"/espace/convocations/{ref}/"
            self.answers[visitor.get(path)[0]] += 1
            status, page = visitor.post(f"{path}accuser-reception/")
            self.answers[status] += 1
            if status == 200 and "vous avez confirmé la réception" in page:
                self.promised.append(pk)


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with Portal(tmp_path_factory.mktemp("faults")) as portal:
        yield portal


def test_nothing_is_lost_or_done_twice_when_everything_is_killed(portal):
    draw = random.Random(int(os.environ.get("SEED", random.randrange(10**6))))
    seeded = portal.run("tests.faults.seed")
    portal.start_services()
    clickers = Clickers(portal, seeded["people"])
    clickers.start()
    striker = Striker(portal, draw)
    striker.start()
    for leap in LEAPS:
        # Now and then the clock also steps back an hour.
        portal.move_clock(leap - timedelta(hours=draw.choice([0, 0, 0, 1])))
        caught_up = portal.wait(lambda: striker.failure or nothing_due(portal), 180)
        assert striker.failure is None, striker.failure
        assert caught_up, pending(portal)
    assert striker.struck.wait(KILLS * 20)
    assert striker.failure is None, striker.failure
    assert len(portal.kills) == KILLS
    clickers.enough.set()
    clickers.join(60)
    portal.move_clock(timedelta(days=3))
    print(f"kills: {dict(Counter(portal.kills))}; slowest recovery {striker.slowest:.1f} s")
    print(f"answers: {dict(clickers.answers)}; promised: {len(clickers.promised)}")

    assert portal.wait(lambda: nothing_pending(portal), 240), pending(portal)
    every_deadline_had_its_effect_once(portal)
    every_mail_is_in_the_books_once_and_at_the_sink(portal)
    nothing_promised_is_lost(portal, clickers.promised)
    assert portal.manage("verify_journal")
    striker.leave.set()


def nothing_due(portal) -> bool:
    """Say whether the workers have caught up with the clock as it stands."""
    (row,) = portal.sql(
        """
        SELECT (SELECT count(*) FROM core_deadline WHERE state = 0 AND run_at <= now() + %s),
               (SELECT count(*) FROM messaging_outboxmessage WHERE state = 0 AND run_at <= now() + %s)
        """,
        portal.offset,
        portal.offset,
    )
    return row == (0, 0)


def nothing_pending(portal) -> bool:
    return pending(portal) == (0, 0)


def pending(portal) -> tuple[int, int]:
    """Deadlines due and mails owed that nobody has worked yet."""
    (row,) = portal.sql(
        """
        SELECT (SELECT count(*) FROM core_deadline WHERE state IN (0, 5) AND due_at < now() + interval '30 days'),
               (SELECT count(*) FROM messaging_outboxmessage WHERE state = 0)
        """
    )
    return row


def every_deadline_had_its_effect_once(portal) -> None:
    count = portal.number
    assert count("SELECT count(*) FROM core_deadline WHERE state = 5") == 0
    # Every absence ended in its person's favour, told once in the journal and once by mail.
    assert count("SELECT count(*) FROM convocations_absence WHERE state = 'CLOSED_NO_ACTION'") == ABSENCES
    for code in (123, 125, 126):
        told = "SELECT count(*), count(DISTINCT subject_id) FROM core_journalentry WHERE code = %s"
        assert portal.sql(told, code) == [(ABSENCES, ABSENCES)], code
    assert count("SELECT count(*) FROM messaging_outboxmessage WHERE kind = 123") == ABSENCES
    # Every coming appointment ended on its advisor's list, late in the end; none became an absence.
    waiting = """
        SELECT count(*) FROM convocations_convocation
        WHERE state = 'AWAITING_STATUS' AND record_escalated_at IS NOT NULL
    """
    assert count(waiting) == APPOINTMENTS
    assert count("SELECT count(*) FROM convocations_convocation WHERE state = 'ABSENT'") == ABSENCES
    # Each reminder step was worked once: a mail owed, or closed as too late or moot, never both.
    reminders = """
        SELECT count(*) FROM core_deadline AS d
        LEFT JOIN messaging_outboxmessage AS m
          ON m.kind = 102 AND m.subject_id = d.subject_id AND m.step = d.step AND m.occurrence = d.occurrence
        WHERE d.kind = 100 AND (d.state = 1) <> (m.id IS NOT NULL)
    """
    assert count(reminders) == 0
    calls = """
        SELECT count(*) FROM core_deadline AS d
        LEFT JOIN convocations_calltask AS c ON c.convocation_id = d.subject_id AND c.reason = 'UNREAD'
        WHERE d.kind = 101 AND d.state = 1 AND c.id IS NULL
    """
    assert count(calls) == 0


def every_mail_is_in_the_books_once_and_at_the_sink(portal) -> None:
    copies = portal.sink.box.copies()
    extra = sum(number - 1 for number in copies.values())
    accepted = portal.number("SELECT count(*) FROM messaging_outboxmessage WHERE state = 1")
    print(f"mails accepted: {accepted}, at the sink: {len(copies)}, extra copies: {extra}, kills: {KILLS}")
    assert portal.number("SELECT count(*) FROM messaging_outboxmessage WHERE state IN (3, 4)") == 0
    assert accepted == len(copies)
    # The test is about mails that left: most reminders and unread notices did, in time.
    reminded = "SELECT count(*) FROM messaging_outboxmessage WHERE state = 1 AND kind IN (102, 103)"
    assert portal.number(reminded) > APPOINTMENTS / 2
    assert extra <= KILLS
    # What the server took is evidence, once a mail.
    (row,) = portal.sql(
        """
        SELECT (SELECT count(*) FROM messaging_outboxmessage WHERE state = 1 AND kind IN (100, 101, 102, 103)),
               (SELECT count(*) FROM convocations_deliveryevidence WHERE fact = 'EMAIL_ACCEPTED')
        """
    )
    assert row[0] == row[1]


def nothing_promised_is_lost(portal, promised: list[int]) -> None:
    assert promised, "nobody could acknowledge anything: the promise was not tried"
    kept = portal.number(
        "SELECT count(*) FROM convocations_deliveryevidence WHERE fact = 'ACKNOWLEDGED' AND convocation_id = ANY(%s)",
        promised,
    )
    assert kept == len(promised)
