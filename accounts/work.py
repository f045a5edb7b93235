"""One line of an advisor's list: what every app puts there, in the same columns, and how it is asked.

Each app gives querysets over its partial indexes; the list is their UNION ALL. The ORM needs longer to
write that SQL (12 ms) than PostgreSQL to answer it, so it is written once per process and shape, for
made-up advisors and an instant of long ago, and filled in with the real ones at each request. PostgreSQL
too plans it once a connection: planning cost it 3 ms, answering 0.5.
(`portal.core.prepared` does this for one fixed question; this one has a shape for each filter.)
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BigIntegerField, CharField, Count, F, Q, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Cast

from portal.core import parameters
from portal.core.prepared import ask, with_constants

Rows = QuerySet[Any, Any]
Source = Callable[[Collection[int], datetime], Mapping[int, Rows]]

# What stands in the written SQL for the present, for the place in the list, and for each advisor.
_NOW = datetime(1901, 1, 1, tzinfo=UTC)
_PLACE_AT, _PLACE_ID = datetime(1801, 1, 1, tzinfo=UTC), -(2**62)
_ADVISORS = -(2**61)
# Only for now ± some years is a made-up instant told from a real one.
_BEFORE_NOW = datetime(1850, 1, 1, tzinfo=UTC)
_AFTER_NOW = datetime(1950, 1, 1, tzinfo=UTC)
_COLUMNS = ("work_due_at", "work_kind", "pk", "work_ref", "claimant_id", "work_since", "work_detail")
# The names of those on the page, and of nobody else: an advisor's open work is several times as long.
_NAMED = """
SELECT line.due_at, line.kind, line.id, line.ref, line.claimant_id, line.since, line.detail,
       person.first_name, person.last_name
FROM ({}) AS line (due_at, kind, id, ref, claimant_id, since, detail)
JOIN accounts_user AS person ON person.id = line.claimant_id
ORDER BY line.due_at, line.kind, line.id
"""


class Work(NamedTuple):
    """Something that waits for a person's decision, as the database gives it.

    `kind` is the number its app gave to this sort of work, `ref` the bare number of its reference,
    `detail` a code or a title that the kind understands.
    """

    due_at: datetime
    kind: int
    id: int
    ref: int
    claimant_id: int
    since: datetime
    detail: str
    first_name: str
    last_name: str


class Place(NamedTuple):
    """Where a page of the list ended: what follows it comes next."""

    due_at: datetime
    kind: int
    id: int


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which part of the list is wanted; the words are looked for in names, accents and capitals aside."""

    kind: int | None = None
    late: bool = False
    words: tuple[str, ...] = ()
    after: Place | None = None


EVERYTHING = Narrowing()


def part(rows: Rows, kind: int, *, since: str, due_at: str, detail: Any) -> Rows:
    """Give the rows of one kind the columns of `Work`; `detail` is a column's name or an expression."""
    return rows.annotate(
        work_due_at=F(due_at),
        work_kind=Value(kind, SmallIntegerField()),
        # As a bare number: in a union, the prefix of the first kind would be read on all.
        work_ref=Cast("ref", BigIntegerField()),
        work_since=F(since),
        work_detail=Cast(detail, CharField()),
    )


class Worklist:
    """The list of all apps together: `Worklist(convocations.desk.worklist.work_for, …)`."""

    def __init__(self, *sources: Source) -> None:
        self._sources = sources
        self._written: dict[tuple[Any, ...], tuple[str, list[Any]]] = {}

    def first(
        self, advisor_ids: Sequence[int], now: datetime, count: int, narrowing: Narrowing = EVERYTHING
    ) -> list[Work]:
        """Give the first `count` lines of all kinds together, by deadline; one query, each kind from its index."""
        place = narrowing.after
        shape = ("first", count, narrowing.kind, narrowing.late, place and place.kind)

        def build(ids: Collection[int], at: datetime) -> Rows | None:
            made_up = place and Place(_PLACE_AT, place.kind, _PLACE_ID)
            parts = self._parts(ids, at, narrowing, made_up)
            heads = [
                rows.order_by("work_due_at", "pk").values_list(*_COLUMNS)[:count] for rows in parts.values()
            ]
            if len(heads) < 2:
                return heads[0] if heads else None
            return _union(heads).order_by("work_due_at", "work_kind", "pk")[:count]

        # Words are written into patterns: such a list is rare, and written anew.
        written_once = None if narrowing.words else shape
        lines = self._ask(written_once, build, advisor_ids, now, place, around=_NAMED)
        return [Work(*line) for line in lines]

    def counts(self, advisor_ids: Sequence[int], now: datetime) -> dict[int, tuple[int, int]]:
        """Count, by kind, what is open and what of it is late; one query over what is open of few advisors."""

        def build(ids: Collection[int], at: datetime) -> Rows | None:
            parts = self._parts(ids, at, EVERYTHING, None)
            return _union(
                [
                    rows.order_by()
                    .values("work_kind")
                    .annotate(open=Count("pk"), late=Count("pk", filter=Q(work_due_at__lte=at)))
                    .values_list("work_kind", "open", "late")
                    for rows in parts.values()
                ]
            )

        lines = self._ask(("counts",), build, advisor_ids, now, None)
        return {kind: (total, late) for kind, total, late in lines}

    def _parts(
        self, advisor_ids: Collection[int], now: datetime, narrowing: Narrowing, after: Place | None
    ) -> dict[int, Rows]:
        chosen: dict[int, Rows] = {}
        for source in self._sources:
            for kind, rows in source(advisor_ids, now).items():
                if narrowing.kind is not None and narrowing.kind != kind:
                    continue
                if narrowing.late:
                    rows = rows.filter(work_due_at__lte=now)
                rows = _of_people(rows, narrowing.words)
                chosen[kind] = _after(rows, kind, after) if after else rows
        return chosen

    def _ask(
        self,
        shape: tuple[Any, ...] | None,
        build: Callable[[Collection[int], datetime], Rows | None],
        advisor_ids: Sequence[int],
        now: datetime,
        place: Place | None,
        *,
        around: str = "{}",
    ) -> list[tuple[Any, ...]]:
        if not advisor_ids:
            return []
        key = shape and (*shape, len(advisor_ids), parameters.current())
        written = self._written.get(key) if key else None
        if written is None:
            rows = build([_ADVISORS - place for place in range(len(advisor_ids))], _NOW)
            if rows is None:
                return []
            sql, params = rows.query.sql_with_params()
            written = with_constants(around.format(sql), params, _is_made_up)
            if key:
                if len(self._written) > 200:  # the parameters changed often: start afresh
                    self._written.clear()
                self._written[key] = written
        sql, made_up = written
        values = [_real(value, advisor_ids, now, place) for value in made_up]
        if key:
            return ask(sql, values)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()


def _is_made_up(value: Any) -> bool:
    """Say whether a value stands for another: a negative number, an instant of the century before last."""
    if isinstance(value, datetime):
        return value < _AFTER_NOW
    return isinstance(value, int) and value < 0


def _real(value: Any, advisor_ids: Sequence[int], now: datetime, place: Place | None) -> Any:
    """Give what a made-up value stands for; every other value stays as it is."""
    if isinstance(value, datetime):
        if _BEFORE_NOW < value < _AFTER_NOW:
            return now + (value - _NOW)
        return place.due_at if place and value == _PLACE_AT else value
    if isinstance(value, int) and value < 0:
        if _ADVISORS - len(advisor_ids) < value <= _ADVISORS:
            return type(value)(advisor_ids[_ADVISORS - value])
        if place and value == _PLACE_ID:
            return type(value)(place.id)
    return value


def _after(rows: Rows, kind: int, place: Place) -> Rows:
    """Keep the rows of one kind that come after this place in the order (due, kind, id)."""
    if kind > place.kind:
        return rows.filter(work_due_at__gte=place.due_at)
    later = Q(work_due_at__gt=place.due_at)
    if kind == place.kind:
        later |= Q(work_due_at=place.due_at, pk__gt=place.id)
    return rows.filter(later)


def _union(queries: Sequence[Rows]) -> Rows:
    head, *others = queries
    return head.union(*others, all=True) if others else head


def _of_people(rows: Rows, words: Collection[str]) -> Rows:
    """Keep what concerns people whose name contains each word.

    No index is needed: the open work of one advisor is a few hundred rows, found through its own.
    """
    for word in words:
        rows = rows.filter(
            Q(claimant__user__last_name__unaccent__icontains=word)
            | Q(claimant__user__first_name__unaccent__icontains=word)
        )
    return rows
