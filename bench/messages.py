"""Messages: the lists, a thread and the search, for both sides, over as many messages as a region writes.

Each page is held against its own template from memory, as the other pages are (`bench.pages`); what the menu
asks on every page is looked at as PostgreSQL does it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from bench import pages, signed_in, work  # noqa: E402
from bench.load import Asked  # noqa: E402
from bench.measuring import Row  # noqa: E402
from bench.pages import Page  # noqa: E402
from bench.seeding import threads  # noqa: E402
from messaging.models import Thread  # noqa: E402
from messaging.waiting import owed  # noqa: E402

# A round of each page: the searches take their time.
REQUESTS = 200
# In one message of some twenty, of anybody's.
WORDS = "attestation"
# An index that answers alone reads its root, a leaf, and for each leaf page one of the visibility map at most.
LOOKED_AT = 8


def main(into: Path) -> None:
    more = [_unread("person", "claimant"), _unread("advisor", "advisor")]
    pages.tell_beside_memory(into, _pages(), REQUESTS, _DATABASE, more)


def _pages() -> list[Page]:
    scale = work.scale()
    people, advisors = scale.signed_in_claimants(), scale.busy_advisors()
    theirs = dict(zip(people, signed_in.sign_in(people), strict=True))
    ours = dict(zip(advisors, signed_in.sign_in(advisors), strict=True))
    long = Thread.objects.filter(last_number__gte=threads.LONGEST - 1)
    spoken = long.filter(claimant_id__in=people).values_list("claimant_id", "ref")
    answered = long.filter(advisor_id__in=advisors).order_by("pk").values_list("advisor_id", "ref")
    search = f"chercher/?q={WORDS}"
    return [
        _page("threads", "/espace/messages/", [Asked("/espace/messages/", key) for key in theirs.values()], 8),
        _page("thread", "/espace/messages/MS-…/",
              [Asked(f"/espace/messages/{ref}/", theirs[person]) for person, ref in spoken], 8),
        _page("found", f"/espace/messages/{search}",
              [Asked(f"/espace/messages/{search}", key) for key in theirs.values()], 8),
        _page("inbox", "/conseiller/messages/",
              [Asked("/conseiller/messages/", key) for key in ours.values()], 14),
        _page("answered", "/conseiller/messages/MS-…/",
              [Asked(f"/conseiller/messages/{ref}/", ours[advisor]) for advisor, ref in answered], 14),
        _page("found_inbox", f"/conseiller/messages/{search}",
              [Asked(f"/conseiller/messages/{search}", key) for key in ours.values()], 14),
    ]  # fmt: skip


# PostgreSQL's part in ms: a page has two; a search looks into each message of a person (some 300) or of all an
# advisor answers (4,300), and writes fifty passages.
_DATABASE = {"found": 5.0, "found_inbox": 30.0}


def _page(name: str, title: str, asked: list[Asked], queries: int) -> Page:
    return Page(name, f"{title} ({'50 rows' if 'MS-' not in title else '50 messages'})", asked, 1.8, queries)


def _unread(who: str, column: str) -> Row:
    """What the menu counts on every page: read from one index, never from the threads themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}_id FROM messaging_thread WHERE {column}_unread > 0"
            " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        )
        busiest = cursor.fetchone()[0]
        seen: list[str] = []

        def look(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
            seen.append(cursor.mogrify(sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(look):
            number = {"person": owed.unread_by_person, "advisor": owed.unread_by_advisor}[who](busiest)
        (query,) = seen
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}")
        plan = cursor.fetchone()[0][0]["Plan"]
    nodes = list(_nodes(plan))
    alone = any(one["Node Type"] == "Index Only Scan" for one in nodes)
    pages_read = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    fetched = sum(one.get("Heap Fetches", 0) for one in nodes)
    return Row(f"the menu’s count of {number} unread threads, {who}", f"{pages_read} pages read", "",
               float(pages_read) if alone else float("inf"), LOOKED_AT, unit=" pages",
               note=f"one index, {fetched:.0f} rows fetched" if alone else "not from the index alone")  # fmt: skip


def _nodes(plan: dict) -> "Sequence[dict]":  # type: ignore[type-arg]
    return [plan, *(one for part in plan.get("Plans", []) for one in _nodes(part))]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
