"""Convoke one person: preview first, a result per line, sent once; and who may be convoked."""

import re
import threading
import uuid
from datetime import date

import pytest
from django.db import connections

from accounts.models import Closure
from convocations.models import Convocation
from tests import factories
from tests.factories import NOW
from tests.web.desk import conftest as cast

pytestmark = pytest.mark.django_db
NEW = "/conseiller/convocations/nouvelle/"


def fields(**more) -> dict:
    """A form filled in well: Wednesday 2 December at half past twelve."""
    return {
        "bindingness": "CONVOCATION",
        "kind": "INTERVIEW",
        "modality": "IN_PERSON",
        "day": "2026-12-02",
        "at": "12:30",
        "minutes": "45",
        "purpose": "Faire le point",
        "to_bring": "Votre CV",
        "form_key": str(uuid.uuid4()),
    } | more


def hidden(response, name: str, step: str = "envoyer") -> str:
    """A hidden value of the form of one step."""
    text = response.content.decode()
    form = text[text.index(f'name="etape" value="{step}"') :]
    return re.search(rf'name="{name}" value="([^"]*)"', form)[1]


def chosen(desk, *people) -> str:
    response = desk.get(NEW, {"pour": [person.ref for person in people]})
    return hidden(response, "personnes", "apercu")


def look(desk, *people, **more):
    """The preview for these people."""
    return desk.post(NEW, {"etape": "apercu", "personnes": chosen(desk, *people), **fields(**more)})


def send(desk, preview, **more):
    return desk.post(NEW, {"etape": "envoyer", "lignes": hidden(preview, "lignes"), **fields(**more)})


def lines(response) -> list[str]:
    """The people and hours of the preview's table."""
    return re.findall(r'<td data-label="Date et heure">([^<]+)</td>', response.content.decode())


# --- one person -------------------------------------------------------------------


def test_nobody_chosen_leads_to_the_ways_of_choosing(desk, nadia):
    text = desk.get(NEW).content.decode()
    assert "/conseiller/portefeuille/" in text
    assert "?fichier=1" in text


def test_form_proposes_an_hour_of_the_agency_after_the_notice(desk, camille):
    text = desk.get(NEW, {"pour": camille.ref}).content.decode()
    assert 'value="2026-12-01"' in text
    assert 'value="12:30"' in text


def test_proposal_passes_over_closures_holidays_and_taken_hours(desk, agency, nadia, camille):
    Closure.objects.create(
        agency=agency, first_day=date(2026, 12, 1), last_day=date(2026, 12, 1), reason="Travaux"
    )
    factories.convocation(
        factories.claimant(nadia), starts_at=NOW.replace(month=12, day=2, hour=11, minute=30)
    )
    text = desk.get(NEW, {"pour": camille.ref}).content.decode()
    assert 'value="2026-12-02"' in text
    assert 'value="13:15"' in text


def test_one_person_gets_the_hour_that_was_typed_even_outside_the_agencys(desk, camille):
    preview = look(desk, camille, at="09:00")
    assert lines(preview) == ["mercredi 2\u00a0décembre 2026 à\u00a09\u00a0h"]
    response = send(desk, preview, at="09:00")
    row = Convocation.objects.get()
    assert response["Location"] == f"/conseiller/convocations/{row.ref}/"
    assert row.starts_at.hour == 8
    assert row.place.startswith("Agence des Tilleuls, ")


def test_nothing_is_written_before_the_last_step(desk, camille):
    look(desk, camille)
    assert not Convocation.objects.exists()


def test_the_same_form_sent_twice_convokes_once(desk, camille):
    preview = look(desk, camille)
    posted = {"etape": "envoyer", "lignes": hidden(preview, "lignes"), **fields()}
    first, second = desk.post(NEW, posted), desk.post(NEW, posted)
    assert Convocation.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_changing_ones_mind_keeps_what_was_typed(desk, camille):
    preview = look(desk, camille, purpose="Parler de formation")
    back = desk.post(
        NEW,
        {
            "etape": "modifier",
            "personnes": hidden(preview, "personnes", "modifier"),
            **fields(purpose="Parler de formation"),
        },
    )
    assert back.status_code == 200
    assert "Parler de formation" in back.content.decode()
    assert "Convoquer Camille Moreau" in back.content.decode()


def test_telephone_appointment_says_which_number(desk, camille):
    send(desk, look(desk, camille, modality="PHONE"), modality="PHONE")
    assert "06 11 22 33 44" in Convocation.objects.get().place


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"day": "2026-11-20"}, "déjà passée"),
        ({"day": "2026-11-24"}, "moins de 48 heures"),
        ({"day": "2027-03-28", "at": "02:30"}, "n’existe pas"),
        ({"day": "", "at": ""}, "Indiquez une date"),
        ({"day": "32/01/2027"}, "n’est pas reconnue"),
        ({"at": "25:00"}, "n’est pas reconnue"),
        ({"minutes": "4"}, "au moins 5 minutes"),
        ({"minutes": "100000000000000000000"}, "480 minutes"),
        ({"purpose": ""}, "Remplissez ce champ"),
        ({"purpose": "x" * 241}, "240"),
        ({"bindingness": "ORDRE"}, "Ce choix n’existe plus"),
        ({"kind": "CONTROL"}, "Ce choix n’existe plus"),
        ({"modality": "VIDEO"}, "Collez le lien"),
        ({"form_key": "x"}, "Cette page a expiré"),
    ],
)
def test_wrong_field_is_named_and_the_form_kept(desk, camille, more, sentence):
    response = look(desk, camille, **{"to_bring": "Votre diplôme", **more})
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert "Votre diplôme" in text
    assert "Convoquer Camille Moreau" in text


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("2026-12-25", "jour férié"), ("2026-12-03", "L’agence est fermée")],
)
def test_closed_day_is_a_refused_line_of_the_preview(desk, agency, camille, day, sentence):
    Closure.objects.create(
        agency=agency, first_day=date(2026, 12, 3), last_day=date(2026, 12, 3), reason="Travaux"
    )
    response = look(desk, camille, day=day)
    assert sentence in response.content.decode()
    assert 'value="envoyer"' not in response.content.decode()


def test_taken_hour_is_named_in_the_preview(desk, nadia, camille):
    factories.convocation(
        factories.claimant(nadia), starts_at=NOW.replace(month=12, day=2, hour=11, minute=30)
    )
    text = look(desk, camille).content.decode()
    assert "Le conseiller a déjà un rendez-vous à cette heure" in text


def test_hour_taken_between_preview_and_sending_is_a_refused_result(desk, nadia, camille):
    preview = look(desk, camille)
    factories.convocation(
        factories.claimant(nadia), starts_at=NOW.replace(month=12, day=2, hour=11, minute=30)
    )
    response = desk.get(send(desk, preview)["Location"])
    assert "Le conseiller a déjà un rendez-vous à cette heure" in response.content.decode()
    assert not Convocation.objects.filter(claimant=camille).exists()


def test_short_notice_goes_with_the_persons_agreement(desk, camille):
    agreed = {"day": "2026-11-24", "short_notice_agreed": "Par téléphone ce matin"}
    send(desk, look(desk, camille, **agreed), **agreed)
    assert cast.ledger.why_not_valid(Convocation.objects.get())


def test_repeated_hour_of_autumn_says_which_of_the_two(desk, camille):
    text = look(desk, camille, day="2027-10-31", at="02:30").content.decode()
    assert "(heure d’été)" in text


def test_session_lost_on_the_way_keeps_the_people_and_the_words(desk, nadia, camille):
    form = desk.get(NEW, {"pour": camille.ref})
    owner, people = hidden(form, "form_owner", "apercu"), hidden(form, "personnes", "apercu")
    desk.logout()
    posted = {"etape": "apercu", "personnes": people, "form_owner": owner, **fields(purpose="Mes mots à moi")}
    assert desk.post(NEW, posted)["Location"].startswith("/connexion/")
    text = cast.signed_in(nadia, desk).get(NEW).content.decode()
    assert "Convoquer Camille Moreau" in text
    assert "Mes mots à moi" in text


def test_session_lost_on_the_preview_sends_nothing_and_keeps_the_people(desk, nadia, camille):
    preview = look(desk, camille)
    owner, lines_ = hidden(preview, "form_owner"), hidden(preview, "lignes")
    desk.logout()
    desk.post(NEW, {"etape": "envoyer", "lignes": lines_, "form_owner": owner, **fields()})
    assert not Convocation.objects.exists()
    text = cast.signed_in(nadia, desk).get(NEW).content.decode()
    assert "Convoquer Camille Moreau" in text


@pytest.mark.django_db(transaction=True)
def test_double_click_at_the_same_instant_convokes_once(at, nadia, camille):
    browsers = [cast.signed_in(nadia), cast.signed_in(nadia)]
    preview = look(browsers[0], camille)
    posted = {"etape": "envoyer", "lignes": hidden(preview, "lignes"), **fields()}
    together = threading.Barrier(2)
    answers: list[str] = []

    def click(client):
        try:
            together.wait(10)
            answers.append(client.post(NEW, posted)["Location"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=[client]) for client in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Convocation.objects.count() == 1
    assert len(answers) == 2
    assert len(set(answers)) == 1


# --- who may be convoked ----------------------------------------------------------


def test_people_of_others_and_nonsense_are_left_out(desk, paul):
    foreign = factories.claimant(paul)
    response = desk.get(NEW, {"pour": [foreign.ref, "DE-0000-0000", "x", "CV-0000-0000"]})
    assert "Aucune des personnes choisies" in response.content.decode()


def test_selection_of_another_advisor_or_changed_is_refused(desk, paul, camille):
    theirs = chosen(cast.signed_in(paul), factories.claimant(paul))
    mine = chosen(desk, camille)
    for broken in (theirs, mine[:-1] + ("A" if mine[-1] != "A" else "B"), "", "x"):
        response = desk.post(NEW, {"etape": "apercu", "personnes": broken, **fields()})
        assert response.status_code == 409
        assert "Cette page a expiré" in response.content.decode()
        response = desk.post(NEW, {"etape": "envoyer", "lignes": broken, **fields()})
        assert response.status_code == 409
    assert not Convocation.objects.exists()


def test_person_transferred_meanwhile_is_not_convoked(desk, paul, camille):
    preview = look(desk, camille)
    type(camille).objects.filter(pk=camille.pk).update(advisor=paul)
    send(desk, preview)
    assert not Convocation.objects.exists()
