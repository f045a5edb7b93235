"""Two beats at once: what happens when everything is sent twice."""

import threading
from typing import Any

from django.db import connection


def beaten_twice_at_once(task: Any, *, times: int = 1) -> None:
    """Run a job in two threads that begin at the same instant, each so many times; both must run to their end."""
    start, failures = threading.Barrier(2), []

    def beat() -> None:
        try:
            start.wait(10)
            for _ in range(times):
                task()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=beat) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
