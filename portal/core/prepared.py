"""Queries written with the ORM, compiled once: the busiest pages ask the same few questions all day.

Compiling costs far more than asking (measured: 0.9 ms of CPU against 0.05 ms for a few rows by index), and
its result only differs by the values. The first call compiles with marks in the place of the values; every
call after puts the values where the marks stood. PostgreSQL in turn prepares the statement once a connection:
planning took it four times as long as answering. What never changes stands in its text, so that one plan for
all values still finds the partial indexes. Nothing else changes: same converters, same rows.

    @prepared
    def _coming(claimant_id: int, now: datetime) -> Any:
        return Convocation.objects.filter(claimant_id=claimant_id, ends_at__gt=now).values_list("ref", "state")

    rows = _coming(claimant_id=7, now=now)

The function only says which rows; it takes values of type int, str, date or datetime, and must not look at them.
"""

import inspect
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import update_wrapper
from typing import Any

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators
from psycopg.sql import Literal
from psycopg.types.numeric import Int8

from portal.core.database.base import NoAnswer

# Values no row of ours has; a query that repeats one is told by the count in `_compile`.
_MARKS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 7_318_000_000_000_000_000 + number,
    str: lambda number: f"\ue000{number}\ue000",
    datetime: lambda number: datetime(1871, 3, 18, tzinfo=UTC) + timedelta(microseconds=number + 1),
    date: lambda number: date(1871, 3, 18) + timedelta(days=number),
}


# The types we check with are a release ahead of Django's LTS here.
_populators: Any = get_related_populators


class Prepared:
    """One question, compiled at its first asking; called with its values by name, it gives a list of rows."""

    def __init__(self, make: Callable[..., QuerySet[Any, Any]]) -> None:
        self._make = make
        self._compiled: _Compiled | None = None
        update_wrapper(self, make)

    def __call__(self, **values: Any) -> list[Any]:
        """Ask, and give the rows as the queryset would: tuples of `values_list`, or instances."""
        compiled = self._compiled
        if compiled is None:
            compiled = self._compiled = _Compiled(self._make)
        return compiled.ask(values)

    def queryset(self, **values: Any) -> QuerySet[Any, Any]:
        """Give the same question as an ordinary queryset: what the tests compare with."""
        return self._make(**values)


def prepared(make: Callable[..., QuerySet[Any, Any]]) -> Prepared:
    """Compile the query that a function describes once, at its first call."""
    return Prepared(make)


def ask(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Ask by a statement that the server plans once a connection, in Django's own wrapper.

    So whoever counts or watches queries sees these too. The other cursors never prepare, whatever the
    threshold: they put the values in themselves.

    The first question of a request is also the look whether the server still knows this connection
    (CONN_HEALTH_CHECKS): Django asks `SELECT 1` for that, a twelfth of a page. It is a reading, so it is asked
    again on a new connection when the old one turns out to be gone.
    """
    wrapper: Any = connections[DEFAULT_DB_ALIAS]  # the proxy looks it up at each word
    if not _to_be_looked_at(wrapper):
        return _ask(wrapper, sql, values)
    try:
        rows = _ask(wrapper, sql, values)
    except (OperationalError, InterfaceError) as error:
        # Whoever waited for a server that says nothing does not wait twice.
        if isinstance(error.__cause__, NoAnswer) or wrapper.is_usable():
            raise
        wrapper.close()
        return _ask(wrapper, sql, values)
    wrapper.health_check_done = True
    return rows


def _to_be_looked_at(wrapper: Any) -> bool:
    kept = wrapper.connection is not None and not wrapper.in_atomic_block
    return kept and wrapper.health_check_enabled and not wrapper.health_check_done


def _ask(wrapper: Any, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with _cursor(wrapper) as cursor:
        # Always as bigint: a statement is prepared anew for each combination of types.
        cursor.execute(sql, [Int8(value) if isinstance(value, int) else value for value in values])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_PLACE = re.compile("%[s%]")


def with_constants(sql: str, params: Sequence[Any], changes: Callable[[Any], bool]) -> tuple[str, list[Any]]:
    """Write into a statement the values that never change; give it with those that do."""
    left, changing = iter(params), []
    connection.ensure_connection()

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        value = next(left)
        if changes(value):
            changing.append(value)
            return "%s"
        return Literal(value).as_string(connection.connection).replace("%", "%%")

    return _PLACE.sub(put, sql), changing


_planned_once: Any = ServerBindingCursor


def _cursor(wrapper: Any) -> Any:
    wrapper.ensure_connection()
    with wrapper.wrap_database_errors:
        if wrapper.connection.prepare_threshold is None:
            wrapper.connection.prepare_threshold = 0
            # PostgreSQL would else plan anew for each value wherever it guesses that this could pay.
            wrapper.connection.execute("SET plan_cache_mode = force_generic_plan")
        return wrapper._prepare_cursor(_planned_once(wrapper.connection))


class _Compiled:
    def __init__(self, make: Callable[..., QuerySet[Any, Any]]) -> None:
        marks = {
            name: _MARKS[parameter.annotation](number)
            for number, (name, parameter) in enumerate(
                inspect.signature(make, eval_str=True).parameters.items()
            )
        }
        queryset = make(**marks)
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        slots = {mark: name for name, mark in marks.items()}
        sql, params = compiler.as_sql()
        self._sql, found = with_constants(
            sql, params, lambda value: isinstance(value, int | str | date) and value in slots
        )
        self._names = [slots[mark] for mark in found]
        unused = set(marks) - set(self._names)
        if unused:
            raise TypeError(
                f"{make.__qualname__} looks at {', '.join(sorted(unused))} instead of asking for it"
            )
        converters = compiler.get_converters([column[0] for column in compiler.select])
        self._converters = [(at, functions, column) for at, (functions, column) in converters.items()]
        self._build = self._builder(queryset, compiler)

    def _builder(self, queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[Any], Any]:
        if issubclass(queryset._iterable_class, ValuesListIterable):
            return tuple
        if queryset._iterable_class is not ModelIterable:
            raise TypeError("prepared queries give tuples of values_list, or instances")
        info, select = compiler.klass_info, compiler.select
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column[0].target.attname for column in select[first:last]]
        populators = _populators(info, select, DEFAULT_DB_ALIAS)
        annotated = list(compiler.annotation_col_map.items())
        model = info["model"]

        def build(row: Any) -> Any:
            found = model.from_db(DEFAULT_DB_ALIAS, names, row[first:last])
            for populator in populators:
                populator.populate(row, found)
            for name, at in annotated:
                setattr(found, name, row[at])
            return found

        return build

    def ask(self, values: dict[str, Any]) -> list[Any]:
        rows = ask(self._sql, [values[name] for name in self._names])
        if self._converters:
            return [self._build(self._converted(row)) for row in rows]
        return rows if self._build is tuple else [self._build(row) for row in rows]

    def _converted(self, row: Any) -> list[Any]:
        converted = list(row)
        for at, functions, column in self._converters:
            value = converted[at]
            for function in functions:
                value = function(value, column, connection)
            converted[at] = value
        return converted
