"""The room where files are opened: bounded, apart, alone, and gone when nobody needs it."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from portal.core.documents.cleaning import WORKPLACE, clean
from portal.core.documents.limits import MEGABYTE, Limits
from portal.core.documents.refusals import Refused
from portal.core.documents.sandbox import caller

from .corpora.hostile_pictures import jpeg, repeated_scans
from .corpora.pdf_writer import objects, written
from .corpora.photos import phone, quarters, saved

ROOT = Path(__file__).resolve().parents[3]


def accepted() -> bool:
    with clean(io.BytesIO(saved(quarters(32, 24), "PNG")), declared_name="a.png") as cleaned:
        return cleaned.width == 32


def room_pid() -> int:
    assert accepted()
    return caller._room().process.pid


def slow_photo(scans: int = 5000) -> io.BytesIO:
    """A progressive photo of 24 megapixels that asks for many passes: some 3 ms of work for each."""
    return io.BytesIO(repeated_scans(jpeg(6000, 4000, progressive=True, quality=5), scans))


def is_gone(pid: int, seconds: float = 10) -> bool:
    for _ in range(int(seconds * 20)):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_clean_beyond_its_processor_time_is_refused_and_the_room_stays():
    pid = room_pid()
    with pytest.raises(Refused) as refusal:
        clean(slow_photo(), declared_name="a.jpg", limits=Limits(cpu_seconds=1))
    assert refusal.value.code == "too_heavy"
    assert refusal.value.cpu_seconds < 3
    assert room_pid() == pid


def test_clean_beyond_its_memory_is_refused_and_the_room_stays():
    pid = room_pid()
    photo = io.BytesIO(phone(5000, 4000, 1))
    with pytest.raises(Refused) as refusal:
        clean(photo, declared_name="a.jpg", limits=Limits(memory_bytes=16 * MEGABYTE))
    assert refusal.value.code == "too_heavy"
    assert refusal.value.peak_bytes < 80 * MEGABYTE
    assert room_pid() == pid


def test_clean_on_a_machine_too_slow_is_for_later_and_blames_no_file():
    with pytest.raises(caller.RoomUnavailable):
        clean(slow_photo(), declared_name="a.jpg", limits=Limits(wall_seconds=0))
    assert accepted()


def test_clean_after_the_room_was_killed_opens_another():
    first = room_pid()
    os.kill(first, signal.SIGKILL)
    assert is_gone(first)
    assert room_pid() != first


def test_clean_while_the_room_is_killed_is_done_by_another():
    victim = room_pid()
    killed = []

    def kill_at_work() -> None:
        children = Path(f"/proc/{victim}/task/{victim}/children")
        while not children.read_text().strip():
            time.sleep(0.005)
        killed.extend([int(children.read_text().split()[0]), victim])
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill_at_work)
    killer.start()
    with clean(slow_photo(200), declared_name="a.jpg") as done:
        assert done.width == 6000
    killer.join()
    assert killed
    assert all(is_gone(pid) for pid in killed), "an orphan would write into the next one's file"


def test_clean_from_several_threads_gives_each_its_own_picture():
    def width_of(width: int) -> int:
        with clean(io.BytesIO(saved(quarters(width, 20), "PNG")), declared_name="a.png") as cleaned:
            return cleaned.width

    widths = list(range(40, 60))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(width_of, widths)) == widths


def test_room_has_no_secret_of_the_product(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "the-secret-of-the-product")
    caller.close()
    environment = Path(f"/proc/{room_pid()}/environ").read_bytes()
    assert b"the-secret" not in environment
    assert b"DATABASE_URL" not in environment


def test_room_says_nothing_of_a_file_but_to_its_worker(capfd):
    caller.close()
    chatty = objects() | {2: b"<< /Type /Pages /Count 1 /Kids [40 0 R null] >>"}
    clean(io.BytesIO(written(chatty)), declared_name="a.pdf").close()
    caller.close()
    assert capfd.readouterr() == ("", "")


def test_room_does_not_load_the_product():
    modules = Path(f"/proc/{room_pid()}/maps").read_text()
    assert "psycopg" not in modules
    assert "_pillow_heif" in modules


WORKER = """
import io, os, sys, time
sys.path.insert(0, sys.argv[1])
from PIL import Image
from portal.core.documents.cleaning import WORKPLACE, clean
from portal.core.documents.sandbox import caller
photo = io.BytesIO()
Image.new("RGB", (9, 9)).save(photo, "PNG")
clean(photo, declared_name="a").close()
mine = caller._room().process.pid
reader, writer = os.pipe()
if os.fork() == 0:
    clean(photo, declared_name="a").close()
    os.write(writer, str(caller._room().process.pid).encode())
    caller.close()
    os._exit(0)
child = int(os.read(reader, 20))
os.wait()
print(mine, child, flush=True)
time.sleep(60)
"""


@pytest.fixture
def worker():
    """A worker process of its own that cleaned a file, forked, and waits."""
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(ROOT)], stdout=subprocess.PIPE, text=True)
    yield process
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()
    process.stdout.close()


def test_worker_that_forks_shares_no_room_and_leaves_none_behind(worker):
    mine, child = map(int, worker.stdout.readline().split())
    assert mine != child
    worker.kill()
    worker.wait()
    assert is_gone(mine)
    assert is_gone(child)


def test_clean_costs_the_worker_itself_a_few_megabytes():
    noise = Image.effect_noise((3600, 2700), 90)
    large = io.BytesIO(saved(noise, "PNG", compress_level=0))
    assert large.getbuffer().nbytes > 9 * MEGABYTE
    accepted()
    tracemalloc.start()
    clean(large, declared_name="a.png").close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * MEGABYTE


def test_clean_leaves_no_file_behind(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert accepted()
    with pytest.raises(Refused):
        clean(io.BytesIO(b"%PDF-1.7"), declared_name="a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_clean_takes_away_what_a_killed_worker_left_long_ago(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    abandoned, recent = tmp_path / f"{WORKPLACE}abandoned", tmp_path / f"{WORKPLACE}recent"
    for workplace in (abandoned, recent):
        workplace.mkdir()
        (workplace / "raw").write_bytes(b"of somebody")
    os.utime(abandoned, (time.time() - 7200,) * 2)
    assert accepted()
    assert list(tmp_path.iterdir()) == [recent]
