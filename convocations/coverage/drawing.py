"""A commune as a map of a hundred squares: one for each inhabitant in a hundred, fuller as the network is better.

The size of a square says its level, so that the map reads without colours.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from convocations.coverage.looking_up import Coverage, Mobile
from portal.core.french import NBSP, number

SIDE = 10
LEVELS = (
    ("very_good", "très bonne", 9),
    ("good", "bonne", 6),
    ("limited", "limitée", 3),
    ("none", "aucune", 0),
)
# What a video call rides on, the better first.
_DRAWN = ("4G", "5G", "3G")


def panel(coverage: Coverage) -> dict[str, Any]:
    """Give a page's panel what it shows: maps, rows of the table, bars."""
    drawn = next(
        (name for name in _DRAWN if any(one.technology == name for one in coverage.mobile)),
        "",
    )
    return {
        "coverage": coverage,
        "technology": drawn,
        "maps": [_map(one) for one in coverage.mobile if one.technology == drawn],
        "legend": [{"label": label, "path": _square(0, 0, size)} for _, label, size in LEVELS],
        "columns": [
            {"label": "Réseau"},
            *({"label": f"Couverture {label}", "number": True} for _, label, _ in LEVELS),
        ],
        "lines": [
            [f"{one.operator} {one.technology}", *(_percent(share) for share in _shares(one))]
            for one in coverage.mobile
        ],
        "bars": _bars(coverage),
    }


def _bars(coverage: Coverage) -> list[dict[str, Any]]:
    if coverage.fixed is None:
        return []
    return [
        {"label": f"{speed}{NBSP}Mbit/s ou plus", "value": _share(count, coverage.fixed.premises)}
        for speed, count in coverage.fixed.reached
    ]


def _share(part: int, whole: int) -> int:
    """Give a percentage that is 0 or 100 only where none or all are meant."""
    rounded = round(100 * part / whole)
    return min(rounded, 99) if part < whole else 100 if part else 0


def _percent(share: Decimal) -> str:
    return f"{number(float(share))}{NBSP}%"


def _shares(one: Mobile) -> tuple[Decimal, ...]:
    return tuple(getattr(one, name) for name, _, _ in LEVELS)


def _map(one: Mobile) -> dict[str, Any]:
    counts = hundred(_shares(one))
    paths, drawn = [], 0
    for (name, _, size), count in zip(LEVELS, counts, strict=True):
        squares = range(drawn, drawn + count)
        if count:
            d = "".join(_square(index % SIDE * 12, index // SIDE * 12, size) for index in squares)
            paths.append({"level": name.replace("_", "-"), "d": d})
        drawn += count
    return {"operator": one.operator, "paths": paths, "covered": sum(counts[:3]), "well": sum(counts[:2])}


def hundred(shares: Sequence[Decimal]) -> list[int]:
    """Part a hundred squares by these shares, the largest remainders served first."""
    whole = sum(shares)
    exact = [100 * share / whole for share in shares]
    counts = [int(one) for one in exact]
    by_rest = sorted(range(len(exact)), key=lambda index: counts[index] - exact[index])
    for index in by_rest[: 100 - sum(counts)]:
        counts[index] += 1
    return counts


def _square(x: int, y: int, size: int) -> str:
    """Draw one square in its place of 12 by 12; without a network, its outline."""
    if not size:
        return f"M{x + 2.5:g} {y + 2.5:g}h7v7h-7z"
    edge = (12 - size) / 2
    return f"M{x + edge:g} {y + edge:g}h{size}v{size}h-{size}z"
