"""Two hundred clients that are slow on purpose hold no thread: pages answer as before."""

import hashlib
import os
import socket
import time
from contextlib import ExitStack

import pytest
from PIL import Image

from tests.core.documents.corpora.photos import saved
from tests.faults.standing import SOON, timed, upload

MANY = 200
HEADERS = b"GET /connexion/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = (
    b"POST /connexion/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nlogin="
)


def line(portal) -> socket.socket:
    return socket.create_connection(("127.0.0.1", portal.port), timeout=10)


@pytest.mark.parametrize("beginning", [HEADERS, BODY], ids=["headers", "bodies"])
def test_pages_answer_soon_beside_two_hundred_slow_clients(portal, beginning):
    camille = portal.camille()
    with ExitStack() as stack:
        slow = [stack.enter_context(line(portal)) for _ in range(MANY)]
        for each in slow:
            each.sendall(beginning)
        time.sleep(0.5)
        waited = []
        for _ in range(5):
            for each in slow:
                each.sendall(b"a")
            seen = timed(camille, "/espace/")
            assert seen.status == 200
            waited.append(seen.seconds)
        assert max(waited) < SOON, waited
        print(f"slowest of 5 pages beside {MANY} slow clients: {max(waited):.2f} s")


def told(portal, request: bytes, *more: bytes) -> bytes:
    with line(portal) as connection:
        connection.sendall(request)
        for part in more:
            time.sleep(0.1)
            connection.sendall(part)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def test_form_that_comes_in_pieces_arrives_whole(portal):
    head = (
        b"POST /espace/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    answer = told(portal, head, b"3\r\na=b\r\n", b"4\r\n&c=d\r\n", b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403"), "read to its end, and refused for want of a token"


def test_sending_larger_than_anything_asked_for_is_refused_before_it_comes(portal):
    answer = told(portal, BODY.replace(b"1000", b"999999999"))
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"Cet envoi est trop lourd" in answer


def test_sender_who_leaves_in_the_middle_leaves_nothing(portal):
    for _ in range(20):
        with line(portal) as connection:
            connection.sendall(BODY)
    assert timed(portal.camille(), "/espace/").seconds < SOON


def test_large_document_arrives_whole_and_leaves_whole(portal):
    """Through the temporary file on the way in, in chunks on the way out."""
    picture = saved(Image.frombytes("RGB", (1200, 800), os.urandom(1200 * 800 * 3)), "PNG")
    assert len(picture) > 2 * 1024**2
    camille = portal.camille()
    camille.get("/espace/documents/")
    assert (
        "est envoyé" in upload(camille, "/espace/documents/", "photo.png", picture, title="Grande photo").page
    )
    sent = "SELECT sha256, state, ref FROM core_document WHERE title = 'Grande photo'"
    assert bytes(portal.sql(sent)[0][0]) == hashlib.sha256(picture).digest()
    assert portal.wait(lambda: portal.sql(sent)[0][1] == "RECEIVED", 60)
