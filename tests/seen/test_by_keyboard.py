"""The main acts by keyboard alone, the same without JavaScript, and what a screen reader is told."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from convocations.models import Absence, Convocation, Explanation, Justificatif
from tests import factories, people
from tests.factories import NOW
from tests.journeys.test_stories import note
from tests.seen import who as who_sees
from tests.web.claimant import story

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def camilles_day(camille):
    """A convocation to acknowledge and an absence to explain."""
    camille.user.set_password(people.PASSWORD)
    camille.user.save()
    coming = factories.convocation(camille)
    return coming, story.missed(camille, NOW - timedelta(days=3))


# What the element with the focus is called.
FOCUSED = """() => {
  const e = document.activeElement;
  if (e === document.body) return "";
  const named = e.labels && e.labels[0] ? e.labels[0] : e;
  return named.innerText || e.getAttribute("aria-label") || e.value || "";
}"""


def reach(page, name: str, role: str = "") -> None:
    """Press Tab until the focus stands on what is called so."""
    for _ in range(80):
        page.keyboard.press("Tab")
        told = page.evaluate(FOCUSED)
        if re.sub(r"\s+", " ", name) in re.sub(r"\s+", " ", told):
            return
    raise AssertionError(f"the keyboard never reaches «{name}»")


def test_sign_in_open_acknowledge_explain_by_keyboard_alone(camille, camilles_day, served, new_context):
    coming, absence = camilles_day
    page = new_context().new_page()
    # Listened to from the start: the browser must know before the key is pressed that somebody chooses.
    page.on("filechooser", lambda chooser: chooser.set_files([note()]))
    page.goto(f"{served}/connexion/")
    reach(page, "Adresse e-mail")
    page.keyboard.type(camille.user.email)
    reach(page, "Mot de passe")
    page.keyboard.type(people.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/espace/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Aller au contenu"
    page.goto(f"{served}/espace/convocations/")
    reach(page, page.locator(f"main a[href$='{coming.ref}/']").first.inner_text())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{coming.ref}/")
    reach(page, "Je confirme la réception")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("vous avez confirmé la réception")
    page.goto(f"{served}/espace/absences/{absence.ref}/")
    reach(page, "Quelle est la raison")
    reason = page.get_by_label("Quelle est la raison")
    while reason.input_value() != "TRANSPORT":
        page.keyboard.press("ArrowDown")
    reach(page, "Que s’est-il passé")
    page.keyboard.type("Le bus n’est pas venu.")
    reach(page, "Ajouter des fichiers")
    page.keyboard.press("Enter")
    expect(page.locator(".file-list")).to_contain_text("bulletin de retard.pdf")
    reach(page, "Envoyer mon explication")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Votre explication est reçue")
    assert Explanation.objects.get().motive == "TRANSPORT"
    assert Justificatif.objects.count() == 1


def test_the_same_without_javascript(camille, camilles_day, served, new_context):
    coming, absence = camilles_day
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{served}/connexion/?next=/espace/convocations/{coming.ref}/")
    page.get_by_label("Adresse e-mail").fill(camille.user.email)
    page.get_by_label("Mot de passe", exact=True).fill(people.PASSWORD)
    page.get_by_role("button", name="Me connecter").click()
    page.get_by_role("button", name="Je confirme la réception").click()
    expect(page.locator("main")).to_contain_text("vous avez confirmé la réception")
    page.goto(f"{served}/espace/absences/{absence.ref}/")
    page.get_by_role("button", name="Envoyer mon explication").click()
    expect(page.get_by_role("alert")).to_contain_text("à corriger")
    page.get_by_label("Quelle est la raison").select_option("TRANSPORT")
    page.get_by_label("Que s’est-il passé").fill("Le bus n’est pas venu.")
    page.get_by_label("Ajouter des fichiers").set_input_files([note()])
    page.get_by_role("button", name="Envoyer mon explication").click()
    expect(page.locator("main")).to_contain_text("Votre explication est reçue")
    assert Explanation.objects.get().text == "Le bus n’est pas venu."


def test_the_advisors_list_by_keyboard_alone(camille, served, new_context, at):
    past = factories.convocation(camille, now=NOW - timedelta(days=12), starts_at=NOW - timedelta(days=1))
    Convocation.objects.filter(pk=past.pk).move_all("AWAITING_STATUS", record_due_at=NOW + timedelta(days=1))
    context = new_context()
    session = who_sees.signed_in(camille.advisor).cookies["session"].value
    context.add_cookies([{"name": "session", "value": session, "url": served}])
    page = context.new_page()
    page.goto(f"{served}/conseiller/")
    reach(page, "Cocher Camille Moreau")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.get_by_role("checkbox", name="Cocher Camille Moreau").is_checked()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{past.ref}/")
    page.goto(f"{served}/conseiller/")
    reach(page, "Présent")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Annuler cet enregistrement")
    past.refresh_from_db()
    assert past.state == "ATTENDED"
    assert not Absence.objects.exists()


def test_a_screen_reader_tells_a_convocation_from_an_invitation(camille, served, eyes):
    factories.convocation(camille)
    factories.convocation(camille, starts_at=NOW + timedelta(days=12), bindingness="INVITATION")
    eye = eyes(camille)
    eye.open(f"{served}/espace/convocations/")
    told = eye.page.locator("main").aria_snapshot()
    assert re.search(r"listitem:?(?:(?!listitem).)*Convocation", told, re.DOTALL), told
    assert re.search(r"listitem:?(?:(?!listitem).)*Invitation", told, re.DOTALL), told
    for row in Convocation.objects.all():
        eye.open(f"{served}/espace/convocations/{row.ref}/")
        told = eye.page.locator("main").aria_snapshot()
        force = "Convocation" if row.is_binding else "Invitation"
        assert force in told.partition("heading")[0], "said before the title"
        assert ("présence est attendue" in told) == row.is_binding
