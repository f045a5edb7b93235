"""Life cycles: one table per cycle, one door that writes a state, one kind of refusal.

A process refuses by raising a `Refusal`, whose sentence is what the person reads.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import models

from portal.core.french import typographic


class Refusal(Exception):
    """What a person asked cannot be done; `sentence` is the French sentence they read."""

    sentence = "Cette action n’est pas possible pour le moment."

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = typographic(sentence or self.sentence)
        super().__init__(self.sentence)


class IllegalMove(Refusal):
    """The row is no longer in a state from which this move exists: somebody moved it meanwhile."""

    sentence = "Ce dossier a changé entre-temps. Relisez la page avant de continuer."


Transitions = Mapping[str, frozenset[str]]


def transitions(table: Mapping[Any, Iterable[Any]]) -> Transitions:
    """Freeze a readable table `{state: {next, …}}`; a state with no exit is final."""
    return {str(state): frozenset(str(following) for following in next_) for state, next_ in table.items()}


class Stateful(models.Model):
    """A row with a life cycle; nothing but `move_to` and `StatefulQuerySet.move_all` writes `state`."""

    TRANSITIONS: ClassVar[Transitions]

    class Meta:
        abstract = True

    def may_move_to(self, state: str) -> bool:
        """Say whether the life cycle has this step from here."""
        return str(state) in self.TRANSITIONS[str(getattr(self, "state"))]  # noqa: B009

    def move_to(self, state: str, *, saving: Iterable[str] = ()) -> None:
        """Move the row, saving its state and the named fields; raises `IllegalMove`.

        The caller holds the row's lock. Where one forgot, the row itself refuses: it moves only if it
        still is in the state that was read.
        """
        if not self.may_move_to(state):
            raise IllegalMove
        attnames = {field.name: field.attname for field in self._meta.concrete_fields}
        columns = [attnames[name] for name in saving]
        moved = (
            type(self)
            ._base_manager.filter(**{"pk": self.pk, "state": getattr(self, "state")})  # noqa: B009
            .update(**{"state": str(state)}, **{column: getattr(self, column) for column in columns})
        )
        if not moved:
            raise IllegalMove
        setattr(self, "state", str(state))  # noqa: B010


class StatefulQuerySet(models.QuerySet[Any]):
    """Set-based moves for batches: only rows whose state has the step are moved."""

    def move_all(self, state: str, **fields: Any) -> int:
        """Move every row that may go there, with the given columns; the number moved."""
        table: Transitions = self.model.TRANSITIONS
        sources = [source for source, following in table.items() if str(state) in following]
        return self.filter(**{"state__in": sources}).update(**{"state": str(state)}, **fields)
