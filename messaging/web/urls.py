"""The addresses of messaging: for machines, and for whoever wants our mails again."""

from django.urls import path

from messaging.web import own_address, returns

urlpatterns = [
    path("compte/adresse-e-mail/retablir/", own_address.prove_again, name="prove_address_again"),
    path("retours/relais/", returns.relay, name="returns_relay"),
    path("retours/mailgun/", returns.mailgun, name="returns_mailgun"),
]
