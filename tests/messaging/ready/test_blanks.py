"""The words between braces: filled for each person, never sent open."""

import uuid
from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import OpeningHours
from messaging.models import Message, Thread, Topic
from messaging.ready import blanks
from messaging.ready.blanks import BlankLeft, UnknownBlank
from messaging.threads import answering
from messaging.threads.answering import Answer
from messaging.threads.messages import Expected, Text
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.threads.talk import answer, ask

pytestmark = pytest.mark.django_db
DATE = "{date du prochain rendez-vous}"


@pytest.fixture
def nadia(db):
    agency = factories.agency(name="Agence des Tilleuls", phone="01 02 03 04 05")
    for weekday in range(5):
        OpeningHours.objects.create(
            agency=agency, kind="WALK_IN", weekday=weekday, opens=time(8, 30), closes=time(12, 30)
        )
    return factories.advisor(agency, first_name="Nadia", last_name="Benali")


@pytest.fixture
def camille(nadia):
    return factories.claimant(nadia, user_fields={"first_name": "Camille", "last_name": "Moreau"})


def filled(text, person, writer=None):
    return blanks.fill(text, [person], writer or person.advisor, NOW)[person.pk]


def test_each_blank_says_what_it_names(nadia, camille):
    factories.convocation(camille, starts_at=NOW + timedelta(days=30))
    coming = factories.convocation(camille, starts_at=NOW + timedelta(days=10))
    helene = factories.advisor(nadia.agency, first_name="Hélène", last_name="Roy")
    values = {blank.name: filled(blank.written, camille, helene) for blank in blanks.every()}
    assert all(one.open == () for one in values.values())
    said = {name: one.text for name, one in values.items()}
    assert said == {
        "prénom": "Camille",
        "nom": "Moreau",
        "conseiller": "Nadia Benali",
        "signataire": "Hélène Roy",
        "téléphone": "01 02 03 04 05",
        "agence": "Agence des Tilleuls",
        "adresse": nadia.agency.address,
        "horaires": "lundi au vendredi, 8\u00a0h\u00a030 – 12\u00a0h\u00a030 (sans rendez-vous)",
        "date du prochain rendez-vous": said["date du prochain rendez-vous"],
    }
    assert str(coming.starts_at.year) in said["date du prochain rendez-vous"]
    assert "jeudi 3\u00a0décembre 2026" in said["date du prochain rendez-vous"]


def test_a_blank_is_known_whatever_its_capitals_and_accents(camille):
    assert (
        filled("{PRENOM} {prénom} {Prénom } {pre\u0301nom}", camille).text
        == "Camille Camille Camille Camille"
    )


def test_what_nobody_can_fill_stays_open_and_says_why(camille):
    one = filled(f"Bonjour {{prénom}}, le {DATE} {{salaire}}", camille)
    assert one.text == f"Bonjour Camille, le {DATE} {{salaire}}"
    assert one.open == (f"{DATE} (pas de rendez-vous à venir)", "{salaire} (ce champ n’existe pas)")


@pytest.mark.parametrize("gone", ["CANCELLED", "past"])
def test_an_appointment_that_is_called_off_or_over_is_not_the_next_one(camille, gone):
    row = factories.convocation(camille, starts_at=NOW + timedelta(days=10))
    if gone == "past":
        assert blanks.fill(DATE, [camille], camille.advisor, row.starts_at + timedelta(hours=1))[
            camille.pk
        ].open
    else:
        row.move_to(gone)
        assert filled(DATE, camille).open


def test_a_name_with_braces_in_it_is_not_filled_again(camille):
    camille.user.first_name = "{nom}"
    assert filled("{prénom}", camille).text == "{nom}"


def test_as_many_questions_for_fifty_people_as_for_one(nadia):
    people = [factories.claimant(nadia) for _ in range(4)]
    text = "".join(blank.written for blank in blanks.every())
    counts = []
    for some in (people[:1], people):
        with CaptureQueriesContext(connection) as queries:
            blanks.fill(text, some, nadia, NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


@pytest.mark.parametrize("text", ["{salaire}", "{}", "{ date }", "{prénom}"])
def test_nothing_of_the_service_leaves_with_a_blank(camille, text):
    thread = ask(camille)
    with pytest.raises(BlankLeft) as refused:
        answer(thread, f"Bonjour {text}")
    assert text in refused.value.sentence
    assert thread.messages.count() == 1
    for body, subject in ((text, "Objet"), ("Bonjour", text)):
        said = Answer(Text(body, uuid.uuid4()))
        with pytest.raises(BlankLeft):
            answering.open_for(
                camille.pk, said, topic=Topic.OTHER, subject=subject, by=acting(camille.advisor), now=NOW
            )
    asks = Answer(Text("Bonjour", uuid.uuid4()), expected=Expected(text, NOW + timedelta(days=4)))
    with pytest.raises(BlankLeft):
        answering.answer(thread.pk, asks, seen=thread.as_seen, by=acting(camille.advisor), now=NOW)
    assert Message.objects.count() == 1
    assert Thread.objects.count() == 1


def test_a_person_may_write_braces(camille):
    assert ask(camille, "Voici {ma} question").messages.get().body == "Voici {ma} question"


def test_what_stands_between_braces_on_two_lines_is_no_blank(camille):
    assert answer(ask(camille), "{ une\nchose }").number == 2


def test_a_text_with_an_unknown_blank_says_which():
    with pytest.raises(UnknownBlank) as refused:
        blanks.refuse_unknown("{prénom} {salaire}")
    assert "{salaire}" in refused.value.sentence
    assert "{prénom}" not in refused.value.sentence
