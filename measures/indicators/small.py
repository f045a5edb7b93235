"""Round what is counted, and hide what is small, so that no figure tells of a person who could be recognised.

No total stands beside its parts: nothing that is hidden is found by subtraction.
"""

# Counts are told to the nearest five; less than that is hidden. Nought is told.
STEP = 5


def told(count: int) -> int | None:
    """Give a count as it may be told, None for one that is too small."""
    if 0 < count < STEP:
        return None
    return (count + STEP // 2) // STEP * STEP
