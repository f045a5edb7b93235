"""Every pair of states of every life cycle, through the one door: legal moves pass, the others raise."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction

from portal.core.references import ReferenceField
from portal.core.transitions import IllegalMove, Refusal, Stateful, StatefulQuerySet

ROOT = Path(__file__).resolve().parents[2]
CYCLES = sorted(
    (model for model in apps.get_models() if issubclass(model, Stateful)), key=lambda model: model.__name__
)
PAIRS = [
    pytest.param(model, source, target, id=f"{model.__name__}-{source}-{target}")
    for model in CYCLES
    for source in model.TRANSITIONS
    for target in model.TRANSITIONS
]
cycles = pytest.mark.parametrize("model", CYCLES, ids=lambda model: model.__name__)


def states_of(model: type[Stateful]) -> set[str]:
    return {str(value) for value, _ in model._meta.get_field("state").choices}


@pytest.fixture
def bare(request, db) -> Iterator[Any]:
    """A row of the model in a given state and nothing else to it.

    Its table's other guards rest for this test (DDL is undone with the test's transaction): which state
    needs which columns is each app's own business, here only the cycle speaks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")

    def make(model: type[Stateful], state: str) -> Stateful:
        _let_guards_rest(model._meta.db_table)
        fields = {
            field.attname: _any_value(field) for field in model._meta.concrete_fields if _must_be_given(field)
        }
        return model._base_manager.create(**(fields | {"state": state}))

    return make


def _let_guards_rest(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint
            WHERE conrelid = %s::regclass AND contype IN ('c', 'x', 'u')
            UNION ALL
            SELECT format('DROP INDEX %%s', indexrelid::regclass) FROM pg_index
            WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary
              AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
            """,
            [table, table],
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def _must_be_given(field: models.Field) -> bool:
    return not (field.null or field.has_default() or field.primary_key or isinstance(field, ReferenceField))


def _any_value(field: models.Field) -> Any:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    by_kind: list[tuple[type[models.Field], Any]] = [
        (models.DateTimeField, datetime(2026, 11, 23, 9, tzinfo=UTC)),
        (models.DateField, date(2026, 11, 23)),
        (models.BooleanField, False),
        (models.IntegerField, 1),
        (models.BinaryField, b"\0" * 32),
        (models.UUIDField, uuid.UUID(int=1)),
        (models.GenericIPAddressField, "127.0.0.1"),
        (models.JSONField, {}),
        (ArrayField, ["x"]),
        (models.CharField, "x"),
        (models.TextField, "x"),
    ]
    known = [value for kind, value in by_kind if isinstance(field, kind)]
    assert known, f"no value is known for {field!r}"
    return known[0]


def test_there_are_life_cycles():
    assert {model.__name__ for model in CYCLES} >= {
        "Convocation",
        "Absence",
        "Justificatif",
        "CallTask",
        "Document",
    }


@pytest.mark.parametrize(("model", "source", "target"), PAIRS)
def test_move_to_takes_legal_pairs_and_refuses_the_others(bare, model, source, target):
    row = bare(model, source)
    legal = target in model.TRANSITIONS[source]
    assert row.may_move_to(target) == legal
    if legal:
        row.move_to(target)
    else:
        with pytest.raises(IllegalMove):
            row.move_to(target)
        assert str(row.state) == source
    assert model._base_manager.values_list("state", flat=True).get(pk=row.pk) == (target if legal else source)


@cycles
def test_move_all_moves_only_the_rows_that_may(bare, model):
    for target in model.TRANSITIONS:
        with transaction.atomic():
            rows = {source: bare(model, source).pk for source in model.TRANSITIONS}
            legal = {source for source, following in model.TRANSITIONS.items() if target in following}
            moved = StatefulQuerySet(model).filter(pk__in=rows.values()).move_all(target)
            assert moved == len(legal)
            for source, pk in rows.items():
                state = model._base_manager.values_list("state", flat=True).get(pk=pk)
                assert state == (target if source in legal else source)
            transaction.set_rollback(True)


def test_move_to_saves_the_named_fields_and_no_other(bare):
    from convocations.models import CallTask

    row = bare(CallTask, "OPEN")
    row.closed_at, row.reason = datetime(2026, 11, 24, tzinfo=UTC), "LOST"
    row.move_to("REACHED", saving=["closed_at"])
    row.refresh_from_db()
    assert (row.state, row.closed_at is not None, row.reason) == ("REACHED", True, "x")


def test_move_to_from_a_state_somebody_left_meanwhile_is_refused_by_the_row(bare):
    from convocations.models import CallTask

    mine = bare(CallTask, "OPEN")
    theirs = CallTask.objects.get(pk=mine.pk)
    theirs.move_to("REACHED")
    with pytest.raises(IllegalMove):
        mine.move_to("DROPPED")
    assert mine.state == "OPEN"
    assert CallTask.objects.get(pk=mine.pk).state == "REACHED"


def test_refusal_speaks_french():
    assert "Relisez la page" in str(IllegalMove())
    assert Refusal("Non.").sentence == "Non."


# --- the tables themselves ------------------------------------------------------------------------------


@cycles
def test_cycle_names_exactly_the_states_of_its_column(model):
    assert set(model.TRANSITIONS) == states_of(model)
    assert set().union(*model.TRANSITIONS.values()) <= states_of(model)


@cycles
def test_every_state_is_reachable_from_the_first(model):
    first = str(model._meta.get_field("state").default)
    reached, frontier = {first}, {first}
    while frontier:
        frontier = set().union(*(model.TRANSITIONS[state] for state in frontier)) - reached
        reached |= frontier
    assert reached == set(model.TRANSITIONS)


@cycles
def test_no_state_leads_to_itself(model):
    assert not [state for state, following in model.TRANSITIONS.items() if state in following]


@cycles
def test_state_column_has_room_for_its_longest_state(model):
    assert model._meta.get_field("state").max_length >= max(map(len, model.TRANSITIONS))


def test_nothing_but_the_door_writes_a_state():
    """Assignments and updates of `state` stand only where rows without a life cycle are worked."""
    writes = re.compile(
        r"\.state\s*=(?!=)(?! ANY)|\.update\([^)]*\bstate\s*=|update_fields=\[[^]]*[\"']state[\"']"
    )
    allowed = {"portal/core/transitions.py", "portal/core/deadlines", "messaging"}
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for room in ("accounts", "convocations", "measures", "portal", "messaging")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts
        and not any(str(path.relative_to(ROOT)).startswith(place) for place in allowed)
        for match in writes.finditer(path.read_text())
    ]
    assert found == []
