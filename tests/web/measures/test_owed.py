"""What is owed after a win, before the agency's supervisor: listed, proved once, nobody else's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.models import Effect
from measures.states import GraciousState
from tests import factories
from tests.measures.appeals.court_of import answers, contested, files
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/agence/effets/"


@pytest.fixture
def office(cast):
    return signed_in(factories.advisor(cast.advisor.agency, is_supervisor=True))


@pytest.fixture
def won(cast, at):
    appeal = contested(cast)
    answers(cast, files(cast, appeal), GraciousState.GRANTED)
    at(cast.now)
    return appeal


def test_what_is_owed_is_listed_until_it_is_proved(cast, office, won, at):
    shown = office.get(PAGE).text
    assert str(cast.person) in shown
    assert "Vos droits sont rétablis" in shown
    owed = Effect.objects.filter(done_at=None).earliest("pk")
    assert office.post(f"{PAGE}{owed.pk}/", {"proof": " "}).status_code == 422
    for _ in range(2):
        done = office.post(f"{PAGE}{owed.pk}/", {"proof": "Virement no 3."}, follow=True)
        assert "avec sa preuve" in done.text
    owed.refresh_from_db()
    assert owed.proof == "Virement no 3."
    assert "déjà fait" in office.get(f"{PAGE}{owed.pk}/", follow=True).text
    at(cast.now + timedelta(days=40))
    assert "en retard" in office.get(PAGE).text


def test_nobody_elses_agency_sees_it(won):
    elsewhere = signed_in(factories.advisor(factories.agency(), is_supervisor=True))
    assert "Rien n’est dû" in elsewhere.get(PAGE).text
    owed = Effect.objects.filter(done_at=None).earliest("pk")
    assert elsewhere.post(f"{PAGE}{owed.pk}/", {"proof": "Virement."}).status_code == 404
    assert Effect.objects.get(pk=owed.pk).done_at is None


def test_pages_follow_one_another_at_the_same_cost(cast, office, won, monkeypatch):
    with CaptureQueriesContext(connection) as few:
        office.get(PAGE)
    monkeypatch.setattr("measures.web.supervisor.owed.PAGE", 1)
    first = office.get(PAGE)
    second = office.get(PAGE + first.context["next_url"])
    both = [row["url"] for page in (first, second) for row in page.context["rows"]]
    ids = Effect.objects.to_do().values_list("pk", flat=True)
    assert both == [f"{PAGE}{pk}/" for pk in ids]
    assert len(few) <= 10, len(few)
