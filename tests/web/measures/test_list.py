"""The list of a delegate: their region, what is due first, as many queries for many as for one."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.procedure.opening import examining
from measures.states import CASE_WITHOUT_EFFECT
from tests import factories
from tests.measures import stages
from tests.measures.cast import ALL_OF_IT, a_delegate, acts, work
from tests.people import signed_in

pytestmark = pytest.mark.django_db
LIST = "/decisions/"


def names(answer) -> list[str]:
    return [row["ref"] for row in answer.context["rows"]]


def test_the_work_of_a_delegate_begins_at_the_list(cast, delegate):
    answer = delegate.get("/")
    assert answer["Location"] == LIST
    assert "Rien ne vous attend" in delegate.get(LIST).text


def test_what_is_due_first_stands_first(cast, delegate, at):
    due = cast.due()
    referred = cast.refer()
    unread = cast.told().case
    taken = cast.taken()
    at(cast.now)
    # The decision in fifteen days less five minutes, then eight days for the letter, fifteen for the others.
    assert set(names(delegate.get(LIST))) == {str(c.ref) for c in (due, referred, unread, taken)}
    assert names(delegate.get(LIST))[0] == str(unread.ref)
    for slug, case in (("decider", due), ("examiner", referred), ("non-lues", unread), ("en-examen", taken)):
        assert names(delegate.get(LIST, {"nature": slug})) == [str(case.ref)], slug


def test_another_region_and_what_one_referred_oneself_are_not_there(cast, delegate):
    cast.refer(by=acts(cast.delegate))
    elsewhere = signed_in(a_delegate("Occitanie"))
    assert names(delegate.get(LIST)) == []
    assert names(elsewhere.get(LIST)) == []


def test_a_second_reading_is_asked_of_the_others(cast, delegate, other, at):
    # A first measure: from the second on, the barème permits what takes all.
    cast.in_force()
    cast.now += timedelta(days=2)
    case = cast.due(ALL_OF_IT, facts_on=cast.now.date())
    cast.decides(case, ALL_OF_IT)
    at(cast.now)
    assert names(other.get(LIST, {"nature": "relire"})) == [str(case.ref)]
    assert names(delegate.get(LIST, {"nature": "relire"})) == []
    assert names(delegate.get(LIST, {"nature": "decider", "miennes": "1"})) == [str(case.ref)]


def test_a_measure_in_force_stands_apart(cast, delegate, at):
    case = cast.in_force()
    at(cast.now)
    page = delegate.get(LIST)
    assert names(page) == []
    assert "Rien ne vous attend" in page.text
    assert "Rien ne correspond" in delegate.get(LIST, {"miennes": "1"}).text
    assert names(delegate.get(LIST, {"nature": "en-cours"})) == [str(case.ref)]


def test_each_open_case_stands_under_one_tab_and_is_counted_there(cast, delegate, at):
    now = cast.now + timedelta(days=60)
    made = stages.build(cast, now)
    at(now)
    open_now = {str(case.ref) for case in made.values() if case.state not in CASE_WITHOUT_EFFECT}
    listed = Counter()
    for tab in delegate.get(LIST).context["tabs"][1:-1]:
        refs = names(delegate.get(LIST + tab["url"]))
        assert len(refs) == tab["count"], tab["label"]
        listed.update(refs)
    assert listed == Counter(open_now)
    # «Tout» has all but what is in force; the same by hand of who examines, and beyond each place.
    every = delegate.get(LIST)
    in_force = names(delegate.get(LIST, {"nature": "en-cours"}))
    assert set(names(every)) == open_now - set(in_force)
    assert every.context["tabs"][0]["count"] == len(names(every))
    mine = names(delegate.get(LIST, {"miennes": "1"}))
    assert [ref for ref in names(every) if ref in mine] == mine
    assert str(made["referred"].ref) not in mine


def test_people_are_found_by_name_and_by_reference(cast, delegate):
    who = factories.claimant(
        cast.advisor, user_fields={"first_name": "Zoé", "last_name": "Le Gall"}, benefit_status="ARE"
    )
    case = cast.refer(person=who)
    cast.refer()
    assert names(delegate.get(LIST, {"personne": "zoe gall"})) == [str(case.ref)]
    assert names(delegate.get(LIST, {"personne": str(case.ref).lower()})) == [str(case.ref)]
    assert "Rien ne correspond" in delegate.get(LIST, {"personne": "zzz"}).text


def test_pages_follow_one_another(cast, delegate, short_pages):
    short_pages("measures.web.delegate.waiting.cases")
    for n in range(3):
        cast.refer(now=cast.now - timedelta(hours=n))
    first = delegate.get(LIST)
    second = delegate.get(LIST + first.context["next_url"])
    assert (len(names(first)), len(names(second))) == (2, 1)
    assert not set(names(first)) & set(names(second))


def test_the_list_asks_as_much_for_three_as_for_one(cast, delegate):
    cast.refer()
    counts = []
    for _ in range(2):
        delegate.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            delegate.get(LIST)
        counts.append(len(asked))
        cast.taken()
        cast.told()
    assert counts[0] == counts[1] <= 14, counts


def test_nonsense_in_the_address_is_an_ordinary_list(cast, delegate):
    for query in ({"nature": "x"}, {"apres": "9" * 40 + ".1"}, {"apres": "1.9" + "9" * 30}):
        assert delegate.get(LIST, query).status_code == 200


def test_late_decisions_are_said_to_be_late(cast, delegate, at):
    cast.due()
    at(cast.now + timedelta(days=30))
    (row,) = delegate.get(LIST).context["rows"]
    assert row["level"] == "past"
    assert "en retard" in row["due"]


def test_what_is_finished_stands_in_a_list_of_its_own(cast, delegate, at, short_pages):
    short_pages("measures.web.delegate.waiting.cases")
    lived = cast.in_force()
    closed = [cast.taken() for _ in range(2)]
    for case in closed:
        examining.close(case.pk, reasons="Motif légitime.", by=acts(cast.delegate), now=cast.now)
    open_still = cast.refer()
    cast.now += timedelta(days=40)
    work(cast.now)
    at(cast.now)
    first = delegate.get(LIST, {"nature": "finies"})
    assert names(first) == [str(closed[1].ref), str(closed[0].ref)]
    assert "Close sans mesure" in first.text
    second = delegate.get(LIST + first.context["next_url"])
    assert names(second) == [str(lived.ref)]
    assert "Mesure finie" in second.text
    assert str(open_still.ref) in names(delegate.get(LIST))
    assert names(delegate.get(LIST, {"nature": "finies", "personne": "zzz"})) == []
    elsewhere = signed_in(a_delegate("Occitanie"))
    assert names(elsewhere.get(LIST, {"nature": "finies"})) == []
