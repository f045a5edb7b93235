"""Every address of the product, from the URL conf, with the parts of the access cast put in."""

import re
from collections.abc import Iterator, Mapping

from django.urls import URLResolver, get_resolver

_PART = re.compile(r"<(?:\w+:)?(\w+)>")
# References that no row has, one a kind.
MISSING = {
    "convocations": "CV-0000-0001",
    "absences": "AB-0000-0001",
    "demandeurs": "DE-0000-0001",
    "justificatifs": "JU-0000-0001",
    "demandes": "DM-0000-0001",
    "appels": "AP-0000-0001",
    "rappel": "AP-0000-0001",
    "suivis": "SU-0000-0001",
    "documents": "DO-0000-0001",
    "piece": "JU-0000-0001",
    "messages": "MS-0000-0001",
    "reponses-types": "RT-0000-0001",
    "lots": "LO-0000-0001",
    "lettres": "LT-0000-0001",
    "procedures": "PR-0000-0001",
    "recours": "RC-0000-0001",
    "decisions": "PR-0000-0001",
    "number": "999999999",
    "owed": "999999999",
    "key": "00000000-0000-4000-8000-000000000000",
    "feed": "0" * 43,
}


def routes(urls: str | None = None) -> list[str]:
    """Every route of the URL conf (the product's, or one that adds to it), as it is written there."""
    return [route for route in _walk(get_resolver(urls).url_patterns, "/") if route != "/"] + ["/"]


def _walk(patterns: list, before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route


def filled(route: str, parts: Mapping[str, str]) -> str:
    """Put the parts into a route; a part nobody named is an error: a new page names its own."""

    def part(found: re.Match[str]) -> str:
        name = found.group(1)
        if name == "ref":
            name = route[: found.start()].rstrip("/").rpartition("/")[2]
        return parts[name]

    return _PART.sub(part, route)
