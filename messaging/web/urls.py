"""The addresses of messaging: for machines, and for whoever wants our mails again."""

from django.urls import path

from messaging.web import returns

urlpatterns = [
    path("retours/relais/", returns.relay, name="returns_relay"),
    path("retours/mailgun/", returns.mailgun, name="returns_mailgun"),
]
