"""Finding what was said: French words whatever their ending and accents, in one's own threads and no other's."""

import pytest

from messaging.threads import searching
from tests import factories
from tests.messaging.threads.talk import DAY, HOUR, NOW, answer, ask, write
from tests.people import signed_in

pytestmark = pytest.mark.django_db

ASKED = "Bonjour,\nJ’ai reçu deux courriers au sujet de mes allocations. <b>Est-ce normal ?</b>"


@pytest.fixture
def person():
    return factories.claimant()


@pytest.fixture
def thread(person):
    return ask(person, ASKED, subject="Mon indemnisation")


def numbers(found: list[searching.Found]) -> list[int]:
    return [one.number for one in found]


@pytest.mark.parametrize(
    "words",
    [
        "allocation",
        "ALLOCATIONS",
        "recu courrier",
        '"deux courriers"',
        "courrier -radiation",
        "indemnisations",
    ],
)
def test_words_are_found_by_stem_and_without_accents(person, thread, words):
    assert numbers(searching.in_threads_of(person.pk, words)) == [1]


@pytest.mark.parametrize(
    "words", ["", "   ", "radiation", "courrier -allocation", "le la les", "&|!()<->", "\ue000"]
)
def test_what_was_not_said_is_not_found(person, thread, words):
    assert searching.in_threads_of(person.pk, words) == []


def test_the_passage_shows_what_was_asked_and_the_latest_stands_first(person, thread):
    answer(thread, "Votre allocation est calculée chaque mois.", now=NOW + HOUR)
    write(thread, "Et l’autre allocation ?", now=NOW + DAY)
    found = searching.in_threads_of(person.pk, "allocation")
    assert numbers(found) == [3, 2, 1]
    assert [piece for piece, hit in found[1].passage if hit] == ["allocation"]
    assert "".join(piece for piece, _ in found[1].passage) == "Votre allocation est calculée chaque mois"


def test_nobody_finds_what_is_not_theirs_to_read(person, thread):
    stranger, colleague = factories.claimant(), factories.advisor(person.agency)
    assert searching.in_threads_of(stranger.pk, "allocation") == []
    assert searching.in_threads_with([colleague.pk], "allocation") == []
    assert numbers(searching.in_threads_with([person.advisor_id], "allocation")) == [1]


@pytest.mark.parametrize("side", ["espace", "conseiller"])
def test_the_page_leads_to_the_message_and_shows_text_as_text(person, thread, side):
    browser = signed_in(person if side == "espace" else person.advisor)
    here = f"/{side}/messages/chercher/"
    assert f'action="{here}"' in browser.get(f"/{side}/messages/").text
    page = browser.get(here, {"q": "normal"}).text
    assert f"/{side}/messages/{thread.ref}/?avant=2#message-1" in page
    assert "<mark>normal</mark>" in page
    assert "<b>Est-ce" not in page
    assert "Aucun message trouvé" in browser.get(here, {"q": "radiation"}).text
    assert browser.get(here).status_code == 200
    assert (
        signed_in(factories.claimant())
        .get("/espace/messages/chercher/", {"q": "normal"})
        .text.count("<mark>")
        == 0
    )


def test_a_search_costs_as_many_queries_with_many_messages_as_with_one(
    person, thread, django_assert_max_num_queries
):
    for number in range(4):
        write(thread, f"Encore une allocation, {number}.", now=NOW + (number + 1) * HOUR)
    with django_assert_max_num_queries(1):
        assert len(searching.in_threads_of(person.pk, "allocation")) == 5
