"""Close each agency's batch of the day: what waits since the last one is printed and posted together."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from django.db import connection, transaction

from accounts.models import Agency, Claimant, Closure
from messaging import deeds
from messaging.models import Letter, LetterBatch
from messaging.posting import wording
from messaging.posting.recalling import call_back_overtaken
from messaging.states import LetterState
from portal.core import deadlines, parameters
from portal.core.deadlines import Planned
from portal.core.hints import hint
from portal.core.references import draw_free
from portal.core.working_time import is_jour_ouvre

PRINTS = "messaging.print_letters"
AT_ONCE = 1_000


def close_due(now: datetime) -> int:
    """Close the batch of each agency where letters wait, on a working day, once its hour has come; how many.

    Once a day: what is written afterwards, or was spoilt in print, waits for the next working morning.
    """
    hour = parameters.current().letters_hour
    closed = 0
    for agency in Agency.objects.filter(pk__in=Letter.objects.waiting().values("agency_id")).order_by("pk"):
        day = now.astimezone(agency.place.zone).date()
        if _its_hour(agency, now, hour):
            closed += close(agency.pk, day, now=now) is not None
    return closed


def _its_hour(agency: Agency, now: datetime, hour: int) -> bool:
    """Say whether it is a working morning there, and late enough in it."""
    local = now.astimezone(agency.place.zone)
    day = local.date()
    if local.hour < hour:
        return False
    closures = Closure.objects.whole_days().filter(agency=agency, first_day__lte=day, last_day__gte=day)
    return is_jour_ouvre(day, agency.place) and not closures.exists()


@transaction.atomic
def close(agency_id: int, day: date, *, now: datetime) -> LetterBatch | None:
    """Put what waits in an agency into the batch of a day, and have it printed; what was overtaken is called back.

    None when that day has its batch, or nothing is left to print.
    """
    if LetterBatch.objects.filter(agency_id=agency_id, day=day).exists():
        return None
    waiting = list(
        Letter.objects.of_agency(agency_id)
        .waiting()
        .select_for_update(no_key=True)
        .order_by("id")
        .defer("words", "recipient")
    )
    called_back = call_back_overtaken(waiting, now)
    letters = [letter.pk for letter in waiting if letter.pk not in called_back]
    batch_id = _open(agency_id, day, now) if letters else None
    if batch_id is None:
        return None
    for start in range(0, len(letters), AT_ONCE):
        _address(letters[start : start + AT_ONCE])
    Letter.objects.filter(pk__in=letters).move_all(LetterState.BATCHED, batch_id=batch_id)
    deadlines.schedule([Planned(deeds.DUE_PRINT, batch_id, now)])
    transaction.on_commit(partial(hint, PRINTS), robust=True)
    return LetterBatch.objects.get(pk=batch_id)


def _open(agency_id: int, day: date, now: datetime) -> int | None:
    """Write the batch's row; two that close at once meet at its key, and one of them finds it done."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_letterbatch (ref, agency_id, day, state, closed_at, pdf_key)
            VALUES (%s, %s, %s, 'CLOSED', %s, '') ON CONFLICT (agency_id, day) DO NOTHING RETURNING id
            """,
            [draw_free(LetterBatch, 1)[0], agency_id, day, now],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def _address(letter_ids: Sequence[int]) -> None:
    """Take the address people have by now: one that moved since the letter was written gets it there."""
    letters = list(Letter.objects.filter(pk__in=letter_ids).only("claimant_id", "recipient"))
    people = Claimant.objects.select_related("user").in_bulk({letter.claimant_id for letter in letters})
    moved = []
    for letter in letters:
        person = people[letter.claimant_id]
        latest = wording.recipient(person)
        if person.street and person.city and latest != letter.recipient:
            letter.recipient = latest
            moved.append(letter)
    Letter.objects.bulk_update(moved, ["recipient"])
