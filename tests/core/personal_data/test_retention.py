"""What is beyond its time goes, kind by kind, and what is not stays; counting erases nothing."""

import io
import itertools
import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import BreakGlass, Claimant, FileOpening, ReadingAlert
from convocations.models import Convocation, ConvocationBatch
from messaging.models import DeliveryEvent, Draft, Letter, LetterBatch, OutboxMessage, StoppedAddress
from messaging.threads import drafts
from portal.core import clock, parameters, personal_data
from portal.core.models import Deadline, Document, DocumentReading, Heartbeat, JournalEntry
from portal.core.models.document import DocumentState
from portal.core.personal_data import retaining
from portal.core.tasks import let_go
from tests import factories
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _session(now, age) -> None:
    # By the machine's own clock.
    Session.objects.create(pk=uuid.uuid4().hex, session_data="x", expire_date=timezone.now() - age + DAY * 2)


def _opening(now, age) -> None:
    person = factories.claimant()
    FileOpening.objects.create(reader=person.advisor.user, claimant=person, at=now - age)


def _alert(now, age) -> None:
    ReadingAlert.objects.create(reader=factories.user("ADVISOR"), hour=now - age, opened=99)


def _break_glass(now, age) -> None:
    person = factories.claimant()
    BreakGlass.objects.create(
        advisor=person.advisor,
        claimant=person,
        reason="Remplacement.",
        opened_at=now - age - DAY,
        until=now - age,
    )


def _email(now, age) -> None:
    person = factories.user()
    OutboxMessage.objects.create(
        kind=1, person=person, subject_id=1, state=1, created_at=now - age, run_at=now, settled_at=now - age
    )


def _deadline(now, age) -> None:
    Deadline.objects.create(
        kind=1, subject_id=Deadline.objects.count(), due_at=now, run_at=now, state=1, closed_at=now - age
    )


def _reading(now, age) -> None:
    person = factories.claimant()
    erased = document(person, state=DocumentState.PURGED, clean_key="", purged_at=now - age)
    DocumentReading.objects.create(document=erased, reader=person.advisor.user, at=now - age - DAY)
    # Of a document that is still there, the readings stay, however old.
    DocumentReading.objects.create(document=document(person), reader=person.advisor.user, at=now - age * 9)


def _batch(now, age) -> None:
    ConvocationBatch.objects.create(
        form_key=uuid.uuid4(),
        issued_by=factories.user("ADVISOR"),
        issued_at=now - age,
        results=[[1, 2, "CV", ""]],
    )


def _draft(now, age) -> None:
    person = factories.claimant()
    drafts.save(person.user_id, person.pk, None, {"body": "Commencé"}, now=now - age)


def _returned(now, age) -> None:
    number = DeliveryEvent.objects.count()
    DeliveryEvent.objects.create(
        provider=1, event_id=f"e{number}", nature=4, at=now - age, received_at=now - age
    )


def _stopped(now, age) -> None:
    # Nobody's any more; the address somebody has today stays, however long ago it was stopped.
    number = StoppedAddress.objects.count()
    fields = {"reason": "BOUNCED", "stopped_at": now - age}
    StoppedAddress.objects.create(address=f"partie{number}@exemple.fr", **fields)
    StoppedAddress.objects.create(address=factories.user().email, **fields)


def _reopened(now, age) -> None:
    user = factories.user()
    StoppedAddress.objects.create(
        address=user.email,
        reason="BOUNCED",
        stopped_at=now - age - DAY,
        state="REOPENED",
        reopened_at=now - age,
    )


_numbers = itertools.count()


def _letter(now, age) -> None:
    """A posted one in a batch of its own, and one as old that waits: it stays."""
    person, number = factories.claimant(), next(_numbers)
    batch = LetterBatch.objects.create(
        agency=person.agency,
        day=now.date(),
        closed_at=now - age,
        state="POSTED",
        posted_at=now - age,
        posted_by=person.advisor.user,
    )
    about = {"kind": 100, "claimant": person, "agency": person.agency, "subject_id": 1, "words": {}}
    about |= {"content_hash": b"0" * 32, "recipient": [], "written_at": now - age}
    Letter.objects.create(message_id=2 * number, batch=batch, state="POSTED", posted_at=now - age, **about)
    Letter.objects.create(message_id=2 * number + 1, step=1, **about)


CASES = [
    ("returns", DeliveryEvent, _returned, "retention_trace_days"),
    ("stopped-addresses", StoppedAddress, _stopped, "retention_trace_days"),
    ("stopped-addresses", StoppedAddress, _reopened, "retention_trace_days"),
    ("letters", Letter, _letter, "retention_email_days"),
    ("sessions", Session, _session, None),
    ("file-openings", FileOpening, _opening, "retention_trace_days"),
    ("file-openings", ReadingAlert, _alert, "retention_trace_days"),
    ("break-glass", BreakGlass, _break_glass, "retention_trace_days"),
    ("emails", OutboxMessage, _email, "retention_email_days"),
    ("deadlines", Deadline, _deadline, "closed_deadline_retention_days"),
    ("document-readings", DocumentReading, _reading, "retention_trace_days"),
    ("batches", ConvocationBatch, _batch, "retention_trace_days"),
    ("drafts", Draft, _draft, "retention_draft_days"),
]


@pytest.mark.parametrize(
    ("kind", "model", "make", "parameter"), CASES, ids=lambda case: getattr(case, "__name__", case)
)
def test_each_kind_goes_at_its_own_time(kind, model, make, parameter):
    now = clock.now()
    days = getattr(parameters.current(), parameter) if parameter else 2
    make(now, (days - 1) * DAY)
    make(now, (days + 1) * DAY)
    before = model.objects.count()
    assert personal_data.let_go(now, dry_run=True, only=[kind])[kind].erased == 1
    assert model.objects.count() == before
    assert personal_data.let_go(now, only=[kind])[kind].erased == 1
    assert model.objects.count() == before - 1
    assert personal_data.let_go(now, only=[kind])[kind].erased == 0


def test_many_rows_go_in_slices(monkeypatch):
    monkeypatch.setattr(retaining, "AT_ONCE", 2)
    now = clock.now()
    for _ in range(5):
        _opening(now, 400 * DAY)
    assert personal_data.let_go(now)["file-openings"].erased == 5


def test_appointments_and_journal_are_reported_and_stay():
    old = factories.convocation()
    factories.convocation(starts_at=old.starts_at + 31 * DAY)
    Claimant.objects.filter(pk=old.claimant_id).update(archived_at=old.ends_at + timedelta(days=365 * 3))
    now = old.ends_at + timedelta(days=365 * 10 + 10)
    lines = JournalEntry.objects.count()
    assert personal_data.let_go(now)["files"] == personal_data.Outcome(erased=0, held_back=1)
    assert (Convocation.objects.count(), JournalEntry.objects.count()) == (2, lines)


@pytest.fixture
def one_fails(monkeypatch):
    def fails(now, dry_run):
        raise RuntimeError("this kind fails")

    first = retaining.kinds()[0]
    broken = retaining.Kept(first.name, first.label, first.why, first.how_long, fails)
    monkeypatch.setitem(retaining._kinds, first.name, broken)
    return first.name


def test_a_kind_that_fails_stops_no_other_and_is_not_hidden(one_fails, caplog):
    now = clock.now()
    _opening(now, 400 * DAY)
    with pytest.raises(RuntimeError, match=one_fails):
        let_go()
    assert not FileOpening.objects.exists()
    assert not Heartbeat.objects.filter(name="retention").exists(), "a stale beat is what /healthz sees"
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("retention", stdout=out)
    assert "FAILED" in out.getvalue()


def test_the_command_reports_every_kind_with_its_time():
    out = io.StringIO()
    call_command("retention", "--dry-run", stdout=out)
    for kind in personal_data.kinds():
        assert kind.name in out.getvalue()
        assert kind.how_long() in out.getvalue()
    out = io.StringIO()
    call_command("retention", "--dry-run", "--only", "emails", stdout=out)
    assert len(out.getvalue().splitlines()) == 2


def test_what_is_held_by_an_appeal_is_counted_and_stays():
    person = factories.claimant()
    held = document(person, hold=True)
    report = personal_data.let_go(clock.now() + 4000 * DAY)
    assert report["documents"].held_back == 1
    assert Document.objects.get(pk=held.pk).state == DocumentState.RECEIVED
