"""A new version under load: the unit's own command, its own reload, and not one failed request."""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from stack.demo import answers
from stack.places import PROJECT
from stack.processes import Child
from tests.core.documents.corpora.pdf_writer import plain
from tests.faults.portal import Visitor
from tests.faults.proxy import FaultProxy
from tests.faults.standing import upload

UNIT = PROJECT / "deploy/systemd/espace-emploi-web.service"


def unit(key: str) -> list[str]:
    """A line of the web's systemd unit, in words."""
    (line,) = [line for line in UNIT.read_text().splitlines() if line.startswith(f"{key}=")]
    return shlex.split(line.partition("=")[2])


def test_containers_and_units_start_the_same_server():
    """A container has its address instead of a socket, and is replaced whole."""
    image = (PROJECT / "deploy/Containerfile").read_text()
    words = unit("ExecStart")[1:]
    at = words.index("--uds")
    for word in [*words[:at], *words[at + 4 :]]:
        assert f'"{word}"' in image, word


@pytest.fixture
def served(portal, tmp_path):
    """The pages as the unit starts them, with a socket of their own and the plainest of proxies in front."""
    words = unit("ExecStart")[1:]
    place = portal.sockets / "web.sock"
    words[words.index("--uds") + 1] = str(place)
    # Hardly any time to come up: a machine may be slower than the ten seconds expect.
    words[words.index("--respawn-interval") + 1] = "1"
    granian = Path(sys.executable).with_name("granian")
    child = Child(
        "web", [granian, *words], log=tmp_path / "web.log", env=portal.environment, cwd=PROJECT, grace=30
    )
    child.start()
    try:
        with FaultProxy(("127.0.0.1", 0), place) as front:
            assert portal.wait(lambda: answers(front.port), 90)
            yield child, f"http://127.0.0.1:{front.port}"
    finally:
        child.stop()


def workers(child: Child) -> set[int]:
    listed = subprocess.run(
        ["ps", "--ppid", str(child.process.pid), "-o", "pid="], capture_output=True, text=True
    )
    found = set()
    for pid in map(int, listed.stdout.split()):
        with contextlib.suppress(OSError):
            if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.add(pid)
    return found


def test_reload_under_load_loses_no_request(portal, served):
    child, address = served
    assert unit("ExecReload") == ["/bin/kill", "-HUP", "$MAINPID"]
    stop, seen, failed = threading.Event(), [], []

    def patient() -> Visitor:
        """Waits until a new worker has read its code: however slow the machine, to be cut off is what fails."""
        visitor = Visitor(address)
        visitor.patience = 90.0
        return visitor

    def reads() -> None:
        visitor = patient()
        assert visitor.enter(portal.people["camille"])
        while not stop.is_set():
            status, page = visitor.get("/espace/")
            (seen if status == 200 else failed).append((status, page[:200]))

    def sends() -> None:
        """Uploads that take a second to arrive: some are on their way whenever a worker ends."""
        visitor = patient()
        assert visitor.enter(portal.people["camille"])
        visitor.get("/espace/documents/")
        while not stop.is_set():
            answer = upload(visitor, "/espace/documents/", "lettre.pdf", plain(pages=1), slowly=1.0)
            (seen if answer.status == 200 else failed).append((answer.status, answer.page[:200]))

    threads = [threading.Thread(target=deed) for deed in (reads, reads, sends, sends)]
    before = workers(child)
    for thread in threads:
        thread.start()
    time.sleep(2)
    os.kill(child.process.pid, signal.SIGHUP)
    replaced = portal.wait(lambda: len(workers(child)) == 2 and not workers(child) & before, 90)
    time.sleep(2)
    stop.set()
    for thread in threads:
        thread.join(180)
    assert replaced, (before, workers(child), child.last_words())
    assert failed == []
    assert len(seen) > 20
    print(f"requests served over a reload: {len(seen)}, failed: 0")


def test_connection_ends_with_its_answer(served):
    """Kept open, one could be closed by an ending worker just as the next request leaves."""
    _, address = served
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(b"GET /healthz?only=web HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200")
