"""The list of appeals and wishes of a region: what is due first, who may not answer, a budget of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.measures.appeals.court_of import asks_lift, contested, files, lifts, mediates
from tests.measures.cast import Cast, a_delegate, work
from tests.people import signed_in

pytestmark = pytest.mark.django_db
LIST = "/decisions/recours/"


def names(answer) -> list[str]:
    return [str(row["ref"]) for row in answer.context["rows"]]


def test_the_list_of_procedures_leads_here_and_nothing_waits(delegate):
    assert LIST in delegate.get("/decisions/").text
    answer = delegate.get(LIST)
    assert "Rien ne vous attend" in answer.text
    assert "Une personne décide" in answer.text


def test_what_is_due_first_stands_first(cast, delegate, at):
    appeal = contested(cast)
    files(cast, appeal)
    elsewhere = Cast()
    lift = asks_lift(elsewhere, elsewhere.in_force())
    at(max(cast.now, elsewhere.now))
    # The wish is answered in days, the appeal in two months.
    assert names(delegate.get(LIST)) == [str(lift.case.ref), str(appeal.case.ref)]
    assert names(delegate.get(LIST, {"nature": "gracieux"})) == [str(appeal.case.ref)]
    assert names(delegate.get(LIST, {"nature": "levees"})) == [str(lift.case.ref)]
    assert names(delegate.get(LIST, {"personne": str(lift.case.ref)})) == [str(lift.case.ref)]
    assert names(signed_in(a_delegate("Occitanie")).get(LIST)) == []


def test_the_author_reads_that_another_person_answers(cast, delegate, other, at):
    files(cast, contested(cast))
    at(cast.now)
    said = "À répondre par une autre personne"
    assert said in delegate.get(LIST).text
    assert said not in other.get(LIST).text


def test_a_refusal_by_silence_stands_in_a_tab_of_its_own(cast, delegate, at):
    filed = files(cast, contested(cast))
    work(filed.implicit_at)
    at(filed.implicit_at + timedelta(days=1))
    ref = str(filed.appeal.case.ref)
    assert ref not in names(delegate.get(LIST, {"nature": "gracieux"}))
    assert names(delegate.get(LIST, {"nature": "silence"})) == [ref]


def test_what_is_owed_after_a_lifting_is_there_until_it_is_proved(cast, delegate, at):
    case = cast.in_force()
    lifts(cast, asks_lift(cast, case))
    at(cast.now)
    assert set(names(delegate.get(LIST, {"nature": "effets"}))) == {str(case.ref)}


def test_mediations_and_courts_run_in_tabs_of_their_own(cast, delegate, at):
    appeal = contested(cast)
    mediates(cast, appeal)
    at(cast.now)
    page = delegate.get(LIST)
    assert names(page) == []
    assert "Rien ne vous attend" in page.text
    assert names(delegate.get(LIST, {"nature": "mediations"})) == [str(appeal.case.ref)]


def test_pages_follow_one_another(delegate, at, short_pages):
    short_pages("measures.web.delegate.waiting.appeals")
    for n in range(3):
        one = Cast()
        (asks_lift(one, one.in_force()) if n else files(one, contested(one)))
        at(one.now)
    first = delegate.get(LIST)
    second = delegate.get(LIST + first.context["next_url"])
    assert (len(names(first)), len(names(second))) == (2, 1)
    assert not set(names(first)) & set(names(second))


def test_the_list_asks_as_much_for_three_as_for_one(delegate, at):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            one = Cast()
            files(one, contested(one))
        at(one.now)
        delegate.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            assert delegate.get(LIST).context["rows"]
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14, counts


def test_what_was_notified_too_long_ago_is_out_of_sight(cast, delegate, at):
    appeal = contested(cast)
    files(cast, appeal)
    at(cast.now + timedelta(days=700))
    ref = str(appeal.case.ref)
    assert ref in names(delegate.get(LIST, {"nature": "gracieux"}))
    at(cast.now + timedelta(days=740))
    assert names(delegate.get(LIST)) == []
    assert all(tab["count"] == 0 for tab in delegate.get(LIST).context["tabs"])
    assert names(delegate.get(LIST, {"nature": "gracieux", "personne": ref})) == []


def test_nonsense_in_the_address_is_an_ordinary_list(delegate):
    for query in ({"nature": "x"}, {"apres": "9" * 40 + ".1.1"}, {"apres": "1.1.9" + "9" * 30}):
        assert delegate.get(LIST, query).status_code == 200
