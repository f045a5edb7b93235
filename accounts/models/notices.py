"""By which way each group of notices reaches a person: theirs to choose, within what the law asks for."""

from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q


class Way(models.TextChoices):
    EMAIL = "EMAIL", "par e-mail"
    LETTER = "LETTER", "par lettre"
    BOTH = "BOTH", "par e-mail et par lettre"
    SPACE = "SPACE", "seulement dans l’espace personnel"


class NoticeGroup(models.TextChoices):
    """What is chosen together; the value is the column of `Claimant` that keeps the choice."""

    APPOINTMENTS = "appointments_by", "rendez-vous"
    ANSWERS = "answers_by", "demandes, absences, documents et procédures"
    FOLLOW_UP = "follow_up_by", "suivi"
    MESSAGES = "messages_by", "messages et appels du conseiller"
    REMINDERS = "reminders_by", "rappels avant un rendez-vous"

    @property
    def ways(self) -> tuple[Way, ...]:
        """Give the ways that may be chosen: what the law asks for always comes by one that can be proven."""
        return _WAYS[self]

    @property
    def may_stop(self) -> bool:
        """Say whether a person may find these in their space alone."""
        return Way.SPACE in self.ways


_PROVEN = (Way.EMAIL, Way.LETTER, Way.BOTH)
_WAYS = {
    NoticeGroup.APPOINTMENTS: _PROVEN,
    NoticeGroup.ANSWERS: _PROVEN,
    # Who follows a file is something one has a right to know (CRPA L111-2).
    NoticeGroup.FOLLOW_UP: _PROVEN,
    NoticeGroup.MESSAGES: (*_PROVEN, Way.SPACE),
    # The last one leaves two hours before: no letter would come in time.
    NoticeGroup.REMINDERS: (Way.EMAIL, Way.SPACE),
}


class Routes(NamedTuple):
    """Which ways a notice really takes."""

    email: bool
    letter: bool


def routes(way: str, *, email_works: bool, letter_works: bool) -> Routes:
    """Say which ways a notice takes: where the one chosen does not work, the other stands in."""
    if way == Way.SPACE:
        return Routes(email=False, letter=False)
    return Routes(
        email=email_works and (way != Way.LETTER or not letter_works),
        letter=letter_works and (way != Way.EMAIL or not email_works),
    )


def choice(group: NoticeGroup) -> Any:
    """Make the column of one group."""
    return models.CharField(
        group.label,
        max_length=8,
        choices=[(way.value, way.label) for way in group.ways],
        default=Way.EMAIL,
        db_default=Way.EMAIL.value,
    )


def allowed() -> Q:
    """Give the condition that no group comes by a way it may not take."""
    condition = Q()
    for group in NoticeGroup:
        condition &= Q(**{f"{group.value}__in": [way.value for way in group.ways]})
    return condition
