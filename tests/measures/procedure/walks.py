"""What the random walks share: how many of them, and how an act is tried."""

import os
import random

from django.db import transaction

from portal.core.transitions import Refusal


def seeds(count: int) -> list[int]:
    """The walks of a run: the suite's are the same each time; `WALKS` asks for more, which nobody has gone."""
    asked = int(os.environ.get("WALKS", "0"))
    return [*range(count), *(random.randrange(10**9) for _ in range(asked - count))]


def attempt(act, *arguments, **keywords):
    """Do something anybody might try; a refusal is an answer, anything else a defect."""
    try:
        with transaction.atomic():
            return act(*arguments, **keywords)
    except Refusal as refusal:
        assert refusal.sentence
        return None
