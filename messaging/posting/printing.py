"""Make the file an agency prints: all letters of a batch, each beginning on a sheet of its own."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django.db import connection

from messaging import deeds, letters
from messaging.models import Letter, LetterBatch
from messaging.posting.barcodes import code39
from messaging.states import BatchState, LetterState
from portal.core import deadlines
from portal.core.deadlines import Due, NoAnswer, Settle
from portal.core.french import NBSP, full_date
from portal.core.safe.storing import StoreUnavailable, keep
from portal.core.safe.sweeping import sweeps

if TYPE_CHECKING:
    import pikepdf

FOLDER = "letters"
# The typesetter remembers its last ten pieces: with twenty letters each 5,000 take 570 MB, with a hundred 1.6 GB.
AT_ONCE = 20
# A page put into another file keeps all of its own in memory until that is saved: after so many letters it is.
SECTION = 400


@deadlines.handles_slowly(deeds.DUE_PRINT, "impression d’un lot de courrier")
@contextmanager
def print_batch(due: Due) -> Iterator[Settle | None]:
    """Typeset one batch and store its file; a worker killed meanwhile leaves at most a file that is swept away."""
    batch = LetterBatch.objects.filter(pk=due.subject_id, state=BatchState.CLOSED).first()
    if batch is None:
        yield None
        return
    with TemporaryFile() as file:
        pages = _typeset(batch, cast(BinaryIO, file))
        try:
            key = keep(file, FOLDER)
        except StoreUnavailable as trouble:
            raise NoAnswer(str(trouble)) from trouble
        size = file.seek(0, io.SEEK_END)
    yield partial(_printed, batch.pk, key, size, pages)


def of_letter(letter: Letter) -> bytes:
    """Make one letter as an accessible PDF: the same paper as in the batch."""
    title = f"Lettre {letter.ref}{NBSP}: {letter.words['title']}"
    return letters.typeset("notice", {"title": title, "letters": [shown(letter)]}, dated=letter.written_at)


def shown(letter: Letter) -> dict[str, Any]:
    """Give what is printed of a letter: its frozen words, its address, its bars."""
    number = f"{NBSP}n°{NBSP}{letter.registered_number}" if letter.registered_number else ""
    return {
        **letter.words,
        "recipient": letter.recipient,
        "bars": code39(str(letter.ref)),
        "registered": f"Lettre recommandée avec avis de réception{number}" if letter.is_registered else "",
    }


def _typeset(batch: LetterBatch, file: BinaryIO) -> dict[int, int]:
    """Write all letters into one file, in the order of the manifest; how many pages each has."""
    # Read by the worker that prints alone: every process imports this module.
    import pikepdf

    pages: dict[int, int] = {}
    rows = Letter.objects.filter(batch=batch, state=LetterState.BATCHED).order_by("id")
    with ExitStack() as kept, pikepdf.new() as whole:
        for section in _in_lots(rows.iterator(chunk_size=AT_ONCE), SECTION):
            written = kept.enter_context(TemporaryFile())
            pages |= _typeset_section(batch, section, cast(BinaryIO, written))
            whole.pages.extend(kept.enter_context(pikepdf.open(written)).pages)
        whole.save(file)
    return pages


def _typeset_section(batch: LetterBatch, section: Sequence[Letter], file: BinaryIO) -> dict[int, int]:
    import pikepdf

    pages: dict[int, int] = {}
    with pikepdf.new() as whole:
        for piece in _in_lots(section, AT_ONCE):
            title = f"Courrier du {full_date(batch.day)}"
            made = letters.typeset(
                "notice",
                {"title": title, "letters": [shown(letter) for letter in piece]},
                dated=batch.closed_at,
                for_print=True,
            )
            with pikepdf.open(io.BytesIO(made)) as pdf:
                counts = _counts(pdf)
                pages |= {letter.pk: count for letter, count in zip(piece, counts, strict=True)}
                whole.pages.extend(pdf.pages)
            if len(whole.pages) % 2:
                whole.add_blank_page(page_size=(595.28, 841.89))
        whole.save(file)
    return pages


def _in_lots(rows: Iterable[Letter], size: int) -> Iterator[list[Letter]]:
    left = iter(rows)
    while lot := list(islice(left, size)):
        yield lot


def _counts(pdf: "pikepdf.Pdf") -> list[int]:
    """Count each letter's pages: it begins where its title stands in the outline; a blank back is none of them."""
    places = {page.objgen: index for index, page in enumerate(pdf.pages)}
    with pdf.open_outline() as outline:
        # Pages are asked for by object: the destination of an entry begins with its page.
        starts = [places[_page_of(entry).objgen] for entry in outline.root]
    counts = []
    for start, after in zip(starts, [*starts[1:], len(pdf.pages)], strict=True):
        blank = after - start > 1 and not pdf.pages[after - 1].Contents.read_bytes().strip()
        counts.append(after - start - blank)
    return counts


def _page_of(entry: Any) -> Any:
    return entry.destination[0] if entry.destination is not None else entry.action.D[0]


def _printed(batch_id: int, key: str, size: int, pages: Mapping[int, int], now: datetime) -> None:
    batch = LetterBatch.objects.select_for_update(no_key=True).get(pk=batch_id)
    batch.pdf_key, batch.pdf_size, batch.printed_at = key, size, now
    batch.move_to(BatchState.PRINTED, saving=["pdf_key", "pdf_size", "printed_at"])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_letter SET pages = printed.pages
            FROM unnest(%s::bigint[], %s::smallint[]) AS printed (letter_id, pages) WHERE id = letter_id
            """,
            [list(pages), list(pages.values())],
        )


def _known(keys: Sequence[str]) -> set[str]:
    return set(LetterBatch.objects.filter(pdf_key__in=keys).values_list("pdf_key", flat=True))


sweeps(FOLDER, _known)
