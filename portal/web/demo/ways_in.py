"""Ways into the demo: passwords, second factors and the list programs read."""

import base64
import hashlib
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.db.models import Q

from accounts.models import Role, User
from portal.web.demo.past.cast import PASSWORD

SHOWN_CLAIMANTS, SHOWN_CONTESTING = 15, 6


def open_all() -> None:
    """Give everybody a verified address, and staff their second factor with a known secret."""
    known = set(EmailAddress.objects.values_list("user_id", flat=True))
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True)
        for user in User.objects.exclude(email=None)
        if user.pk not in known
    )
    ready = set(Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True))
    for user in User.objects.exclude(role=Role.CLAIMANT):
        if user.pk not in ready:
            TOTP.activate(user, secret_of(user))
            RecoveryCodes.activate(user)


def secret_of(user: User) -> str:
    """Give a demo person's TOTP secret, the same each time so that a phone keeps it; base 32."""
    return base64.b32encode(hashlib.sha256(f"demo {user.email}".encode()).digest()[:20]).decode()


def role_of(user: User) -> str:
    """Name a person's role as `accounts.json` does."""
    if user.role == Role.ADVISOR and user.advisor.is_supervisor:
        return "supervisor"
    return user.role.lower()


def shown() -> list[User]:
    """Choose the people of the demo's front page: all staff, and claimants with the most to see."""
    staff = User.objects.exclude(role=Role.CLAIMANT).select_related("advisor__agency").order_by("pk")
    claimants = (
        User.objects.filter(role=Role.CLAIMANT, email__isnull=False)
        .select_related("claimant__agency")
        .order_by("-claimant__absences__pk", "pk")
        .exclude(claimant__absences=None)[: SHOWN_CLAIMANTS * 3]
    )
    first = list(dict.fromkeys(claimants))[: SHOWN_CLAIMANTS - SHOWN_CONTESTING]
    # And those who did something about a decision, the latest first.
    contesting = (
        User.objects.filter(
            Q(claimant__cases__appeals__gracious__isnull=False)
            | Q(claimant__cases__appeals__mediations__isnull=False)
            | Q(claimant__cases__lifts__isnull=False)
        )
        .select_related("claimant__agency")
        .exclude(pk__in=[user.pk for user in first])
        .order_by("-claimant__cases__pk", "pk")
    )
    return [*first, *list(dict.fromkeys(contesting))[:SHOWN_CONTESTING], *staff]


def accounts() -> dict[str, Any]:
    """List the ways in, for programs."""
    return {
        "url": settings.PUBLIC_URL,
        "accounts": [
            {
                "role": role_of(user),
                "email": user.email,
                "password": PASSWORD,
                **({} if user.role == Role.CLAIMANT else {"totp_secret": secret_of(user)}),
            }
            for user in shown()
        ],
    }
