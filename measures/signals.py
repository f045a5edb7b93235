"""What measures tell the rooms above them."""

from collections.abc import Iterable
from datetime import datetime

from django.dispatch import Signal

# In the transaction that finds it out: claimant_ids: list[int], now. Somebody may not know of a procedure: call them.
call_wanted = Signal()
# They know by now, or there is nothing left to know: claimant_ids: list[int], now.
call_moot = Signal()


def ask_for_calls(claimant_ids: Iterable[int], now: datetime) -> None:
    """Ask whoever follows these people to call them."""
    if ids := sorted(set(claimant_ids)):
        call_wanted.send(sender=None, claimant_ids=ids, now=now)


def drop_calls(claimant_ids: Iterable[int], now: datetime) -> None:
    """Say that these people need no call any more."""
    if ids := sorted(set(claimant_ids)):
        call_moot.send(sender=None, claimant_ids=ids, now=now)


# In the transaction that annuls a measure after an appeal: origin: str, origin_id: int, now. What it came from counts
# no more. The procedure is held: a receiver that must hold its own rows first does so in a transaction of its own.
case_won = Signal()

# In the transaction that takes a wish to lift a measure: claimant_id: int, ref: str, now. The person wants to speak to
# their advisor before they are answered (entretien de recadrage).
interview_wanted = Signal()
# In the transaction that finds it out: claimant_ids: list[int], now. The measure has ended: no interview goes with it.
interview_moot = Signal()


def drop_interviews(claimant_ids: Iterable[int], now: datetime) -> None:
    """Say that the measures of these people have ended."""
    if ids := sorted(set(claimant_ids)):
        interview_moot.send(sender=None, claimant_ids=ids, now=now)
