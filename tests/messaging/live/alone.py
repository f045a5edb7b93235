"""An event loop of one's own: a browser of another test may still hold this thread's."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def alone(play: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Play a story in a thread that has no loop yet."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(play())).result()
