"""Who replies to one of our e-mails is told, once a day, that nobody reads there and how to write to us.

Never a program: no answer to automatic mail, lists, bounces or ourselves (RFC 3834 §2). Never a stranger: an address
that is no account's may be forged, and an answer would be our unwanted mail. The reply itself is not kept.
"""

from collections.abc import Sequence
from datetime import datetime
from email.message import Message
from email.utils import getaddresses
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower

from accounts.models import Role, User
from messaging import deeds, emails, outbox
from messaging.emails import Mail, Row
from messaging.returns import identity
from messaging.returns.identity import normal
from messaging.returns.reports import header, is_report

# The longest address there is (RFC 5321 §4.5.3.1.3).
_LONGEST = 254
_PARIS = ZoneInfo("Europe/Paris")
_ROBOTS = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply", "ne-pas-repondre", "listserv"})
_AUTOMATIC = frozenset({"bulk", "junk", "list", "auto_reply"})
_FROM_A_LIST = ("List-Id", "List-Unsubscribe", "List-Post", "X-Loop", "Feedback-ID")


def answer(message: Message, sender: str, *, now: datetime) -> bool:
    """Owe the day's one answer to whoever replied; False where none is due."""
    address = normal(sender)
    if is_automatic(message, address):
        return False
    user = User.objects.annotate(lower=Lower("email")).filter(lower=address, is_active=True).first()
    if user is None:
        return False
    day = now.astimezone(_PARIS).date().toordinal()
    with transaction.atomic():
        # The outbox's key says it once a day, however many replies come, at once too.
        outbox.enqueue([outbox.Owed(deeds.MAIL_NOBODY_READS, user.pk, user.pk, occurrence=day)], now=now)
    return True


def is_automatic(message: Message, sender: str) -> bool:
    """Say whether a program sent this, or it looks like one: then silence is the only safe answer."""
    local, _, domain = sender.rpartition("@")
    if not local or not domain or len(sender) > _LONGEST or not sender.isprintable():
        return True
    if local in _ROBOTS or sender in _ours() or identity.read(sender):
        return True
    if header(message, "Auto-Submitted").lower() not in ("", "no") or is_report(message):
        return True
    if header(message, "Precedence").lower() in _AUTOMATIC or header(message, "X-Auto-Response-Suppress"):
        return True
    if header(message, "X-Autoreply") or header(message, "X-Autorespond"):
        return True
    return any(header(message, name) for name in _FROM_A_LIST)


def _ours() -> set[str]:
    given = [settings.DEFAULT_FROM_EMAIL, settings.RETURN_ADDRESS]
    return {normal(address) for _, address in getaddresses([text for text in given if text])}


@emails.composes(
    deeds.MAIL_NOBODY_READS, "nobody_reads", label="réponse\u00a0: personne ne lit cette adresse"
)
def nobody_reads(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Say that nobody reads there, and every way to reach us."""
    roles = dict(User.objects.filter(pk__in=[row.person_id for row in rows]).values_list("pk", "role"))
    return {row.id: _mail(claimant=roles[row.person_id] == Role.CLAIMANT) for row in rows}


def _mail(*, claimant: bool) -> Mail:
    return Mail(
        "base",
        "Votre e-mail n’a pas été lu\u00a0: voici comment nous écrire",
        {
            "preheader": "Écrivez-nous depuis votre espace, ou appelez le 3949.",
            "title": "Personne ne lit cette adresse",
            "body": "Vous avez répondu à un de nos e-mails. Nous ne lisons pas les réponses, et la vôtre n’est pas "
            "gardée.\n\n"
            "Pour répondre à une convocation, envoyer un document ou être rappelé, connectez-vous. "
            "Vous pouvez aussi appeler le 3949, ou venir à l’accueil de votre agence.",
            "action_url": emails.absolute("/espace/" if claimant else "/"),
            "action_label": "Ouvrir mon espace",
            "why": "Vous avez répondu à un de nos e-mails. Cet e-mail n’est envoyé qu’une fois par jour.",
        },
    )
