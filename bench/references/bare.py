"""The product's own templates, filled from objects that already stand in memory: what rendering alone costs.

The first request of each process asks the product's page for some of the people who sign in, and keeps
template and context of each; every later one only renders the next of them. No session, no query: the
wrapper around a first rendering of each raises at the first one.

In memory the dates are words already. The bars were set beside templates that write theirs from moments with
Django's `date` filter: the same page is also served so, as many moments as it shows dates.

And with its statements: the page's own questions, asked anew of the database by nothing but the driver, before
the same rendering. Less than that no page that says what is true now can cost.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle
from threading import Lock
from typing import Any, NoReturn

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template, engines
from django.template.base import Template as BaseTemplate
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import instrumented_test_render


@dataclass(frozen=True)
class Kept:
    """A page of the product: its template, what that was given, how many dates it shows, what was asked for it."""

    template: Template
    values: dict[str, Any]
    dates: int
    statements: list[tuple[str, Any]]


_kept: dict[str, Iterator[Kept]] = {}
_one_at_a_time = Lock()
# Django's own cursors put the values in themselves: PostgreSQL would plan each statement anew.
_planned_once: Any = ServerBindingCursor


@login_not_required
def from_memory(request: HttpRequest, name: str) -> HttpResponse:
    """Render a page of the product from what was kept of it."""
    return HttpResponse(_render(_next(name)))


def from_memory_signed_in(request: HttpRequest, name: str) -> HttpResponse:
    """Render the same once it is known who asks: what any signed-in page of this portal costs at the least."""
    if not request.user.is_authenticated:
        raise RuntimeError("the bench asks without a session")
    return from_memory(request, name)


@login_not_required
def from_memory_with_dates(request: HttpRequest, name: str) -> HttpResponse:
    """Render the same, and write as many dates as it shows the way a template does that is given moments."""
    kept = _next(name)
    return HttpResponse(_render(kept) + _dates().render({"moments": _MOMENTS[: kept.dates]}))


@login_not_required
def from_memory_with_statements(request: HttpRequest, name: str) -> HttpResponse:
    """Ask the database all that the page asks it, by the driver alone, and render from memory."""
    kept = _next(name)
    connection.ensure_connection()
    with _planned_once(connection.connection) as cursor:
        for sql, values in kept.statements:
            cursor.execute(sql, values, prepare=True).fetchall()
    return HttpResponse(_render(kept))


_DATE = re.compile(r"\d(?:er)?[\s\u00a0](?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)")
_MOMENTS = [datetime(2026, 1, 1, 8, 30, tzinfo=UTC) + timedelta(days=n, minutes=7 * n) for n in range(500)]


@cache
def _dates() -> Any:
    return engines["django"].from_string(
        "{% for moment in moments %}<!-- {{ moment|date:'l j F Y \\à G \\h i' }} -->{% endfor %}"
    )


def _next(name: str) -> Kept:
    with _one_at_a_time:
        if name not in _kept:
            _kept[name] = cycle(_keep_all(name))
        return next(_kept[name])


def _render(kept: Kept) -> str:
    return kept.template.render(Context(kept.values))


def _keep_all(name: str) -> list[Kept]:
    pages = [_keep(path, session) for path, session in json.loads(os.environ[f"BENCH_PAGE_{name}"])]
    with connection.execute_wrapper(_no_query):
        for kept in pages:
            _render(kept)
    return pages


def _keep(path: str, session: str) -> Kept:
    """Ask the product for a page, and keep the template and everything it was given."""
    found: list[tuple[Template, dict[str, Any]]] = []
    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    def keep(sender: Any, template: Template, context: Any, **_: Any) -> None:
        if not found:
            found.append((template, context.flatten()))

    plain = BaseTemplate._render  # type: ignore[attr-defined]
    BaseTemplate._render = instrumented_test_render  # type: ignore[attr-defined]
    template_rendered.connect(keep)
    try:
        client = Client(headers={"host": "127.0.0.1"})
        client.cookies["session"] = session
        with connection.execute_wrapper(note):
            response = client.get(path)
    finally:
        template_rendered.disconnect(keep)
        BaseTemplate._render = plain  # type: ignore[attr-defined]
    if response.status_code != 200 or not found:
        raise RuntimeError(f"{path} answers {response.status_code}")
    return Kept(*found[0], len(_DATE.findall(response.content.decode())), statements)


def _no_query(execute: Any, sql: str, *_: Any) -> NoReturn:
    raise RuntimeError(f"the template asks the database: {sql[:200]}")
