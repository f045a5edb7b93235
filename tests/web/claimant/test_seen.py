"""What a page of a claimant does when it is used in a real browser; how pages look is tests/seen."""

import pytest

from tests.people import signed_in
from tests.web.claimant import story

pytestmark = pytest.mark.django_db(transaction=True)

PUBLIC = {
    "door": "/",
    "help": "/aide/",
    "motives": "/motifs/",
    "your_data": "/vos-donnees/",
    "accessibility": "/accessibilite/",
}


def _inside(new_context, live_server, person, width: int, scheme: str):
    context = new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    session = signed_in(person).cookies["session"].value
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    return context.new_page()


def test_the_documents_of_a_reason_are_shown_when_it_is_chosen(camille, live_server, new_context):
    pages = story.tell(camille)
    page = _inside(new_context, live_server, camille, 320, "light")
    page.goto(live_server.url + pages["absence_to_explain"])
    page.get_by_label("Quelle est la raison").select_option("WORK")
    assert page.get_by_text("le contrat de travail").is_visible()
    assert not page.get_by_text("un bulletin de retard").is_visible()
