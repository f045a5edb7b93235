"""The addresses of a supervisor (product §16)."""

from django.urls import path

from portal.web.agency import following, indicators, overview, portfolios, unreachable

app_name = "agency"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("indicateurs/", indicators.page, name="indicators"),
    path("indicateurs.csv", indicators.export, name="indicators_csv"),
    path("sans-e-mail/", unreachable.unreachable, name="unreachable"),
    path("portefeuilles/", portfolios.index, name="portfolios"),
    path("portefeuilles/apercu/", portfolios.preview, name="portfolios_preview"),
    path("suivis/", following.index, name="following"),
]
