"""The process of the closed room: waits for orders on its input, forks once per file, ends when idle."""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..limits import Limits
from ..refusals import Refused
from . import images, pdfs, together

IDLE_SECONDS = 60
MAX_REPLY_BYTES = 64 * 1024
SPARE_OUTPUT = 4
JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "image": images.recode,
    "pdf": pdfs.clean,
    "bind": pdfs.bind,
    "assemble": together.assemble,
}


def main() -> None:
    """Serve until nobody has asked for a minute, or the worker is gone."""
    images.prepare()
    pdfs.prepare()
    gc.collect()
    gc.freeze()
    while select.select([sys.stdin.buffer], [], [], IDLE_SECONDS)[0]:
        line = sys.stdin.buffer.readline()
        if not line:
            break
        sys.stdout.write(json.dumps(_serve(json.loads(line))) + "\n")
        sys.stdout.flush()


def _serve(order: dict[str, Any]) -> dict[str, Any]:
    limits = Limits(**order["limits"])
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _do(order, limits, writer)
    os.close(writer)
    said, late = _hear(reader, time.monotonic() + limits.wall_seconds)
    if late:
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    reply = json.loads(said) if said and not late else None
    code = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return {
        "reply": reply,
        "signal": code,
        "late": late,
        "out_of_memory": code == signal.SIGABRT or bool(reply and reply.get("out_of_memory")),
        "peak_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
    }


def _hear(reader: int, deadline: float) -> tuple[bytes, bool]:
    said = b""
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while len(said) < MAX_REPLY_BYTES:
            if not select.select([pipe], [], [], max(0, deadline - time.monotonic()))[0]:
                return b"", True
            part = pipe.read(MAX_REPLY_BYTES)
            if not part:
                break
            said += part
    return said, False


def _do(order: dict[str, Any], limits: Limits, writer: int) -> None:
    reply: dict[str, Any]
    try:
        _shut_the_door(limits)
        job = JOBS[order["job"]]
        sources = [Path(source) for source in order["sources"]]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reply = {"facts": job(sources, Path(order["target"]), limits, **order["wishes"])}
    except Refused as refused:
        reply = {"refused": refused.code, "about": refused.facts}
    except (MemoryError, RecursionError):
        reply = {"out_of_memory": True}
    except BaseException as error:
        # Any other failure of a decoder: the worker says the file is damaged. Where it failed is told,
        # not what it read: an error's words may hold the person's own.
        frames = traceback.extract_tb(error.__traceback__)
        reply = {"broken": f"{type(error).__name__} at {frames[-1].name}:{frames[-1].lineno}"}
    os.write(writer, json.dumps(reply).encode())
    os._exit(0)


def _shut_the_door(limits: Limits) -> None:
    """Bound this process for good: silent; memory, processor, output and open files counted; no core dump."""
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    # Decoders talk; the room's own output is its answer to the worker, and a log is no place for files.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    allowance = _address_space() + limits.granted_bytes
    bounds = {
        resource.RLIMIT_AS: (allowance, allowance),
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 2),
        resource.RLIMIT_FSIZE: (SPARE_OUTPUT * limits.max_bytes, SPARE_OUTPUT * limits.max_bytes),
        resource.RLIMIT_NOFILE: (limits.open_files, limits.open_files),
        resource.RLIMIT_CORE: (0, 0),
    }
    for what, bound in bounds.items():
        resource.setrlimit(what, bound)


def _address_space() -> int:
    """What this process already holds of address space: its libraries, not the file's doing."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 1024 * 1024 * 1024
