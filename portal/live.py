"""The process of the live pages: some hundreds of open lines, one small event loop (server-sent events).

It serves one kind of address, the live door of a thread, beside the pages' server and with the same server
software. Every caller passes through Django's whole door first (session, second factor, whose thread), in
one of a few threads; then nothing but a queue is theirs. One look at PostgreSQL every other second, for all
open lines at once, finds what changed; a word through the broker makes it look at once. A line is asked for
its right each minute, and ends with it.
"""

import asyncio
import io
import json
import os
from collections import defaultdict
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import redis.asyncio
from django.conf import settings
from django.db import close_old_connections

from messaging.live import hints, watching
from messaging.live.watching import Situation, Watched
from portal.rsgi import Answer, Application, Headers
from portal.wsgi import application as pages

LOOK_SECONDS = 2.0
# A line on which nothing is said is cut by proxies after a minute.
BREATH_SECONDS = 20.0
STILL_THEIRS_SECONDS = 60.0
# How soon a browser whose line was cut comes back.
COME_BACK_MS = 2_000
# Who does not read what is said for so long is let go, and told by comparison when they come back.
MOST_UNREAD = 64
_OVER = b""


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
        self.words.put_nowait(_OVER)


class Board:
    """All open lines by thread; what is told is what PostgreSQL says, whatever word came first."""

    def __init__(self, look: Callable[[Collection[int]], Any]) -> None:
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


class Live(Application):
    """The pages' application, whose answers may become open lines."""

    def __init__(self, threads: int) -> None:
        super().__init__(pages, threads)
        self._own = ThreadPoolExecutor(1, thread_name_prefix="look")
        self._tasks: list[asyncio.Task[None]] = []
        self.board = Board(self._look)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._tasks = [loop.create_task(self.board.run()), loop.create_task(listen(self.board))]

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        for task in self._tasks:
            task.cancel()

    async def answer(self, answer: Answer, protocol: Any, environ: dict[str, Any]) -> None:
        if answer.watched is None:
            await super().answer(answer, protocol, environ)
            return
        await self._keep_open(answer, protocol, environ)

    async def _keep_open(self, answer: Answer, protocol: Any, environ: dict[str, Any]) -> None:
        headers = [pair for pair in answer.headers if pair[0].lower() != "content-length"]
        transport = protocol.response_stream(answer.status, [*headers, *_across(environ)])
        line = Line(answer.watched)
        gone = asyncio.ensure_future(protocol.client_disconnect())
        guard = asyncio.ensure_future(self._until_not_theirs(dict(environ)))
        try:
            await transport.send_bytes((answer.content or b"") + b"retry: %d\n\n" % COME_BACK_MS)
            self.board.join(line)
            await self._talk(line, transport, {gone, guard})
        finally:
            gone.cancel()
            guard.cancel()
            self.board.leave(line)

    async def _talk(self, line: Line, transport: Any, ends: set[asyncio.Future[Any]]) -> None:
        while True:
            word = asyncio.ensure_future(line.words.get())
            done, _ = await asyncio.wait(
                {word, *ends}, timeout=BREATH_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if done & ends:
                word.cancel()
                return
            if word in done:
                if word.result() == _OVER:
                    return
                await transport.send_bytes(word.result())
            else:
                word.cancel()
                await transport.send_bytes(b": rien de neuf\n\n")

    async def _until_not_theirs(self, environ: dict[str, Any]) -> None:
        """Pass through the door again each minute; come back when it is shut."""
        while True:
            await asyncio.sleep(STILL_THEIRS_SECONDS)
            answer = await self._in_thread(self._answer, {**environ, "wsgi.input": io.BytesIO()})
            await self._in_thread(answer.close)
            # A database that is away for a while takes nobody's right.
            if answer.watched is None and answer.status < 500:
                return

    async def _look(self, thread_ids: Collection[int]) -> dict[int, Situation]:
        def look() -> dict[int, Situation]:
            close_old_connections()
            return watching.situations(thread_ids)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._own, look)
        except Exception:
            return {}  # the database is away: the next look is two seconds off


async def listen(board: Board) -> None:
    """Hear the words that come through the broker; without one the looks go on."""
    while True:
        with suppress(redis.RedisError, OSError):
            async with redis.asyncio.Redis.from_url(hints.url()) as client, client.pubsub() as heard:
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


def _across(environ: dict[str, Any]) -> Headers:
    """Let our own pages read the line where it has a port of its own (the demo)."""
    ours = urlsplit(settings.PUBLIC_URL)
    origin = f"{ours.scheme}://{ours.netloc}"
    if environ.get("HTTP_ORIGIN") != origin:
        return []
    return [
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("vary", "Origin"),
    ]


application = Live(int(os.environ.get("LIVE_THREADS", "2")))
