"""More text than a form may bring: 413, said plainly, its beginning given back, a bounded piece of it read."""

import tracemalloc
from html import unescape
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client

pytestmark = pytest.mark.django_db

WORDS = "Voici l’histoire, en détail. "
HERE = "/espace/messages/nouveau/"


def post(body: bytes, content_type: str, path: str = HERE, **headers: str) -> tuple[str, dict[str, str], str]:
    """Send bytes through the whole application, as a server does: what it read can be read again."""
    said: dict = {}

    def start(status, given, exc_info=None):
        said["status"], said["headers"] = status, dict(given)

    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "testserver",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
        **headers,
    }
    content = b"".join(get_wsgi_application()(environ, start))
    return said["status"], said["headers"], unescape(content.decode())


def multipart(**fields: str) -> tuple[bytes, str]:
    parts = [
        f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + "--frontier--\r\n").encode(), "multipart/form-data; boundary=frontier"


def urlencoded(**fields: str) -> tuple[bytes, str]:
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


@pytest.mark.parametrize("kind", [urlencoded, multipart])
def test_a_text_of_several_megabytes_is_said_to_be_too_long_and_begins_below(kind):
    status, headers, page = post(
        *kind(csrfmiddlewaretoken="x" * 64, subject="Mon objet", body=WORDS * 120_000)
    )
    assert status.startswith("413")
    assert "Ce texte est trop long" in page
    assert "10\u202f000 signes" in page
    assert "Cette demande n’a pas été comprise" not in page
    given = (
        page.partition('<blockquote class="typed wrap-anywhere">')[2].partition("</blockquote>")[0].strip()
    )
    assert given == (WORDS * 400)[:10_000].strip()
    assert "no-store" in headers["Cache-Control"]
    assert "Content-Security-Policy" in headers


@pytest.mark.parametrize("kind", [urlencoded, multipart])
def test_a_letter_cut_in_the_middle_breaks_nothing(kind):
    for shift in range(7):
        status, _, page = post(*kind(a="x" * shift, body="é’" * 900_000))
        assert status.startswith("413")
        assert "\ufffd" not in page


def test_markup_comes_back_as_text():
    _, _, page = post(*urlencoded(body="<script>alert(1)</script>" * 150_000))
    assert "<script>alert(1)" in page  # unescaped by `post`
    raw = Client().post(HERE, *urlencoded(body="<script>alert(1)</script>" * 150_000)).content.decode()
    assert "<script>alert(1)" not in raw


@pytest.mark.parametrize(
    ("fields", "path", "headers"),
    [
        ({"body": WORDS * 120_000}, HERE, {"HTTP_ORIGIN": "https://ailleurs.example"}),
        ({"body": WORDS * 120_000, "code": "1"}, "/connexion/", {}),
        ({"new_password": "secret", "body": WORDS * 120_000}, HERE, {}),
    ],
    ids=["another site", "signing in", "a password"],
)
def test_what_is_not_ours_to_show_is_not_given_back(fields, path, headers):
    status, _, page = post(*urlencoded(**fields), path=path, **headers)
    assert status.startswith("413")
    assert "Ce texte est trop long" in page
    assert "l’histoire" not in page


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"&" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"a=1&" * 750_000, "application/x-www-form-urlencoded"),
        (b"\x00" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"\xff\xfe" * 1_500_000, "application/x-www-form-urlencoded"),
    ],
)
def test_nonsense_of_that_size_is_the_same_calm_page(body, content_type):
    status, _, page = post(body, content_type)
    assert status.startswith("413")
    assert "\x00" not in page


def test_a_server_whose_line_cannot_be_read_again_says_it_all_the_same():
    long = {"body": WORDS * 120_000}
    for answer in (Client().post(HERE, long), Client().post(HERE, *urlencoded(**long))):
        assert answer.status_code == 413
        assert "Ce texte est trop long" in unescape(answer.text)


def test_no_more_than_the_beginning_is_read_again():
    body, kind = urlencoded(body=WORDS * 1_200_000)
    post(*urlencoded(body=WORDS * 120_000))
    tracemalloc.start()
    post(body, kind)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000 < len(body) / 4


def test_other_requests_nobody_understands_are_as_before():
    status, _, page = post(b"a=%00", "application/x-www-form-urlencoded", "/aide/")
    assert status.startswith("400")
    assert "Cette demande n’a pas été comprise" in page
