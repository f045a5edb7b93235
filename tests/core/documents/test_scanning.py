"""What the antivirus is asked, and what is believed of its silence."""

import io
import os
import socket
import socketserver
import threading
import time
import zlib

import pytest

from portal.core.documents.cleaning import clean
from portal.core.documents.limits import MEGABYTE
from portal.core.documents.refusals import Refused
from portal.core.documents.scanning import Scan, ping, scan

from .corpora.hostile import EICAR, bomb
from .corpora.hostile_pdfs import attached_file
from .corpora.lies import zipped
from .corpora.pdf_writer import plain, stream
from .corpora.photos import quarters, saved, segment, with_segments

FILE = b"a file of the person " * 20_000


class Clamd(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A clamd whose answer, pace and manners a test chooses."""

    daemon_threads = True

    def __init__(self, path, answer=b"stream: OK\0", *, hang=False, cut_after=None, drip=0.0, refuse_at=None):
        self.answer, self.hang, self.cut_after, self.drip, self.refuse_at = (
            answer,
            hang,
            cut_after,
            drip,
            refuse_at,
        )
        self.heard = b""
        self.released = threading.Event()
        super().__init__(str(path), Conversation)
        self.url = f"unix://{path}"


class Conversation(socketserver.BaseRequestHandler):
    server: Clamd

    def handle(self):
        if self.request.recv(10) == b"zINSTREAM\0" and not self._hear():
            return
        if self.server.hang:
            self.server.released.wait(10)
            return
        for byte in self.server.answer if self.server.drip else (self.server.answer,):
            time.sleep(self.server.drip)
            try:
                self.request.sendall(bytes([byte]) if self.server.drip else byte)
            except OSError:
                return

    def _hear(self) -> bool:
        """Take the chunks as clamd does; False when the connection was cut in the middle."""
        heard = 0
        while length := int.from_bytes(self._take(4), "big"):
            part = self._take(length)
            self.server.heard += part
            heard += len(part)
            if self.server.cut_after is not None and heard > self.server.cut_after:
                return False
            if self.server.refuse_at is not None and heard > self.server.refuse_at:
                break
        return True

    def _take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count and (part := self.request.recv(count - len(taken))):
            taken += part
        return taken


@pytest.fixture
def clamd(tmp_path):
    """Start a false clamd: ``clamd(b"stream: OK\\0", drip=0.1)`` gives a server with its ``url``."""
    servers = []

    def start(*args, **manners):
        server = Clamd(tmp_path / f"clamd-{len(servers)}", *args, **manners)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        servers.append((server, thread))
        return server

    yield start
    for server, thread in servers:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def asked(url: str, content: bytes = FILE, seconds: float = 5):
    return scan(io.BytesIO(content), url=url, seconds=seconds)


def test_scan_of_a_clean_file_sends_it_whole_from_its_start(clamd):
    server = clamd()
    file = io.BytesIO(FILE)
    file.seek(1000)
    assert scan(file, url=server.url).scan is Scan.CLEAN
    assert server.heard == FILE


def test_scan_of_an_infected_file_names_what_was_found(clamd):
    verdict = asked(clamd(b"stream: Eicar-Test-Signature FOUND\0").url)
    assert (verdict.scan, verdict.signature) == (Scan.INFECTED, "Eicar-Test-Signature")


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"OK\0",
        b"stream: OK but perhaps\0",
        b"stream: \0",
        b"\0",
        b"stream: OK",
        b"FOUND\0",
        b"\xff\xfe\0",
        b"stream: " + b"x" * 100_000 + b" OK\0",
        b"",
    ],
)
def test_scan_with_any_other_answer_is_unavailable(clamd, answer):
    assert asked(clamd(answer).url).scan is Scan.UNAVAILABLE


def test_scan_beyond_the_scanners_own_size_says_so_though_it_hangs_up(clamd):
    server = clamd(b"INSTREAM size limit exceeded. ERROR\0", refuse_at=100_000)
    verdict = asked(server.url, FILE * 40)
    assert verdict.scan is Scan.UNAVAILABLE


def test_scan_cut_in_the_middle_of_the_file_is_unavailable(clamd):
    assert asked(clamd(cut_after=100_000).url).scan is Scan.UNAVAILABLE


@pytest.mark.parametrize("manners", [{"hang": True}, {"drip": 0.1}])
def test_scan_by_a_hanging_or_slow_scanner_ends_in_time(clamd, manners):
    server = clamd(**manners)
    start = time.monotonic()
    verdict = asked(server.url, seconds=0.4)
    assert verdict.scan is Scan.UNAVAILABLE
    assert time.monotonic() - start < 2


def test_scan_by_a_scanner_that_never_reads_ends_in_time(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        deaf.listen(1)
        start = time.monotonic()
        verdict = asked(f"unix://{tmp_path}/deaf", FILE * 40, seconds=0.4)
    assert verdict.scan is Scan.UNAVAILABLE
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    "url",
    [
        "unix:///nowhere/clamd.ctl",
        "tcp://127.0.0.1:1",
        "",
        "clamd",
        "unix://",
        "tcp://",
        "http://localhost",
        "None",
    ],
)
def test_scan_without_a_scanner_at_the_address_is_unavailable(url):
    verdict = asked(url)
    assert verdict.scan is Scan.UNAVAILABLE
    assert verdict.detail


def test_scan_of_a_deployment_without_antivirus_is_said_and_never_clean():
    assert asked("none").scan is Scan.NOT_SCANNED


def test_scan_over_tcp_is_the_same(clamd):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.answer, server.hang, server.cut_after, server.drip = b"stream: OK\0", False, None, 0
        server.refuse_at, server.heard = None, b""
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        assert asked(f"tcp://127.0.0.1:{server.server_address[1]}").scan is Scan.CLEAN
        server.shutdown()
        thread.join()


def test_ping_tells_a_living_scanner_from_the_rest(clamd):
    assert ping(clamd(b"PONG\0").url)
    assert not ping(clamd(b"stream: OK\0").url)
    assert not ping(clamd(hang=True).url, seconds=0.2)
    assert not ping("none")
    assert not ping("unix:///nowhere")


# --- a real clamd --------------------------------------------------------------


@pytest.fixture
def real() -> str:
    return os.environ["CLAMAV_URL"]


@pytest.mark.clamav
def test_clamd_finds_nothing_in_honest_files(real):
    assert ping(real)
    for content in (saved(quarters(96, 64), "JPEG"), saved(quarters(96, 64), "HEIF"), plain(pages=3)):
        assert asked(real, content).scan is Scan.CLEAN


@pytest.mark.clamav
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(EICAR, id="plain"),
        pytest.param(zipped({"a.com": EICAR}), id="zipped"),
        pytest.param(zipped({"a.zip": zipped({"a.com": EICAR})}), id="zipped-twice"),
        pytest.param(with_segments(saved(quarters(96, 64), "JPEG"), segment(0xFE, EICAR)), id="in-a-comment"),
        pytest.param(saved(quarters(96, 64), "PNG") + EICAR, id="after-a-picture"),
        pytest.param(plain(more={31: stream(EICAR)}), id="in-a-pdf"),
        pytest.param(attached_file(zlib.compress(zipped({"a.com": EICAR}))), id="zipped-in-a-pdf"),
    ],
)
def test_clamd_finds_the_test_file_wherever_it_hides(real, content):
    verdict = asked(real, content)
    assert verdict.scan is Scan.INFECTED
    assert "Eicar" in verdict.signature


@pytest.mark.clamav
def test_clamd_takes_the_largest_file_a_person_may_send(real):
    assert asked(real, plain() + bytes(15 * MEGABYTE - 2000)).scan is Scan.CLEAN


@pytest.mark.clamav
def test_clamd_saying_yes_to_a_bomb_is_not_believed(real):
    content = plain(content=stream(bomb(70 * MEGABYTE), b"/Filter /FlateDecode"))
    assert asked(real, content).scan is Scan.CLEAN
    with pytest.raises(Refused) as refusal:
        clean(io.BytesIO(content), declared_name="a.pdf")
    assert refusal.value.code == "too_heavy"
