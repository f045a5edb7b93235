"""One clock for every process, which production never lets move."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.core.checks import run_checks
from django.utils import timezone

from portal.core import clock

DAY = timedelta(days=1)


@pytest.fixture
def clock_file(settings, tmp_path):
    """A clock that may move, from a file of this test."""
    settings.CLOCK_FILE, settings.CLOCK_MAY_MOVE = str(tmp_path / "clock"), True
    clock.forget()
    yield tmp_path / "clock"
    clock.forget()


@pytest.fixture
def beats(monkeypatch):
    """The monotonic clock in the test's hands: `beats[0]` seconds."""
    at = [1000.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: at[0])
    return at


def ahead() -> timedelta:
    """How far the portal's clock is from the real one, to the second."""
    return timedelta(seconds=round((clock.now() - timezone.now()).total_seconds()))


def test_now_is_the_real_instant_when_no_file_is_named(settings):
    settings.CLOCK_FILE = ""
    assert ahead() == timedelta()
    assert clock.now().tzinfo is UTC


def test_now_is_the_real_instant_until_the_file_is_written(clock_file):
    assert ahead() == timedelta()


def test_moving_the_clock_is_seen_at_once_where_it_was_moved(clock_file):
    clock.set_offset(3 * DAY)
    assert ahead() == 3 * DAY
    clock.set_offset(-DAY)
    assert ahead() == -DAY
    assert [path.name for path in clock_file.parent.iterdir()] == ["clock"]


def test_the_file_is_read_again_after_a_fifth_of_a_second_and_not_before(clock_file, beats):
    clock_file.write_text("86400")
    assert ahead() == DAY
    clock_file.write_text("172800")
    beats[0] += 0.19
    assert ahead() == DAY
    beats[0] += 0.02
    assert ahead() == 2 * DAY


def test_a_monotonic_clock_that_jumps_back_reads_the_file_again(clock_file, beats):
    clock_file.write_text("86400")
    assert ahead() == DAY
    clock_file.write_text("172800")
    beats[0] -= 500
    assert ahead() == 2 * DAY


def test_a_file_being_rewritten_keeps_the_last_offset(clock_file, beats):
    clock_file.write_text("86400")
    assert ahead() == DAY
    clock_file.write_text("")
    beats[0] += 1
    assert ahead() == DAY


def test_another_process_sees_the_moved_clock(clock_file):
    clock.set_offset(400 * DAY)
    asked = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from django.conf import settings;"
            "settings.configure(CLOCK_FILE=sys.argv[1], CLOCK_MAY_MOVE=True, USE_TZ=True);"
            "from portal.core import clock; print(clock.now().isoformat())",
            str(clock_file),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    there = datetime.fromisoformat(asked.stdout.strip())
    assert abs(there - clock.now()) < timedelta(minutes=1)
    assert there - timezone.now() > 399 * DAY


def test_production_never_reads_the_file(clock_file, settings):
    settings.CLOCK_MAY_MOVE = False
    clock_file.write_text("86400")
    assert ahead() == timedelta()
    with pytest.raises(RuntimeError, match="does not move"):
        clock.set_offset(DAY)


def test_production_with_a_clock_file_fails_its_checks(settings):
    settings.CLOCK_FILE, settings.CLOCK_MAY_MOVE = "/tmp/clock", False  # noqa: S108
    assert "clock.E001" in [error.id for error in run_checks()]


def test_a_clock_that_may_move_and_production_without_a_file_pass_the_check(settings):
    settings.CLOCK_FILE, settings.CLOCK_MAY_MOVE = "/tmp/clock", True  # noqa: S108
    assert clock.refuse_a_moving_clock(None) == []
    settings.CLOCK_FILE, settings.CLOCK_MAY_MOVE = "", False
    assert clock.refuse_a_moving_clock(None) == []


def test_production_settings_keep_the_clock_still():
    asked = subprocess.run(
        [
            sys.executable,
            "-c",
            "from portal.settings import base; print(base.CLOCK_MAY_MOVE, base.CLOCK_FILE)",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PATH": "/usr/bin:/bin",
            "SECRET_KEY": "k" * 60,
            "ALLOWED_HOSTS": "emploi.example",
            "PUBLIC_URL": "https://emploi.example",
            "DATABASE_URL": "postgres:///none",
            "REDIS_URL": "redis://none",
            "EMAIL_URL": "smtp://none",
            "CLOCK_FILE": "/srv/clock",
        },
    )
    assert asked.stdout.split() == ["False", "/srv/clock"]
