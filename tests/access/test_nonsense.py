"""A crawl that puts nonsense into every parameter and every field: never a 500."""

import logging
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import transaction

from accounts.web import entrance
from tests.access.addresses import filled, routes
from tests.access.test_every_address import let_in

NONSENSE = ["\x00", "\ud800", "é" * 100_000, "-1", "9" * 400, "{{7*7}}'\"<script>", "٣", "2026-13-45T99:99"]
# In every form, and tried with all the others at once.
USUAL = {"csrfmiddlewaretoken", "form_key", "form_owner", "owner", "next"}
CODE = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def quiet():
    """Thousands of refusals are asked for here: a test run would keep each with its whole request."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Answers at the door are held back (tests/accounts/test_signing_in.py looks at that): not hundreds of times."""
    monkeypatch.setattr(entrance, "UNIFORM_SECONDS", 0)


@cache
def parameters() -> list[str]:
    """Every query parameter the code reads."""
    found = set()
    for room in ("accounts", "convocations", "measures", "messaging", "portal"):
        for file in (CODE / room).rglob("*.py"):
            found |= set(re.findall(r"GET(?:\.get|\.getlist)?[(\[]\"(\w+)\"", file.read_text()))
    return sorted(found | {"p", "page", "q"})


class Forms(HTMLParser):
    """The forms of a page: where each goes and its fields with what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, str]]] = []
        self.select = ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append((given.get("action") or "", (given.get("method") or "get").lower(), {}))
        elif self.forms and tag in {"input", "textarea", "select", "button"} and given.get("name"):
            name = given["name"]
            if tag == "select":
                self.select = name
            if given.get("type") != "file":
                self.forms[-1][2].setdefault(name, given.get("value") or "")
        elif (
            tag == "option" and self.select and given.get("value") and not self.forms[-1][2].get(self.select)
        ):
            self.forms[-1][2][self.select] = given["value"]


def written(values: dict[str, str]) -> str:
    """Write fields as a browser does, which parts of a character pass through too."""
    return urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in values.items()})


def pages(world):
    """Each page that somebody may open, once, by somebody who may."""
    for route in routes():
        if "<path" in route or "(?P" in route or "<str" in route:
            continue
        allowed = let_in(route)
        who = next(
            (
                each
                for each in ("person", "advisor", "supervisor", "decision maker", "admin", "nobody")
                if each in allowed
            ),
            None,
        )
        # The health page says 503 here, where no worker beats.
        if who and route != "/healthz" and not route.startswith(("/deconnexion/", "/admin/logout/")):
            yield filled(route, world.parts), world.browsers[who]


@pytest.mark.filterwarnings("ignore")
def test_nonsense_in_a_query_is_never_an_error(world):
    broken = []
    for address, browser in pages(world):
        for value in NONSENSE:
            if len(value) > 2_000:
                continue
            answer = browser.get(address, dict.fromkeys(parameters(), value.encode("utf-8", "surrogatepass")))
            if answer.status_code >= 500:
                broken.append(f"{address} {value[:20]!r}: {answer.status_code}")
    assert not broken, "\n".join(broken)


@pytest.mark.filterwarnings("ignore")
def test_nonsense_in_a_form_is_never_an_error(world):
    broken, posted, seen = [], 0, set()
    for address, browser in pages(world):
        shown = browser.get(address)
        if "html" not in shown.get("Content-Type", "") or shown.status_code != 200:
            continue
        parser = Forms()
        parser.feed(shown.content.decode())
        for action, method, fields in parser.forms:
            target = address if action in {"", "#"} else action.split("?")[0]
            known = (target, tuple(fields))
            if method != "post" or known in seen or "deconnexion" in target or "logout" in target:
                continue
            seen.add(known)
            tries = [dict.fromkeys(fields, value) for value in NONSENSE]
            tries += [{**fields, name: "\x00"} for name in fields if name not in USUAL]
            for values in tries:
                posted += 1
                with transaction.atomic():
                    answer = browser.post(target, written(values), "application/x-www-form-urlencoded")
                    transaction.set_rollback(True)
                if answer.status_code >= 500:
                    broken.append(f"{target} {str(values)[:80]}: {answer.status_code}")
    assert posted > 150, "the crawl found hardly any form"
    assert not broken, "\n".join(broken)
