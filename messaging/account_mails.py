"""E-mails about the account itself: one-time codes, and word of every change to how one signs in.

Accounts say that such a mail is owed (`accounts.signals.account_mail`); the words are here. A code stands in
the row's payload until the mail has left, and nowhere else.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from accounts.signals import COPY_TAKEN, account_mail
from messaging import emails, outbox
from messaging.emails import Mail, Row
from portal.core import french

log = logging.getLogger(__name__)

KIND = 1
PARIS = ZoneInfo("Europe/Paris")
# A word of a change that could not leave for so long no longer helps; a code lives as long as it is valid.
OLDEST_NOTICE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Code:
    """The words around a one-time code."""

    subject: str
    title: str
    purpose: str


@dataclass(frozen=True, slots=True)
class _Notice:
    """The words that tell of a change already made."""

    subject: str
    title: str
    fact: str


_CODES = {
    "account/email/login_code": _Code(
        "Votre code pour vous connecter à Espace Emploi",
        "Votre code de connexion",
        "Saisissez ce code dans la page où vous l’avez demandé.",
    ),
    "account/email/password_reset_code": _Code(
        "Votre code pour changer de mot de passe",
        "Votre code pour changer de mot de passe",
        "Saisissez ce code dans la page où vous l’avez demandé. Vous choisirez ensuite un nouveau mot de passe.",
    ),
    "account/email/email_confirmation": _Code(
        "Votre code pour confirmer cette adresse e-mail",
        "Confirmez votre adresse e-mail",
        "Saisissez ce code dans la page où vous l’avez demandé. Cette adresse sera alors celle de votre compte.",
    ),
}
_CODES["account/email/email_confirmation_signup"] = _CODES["account/email/email_confirmation"]

_CHANGED_PASSWORD = _Notice(
    "Votre mot de passe Espace Emploi a changé",
    "Votre mot de passe a changé",
    "Le mot de passe de votre compte a changé",
)
_NOTICES = {
    "account/email/password_changed": _CHANGED_PASSWORD,
    "account/email/password_reset": _CHANGED_PASSWORD,
    "account/email/password_set": _Notice(
        "Vous avez choisi un mot de passe pour Espace Emploi",
        "Votre compte a un mot de passe",
        "Un mot de passe a été choisi pour votre compte",
    ),
    "account/email/email_changed": _Notice(
        "L’adresse e-mail de votre compte a changé",
        "Votre adresse e-mail a changé",
        "L’adresse e-mail de votre compte a été remplacée",
    ),
    "account/email/email_confirm": _Notice(
        "Votre adresse e-mail est confirmée",
        "Votre adresse e-mail est confirmée",
        "Cette adresse a été confirmée pour votre compte",
    ),
    "account/email/email_deleted": _Notice(
        "Une adresse e-mail a été retirée de votre compte",
        "Une adresse e-mail a été retirée",
        "Cette adresse a été retirée de votre compte",
    ),
    "account/email/account_already_exists": _Notice(
        "Cette adresse e-mail sert déjà à votre compte",
        "Vous avez déjà un compte avec cette adresse",
        "Quelqu’un a voulu utiliser cette adresse pour un autre compte",
    ),
    COPY_TAKEN: _Notice(
        "Une copie de vos données a été téléchargée",
        "Une copie de vos données a été téléchargée",
        "Une copie de toutes vos données a été téléchargée depuis votre compte",
    ),
    "mfa/email/totp_activated": _Notice(
        "La connexion en deux étapes est activée",
        "La connexion en deux étapes est activée",
        "La connexion en deux étapes a été activée sur votre compte",
    ),
    "mfa/email/totp_deactivated": _Notice(
        "La connexion en deux étapes est arrêtée",
        "La connexion en deux étapes est arrêtée",
        "La connexion en deux étapes a été arrêtée sur votre compte",
    ),
    "mfa/email/recovery_codes_generated": _Notice(
        "De nouveaux codes de secours ont été créés",
        "Vous avez de nouveaux codes de secours",
        "De nouveaux codes de secours ont été créés pour votre compte. Les anciens ne marchent plus. C’était",
    ),
}
_ANY_CHANGE = _Notice(
    "Un réglage de votre compte Espace Emploi a changé",
    "Un réglage de votre compte a changé",
    "Un réglage de votre compte a changé",
)


def connect() -> None:
    """Listen to accounts."""
    account_mail.connect(owe_account_mail, dispatch_uid="messaging.account_mails")


def owe_account_mail(
    sender: object,
    *,
    email: str,
    user: User,
    template_prefix: str,
    context: Mapping[str, Any],
    now: datetime,
    **kwargs: object,
) -> None:
    """Owe a mail about the account to `email`, which may be an address not yet the account's.

    Each request owes a mail of its own: the instant, in microseconds, tells them apart. Raises
    RuntimeError outside a transaction.
    """
    if template_prefix not in _CODES and template_prefix not in _NOTICES:
        log.error("no words for the account mail %s", template_prefix)
    payload: dict[str, str | int] = {"to": email, "about": template_prefix}
    if context.get("code"):
        payload |= {"code": str(context["code"]), "minutes": int(context.get("minutes", 15))}
    asked = outbox.Owed(KIND, user.pk, user.pk, occurrence=_microseconds(now))
    outbox.enqueue_with_payload(asked, json.dumps(payload), now=now)


@emails.composes(KIND, "account", label="e-mail sur le compte", on_request=True)
def compose(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Write the mails about accounts that are still of use."""
    mails: dict[int, Mail] = {}
    for row in rows:
        # Given up and put back: what it said is gone.
        if row.payload is None:
            continue
        asked = datetime.fromtimestamp(row.occurrence / 1_000_000, UTC)
        words = _CODES.get(row.payload["about"])
        if words and "code" in row.payload:
            valid = timedelta(minutes=row.payload["minutes"])
            if now < asked + valid:
                mails[row.id] = _code_mail(words, row.payload, asked + valid)
        elif now < asked + OLDEST_NOTICE:
            mails[row.id] = _notice_mail(
                _NOTICES.get(row.payload["about"], _ANY_CHANGE), row.payload["to"], asked
            )
    return mails


def _code_mail(words: _Code, payload: Mapping[str, Any], until: datetime) -> Mail:
    minutes = french.plural(payload["minutes"], "minute")
    hour = french.clock_time(until.astimezone(PARIS))
    deadline = f"Ce code est valable {minutes}, jusqu’à {hour} ({french.zone_name(PARIS)})."
    return Mail(
        template="code",
        subject=words.subject,
        context={
            "preheader": deadline,
            "title": words.title,
            "code": payload["code"],
            "deadline_text": deadline,
            "body": f"{words.purpose}\n\nNe donnez ce code à personne, même à un conseiller. "
            "Vous n’avez rien demandé\u202f? Ne faites rien\u00a0: sans ce code, personne n’entre.",
            "why": "Ce code a été demandé pour votre compte.",
        },
        to=payload["to"],
    )


def _notice_mail(words: _Notice, to: str, at: datetime) -> Mail:
    when = french.full_datetime(at, PARIS, zone=True)
    return Mail(
        template="base",
        subject=words.subject,
        context={
            "preheader": "Si ce n’est pas vous, appelez le 3949.",
            "title": words.title,
            "body": f"{words.fact} le {when}.\n\nC’est bien vous\u202f? Vous n’avez rien à faire.\n\n"
            "Ce n’est pas vous\u202f? Appelez le 3949\u00a0: nous protégerons votre compte avec vous.",
            "action_url": emails.absolute("/compte/"),
            "action_label": "Voir mon compte",
            "why": "Nous vous disons tout changement de votre compte.",
        },
        to=to,
    )


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
