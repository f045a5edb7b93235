"""By which ways a person is told things: their choice, noted once, and what becomes of it where it cannot work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import deeds, signals
from accounts.models import Claimant, NoticeGroup, Way
from portal.core import journal
from portal.core.journal import Actor


@transaction.atomic
def choose_ways(claimant_id: int, wanted: Mapping[str, Any], *, by: Actor, now: datetime) -> Claimant:
    """Keep how a person wants to be told each group of notices; what is not named stays as it is.

    What somebody else noted for them is confirmed to them in writing, by the ways now chosen.
    """
    claimant = Claimant.objects.select_for_update(no_key=True).get(pk=claimant_id)
    changed = [
        group
        for group in NoticeGroup
        if group.value in wanted and claimant.way_of(group) != wanted[group.value]
    ]
    if not changed:
        return claimant
    before = {group.value: str(claimant.way_of(group)) for group in changed}
    for group in changed:
        setattr(claimant, group.value, Way(wanted[group.value]))
    claimant.save(update_fields=[group.value for group in changed])
    after = {group.value: str(claimant.way_of(group)) for group in changed}
    what = ", ".join(f"{group.label} {claimant.way_of(group).label}" for group in changed)
    journal.record(
        deeds.WAYS_CHANGED,
        by=by,
        now=now,
        file_id=claimant.pk,
        data={"what": what, "before": before, "after": after},
    )
    if by.user_id != claimant.pk:
        signals.ways_recorded.send(sender=Claimant, claimant_id=claimant.pk, by=by, now=now)
    return claimant


def nothing_arrives(claimant: Claimant) -> str:
    """Say that neither an e-mail nor a letter would arrive; nothing where one would."""
    if claimant.email_works or claimant.letters_work:
        return ""
    return (
        "L’adresse e-mail manque ou ne marche plus, et l’adresse postale manque\u00a0: tout reste dans l’espace "
        "personnel. Pour un rendez-vous, l’agence appelle."
    )


def stands_in(claimant: Claimant, group: NoticeGroup) -> str:
    """Say what happens where the chosen way does not work; nothing where it does, or where none would."""
    way, real = claimant.way_of(group), claimant.routes_of(group)
    if way == Way.SPACE or nothing_arrives(claimant):
        return ""
    if not real.email and not real.letter:
        return "L’adresse e-mail manque ou ne marche plus\u00a0: tout reste dans l’espace personnel."
    if way != Way.LETTER and not real.email:
        return "L’adresse e-mail manque ou ne marche plus\u00a0: une lettre part à la place."
    if way != Way.EMAIL and not real.letter:
        return "L’adresse postale manque\u00a0: un e-mail part à la place."
    return ""
