"""No table and no column holds something about a person without saying so."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Field, Model

from accounts.models import Claimant, User
from portal.core import personal_data
from portal.core.personal_data import declaring

PEOPLE = {User, Claimant}
MODELS = sorted(apps.get_models(include_auto_created=False), key=lambda model: model._meta.label)


def leads_to_people(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    """Say whether a row of this table points, through others or not, to an account or a claimant."""
    if model in PEOPLE:
        return True
    targets = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
    return any(leads_to_people(target, seen | {model}) for target in targets - seen - {model})


def undeclared() -> list[str]:
    return [model._meta.label for model in MODELS if model not in declaring.declared()]


def test_every_table_is_declared():
    assert undeclared() == [], (
        "In the app's personal_data.py: say what a person's copy holds of it (held), or why nothing (kept_out, nobodys)"
    )


def test_a_table_nobody_declared_is_noticed(monkeypatch):
    monkeypatch.delitem(declaring._parts, Claimant)
    assert undeclared() == ["accounts.Claimant"]


def test_what_is_nobodys_leads_to_nobody():
    assert {model.__name__ for model in declaring._nobodys if leads_to_people(model)} == set()


@pytest.mark.parametrize("model", sorted(declaring.reasons(), key=lambda model: model.__name__))
def test_what_is_kept_out_says_why(model):
    assert len(declaring.reasons()[model].split()) > 4


def _fields(part: declaring.Part) -> Iterator[Field]:
    for column in part.columns:
        yield part.model._meta.get_field(column.field)


@pytest.mark.parametrize("part", personal_data.parts(), ids=lambda part: part.name)
def test_every_column_is_shown_or_left_out_for_a_reason(part):
    shown = {field.name for field in _fields(part)}
    left_out = {part.model._meta.get_field(name).name for name in part.left_out}
    assert shown & left_out == set()
    assert shown | left_out == {field.name for field in part.model._meta.concrete_fields}
    assert all(reason for reason in part.left_out.values())


def test_parts_have_names_of_their_own_that_any_disk_takes():
    names = [part.name for part in personal_data.parts()]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isascii() and name.replace("-", "").isalpha() for name in names)


def test_a_table_is_declared_once():
    with pytest.raises(ValueError, match="twice"):
        personal_data.nobodys(User)
