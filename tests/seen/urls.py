"""Every address of the product with the demo's beside them, and each page of an error that cannot be asked for."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from portal.urls import handler400 as not_understood
from portal.urls import urlpatterns as product
from portal.web.demo import views as demo

ERRORS = {400: BadRequest, 403: PermissionDenied, 404: Http404, 413: RequestDataTooBig, 500: RuntimeError}


@login_not_required
def fail(request: HttpRequest, status: int) -> HttpResponse:
    """Fail as asked; 429 and a refused token answer with their own page."""
    if status in ERRORS:
        raise ERRORS[status]
    return render(request, {429: "429.html", 419: "403_csrf.html"}[status], status=status)


urlpatterns = [
    *product,
    path("", include(demo)),
    path("erreur/<int:status>/", fail),
]

handler400 = not_understood
