"""The second factor of staff: sealed secrets, a mark in the session, no way to switch it off."""

import base64
import hashlib
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

from accounts import access
from accounts.models import User

# In the session: the account that showed its second factor there.
SHOWN = "second_factor_shown_by"


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": (
            "Les agents se connectent toujours en deux étapes. Pour changer de téléphone, "
            "demandez à votre administrateur de réinitialiser la deuxième étape."
        ),
        "cannot_generate_recovery_codes": "Activez d’abord la connexion en deux étapes.",
        "incorrect_code": "Ce code n’est pas le bon. Vérifiez-le, puis recommencez.",
        "rate_limited": "Trop d’essais. Par sécurité, patientez une heure, ou appelez votre administrateur.",
        "unverified_email": "Confirmez d’abord votre adresse e-mail.",
    }

    def encrypt(self, text: str) -> str:
        return _seals().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seals().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not access.is_staff_member(authenticator.user)


def _seals() -> MultiFernet:
    """Seal with today's secret; open with yesterday's too, so that a secret can be renewed."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    # SECRET_KEY is long and random: one hash with a purpose in front makes a key of its own from it.
    return base64.urlsafe_b64encode(hashlib.sha256(b"accounts.second_factor:" + secret.encode()).digest())


# --- the mark ---------------------------------------------------------------------


def has_shown(request: HttpRequest, user: User) -> bool:
    """Say whether the second factor was shown in this very session, by this very account."""
    return bool(request.session.get(SHOWN) == user.pk)


def mark_shown(request: HttpRequest, user: User) -> None:
    """Remember in the session that the second factor was shown."""
    request.session[SHOWN] = user.pk


def reset(user: User) -> int:
    """Take every authenticator of an account away, so that the next sign-in enrols a new one."""
    return int(Authenticator.objects.filter(user=user).delete()[0])


def _on_step(sender: Any, request: HttpRequest, method: str, user: User, **_: Any) -> None:
    if method == "mfa":
        mark_shown(request, user)


def connect() -> None:
    """Listen to allauth, once the apps are ready."""
    authentication_step_completed.connect(_on_step, dispatch_uid="second_factor_step")
