"""Every page of a claimant, in every state, looked at by machine in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.people import signed_in
from tests.web.claimant import story
from tests.web.test_style_page import SMALL_TARGETS, SPACED, STICKING_OUT

pytestmark = pytest.mark.django_db(transaction=True)

PUBLIC = {
    "door": "/",
    "help": "/aide/",
    "motives": "/motifs/",
    "your_data": "/vos-donnees/",
    "accessibility": "/accessibilite/",
}
LOOKS = [(320, "light"), (1440, "dark")]


def _inside(new_context, live_server, person, width: int, scheme: str):
    context = new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    if person is not None:
        session = signed_in(person).cookies["session"].value
        context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    return context.new_page()


def _wrong(page) -> list[object]:
    """What a machine finds wrong with the page as it stands."""
    results = Axe().run(page, options={"resultTypes": ["violations", "incomplete"]}).response
    wrong: list[object] = [
        (kind, rule["id"], [node["html"][:120] for node in rule["nodes"]])
        for kind in ("violations", "incomplete")
        for rule in results[kind]
        if not (kind == "incomplete" and rule["id"] == "color-contrast")  # measured in test_contrast.py
    ]
    wrong += page.evaluate(SMALL_TARGETS)
    if page.locator("h1").count() != 1:
        wrong.append("not one h1")
    wrong += page.evaluate(STICKING_OUT)
    page.evaluate(SPACED)
    return wrong + page.evaluate(STICKING_OUT)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_no_page_of_a_claimant_has_a_barrier(camille, live_server, new_context, width, scheme):
    pages = story.tell(camille)
    page = _inside(new_context, live_server, camille, width, scheme)
    wrong, titles = {}, {}
    for name, address in pages.items():
        answer = page.goto(live_server.url + address)
        titles.setdefault(page.title(), []).append(name)
        if found := [answer.status] * (answer.status != 200) + _wrong(page):
            wrong[name] = found
    assert wrong == {}
    assert {title: names for title, names in titles.items() if len(names) > 1} == {}


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_no_public_page_has_a_barrier(db, live_server, new_context, width, scheme):
    page = _inside(new_context, live_server, None, width, scheme)
    wrong = {}
    for name, address in PUBLIC.items():
        page.goto(live_server.url + address)
        if found := _wrong(page):
            wrong[name] = found
    assert wrong == {}


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_refused_explanation_has_no_barrier(camille, live_server, new_context, width, scheme):
    pages = story.tell(camille)
    page = _inside(new_context, live_server, camille, width, scheme)
    page.goto(live_server.url + pages["absence_to_explain"])
    page.get_by_role("button", name="Envoyer mon explication").click()
    page.wait_for_load_state()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert page.title().startswith("Erreur")
    assert _wrong(page) == []


def test_the_documents_of_a_reason_are_shown_when_it_is_chosen(camille, live_server, new_context):
    pages = story.tell(camille)
    page = _inside(new_context, live_server, camille, 320, "light")
    page.goto(live_server.url + pages["absence_to_explain"])
    page.get_by_label("Quelle est la raison").select_option("WORK")
    assert page.get_by_text("le contrat de travail").is_visible()
    assert not page.get_by_text("un bulletin de retard").is_visible()
