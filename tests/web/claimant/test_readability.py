"""Short sentences, on every page a claimant reads (18 words on average at most)."""

import pytest
from django.test import Client

from tests import factories
from tests.people import signed_in
from tests.web.claimant import readability, story
from tests.web.claimant.test_seen import PUBLIC

pytestmark = pytest.mark.django_db
# A sentence as long as this is cut, whatever the average says.
LONGEST = 40


def test_sentences_are_counted_as_a_reader_would():
    html = "<p>Un deux trois. Quatre cinq\u202f?</p><ul><li>Sans point</li></ul><p>Un <a>lien dedans</a> reste.</p>"
    assert readability.sentences(html) == ["Un deux trois.", "Quatre cinq\u202f?", "Un lien dedans reste."]
    assert readability.average(html) == pytest.approx(3.0)


def test_every_page_has_short_sentences(camille):
    pages = story.tell(camille)
    browser = signed_in(camille)
    texts = {name: browser.get(address).text for name, address in pages.items()}
    texts |= {f"{address} {n}": text for n, address, text in _followed(camille, browser)}
    texts |= {name: Client().get(address).text for name, address in PUBLIC.items()}
    averages = {name: readability.average(text) for name, text in texts.items()}
    assert {name: mean for name, mean in averages.items() if mean > readability.LONGEST_AVERAGE} == {}
    long = {
        sentence
        for text in texts.values()
        for sentence in readability.sentences(text)
        if len(readability.words(sentence)) > LONGEST
    }
    assert long == set()


def _followed(camille, browser):
    """The pages of who follows her, before and after she asks to be called back, moves and wishes for the web."""
    asked = {"topic": "OTHER", "phone": "06 11 22 33 44", "reachable": "ANY"}
    ready = dict.fromkeys(("computer", "camera", "microphone", "at_ease", "consents"), "on")
    home = {"street": "2 rue de Siam", "postcode": "29200", "city": "Brest"}
    factories.advisor(factories.agency(name="Agence de Brest", postcode="29200"))
    pages = ("/espace/rappel/", "/espace/suivi/", "/espace/profil/", "/espace/profil/demenagement/")
    for n in range(2):
        yield from ((n, address, browser.get(address).text) for address in pages)
        yield n, "receipt", browser.post("/espace/rappel/", asked, follow=True).text
        yield n, "wish", browser.post("/espace/suivi/", ready, follow=True).text
        yield n, "preview", browser.post("/espace/profil/demenagement/", home).text
        yield (
            n,
            "moved",
            browser.post("/espace/profil/demenagement/", {**home, "etape": "confirmer"}, follow=True).text,
        )


def test_no_page_threatens_or_says_for_ever(camille):
    browser = signed_in(camille)
    for name, address in story.tell(camille).items():
        text = browser.get(address).text.lower()
        for word in (
            "définitif",
            "définitive",
            "sanction",
            "radié",
            "radiation",
            "vous devez impérativement",
        ):
            assert word not in text, (name, word)
