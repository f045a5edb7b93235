"""Addresses under /conseiller/messages/ (product §16)."""

from django.urls import path

from messaging.web import found, live
from messaging.web.advisor import first, inbox, pages, texts

app_name = "threads"

urlpatterns = [
    path("messages/", inbox.index, name="index"),
    path("messages/chercher/", found.for_advisor, name="search"),
    path("messages/nouveau/", first.new, name="new"),
    path("messages/reponses-types/", texts.index, name="texts"),
    path("messages/reponses-types/nouvelle/", texts.new, name="new_text"),
    path("messages/reponses-types/<ref:ref>/", texts.one, name="text"),
    path("messages/reponses-types/<ref:ref>/retirer/", texts.remove, name="remove_text"),
    path("messages/<ref:ref>/", pages.thread, name="thread"),
    path("messages/<ref:ref>/direct/", live.advisors, name="live"),
    path("messages/<ref:ref>/saisie/", live.advisor_types, name="typing"),
    path("messages/<ref:ref>/regle/", pages.resolve, name="resolve"),
]
