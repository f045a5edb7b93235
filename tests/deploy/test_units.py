"""The four systemd units: one hardening, and nothing in them that systemd does not know."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.deployed import DEPLOY, unit

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
# What each may have of its own.
OWN = {
    *("Description", "ExecStart", "ExecReload", "RuntimeDirectory", "RuntimeDirectoryMode"),
    *("TimeoutStopSec", "ReadWritePaths"),
}


def settings(file: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in file.read_text().splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_units_differ_in_what_they_start_alone():
    common = [{name: value for name, value in settings(file).items() if name not in OWN} for file in UNITS]
    assert len(common) == 4
    for other in common[1:]:
        assert other == common[0]
    assert common[0]["ProtectSystem"] == ["strict"]
    assert common[0]["KillMode"] == ["mixed"]


@pytest.mark.parametrize("name", ["web", "live"])
def test_sockets_are_the_users_and_the_groups_alone(name):
    words = unit(name, "ExecStart")
    # Without its leading zero granian reads a decimal number, and the mode is another one.
    assert words[words.index("--uds-permissions") + 1] == "0660"
    place = Path(words[words.index("--uds") + 1])
    assert unit(name, "RuntimeDirectory") == [place.parent.name]


def test_systemd_finds_nothing_wrong(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")
    for file in UNITS:
        # Programs and files of the deployment are not here; everything else is as written.
        text = file.read_text().replace("/srv/espace-emploi/.venv/bin/", "/bin/true ")
        (tmp_path / file.name).write_text(text.replace("User=espace-emploi", "User=root"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *tmp_path.iterdir()], capture_output=True, text=True
    )
    ours = [line for line in done.stderr.splitlines() if "espace-emploi" in line]
    assert ours == []
