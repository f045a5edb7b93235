"""The product's own templates, filled from objects that already stand in memory: what rendering alone costs.

The first request of each process asks the product's page for some of the people who sign in, and keeps
template and context of each; every later one only renders the next of them. No session, no query: the
wrapper around a first rendering of each raises at the first one.
"""

import json
import os
from collections.abc import Iterator
from itertools import cycle
from threading import Lock
from typing import Any, NoReturn

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.template.base import Template as BaseTemplate
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import instrumented_test_render

Kept = tuple[Template, dict[str, Any]]
_kept: dict[str, Iterator[Kept]] = {}
_one_at_a_time = Lock()


@login_not_required
def from_memory(request: HttpRequest, name: str) -> HttpResponse:
    """Render a page of the product from what was kept of it."""
    with _one_at_a_time:
        if name not in _kept:
            _kept[name] = cycle(_keep_all(name))
        kept = next(_kept[name])
    return HttpResponse(_render(kept))


def from_memory_signed_in(request: HttpRequest, name: str) -> HttpResponse:
    """Render the same once it is known who asks: what any signed-in page of this portal costs at the least."""
    if not request.user.is_authenticated:
        raise RuntimeError("the bench asks without a session")
    return from_memory(request, name)


def _render(kept: Kept) -> str:
    template, values = kept
    return template.render(Context(values))


def _keep_all(name: str) -> list[Kept]:
    pages = [_keep(path, session) for path, session in json.loads(os.environ[f"BENCH_PAGE_{name}"])]
    with connection.execute_wrapper(_no_query):
        for kept in pages:
            _render(kept)
    return pages


def _keep(path: str, session: str) -> Kept:
    """Ask the product for a page, and keep the template and everything it was given."""
    found: list[Kept] = []

    def keep(sender: Any, template: Template, context: Any, **_: Any) -> None:
        if not found:
            found.append((template, context.flatten()))

    plain = BaseTemplate._render  # type: ignore[attr-defined]
    BaseTemplate._render = instrumented_test_render  # type: ignore[attr-defined]
    template_rendered.connect(keep)
    try:
        client = Client(headers={"host": "127.0.0.1"})
        client.cookies["session"] = session
        response = client.get(path)
    finally:
        template_rendered.disconnect(keep)
        BaseTemplate._render = plain  # type: ignore[attr-defined]
    if response.status_code != 200 or not found:
        raise RuntimeError(f"{path} answers {response.status_code}")
    return found[0]


def _no_query(execute: Any, sql: str, *_: Any) -> NoReturn:
    raise RuntimeError(f"the template asks the database: {sql[:200]}")
