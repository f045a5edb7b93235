"""Ready texts at the desk: kept on their pages, brought into a message filled, never sent by themselves."""

import re
from datetime import timedelta
from html import unescape

import pytest

from messaging.models import Draft, Message, OutboxMessage, ReadyText, Thread
from messaging.ready import keeping
from messaging.threads import drafts
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.threads.talk import ask
from tests.people import signed_in
from tests.web.desk.test_messages import LIST, NEW, first, page, typed

pytestmark = pytest.mark.django_db

TEXTS = f"{LIST}reponses-types/"
DATE = "{date du prochain rendez-vous}"
BODY = f"Bonjour {{prénom}},\n\nVotre rendez-vous : {DATE}.\n{{signataire}}"


def keep(advisor, title="Rappel de rendez-vous", body=BODY, *, shared=False) -> ReadyText:
    return keeping.add(advisor.pk, title=title, body=body, shared=shared, by=acting(advisor), now=NOW)


@pytest.fixture
def thread(at, camille) -> Thread:
    return ask(camille)


def test_an_advisor_keeps_changes_and_removes_their_own(desk, nadia):
    assert f'href="{TEXTS}"' in desk.get(LIST).text
    assert "Vous n’en avez pas encore." in unescape(desk.get(TEXTS).text)
    new = desk.post(f"{TEXTS}nouvelle/", {"title": "Accueil", "body": "Bonjour {prénom}"}, follow=True)
    assert "La réponse type est gardée." in new.text
    row = ReadyText.objects.get()
    assert (row.owner, row.is_shared) == (nadia, False)
    here = f"{TEXTS}{row.ref}/"
    assert here in new.text
    assert desk.get(here).context["form"]["body"].value() == "Bonjour {prénom}"
    assert "est modifiée" in desk.post(here, {"title": "Accueil", "body": "Bonsoir"}, follow=True).text
    assert ReadyText.objects.get().body == "Bonsoir"
    assert "est retirée" in desk.post(f"{here}retirer/", follow=True).text
    assert desk.get(here).status_code == 404


def test_every_blank_is_explained_where_texts_are_written(desk):
    for address in (TEXTS, f"{TEXTS}nouvelle/"):
        text = desk.get(address).text
        for name in ("{prénom}", "{nom}", "{conseiller}", "{agence}", "{téléphone}", "{horaires}", DATE):
            assert name in text


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"title": ""}, 422, "Donnez un titre"),
        ({"body": " "}, 422, "Écrivez le texte."),
        ({"body": "x" * 10_001}, 422, "trop long"),
        ({"body": "Bonjour {salaire}"}, 409, "ce champ n’existe pas"),
        ({"title": "rappel de rendez-vous"}, 409, "porte déjà ce titre"),
    ],
)
def test_what_is_wrong_with_a_text_is_said_and_what_was_typed_stays(desk, nadia, fields, status, sentence):
    keep(nadia)
    other = keep(nadia, "Autre")
    sent = {"title": "Titre", "body": "Mon long texte"} | fields
    for address in (f"{TEXTS}nouvelle/", f"{TEXTS}{other.ref}/"):
        refused = desk.post(address, sent)
        assert refused.status_code == status
        assert sentence in unescape(refused.text)
        assert refused.context["form"]["body"].value() == sent["body"]
    assert ReadyText.objects.count() == 2


def test_the_agencys_texts_are_the_supervisors_and_everybody_answers_with_them(
    at, desk, helene, paul, thread
):
    office = signed_in(helene)
    assert "Pour toute l’agence" in unescape(office.get(f"{TEXTS}nouvelle/").text)
    assert "Pour toute l’agence" not in unescape(desk.get(f"{TEXTS}nouvelle/").text)
    for browser, shared in ((office, True), (desk, False)):
        browser.post(f"{TEXTS}nouvelle/", {"title": "Horaires", "body": "Ouvert.", "shared": "on"})
        assert ReadyText.objects.latest("pk").is_shared is shared
    row = ReadyText.objects.get(agency=helene.agency)
    for who, sees, changes in (
        (signed_in(paul), True, 404),
        (office, True, 200),
        (signed_in(factories.advisor()), False, 404),
        (signed_in(factories.advisor(is_supervisor=True)), False, 404),
    ):
        assert ("Horaires" in who.get(TEXTS).text) is sees
        assert who.get(f"{TEXTS}{row.ref}/").status_code == changes
        if changes == 404:
            assert who.post(f"{TEXTS}{row.ref}/retirer/").status_code == 404
            assert who.post(f"{TEXTS}{row.ref}/", {"title": "À moi", "body": "À moi"}).status_code == 404
    # Hers too are nobody else's: not even her supervisor's.
    assert office.get(f"{TEXTS}{ReadyText.objects.get(owner__isnull=False).ref}/").status_code == 404
    assert f'value="{row.ref}"' in desk.get(page(thread)).text


def test_a_text_comes_after_what_was_typed_filled_and_nothing_is_sent(desk, nadia, camille, thread):
    coming = factories.convocation(camille, starts_at=NOW + timedelta(days=10))
    shown = desk.get(page(thread))
    assert 'name="ready"' not in shown.text
    row = keep(nadia)
    assert "Rappel de rendez-vous" in desk.get(page(thread)).text
    sent = typed(
        thread,
        body="Je vous réponds.",
        ready=str(row.ref),
        inserer="1",
        expected="Un CV",
        settles="on",
        via="PHONE",
    )
    back = desk.post(page(thread), sent)
    assert back.status_code == 200
    form = back.context["form"]
    box = form["body"].value()
    assert box.startswith("Je vous réponds.\n\nBonjour Camille,\n\nVotre rendez-vous : ")
    assert f"{coming.starts_at.year} à" in box
    assert box.endswith("Nadia Benali")
    assert "Relisez" in unescape(back.text)
    assert (form["expected"].value(), form["via"].value()) == ("Un CV", "PHONE")
    assert re.search(r'name="settles"[^>]*checked', back.text)
    assert f'name="form_key" value="{sent["form_key"]}"' in back.text
    assert thread.messages.count() == 1
    # What is then sent is what stands in the box.
    assert desk.post(page(thread), typed(thread, body=box)).status_code == 302
    assert thread.messages.get(number=2).body == box


def test_a_blank_nobody_can_fill_is_said_and_never_sent(desk, nadia, thread):
    row = keep(nadia)
    back = desk.post(page(thread), typed(thread, body="", ready=str(row.ref), inserer="1"))
    assert "À écrire vous-même avant d’envoyer" in unescape(back.text)
    assert "pas de rendez-vous à venir" in unescape(back.text)
    box = back.context["form"]["body"].value()
    assert DATE in box
    refused = desk.post(page(thread), typed(thread, body=box))
    assert refused.status_code == 409
    assert "écrivez vos propres mots à la place" in unescape(refused.text)
    assert refused.context["form"]["body"].value() == box
    assert thread.messages.count() == 1
    assert desk.post(page(thread), typed(thread, body=box.replace(DATE, "jeudi"))).status_code == 302
    assert "jeudi" in thread.messages.get(number=2).body


def test_enter_in_a_field_does_not_press_the_button_that_adds(desk, nadia, thread, camille):
    keep(nadia)
    for address in (page(thread), f"{NEW}?pour={camille.ref}"):
        text = desk.get(address).text
        assert text.index('<button type="submit" hidden>') < text.index('name="inserer"')


def test_pressing_add_without_a_choice_loses_nothing(desk, nadia, thread):
    other = keep(factories.advisor())
    keep(nadia)
    for chosen in ("", "RT-0000-0001", "n’importe", str(other.ref)):
        back = desk.post(page(thread), typed(thread, body="Mon texte", ready=chosen, inserer="1"))
        assert back.status_code == 200
        assert back.context["form"]["body"].value() == "Mon texte"
        assert "Choisissez un texte dans la liste" in back.text
    assert thread.messages.count() == 1


def test_a_first_message_takes_a_text_too(desk, nadia, camille):
    row = keep(nadia, body="Bonjour {prénom} {nom}")
    sent = first(camille, body="", subject="Un objet", ready=str(row.ref), inserer="1")
    back = desk.post(NEW, sent)
    form = back.context["form"]
    assert (form["body"].value(), form["subject"].value()) == ("Bonjour Camille Moreau", "Un objet")
    assert not Thread.objects.exists()
    assert desk.post(NEW, first(camille, body=form["body"].value(), ready="")).status_code == 302
    assert Message.objects.get().body == "Bonjour Camille Moreau"


def test_each_of_several_gets_it_filled_after_it_was_shown(desk, nadia, camille):
    hugo = factories.claimant(nadia, user_fields={"first_name": "Hugo", "last_name": "Petit"})
    lise = factories.claimant(nadia, user_fields={"first_name": "Lise", "last_name": "Roux"})
    for one, days in ((camille, 10), (hugo, 11)):
        factories.convocation(one, starts_at=NOW + timedelta(days=days))
    row = keep(nadia)
    people = (camille, hugo, lise)
    chosen = desk.post(NEW, first(*people, body="", ready=str(row.ref), inserer="1"))
    body = chosen.context["form"]["body"].value()
    assert body == BODY
    assert "se remplissent pour chaque personne" in unescape(chosen.text)
    sent = first(*people, body=body)
    shown = desk.post(NEW, sent)
    text = unescape(shown.text)
    assert shown.status_code == 200
    assert not Thread.objects.exists()
    assert "Bonjour Camille," in text
    assert "Bonjour Hugo," in text
    assert re.search(
        r"Lise Roux</h3>\s*<p[^>]*>.*?Ne recevra rien\. Il manque\xa0: \{date du prochain", text, re.S
    )
    assert "Envoyer à 2\u00a0personnes" in text
    seen = re.search(r'name="vu" value="(\w+)"', text)[1]
    # Another text than the one that was shown is shown first.
    other = desk.post(NEW, {**sent, "vu": seen, "body": body + " Bien à vous"})
    assert 'name="vu"' in other.text
    assert not Thread.objects.exists()
    for _ in range(2):
        done = desk.post(NEW, {**sent, "vu": seen})
        assert "2\u00a0messages envoyés" in done.text
        assert "n’a rien reçu" in unescape(done.text) or "n’a\u00a0rien reçu" in unescape(done.text)
        assert "Il manque\u00a0: {date du prochain" in unescape(done.text)
        assert f'href="{NEW}?pour={lise.ref}">Écrire à part à Lise Roux' in unescape(done.text)
    bodies = dict(Message.objects.values_list("thread__claimant", "body"))
    assert set(bodies) == {camille.pk, hugo.pk}
    assert bodies[camille.pk].startswith("Bonjour Camille,")
    assert bodies[hugo.pk].startswith("Bonjour Hugo,")
    assert not any("{" in one for one in bodies.values())
    assert OutboxMessage.objects.filter(kind=200).count() == 2


def test_a_value_that_changed_since_it_was_shown_is_shown_again(desk, nadia, camille):
    hugo = factories.claimant(nadia)
    rows = [
        factories.convocation(one, starts_at=NOW + timedelta(days=10 + n))
        for n, one in enumerate((camille, hugo))
    ]
    sent = first(camille, hugo, body=BODY)
    seen = re.search(r'name="vu" value="(\w+)"', desk.post(NEW, sent).text)[1]
    rows[0].move_to("CANCELLED")
    again = desk.post(NEW, {**sent, "vu": seen})
    assert "Ne recevra rien" in again.text
    assert not Thread.objects.exists()


@pytest.mark.parametrize("body", ["Bonjour {salaire}", f"Le {DATE}"], ids=["unknown", "open for all"])
def test_what_can_be_filled_for_nobody_is_refused_at_once(desk, nadia, camille, body):
    refused = desk.post(NEW, first(camille, factories.claimant(nadia), body=body))
    assert refused.status_code == 409
    assert refused.context["form"]["body"].value() == body
    assert not Thread.objects.exists()


def test_a_blank_in_the_subject_is_refused_for_each(desk, nadia, camille):
    done = desk.post(NEW, first(camille, factories.claimant(nadia), subject="Pour {prénom}"))
    assert "0\u00a0message envoyé" in done.text
    assert not Thread.objects.exists()


# --- a draft of a first message -----------------------------------------------------------


def test_a_first_message_begun_is_found_again_on_the_form_and_on_the_list(desk, at, nadia, helene, camille):
    begun = first(camille, body="Je commen", expected="Un CV", expected_on="2026-12-08", brouillon="1")
    kept = desk.post(NEW, begun, follow=True)
    assert "Votre brouillon est gardé" in kept.text
    here = f"{NEW}?pour={camille.ref}"
    assert f'href="{here}"' in kept.text
    assert "Écrire à Camille Moreau" in unescape(kept.text)
    form = desk.get(here).context["form"]
    assert (form["body"].value(), form["subject"].value(), form["topic"].value()) == (
        "Je commen",
        "Atelier de lundi",
        "JOB_SEARCH",
    )
    assert form["expected"].value() == "Un CV"
    assert 'value="2026-12-08"' in desk.get(here).text
    # Its author's alone.
    office = signed_in(helene)
    assert "Commencés, pas envoyés" not in office.get(LIST).text
    assert office.get(here).context["form"]["body"].value() is None
    assert not Thread.objects.exists()
    # Writing to several is another message: what was begun stays.
    desk.post(NEW, first(camille, factories.claimant(nadia)))
    assert Draft.objects.count() == 1
    desk.post(NEW, first(camille, body="Je commence."))
    assert not Draft.objects.exists()
    assert "Commencés, pas envoyés" not in desk.get(LIST).text


def test_what_was_begun_to_somebody_who_left_is_not_offered(desk, nadia, camille):
    desk.post(NEW, first(camille, brouillon="1"))
    other = factories.advisor()
    camille.advisor, camille.agency = other, other.agency
    camille.save()
    assert "Commencés, pas envoyés" not in desk.get(LIST).text


def test_a_draft_goes_when_its_time_is_over(desk, camille):
    desk.post(NEW, first(camille, brouillon="1"))
    assert drafts.let_go(NOW + timedelta(days=3650), dry_run=False) == 1


def test_the_lists_and_the_form_cost_no_more_with_many(
    desk, nadia, camille, thread, django_assert_max_num_queries
):
    for n in range(3):
        keep(nadia, f"Texte {n}")
        desk.post(NEW, first(factories.claimant(nadia), brouillon="1"))
    for address in (LIST, TEXTS, page(thread), f"{NEW}?pour={camille.ref}"):
        # The first opening writes that it was read.
        desk.get(address)
        with django_assert_max_num_queries(14):
            assert desk.get(address).status_code == 200
