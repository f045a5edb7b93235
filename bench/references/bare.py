"""The product's own templates, filled from objects that already stand in memory: what rendering alone costs.

The first request of each process asks the product's page once and keeps its template and context; every
later one only renders. No session, no query: the wrapper around it raises at the first one.
"""

import os
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

_kept: dict[str, tuple[Template, dict[str, Any]]] = {}
_one_at_a_time = Lock()


@login_not_required
def from_memory(request: HttpRequest, name: str) -> HttpResponse:
    """Render a page of the product from what was kept of it."""
    with _one_at_a_time:
        if name not in _kept:
            path, session = os.environ[f"BENCH_PAGE_{name}"].split(" ")
            _kept[name] = _keep(path, session)
            with connection.execute_wrapper(_no_query):
                _render(name)
    return HttpResponse(_render(name))


def _render(name: str) -> str:
    template, values = _kept[name]
    return template.render(Context(values))


def _keep(path: str, session: str) -> tuple[Template, dict[str, Any]]:
    """Ask the product for a page, and keep the template and everything it was given."""
    found: list[tuple[Template, dict[str, Any]]] = []

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
