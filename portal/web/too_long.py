"""More text than a form may bring at once: said as such, with its beginning given back, whatever the form.

No browser of a person sends it (each box has its length); what does is a program, or a page that was changed. Django
stops reading at `DATA_UPLOAD_MAX_MEMORY_SIZE`, and nothing here reads more: the beginning alone is looked at again.
"""

import re
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.template.loader import get_template
from django.views.defaults import bad_request

from messaging.models import BODY_MAX
from portal.core.french import number
from portal.web.unavailable import PRIVATE_PAGES

# Enough for the longest message in the widest writing of a form, and for the fields before it.
_LOOKED_AT = 200_000
_HALF_AN_ESCAPE = re.compile(rb"%[0-9A-Fa-f]?\Z")


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a text is too long and how long it may be (413); any other request nobody understands is a 400."""
    if not isinstance(exception, RequestDataTooBig):
        return bad_request(request, exception)
    context = {"most": number(BODY_MAX), "beginning": _beginning(request)[:BODY_MAX]}
    return HttpResponse(get_template("413.html").render(context), status=413)


def _beginning(request: HttpRequest) -> str:
    """Give the start of the longest text of the form, to whoever typed it on a page of ours."""
    origin = request.headers.get("Origin", "")
    if request.path.startswith(PRIVATE_PAGES) or (
        origin and urlsplit(origin).netloc != request.headers.get("Host", "")
    ):
        return ""
    try:
        fields = _fields(request)
    except (MultiPartParserError, SuspiciousOperation, OSError, ValueError):
        return ""
    if any("password" in name or "code" in name for name in fields):
        return ""
    texts = [value for name in fields for value in fields.getlist(name)]
    return max(texts, key=len, default="").rstrip("\ufffd").replace("\x00", "")


def _fields(request: HttpRequest) -> QueryDict:
    """Read the fields at the beginning of a form, the last of them cut off."""
    is_multipart = request.content_type == "multipart/form-data"
    start = _first_bytes(request, is_multipart=is_multipart)
    if not is_multipart:
        return QueryDict(_HALF_AN_ESCAPE.sub(b"", start), encoding="utf-8")
    content_params: dict[str, str] = request.content_params or {}
    whole = start + f"\r\n--{content_params.get('boundary', '')}--\r\n".encode("ascii", "ignore")
    described: dict[str, Any] = {"CONTENT_TYPE": request.META["CONTENT_TYPE"], "CONTENT_LENGTH": len(whole)}
    fields, _ = MultiPartParser(described, BytesIO(whole), [], "utf-8").parse()
    return fields


def _first_bytes(request: HttpRequest, *, is_multipart: bool) -> bytes:
    """Read the beginning of what was sent again, where it stands in memory or in a file; else what nobody has read."""
    sent = request.META.get("wsgi.input")
    if sent is not None and sent.seekable():
        sent.seek(0)
        beginning: bytes = sent.read(_LOOKED_AT)
        return beginning
    return b"" if is_multipart else request.read(_LOOKED_AT)
