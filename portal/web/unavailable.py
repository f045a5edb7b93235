"""The last page there is: the portal failed, or what it stands on is away for now.

Shown from anywhere, the middleware included: no query, no session, no context. What a person had typed
is given back, since nobody can say that it was kept.
"""

import errno
import sys
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.template.loader import get_template
from psycopg.errors import ReadOnlySqlTransaction
from redis.exceptions import RedisError

# Typed on a page of signing in: for nobody's screen.
PRIVATE_PAGES = ("/connexion/", "/compte/")
_OURS = ("csrfmiddlewaretoken", "form_owner", "form_key")
_LARGEST = 50_000
# A disk that takes nothing: full, over its share, read-only, or at a limit of the process.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
RETRY_SECONDS = "60"


@dataclass
class Typed:
    """What a person had sent: to be read again, and sent again where no file is missing."""

    path: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    had_files: bool = False

    @property
    def texts(self) -> list[str]:
        return [value for name, value in self.fields if name not in _OURS and " " in value.strip()]


def failed(request: HttpRequest) -> HttpResponse:
    """Say that the portal has a problem (500), or that it will be back (503) and what to do meanwhile."""
    error = sys.exc_info()[1]
    read_only = isinstance(getattr(error, "__cause__", None), ReadOnlySqlTransaction)
    full = isinstance(error, OSError) and error.errno in _NO_ROOM
    away = read_only or full or isinstance(error, OperationalError | InterfaceError | RedisError)
    if not away:
        return HttpResponse(get_template("500.html").render(), status=500)
    sent = request.method == "POST"
    context = {
        "read_only": read_only,
        "sent": sent,
        "typed": _typed(request) if sent else None,
        "here": request.path if request.method in ("GET", "HEAD") else "",
    }
    response = HttpResponse(get_template("503.html").render(context), status=503)
    response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _typed(request: HttpRequest) -> Typed | None:
    if request.path.startswith(PRIVATE_PAGES):
        return None
    try:
        posted, files = request.POST, request.FILES
    except (UnreadablePostError, DatabaseError, AttributeError, OSError, ValueError):
        return None
    # Whoever has a password in a form types it again.
    if any("password" in name or "code" in name for name in posted):
        return None
    fields = [(name, value) for name, values in posted.lists() for value in values]
    if sum(len(name) + len(value) for name, value in fields) > _LARGEST:
        return None
    return Typed(request.path, fields, bool(files))
