"""Input that no browser of a person sends: answered by a calm page, before anything trips over it.

PostgreSQL refuses NUL in a text, an encoder a lone surrogate: unguarded, each becomes an error 500 at
whatever place first meets it.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase

# Our longest honest parameter is an address to come back to; our longest list, a worklist's filters.
LONGEST_PARAMETER = 1_000
LONGEST_QUERY = 4_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class InputsMiddleware:
    """Refuses what could not be stored or read back: the path, the query, cookies, then the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        _refuse_unstorable([request.path_info])
        _check_query(request.META.get("QUERY_STRING", ""))
        _refuse_unstorable(text for pair in request.COOKIES.items() for text in pair)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        """Check the form; here and not earlier, when nobody has asked for an address that exists."""
        if request.method != "POST":
            return
        # A form in another charset would be decoded by any codec Python knows.
        if (request.encoding or "utf-8").lower().replace("_", "-") not in ("utf-8", "utf8"):
            raise BadRequest("form in a strange charset")
        try:
            for name, values in request.POST.lists():
                _refuse_unstorable([name, *values])
            for name, files in request.FILES.lists():
                _refuse_unstorable([name, *(file.name or "" for file in files)])
        except UnreadablePostError:
            pass  # The person left; whoever reads the form next meets the same and gives up.


def _check_query(query: str) -> None:
    if not query:
        return
    if len(query) > LONGEST_QUERY:
        raise BadRequest("query too long")
    for part in query.encode("latin-1", "replace").split(b"&"):
        for raw in part.split(b"=", 1):
            try:
                text = unquote_to_bytes(raw).decode()
            except UnicodeDecodeError as error:
                raise BadRequest("query is not UTF-8") from error
            if len(text) > LONGEST_PARAMETER:
                raise BadRequest("query parameter too long")
            _refuse_unstorable([text])


def _refuse_unstorable(texts: Iterable[str]) -> None:
    if any(_UNSTORABLE.search(text) for text in texts):
        raise BadRequest("NUL or half a character")
