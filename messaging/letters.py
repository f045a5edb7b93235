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


def typeset(letter: str, data: Mapping[str, Any], *, dated: datetime, for_print: bool = False) -> bytes:
    """Make the PDF of `templates/letters/<letter>.typ` from JSON-like data; `dated` is what its metadata say.

    Raises when the paper would not be accessible (no title, no language): that is an error of ours. `for_print`:
    for a printer alone, without what a screen reader follows.
    """
    # PDF/UA is what a person is given; a printer is spared a third of the bytes.
    manner: dict[str, Any] = {"pdf_tags": False} if for_print else {"pdf_standards": ["ua-1"]}
    with _alone:
        made = _compiler(letter).compile(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=int(dated.timestamp()),
            **manner,
        )
    return bytes(made)


@cache
def _compiler(letter: str) -> Any:
    # Only the fonts that come with typst: the same paper on every machine.
    return typst.Compiler(input=str(_LETTERS / f"{letter}.typ"), root=str(_LETTERS), ignore_system_fonts=True)
