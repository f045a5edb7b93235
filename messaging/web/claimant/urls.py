"""Addresses under /espace/messages/ (product §16)."""

from django.urls import path

from messaging.web import found, live
from messaging.web.claimant import pages

urlpatterns = [
    path("messages/", pages.index, name="messages"),
    path("messages/chercher/", found.for_person, name="search_messages"),
    path("messages/nouveau/", pages.new, name="new_message"),
    path("messages/<ref:ref>/", pages.thread, name="thread"),
    path("messages/<ref:ref>/direct/", live.claimants, name="thread_live"),
    path("messages/<ref:ref>/saisie/", live.claimant_types, name="thread_typing"),
    path("messages/<ref:ref>/recu-<int:number>.pdf", pages.receipt, name="message_receipt"),
]
