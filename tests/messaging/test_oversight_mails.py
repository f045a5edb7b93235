"""Who answers for somebody hears, once an hour, that they opened many files; no claimant is named."""

from datetime import timedelta

import pytest

from accounts import oversight
from accounts.models import ReadingAlert
from messaging.models import OutboxMessage
from messaging.oversight_mails import BREAK_GLASS, MASS_READING, break_glass_mails, mass_reading_mails
from portal.core import parameters
from portal.core.models import ParameterOverride
from tests import people
from tests.factories import NOW, acting
from tests.measures.cast import Cast, a_delegate
from tests.messaging.rendering import check_mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ten_an_hour():
    ParameterOverride.objects.create(key="mass_reading_per_hour", value=10)
    parameters.forget()
    yield
    parameters.forget()


def owed(kind: int) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind=kind).order_by("person_id"))


def opens_many(reader_id: int) -> None:
    for minute in range(13):
        oversight.note_opening(reader_id, people.make_claimant().pk, now=NOW + timedelta(minutes=minute))


def test_an_advisors_supervisors_are_told():
    advisor = people.make_advisor()
    supervisor = people.make_supervisor(advisor.agency)
    people.make_supervisor()
    people.make_admin()
    opens_many(advisor.pk)
    (row,) = owed(MASS_READING)
    assert row.person_id == supervisor.pk
    mail = mass_reading_mails([row], NOW)[row.id]
    shown = check_mail(mail, facts=[str(advisor.user), "11 dossiers"], owed=row, now=NOW)
    assert "/agence/" in shown.text
    assert "Vous êtes responsable de cette agence" in shown.text


def test_of_who_belongs_to_no_agency_the_administrators_are_told():
    administrators = {people.make_admin().pk, people.make_admin().pk}
    people.make_admin(is_active=False)
    people.make_supervisor()
    delegate = a_delegate()
    opens_many(delegate.pk)
    rows = owed(MASS_READING)
    assert {row.person_id for row in rows} == administrators
    mails = mass_reading_mails(rows, NOW)
    for row in rows:
        shown = check_mail(mails[row.id], facts=[str(delegate.user), "11 dossiers"], owed=row, now=NOW)
        assert "/admin/accounts/readingalert/" in shown.text
        assert "Vous administrez le portail" in shown.text


def test_the_cases_a_delegate_opens_are_counted_once_each(monkeypatch):
    monkeypatch.setattr("portal.core.clock.now", lambda: NOW)
    cast = Cast()
    administrator = people.make_admin()
    cases = [cast.refer(person=people.make_claimant(cast.advisor, benefit_status="ARE")) for _ in range(11)]
    browser = people.signed_in(cast.delegate)
    for case in cases[:10]:
        for page in ("", "clore/", ""):
            browser.get(f"/decisions/{case.ref}/{page}")
    assert not ReadingAlert.objects.exists()
    assert browser.get(f"/decisions/{cases[10].ref}/").status_code == 200
    alert = ReadingAlert.objects.get()
    assert (alert.reader_id, alert.opened) == (cast.delegate.pk, 11)
    assert [row.person_id for row in owed(MASS_READING)] == [administrator.pk]


def test_a_file_opened_with_a_reason_is_told_without_the_reason():
    advisor = people.make_advisor()
    supervisor = people.make_supervisor(advisor.agency)
    person = people.make_claimant(people.make_advisor(advisor.agency))
    oversight.break_glass(advisor.pk, person.pk, "Appel urgent d’une voisine.", by=acting(advisor), now=NOW)
    (row,) = owed(BREAK_GLASS)
    assert row.person_id == supervisor.pk
    shown = check_mail(break_glass_mails([row], NOW)[row.id], facts=[str(advisor.user)], owed=row, now=NOW)
    assert "voisine" not in shown.text
    assert person.user.last_name not in shown.text
