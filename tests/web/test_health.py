"""`/healthz` and the health page tell the truth about each part, quickly, and nothing else."""

import socket
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.celery import app
from portal.core import deadlines
from portal.core.deadlines import registry
from portal.core.models import Deadline, Heartbeat, JournalEntry
from portal.web.health import probes
from tests.people import make_admin, make_advisor, make_claimant, make_supervisor, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_probes(monkeypatch):
    # A question left hanging by one test must not answer another's.
    for name in ("DATABASE", "BROKER", "BEAT", "SCANNER", "DOCUMENTS"):
        monkeypatch.setattr(getattr(probes, name), "_pending", None)


@pytest.fixture
def beating() -> None:
    for name in app.conf.beat_schedule:
        Heartbeat.beat(name)


@pytest.fixture
def hanging():
    """A server that takes connections and never says a word; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = []
        thread = threading.Thread(target=lambda: _accept(server, taken), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        for line in taken:
            line.close()


def _accept(server, taken):
    try:
        while True:
            taken.append(server.accept()[0])
    except OSError:
        return


def _broker_at(settings, address: str) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": address}}


def test_healthz_is_well(beating):
    response = Client().get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"web": "ok", "database": "ok", "broker": "ok", "beat": "ok"},
    }
    assert response["Cache-Control"] == "private, no-store"


def test_healthz_before_the_first_beat_is_failing():
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json()["checks"]["beat"] == "stale"


@pytest.mark.parametrize("job", ["deadlines", "outbox", "journal-seal", "retention"])
def test_healthz_with_a_stale_beat_is_failing(beating, job):
    Heartbeat.objects.filter(name=job).update(at=timezone.now() - timedelta(hours=27))
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"web": "ok", "database": "ok", "broker": "ok", "beat": "stale"}


def test_healthz_of_a_first_day_does_not_wait_for_the_daily_jobs(beating):
    Heartbeat.objects.filter(name__in=["retention", "journal-head"]).delete()
    assert Client().get("/healthz").status_code == 200


def test_healthz_for_a_load_balancer_asks_the_web_alone():
    response = Client().get("/healthz?only=web")
    assert (response.status_code, response.json()["checks"]) == (200, {"web": "ok"})
    assert Client().get("/healthz?only=nothing").status_code == 503
    assert Client().get("/healthz?only=web,database").json()["checks"] == {"web": "ok", "database": "ok"}


def test_healthz_without_broker_is_failing_and_keeps_its_secrets(beating, settings):
    _broker_at(settings, "redis://user:hunter2@127.0.0.1:1/0")
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json()["checks"]["broker"] == "down"
    assert "hunter2" not in response.content.decode()
    assert "127.0.0.1" not in response.content.decode()


def test_healthz_with_a_hanging_broker_answers_soon(beating, settings, hanging):
    _broker_at(settings, f"redis://127.0.0.1:{hanging}/0")
    started = time.monotonic()
    assert Client().get("/healthz").json()["checks"]["broker"] == "down"
    assert time.monotonic() - started < 2 * probes.PATIENCE


def test_healthz_without_database_is_failing_and_says_nothing_of_it(beating):
    there = dict(connection.settings_dict)
    connection.close()
    try:
        connection.settings_dict |= {"HOST": "/nowhere", "OPTIONS": {}}
        started = time.monotonic()
        response = Client().get("/healthz")
        assert time.monotonic() - started < 2 * probes.PATIENCE
    finally:
        connection.settings_dict |= there
    assert response.status_code == 503
    assert response.json()["checks"] == {"web": "ok", "database": "down", "broker": "ok", "beat": "down"}
    assert "nowhere" not in response.content.decode()


def test_probe_that_hangs_is_asked_once_at_a_time():
    asked: list[int] = []
    release = threading.Event()

    def question() -> probes.State:
        asked.append(1)
        release.wait(10)
        return probes.State.OK

    probe = probes.Probe(question)
    assert [probe.ask(), probe.ask()] == [probes.State.DOWN, probes.State.DOWN]
    assert len(asked) == 1
    release.set()
    time.sleep(0.1)
    assert probe.ask() is probes.State.OK


def test_healthz_takes_no_post():
    assert Client().post("/healthz").status_code == 405


# --- the page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_admin, make_supervisor])
def test_health_page_is_for_administrators_and_supervisors(beating, make):
    response = signed_in(make()).get("/admin/sante/")
    assert response.status_code == 200
    assert "Tout fonctionne." in response.content.decode()


@pytest.mark.parametrize("make", [make_claimant, make_advisor])
def test_health_page_does_not_exist_for_others(make):
    browser = signed_in(make())
    assert browser.get("/admin/sante/").status_code == 404
    assert browser.post("/admin/sante/relancer/").status_code == 404


def test_health_page_asks_a_visitor_to_sign_in():
    assert Client().get("/admin/sante/")["Location"].startswith("/connexion/")


def test_health_page_names_each_problem(beating, settings, tmp_path):
    settings.CLAMAV_URL = f"unix://{tmp_path}/nobody"
    Heartbeat.objects.filter(name="outbox").delete()
    late = timezone.now() - timedelta(hours=3)
    Deadline.objects.create(kind=29_999, subject_id=1, due_at=late, run_at=late)
    Deadline.objects.create(
        kind=29_999,
        subject_id=77,
        due_at=late,
        run_at=late,
        state=Deadline.State.STUCK,
        last_error="ValueError: x",
    )
    told = signed_in(make_admin()).get("/admin/sante/").content.decode()
    assert "Tout fonctionne." not in told
    for words in (
        "Antivirus\u00a0: en panne.",
        "Envoi des e-mails\u00a0: en retard.",
        "1\u00a0échéance est bloquée.",
        "d’une nature que ce programme ne connaît pas",
        "ValueError: x",
    ):
        assert words in told, words


def test_health_page_says_when_documents_are_not_scanned(beating, settings):
    settings.CLAMAV_URL = "none"
    told = signed_in(make_admin()).get("/admin/sante/").content.decode()
    assert told.count("Les documents sont nettoyés, mais pas analysés.") == 2
    assert "Antivirus\u00a0: absent, par décision." in told


def test_health_page_sees_a_folder_that_takes_no_documents(beating, settings, monkeypatch):
    monkeypatch.setattr(probes, "ENOUGH_FREE_BYTES", 2**62)
    assert (
        "Dossier des documents\u00a0: en panne."
        in signed_in(make_admin()).get("/admin/sante/").content.decode()
    )


def test_health_page_costs_the_same_with_many_stuck_rows(beating, django_assert_max_num_queries):
    browser = signed_in(make_admin())
    for rows in (1, 3):
        Deadline.objects.bulk_create(
            Deadline(kind=1, subject_id=100 * rows + n, due_at=timezone.now(), run_at=timezone.now(), state=5)
            for n in range(rows)
        )
        with django_assert_max_num_queries(16):
            browser.get("/admin/sante/")


def test_retry_puts_stuck_deadlines_back_to_work_and_journals_it(beating, monkeypatch):
    monkeypatch.setitem(registry._kinds, 30_001, registry.Kind(30_001, "essai", lambda batch, now: None, 10))
    now = timezone.now()
    Deadline.objects.create(
        kind=30_001, subject_id=1, due_at=now, run_at=now, state=Deadline.State.STUCK, attempts=8
    )
    admin = make_admin()
    response = signed_in(admin).post("/admin/sante/relancer/", follow=True)
    assert "1\u00a0échéance remise en route." in response.content.decode()
    deadlines.work(timezone.now)
    assert Deadline.objects.get().state == Deadline.State.DONE
    entry = JournalEntry.objects.get(code=41)
    assert (entry.actor_id, entry.data) == (admin.pk, {"count": 1})


def test_retry_with_nothing_stuck_journals_nothing(beating):
    signed_in(make_supervisor()).post("/admin/sante/relancer/")
    assert not JournalEntry.objects.filter(code=41).exists()


def test_every_job_has_a_name_people_understand():
    from portal.web.health.page import _JOBS

    assert set(_JOBS) == set(app.conf.beat_schedule)
