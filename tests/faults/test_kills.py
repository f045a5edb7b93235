"""Kill everything at random while work falls due and people click; then count what happened (docs/kills.md)."""

import logging
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
import pytest

from tests.faults import counting, procedures
from tests.faults.pace import Pace
from tests.faults.people import EARLY, Crowd
from tests.faults.portal import Portal, Visitor
from tests.faults.strikes import deck, strike

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("KILLS", "30"))
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))

# The bars of the project, in seconds divided by the pace of the machine (pace.py), from the moment the killed thing
# was started again. A row in a dead sender's hands waits for its lease first, whatever the machine.
RESUMED_WITHIN, LEASE, TAKEN_WITHIN = 10, 45, 15

# Where the clock stands, in hours: reminders of 7 days, the examination of the absences, reminders of 2 days
# and of 2 hours, the appointments, what the advisors leave undone, the absences that close.
HOURS = (
    *range(2, 15, 2),
    *(38, 62, 76, 98),
    *range(122, 136, 2),
    150,
    *range(168, 184, 2),
    *(day * 24 for day in (9, 10, 11, 12, 13, 14, 16, 20, 24, 26, 27, 28, 30, 44)),
)
# Before these the mails owed leave first: who is reminded too late is not reminded.
GATES = {122, 168}
A_BATCH = 200


@dataclass
class Siege:
    """One run: whom we killed when, how soon everything was back, and all that is needed to do it again."""

    portal: Portal
    pace: Pace
    crowd: Crowd
    draw: random.Random
    kills: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    steps_back: int = 0
    # Seconds as they passed, and divided by the pace of the machine meanwhile (pace.py).
    recoveries: list[tuple[float, float]] = field(default_factory=list)
    overdue: float = 0.0
    worst_overdue: float = 0.0
    began: float = field(default_factory=time.monotonic)
    restarted: float = field(default_factory=time.monotonic)

    def tell(self, what: str) -> None:
        hours = self.portal.offset.total_seconds() / 3600
        self.story.append(f"{time.monotonic() - self.began:6.1f} s, clock +{hours:.0f} h: {what}")

    # --- the clock ---

    def stand_at(self, hour: int) -> None:
        if hour in GATES:
            assert self.wait(lambda: mails_owed(self.portal) <= A_BATCH, 400), "the mails do not leave"
        self.portal.move_clock(timedelta(hours=hour) - self.portal.offset)

    def step_back(self) -> None:
        self.portal.move_clock(timedelta(hours=-1))
        self.steps_back += 1
        self.tell("the clock steps back an hour")

    # --- killing ---

    def kill(self, targets: list[str]) -> None:
        """Kill these, one soon after the other, and wait until everything works again."""
        self.crowd.trouble.set()
        for number, target in enumerate(targets):
            time.sleep(self.draw.uniform(0, 1.5) if number else 0)
            self.kills.append(target)
            self.tell(f"kill {len(self.kills)}, {target}")
            strike(self.portal, target, away=self.draw.random())
            self.restarted, instant = time.monotonic(), time.time()
        assert self.wait(lambda: resumed(self.portal, instant), 240), f"nothing resumes after {targets}"
        self.crowd.trouble.clear()
        now = time.monotonic()
        took = now - self.restarted
        self.recoveries.append((took, took / self.pace.between(self.restarted, now)))
        self.tell(f"back after {took:.1f} s")

    def wait(self, condition, seconds: float) -> bool:
        """Wait, with an eye on the rows in dead hands: how long after their lease nobody has taken them."""

        def watched() -> object:
            since = time.monotonic() - self.restarted
            overdue = min(since, lease_overdue(self.portal))
            if overdue > self.overdue:
                self.overdue = overdue
                pace = self.pace.between(time.monotonic() - overdue, time.monotonic())
                self.worst_overdue = max(self.worst_overdue, overdue / pace)
            return condition()

        return self.portal.wait(watched, seconds)

    # --- what came of it ---

    def figures(self) -> str:
        slowest, slowest_quiet = (max(column, default=0.0) for column in zip(*self.recoveries, strict=True))
        crowd = self.crowd
        return (
            f"seed {SEED}, {len(self.kills)} kills in {time.monotonic() - self.began:.0f} s"
            f" ({', '.join(f'{target} {number}' for target, number in Counter(self.kills).most_common())}),"
            f" {self.steps_back} steps back of the clock; slowest recovery {slowest:.1f} s"
            f" ({slowest_quiet:.1f} divided by the pace of the machine), a row in hand {LEASE + self.overdue:.0f} s;"
            f" {crowd.count()} promises, {crowd.count(in_trouble=True)} of them amid trouble"
            f" ({crowd.count('open')} opened, {crowd.count('acknowledge')} acknowledged,"
            f" {crowd.count('explain')} explained, {crowd.count('answer')} answered a procedure),"
            f" answers {dict(sorted(crowd.answers.items()))}"
        )


@pytest.fixture
def siege(tmp_path) -> Iterator[Siege]:
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    draw = random.Random(SEED)
    with Portal(tmp_path) as portal, Pace(tmp_path) as pace:
        people = portal.run("tests.faults.seed")
        portal.start_services()
        siege = Siege(portal, pace, Crowd(portal, people, random.Random(SEED + 1)), draw)
        try:
            yield siege
        finally:
            siege.crowd.leave()


def test_nothing_is_lost_or_done_twice_when_everything_is_killed(siege, record_property):
    with told_on_failure(siege):
        besiege(siege)
        crowd = siege.crowd
        crowd.leave()
        siege.portal.move_clock(timedelta(days=3))
        assert siege.wait(lambda: pending(siege.portal) == (0, 0), 600), "not everything is done in the end"
        mails = counting.every_mail_is_in_the_books_once_and_at_the_sink(siege.portal, len(siege.kills))
        record_property("figures", f"{siege.figures()}; {mails}")

        counting.every_deadline_had_its_effect_once(siege.portal)
        counting.nothing_is_half_done(siege.portal)
        counting.nothing_promised_is_lost(siege.portal, crowd)
        procedures.every_time_had_its_effect_once(siege.portal)
        procedures.nothing_written_is_lost(siege.portal, crowd)
        assert siege.portal.manage("verify_journal")
        # People did get through, each of them who was patient, and many while something was down.
        assert crowd.errors == []
        assert crowd.gave_up == []
        assert min(crowd.count(deed) for deed in EARLY) >= 10
        assert crowd.count(in_trouble=True) >= KILLS / 2
        assert max(quiet for _, quiet in siege.recoveries) <= RESUMED_WITHIN
        assert siege.worst_overdue <= TAKEN_WITHIN
        assert len(siege.kills) == KILLS
        assert siege.steps_back


def besiege(siege: Siege) -> None:
    """Let the clock run through seven weeks, and kill all the while."""
    portal, draw, targets = siege.portal, siege.draw, deck(siege.draw)
    assert siege.wait(lambda: resumed(portal, 0), 240), "the portal does not start"
    siege.crowd.start()
    stands = list(HOURS)
    while len(siege.kills) < KILLS:
        # Some fall together: what was about to come back falls again.
        number = min(draw.choice([1, 1, 1, 2, 2]), KILLS - len(siege.kills))
        done = (len(siege.kills) + number) / KILLS
        while len(HOURS) - len(stands) < round(done * len(HOURS)):
            siege.stand_at(stands.pop(0))
        # Any moment of the work that has just fallen due.
        time.sleep(draw.uniform(0, 4))
        siege.kill([next(targets) for _ in range(number)])
        if not siege.steps_back or draw.random() < 0.2:
            siege.step_back()


# --- what the database says -------------------------------------------------------


def resumed(portal: Portal, since: float) -> bool:
    """Whether all is at work since then: deadlines to the end of a tick, mails too or one has come, and web is well."""
    ended = portal.sql("SELECT name, at > to_timestamp(%s) FROM core_heartbeat", since)
    ticks = {name for name, again in ended if again}
    mails = "outbox" in ticks or newest_mail(portal) > since
    return "deadlines" in ticks and mails and Visitor(portal.address).get("/healthz")[0] == 200


def newest_mail(portal: Portal) -> float:
    """When the last mail came: a round of sending may take 8 s, and is noted at its end."""
    return max((int(file.name.split("-")[0]) for file in portal.sink.box.files()), default=0) / 1e9


def mails_owed(portal: Portal) -> int:
    return portal.number(
        "SELECT count(*) FROM messaging_outboxmessage WHERE state = 0 AND run_at <= now() + %s", portal.offset
    )


def lease_overdue(portal: Portal) -> float:
    """How many seconds ago the oldest lease ended whose mail nobody has taken in hand again."""
    return portal.number(
        "SELECT coalesce(extract(epoch FROM max(now() - leased_until)), 0)::float FROM messaging_outboxmessage"
        " WHERE state = 0 AND leased_until < now() AND run_at <= now() + %s",
        portal.offset,
    )


def pending(portal: Portal) -> tuple[int, int]:
    """Deadlines due and mails owed that nobody has worked yet."""
    (row,) = portal.sql(
        """
        SELECT (SELECT count(*) FROM core_deadline WHERE state IN (0, 5) AND due_at < now() + interval '30 days'),
               (SELECT count(*) FROM messaging_outboxmessage WHERE state = 0)
        """
    )
    return row


# --- when it fails ------------------------------------------------------------------


@contextmanager
def told_on_failure(siege: Siege) -> Iterator[None]:
    """Print what is needed to see why, and to do it again."""
    try:
        yield
    except BaseException:
        print(f"Again: make faults SEED={SEED} KILLS={KILLS}\n", "\n".join(siege.story), sep="")
        print(siege.figures() if siege.recoveries else "nothing has come back yet")
        print("gave up:", siege.crowd.gave_up, "errors:", siege.crowd.errors)
        for question in (
            "SELECT kind, state, count(*), min(run_at), max(last_error) FROM core_deadline"
            " WHERE state IN (0, 5) GROUP BY 1, 2",
            "SELECT kind, state, count(*), min(run_at), max(leased_until), max(last_error) FROM messaging_outboxmessage"
            " WHERE state NOT IN (1, 2) GROUP BY 1, 2",
            "SELECT name, at, detail FROM core_heartbeat ORDER BY at",
            "SELECT pid, state, wait_event, left(query, 100) FROM pg_stat_activity WHERE datname = 'portal'",
        ):
            try:
                print(question, *siege.portal.sql(question), sep="\n    ")
            except psycopg.Error as error:
                print(question, error)
        for log in sorted(siege.portal.folder.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-40:]
            print(f"--- the end of {log.name}", *lines, sep="\n")
        raise
