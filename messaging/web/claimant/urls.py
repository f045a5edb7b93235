"""Addresses under /espace/messages/ (product §16)."""

from django.urls import path

from messaging.web.claimant import pages

urlpatterns = [
    path("messages/", pages.index, name="messages"),
    path("messages/nouveau/", pages.new, name="new_message"),
    path("messages/<ref:ref>/", pages.thread, name="thread"),
    path("messages/<ref:ref>/recu-<int:number>.pdf", pages.receipt, name="message_receipt"),
]
