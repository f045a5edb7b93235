"""Deeds are written with what they change, and told in French."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from portal.core import journal
from portal.core.journal import Actor, Line
from portal.core.models import JournalEntry
from tests.core.journal.conftest import DONE, NOW, SEEN


@pytest.mark.django_db
def test_record_keeps_who_what_when_and_from_where(django_user_model):
    person = django_user_model.objects.create_user("ines@exemple.fr", first_name="Inès", last_name="Roux")
    by = Actor(person.pk, "ADVISOR", "2001:db8::1")
    journal.record(SEEN, by=by, now=NOW, file_id=3, subject_id=4, data={"what": "l’été", "n": 1})
    entry = JournalEntry.objects.get()
    assert (entry.at, entry.code, entry.actor_id, entry.actor_role) == (
        NOW,
        SEEN.number,
        person.pk,
        "ADVISOR",
    )
    assert (entry.ip, entry.file_id, entry.subject_id) == ("2001:db8::1", 3, 4)
    assert entry.data == {"what": "l’été", "n": 1}
    assert journal.sentence(entry, "Inès Roux") == "Inès Roux a vu l’été."


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 2, 19, 20, 21, 3_000])
def test_record_all_keeps_every_line_in_order(number):
    tricky = {"what": "«\u00a0tabulation\t, \\ et \n retour\u00a0»", "nil": None, "list": [1, {"a": "É"}]}
    lines = (Line(SEEN if n % 2 else DONE, file_id=n, subject_id=None, data=tricky) for n in range(number))
    journal.record_all(lines, by=Actor(None, "PORTAL", "192.0.2.7"), now=NOW)
    entries = list(JournalEntry.objects.order_by("id"))
    assert [entry.file_id for entry in entries] == list(range(number))
    assert {entry.code for entry in entries} <= {SEEN.number, DONE.number}
    assert all(entry.data == tricky and entry.subject_id is None for entry in entries)
    assert {(entry.at, entry.actor_id, entry.actor_role, entry.ip) for entry in entries} == {
        (NOW, None, "PORTAL", "192.0.2.7")
    }


@pytest.mark.django_db
def test_record_all_may_ask_the_database_while_it_is_told(django_assert_max_num_queries):
    journal.record_all(
        (Line(DONE, file_id=JournalEntry.objects.count()) for _ in range(30)), by=journal.PORTAL, now=NOW
    )
    assert JournalEntry.objects.count() == 30


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 50])
def test_record_all_of_a_stranger_is_an_integrity_error(number):
    journal.record_all([Line(DONE)] * number, by=Actor(987_654_321, "ADVISOR"), now=NOW)
    with pytest.raises(IntegrityError):
        connection.check_constraints()
    transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 50])
def test_record_all_of_what_cannot_be_stored_is_djangos_error(number):
    with pytest.raises(DataError), transaction.atomic():
        journal.record_all([Line(DONE, data={"what": "\x00"})] * number, by=journal.PORTAL, now=NOW)


@pytest.mark.django_db
def test_record_all_of_nothing_writes_nothing():
    journal.record_all([], by=journal.PORTAL, now=NOW)
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_an_error():
    with pytest.raises(RuntimeError):
        journal.record(DONE, by=journal.PORTAL, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_record_is_undone_with_its_deed():
    with transaction.atomic():
        journal.record(DONE, by=journal.PORTAL, now=NOW)
        transaction.set_rollback(True)
    assert not JournalEntry.objects.exists()


def test_sentence_of_an_older_entry_that_lacks_a_word_has_a_dash():
    entry = JournalEntry(code=SEEN.number, data={})
    assert journal.sentence(entry, "Le portail") == "Le portail a vu –."


def test_sentence_of_an_unknown_deed_is_a_sentence():
    assert journal.sentence(JournalEntry(code=29_999, data={}), "x") == "Acte enregistré."


def test_sentence_shows_braces_in_the_data_as_they_are():
    entry = JournalEntry(code=SEEN.number, data={"what": "{actor.__class__}"})
    assert journal.sentence(entry, "x") == "x a vu {actor.__class__}."


def test_code_numbers_are_taken_once():
    with pytest.raises(ValueError, match="is taken"):
        journal.code(SEEN.number, "other", "…")


def test_every_deed_and_kind_of_the_product_declares_its_own_number():
    # Two apps may be tested apart and still meet in the running portal.
    import importlib
    import pkgutil

    for room in ("portal.core", "accounts", "messaging", "measures", "convocations", "portal.web"):
        package = importlib.import_module(room)
        for found in pkgutil.walk_packages(package.__path__, f"{room}."):
            if ".migrations" not in found.name and ".sandbox" not in found.name:
                importlib.import_module(found.name)
    assert len(journal.codes()) > 20
    for deed in journal.codes().values():
        told = journal.sentence(JournalEntry(code=deed.number, data={}), "Inès Roux")
        assert told.endswith((".", "–")), deed.name


def test_portal_is_no_person():
    assert journal.PORTAL.is_portal
    with pytest.raises(ValueError, match="never the portal"):
        _ = journal.PORTAL.person_id
    assert Actor(7, "ADVISOR").person_id == 7
