"""Take what a person sends with documents, once: the same for a lifting, an appeal and a mediation."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import actor
from accounts.sign_in.kept_forms import restored
from measures.models import Case
from portal.core.forms import HouseForm
from portal.core.safe import choosing
from portal.core.safe.choosing import DocumentsForm, Safe
from portal.core.transitions import Refusal

_Form = TypeVar("_Form", bound=DocumentsForm)
Deed = Callable[[Mapping[str, Any], list[int], uuid.UUID], object]


def empty(request: HttpRequest, kind: type[_Form], case: Case) -> _Form:
    """Give the form to fill in, with what was typed before the session ended."""
    safe = _safe(case)
    return kind(initial=restored(request), owned=safe.usable(), tz=safe.tz)


def take(
    request: HttpRequest, kind: type[_Form], case: Case, *, earlier: QuerySet[Any], deed: Deed, now: datetime
) -> _Form | None:
    """Do the deed with what was sent; nothing comes back when it is done, else the form to correct.

    `earlier` are the rows a first click may have made.
    """
    key = choosing.form_key(request.POST)
    # One transaction: a file that was kept stays kept when the rest is refused, and both when it is not.
    with transaction.atomic():
        choosing.one_at_a_time(key)
        if earlier.filter(form_key=key).exists():
            return None
        safe = _safe(case)
        files = request.FILES.getlist("uploads")
        form = choosing.take(kind, request.POST, files, safe, by=actor(request), now=now)
        if form.is_valid():
            try:
                deed(form.cleaned_data, safe.chosen_ids(form), form.cleaned_data["form_key"])
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return None
    return form


def page(request: HttpRequest, case: Case, form: HouseForm, **context: Any) -> HttpResponse:
    """Draw a form with who can help beside it."""
    form.cancel_url = context["breadcrumb"][-1]["url"]
    context |= {"case": case, "form": form}
    return render(request, "measures/claimant/form.html", context, status=form.http_status)


def _safe(case: Case) -> Safe:
    return Safe(case.claimant.user, case.agency.place.zone)
