"""The board of open lines: who watches which thread, and what each is told; an event loop's, without a lock.

What is told is what PostgreSQL says: one look every other second, for all open lines at once, finds what
changed; a word through the broker makes it look at once.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

import redis.asyncio
from django.conf import settings

from messaging.live import hints, watching
from messaging.live.watching import Situation, Watched

LOOK_SECONDS = 2.0
# Who does not read what is said for so long is let go, and told by comparison when they come back.
MOST_UNREAD = 64
OVER = b""


class Line:
    """One open line: who watches what, and what they were not told yet."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.words: asyncio.Queue[bytes] = asyncio.Queue(MOST_UNREAD)

    def say(self, words: bytes) -> None:
        with suppress(asyncio.QueueFull):
            self.words.put_nowait(words)
            return
        while not self.words.empty():
            self.words.get_nowait()
        self.words.put_nowait(OVER)


class Board:
    """All open lines by thread; what is told is what PostgreSQL says, whatever word came first."""

    def __init__(self, look: Callable[[Collection[int]], Awaitable[dict[int, Situation]]]) -> None:
        self._look = look
        self.lines: dict[int, set[Line]] = defaultdict(set)
        self.known: dict[int, Situation] = {}
        self._asked: set[int] = set()
        self._woken = asyncio.Event()

    def join(self, line: Line) -> None:
        """Open a line; the others on its thread learn that somebody is there."""
        self.lines[line.watched.thread_id].add(line)
        self.look_at(line.watched.thread_id)
        self._say_who_is_there(line.watched.thread_id)

    def leave(self, line: Line) -> None:
        thread_id = line.watched.thread_id
        self.lines[thread_id].discard(line)
        if self.lines[thread_id]:
            self._say_who_is_there(thread_id)
        else:
            del self.lines[thread_id]
            self.known.pop(thread_id, None)

    def look_at(self, thread_id: int) -> None:
        """Look at this thread now, if anybody has it open."""
        if thread_id in self.lines:
            self._asked.add(thread_id)
            self._woken.set()

    def tell_typing(self, thread_id: int, side: str) -> None:
        for line in self.lines.get(thread_id, ()):
            if line.watched.side != side:
                line.say(watching.event("typing"))

    async def run(self) -> None:
        """Look for ever: at what was named, and every other second at all that is open."""
        while True:
            all_of_them = False
            try:
                await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)
            except TimeoutError:
                all_of_them = True
            self._woken.clear()
            wanted = set(self.lines) if all_of_them else self._asked & set(self.lines)
            self._asked = set()
            if wanted:
                await self._tell(wanted)

    async def _tell(self, wanted: set[int]) -> None:
        found = await self._look(wanted)
        for thread_id, situation in found.items():
            if thread_id not in self.lines or self.known.get(thread_id) == situation:
                continue
            # Also the first time: a line that has just opened may have been answered before it joined.
            self.known[thread_id] = situation
            words = watching.changed(situation)
            for line in self.lines[thread_id]:
                line.say(words)

    def _say_who_is_there(self, thread_id: int) -> None:
        sides = {line.watched.side for line in self.lines[thread_id]}
        for line in self.lines[thread_id]:
            both = bool(sides - {line.watched.side})
            line.say(watching.event("there", "1" if both else "0"))


async def listen(board: Board) -> None:
    """Hear the words that come through the broker; without one the looks go on."""
    while True:
        with suppress(redis.RedisError, OSError):
            async with (
                redis.asyncio.Redis.from_url(settings.REDIS_CLIENT_URL) as client,
                client.pubsub() as heard,
            ):
                await heard.subscribe(hints.CHANNEL)
                async for one in heard.listen():
                    if one["type"] == "message":
                        hear(board, one["data"])
        await asyncio.sleep(1)


def hear(board: Board, data: bytes) -> None:
    """Take one word: a thread that changed, or who is typing in it; what is no word of ours is passed over."""
    with suppress(ValueError, TypeError, KeyError):
        words = json.loads(data)
        if "typing" in words:
            board.tell_typing(int(words["thread"]), str(words["typing"]))
        else:
            board.look_at(int(words["thread"]))
