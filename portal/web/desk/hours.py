"""How hours read on the pages that set them, and which line somebody takes back."""

from dataclasses import dataclass
from datetime import time

from django.http import HttpRequest

HOME = "/conseiller/disponibilites/"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that can be taken back: what, in words."""

    key: str
    what: str
    detail: str = ""
    note: str = ""
    warning: str = ""
    edit_url: str = ""


def span(starts: time | None, ends: time | None) -> str:
    """Say from when to when, or all day."""
    return f"de {_hour(starts)} à {_hour(ends)}" if starts and ends else "toute la journée"


def _hour(at: time) -> str:
    return f"{at.hour}\u00a0h\u00a0{at.minute:02}" if at.minute else f"{at.hour}\u00a0h"


def removed(request: HttpRequest) -> tuple[str, int]:
    """Read which line is taken back; nothing when the page was changed by hand."""
    what, _, number = request.POST.get("retirer", "").partition(":")
    readable = number.isascii() and number.isdigit() and len(number) < 16
    return (what, int(number)) if readable else ("", 0)
