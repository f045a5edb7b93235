"""deploy/nginx.conf in front of the product under its production settings: what the proxy owes to both sides."""

import os
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from PIL import Image

from tests.core.documents.corpora.photos import saved
from tests.deploy.deployed import DEPLOY, Answer, Deployed, Person, unit

pytestmark = pytest.mark.nginx

EVERYWHERE = (
    "Strict-Transport-Security",
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Cache-Control",
)
# Addresses that try to leave the folder of the files.
OUTSIDE = ("/static/../manage.py", "/static/..%2fmanage.py", "/static../manage.py", "/static/")
MANY, SOON = 200, 1.0


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with Deployed(tmp_path_factory.mktemp("deployed")) as portal:
        yield portal


AGENDA = ("/agenda/{}.ics", "//agenda/{}.ics", "/%61genda/{}.ics", "/x/../agenda/{}.ics")


@pytest.fixture(scope="module")
def keys() -> list[str]:
    """Keys of private calendars that nobody may read in a log."""
    return [f"clef{number}-{os.urandom(8).hex()}" for number in range(len(AGENDA))]


@pytest.fixture(scope="module")
def away(portal: Deployed, keys: list[str]) -> dict[str, Answer]:
    """What the proxy answers while the pages are away, once for all the tests of it."""
    look = hashed(portal)
    with portal.away("web"):
        return {
            "read": portal.asked("/espace/"),
            "sent": portal.asked("/espace/documents/", "POST", b"a=b"),
            "look": portal.asked(look),
            **{path: portal.asked(path) for path in OUTSIDE},
            **{path: portal.asked(path.format(key)) for path, key in zip(AGENDA, keys, strict=True)},
        }


@pytest.fixture(scope="module")
def camille(portal: Deployed) -> Person:
    person = Person(portal)
    status, page = person.signs_in(portal.people["camille"], portal.people["password"])
    assert status == 200
    assert "Se déconnecter" in page
    return person


def hashed(portal: Deployed) -> str:
    """The address of a stylesheet, as a page of the product names it."""
    found = re.search(r'href="(/static/css/app\.[0-9a-f]{12}\.css)"', portal.asked("/").text)
    assert found
    return found[1]


# --- every answer ---------------------------------------------------------------------------


def test_pages_of_the_product_pass_as_they_are(portal):
    answer = portal.asked("/")
    assert answer.status == 200
    assert "Espace Emploi" in answer.text
    assert answer.headers["Server"] == "nginx", "no version"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_page_is_compressed_for_who_takes_it(portal):
    plain, packed = portal.asked("/"), portal.asked("/", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 2


def test_headers_stand_on_every_answer_once_and_say_what_the_product_says(portal, away):
    page = portal.asked("/")
    said = {name: page.headers[name] for name in EVERYWHERE if name != "Cache-Control"}
    answers = {
        "the product's 404": portal.asked("/nulle-part/"),
        "the product's redirect": portal.asked("/espace/"),
        "nginx's own file": portal.asked(hashed(portal)),
        "the product's file": portal.asked("/static/rien.css"),
        "too large": portal.asked("/connexion/", "POST", b"", Content_Length="999999999"),
        "unreadable": portal.asked("/", X_Long="x" * 80_000),
        "an address too long": portal.asked("/" + "x" * 20_000),
        "a provider that calls too often": flooded(portal),
    }
    for what, answer in (answers | away).items():
        for name, value in said.items():
            (found,) = answer.headers.get_all(name) or [""]
            assert directives(found) == directives(value), (what, name, answer.status)
        assert len(answer.headers.get_all("Cache-Control")) == 1, what


def directives(header: str) -> list[str]:
    """The parts of a policy, which the product writes in another order each time it starts."""
    return sorted(part.strip() for part in header.split(";"))


def flooded(portal: Deployed) -> Answer:
    """The first answer of nginx's own to somebody who calls without end."""
    for _ in range(50):
        answer = portal.asked("/retours/relais/", "POST", b"{}", Content_Type="application/json")
        if answer.status == 429:
            assert answer.headers["Retry-After"] == "60"
            return answer
        assert answer.status == 404, "closed without a secret"
    raise AssertionError("nobody stopped it")


def test_plain_http_leads_to_https_under_our_own_name(portal):
    answer = portal.asked_in_the_clear("/aide/?a=b", Host="ailleurs.example", X_Forwarded_Proto="https")
    assert answer.status == 301
    assert answer.headers["Location"] == "https://localhost/aide/?a=b"
    for name in EVERYWHERE[1:]:
        assert answer.headers[name], name


# --- files ------------------------------------------------------------------------------------


def test_files_come_from_the_disk_packed_and_for_ever_when_their_name_says_so(portal):
    answer = portal.asked(hashed(portal), Accept_Encoding="gzip")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Content-Encoding"] == "gzip"
    again = portal.asked("/static/css/app.css")
    assert again.headers["Cache-Control"] == "max-age=60, public"
    assert portal.asked("/static/css/app.css", If_None_Match=again.headers["ETag"]).status == 304


def test_files_are_there_while_the_pages_are_away_and_nothing_else_of_the_disk(away):
    assert away["look"].status == 200
    for path in OUTSIDE:
        assert away[path].status in (400, 403, 502), path


def test_file_that_is_not_on_this_disk_is_asked_of_the_pages(portal):
    answer = portal.asked("/static/rien.css")
    assert answer.status == 404
    assert "Espace Emploi" in answer.text


# --- who asks, and how ---------------------------------------------------------------------------


def test_callers_own_word_for_address_and_scheme_is_not_believed(portal):
    liar = Person(
        portal,
        **{"X-Forwarded-For": "192.0.2.7", "X_Forwarded_For": "192.0.2.8", "X-Forwarded-Proto": "http"},
    )
    status, page = liar.signs_in(portal.people["camille"], portal.people["password"])
    assert status == 200, "believed, «http» would lead to the same page for ever"
    assert "Se déconnecter" in page
    (found,) = portal.sql("SELECT host(ip) FROM core_journalentry WHERE code = 1 ORDER BY id DESC LIMIT 1")
    assert found == ("127.0.0.1",)


def test_large_sending_passes_and_a_larger_one_is_told_in_french(portal, camille):
    picture = saved(Image.frombytes("RGB", (2200, 2200), os.urandom(2200 * 2200 * 3)), "PNG")
    assert len(picture) > 12 * 1024**2
    _, page = camille.get("/espace/documents/")
    status, page = camille.uploads("/espace/documents/", page, "photo.png", picture, title="Grande photo")
    assert status == 200
    assert "est envoyé" in page
    assert portal.number("SELECT octet_length(sha256) FROM core_document WHERE title = 'Grande photo'") == 32
    refused = portal.asked("/espace/documents/", "POST", b"", Content_Length="999999999")
    assert refused.status == 413
    assert "Cet envoi est trop lourd" in refused.text


def test_unreadable_request_is_told_in_french(portal):
    # One line longer than a buffer, and little more: nginx answers and closes without reading on.
    for answer in (portal.asked("/", X_Long="x" * 16_500), portal.asked("/" + "x" * 16_500)):
        assert answer.status in (400, 414)
        assert "n’est pas arrivée en entier" in answer.text


# --- live lines -------------------------------------------------------------------------------


def thread_of(camille: Person) -> str:
    _, page = camille.get("/espace/messages/nouveau/")
    status, page = camille.sends(
        "/espace/messages/nouveau/",
        page,
        topic="APPOINTMENT",
        subject="Un mot",
        body="Bonjour, voici un mot.",
    )
    assert status == 200, page
    found = re.search(r'(/espace/messages/[^/"]+/)direct/', page)
    assert found, page
    return found[1]


def read_until(line: ssl.SSLSocket, words: bytes, seconds: float) -> bytes:
    """What came up to and with these words; without them, whatever came instead."""
    seen, end = b"", time.monotonic() + seconds
    while words not in seen and time.monotonic() < end:
        line.settimeout(max(0.1, end - time.monotonic()))
        with suppress(TimeoutError):
            part = line.recv(65536)
            if not part:
                break
            seen += part
    return seen


@contextmanager
def listening(portal: Deployed, camille: Person, thread: str) -> Iterator[tuple[ssl.SSLSocket, bytes]]:
    """An open line and what came first on it, opened as browsers do: told to come back, they come back."""
    answers = []
    for _ in range(4):
        with portal.line() as line:
            line.sendall(
                f"GET {thread}direct/ HTTP/1.1\r\nHost: localhost:{portal.tls_port}\r\n"
                f"Cookie: {camille.cookies}\r\nAccept: text/event-stream\r\n\r\n".encode()
            )
            answers.append(read_until(line, b"retry: 2000", 30))
            if b"retry: 2000" in answers[-1]:
                yield line, answers[-1]
                return
    logs = [(portal.folder / name).read_text()[-3000:] for name in ("error.log", "live.log", "web.log")]
    raise AssertionError("\n".join([*map(str, answers), *logs]))


def test_live_line_brings_each_word_at_once(portal, camille):
    thread = thread_of(camille)
    with listening(portal, camille, thread) as (line, head):
        assert head.startswith(b"HTTP/1.1 200")
        assert b"text/event-stream" in head
        _, page = camille.get(thread)
        assert camille.sends(thread, page, body="Et encore un mot.")[0] == 200
        words = b"event: change\ndata: 2"
        assert words in (said := read_until(line, words, 60)), said


def test_without_the_live_process_the_pages_answer_its_addresses(portal, camille):
    thread = thread_of(camille)
    with portal.away("live"):
        status, said = camille.get(f"{thread}direct/")
    assert status == 200
    assert "retry: 15000" in said
    assert portal.wait(portal.live_socket.exists, 60)


# --- the pages are away -----------------------------------------------------------------------


def test_people_read_in_french_that_the_pages_are_away(away):
    for answer in (away["read"], away["sent"]):
        assert answer.status == 502
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Retry-After"] == "60"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Le portail ne répond pas pour le moment" in answer.text
        assert "3949" in answer.text


def test_pages_of_nginx_use_only_files_that_are_there_and_no_inline_style(portal):
    for page in (DEPLOY / "pages").iterdir():
        text = page.read_text()
        used = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
        assert used, page
        for address in used:
            assert portal.asked(address).status == 200, address
        assert "<style" not in text
        assert "style=" not in text


def test_address_of_a_calendar_stands_in_no_log(portal, away, keys):
    for path, key in zip(AGENDA, keys, strict=True):
        assert away[path].status == 502
        assert "Le portail ne répond pas" in away[path].text
        assert portal.asked(path.format(key)).status == 404
        assert portal.asked_in_the_clear(path.format(key)).status == 301
    portal.asked("/aide/?marque")
    assert portal.wait(lambda: "/aide/?marque" in portal.access_log.read_text(), 10)
    logs = portal.access_log.read_text() + portal.error_log.read_text()
    assert not [key for key in keys if key in logs]


# --- slow on purpose ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "beginning",
    [
        "GET /connexion/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        "POST /connexion/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nlogin=",
    ],
    ids=["headers", "bodies"],
)
def test_pages_answer_soon_beside_two_hundred_slow_clients(portal, camille, beginning):
    with ExitStack() as stack:
        slow: list[socket.socket] = []
        for _ in range(MANY):
            slow.append(stack.enter_context(portal.line()))
            slow[-1].sendall(beginning.encode())
        waited = []
        for _ in range(5):
            for each in slow[-20:]:
                with suppress(OSError):  # nginx has shown the slowest out
                    each.sendall(b"a")
            started = time.monotonic()
            assert camille.get("/espace/")[0] == 200
            waited.append(time.monotonic() - started)
    assert min(waited) < SOON, waited


# --- as written ----------------------------------------------------------------------------------


def test_sockets_are_those_of_the_units(portal):
    site = (DEPLOY / "nginx.conf").read_text()
    for name in ("web", "live"):
        words = unit(name, "ExecStart")
        assert f"server unix:{words[words.index('--uds') + 1]};" in site
