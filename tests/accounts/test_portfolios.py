"""Who follows whom: limits, volunteers, and what follows when an advisor changes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from accounts import access, portfolios, signals
from accounts.models import Claimant
from portal.core import parameters
from portal.core.journal import Actor
from portal.core.models import JournalEntry, ParameterOverride
from tests import people

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
WEB, REINFORCED = Claimant.FollowUpMode.WEB, Claimant.FollowUpMode.REINFORCED


@pytest.fixture(autouse=True)
def _small_portfolios():
    """Let two people be many."""
    for key in ("portfolio_min", "portfolio_max", "portfolio_reinforced_max"):
        ParameterOverride.objects.create(key=key, value=2 if key == "portfolio_max" else 1)
    parameters.forget()
    yield
    parameters.forget()


@pytest.fixture
def supervisor():
    return people.make_supervisor()


@pytest.fixture
def by(supervisor):
    return Actor(supervisor.pk, access.SUPERVISOR, "192.0.2.1")


@pytest.fixture
def told():
    """What was said to the rooms above."""
    heard = []

    def hear(sender, **said):
        heard.append({name: said[name] for name in ("claimant_ids", "old", "new")})

    signals.advisor_changed.connect(hear)
    yield heard
    signals.advisor_changed.disconnect(hear)


def test_supervisor_gives_a_person_another_advisor(supervisor, by, told):
    claimant = people.make_claimant(people.make_advisor(supervisor.agency))
    old, new = claimant.advisor_id, people.make_advisor(supervisor.agency)
    portfolios.assign(claimant.pk, new.pk, by=by, now=NOW)
    assert Claimant.objects.get(pk=claimant.pk).advisor_id == new.pk
    assert told == [{"claimant_ids": [claimant.pk], "old": old, "new": new.pk}]
    entry = JournalEntry.objects.get(code=23)
    assert (entry.file_id, entry.data["old_advisor_id"], entry.data["new_advisor_id"]) == (
        claimant.pk,
        old,
        new.pk,
    )


def test_assigning_to_the_same_advisor_changes_and_says_nothing(supervisor, by, told):
    claimant = people.make_claimant(people.make_advisor(supervisor.agency))
    portfolios.assign(claimant.pk, claimant.advisor_id, by=by, now=NOW)
    assert told == []
    assert not JournalEntry.objects.filter(code=23).exists()


def test_advisor_may_not_reassign(supervisor):
    claimant = people.make_claimant(people.make_advisor(supervisor.agency))
    colleague = people.make_advisor(supervisor.agency)
    with pytest.raises(portfolios.RefusedAssignment, match="Seul le responsable"):
        portfolios.assign(claimant.pk, colleague.pk, by=Actor(colleague.pk, "ADVISOR"), now=NOW)


def test_full_portfolio_is_refused_without_a_reason_and_taken_with_one(supervisor, by):
    new = people.make_advisor(supervisor.agency)
    for _ in range(2):
        people.make_claimant(new)
    claimant = people.make_claimant(people.make_advisor(supervisor.agency))
    with pytest.raises(portfolios.Overload, match="3 personnes suivies, pour un repère de 2"):
        portfolios.assign(claimant.pk, new.pk, by=by, now=NOW)
    portfolios.assign(claimant.pk, new.pk, by=by, now=NOW, reason="Départ d’un collègue")
    assert JournalEntry.objects.get(code=23).data["reason"] == "Départ d’un collègue"


def test_too_many_reinforced_follow_ups_are_refused(supervisor, by):
    new = people.make_advisor(supervisor.agency)
    people.make_claimant(new, follow_up_mode=REINFORCED)
    claimant = people.make_claimant(people.make_advisor(supervisor.agency), follow_up_mode=REINFORCED)
    with pytest.raises(portfolios.Overload, match="2 suivis renforcés"):
        portfolios.assign(claimant.pk, new.pk, by=by, now=NOW)


def test_web_follow_up_goes_only_to_volunteers(supervisor, by):
    first = people.make_advisor(supervisor.agency, volunteers_for_web=True)
    claimant = people.make_claimant(first, follow_up_mode=WEB)
    unwilling = people.make_advisor(supervisor.agency)
    willing = people.make_advisor(supervisor.agency, volunteers_for_web=True)
    with pytest.raises(portfolios.RefusedAssignment, match="volontaire"):
        portfolios.assign(claimant.pk, unwilling.pk, by=by, now=NOW, reason="Urgent")
    portfolios.assign(claimant.pk, willing.pk, by=by, now=NOW)


def test_advisor_of_another_agency_is_refused(supervisor, by):
    claimant = people.make_claimant(people.make_advisor(supervisor.agency))
    with pytest.raises(portfolios.RefusedAssignment, match="n’est pas suivi par l’agence"):
        portfolios.assign(claimant.pk, people.make_advisor().pk, by=by, now=NOW)


def test_advisor_who_left_is_refused(supervisor, by):
    claimant = people.make_claimant(people.make_advisor(supervisor.agency))
    gone = people.make_advisor(supervisor.agency)
    gone.user.is_active = False
    gone.user.save()
    with pytest.raises(portfolios.RefusedAssignment, match="fermé"):
        portfolios.assign(claimant.pk, gone.pk, by=by, now=NOW)


def test_batch_moves_all_or_none_and_says_it_once_per_old_advisor(supervisor, by, told):
    first, second = people.make_advisor(supervisor.agency), people.make_advisor(supervisor.agency)
    new = people.make_advisor(supervisor.agency)
    moved = [people.make_claimant(first), people.make_claimant(second)]
    stranger = people.make_claimant()
    with pytest.raises(portfolios.RefusedAssignment):
        portfolios.assign_all([one.pk for one in (*moved, stranger)], new.pk, by=by, now=NOW, reason="Départ")
    assert portfolios.load_of(new.pk).people == 0
    portfolios.assign_all([one.pk for one in moved], new.pk, by=by, now=NOW)
    assert portfolios.load_of(new.pk).people == 2
    assert [said["old"] for said in told] == [first.pk, second.pk]


@pytest.mark.parametrize("size", [1, 3])
def test_batch_costs_the_same_queries_for_one_and_for_many(
    supervisor, by, django_assert_max_num_queries, size
):
    old, new = people.make_advisor(supervisor.agency), people.make_advisor(supervisor.agency)
    moved = [people.make_claimant(old).pk for _ in range(size)]
    parameters.current()
    with django_assert_max_num_queries(17):
        portfolios.assign_all(moved, new.pk, by=by, now=NOW, reason="Départ")


@pytest.mark.django_db(transaction=True)
def test_last_place_is_given_once_when_two_supervisors_want_it():
    supervisor = people.make_supervisor()
    new = people.make_advisor(supervisor.agency)
    people.make_claimant(new)
    waiting = [people.make_claimant(people.make_advisor(supervisor.agency)).pk for _ in range(2)]
    actor = Actor(supervisor.pk, access.SUPERVISOR)
    together = Barrier(2)

    def give(claimant_id: int) -> str:
        try:
            together.wait(timeout=10)
            portfolios.assign(claimant_id, new.pk, by=actor, now=NOW)
        except portfolios.Overload:
            return "full"
        else:
            return "given"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as supervisors:
        assert sorted(supervisors.map(give, waiting)) == ["full", "given"]
    assert portfolios.load_of(new.pk).people == 2
