"""Convoke one person, a selection, the people of a file: preview first, a result per line, sent once."""

import csv
import io
import re
import threading
import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Closure
from convocations.models import Convocation
from tests import factories
from tests.factories import NOW
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import timedelta

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


# --- several ----------------------------------------------------------------------


def several(nadia, count: int):
    return [
        factories.claimant(nadia, user_fields={"first_name": "Nom", "last_name": f"N{number:02}"})
        for number in range(count)
    ]


def test_several_people_come_one_after_the_other_inside_the_agencys_hours(desk, nadia):
    people = several(nadia, 7)
    shown = lines(look(desk, *people))
    hours = [text.replace("\u00a0", " ") for text in shown]
    assert hours == [
        "mercredi 2 décembre 2026 à 12 h 30",
        "mercredi 2 décembre 2026 à 13 h 15",
        "mercredi 2 décembre 2026 à 14 h",
        "mercredi 2 décembre 2026 à 14 h 45",
        "mercredi 2 décembre 2026 à 15 h 30",
        "jeudi 3 décembre 2026 à 12 h 30",
        "jeudi 3 décembre 2026 à 13 h 15",
    ]


def test_a_person_taken_at_their_hour_gets_the_next_and_leaves_it_to_who_follows(desk, nadia, paul):
    first, second = several(nadia, 2)
    factories.convocation(
        first, advisor_id=paul.pk, starts_at=NOW.replace(month=12, day=2, hour=11, minute=30), minutes=30
    )
    shown = [text.replace("\u00a0", " ") for text in lines(look(desk, first, second))]
    assert shown == ["mercredi 2 décembre 2026 à 13 h", "mercredi 2 décembre 2026 à 13 h 45"] or shown == [
        "mercredi 2 décembre 2026 à 13 h",
        "mercredi 2 décembre 2026 à 12 h 30",
    ]


def test_workshop_gathers_everybody_at_one_hour(desk, nadia):
    people = several(nadia, 3)
    preview = look(desk, *people, kind="WORKSHOP")
    assert len(set(lines(preview))) == 1
    desk.get(send(desk, preview, kind="WORKSHOP")["Location"])
    assert Convocation.objects.values("starts_at").distinct().count() == 1
    assert Convocation.objects.count() == 3


def test_results_tell_each_line_and_can_be_taken_away(desk, nadia):
    people = several(nadia, 3)
    preview = look(desk, *people)
    factories.convocation(
        people[1],
        advisor_id=factories.advisor().pk,
        starts_at=NOW.replace(month=12, day=2, hour=12, minute=15),
    )
    location = send(desk, preview)["Location"]
    text = desk.get(location).content.decode()
    assert "2\u00a0envois faits" in text
    assert "Cette personne a déjà un rendez-vous à cette heure" in text
    rows = list(
        csv.reader(
            io.StringIO(desk.get(location + "resultats.csv").content.decode("utf-8-sig")), delimiter=";"
        )
    )
    assert len(rows) == 4
    assert [bool(row[4]) for row in rows[1:]] == [False, True, False]


def test_results_of_others_are_not_there(desk, nadia, paul):
    people = several(nadia, 2)
    location = send(desk, look(desk, *people))["Location"]
    colleague = cast.signed_in(paul)
    assert colleague.get(location).status_code == 404
    assert colleague.get(location + "resultats.csv").status_code == 404
    assert desk.get(f"/conseiller/convocations/envois/{uuid.uuid4()}/").status_code == 404


def test_preview_takes_as_many_queries_for_one_person_as_for_three(desk, nadia):
    people = several(nadia, 3)
    counts = []
    for group in (people[:1], people):
        selection = chosen(desk, *group)
        with CaptureQueriesContext(connection) as queries:
            desk.post(NEW, {"etape": "apercu", "personnes": selection, **fields()})
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- from a file ------------------------------------------------------------------


def upload(desk, content: bytes, **more):
    file = SimpleUploadedFile("liste.csv", content, content_type="text/csv")
    return desk.post(NEW, {"etape": "apercu", "file": file, **fields(**more)})


def test_file_with_its_own_dates_and_with_free_hours(desk, nadia):
    people = several(nadia, 3)
    content = (
        "Référence;Date;Heure;Durée;Objet;À apporter\r\n"
        f"{people[0].ref};09/12/2026;14:30;30;Parler de formation;Un diplôme\r\n"
        f"{people[1].ref};;;;;\r\n"
        f"{people[2].ref};2026-12-10;9h15;;;\r\n"
    )
    preview = upload(desk, content.encode())
    assert preview.status_code == 200
    assert [text.replace("\u00a0", " ") for text in lines(preview)] == [
        "mercredi 9 décembre 2026 à 14 h 30",
        "mercredi 2 décembre 2026 à 12 h 30",
        "jeudi 10 décembre 2026 à 9 h 15",
    ]
    send(desk, preview)
    row = Convocation.objects.get(claimant=people[0])
    assert (row.purpose, row.to_bring) == ("Parler de formation", "Un diplôme")
    assert row.ends_at - row.starts_at == timedelta(minutes=30)
    assert Convocation.objects.get(claimant=people[1]).purpose == "Faire le point"


def test_broken_lines_say_why_and_the_others_go_on(desk, nadia, paul):
    good = factories.claimant(nadia)
    foreign = factories.claimant(paul)
    content = "\n".join(
        [
            "reference;date;heure;duree;objet;a_apporter",
            "pas une référence;;;;;",
            f"{foreign.ref};;;;;",
            f"{good.ref};31/02/2026;10:00;;;",
            f"{good.ref};01/12/2026;26:00;;;",
            f"{good.ref};01/12/2026;10:00;mille;;",
            f"{good.ref};28/03/2027;02:30;;;",
            f'{good.ref};;;;"jamais refermé;',
            f"{good.ref};;;;{'x' * 241};",
            f"{good.ref};1;2;3;4;5;6;7",
            f"{good.ref};;;;\x00;",
            ";;;;;",
            ";10/12/2026;;;;",
            f"{good.ref};;;;;",
            f"{good.ref};;;;;",
        ]
    )
    text = upload(desk, content.encode()).content.decode().replace("\u00a0", " ")
    for line, sentence in {
        2: "n’est pas reconnue. Exemple : DE-7K3M-92QD",
        3: "n’est pas dans votre portefeuille",
        4: "La date « 31/02/2026 »",
        5: "L’heure « 26:00 »",
        6: "La durée « mille »",
        7: "n’existe pas",
        8: "Un guillemet n’est pas refermé",
        9: "dépasse 240 caractères",
        10: "8 cases pour 6 titres",
        11: "caractère illisible",
        13: "La référence manque",
        15: "déjà à la ligne 14",
    }.items():
        found = re.search(rf">Ligne {line}</span>\s*<p class=\"row-meta refusal\">([^<]+)<", text)
        assert found, line
        assert sentence in found[1]
    assert "Envoyer à 1 personne" in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_file_of_any_spreadsheet_is_read(desk, nadia, encoding, separator):
    person = factories.claimant(nadia)
    rows = [["Référence", "Objet"], [person.ref, "Point d'étape à l'été"]]
    content = "\r\n".join(separator.join(row) for row in rows).encode(encoding)
    preview = upload(desk, content)
    send(desk, preview)
    assert Convocation.objects.get().purpose == "Point d'étape à l'été"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\n\n ;;\n", "est vide"),
        (b"nom;prenom\nA;B\n", "doit porter les titres"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "doit porter les titres"),
        (b"PK\x03\x04 xlsx", "doit porter les titres"),
        (b"reference\n" + b"DE-0000-0000\n" * 10_001, "plus de 10\u202f000 lignes"),
        (b"reference\n" + b"x" * (2 * 1024 * 1024), "dépasse 2 Mo"),
    ],
)
def test_file_that_is_no_list_is_refused_with_the_form_kept(desk, content, sentence):
    response = upload(desk, content, purpose="Un objet à garder")
    text = response.content.decode().replace("&#x27;", "'")
    assert response.status_code == 422
    assert sentence in text.replace("2\u00a0Mo", "2 Mo")
    assert "Un objet à garder" in text


def test_missing_file_asks_for_it(desk, nadia):
    response = desk.post(NEW, {"etape": "apercu", **fields()})
    assert response.status_code == 422
    assert "Ajoutez un document" in response.content.decode()


def test_ten_thousand_lines_are_previewed_and_sent(desk, nadia):
    people = several(nadia, 3)
    unknown = "".join(f"DE-{number:04d}-0000\n" for number in range(9_997))
    content = "reference\n" + "".join(f"{person.ref}\n" for person in people) + unknown
    preview = upload(desk, content.encode(), kind="WORKSHOP")
    text = preview.content.decode().replace("\u00a0", " ")
    assert "Envoyer à 3 personnes" in text
    assert "9\u202f997" in text
    send(desk, preview, kind="WORKSHOP")
    assert Convocation.objects.count() == 3


def test_exported_cells_never_act_as_formulas(desk, nadia):
    people = [
        factories.claimant(nadia, user_fields={"first_name": start, "last_name": "cmd|calc"})
        for start in ("=1+1", "+1", "-1", "@x", "\t=1")
    ]
    location = send(desk, look(desk, *people))["Location"]
    text = desk.get(location + "resultats.csv").content.decode("utf-8-sig")
    for row in list(csv.reader(io.StringIO(text), delimiter=";"))[1:]:
        assert all(cell[:1] not in ("=", "+", "-", "@", "\t") for cell in row)


def test_model_of_the_file_can_be_read_back(desk):
    response = desk.get(NEW + "modele.csv")
    assert response["Content-Disposition"].startswith("attachment")
    from convocations.scheduling import from_csv

    reading = from_csv.read(response.content)
    assert len(reading.lines) == 2
    assert not reading.broken
    assert not reading.unknown_columns
