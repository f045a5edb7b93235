"""Who may open whose file: one's own, one's agency's, a colleague's for a reason, and never in bulk unnoticed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import Http404

from accounts import access, oversight, signals
from accounts.models import BreakGlass, FileOpening, ReadingAlert
from portal.core import clock, parameters
from portal.core.journal import Actor
from portal.core.models import Document, DocumentReading, JournalEntry, ParameterOverride
from tests import people

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
REASON = "Je remplace Dominique, en congé cette semaine"


def test_advisor_sees_the_own_portfolio_and_nothing_else():
    advisor = people.make_advisor()
    mine, colleagues = (
        people.make_claimant(advisor),
        people.make_claimant(people.make_advisor(advisor.agency)),
    )
    assert access.claimant_for(advisor, mine.ref, now=NOW) == mine
    for ref in (colleagues.ref, people.make_claimant().ref, "DE-0000-0000", "CV-7K3M-92QD", "n’importe quoi"):
        with pytest.raises(Http404):
            access.claimant_for(advisor, ref, now=NOW)


def test_supervisor_sees_the_agency_and_no_other():
    supervisor = people.make_supervisor()
    ours = people.make_claimant(people.make_advisor(supervisor.agency))
    assert access.claimant_for(supervisor, ours.ref, now=NOW) == ours
    with pytest.raises(Http404):
        access.claimant_for(supervisor, people.make_claimant().ref, now=NOW)


# --- a reason opens a file for the day ------------------------------------------------


@pytest.fixture
def told():
    heard = []

    def hear(sender, **said):
        heard.append(said)

    signals.break_glass_opened.connect(hear)
    signals.mass_reading_noticed.connect(hear)
    yield heard
    signals.break_glass_opened.disconnect(hear)
    signals.mass_reading_noticed.disconnect(hear)


@pytest.fixture
def colleague():
    return people.make_claimant()


@pytest.fixture
def advisor(colleague):
    return people.make_advisor(colleague.agency)


def test_written_reason_opens_a_colleagues_file(advisor, colleague, told):
    client = people.signed_in(advisor)
    answer = client.post("/conseiller/acces-motive/", {"ref": colleague.ref.lower(), "reason": REASON})
    assert answer["Location"] == f"/conseiller/demandeurs/{colleague.ref}/"
    assert access.claimant_for(advisor, colleague.ref, now=clock.now()) == colleague
    assert [said["break_glass"].reason for said in told] == [REASON]


def test_person_reads_the_reason_in_the_journal(advisor, colleague):
    people.signed_in(advisor).post("/conseiller/acces-motive/", {"ref": colleague.ref, "reason": REASON})
    entry = JournalEntry.objects.get(code=21)
    assert (entry.file_id, entry.actor_id, entry.data) == (colleague.pk, advisor.pk, {"reason": REASON})


def test_access_ends_at_midnight_of_the_agency(advisor, colleague):
    by = Actor(advisor.pk, "ADVISOR")
    opened = oversight.break_glass(advisor.pk, colleague.pk, REASON, by=by, now=NOW)
    assert access.sees(advisor, colleague, now=opened.until - timedelta(seconds=1))
    assert not access.sees(advisor, colleague, now=opened.until)
    assert opened.until.astimezone(advisor.agency.place.zone).strftime("%d %H:%M") == "02 00:00"


def test_asking_twice_opens_and_tells_once(advisor, colleague, told):
    by = Actor(advisor.pk, "ADVISOR")
    for _ in range(2):
        oversight.break_glass(advisor.pk, colleague.pk, REASON, by=by, now=NOW)
    assert BreakGlass.objects.count() == len(told) == 1


@pytest.mark.parametrize("reason", ["", "   ", "voir", "a                 b"])
def test_no_reason_opens_nothing(advisor, colleague, reason):
    answer = people.signed_in(advisor).post(
        "/conseiller/acces-motive/", {"ref": colleague.ref, "reason": reason}
    )
    assert answer.status_code == 422
    assert not BreakGlass.objects.exists()


def test_file_of_another_agency_answers_like_one_that_does_not_exist(advisor):
    client = people.signed_in(advisor)
    pages = []
    for ref in (people.make_claimant().ref, "DE-0000-0000", "bonjour"):
        answer = client.post("/conseiller/acces-motive/", {"ref": ref, "reason": REASON})
        assert answer.status_code == 422
        assert "Aucun dossier de votre agence" in answer.content.decode()
        pages.append(answer)
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("role", ["claimant", "admin", "controller", "decision_maker", "partner"])
def test_page_answers_404_to_other_roles(role):
    client = people.signed_in(getattr(people, f"make_{role}")())
    assert client.get("/conseiller/acces-motive/").status_code == 404


# --- reading in bulk -----------------------------------------------------------------------


@pytest.fixture
def ten_an_hour():
    ParameterOverride.objects.create(key="mass_reading_per_hour", value=10)
    parameters.forget()
    yield
    parameters.forget()


@pytest.mark.usefixtures("ten_an_hour")
def test_eleventh_file_in_an_hour_is_noticed_once(advisor, told):
    files = [people.make_claimant(advisor).pk for _ in range(13)]
    for n, file in enumerate(files):
        oversight.note_opening(advisor.pk, file, now=NOW + timedelta(minutes=n))
    assert [said["reader_id"] for said in told] == [advisor.pk]
    assert ReadingAlert.objects.get().opened == 11
    assert JournalEntry.objects.get(code=22).subject_id == advisor.pk


@pytest.mark.usefixtures("ten_an_hour")
def test_same_file_counts_once_an_hour(advisor, told):
    file = people.make_claimant(advisor).pk
    for n in range(20):
        oversight.note_opening(advisor.pk, file, now=NOW + timedelta(minutes=n))
    assert FileOpening.objects.count() == 1
    assert told == []


@pytest.mark.usefixtures("ten_an_hour")
def test_files_of_earlier_hours_are_not_counted(advisor, told):
    for n in range(13):
        oversight.note_opening(
            advisor.pk, people.make_claimant(advisor).pk, now=NOW + timedelta(minutes=7 * n)
        )
    assert told == []


@pytest.mark.usefixtures("ten_an_hour")
def test_documents_opened_count_like_files(advisor, told):
    person = people.make_claimant(advisor)
    document = Document.objects.create(
        owner=person.user,
        title="Certificat",
        uploaded_at=NOW,
        uploaded_by=person.user,
        sha256=b"0" * 32,
        size=1,
        keep_until=NOW.date(),
    )
    for n in range(11):
        DocumentReading.objects.create(document=document, reader=advisor.user, at=NOW + timedelta(minutes=n))
    assert [said["count"] for said in told] == [11]


@pytest.mark.usefixtures("ten_an_hour")
def test_opening_files_on_the_desk_is_counted(advisor, told):
    client = people.signed_in(advisor)
    for _ in range(11):
        client.get(f"/conseiller/demandeurs/{people.make_claimant(advisor).ref}/")
    assert [said["count"] for said in told] == [11]
