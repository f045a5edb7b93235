"""One line of an advisor's list: what every app puts there, in the same columns, and how it is asked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, Count, F, Q, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Cast

Rows = QuerySet[Any, Any]


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
    first_name: str
    last_name: str
    since: datetime
    detail: str


class Place(NamedTuple):
    """Where a page of the list ended: what follows it comes next."""

    due_at: datetime
    kind: int
    id: int


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


def after(rows: Rows, kind: int, place: Place) -> Rows:
    """Keep the rows of one kind that come after this place in the order (due, kind, id)."""
    if kind > place.kind:
        return rows.filter(work_due_at__gte=place.due_at)
    later = Q(work_due_at__gt=place.due_at)
    if kind == place.kind:
        later |= Q(work_due_at=place.due_at, pk__gt=place.id)
    return rows.filter(later)


def first(parts: Mapping[int, Rows], count: int) -> list[Work]:
    """Give the first `count` lines of all kinds together, by deadline; one query, each kind from its index."""
    columns = (
        "work_due_at",
        "work_kind",
        "pk",
        "work_ref",
        "claimant_id",
        *_NAMES,
        "work_since",
        "work_detail",
    )
    heads = [rows.order_by("work_due_at", "pk").values_list(*columns)[:count] for rows in parts.values()]
    if len(heads) > 1:
        heads = [_union(heads).order_by("work_due_at", "work_kind", "pk")[:count]]
    return [Work(*line) for head in heads for line in head]


def counts(parts: Mapping[int, Rows], now: datetime) -> dict[int, tuple[int, int]]:
    """Count, by kind, what is open and what of it is late; one query over what is open of few advisors."""
    numbers = [
        rows.order_by()
        .values("work_kind")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(work_due_at__lte=now)))
        .values_list("work_kind", "open", "late")
        for rows in parts.values()
    ]
    return {kind: (total, late) for kind, total, late in _union(numbers)} if numbers else {}


def _union(queries: Sequence[Rows]) -> Rows:
    head, *others = queries
    return head.union(*others, all=True) if others else head


def of_person(rows: Rows, words: Collection[str]) -> Rows:
    """Keep what concerns people whose name contains each word; accents and capitals do not matter.

    No index is needed: the open work of one advisor is a few hundred rows, found through its own.
    """
    for word in words:
        rows = rows.filter(
            Q(claimant__user__last_name__unaccent__icontains=word)
            | Q(claimant__user__first_name__unaccent__icontains=word)
        )
    return rows


_NAMES = ("claimant__user__first_name", "claimant__user__last_name")
