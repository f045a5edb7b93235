"""Nonsense in any parameter is a calm French page, never an error 500."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path


def echo(request):
    return HttpResponse("|".join([*request.GET.values(), *request.POST.values()]))


echo.login_required = False
urlpatterns = [path("echo/", echo)]


@pytest.fixture
def visitor(settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client()


def _is_calm(response) -> bool:
    return response.status_code == 400 and "Cette demande n’a pas été comprise" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "%00=1",
        "q=a&r=b%00c",
        "q=%FF",
        "q=%C3",
        "q=%ED%A0%80",  # half of a pair of surrogates
        "q=%E2%82",
        "q=" + "x" * 1_001,
        "q=" + "%C3%A9" * 1_001,
        "&".join(f"q{n}=xxxxxxx" for n in range(400)),
    ],
)
def test_query_nobody_types_is_refused_calmly(visitor, query):
    assert _is_calm(visitor.get(f"/echo/?{query}"))


@pytest.mark.parametrize(
    "query", ["", "q=", "q", "&&", "=", "q=%C3%A9t%C3%A9+1%202", "q=" + "x" * 1_000, "q=%2500"]
)
def test_honest_query_passes(visitor, query):
    assert visitor.get(f"/echo/?{query}").status_code == 200


@pytest.mark.parametrize("address", ["/echo/%00", "/%00/", "/echo/%00/?q=1"])
def test_path_with_nul_is_refused_calmly(visitor, address):
    assert _is_calm(visitor.get(address))


def test_path_that_is_not_utf8_is_no_address(visitor):
    assert visitor.get("/%FF%FE/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", [r'session="\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"', r'csrf="\000"; a=b'])
def test_cookie_with_nul_is_refused_calmly(visitor, cookie):
    assert _is_calm(visitor.get("/echo/", headers={"cookie": cookie}))


@pytest.mark.parametrize("fields", [{"text": "a\x00b"}, {"a\x00b": "text"}])
def test_form_with_nul_is_refused_calmly(visitor, fields):
    assert _is_calm(visitor.post("/echo/", fields))


@pytest.mark.parametrize(
    "charset", ["utf-16", "utf-7", "unicode_escape", "raw_unicode_escape", "idna", "cp037"]
)
def test_form_in_a_strange_charset_is_refused_calmly(visitor, charset):
    body = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\\ud800\r\n--b--\r\n'
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    response = visitor.generic("POST", "/echo/", body, content_type=kind)
    assert _is_calm(response)


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF-8", "; charset=nonsense"])
def test_form_in_our_charset_passes(visitor, charset):
    body = 'Content-Disposition: form-data; name="text"\r\n\r\nété'.encode()
    body = b"--b\r\n" + body + b"\r\n--b--\r\n"
    response = visitor.generic(
        "POST", "/echo/", body, content_type=f"multipart/form-data; boundary=b{charset}"
    )
    assert response.content.decode() == "été"


def test_broken_multipart_is_refused_calmly(visitor):
    response = visitor.generic("POST", "/echo/", b"nonsense", content_type="multipart/form-data; boundary=")
    assert _is_calm(response)
