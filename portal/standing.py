"""What stands in a process once it serves stays there: the collector of cycles need not walk through it."""

import gc

# So many new objects before the young are looked through. Python's own 700 are a few dozen rows: the collector
# took an eighth of a page's time. The old are looked through a hundred times less: what a cycle holds, a document's
# bytes say, is let go after some hundred pages.
_YOUNG = 10_000


def leave_alone() -> None:
    """Take everything that is there now out of the collector's rounds, and make these rarer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 10)
