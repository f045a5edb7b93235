"""The addresses of a supervisor (product §16)."""

from django.urls import path

from measures.web.supervisor import owed
from portal.web.agency import following, hours, indicators, overview, unreachable
from portal.web.agency.portfolios import pages as portfolios
from portal.web.figures import pages as figures

app_name = "agency"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("indicateurs/", indicators.page, name="indicators"),
    path("indicateurs.csv", indicators.export, name="indicators_csv"),
    path("procedures/", figures.of_agency, name="procedures"),
    path("procedures.csv", figures.of_agency_csv, name="procedures_csv"),
    path("effets/", owed.index, name="owed"),
    path("effets/<int:owed>/", owed.prove, name="prove"),
    path("horaires/", hours.overview, name="hours"),
    path("horaires/ouverture/", hours.add_opening, name="add_opening"),
    path("horaires/fermeture/", hours.add_closure, name="add_closure"),
    path("horaires/espace-numerique/", hours.keep_kiosk, name="keep_kiosk"),
    path("sans-e-mail/", unreachable.unreachable, name="unreachable"),
    path("portefeuilles/", portfolios.index, name="portfolios"),
    path("portefeuilles/apercu/", portfolios.preview, name="portfolios_preview"),
    path("suivis/", following.index, name="following"),
]
