"""The addresses of the desk itself (product §16)."""

from django.urls import path

from portal.web.desk import (
    accommodations,
    agenda,
    availability,
    file,
    portfolio,
    volunteering,
    ways,
    worklist,
)

app_name = "desk"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("agenda/", agenda.agenda, name="agenda"),
    path("disponibilites/", availability.overview, name="availability"),
    path("disponibilites/semaine/", availability.add_week, name="add_week"),
    path("disponibilites/exception/", availability.add_exception, name="add_exception"),
    path("disponibilites/absence/", availability.take_leave, name="take_leave"),
    path("portefeuille/", portfolio.portfolio, name="portfolio"),
    path("suivi-web/", volunteering.volunteer, name="volunteer"),
    path("demandeurs/<ref:ref>/amenagements/", accommodations.change, name="accommodations"),
    path("demandeurs/<ref:ref>/avis/", ways.change, name="ways"),
    path("demandeurs/<ref:ref>/", file.claimant_file, name="file"),
]
