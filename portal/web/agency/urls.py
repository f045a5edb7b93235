"""The addresses of a supervisor (product §16)."""

from django.urls import path

from portal.web.agency import overview, unreachable

app_name = "agency"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("sans-e-mail/", unreachable.unreachable, name="unreachable"),
]
