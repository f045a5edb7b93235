"""`make demo`: one command, every port situation, every death, and nothing left after."""

import http.client
import json
import os
import re
import signal
import socket
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import psycopg
import pytest

from convocations.models import Fact
from convocations.states import REQUEST_GRANTED, REQUEST_PENDING, AbsenceState, ConvocationState
from stack.demo import answers, choose_port
from stack.processes import StackError
from tests.stack.conftest import Clone, eventually

DEMO_DATA = "portal/web/management/commands/demo_data.py"
# The demo is some thirty processes: the first of them compiles the project for all, as it would in a real clone.
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
# Stands for a load that is killed the first time, and says how it was called.
CUT_SHORT = """
import os, signal
from django.core.management.base import BaseCommand
class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true")
    def handle(self, *, reset, **options):
        print("reset", reset, flush=True)
        if os.environ.get("CUT_SHORT"):
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def taken_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_port_asked_for_and_taken_is_a_clear_error(clone: Clone, taken_port: int):
    done = clone.stack("demo", PORT=str(taken_port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {taken_port} is taken.")
    assert "Traceback" not in done.stderr
    assert clone.processes() == {}


@pytest.mark.parametrize("nonsense", ["http", "0", "65536", "-1", "８０００"])
def test_port_that_is_none_is_a_clear_error(nonsense: str):
    with pytest.raises(StackError, match="is not a port"):
        choose_port(nonsense)


def test_default_port_taken_gives_the_next_free_one(taken_port: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stack.demo.FIRST_PORT", taken_port)
    assert taken_port < choose_port(None) < taken_port + 100


def test_demo_survives_every_death_and_leaves_nothing(clone: Clone):
    """One start for the whole story: it takes the longest of all."""
    port = free_port()
    earlier = {"role": "claimant", "email": "amina@demandeur.example", "password": "un mot de passe"}
    (clone.folder / "var/demo").mkdir(parents=True)
    (clone.folder / "var/demo/accounts.json").write_text(
        json.dumps({"url": "http://127.0.0.1:1", "accounts": [earlier]})
    )
    demo = clone.start(*clone.command("demo"), PORT=str(port), **COMPILED)
    eventually(lambda: "Stop: Ctrl-C" in clone.output() or demo.poll() is not None, 600)
    assert f"http://127.0.0.1:{port}/demo/" in clone.output()
    assert answers(port)
    accounts = json.loads((clone.folder / "var/demo/accounts.json").read_text())
    assert accounts["url"] == f"http://127.0.0.1:{port}"
    assert accounts["accounts"][0]["email"] in clone.output()

    _past_is_believable(clone)
    assert _enters(port, accounts["accounts"], "claimant", "/espace/")
    assert _enters(port, accounts["accounts"], "advisor", "/conseiller/")

    second = clone.stack("demo")
    assert second.returncode == 1
    assert f"already runs here: http://127.0.0.1:{port}" in second.stderr

    for word in (
        "granian",
        "celery --app portal.celery beat",
        "celery --app portal.celery worker",
        "stack mailsink",
    ):
        _dies_and_comes_back(clone, word)
    for binary in ("postgres", "valkey-server"):
        _dies_and_comes_back(clone, binary)
    eventually(lambda: 200 <= _status(port) < 500)

    demo.send_signal(signal.SIGTERM)
    assert demo.wait(40) == 0
    assert clone.processes() == {}
    assert not answers(port)


def _past_is_believable(clone: Clone) -> None:
    """Every state a person may meet is there, and nobody worked at night or on a holiday."""
    environment = Path(f"/proc/{_find(clone, 'granian')[0]}/environ").read_bytes().decode().split("\0")
    url = next(line.partition("=")[2] for line in environment if line.startswith("DATABASE_URL="))
    with psycopg.connect(url) as connection:

        def found(query: str) -> set:
            return {row[0] for row in connection.execute(query)}

        states = found("SELECT DISTINCT state FROM convocations_convocation")
        assert states == set(ConvocationState)
        assert found("SELECT DISTINCT state FROM convocations_changerequest") >= {
            *REQUEST_PENDING,
            *REQUEST_GRANTED,
            "REFUSED",
            "WITHDRAWN",
        }
        assert found("SELECT DISTINCT state FROM convocations_absence") == set(AbsenceState) - {
            AbsenceState.RECORDED  # passed at once: the person is asked in the same transaction
        }
        assert len(found("SELECT DISTINCT fact FROM convocations_deliveryevidence")) == len(Fact)
        # Texts of each agency and of an advisor of each, a file joined that passed, a first message begun.
        assert len(found("SELECT agency_id FROM messaging_readytext")) == 4  # and those of nobody's agency
        assert len(found("SELECT owner_id FROM messaging_readytext")) == 4
        joined = "FROM messaging_attachment AS a JOIN core_document AS d ON d.id = a.document_id"
        assert found(f"SELECT d.state {joined} WHERE d.uploaded_by_id <> d.owner_id") == {"RECEIVED"}
        assert found("SELECT subject FROM messaging_draft WHERE thread_id IS NULL") == {
            "Le forum de l’emploi"
        }
        assert {"ACCEPTED", "IN_REVIEW"} <= found("SELECT DISTINCT state FROM convocations_justificatif")
        at_night = """
            SELECT e.at FROM core_journalentry AS e
            JOIN accounts_advisor AS a ON a.user_id = e.actor_id JOIN accounts_agency AS g ON g.id = a.agency_id,
            LATERAL (SELECT e.at AT TIME ZONE CASE g.territory WHEN 'REUNION' THEN 'Indian/Reunion'
                                              ELSE 'Europe/Paris' END AS there) AS clock
            WHERE extract(isodow FROM there) > 5 OR there::time NOT BETWEEN '08:30' AND '17:45'
        """
        assert found(at_night) == set()


def _enters(port: int, accounts: list[dict], role: str, address: str) -> bool:
    """Sign in by the one-click door of the first person of `role`, and open their own page."""
    site = f"http://127.0.0.1:{port}"
    email = next(account["email"] for account in accounts if account["role"] == role)
    browser = build_opener(HTTPCookieProcessor())
    with browser.open(f"{site}/demo/") as answer:
        door = answer.read().decode().partition(email)[2]
    action = re.search(r'action="([^"]+)"', door).group(1)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', door).group(1)
    with browser.open(site + action, urlencode({"csrfmiddlewaretoken": token}).encode()):
        pass
    with browser.open(site + address) as answer:
        return answer.url == site + address


def _find(clone: Clone, word: str) -> list[int]:
    return sorted(pid for pid, command in clone.processes().items() if word in command.split(" -D ")[0])


def _dies_and_comes_back(clone: Clone, word: str) -> None:
    oldest = _find(clone, word)[0]
    os.kill(oldest, signal.SIGKILL)
    eventually(lambda: oldest not in clone.processes() and _find(clone, word))


def _status(port: int) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("GET", "/connexion/")
            return connection.getresponse().status
        except OSError:
            return 0


LOOK = """
import os, psycopg
from urllib.parse import urlsplit
from stack.demo import answers
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS mark (at int)")
    connection.execute("INSERT INTO mark VALUES (1)")
    print("rows", connection.execute("SELECT count(*) FROM mark").fetchone()[0])
print("answers", answers(urlsplit(os.environ["DEMO_URL"]).port))
raise SystemExit(5)
"""


def test_data_stay_unless_reset_or_cut_short(clone: Clone):
    """A command beside the demo looks at its data; its exit code passes through."""
    (clone.folder / DEMO_DATA).write_text(CUT_SHORT)
    beside = ("demo", "--name", "essai", "--", sys.executable, "-c", LOOK)
    kept = clone.folder / "var" / "essai" / "documents" / "garde.pdf"

    cut = clone.stack(*beside, CUT_SHORT="1", timeout=180, **COMPILED)
    assert cut.returncode == 1
    assert "demo_data failed" in cut.stderr

    shown = []
    for reset in ("", "", "1"):
        done = clone.stack(*beside, RESET=reset, timeout=180, **COMPILED)
        assert done.returncode == 5, done.stderr
        assert clone.processes() == {}
        shown.append(
            [line for line in done.stdout.splitlines() if line.startswith(("re", "rows", "answers"))]
        )
        if not reset:
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(b"%PDF-1.7")
    assert shown == [
        ["reset True", "rows 1", "answers True"],  # the load that was cut short begins anew
        ["reset False", "rows 2", "answers True"],
        ["reset True", "rows 1", "answers True"],
    ]
    assert not kept.exists()
    assert not (clone.folder / "var/demo").exists()
