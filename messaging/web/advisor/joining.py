"""The files of an advisor's form, and what the form says when one cannot be sent."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from accounts.access import actor
from accounts.models import Claimant
from messaging.models import Message
from messaging.threads import joined
from messaging.threads.joined import Files, NotAllTaken, Write
from messaging.web.advisor.forms import SayForm
from portal.core.transitions import Refusal


def chosen(form: SayForm, request: HttpRequest) -> Files:
    """Give the files that came with a form."""
    return Files(request.FILES.getlist("uploads"), as_one=form["as_one"].value() in (True, "on"))


def sent(
    form: SayForm, request: HttpRequest, person: Claimant, write: Write, *, now: datetime
) -> Message | None:
    """Send what was posted with its files; None when something must be corrected, which the form then says."""
    try:
        return joined.sent(
            chosen(form, request), person, form.cleaned_data["form_key"], write, by=actor(request), now=now
        )
    except Refusal as refusal:
        say(form, refusal)
    return None


def say(form: SayForm, refusal: Refusal) -> None:
    """Write a refusal in the form: what is wrong with files, at the files."""
    if not isinstance(refusal, NotAllTaken):
        form.refuse(refusal)
        return
    for sentence in refusal.sentences:
        form.add_error("uploads", sentence)
