"""Nobody who asked to be called is forgotten: past the day promised, the supervisors know and can hand it over."""

from datetime import timedelta

import pytest

from convocations import deeds
from convocations.desk import late
from convocations.evidence import call_backs, calls
from convocations.evidence.call_backs import Asked
from convocations.models import CallTask
from convocations.states import CallState
from messaging.models import OutboxMessage
from portal.core import clock, deadlines
from portal.core.models import Deadline, JournalEntry
from tests import factories
from tests.convocations.test_mails import shown
from tests.factories import NOW, acting
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille():
    return factories.claimant(factories.advisor(), phone="06 11 22 33 44")


@pytest.fixture
def supervisor(camille):
    return factories.advisor(camille.agency, is_supervisor=True)


def ask(person, topic="OTHER", now=NOW) -> CallTask:
    return call_backs.ask(person.pk, Asked(topic, "06 11 22 33 44", "ANY"), by=acting(person), now=now)


def told() -> int:
    return OutboxMessage.objects.filter(kind=deeds.MAIL_LATE_CALL_BACKS_SUPERVISOR).count()


def pending() -> int:
    return Deadline.objects.filter(kind=deeds.DUE_CALL_BACK, state=Deadline.State.PENDING).count()


def work(now) -> None:
    deadlines.work(lambda: now)


def test_past_the_day_promised_the_supervisor_is_told_and_the_person_can_read_it(camille, supervisor):
    call = ask(camille)
    work(call.due_at - timedelta(seconds=1))
    assert told() == 0
    work(call.due_at)
    work(call.due_at + timedelta(hours=1))
    assert told() == 1
    shown(deeds.MAIL_LATE_CALL_BACKS_SUPERVISOR, call.due_at, facts=("1 personne attend un appel en retard",))
    assert JournalEntry.objects.filter(file_id=camille.pk, code=deeds.CALL_BACK_LATE.number).count() == 1


@pytest.mark.parametrize("deed", ["reached", "withdrawn"])
def test_what_was_done_in_time_is_told_to_nobody(camille, supervisor, deed):
    call = ask(camille)
    if deed == "reached":
        calls.log_call(call.pk, reached=True, by=acting(camille.advisor), now=NOW)
    else:
        call_backs.withdraw(call.pk, by=acting(camille), now=NOW)
    assert pending() == 0
    work(call.due_at)
    assert told() == 0


def test_a_try_in_vain_promises_another_day_and_the_third_ends_it(camille, supervisor):
    call = ask(camille)
    by = acting(camille.advisor)
    calls.log_call(call.pk, reached=False, by=by, now=call.due_at - timedelta(hours=1))
    assert pending() == 1
    work(call.due_at)
    assert told() == 0
    before, call = call, CallTask.objects.get(pk=call.pk)
    assert call.due_at > before.due_at
    work(call.due_at)
    assert told() == 1
    for _ in range(2):
        calls.log_call(call.pk, reached=False, by=by, now=call.due_at)
    assert pending() == 0


def test_the_supervisor_hands_a_late_call_to_a_colleague(camille, supervisor, monkeypatch):
    call = ask(camille)
    colleague = factories.advisor(camille.agency)
    stranger = factories.claimant(factories.advisor(factories.agency()))
    theirs = ask(stranger)
    monkeypatch.setattr(clock, "now", lambda: call.due_at + timedelta(hours=1))
    browser = signed_in(supervisor)
    page = browser.get("/agence/?retards=rappels").text
    assert str(call.ref) in page
    assert str(theirs.ref) not in page
    answer = browser.post(
        "/agence/?retards=rappels",
        {"ligne": [str(call.ref), str(theirs.ref)], "to": colleague.pk, "reason": "Congés"},
    )
    assert "Cette ligne n’est pas de votre agence" in answer.text
    call.refresh_from_db()
    theirs.refresh_from_db()
    assert (call.advisor, theirs.advisor) == (colleague, stranger.advisor)
    assert signed_in(colleague).get(f"/conseiller/appels/{call.ref}/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_is_one_query(camille, supervisor, django_assert_num_queries, count):
    for topic in ("OTHER", "BENEFITS", "DOCUMENTS")[:count]:
        ask(camille, topic)
    with django_assert_num_queries(1):
        rows = late.late_calls(camille.agency_id, NOW + timedelta(days=9), 50, None)
    assert len(rows) == count


def test_a_call_about_an_appointment_is_no_promise_to_its_person(camille, supervisor):
    row = factories.convocation(camille)
    CallTask.objects.create(
        convocation=row,
        claimant=camille,
        advisor=camille.advisor,
        reason=CallTask.Reason.UNREAD,
        state=CallState.OPEN,
        opened_at=NOW,
        due_at=NOW,
    )
    assert late.late_calls(camille.agency_id, NOW + timedelta(days=9), 50, None) == []
