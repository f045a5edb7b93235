"""Convoke several people, by a selection or from a file: an hour and a result per line, the broken ones named."""

import csv
import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from convocations.models import Convocation
from tests import factories
from tests.factories import NOW
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import timedelta
from tests.web.desk.test_convoking import NEW, chosen, fields, lines, look, send

pytestmark = pytest.mark.django_db


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
