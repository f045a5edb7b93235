"""Wishes of a 100 % web follow-up that nobody could take yet: kept, and granted as soon as somebody can."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts import deeds, signals
from accounts.models import Advisor, Claimant, FollowUpModeChange, WebWish
from portal.core import journal
from portal.core.journal import Actor

WEB = Claimant.FollowUpMode.WEB


def grant(people: Sequence[Claimant], advisor: Advisor, *, by: Actor, now: datetime) -> int:
    """Begin the web follow-up of those among them who wish it, now that their advisor volunteers.

    The caller holds the people's rows. The consent is the one they gave with the wish.
    """
    if not advisor.volunteers_for_web or not people:
        return 0
    known = {person.pk: person for person in people}
    kept = list(WebWish.objects.select_for_update().filter(claimant__in=known))
    for wish in kept:
        person = known[wish.claimant_id]
        change_mode(person, WEB, by=by, now=now, consent_at=wish.wished_at, self_test=wish.self_test)
        journal.record(
            deeds.WEB_GRANTED,
            by=by,
            now=now,
            file_id=person.pk,
            subject_id=person.pk,
            data={"advisor": str(advisor)},
        )
    WebWish.objects.filter(pk__in=[wish.pk for wish in kept]).delete()
    return len(kept)


def keep(person: Claimant, self_test: Any, *, now: datetime) -> bool:
    """Keep a wish; one that is already kept keeps its date. True when it is new."""
    _, new = WebWish.objects.get_or_create(
        claimant=person, defaults={"wished_at": now, "self_test": self_test}
    )
    return new


def change_mode(
    person: Claimant,
    after: str,
    *,
    by: Actor,
    now: datetime,
    consent_at: datetime | None = None,
    self_test: Any = None,
) -> FollowUpModeChange:
    """Write the new mode with its place in the history, and say it upward; the caller holds the person."""
    change = FollowUpModeChange.objects.create(
        claimant=person,
        before=person.follow_up_mode,
        after=after,
        at=now,
        by_id=by.user_id or person.pk,
        consent_at=consent_at,
        self_test=self_test,
    )
    person.follow_up_mode = after
    person.save(update_fields=["follow_up_mode"])
    signals.follow_up_mode_changed.send(sender=Claimant, change=change, by=by, now=now)
    return change
