"""The addresses of a supervisor (product §16)."""

from django.urls import path

from portal.web.agency import indicators, overview, unreachable

app_name = "agency"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("indicateurs/", indicators.page, name="indicators"),
    path("indicateurs.csv", indicators.export, name="indicators_csv"),
    path("sans-e-mail/", unreachable.unreachable, name="unreachable"),
]
