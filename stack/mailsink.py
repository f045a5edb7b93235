"""A real local SMTP server that keeps each mail as a file, and misbehaves on demand for the tests."""

import argparse
import asyncio
import os
import re
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

REFUSED = "rebond.example"


@dataclass
class Behaviour:
    """How the sink treats what comes; tests change it while it runs.

    `refused_domains` get 550 at RCPT; `temporary` is how many of the next mails get 451 after DATA (-1:
    all); `delay` seconds pass before each answer to DATA, `greeting_delay` before the greeting.
    `cut` is how many of the next mails are cut off in mid-message, `cut_after` how many are kept and
    then cut off before the answer: the sender can't know, and has to send again.
    """

    refused_domains: frozenset[str] = frozenset({REFUSED})
    temporary: int = 0
    delay: float = 0.0
    greeting_delay: float = 0.0
    cut: int = 0
    cut_after: int = 0


@dataclass
class Mailbox:
    """A folder of mails, one `.eml` each, in the order they came; written beside and renamed in."""

    folder: Path
    _numbers: "count[int]" = field(default_factory=count, repr=False)

    def __post_init__(self) -> None:
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)

    def keep(self, sender: str | None, recipients: list[str], content: bytes) -> Path:
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._numbers):06d}.eml"
        envelope = [f"Return-Path: <{sender or ''}>", *(f"Delivered-To: {to}" for to in recipients)]
        head = "\r\n".join(re.sub(r"[\r\n]", " ", line) for line in envelope).encode("utf-8", "replace")
        (self.folder / "tmp" / name).write_bytes(head + b"\r\n" + content)
        return (self.folder / "tmp" / name).rename(self.folder / name)

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.eml"))

    def messages(self) -> list[EmailMessage]:
        """Every mail that came, oldest first."""
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in self.files()]

    def copies(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(message["Message-ID"]).strip() for message in self.messages())

    def duplicates(self) -> int:
        """Copies beyond the first, over all mails."""
        return sum(number - 1 for number in self.copies().values())

    def clear(self) -> None:
        for file in self.files():
            file.unlink()


class _Handler:
    def __init__(self, mailbox: Mailbox, behaviour: Behaviour) -> None:
        self.mailbox = mailbox
        self.behaviour = behaviour

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address.rpartition("@")[2].lower() in self.behaviour.refused_domains:
            return "550 5.1.1 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        behaviour = self.behaviour
        if behaviour.delay:
            await asyncio.sleep(behaviour.delay)
        if behaviour.temporary:
            behaviour.temporary -= 1
            return "451 4.3.0 Try again later"
        self.mailbox.keep(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        if behaviour.cut_after:
            behaviour.cut_after -= 1
            server.transport.abort()
        return "250 2.0.0 OK"


def _protocol(mailbox: Mailbox, behaviour: Behaviour) -> Any:
    from aiosmtpd.smtp import SMTP

    class Server(SMTP):
        async def _handle_client(self) -> None:
            if behaviour.greeting_delay:
                await asyncio.sleep(behaviour.greeting_delay)
            await super()._handle_client()

        async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
            if behaviour.cut:
                behaviour.cut -= 1
                await self.push("354 End data with <CR><LF>.<CR><LF>")
                await self._reader.readline()
                self.transport.abort()
                return
            await super().smtp_DATA(arg)

    # What an ordinary server offers: PIPELINING, SIZE and 8BITMIME; no SMTPUTF8, no AUTH, no STARTTLS.
    return Server(
        _Handler(mailbox, behaviour), hostname="localhost", ident="ESMTP", data_size_limit=33_554_432
    )


class Mailsink:
    """The sink inside a test's own process: `with Mailsink(folder) as sink: … sink.box.messages()`."""

    def __init__(self, folder: Path, *, port: int = 0, behaviour: Behaviour | None = None) -> None:
        self.box = Mailbox(folder)
        self.behaviour = behaviour or Behaviour()
        self.port = port

    async def listen(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: _protocol(self.box, self.behaviour), "127.0.0.1", self.port, reuse_address=True
        )
        self.port = server.sockets[0].getsockname()[1]
        return server

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> "Mailsink":
        # All of it in a thread: the caller's may have a running loop of its own, as Playwright's does.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mailsink", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self.listen(), self._loop).result(10)
        return self

    def __exit__(self, *error: object) -> None:
        async def close() -> None:
            self._server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dir", type=Path, required=True, help="the folder of the mails")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--refuse", action="append", default=[REFUSED], help="a domain that gets 550")
    parser.add_argument("--temporary", type=int, default=0, help="so many mails get 451, -1: all")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each mail is accepted")
    parser.add_argument("--greeting", type=float, default=0.0, help="seconds before a new caller is greeted")
    parser.add_argument("--cut", type=int, default=0, help="so many mails are cut off in mid-message")


def serve(arguments: argparse.Namespace) -> int:
    """Serve until TERM or INT."""
    behaviour = Behaviour(
        refused_domains=frozenset(arguments.refuse),
        temporary=arguments.temporary,
        delay=arguments.delay,
        greeting_delay=arguments.greeting,
        cut=arguments.cut,
    )
    sink = Mailsink(arguments.dir, port=arguments.port, behaviour=behaviour)

    async def main() -> None:
        server = await sink.listen()
        if arguments.port_file:
            beside = arguments.port_file.with_suffix(".new")
            beside.write_text(str(sink.port))
            beside.rename(arguments.port_file)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()
        server.close()

    asyncio.run(main())
    return 0
