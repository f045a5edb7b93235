"""«J’ai fait le nécessaire»: the person asks that their measure ends early."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from measures.lifting import requesting
from measures.models import LiftRequest
from measures.web.claimant import abilities, loading
from measures.web.claimant.appeals import sending
from measures.web.claimant.appeals.forms import LiftForm
from portal.core import clock


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def ask(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Take the wish that a measure ends early; what waits already is shown instead."""
    now = clock.now()
    case = loading.own(claimant, ref)

    def deed(data: Mapping[str, Any], documents: list[int], key: uuid.UUID) -> LiftRequest:
        return requesting.request_lift(
            case.pk,
            text=data["text"],
            wants_interview=data["wants_interview"],
            document_ids=documents,
            form_key=key,
            by=actor(request),
            now=now,
        )

    form: LiftForm | None
    if request.method == "POST":
        earlier = LiftRequest.objects.filter(case=case)
        form = sending.take(request, LiftForm, case, earlier=earlier, deed=deed, now=now)
        if form is None:
            messages.success(request, "Votre demande de levée est bien reçue. Une personne y répond.")
            return redirect(f"{reverse('espace:procedure', args=[case.ref])}#levee")
    elif not abilities.may_ask_lift(case):
        messages.info(
            request, "Aucune levée n’est à demander maintenant. Cette page dit ce que vous pouvez faire."
        )
        return redirect("espace:procedure", ref=case.ref)
    else:
        form = sending.empty(request, LiftForm, case)
    above = [
        {"label": "Mon espace", "url": reverse("espace:home")},
        {"label": f"Procédure {case.ref}", "url": reverse("espace:procedure", args=[case.ref])},
    ]
    lead = "Dites ce que vous avez fait. Une personne lit votre demande et vous répond par écrit."
    return sending.page(request, case, form, title="J’ai fait le nécessaire", lead=lead, breadcrumb=above)
