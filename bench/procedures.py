"""Procedures: a person's own, the region's lists before a delegate, one file, one appeal, from both sides.

Each page is held against its own template from memory, as the other pages are (`bench.pages`).
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import django

django.setup()

from django.db.models import QuerySet  # noqa: E402

from accounts.models import DecisionMaker  # noqa: E402
from bench import pages, signed_in, work  # noqa: E402
from bench.load import Asked  # noqa: E402
from bench.pages import Page  # noqa: E402
from measures.models import AppealCase, Case  # noqa: E402
from measures.states import CaseState, WindowState  # noqa: E402

# A round of each page.
REQUESTS = 200
# So many files each delegate opens: fewer than would be noticed as reading in bulk.
FILES_EACH = 5
_S = CaseState


def main(into: Path) -> None:
    pages.tell_beside_memory(into, _pages(), REQUESTS, {})


def _pages() -> list[Page]:
    people = work.scale().signed_in_claimants()
    regions = set(Case.objects.values_list("region", flat=True).distinct())
    delegates = list(DecisionMaker.objects.filter(region__in=regions).order_by("pk"))
    theirs = dict(zip(people, signed_in.sign_in(people), strict=True))
    ours = dict(zip(delegates, signed_in.sign_in([one.pk for one in delegates]), strict=True))
    own = Case.objects.filter(claimant_id__in=people).order_by("pk")
    answered, measured = own.filter(state=_S.OBSERVATIONS_FILED), own.filter(state=_S.IN_FORCE)
    contested = AppealCase.objects.filter(state=WindowState.INTERRUPTED).order_by("pk")
    keys = list(ours.values())
    return [
        _person("answered", "/espace/procedures/PR-…/ (answered)", "/espace/procedures", answered, theirs),
        _person("measured", "/espace/procedures/PR-…/ (measure)", "/espace/procedures", measured, theirs),
        _person("contested", "/espace/recours/RC-…/", "/espace/recours",
                contested.filter(case__claimant_id__in=people).select_related("case"), theirs),
        _delegate("cases", "/decisions/ (50 rows)", [Asked("/decisions/", key) for key in keys]),
        _delegate("case", "/decisions/PR-…/", _files(
            "/decisions", Case.objects.filter(state=_S.OBSERVATIONS_FILED), "region", ours)),
        _delegate("appeals", "/decisions/recours/ (50 rows)", [Asked("/decisions/recours/", key) for key in keys]),
        _delegate("appeal", "/decisions/recours/RC-…/", _files("/decisions/recours", contested, "case__region", ours)),
    ]  # fmt: skip


def _person(
    name: str, title: str, address: str, rows: "QuerySet[Case] | QuerySet[AppealCase]", keys: dict[int, str]
) -> Page:
    return Page(
        name, title, [Asked(f"{address}/{one.ref}/", keys[_whose(one)]) for one in rows[:REQUESTS]], 1.8, 8
    )


def _whose(one: Case | AppealCase) -> int:
    return one.claimant_id


def _delegate(name: str, title: str, asked: list[Asked]) -> Page:
    return Page(name, title, asked, 2, 14)


def _files(
    address: str,
    rows: "QuerySet[Case] | QuerySet[AppealCase]",
    region: str,
    ours: dict[DecisionMaker, str],
) -> list[Asked]:
    """Some files of each region, shared out among its delegates."""
    found: list[Asked] = []
    for number, (delegate, key) in enumerate(ours.items()):
        of_region: Sequence[Case | AppealCase] = list(
            rows.filter(**{region: delegate.region}).order_by("pk")[: FILES_EACH * 8]
        )
        found += [Asked(f"{address}/{one.ref}/", key) for one in of_region[number % 8 :: 8]]
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
