"""Files in the archive: out of the advisors' sight after years without use, back with the person.

The person themself always sees and copies what is theirs. Who puts files away knows everything that may still be
open in them, and stands above (convocations.archive).
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts import deeds
from accounts.following import wishes
from accounts.models import Claimant
from portal.core import journal
from portal.core.journal import Actor, Line

_MODES = Claimant.FollowUpMode


@transaction.atomic
def reopen(claimant_ids: Collection[int], *, by: Actor, now: datetime) -> int:
    """Take these people's files out of the archive: they came back, or an appointment is fixed with them.

    Followed by web alone by an advisor who no longer volunteers, they are followed at the agency.
    """
    away = Claimant.objects.filter(pk__in=claimant_ids, archived_at__isnull=False)
    if not away.exists():
        return 0
    rows = list(
        away.select_for_update(of=("self",), no_key=True).select_related("advisor", "user").order_by("pk")
    )
    for person in rows:
        if person.follow_up_mode == _MODES.WEB and not person.advisor.volunteers_for_web:
            wishes.change_mode(person, _MODES.GUIDED, by=by, now=now)
    Claimant.objects.filter(pk__in=[person.pk for person in rows]).update(archived_at=None)
    journal.record_all(
        [Line(deeds.FILE_REOPENED, file_id=person.pk, subject_id=person.pk) for person in rows],
        by=by,
        now=now,
    )
    return len(rows)
