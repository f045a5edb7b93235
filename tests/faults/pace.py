"""How fast this machine is just now: how long a second of work takes with everything else that runs.

Run as a module it works 30 ms at a time and notes how long that took: with a core of its own 1.0, with four
others at the same core 5.0. What waits, hangs or backs off does not slow it down. So a bar in seconds can be
kept on a machine that tests in parallel: as many seconds as it would be on one with a core free.
"""

import os
import sys
import time
from pathlib import Path

from stack.places import PROJECT
from stack.processes import Child

BURST, PAUSE = 0.03, 0.6


class Pace:
    """The metronome beside a test: `pace.between(start, end)` is 1 on a quiet machine, more on a busy one."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "pace.log"
        argv = [sys.executable, "-m", "tests.faults.pace"]
        self._child = Child("The metronome", argv, log=self._log, env=dict(os.environ), cwd=PROJECT, grace=2)

    def __enter__(self) -> "Pace":
        self._child.start()
        self._child.wait_until(lambda: bool(self._beats()), 60)
        return self

    def __exit__(self, *error: object) -> None:
        self._child.stop()

    def between(self, start: float, end: float) -> float:
        """How many seconds a second of work took, between two instants of `time.monotonic()`."""
        beats = self._beats()
        during = [took for at, took in beats if start - PAUSE <= at <= end] or [beats[-1][1]]
        return max(1.0, sum(during) / len(during))

    def _beats(self) -> list[tuple[float, float]]:
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        # The last line may still be on its way.
        words = [line.split() for line in lines]
        return [(float(at), float(took)) for at, took, end in (each for each in words if len(each) == 3)]


def main() -> None:
    while True:
        began, worked = time.monotonic(), time.process_time()
        while time.process_time() - worked < BURST:
            pass
        print(f"{began} {(time.monotonic() - began) / BURST:.3f} .", flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
