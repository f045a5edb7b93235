"""Threads on the desk: what is owed first, answered once, settled, written first to one or to several."""

import re
import uuid
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import BreakGlass, Claimant, Leave, Transfer
from messaging.models import Draft, Message, MessageReading, Thread, Topic
from messaging.states import ThreadState
from messaging.threads import answering
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.threads.talk import DAY, HOUR, answer, ask, fresh, many, write
from tests.people import signed_in
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db

LIST, NEW = "/conseiller/messages/", "/conseiller/messages/nouveau/"


def page(thread: Thread) -> str:
    return f"{LIST}{thread.ref}/"


def typed(thread: Thread, **fields) -> dict:
    return {
        "body": "Oui, elle est arrivée.",
        "via": "WEB",
        "seen": thread.as_seen,
        "form_key": str(uuid.uuid4()),
    } | fields


def names(response) -> list[str]:
    return re.findall(r"data-desk-row>([^<]+)<", response.text)


@pytest.fixture
def thread(at, camille) -> Thread:
    return ask(camille)


def test_what_is_owed_comes_first_and_each_view_has_its_own(desk, at, nadia):
    people = {
        name: factories.claimant(nadia, user_fields={"first_name": name, "last_name": "X"}) for name in "ABCD"
    }
    late = ask(people["A"], now=NOW - 5 * DAY)
    soon = ask(people["B"], now=NOW - DAY)
    answer(ask(people["C"]), expected=NOW + 8 * DAY)
    answer(ask(people["D"]), settles=True)
    assert names(desk.get(LIST)) == ["A X", "B X"]
    assert "en retard" in desk.get(LIST).text
    assert names(desk.get(f"{LIST}?vue=attendus")) == ["C X"]
    assert names(desk.get(f"{LIST}?vue=regles")) == ["D X"]
    assert "Aucun échange n’est en cours" in desk.get(f"{LIST}?vue=repondus").text
    answer(late, now=NOW)
    assert names(desk.get(LIST)) == ["B X"]
    assert names(desk.get(f"{LIST}?vue=repondus")) == ["A X"]
    # In the one list of all that waits, too.
    work = desk.get("/conseiller/?nature=messages").text
    assert f"/conseiller/messages/{soon.ref}/" in work
    assert "Message sans réponse" in work


def test_an_answer_is_sent_and_reading_is_noted(desk, nadia, thread):
    text = unescape(desk.get(page(thread)).text)
    assert "Mon attestation est-elle arrivée" in text
    assert MessageReading.objects.get().reader == nadia.user
    response = desk.post(page(thread), typed(thread), follow=True)
    assert "C’est envoyé. La personne est prévenue." in response.text
    assert fresh(thread).state == ThreadState.ANSWERED


def test_a_form_sent_twice_answers_once(desk, thread):
    sent = typed(thread)
    assert [desk.post(page(thread), sent).status_code for _ in range(2)] == [302, 302]
    assert thread.messages.count() == 2


def test_something_is_asked_for_by_a_date(desk, thread):
    sent = typed(thread, expected="Une photo lisible", expected_on="2026-12-01")
    assert "Votre délai s’arrête" in desk.post(page(thread), sent, follow=True).text
    again = fresh(thread)
    assert (again.state, again.expected) == (ThreadState.WAITING_CLAIMANT, "Une photo lisible")
    zone = again.agency.place.zone
    assert again.expected_by.astimezone(zone).isoformat() == "2026-12-02T00:00:00+01:00"


def test_what_is_asked_for_without_a_date_has_the_usual_days(desk, thread):
    assert "la personne a jusqu’au mardi 1er" in desk.get(page(thread)).text
    desk.post(page(thread), typed(thread, expected="Une photo lisible"))
    again = fresh(thread)
    assert again.expected_by.astimezone(again.agency.place.zone).isoformat() == "2026-12-02T00:00:00+01:00"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"body": ""}, "Écrivez votre message."),
        ({"body": "x" * 1_000_000}, "Ce message est trop long"),
        ({"expected_on": "2026-12-01"}, "Dites ce que vous attendez"),
        ({"expected": "Un papier", "expected_on": "2026-11-23"}, "Choisissez une date à venir."),
        (
            {"expected": "Un papier", "expected_on": "2026-12-01", "settles": "on"},
            "choisissez l’un ou l’autre",
        ),
        ({"via": "PIGEON"}, "Ce choix n’existe plus"),
    ],
)
def test_what_is_wrong_is_said(desk, thread, fields, sentence):
    refused = desk.post(page(thread), typed(thread, **fields))
    assert refused.status_code == 422
    assert sentence in unescape(refused.text)
    assert thread.messages.count() == 1


def test_whoever_answers_second_sees_the_first_answer_and_keeps_the_text(desk, thread, helene):
    sent = typed(thread, body="Ma longue réponse.")
    answer(thread, "Je m’en occupe.", by=acting(helene), now=NOW)
    refused = desk.post(page(thread), sent)
    assert refused.status_code == 409
    text = unescape(refused.text)
    assert "a écrit dans cet échange pendant que vous rédigiez" in text
    assert "Je m’en occupe." in text
    assert refused.context["form"]["body"].value() == "Ma longue réponse."
    seen = re.search(r'name="seen" value="([^"]+)"', text)[1]
    assert desk.post(page(thread), {**sent, "seen": seen}).status_code == 302
    assert thread.messages.count() == 3


def test_a_thread_settled_or_handed_over_meanwhile_keeps_the_text(desk, thread, helene):
    sent = typed(thread, body="Ma longue réponse.")
    answering.resolve(thread.pk, seen=thread.as_seen, by=acting(helene), now=NOW)
    refused = desk.post(page(thread), sent)
    assert refused.status_code == 409
    assert "comme réglé" in refused.text
    assert refused.context["form"]["body"].value() == "Ma longue réponse."


def test_a_thread_that_left_for_another_agency_is_not_there_any_more(desk, thread):
    sent = typed(thread)
    other = factories.advisor()
    Thread.objects.filter(pk=thread.pk).update(advisor=other, agency=other.agency)
    Claimant.objects.filter(pk=thread.claimant_id).update(advisor=other, agency=other.agency)
    assert desk.get(page(thread)).status_code == 404
    assert desk.post(page(thread), sent).status_code == 404
    assert thread.messages.count() == 1
    assert not Transfer.objects.exists()


def test_settled_without_a_word(desk, thread):
    shown = desk.get(page(thread)).text
    seen = re.search(r'name="seen" value="([^"]+)"', shown)[1]
    assert "L’échange est réglé" in desk.post(f"{page(thread)}regle/", {"seen": seen}, follow=True).text
    assert fresh(thread).state == ThreadState.RESOLVED
    assert "Marquer comme réglé" not in desk.get(page(thread)).text


def test_settling_what_was_written_in_meanwhile_is_refused(desk, thread):
    shown = fresh(thread).as_seen
    answer(thread)
    response = desk.post(f"{page(thread)}regle/", {"seen": shown}, follow=True)
    assert "a écrit dans cet échange" in response.text
    assert fresh(thread).state == ThreadState.ANSWERED


def test_a_talk_is_noted_and_the_person_can_correct_it(desk, camille, thread):
    desk.post(page(thread), typed(thread, via="PHONE", body="Nous avons parlé de l’attestation."))
    text = unescape(signed_in(camille).get(f"/espace/messages/{thread.ref}/").text)
    assert "Échange par téléphone, noté par écrit." in text
    assert "Ce n’est pas ce qui a été dit" in text


# --- who ---------------------------------------------------------------------------------


def test_a_thread_is_the_business_of_who_may_see_the_file(at, agency, nadia, helene, camille, thread):
    colleague = factories.advisor(agency)
    elsewhere = factories.advisor()
    for person, status in ((nadia, 200), (helene, 200), (colleague, 404), (elsewhere, 404), (camille, 404)):
        assert signed_in(person).get(page(thread)).status_code == status
    BreakGlass.objects.create(
        advisor=colleague, claimant=camille, reason="Urgence", opened_at=NOW, until=NOW + DAY
    )
    assert signed_in(colleague).get(page(thread)).status_code == 200


def test_a_deputy_has_the_threads_of_who_is_away(at, agency, nadia, thread):
    deputy = factories.advisor(agency)
    browser = signed_in(deputy)
    assert names(browser.get(LIST)) == []
    Leave.objects.create(
        advisor=nadia, first_day=date(2026, 11, 20), last_day=date(2026, 11, 29), deputy=deputy
    )
    assert names(browser.get(LIST)) == [str(thread.claimant)]
    assert browser.post(page(thread), typed(thread)).status_code == 302
    assert Message.objects.get(number=2).author == deputy.user


def test_an_account_that_was_closed_answers_nothing(at, nadia, thread):
    browser = signed_in(nadia)
    nadia.user.is_active = False
    nadia.user.save()
    assert browser.post(page(thread), typed(thread)).status_code in (302, 404)
    assert thread.messages.count() == 1


def test_what_is_joined_opens_for_who_answers_and_for_nobody_else(at, agency, nadia, camille):
    paper = document(camille, "Attestation")
    here = f"/documents/{paper.ref}/"
    assert signed_in(nadia).head(here).status_code == 404
    ask(camille, documents=[paper.pk])
    assert signed_in(nadia).head(here).status_code == 200
    assert signed_in(factories.advisor(agency)).head(here).status_code == 404
    paper.is_health = True
    paper.save()
    # One of health is for the owner alone, not for the supervisor.
    assert signed_in(factories.advisor(agency, is_supervisor=True)).head(here).status_code == 404
    assert signed_in(nadia).head(here).status_code == 200


# --- kept --------------------------------------------------------------------------------


def test_a_draft_is_the_authors_own(desk, helene, thread):
    desk.post(page(thread), typed(thread, brouillon="1", body="Je commen"))
    assert thread.messages.count() == 1
    assert desk.get(page(thread)).context["form"]["body"].value() == "Je commen"
    assert signed_in(helene).get(page(thread)).context["form"]["body"].value() is None
    desk.post(page(thread), typed(thread))
    assert not Draft.objects.exists()


def test_a_session_ended_in_mid_answer_gives_the_words_back(at, nadia, thread):
    owner = re.search(r'name="form_owner" value="([^"]+)"', signed_in(nadia).get(page(thread)).text)[1]
    browser = Client()
    assert browser.post(page(thread), typed(thread, form_owner=owner, body="Long.")).status_code == 302
    back = signed_in(nadia, browser).get(page(thread))
    assert back.context["form"]["body"].value() == "Long."
    assert thread.messages.count() == 1


# --- first --------------------------------------------------------------------------------


def first(*people: Claimant, **fields) -> dict:
    return {
        "pour": [str(one.ref) for one in people],
        "topic": "JOB_SEARCH",
        "subject": "Atelier de lundi",
        "body": "L’atelier est ouvert à tous.",
        "via": "WEB",
        "form_key": str(uuid.uuid4()),
    } | fields


def test_one_person_is_written_to_from_their_file(desk, camille):
    assert f"{NEW}?pour={camille.ref}" in desk.get(f"/conseiller/demandeurs/{camille.ref}/").text
    assert "Écrire à Camille Moreau" in desk.get(f"{NEW}?pour={camille.ref}").text
    response = desk.post(NEW, first(camille), follow=True)
    thread = Thread.objects.get()
    assert response.redirect_chain == [(page(thread), 302)]
    assert (thread.state, thread.topic) == (ThreadState.ANSWERED, Topic.JOB_SEARCH)


def test_several_from_the_portfolio_each_in_a_thread_of_their_own(desk, camille, nadia):
    assert f'formaction="{NEW}"' in desk.get("/conseiller/portefeuille/").text
    people = [camille, *(factories.claimant(nadia) for _ in range(2))]
    people[1].user.is_active = False
    people[1].user.save()
    stranger = factories.claimant()
    chosen = {"pour": [str(one.ref) for one in (*people, stranger)] + ["n’importe"]}
    asked = desk.post(NEW, chosen)
    assert asked.status_code == 200
    assert "Écrire à 3\u00a0personnes" in asked.text
    sent = first(*people, stranger)
    for _ in range(2):
        response = desk.post(NEW, sent)
        assert "2\u00a0messages envoyés" in response.text
        assert "Le compte de cette personne est fermé" in response.text
    assert Thread.objects.count() == 2
    assert not Thread.objects.filter(claimant=stranger).exists()


def test_nobody_chosen_leads_back_and_a_stranger_is_not_there(desk):
    assert desk.get(NEW).headers["Location"] == "/conseiller/portefeuille/"
    assert desk.post(NEW, {}).headers["Location"] == "/conseiller/portefeuille/"
    assert desk.get(f"{NEW}?pour={factories.claimant().ref}").status_code == 404


# --- the supervisor ------------------------------------------------------------------------


def test_the_supervisor_hands_late_messages_over(at, helene, agency, nadia, thread):
    office = signed_in(helene)
    assert names(office.get("/agence/?retards=messages")) == []
    at.now = thread.answer_due_at + HOUR
    late = office.get("/agence/?retards=messages")
    assert names(late) == [str(thread.claimant)]
    assert f"/conseiller/messages/{thread.ref}/" in late.text
    colleague = factories.advisor(agency, first_name="Paul", last_name="Petit")
    sent = {"ligne": [str(thread.ref)], "to": colleague.pk, "reason": "Congé"}
    assert "Confié à Paul Petit" in office.post("/agence/?retards=messages", sent).text
    assert fresh(thread).advisor == colleague
    assert fresh(thread).answer_due_at == thread.answer_due_at


def test_the_file_tells_it(desk, thread):
    text = unescape(desk.get(f"/conseiller/demandeurs/{thread.claimant.ref}/").text)
    assert "Message sans réponse" in text
    assert "a écrit un message" in text
    assert "est-elle arrivée" not in text


def test_a_thread_whose_owner_is_gone_is_on_the_page_of_the_night(at, helene, nadia, thread):
    nadia.user.is_active = False
    nadia.user.save()
    text = signed_in(helene).get("/agence/suivis/").text
    assert f"/conseiller/messages/{thread.ref}/" in text


# --- few questions --------------------------------------------------------------------------


def test_pages_take_as_many_queries_for_one_as_for_three(desk, nadia, camille, thread):
    counts: list[list[int]] = []
    for n in range(3):
        ask(factories.claimant(nadia), now=NOW + timedelta(minutes=n))
        answer(thread, now=NOW)
        write(thread, "Voici l’attestation.", document(camille, f"Page {n}").pk, now=NOW)
        desk.get(page(thread))
        counts.append([])
        for address in (LIST, f"{LIST}?vue=repondus", page(thread), f"{LIST}chercher/?q=attestation"):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(address).status_code == 200
            counts[-1].append(len(queries))
    assert counts[0] == counts[2]
    assert counts[0] == [5, 5, 7, 4]


def pages_of(browser, address: str) -> list[list[str]]:
    """The subjects of each page of a list, from its first to its last."""
    pages: list[list[str]] = []
    while address is not None:
        response = browser.get(LIST + address)
        pages.append([row["subject"] for row in response.context["rows"]])
        address = response.context["next_url"] or None
    return pages


@pytest.mark.parametrize("view", ["", "repondus"])
def test_long_lists_go_page_by_page(desk, at, nadia, agency, view):
    """By the instant that counts in the view, two of the same where a page ends; a colleague's among them."""
    away, camille = factories.advisor(agency), factories.claimant(nadia)
    first, last = date(2026, 11, 20), date(2026, 11, 29)
    Leave.objects.create(advisor=away, first_day=first, last_day=last, deputy=nadia)
    rows = many(camille, 52, owed=not view) + many(factories.claimant(away), 52, "Absente", owed=not view)
    many(factories.claimant(factories.advisor(agency)), 3, "Autre", owed=not view)
    inwards = sorted(rows, key=lambda one: (one.last_at, one.pk), reverse=bool(view))
    pages = pages_of(desk, f"?vue={view}" if view else "")
    assert [len(one) for one in pages] == [50, 50, 4]
    assert sum(pages, []) == [one.subject for one in inwards]


def test_threads_of_a_file_in_the_archive_are_not_on_the_list(desk, nadia, thread):
    """Their page answers 404: what leads there would lead nowhere."""
    followed = ask(factories.claimant(nadia))
    assert len(names(desk.get(LIST))) == 2
    Claimant.objects.filter(pk=thread.claimant_id).update(archived_at=NOW)
    assert names(desk.get(LIST)) == [str(followed.claimant)]
    assert desk.get(page(thread)).status_code == 404
    answer(followed)
    assert names(desk.get(f"{LIST}?vue=repondus")) == [str(followed.claimant)]
