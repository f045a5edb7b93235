"""Every response carries the security headers: pages, static files, redirects and every error."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.test import Client
from django.urls import path

HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
}


def _open(view):
    view.login_required = False
    return view


@_open
def page(request):
    return HttpResponse("bonjour")


@_open
def download(request):
    response = FileResponse([b"octets"], as_attachment=True, filename="recu.pdf")
    response["Cache-Control"] = "max-age=600"
    return response


@_open
def missing(request):
    raise Http404


@_open
def forbidden(request):
    raise PermissionDenied


@_open
def broken(request):
    raise RuntimeError("a bug")


@_open
def moved(request):
    return HttpResponseRedirect("/page/")


@_open
def shared(request):
    response = HttpResponse("à tous")
    response["Cache-Control"] = "public, max-age=600"
    return response


def closed(request):
    return HttpResponse("à moi")


urlpatterns = [
    *(path(f"{view.__name__}/", view) for view in (page, download, missing, forbidden, broken, moved)),
    *(path(f"{view.__name__}/", view) for view in (shared, closed)),
]


@pytest.fixture
def visitor(settings) -> Client:
    settings.ROOT_URLCONF = __name__
    settings.SECURE_HSTS_SECONDS = 63_072_000
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/page/", 200),
        ("/download/", 200),
        ("/moved/", 302),
        ("/closed/", 302),
        ("/missing/", 404),
        ("/nowhere/", 404),
        ("/page", 301),
        ("/forbidden/", 403),
        ("/broken/", 500),
        ("/page/?x=%00", 400),
        ("/static/css/app.css", 200),
        ("/static/nothing.css", 404),
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_response_carries_the_headers(visitor, address, status, method):
    response = getattr(visitor, method)(address, secure=True)
    response.close()
    if method == "get":
        assert response.status_code == status
    for name, value in HEADERS.items():
        assert value in response.headers.get(name, ""), (name, response.status_code)


def test_unknown_host_carries_the_headers(visitor):
    response = visitor.get("/page/", secure=True, headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert HEADERS.keys() - response.headers.keys() == set()


def test_refused_form_without_token_carries_the_headers(settings):
    settings.ROOT_URLCONF = __name__
    response = Client(enforce_csrf_checks=True).post("/page/", {"a": 1}, secure=True)
    assert response.status_code == 403
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_plain_http_is_sent_to_https_with_the_headers(visitor, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = visitor.get("/page/")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/page/")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/page/", "/download/", "/missing/", "/broken/", "/closed/"])
def test_private_pages_are_kept_by_nobody(visitor, address):
    assert visitor.get(address)["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_what_is_public_may_be_kept(visitor):
    assert visitor.get("/shared/")["Cache-Control"] == "public, max-age=600"
    style = visitor.get("/static/css/app.css")
    style.close()
    assert "public" in style["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in style
