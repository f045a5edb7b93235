"""After three years without use a file leaves the advisors' sight, never the person's; coming back reopens it."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from accounts import deeds as files
from accounts import oversight
from accounts.models import BreakGlass, Claimant
from convocations.archive.putting_away import put_away, years_before
from convocations.models import FollowUpTask
from messaging.models import Thread
from portal.core import clock
from portal.core.models import JournalEntry
from portal.core.parameters import DEFAULTS
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.threads import talk
from tests.people import signed_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
YEARS = DEFAULTS.retention_file_years


@pytest.fixture
def person() -> Claimant:
    """Last seen three years and a day ago, and nothing since."""
    then = years_before(clock.now(), YEARS) - DAY
    who = factories.claimant(registered_on=then.date() - DAY * 400, last_contact_at=then)
    type(who.user).objects.filter(pk=who.pk).update(date_joined=then - DAY * 400)
    return who


def archived(person: Claimant) -> bool:
    return Claimant.objects.get(pk=person.pk).archived_at is not None


def test_a_file_unused_for_the_years_is_put_away_once_and_its_silence_is_dropped(person):
    line = FollowUpTask.objects.create(
        claimant=person,
        advisor=person.advisor,
        agency=person.agency,
        reason="NO_CONTACT",
        opened_at=person.last_contact_at,
        due_at=person.last_contact_at,
    )
    now = clock.now()
    assert put_away(now) == 1
    assert put_away(now) == 0
    assert archived(person)
    line.refresh_from_db()
    assert line.state == "DROPPED"
    assert JournalEntry.objects.filter(code=files.FILE_ARCHIVED.number, file_id=person.pk).count() == 1


@pytest.mark.parametrize("what", ["contact", "sign-in", "registration"])
def test_a_file_used_a_day_later_stays(person, what):
    then = years_before(clock.now(), YEARS) + DAY
    if what == "contact":
        Claimant.objects.filter(pk=person.pk).update(last_contact_at=then)
    elif what == "sign-in":
        type(person.user).objects.filter(pk=person.pk).update(last_login=then)
    else:
        Claimant.objects.filter(pk=person.pk).update(last_contact_at=None, registered_on=then.date() + DAY)
    assert put_away(clock.now()) == 0


def test_a_file_with_something_open_stays(person):
    FollowUpTask.objects.create(
        claimant=person,
        advisor=person.advisor,
        agency=person.agency,
        reason="FIRST_INTERVIEW",
        opened_at=person.last_contact_at,
        due_at=person.last_contact_at,
    )
    assert put_away(clock.now()) == 0


def test_advisor_no_longer_meets_it_and_is_told_how_it_opens(person):
    put_away(clock.now())
    advisor = signed_in(person.advisor)
    assert str(person.user) not in advisor.get("/conseiller/portefeuille/").content.decode()
    page = advisor.get(f"/conseiller/demandeurs/{person.ref}/")
    assert page.status_code == 403
    assert "Ce dossier est en archive" in page.content.decode()
    assert f"/conseiller/acces-motive/?ref={person.ref}" in page.content.decode()
    assert str(person.user) not in page.content.decode()
    stranger = signed_in(factories.advisor())
    assert stranger.get(f"/conseiller/demandeurs/{person.ref}/").status_code == 404
    # With a reason, for the day.
    oversight.break_glass(
        person.advisor_id, person.pk, "Recours devant le juge", by=acting(person.advisor), now=clock.now()
    )
    assert advisor.get(f"/conseiller/demandeurs/{person.ref}/").status_code == 200
    assert archived(person)


def test_the_person_sees_their_space_and_signing_in_reopens_it(person):
    put_away(clock.now())
    own = Client()
    own.force_login(person.user)
    assert not archived(person)
    assert own.get("/espace/").status_code == 200
    assert JournalEntry.objects.filter(code=files.FILE_REOPENED.number, file_id=person.pk).count() == 1


def test_a_new_appointment_reopens_it(person):
    put_away(clock.now())
    factories.convocation(person, now=NOW)
    assert not archived(person)


def opened_with_a_reason(person: Claimant) -> Client:
    put_away(clock.now())
    oversight.break_glass(
        person.advisor_id, person.pk, "Elle a rappelé l’agence", by=acting(person.advisor), now=clock.now()
    )
    return signed_in(person.advisor)


def test_writing_first_to_them_reopens_it_once(person):
    advisor = opened_with_a_reason(person)
    form = "/conseiller/messages/nouveau/"
    assert advisor.get(f"{form}?pour={person.ref}").status_code == 200
    assert archived(person)
    sent = {"pour": [str(person.ref)], "topic": "BENEFITS", "subject": "Votre retour", "via": "WEB"}
    sent |= {"body": "Bonjour.", "form_key": str(uuid.uuid4())}
    assert advisor.post(form, sent).status_code == 302
    assert not archived(person)
    line = JournalEntry.objects.get(code=files.FILE_REOPENED.number, file_id=person.pk)
    assert line.actor_id == person.advisor_id
    assert Thread.objects.filter(claimant=person).count() == 1
    # Followed again: the next one needs no reason, and reopens nothing more.
    BreakGlass.objects.all().delete()
    assert advisor.post(form, sent | {"subject": "Encore", "form_key": str(uuid.uuid4())}).status_code == 302
    assert JournalEntry.objects.filter(code=files.FILE_REOPENED.number, file_id=person.pk).count() == 1


def test_answering_in_an_old_thread_reopens_it(person):
    thread = talk.ask(person, now=person.last_contact_at)
    Claimant.objects.filter(pk=person.pk).update(archived_at=clock.now())
    talk.answer(thread, now=clock.now())
    assert not archived(person)
