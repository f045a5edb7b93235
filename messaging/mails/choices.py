"""The confirmation of how a person is told, where somebody of the service noted it for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import Claimant, NoticeGroup
from accounts.signals import ways_recorded
from messaging import deeds, outbox
from messaging.emails import Mail, Row, Words, absolute, composes
from portal.core.french import first_up

_WHY = "quelqu’un de votre agence a noté ce choix pour vous."
_TITLE = "Votre choix est noté : comment nous vous prévenons"
_FIRST = "Votre agence a noté comment vous souhaitez être prévenu."


@receiver(ways_recorded, dispatch_uid="messaging.ways_recorded")
def owe_confirmation(sender: Any, *, claimant_id: int, now: datetime, **_: Any) -> None:
    """Owe the confirmation of a choice noted for somebody; each instant is one of its own."""
    occurrence = int(now.timestamp() * 1_000)
    outbox.enqueue([outbox.Owed(deeds.MAIL_WAYS, claimant_id, claimant_id, occurrence)], now=now)


@composes(
    deeds.MAIL_WAYS, "ways", label="choix noté pour vos avis", group=NoticeGroup.FOLLOW_UP, by_post=True
)
def ways_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Say how a person is told from now on, group by group, and how to change it."""
    people = Claimant.objects.select_related("agency").in_bulk({row.subject_id for row in rows})
    return {row.id: _mail(people[row.subject_id]) for row in rows}


def _mail(person: Claimant) -> Mail:
    ways = [(first_up(group.label), person.way_of(group).label) for group in NoticeGroup]
    agency = person.agency
    return Mail(
        "notice",
        _TITLE,
        {
            "title": _TITLE,
            "preheader": "Vous pouvez changer à tout moment.",
            "body": "\n\n".join(
                [
                    _FIRST,
                    *(f"{about} : {way}." for about, way in ways),
                    "Ce n’est pas ce que vous vouliez ? Vous pouvez changer à tout moment, dans votre profil, "
                    "par téléphone ou à l’accueil.",
                ]
            ),
            "action_url": absolute("/espace/profil/"),
            "action_label": "Voir ou changer mes choix",
            "why": _WHY,
            "help_text": f"Votre agence : {agency.name}, {agency.address}. Téléphone : {agency.phone}.",
        },
        letter=lambda: Words(
            _TITLE,
            [
                _FIRST,
                "Ce n’est pas ce que vous vouliez ? Vous pouvez changer à tout moment, par téléphone ou à l’accueil.",
            ],
            facts=[(about, first_up(way)) for about, way in ways],
        ),
    )
