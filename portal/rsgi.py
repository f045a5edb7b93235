"""The pages' entry point under granian: a request takes one of the few threads once all of it has arrived.

Under granian's own WSGI interface a thread reads the body at its sender's speed: as many slow senders as
threads, and no page answers any more. Here the event loop collects what comes, in memory or in a
temporary file, and Django runs as ever: synchronous, a thread a request, under WSGI's rules.
"""

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from portal.wsgi import application as pages

# How long a sender may be silent, and how long it may take altogether (15 MB over a poor line: minutes).
SILENT_SECONDS = 30.0
WHOLE_SECONDS = 900.0
# Ten documents of 15 MB, and the form around them.
MOST_BYTES = int(os.environ.get("REQUEST_MAX_MB", "200")) * 1024**2
IN_MEMORY_BYTES = 1024**2

Headers = list[tuple[str, str]]
_PLAIN: Headers = [
    ("content-type", "text/plain; charset=utf-8"),
    ("cache-control", "private, no-store"),
    ("x-content-type-options", "nosniff"),
    ("connection", "close"),
]


class NotTaken(Exception):
    """A request that did not arrive whole, or is larger than anything we ask for."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Application:
    """A WSGI application behind granian's RSGI interface."""

    def __init__(self, wsgi: Callable[..., Any], threads: int) -> None:
        self._wsgi = wsgi
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        try:
            body, length = await _arrived(scope, protocol)
        except NotTaken as refused:
            protocol.response_str(refused.status, _PLAIN, refused.sentence)
            return
        with body:
            environ = _environ(scope, body, length)
            answer = await self._in_thread(self._answer, environ)
        await self.answer(answer, protocol, environ)

    async def answer(self, answer: "Answer", protocol: Any, environ: dict[str, Any]) -> None:
        """Give the browser what the application said."""
        if answer.content is not None:
            protocol.response_bytes(answer.status, answer.headers, answer.content)
            return
        try:
            line = protocol.response_stream(answer.status, answer.headers)
            while chunk := await self._in_thread(next, answer.chunks, b""):
                await line.send_bytes(chunk)
        finally:
            await self._in_thread(answer.close)

    async def _in_thread(self, deed: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, deed, *arguments)

    def _answer(self, environ: dict[str, Any]) -> "Answer":
        answer = Answer()
        answer.take(self._wsgi(environ, answer.start))
        return answer


class Answer:
    """What the application said: whole, or in chunks yet to be read (a document)."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: Headers = []
        self.content: bytes | None = None
        self.chunks: Iterator[bytes] = iter(())
        self.close: Callable[[], None] = lambda: None
        # What a line is kept open for, by the process of the live pages alone.
        self.watched: Any = None

    def start(self, status: str, headers: Headers, exc_info: Any = None) -> None:
        self.status, self.headers = int(status[:3]), headers

    def take(self, said: Any) -> None:
        self.close = getattr(said, "close", self.close)
        self.watched = getattr(said, "watched", None)
        if getattr(said, "streaming", False):
            # An empty chunk would be taken for the end.
            self.chunks = filter(None, said)
            return
        try:
            self.content = b"".join(said)
        finally:
            self.close()


async def _arrived(scope: Any, protocol: Any) -> tuple[io.IOBase, int]:
    """Wait for the whole body, however slowly it comes, at nobody's expense; raises NotTaken."""
    announced = scope.headers.get("content-length")
    if announced is None and "transfer-encoding" not in scope.headers and scope.method in ("GET", "HEAD"):
        return io.BytesIO(), 0
    expected = int(announced) if announced else None
    if expected is not None and expected > MOST_BYTES:
        raise NotTaken(413, "Cet envoi est trop lourd. Envoyez vos documents en plusieurs fois.")
    body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
    try:
        length = await _collect(protocol, body)
        if expected is not None and length < expected:
            raise NotTaken(400, "Cet envoi n’est pas arrivé en entier. Recommencez.")
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body, length


async def _collect(protocol: Any, body: Any) -> int:
    length = 0
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            parts = aiter(protocol)
            while True:
                async with asyncio.timeout(SILENT_SECONDS):
                    part = await anext(parts, b"")
                if not part:
                    return length
                length += len(part)
                if length > MOST_BYTES:
                    raise NotTaken(413, "Cet envoi est trop lourd. Envoyez vos documents en plusieurs fois.")
                body.write(part)
    except TimeoutError as silence:
        raise NotTaken(408, "Cet envoi n’est pas arrivé à temps. Recommencez.") from silence
    except OSError as full:
        raise NotTaken(
            503,
            "Nous ne pouvons pas recevoir de fichier pour le moment. Ce n’est pas de votre fait. "
            "Réessayez dans quelques minutes, ou appelez le 3949.",
        ) from full


def _environ(scope: Any, body: Any, length: int) -> dict[str, Any]:
    """Say in WSGI's words what was asked."""
    host, _, port = scope.server.rpartition(":")
    if not port.isdigit():  # a socket's path
        host, port = "localhost", "80"
    caller, _, caller_port = scope.client.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # WSGI carries bytes as if they were Latin-1.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": caller.strip("[]"),
        "REMOTE_PORT": caller_port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        # «X_Forwarded_For» would pass for the proxy's «X-Forwarded-For».
        if "_" in name:
            continue
        key = f"HTTP_{name.upper().replace('-', '_')}"
        if key in environ and key != "HTTP_HOST":
            environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value
        else:
            environ[key] = value
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(length)
    return environ


application = Application(pages, int(os.environ.get("WEB_THREADS", "8")))
