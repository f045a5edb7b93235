"""Addresses under /espace/ that belong to the whole portal: home, documents, journal."""

from django.urls import path

from portal.web.space import documents, follow_up, home, journal, moving, own_data

urlpatterns = [
    path("", home.home, name="home"),
    path("nouveautes/lues/", home.read_news, name="read_news"),
    path("documents/", documents.index, name="documents"),
    path("journal/", journal.index, name="journal"),
    path("donnees/", own_data.index, name="own_data"),
    path("donnees/copie/", own_data.copy, name="own_data_copy"),
    path("suivi/", follow_up.index, name="follow_up"),
    path("suivi/quitter/", follow_up.leave, name="leave_web"),
    path("profil/demenagement/", moving.move, name="moving"),
]
