"""An outage of the portal gives people their time back to send the documents of a request."""

from datetime import datetime, timedelta

import pytest

from convocations import deeds
from convocations.models import ChangeRequest
from convocations.motives import Motive
from convocations.requests import changing_mind, papers
from convocations.states import RequestState
from messaging.models import OutboxMessage
from portal.core import deadlines, outage_slices, outages
from portal.core.journal import Actor
from portal.core.models import Deadline, JournalEntry, Outage
from portal.core.working_time import Territory, last_day
from tests import factories
from tests.convocations.requests.wishes import ASKED, postpone
from tests.factories import acting

pytestmark = pytest.mark.django_db

PARIS = Territory.METROPOLE.zone
OFFICE = Actor(None, "ADMIN", "127.0.0.1")


@pytest.fixture
def row() -> ChangeRequest:
    """Documents asked for on Tuesday 24 November: Wednesday 2 December is the last day."""
    return waiting()


def waiting() -> ChangeRequest:
    convocation = factories.convocation()
    made = postpone(convocation, text="Un autre jour.", motive=Motive.OTHER)
    papers.ask_documents(made.pk, what="Votre contrat.", by=acting(convocation.advisor), now=ASKED)
    made = ChangeRequest.objects.select_related("agency", "claimant__user").get(pk=made.pk)
    assert day_of(made) == "2026-12-02"
    return made


def paris(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=PARIS)


def down(since: datetime, until: datetime | None) -> Outage:
    outage = outages.record(since, until, "Panne du réseau", by=OFFICE, now=until or since)
    tick(until or since)
    return outage


def tick(now: datetime) -> None:
    deadlines.work(lambda: now)


def day_of(row: ChangeRequest) -> str:
    row.refresh_from_db()
    assert row.docs_due_at is not None
    return last_day(row.docs_due_at, row.agency.place).isoformat()


def mails() -> int:
    return OutboxMessage.objects.filter(kind=deeds.MAIL_REQUEST_DOCS_EXTENDED).count()


def test_an_hour_down_on_the_last_day_gives_the_next_one_and_says_so(row):
    before = row.docs_due_at
    down(paris(2, 14), paris(2, 15))
    assert day_of(row) == "2026-12-03"
    line = JournalEntry.objects.get(code=deeds.REQUEST_DOCS_EXTENDED.number)
    assert (line.file_id, line.subject_id) == (row.claimant_id, row.pk)
    assert line.data["until"] == "jeudi 3\u00a0décembre 2026 avant\u00a0minuit"
    assert mails() == 1
    # The announced day brings nothing any more, the new one puts the request back before its advisor.
    tick(before)
    row.refresh_from_db()
    assert row.state == RequestState.DOCS_REQUESTED
    tick(row.docs_due_at)
    row.refresh_from_db()
    assert row.state == RequestState.UNDER_REVIEW


def test_an_afternoon_down_in_the_middle_moves_nothing_and_says_nothing(row):
    down(paris(1, 12), paris(1, 15))
    assert (day_of(row), mails()) == ("2026-12-02", 0)


def test_worked_twice_or_corrected_it_gives_the_day_once(row):
    outage = down(paris(2, 14), paris(2, 15))
    outages.correct(outage.pk, paris(2, 14), paris(2, 16), "Panne du réseau", by=OFFICE, now=paris(2, 16))
    tick(paris(2, 16))
    assert (day_of(row), mails()) == ("2026-12-03", 1)


def test_two_outages_give_two_days(row):
    down(paris(2, 14), paris(2, 15))
    down(paris(3, 14), paris(3, 15))
    assert (day_of(row), mails()) == ("2026-12-04", 2)
    clocks = Deadline.objects.filter(kind=deeds.DUE_REQUEST_DOCS, state=Deadline.State.PENDING)
    assert [clock.due_at for clock in clocks] == [row.docs_due_at]


def test_while_an_outage_lasts_no_request_is_put_back(row):
    outage = down(paris(2, 14), None)
    tick(row.docs_due_at + timedelta(hours=1))
    row.refresh_from_db()
    assert row.state == RequestState.DOCS_REQUESTED
    outages.correct(outage.pk, paris(2, 14), paris(4, 10), "Panne du réseau", by=OFFICE, now=paris(4, 10))
    tick(paris(4, 10))
    row.refresh_from_db()
    assert row.state == RequestState.DOCS_REQUESTED
    # At least the whole next working day: they are told on Friday, Saturday is a jour ouvrable, not ouvré.
    assert day_of(row) == "2026-12-07"


def test_a_request_taken_back_is_left_alone(row):
    changing_mind.withdraw(row.pk, by=acting(row.claimant), now=paris(2, 10))
    down(paris(2, 14), paris(2, 15))
    assert (day_of(row), mails()) == ("2026-12-02", 0)


def test_slices_go_on_to_the_last_row(monkeypatch):
    monkeypatch.setattr(outage_slices, "SLICE", 2)
    rows = [waiting() for _ in range(5)]
    outages.record(paris(2, 14), paris(2, 15), "Panne du réseau", by=OFFICE, now=paris(2, 15))
    for _ in range(4):
        tick(paris(2, 15))
    assert {day_of(row) for row in rows} == {"2026-12-03"}
    assert mails() == 5
