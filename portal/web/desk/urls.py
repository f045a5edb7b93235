"""The addresses of the desk itself (product §16)."""

from django.urls import path

from portal.web.desk import accommodations, agenda, file, portfolio, volunteering, worklist

app_name = "desk"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("agenda/", agenda.agenda, name="agenda"),
    path("portefeuille/", portfolio.portfolio, name="portfolio"),
    path("suivi-web/", volunteering.volunteer, name="volunteer"),
    path("demandeurs/<ref:ref>/amenagements/", accommodations.change, name="accommodations"),
    path("demandeurs/<ref:ref>/", file.claimant_file, name="file"),
]
