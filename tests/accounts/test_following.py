"""Another agency, another mode: who takes the person, what is refused, and what is written down."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts import portfolios, signals
from accounts.following import choosing, modes, transfers
from accounts.models import Claimant, FollowUpModeChange, Transfer, WebWish
from portal.core import parameters
from portal.core.journal import Actor
from portal.core.models import JournalEntry, ParameterOverride
from tests import factories
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db

WEB, GUIDED, REINFORCED = "WEB", "GUIDED", "REINFORCED"
READY = modes.SelfTest(computer=True, camera=True, microphone=True, at_ease=True, seen=True)


@pytest.fixture
def full_at_two():
    for key in ("portfolio_min", "portfolio_max", "portfolio_reinforced_max"):
        ParameterOverride.objects.create(key=key, value=2 if key == "portfolio_max" else 1)
    parameters.forget()
    yield
    parameters.forget()


@pytest.fixture
def camille():
    return factories.claimant(factories.advisor(factories.agency(postcode="35000")))


@pytest.fixture
def brest():
    return factories.agency(name="Agence de Brest", postcode="29200", city="Brest")


def move(person: Claimant, agency, **how) -> Transfer:
    return transfers.transfer(person.pk, agency.pk, **({"by": acting(person), "now": NOW} | how))


def test_person_who_moves_is_followed_by_the_least_loaded_there(camille, brest):
    busy, free = factories.advisor(brest), factories.advisor(brest)
    factories.claimant(busy)
    heard = []
    signals.advisor_changed.connect(hear := lambda sender, **said: heard.append(said["because"]))
    moved = move(camille, brest, address={"street": "2 rue de Siam", "postcode": "29200", "city": "Brest"})
    signals.advisor_changed.disconnect(hear)
    camille.refresh_from_db()
    assert (camille.agency_id, camille.advisor_id, camille.city) == (brest.pk, free.pk, "Brest")
    assert (moved.old_advisor_id, moved.new_advisor_id, moved.to_assign) == (
        moved.old_advisor_id,
        free.pk,
        False,
    )
    assert heard == ["transferred"]
    assert JournalEntry.objects.get(code=24, file_id=camille.pk).data["new_agency"] == "Agence de Brest"


def test_everybody_full_the_supervisor_holds_the_file_and_nobody_is_overloaded(camille, brest, full_at_two):
    advisor, boss = factories.advisor(brest), factories.advisor(brest, is_supervisor=True)
    for _ in range(2):
        factories.claimant(advisor)
    moved = move(camille, brest)
    assert moved.to_assign
    assert moved.new_advisor_id == boss.pk
    assert portfolios.load_of(advisor.pk).people == 2


def test_reinforced_follow_up_has_its_own_mark(camille, brest, full_at_two):
    first, second = factories.advisor(brest), factories.advisor(brest)
    factories.claimant(first, follow_up_mode=REINFORCED)
    factories.claimant(second)
    Claimant.objects.filter(pk=camille.pk).update(follow_up_mode=REINFORCED)
    assert move(camille, brest).new_advisor_id == second.pk


def test_nobody_there_changes_nothing(camille, brest, full_at_two):
    with pytest.raises(choosing.NobodyThere, match="3949"):
        move(camille, brest, address={"city": "Brest"})
    advisor = factories.advisor(brest)
    for _ in range(2):
        factories.claimant(advisor)
    with pytest.raises(choosing.NobodyThere):
        move(camille, brest)
    camille.refresh_from_db()
    assert (camille.agency_id == brest.pk, camille.city) == (False, "")
    assert not Transfer.objects.exists()


def test_closed_agency_and_ones_own_are_refused(camille, brest):
    with pytest.raises(transfers.RefusedTransfer, match="déjà suivi"):
        move(camille, camille.agency)
    type(brest).objects.filter(pk=brest.pk).update(is_active=False)
    with pytest.raises(transfers.RefusedTransfer, match="fermée"):
        move(camille, brest)


def test_only_the_person_or_a_supervisor_with_a_reason_transfers(camille, brest):
    factories.advisor(brest)
    for by in (acting(camille.advisor), acting(factories.claimant(camille.advisor))):
        with pytest.raises(transfers.RefusedTransfer, match="Seul le responsable"):
            move(camille, brest, by=by, reason="Rapprochement")
    boss = factories.advisor(camille.agency, is_supervisor=True)
    with pytest.raises(transfers.RefusedTransfer, match="motif"):
        move(camille, brest, by=acting(boss), reason="  ")
    assert move(camille, brest, by=acting(boss), reason="Rapprochement").reason == "Rapprochement"


def test_web_follow_up_goes_on_with_a_volunteer_else_the_wish_is_kept(camille, brest):
    factories.advisor(brest)
    willing = factories.advisor(brest)
    for _ in range(3):
        factories.claimant(willing)
    type(willing).objects.filter(pk__in=[willing.pk, camille.advisor_id]).update(volunteers_for_web=True)
    Claimant.objects.filter(pk=camille.pk).update(follow_up_mode=WEB)
    assert move(camille, brest).new_advisor_id == willing.pk
    elsewhere = factories.advisor(factories.agency())
    move(camille, elsewhere.agency)
    camille.refresh_from_db()
    assert (camille.follow_up_mode, camille.advisor_id) == (GUIDED, elsewhere.pk)
    assert WebWish.objects.get().claimant_id == camille.pk


@pytest.mark.parametrize(
    ("postcode", "expected"), [("29200", "29200"), ("29900", "29200"), ("97430", "97400"), ("13001", None)]
)
def test_agency_is_proposed_by_postcode_then_department(postcode, expected):
    agencies = [factories.agency(postcode=code) for code in ("35000", "29200", "97400", "97200")]
    found = choosing.proposed(postcode, agencies)
    assert (found and found.postcode) == expected


# --- the web follow-up ----------------------------------------------------------


def take(person, test=READY, *, consents=True):
    return modes.take_web(person.pk, test, consents=consents, by=acting(person), now=NOW)


def volunteer(advisor):
    return modes.set_volunteer(advisor.pk, True, by=acting(advisor), now=NOW)


def test_web_is_taken_with_ones_own_advisor_when_they_volunteer(camille):
    volunteer(camille.advisor)
    take(camille)
    camille.refresh_from_db()
    assert camille.follow_up_mode == WEB
    change = FollowUpModeChange.objects.get()
    assert (change.before, change.after, change.consent_at, change.self_test["seen"]) == (
        GUIDED,
        WEB,
        NOW,
        True,
    )


def test_web_is_taken_with_a_volunteer_of_the_agency_and_never_with_another(camille):
    other = factories.advisor(camille.agency)
    willing = factories.advisor(camille.agency)
    for _ in range(2):
        factories.claimant(willing)
    volunteer(willing)
    take(camille)
    camille.refresh_from_db()
    assert camille.advisor_id == willing.pk
    assert other.portfolio.count() == 0


def test_nobody_available_keeps_the_wish_until_somebody_is(camille):
    take(camille)
    take(camille)
    camille.refresh_from_db()
    assert (camille.follow_up_mode, WebWish.objects.count()) == (GUIDED, 1)
    assert JournalEntry.objects.filter(code=27).count() == 1
    volunteer(camille.advisor)
    camille.refresh_from_db()
    assert (camille.follow_up_mode, WebWish.objects.count()) == (WEB, 0)
    assert FollowUpModeChange.objects.get().consent_at == NOW


def test_assigning_to_a_volunteer_grants_the_wish(camille):
    take(camille)
    boss, willing = factories.advisor(camille.agency, is_supervisor=True), factories.advisor(camille.agency)
    volunteer(willing)
    portfolios.assign(camille.pk, willing.pk, by=acting(boss), now=NOW)
    camille.refresh_from_db()
    assert camille.follow_up_mode == WEB


@pytest.mark.parametrize("missing", ["computer", "camera", "microphone", "at_ease"])
def test_web_needs_the_whole_self_test(camille, missing):
    volunteer(camille.advisor)
    test = modes.SelfTest(
        **{**dict.fromkeys(("computer", "camera", "microphone", "at_ease"), True), missing: False}
    )
    with pytest.raises(modes.NotYet, match="Votre suivi actuel continue"):
        take(camille, test)
    assert not FollowUpModeChange.objects.exists()


def test_web_needs_a_yes(camille):
    volunteer(camille.advisor)
    with pytest.raises(modes.NotYet, match="accord"):
        take(camille, consents=False)


def test_web_is_left_at_any_time_for_the_mode_before(camille):
    Claimant.objects.filter(pk=camille.pk).update(follow_up_mode=REINFORCED)
    volunteer(camille.advisor)
    take(camille)
    modes.leave_web(camille.pk, by=acting(camille), now=NOW)
    camille.refresh_from_db()
    assert camille.follow_up_mode == REINFORCED
    assert FollowUpModeChange.objects.count() == 2
    with pytest.raises(modes.NotInWeb):
        modes.leave_web(camille.pk, by=acting(camille), now=NOW)


def test_a_wish_is_taken_back(camille):
    take(camille)
    modes.leave_web(camille.pk, by=acting(camille), now=NOW)
    assert not WebWish.objects.exists()


def test_advisor_who_follows_by_web_cannot_stop_before_they_are_in_other_hands(camille):
    volunteer(camille.advisor)
    take(camille)
    with pytest.raises(modes.StillFollowing, match="1\u00a0personne"):
        modes.set_volunteer(camille.advisor_id, False, by=acting(camille.advisor), now=NOW)


def test_portal_itself_takes_no_transfer(camille, brest):
    factories.advisor(brest)
    with pytest.raises(transfers.RefusedTransfer):
        move(camille, brest, by=Actor(None, "PORTAL"), reason="Non")


@pytest.mark.django_db(transaction=True)
def test_last_place_of_an_agency_is_given_once_when_two_people_move_there_at_once():
    for key in ("portfolio_min", "portfolio_max", "portfolio_reinforced_max"):
        ParameterOverride.objects.create(key=key, value=2 if key == "portfolio_max" else 1)
    parameters.forget()
    advisor = factories.advisor()
    boss = factories.advisor(advisor.agency, is_supervisor=True)
    factories.claimant(advisor)
    movers = [factories.claimant() for _ in range(2)]
    together = Barrier(2)

    def go(person: Claimant) -> int:
        try:
            together.wait(timeout=10)
            return move(person, advisor.agency).new_advisor_id
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(go, movers)) == sorted([advisor.pk, boss.pk])
    assert portfolios.load_of(advisor.pk).people == 2
    parameters.forget()


@pytest.mark.django_db(transaction=True)
def test_a_move_and_an_assignment_at_once_end_without_a_deadlock():
    old, new = factories.advisor(), factories.advisor()
    boss, colleague = factories.advisor(old.agency, is_supervisor=True), factories.advisor(old.agency)
    person = factories.claimant(old)
    together = Barrier(2)

    def moves() -> None:
        try:
            together.wait(timeout=10)
            move(person, new.agency)
        finally:
            connection.close()

    def assigns() -> None:
        try:
            together.wait(timeout=10)
            portfolios.assign(person.pk, colleague.pk, by=acting(boss), now=NOW)
        except portfolios.RefusedAssignment:
            pass  # she had left first
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(moves), threads.submit(assigns)]:
            done.result(timeout=30)
    person.refresh_from_db()
    assert person.advisor.agency_id == person.agency_id == new.agency_id
