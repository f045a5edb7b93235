"""An administrator changes a number of the deployment: in force, journalled, refused in French."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from portal.core import journal, parameters
from portal.core.models import JournalEntry, ParameterOverride
from portal.core.parameters.changing import CHANGED, ParameterRefused, change

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _asked_anew():
    parameters.forget()
    yield
    parameters.forget()


@pytest.mark.django_db
def test_a_changed_number_is_in_force_at_once_here_and_journalled(django_capture_on_commit_callbacks):
    assert parameters.current().no_contact_days == 60
    with django_capture_on_commit_callbacks(execute=True):
        change("no_contact_days", 30, by=journal.PORTAL, now=NOW)
    assert parameters.current().no_contact_days == 30
    entry = JournalEntry.objects.get(code=CHANGED.number)
    assert (entry.data["before"], entry.data["after"], entry.at) == (60, 30, NOW)
    assert journal.sentence(entry, "Marie Curie") == (
        "Marie Curie a changé le paramètre «\u00a0Sans contact depuis\u00a0: signaler après\u00a0»\u00a0: "
        "30 au lieu de 60."
    )


@pytest.mark.django_db
def test_a_list_of_steps_can_be_changed_and_read_back():
    change("reminder_steps_hours", [240, 24], by=journal.PORTAL, now=NOW)
    change("reminder_steps_hours", [120, 24], by=journal.PORTAL, now=NOW)
    assert parameters.current().reminder_steps_hours == (120, 24)


@pytest.mark.django_db
@pytest.mark.parametrize("back", [None, [168, 48, 2]], ids=["nothing", "the default itself"])
def test_going_back_to_the_default_takes_the_override_away(back):
    change("reminder_steps_hours", [240, 24], by=journal.PORTAL, now=NOW)
    change("reminder_steps_hours", back, by=journal.PORTAL, now=NOW)
    assert not ParameterOverride.objects.exists()
    assert JournalEntry.objects.filter(code=CHANGED.number).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("unknown", 1, "Le paramètre «\u00a0unknown\u00a0» n’existe pas."),
        ("unknown", None, "Le paramètre «\u00a0unknown\u00a0» n’existe pas."),
        (
            "no_contact_days",
            "x",
            "Sans contact depuis\u00a0: signaler après\u00a0: indiquez un nombre entier.",
        ),
    ],
)
def test_a_refused_change_says_why_and_leaves_nothing_behind(key, value, sentence):
    with pytest.raises(ParameterRefused) as refused:
        change(key, value, by=journal.PORTAL, now=NOW)
    assert refused.value.sentence == sentence
    assert not ParameterOverride.objects.exists()
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_that_contradict_each_other_the_second_is_refused():
    both_ready = threading.Barrier(2)
    outcomes = []

    def administrator(key: str, value: int) -> None:
        try:
            both_ready.wait(timeout=10)
            change(key, value, by=journal.PORTAL, now=NOW)
            outcomes.append("done")
        except ParameterRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    people = [
        threading.Thread(target=administrator, args=("portfolio_min", 140)),
        threading.Thread(target=administrator, args=("portfolio_max", 120)),
    ]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=20)
    assert sorted(outcomes) == ["done", "refused"]
    assert ParameterOverride.objects.count() == 1
