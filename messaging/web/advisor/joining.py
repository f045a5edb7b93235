"""Files an advisor joins to what they write: in the person's safe with the message, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest

from accounts.access import actor
from accounts.models import Claimant
from messaging.models import Message
from messaging.threads.messages import sent_before
from messaging.web.advisor.forms import SayForm
from portal.core.journal import Actor
from portal.core.models import DocumentFile
from portal.core.safe import choosing
from portal.core.safe.storing import discard
from portal.core.transitions import Refusal


class NotAllTaken(Refusal):
    """A file among them cannot be kept: nothing is sent, each bad one is named."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


Write = Callable[[Sequence[int]], Message]


def sent(
    form: SayForm, request: HttpRequest, person: Claimant, write: Write, *, now: datetime
) -> Message | None:
    """Send what was posted with its files; None when something must be corrected, which the form then says."""
    try:
        return _send(form, request.FILES.getlist("uploads"), person, write, by=actor(request), now=now)
    except NotAllTaken as refused:
        for sentence in refused.sentences:
            form.add_error("uploads", sentence)
    except Refusal as refusal:
        form.refuse(refusal)
    return None


def _send(
    form: SayForm,
    files: Sequence[UploadedFile[bytes]],
    person: Claimant,
    write: Write,
    *,
    by: Actor,
    now: datetime,
) -> Message:
    """Write a message with its files, in one transaction. Raises a Refusal, and then keeps nothing of either.

    What a person sends is kept whatever else must be corrected, for it is theirs. What somebody else puts into their
    safe is there because it was sent to them, and for no other reason.
    """
    kept: list[str] = []
    try:
        with transaction.atomic():
            choosing.one_at_a_time(form.cleaned_data["form_key"])
            if (earlier := sent_before(form.cleaned_data["form_key"], by)) is not None:
                return earlier
            if not files:
                return write(())
            documents, refused = form.keep(files, owner=person.user, by=by, now=now)
            kept += DocumentFile.objects.filter(document__in=documents).values_list("key", flat=True)
            if refused:
                raise NotAllTaken(refused)
            return write([document.pk for document in documents])
    except Refusal:
        # Their rows are rolled back. After any other error the nightly sweep takes what has no row.
        discard(kept)
        raise
