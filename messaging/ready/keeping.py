"""An advisor keeps their own ready texts, a supervisor those of the agency."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from accounts.models import Advisor, Agency
from messaging import deeds
from messaging.models import READY_MAX, TITLE_MAX, ReadyText
from messaging.ready import blanks
from messaging.threads.messages import cleaned
from portal.core import journal
from portal.core.french import NBSP
from portal.core.journal import Actor, JournalCode
from portal.core.transitions import Refusal


class NoTitle(Refusal):
    sentence = "Donnez un titre à cette réponse type, pour la retrouver."


class TitledAlready(Refusal):
    sentence = "Une réponse type porte déjà ce titre. Choisissez-en un autre."


class TooManyTexts(Refusal):
    sentence = f"{READY_MAX} réponses types au plus{NBSP}: retirez-en une, puis recommencez."


class NoLongerThere(Refusal):
    sentence = "Cette réponse type a été retirée entre-temps. Votre texte est gardé ci-dessous."


def add(advisor_id: int, *, title: str, body: str, shared: bool, by: Actor, now: datetime) -> ReadyText:
    """Keep a new text, for its advisor or for the agency.

    Raises NoTitle, NothingWritten, TooLong, UnknownBlank, TitledAlready, TooManyTexts.
    """
    with transaction.atomic():
        title, body = _clean(title, body)
        agency_id = Advisor.objects.values_list("agency_id", flat=True).get(pk=advisor_id)
        whose = {"agency_id": agency_id} if shared else {"owner_id": advisor_id}
        _hold(**whose)
        mine = ReadyText.objects.filter(**whose)
        _refuse_twice(mine, title)
        taken = set(mine.values_list("place", flat=True))
        free = next((place for place in range(READY_MAX) if place not in taken), None)
        if free is None:
            raise TooManyTexts
        row: ReadyText = ReadyText.objects.create(**whose, title=title, body=body, place=free, changed_at=now)
        _record(deeds.READY_ADDED, row, by=by, now=now)
        return row


def change(text_id: int, *, title: str, body: str, by: Actor, now: datetime) -> ReadyText:
    """Change a text; messages already sent keep what they said. Raises as `add` does, and NoLongerThere."""
    with transaction.atomic():
        title, body = _clean(title, body)
        whose = ReadyText.objects.filter(pk=text_id).values("owner_id", "agency_id").first()
        if whose is None:
            raise NoLongerThere
        _hold(**whose)
        row = ReadyText.objects.select_for_update().filter(pk=text_id).first()
        if row is None:
            raise NoLongerThere
        _refuse_twice(ReadyText.objects.filter(**whose).exclude(pk=row.pk), title)
        row.title, row.body, row.changed_at = title, body, now
        row.save(update_fields=["title", "body", "changed_at"])
        _record(deeds.READY_CHANGED, row, by=by, now=now)
        return row


def remove(text_id: int, *, by: Actor, now: datetime) -> None:
    """Take a text off the list; what was sent with it stays as it was said."""
    with transaction.atomic():
        row = ReadyText.objects.select_for_update().filter(pk=text_id).first()
        if row is None:
            return
        _record(deeds.READY_REMOVED, row, by=by, now=now)
        row.delete()


def _clean(title: str, body: str) -> tuple[str, str]:
    title = " ".join(title.split())[:TITLE_MAX]
    if not title:
        raise NoTitle
    body = cleaned(body)
    blanks.refuse_unknown(body)
    return title, body


def _hold(*, owner_id: int | None = None, agency_id: int | None = None) -> None:
    """Hold whose list it is, so that two clicks find two places and two titles."""
    if owner_id is not None:
        Advisor.objects.select_for_update(no_key=True).only("pk").get(pk=owner_id)
    if agency_id is not None:
        Agency.objects.select_for_update(no_key=True).only("pk").get(pk=agency_id)


def _refuse_twice(others: QuerySet[ReadyText], title: str) -> None:
    if others.annotate(lower=Lower("title")).filter(lower=Lower(Value(title))).exists():
        raise TitledAlready


def _record(code: JournalCode, row: ReadyText, *, by: Actor, now: datetime) -> None:
    whose = "pour toute l’agence" if row.is_shared else "pour ses propres messages"
    journal.record(
        code,
        by=by,
        now=now,
        subject_id=row.pk,
        data={"ref": str(row.ref), "title": row.title, "whose": whose},
    )
