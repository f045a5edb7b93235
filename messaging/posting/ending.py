"""What goes with time: the file an agency printed after some weeks, the letters with the e-mails of their day."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.models import Letter, LetterBatch
from messaging.states import SETTLED, BatchState
from portal.core import parameters
from portal.core.personal_data import Outcome, erase
from portal.core.safe.storing import discard


def let_letters_go(now: datetime, *, dry_run: bool) -> Outcome:
    """Erase the letters beyond their time that left the agency or were called back, then batches that hold none; old
    ones that still wait are held back."""
    before = now - timedelta(days=parameters.current().retention_email_days)
    old = Letter.objects.filter(written_at__lt=before)
    erased = erase(old.filter(state__in=SETTLED), dry_run=dry_run)
    empty = LetterBatch.objects.filter(~Exists(Letter.objects.filter(batch=OuterRef("pk"))), pdf_key="")
    erase(empty.filter(closed_at__lt=before), dry_run=dry_run)
    return Outcome(erased, old.exclude(state__in=SETTLED).count())


def let_files_go(now: datetime, *, dry_run: bool) -> Outcome:
    """Erase the files to print of batches posted, or emptied, some weeks ago: the row first, then the file."""
    before = now - timedelta(days=parameters.current().retention_print_days)
    over: QuerySet[Any] = LetterBatch.objects.exclude(pdf_key="").filter(
        Q(state=BatchState.POSTED, posted_at__lt=before) | Q(state=BatchState.EMPTIED, closed_at__lt=before)
    )
    if dry_run:
        return Outcome(over.count())
    gone = dict(over.values_list("pk", "pdf_key"))
    # A file that can't be deleted now is nobody's any more: the nightly sweep takes it.
    LetterBatch.objects.filter(pk__in=gone).update(pdf_key="")
    discard(list(gone.values()))
    return Outcome(len(gone))
