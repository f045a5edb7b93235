"""The board of open lines: each is told once, by what PostgreSQL says; who does not read is let go."""

import asyncio
import json

from messaging.live import board as boards
from messaging.live.board import Board, Line, hear
from messaging.live.watching import Situation, Watched, changed, event
from messaging.models.message import Side
from tests.messaging.live.alone import alone


def stands(number: int, thread_id: int = 7) -> Situation:
    return Situation(thread_id, number, 0, 0, "ANSWERED", 3)


class Truth:
    """What PostgreSQL would say, and how often it was asked about what."""

    def __init__(self, **numbers: int) -> None:
        self.now = {7: stands(1), 8: stands(1, 8)}
        self.asked: list[set[int]] = []

    async def __call__(self, thread_ids) -> dict[int, Situation]:
        self.asked.append(set(thread_ids))
        return {pk: self.now[pk] for pk in thread_ids if pk in self.now}


def played(story, *, every: float = 60.0) -> Truth:
    """Play a story on a board whose rounds come every so many seconds."""

    async def play() -> Truth:
        truth = Truth()
        board = Board(truth)
        boards.LOOK_SECONDS, ordinary = every, boards.LOOK_SECONDS
        round_ = asyncio.ensure_future(board.run())
        try:
            await story(board, truth)
        finally:
            round_.cancel()
            boards.LOOK_SECONDS = ordinary
        return truth

    return alone(play)


async def heard(line: Line, seconds: float = 0.2) -> list[bytes]:
    words = []
    while True:
        try:
            words.append(await asyncio.wait_for(line.words.get(), seconds))
        except TimeoutError:
            return words


def line(side: Side = Side.CLAIMANT, thread_id: int = 7) -> Line:
    return Line(Watched(thread_id, side))


def test_a_line_learns_where_its_thread_stands_and_then_each_change_once():
    async def story(board: Board, truth: Truth) -> None:
        mine = line()
        board.join(mine)
        assert await heard(mine) == [event("there", "0"), changed(stands(1))]
        board.look_at(7)  # a word without a change
        assert await heard(mine) == []
        truth.now[7] = stands(2)
        hear(board, json.dumps({"thread": 7}).encode())
        assert await heard(mine) == [changed(stands(2))]

    assert played(story).asked == [{7}, {7}, {7}]


def test_without_any_word_a_round_finds_what_changed_in_one_question():
    async def story(board: Board, truth: Truth) -> None:
        mine, other = line(), line(thread_id=8)
        board.join(mine)
        board.join(other)
        await heard(mine)
        await heard(other)
        truth.now[7] = stands(5)
        assert await heard(mine, 0.5) == [changed(stands(5))]
        assert await heard(other) == []

    asked = played(story, every=0.1).asked
    assert {7, 8} in asked


def test_both_sides_learn_that_the_other_is_there_and_that_they_left():
    async def story(board: Board, truth: Truth) -> None:
        mine, theirs = line(), line(Side.SERVICE)
        board.join(mine)
        board.join(theirs)
        assert event("there", "1") in await heard(mine)
        assert event("there", "1") in await heard(theirs)
        board.leave(theirs)
        assert await heard(mine) == [event("there", "0")]
        board.leave(mine)
        assert not board.lines
        assert not board.known

    played(story)


def test_typing_is_told_to_the_other_side_alone():
    async def story(board: Board, truth: Truth) -> None:
        mine, theirs, elsewhere = line(), line(Side.SERVICE), line(Side.SERVICE, 8)
        for one in (mine, theirs, elsewhere):
            board.join(one)
            await heard(one)
        await heard(mine)
        hear(board, json.dumps({"thread": 7, "typing": "CLAIMANT"}).encode())
        assert await heard(theirs) == [event("typing")]
        assert await heard(mine) == await heard(elsewhere) == []

    played(story)


def test_what_is_no_word_of_ours_is_passed_over():
    async def story(board: Board, truth: Truth) -> None:
        mine = line()
        board.join(mine)
        await heard(mine)
        for data in (b"", b"\xff", b"[]", b"7", b'{"thread": "x"}', b'{"thread": null}', b'{"thread": 9}'):
            hear(board, data)
        assert await heard(mine) == []

    assert played(story).asked == [{7}]


def test_who_does_not_read_is_let_go_with_what_waited():
    full = line()
    for number in range(boards.MOST_UNREAD + 1):
        full.say(changed(stands(number)))
    assert full.words.get_nowait() == boards.OVER
    assert full.words.empty()


def test_a_database_that_is_away_ends_no_round():
    async def story(board: Board, truth: Truth) -> None:
        mine = line()
        truth.now = {}
        board.join(mine)
        assert await heard(mine) == [event("there", "0")]
        truth.now = {7: stands(4)}
        assert await heard(mine, 0.5) == [changed(stands(4))]

    played(story, every=0.1)
