"""What people do to their own account goes into the journal."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import Signal
from django.http import HttpRequest

from accounts import access, deeds
from accounts.following import archiving
from accounts.models import Claimant, Role, User
from accounts.sign_in import kept_forms, sessions
from portal.core import clock, journal
from portal.core.journal import Actor, JournalCode


def note(code: JournalCode, request: HttpRequest, user: User, **data: Any) -> None:
    """Write what a person did to their own account."""
    role = access.SUPERVISOR if access.is_supervisor(user) else user.role
    by = Actor(user_id=user.pk, role=role, ip=access.client_ip(request))
    file_id = user.pk if user.role == Role.CLAIMANT else None
    with transaction.atomic():
        journal.record(code, by=by, now=clock.now(), file_id=file_id, subject_id=user.pk, data=data)


def _on_signed_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    kept_forms.forget_strangers(request, user)
    request.session[sessions.SEEN_AT] = int(clock.now().timestamp())
    note(deeds.SIGNED_IN, request, user)
    if user.role == Role.CLAIMANT:
        by = Actor(user_id=user.pk, role=user.role, ip=access.client_ip(request))
        archiving.reopen([user.pk], by=by, now=clock.now())


def _on_password(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    note(deeds.PASSWORD_CHANGED, request, user)


def _on_email(sender: Any, request: HttpRequest, user: User, **addresses: Any) -> None:
    before = addresses.get("from_email_address")
    # allauth also says «changed» when an address it did not know yet is proved for the first time.
    if before is None or before.email == addresses["to_email_address"].email:
        return
    with transaction.atomic():
        # E-mails were refused by the old address: the new one has just received a code.
        Claimant.objects.filter(pk=user.pk).update(email_bounced_at=None)
        note(deeds.EMAIL_CHANGED, request, user)


def _on_authenticator(code: JournalCode) -> Any:
    def receiver(
        sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
    ) -> None:
        if authenticator.type == Authenticator.Type.TOTP:
            note(code, request, user)

    return receiver


def _on_codes(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    note(deeds.RECOVERY_CODES_RENEWED, request, user)


def connect() -> None:
    """Listen to Django and allauth, once the apps are ready."""
    listened: list[tuple[Signal, Any]] = [
        (user_logged_in, _on_signed_in),
        (account_signals.password_changed, _on_password),
        (account_signals.password_set, _on_password),
        (account_signals.password_reset, _on_password),
        (account_signals.email_changed, _on_email),
        (mfa_signals.authenticator_added, _on_authenticator(deeds.SECOND_FACTOR_ADDED)),
        (mfa_signals.authenticator_removed, _on_authenticator(deeds.SECOND_FACTOR_REMOVED)),
        (mfa_signals.authenticator_reset, _on_codes),
    ]
    for number, (signal, receiver) in enumerate(listened):
        signal.connect(receiver, weak=False, dispatch_uid=f"accounts.trail.{number}")
