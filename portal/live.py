"""The process of the live pages: some hundreds of open lines, one small event loop (server-sent events).

It serves one kind of address, the live door of a thread, beside the pages' server and with the same server
software. Every caller passes through Django's whole door first (session, second factor, whose thread), in
one of a few threads; then nothing but a queue is theirs. A line is asked for its right each minute, and ends
with it.
"""

import asyncio
import io
import os
import random
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import close_old_connections

from portal.rsgi import Answer, Application, Headers
from portal.wsgi import application as pages

# isort: split
# Django is set up by now.
from messaging.live import watching
from messaging.live.board import OVER, Board, Line, listen
from messaging.live.watching import Situation

# A line on which nothing is said is cut by proxies after a minute.
BREATH_SECONDS = 20.0
STILL_THEIRS_SECONDS = 60.0
# How soon a browser whose line was cut comes back.
COME_BACK_MS = 2_000


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
                if word.result() == OVER:
                    return
                await transport.send_bytes(word.result())
            else:
                word.cancel()
                await transport.send_bytes(b": rien de neuf\n\n")

    async def _until_not_theirs(self, environ: dict[str, Any]) -> None:
        """Pass through the door again each minute; come back when it is shut."""
        while True:
            # Not all at once: many lines open together, after a restart. (Nothing secret in it.)
            await asyncio.sleep(STILL_THEIRS_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311
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
