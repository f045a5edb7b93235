"""Texts kept ready: whose, how many, titled once, under clicks that race."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from messaging.models import READY_MAX, ReadyText
from messaging.ready import keeping
from messaging.ready.blanks import UnknownBlank
from messaging.threads.messages import NothingWritten, TooLong
from portal.core.models import JournalEntry
from tests import factories
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db


def add(advisor, title="Accueil", body="Bonjour {prénom}", *, shared=False) -> ReadyText:
    return keeping.add(advisor.pk, title=title, body=body, shared=shared, by=acting(advisor), now=NOW)


def change(row, by, title="Accueil", body="Bonsoir") -> ReadyText:
    return keeping.change(row.pk, title=title, body=body, by=acting(by), now=NOW)


def test_a_text_is_kept_changed_and_removed_and_the_journal_says_so():
    nadia = factories.advisor()
    row = add(nadia, "  Accueil \n du  public", "Bonjour\r\n{prénom}  ")
    assert (row.title, row.body, row.place) == ("Accueil du public", "Bonjour\n{prénom}", 0)
    change(row, nadia)
    keeping.remove(row.pk, by=acting(nadia), now=NOW)
    keeping.remove(row.pk, by=acting(nadia), now=NOW)
    lines = JournalEntry.objects.filter(code__in=(210, 211, 212)).order_by("pk")
    assert [line.code for line in lines] == [210, 211, 212]
    assert all(line.file_id is None for line in lines)
    with pytest.raises(keeping.NoLongerThere):
        change(row, nadia)


@pytest.mark.parametrize(
    ("title", "body", "refusal"),
    [
        (" ", "Texte", keeping.NoTitle),
        ("Titre", " \n", NothingWritten),
        ("Titre", "x" * 10_001, TooLong),
        ("Titre", "Bonjour {salaire}", UnknownBlank),
        ("ACCUEIL", "Texte", keeping.TitledAlready),
    ],
)
def test_what_is_wrong_is_refused(title, body, refusal):
    nadia = factories.advisor()
    add(nadia)
    other = add(nadia, "Autre")
    with pytest.raises(refusal):
        add(nadia, title, body)
    with pytest.raises(refusal):
        change(other, nadia, title, body)
    # Another's list is another's.
    add(factories.advisor(nadia.agency))
    add(nadia, shared=True)
    change(other, nadia, "AUTRE", "Le même titre, à soi")


def test_a_list_has_an_end_and_a_place_given_back_is_taken_again():
    nadia = factories.advisor()
    rows = [add(nadia, f"Texte {n}") for n in range(READY_MAX)]
    with pytest.raises(keeping.TooManyTexts):
        add(nadia, "De trop")
    keeping.remove(rows[7].pk, by=acting(nadia), now=NOW)
    assert add(nadia, "À sa place").place == 7


@pytest.mark.parametrize(
    "fields",
    [
        {"owner": None},
        {"title": ""},
        {"body": ""},
        {"body": "x" * 10_001},
        {"place": READY_MAX},
        {"place": -1},
        {"place": 0},
        {"title": "aCCUEIL"},
    ],
    ids=str,
)
def test_the_database_refuses_what_must_never_be(fields):
    nadia = factories.advisor()
    add(nadia)
    good = {"owner": nadia, "agency": None, "title": "Titre", "body": "Texte", "place": 1, "changed_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadyText.objects.create(**good | fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadyText.objects.create(**good | {"agency": nadia.agency})
    ReadyText.objects.create(**good)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_keep_one_text_and_find_two_places():
    nadia = factories.advisor()
    ready, found = threading.Barrier(4), []

    def click(title: str) -> None:
        try:
            ready.wait(timeout=10)
            found.append(add(nadia, title).place)
        except keeping.TitledAlready:
            found.append(None)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click, args=(title,)) for title in ("Un", "Un", "Deux", "Trois")]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join(timeout=30)
    assert sorted(found, key=str) == [0, 1, 2, None]
