"""A code read at an address proves that mails arrive there: whoever types it is written to again."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.http import HttpRequest

from accounts import access
from accounts.models import User
from messaging.returns import addresses
from portal.core import clock
from portal.core.journal import Actor


def connect() -> None:
    """Listen to allauth."""
    email_confirmed.connect(_on_confirmed, dispatch_uid="messaging.returns.proofs")


def _on_confirmed(sender: Any, request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    user = User.objects.get(pk=email_address.user_id)
    by = Actor(user_id=user.pk, role=user.role, ip=access.client_ip(request))
    addresses.prove(user, email_address.email, by=by, now=clock.now())
