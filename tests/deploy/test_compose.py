"""compose.yaml, the units, the image and nginx.conf start and name the same things."""

import json
import re
import shlex
from typing import Any

import pytest
import yaml

from tests.deploy.deployed import DEPLOY, NAME, unit

PROCESSES = ("web", "live", "worker", "beat")
# What a container has in another place, or open within a volume of its own.
ELSEWHERE = {"0660": "0666", "/run/espace-emploi/beat": "/tmp/beat"}  # noqa: S108 - a container's own


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def started(service: dict[str, Any]) -> list[str]:
    """The words of what a container starts, once it has cleared the way for its socket."""
    words = shlex.split(service["command"])
    if words[:2] != ["sh", "-c"]:
        return words
    cleared, _, command = words[2].partition("; exec ")
    words = shlex.split(command)
    assert cleared == f"rm -f {words[words.index('--uds') + 1]}"
    return words


@pytest.mark.parametrize("name", PROCESSES)
def test_containers_start_what_the_units_start(composed, name):
    words = unit(name, "ExecStart")
    words[0] = words[0].rpartition("/")[2]
    assert started(composed["services"][name]) == [ELSEWHERE.get(word, word) for word in words]


def test_image_starts_the_pages_on_a_port_as_the_unit_does_on_its_socket():
    image = (DEPLOY / "Containerfile").read_text()
    words = unit("web", "ExecStart")[1:]
    at = words.index("--uds")
    expected = ["granian", *words[:at], "--host", "0.0.0.0", "--port", "8000", *words[at + 4 :]]  # noqa: S104
    assert json.loads(image[image.index("CMD [") + 4 :].replace("\\\n", "")) == expected


def test_sockets_are_in_volumes_that_their_process_and_the_proxy_share(composed):
    services = composed["services"]
    image = (DEPLOY / "Containerfile").read_text()
    for name in ("web", "live"):
        words = started(services[name])
        folder = words[words.index("--uds") + 1].rpartition("/")[0]
        sharing = [
            each for each, of in services.items() if f"{name}-socket:{folder}" in of.get("volumes", ())
        ]
        assert sharing == [name, "proxy"]
        assert folder in image, "made there, so that the volume is the process's own"


def test_proxy_finds_everything_that_its_file_names(composed):
    site = (DEPLOY / "nginx.conf").read_text()
    proxy = composed["services"]["proxy"]
    places = {
        volume.rsplit(":", 1)[0].rpartition(":")[2] for volume in proxy["volumes"] if volume.endswith(":ro")
    }
    places |= {volume.rpartition(":")[2] for volume in proxy["volumes"] if not volume.endswith(":ro")}
    named = re.findall(r"(?:root|alias|ssl_certificate|ssl_certificate_key) +(\S+);", site)
    named += re.findall(r"server unix:(\S+);", site)
    assert named
    for path in named:
        assert any(path.rstrip("/").startswith(place) for place in places), path
    assert NAME in site


def test_everything_that_keeps_data_has_a_volume_and_only_the_proxy_a_port(composed):
    services, volumes = composed["services"], composed["volumes"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    used = {
        volume.partition(":")[0]
        for service in services.values()
        for volume in service.get("volumes", ())
        if not volume.startswith(("/", ".", "$"))
    }
    assert used == set(volumes)
    assert "--appendonly yes" in services["redis"]["command"]
    assert "--maxmemory-policy noeviction" in services["redis"]["command"]


def test_processes_are_closed_and_hold_the_applications_secrets_alone(composed):
    services = composed["services"]
    for name in PROCESSES:
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
        assert "OWNER" not in str(services[name]["env_file"])
        assert "user" not in services[name]
        assert services[name]["depends_on"]["roles"] == {"condition": "service_completed_successfully"}
    # Healthy before the proxy leads anybody there; the rest says so by itself on /healthz.
    for name in ("web", "live", "postgres", "redis", "clamav", "proxy"):
        assert services[name]["healthcheck"]["test"][0] == "CMD"
    for name, service in services.items():
        assert "environment" not in service or name == "postgres", "secrets come from files"
