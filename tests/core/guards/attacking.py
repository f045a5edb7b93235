"""Ways to write round every process, straight at a table."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

Attack = Callable[[Any], tuple[str, list[Any]]]

# Values and assignments that many attacks write.
NOW = lambda w: w.now  # noqa: E731
BY = lambda w: w.advisor.pk  # noqa: E731
DECIDED = "decided_at = %s, decided_by_id = %s, reasons = 'r', report = 'r'"
RECORDED = "recorded_at = %s, recorded_by_id = %s"


def change(row: str, assignments: str, *values: Callable[[Any], Any]) -> Attack:
    """Write columns of a row by hand."""

    def attack(w: Any) -> tuple[str, list[Any]]:
        target = getattr(w, row)
        table, key = target._meta.db_table, target._meta.pk.column
        sql = f"UPDATE {table} SET {assignments} WHERE {key} = %s"
        return sql, [*(value(w) for value in values), target.pk]

    return attack


def remove(row: str) -> Attack:
    return lambda w: (f"DELETE FROM {getattr(w, row)._meta.db_table} WHERE id = %s", [getattr(w, row).pk])


def say(**other: str) -> Attack:
    """Write another message by hand, past the trigger that lets only the next one in."""

    def attack(w: Any) -> tuple[str, list[Any]]:
        sql, (pk,) = again("message", **{"number": "2", "form_key": "gen_random_uuid()", **other})(w)
        asleep = "ALTER TABLE messaging_message DISABLE TRIGGER message_speaks_for_its_side"
        return f"SET CONSTRAINTS ALL IMMEDIATE; {asleep}; {sql.replace('%s', str(pk))}", []

    return attack


def empty(row: str) -> Attack:
    """Empty a table at one stroke."""

    def attack(w: Any) -> tuple[str, list[Any]]:
        # What is checked at the end of a transaction would refuse first.
        return f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {getattr(w, row)._meta.db_table} CASCADE", []

    return attack


def again(row: str, **other: str) -> Attack:
    """Write the same row a second time under another id; `other` are SQL values of columns that differ."""

    def attack(w: Any) -> tuple[str, list[Any]]:
        target = getattr(w, row)
        table = target._meta.db_table
        columns = {field.column: field.column for field in target._meta.concrete_fields}
        columns = {column: other.get(column, sql) for column, sql in columns.items()}
        if "id" not in other:
            columns.pop("id", None)
        names, values = (
            ", ".join(f'"{name}"' for name in columns),
            ", ".join(sql if name in other else f'"{sql}"' for name, sql in columns.items()),
        )
        key = target._meta.pk.column
        return f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {key} = %s", [target.pk]

    return attack


def hold_against(attacking: tuple[str, list[Any]], guard: str) -> None:
    """Run an attack: it must meet the guard it is named for, no other."""
    sql, parameters = attacking
    # Statements one by one: only the last is the attack.
    *before, attack = sql.split(";")
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in before:
            cursor.execute(statement, parameters)
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute(attack, [] if before else parameters)
        transaction.set_rollback(True)
    diagnosis = refused.value.__cause__.diag
    if "_refuse_" in guard:
        # What a trigger says of itself where PostgreSQL names no constraint.
        assert "is append-only" in diagnosis.message_primary
    else:
        assert diagnosis.constraint_name == guard
