"""Addresses under /conseiller/messages/ (product §16)."""

from django.urls import path

from messaging.web import found, live
from messaging.web.advisor import first, pages

app_name = "threads"

urlpatterns = [
    path("messages/", pages.index, name="index"),
    path("messages/chercher/", found.for_advisor, name="search"),
    path("messages/nouveau/", first.new, name="new"),
    path("messages/<ref:ref>/", pages.thread, name="thread"),
    path("messages/<ref:ref>/direct/", live.advisors, name="live"),
    path("messages/<ref:ref>/saisie/", live.advisor_types, name="typing"),
    path("messages/<ref:ref>/regle/", pages.resolve, name="resolve"),
]
