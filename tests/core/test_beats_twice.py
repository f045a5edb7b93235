"""Everything beats twice: each job of the table does its work once, however often and by how many it is asked."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection

from accounts.models import User
from convocations import attendance
from convocations.evidence import ledger
from convocations.states import ConvocationState
from messaging.models import OutboxMessage
from messaging.posting import batching
from portal.celery import app
from portal.core import clock, deadlines
from portal.core.models import Deadline, Document, Heartbeat, JournalEntry, JournalMark, JournalSeal
from tests import emptying, factories, people
from tests.core.beating import beaten_twice_at_once
from tests.core.safe.conftest import sent, work
from tests.factories import acting
from tests.messaging.posting import made

pytestmark = pytest.mark.django_db(transaction=True)

JOBS = sorted(app.conf.beat_schedule)
OURS = ("core.", "accounts.", "messaging.", "convocations.", "web.")
# Who looked when: the heartbeats, and how far the sealer may go.
BOOKKEEPING = (Heartbeat, JournalMark)
LONG_AGO = timedelta(days=4_000)


def task_of(job: str):
    app.loader.import_default_modules()
    return app.tasks[app.conf.beat_schedule[job]["task"]]


def test_every_task_stands_in_the_table_of_beats():
    """A task beside the table would be tried twice by nobody."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.startswith(OURS)}
    assert ours == {entry["task"] for entry in app.conf.beat_schedule.values()}


@pytest.fixture(autouse=True)
def _parts(settings, mailsink, monkeypatch):
    settings.CLAMAV_URL = "none"
    # Whatever the hour of these tests, it is a working morning.
    monkeypatch.setattr(batching, "_its_hour", lambda agency, now, hour: True)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailsink.port


def world() -> None:
    """Something to do for every job, and more than once."""
    now = clock.now()
    advisor = factories.advisor(factories.agency())
    # Somebody nobody has heard for long, and a supervisor to tell.
    factories.advisor(advisor.agency, is_supervisor=True)
    factories.claimant(advisor, last_contact_at=now - timedelta(days=90))
    # Files nobody has used for years.
    for _ in range(2):
        unused = factories.claimant(advisor, registered_on=(now - LONG_AGO).date())
        User.objects.filter(pk=unused.pk).update(date_joined=now - LONG_AGO)
    over = sent(factories.claimant(advisor))
    assert work().closed == 1
    Document.objects.filter(pk=over.pk).update(keep_until=now.date() - timedelta(days=1))
    for hours in range(3):
        camille, later = factories.claimant(advisor), timedelta(hours=hours)
        missed(camille, now - timedelta(days=40) + later)
        missed(camille, now - timedelta(days=20) + later)
        soon = now + timedelta(hours=30) + later
        factories.convocation(camille, starts_at=soon, now=now - timedelta(days=9))
        sent(camille)
        people.signed_in(camille)
    # One absence of each has only its closing left, the other its period's end and its late decision.
    deadlines.work(lambda: now - timedelta(days=19))
    # One letter in a batch to print, one that waits for today's.
    for ago in (1, 0):
        made.written(made.by_post(advisor), now=now, starts_at=now + timedelta(days=30 + 6 * ago))
        if ago:
            batching.close(advisor.agency_id, now.date() - timedelta(days=1), now=now)
    Session.objects.update(expire_date=now - LONG_AGO)
    first = Deadline.objects.earliest("id")
    Deadline.objects.filter(pk=first.pk).update(state=Deadline.State.DONE, closed_at=now - LONG_AGO)
    mail = OutboxMessage.objects.earliest("id")
    OutboxMessage.objects.filter(pk=mail.pk).update(
        state=1, settled_at=now - LONG_AGO, accepted_at=now - LONG_AGO
    )


def missed(camille, at) -> None:
    convocation = factories.convocation(camille, now=at - timedelta(days=20), starts_at=at)
    ledger.consult(convocation.pk, by=acting(camille), now=at - timedelta(days=19))
    advisor = acting(camille.advisor)
    attendance.record(convocation.pk, ConvocationState.ABSENT, by=advisor, now=at + timedelta(hours=1))


def tables() -> list[str]:
    """Every table whose rows mean something."""
    models = [model for model in apps.get_models(include_auto_created=True) if model not in BOOKKEEPING]
    return sorted({model._meta.db_table for model in models if model._meta.managed})


def picture() -> dict[str, str]:
    """Each table's rows, as a digest."""
    with connection.cursor() as cursor:
        found = {}
        for table in tables():
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM \"{table}\" AS t"
            )
            found[table] = cursor.fetchone()
        return found


def until_quiet(job: str) -> None:
    """Run a job until it finds nothing more to do, as its ticks would."""
    if job == "journal-seal":
        _until_sealed()
    before = None
    for _ in range(20):
        task_of(job)()
        after = picture()
        if after == before:
            return
        before = after
    raise AssertionError(f"{job} changes something each time")


def _until_sealed() -> None:
    """A seal waits for every transaction older than its entries: those of the tests on other workers too."""
    end = time.monotonic() + 240
    while JournalEntry.objects.count() > sum(JournalSeal.objects.values_list("entries", flat=True)):
        assert time.monotonic() < end, "never sealed"
        task_of("journal-seal")()
        time.sleep(0.2)


def counts() -> dict[str, int]:
    return {table: number for table, (number, _) in picture().items()}


@pytest.mark.parametrize("job", JOBS)
def test_two_beats_at_once_do_what_one_does_and_the_next_changes_nothing(job, mailsink):
    world()
    before = picture()
    until_quiet(job)
    alone, mails = counts(), len(mailsink.box.files())
    worked = picture() != before or mails
    assert worked or job == "journal-head" or job == "documents-sweep", f"nothing was tried of {job}"
    emptying.empty()
    mailsink.box.clear()

    world()
    beaten_twice_at_once(task_of(job))
    until_quiet(job)
    assert counts() == alone
    assert len(mailsink.box.files()) == mails
    assert mailsink.box.duplicates() == 0
    twice = [row for row, number in Counter(written()).items() if number > 1]
    assert twice == []
    assert Heartbeat.objects.filter(name=job).count() == 1


def written() -> list[tuple]:
    """What the journal says the portal itself did to whom: once each."""
    rows = JournalEntry.objects.filter(actor_id__isnull=True).values_list(
        "code", "subject_id", "file_id", "data"
    )
    return [(code, subject, file, str(sorted(data.items()))) for code, subject, file, data in rows]
