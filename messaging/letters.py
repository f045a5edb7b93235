"""Papers people keep: accessible PDFs (PDF/UA-1) typeset from `templates/letters/`.

What a letter says comes in as data, never as markup: a name or a text with `#import` in it stays text.
The same data give the same bytes, so that both sides hold the same paper.
"""

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import typst
from django.conf import settings

_LETTERS = settings.BASE_DIR / "templates" / "letters"
# One compiler keeps its fonts read (half a second the first time); it works for one caller at a time.
_alone = threading.Lock()


def typeset(letter: str, data: Mapping[str, Any], *, dated: datetime) -> bytes:
    """Make the PDF of `templates/letters/<letter>.typ` from JSON-like data; `dated` is what its metadata say.

    Raises when the paper would not be accessible (no title, no language): that is an error of ours.
    """
    with _alone:
        made = _compiler(letter).compile(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=int(dated.timestamp()),
        )
    return bytes(made)


@cache
def _compiler(letter: str) -> Any:
    # Only the fonts that come with typst: the same paper on every machine.
    return typst.Compiler(input=str(_LETTERS / f"{letter}.typ"), root=str(_LETTERS), ignore_system_fonts=True)
