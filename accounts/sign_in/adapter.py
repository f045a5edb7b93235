"""What we answer when allauth asks: French sentences, addresses, mails through our outbox."""

import logging
import time
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import access, signals
from accounts.models import User
from portal.core import clock

log = logging.getLogger(__name__)

CODE_MINUTES = 15
# What a mail may need of allauth's context; requests, sites and users stay behind.
_PLAIN = ("code", "ip", "user_agent", "timestamp", "from_email", "to_email", "deleted_email")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "L’accès à ce compte est fermé. Appelez le 3949 pour en savoir plus.",
        "cannot_remove_primary_email": "Cette adresse sert à vous connecter. Remplacez-la par une autre.",
        "duplicate_email": "Cette adresse est déjà celle de votre compte.",
        "email_password_mismatch": (
            "L’adresse e-mail ou le mot de passe ne correspond pas. "
            "Vérifiez-les, ou recevez un code par e-mail."
        ),
        "email_taken": "Cette adresse ne peut pas être utilisée. Indiquez-en une autre, ou appelez le 3949.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel.",
        "incorrect_code": "Ce code n’est pas le bon. Vérifiez-le, puis recommencez.",
        "incorrect_password": "Ce n’est pas votre mot de passe.",
        "invalid_or_expired_key": "Ce lien ou ce code n’est plus valable. Demandez-en un nouveau.",
        "invalid_login": "Ces informations ne permettent pas de vous connecter.",
        "invalid_password_reset": "Ce code n’est plus valable. Demandez-en un nouveau.",
        "max_email_addresses": "Un compte a une seule adresse e-mail.",
        "too_many_login_attempts": (
            "Trop d’essais. Par sécurité, patientez une heure, ou appelez le 3949. "
            "Votre compte n’est pas bloqué."
        ),
        "unknown_email": "Ces informations ne permettent pas de vous connecter.",
        "unverified_primary_email": "Confirmez d’abord votre adresse e-mail.",
        "same_as_current": "Indiquez une valeur différente de l’actuelle.",
        "rate_limited": "Trop d’essais en peu de temps. Patientez quelques minutes, puis recommencez.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Lead only to pages of ours: an address with a host in it is never followed."""
        return bool(url_has_allowed_host_and_scheme(url, allowed_hosts=None))

    def get_client_ip(self, request: HttpRequest) -> str:
        return access.client_ip(request) or "0.0.0.0"  # noqa: S104 - no address, not a place to listen

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return access.home_path(access.signed_in(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/compte/"

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return "/compte/" if self.request.user.is_authenticated else "/connexion/"

    def get_login_stages(self) -> list[str]:
        """Leave out the proof of address at sign-in: addresses are entered by the service."""
        return ["allauth.account.stages.LoginByCodeStage", "allauth.mfa.stages.AuthenticateStage"]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Take a sign-in of less than five minutes ago as proof; ask again after that."""
        return not proved_lately(self.request)

    def set_password(self, user: Any, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe a mail about the account to its holder, in a transaction, through `account_mail`."""
        now = clock.now()
        user = self._holder(email, context)
        if user is None:
            return
        if not signals.account_mail.has_listeners():
            log.error("Nobody sends account mails: %s is lost.", template_prefix)
        with transaction.atomic():
            signals.account_mail.send(
                sender=type(self),
                email=email,
                user=user,
                template_prefix=template_prefix,
                context={"minutes": CODE_MINUTES, **_plain(context)},
                now=now,
            )

    def _holder(self, email: str, context: dict[str, Any]) -> User | None:
        """Find whose account the mail is about; a new address being proved belongs to nobody yet."""
        named = context.get("user")
        if isinstance(named, User):
            return named
        holder = User.objects.filter(email=email.lower()).first()
        if holder is None and self.request.user.is_authenticated:
            return access.signed_in(self.request)
        return holder


def proved_lately(request: HttpRequest) -> bool:
    """Say whether the person showed a password, code or second factor in the last minutes of this session."""
    records = get_authentication_records(request, request.user) if request.user.is_authenticated else []
    latest = max((record["at"] for record in records), default=0.0)
    return bool(time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def _plain(context: dict[str, Any]) -> dict[str, str]:
    plain: dict[str, str] = {}
    for key in _PLAIN:
        value = context.get(key)
        if isinstance(value, datetime):
            plain[key] = value.astimezone(UTC).isoformat()
        elif value:
            plain[key] = str(value)
    return plain
