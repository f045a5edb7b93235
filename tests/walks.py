"""Random walks over real rows, held after each step against a reading of the law that shares no code with it.

A walk is named by its seed: a failure prints its steps.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from portal.core.transitions import Refusal


def seeds(count: int, new: int = 3) -> list[int]:
    """The walks of a run: some the same each time, some that nobody has gone; `WALKS` asks for so many in all."""
    asked = int(os.environ.get("WALKS", "0"))
    return [*range(count), *(random.randrange(10**9) for _ in range(max(new, asked - count)))]


def attempt(act, *arguments, **keywords):
    """Do something anybody might try; a refusal is an answer, anything else a defect."""
    try:
        with transaction.atomic():
            return act(*arguments, **keywords)
    except Refusal as refusal:
        assert refusal.sentence
        return None


class Walk:
    """A story begun somewhere, then anything in any order; who extends it says what may happen, what must hold."""

    # The instant it is in the story.
    now: datetime

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.steps: list[str] = []
        self.reached: set[str] = set()

    def begin(self) -> None:
        """Begin somewhere along the ordinary story, so that the random acts also meet its later chapters."""

    def holds(self) -> None:
        """Note what was reached, and assert all that must hold."""
        raise NotImplementedError

    def walk(
        self, length: int, acts: Sequence[str], choices: Mapping[str, Mapping[str, Sequence[Any]]]
    ) -> None:
        self.begin()
        for _ in range(length):
            name = self.draw.choice(acts)
            arguments = {key: self.draw.choice(values) for key, values in choices[name].items()}
            self.steps.append(f"{self.now} {name} {arguments}")
            getattr(self, name)(**arguments)
            self.holds()


def go(
    kind: Callable[[random.Random], Walk],
    several: Sequence[int],
    length: int,
    acts: Sequence[str],
    choices: Mapping[str, Mapping[str, Sequence[Any]]],
) -> Counter[str]:
    """Go these walks, each on rows of its own; count in how many of them each thing was reached."""
    reached: Counter[str] = Counter()
    for seed in several:
        with transaction.atomic():
            walk = kind(random.Random(seed))
            try:
                walk.walk(length, acts, choices)
            except Exception as error:
                raise AssertionError(f"walk {seed}:\n" + "\n".join(walk.steps)) from error
            reached.update(walk.reached)
            transaction.set_rollback(True)
    return reached
