"""Note that something owed is done, with its proof: the same deed for a delegate and for the agency's supervisor."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.access import actor
from accounts.sign_in.kept_forms import restored
from measures.appeals import effects
from measures.models import Effect
from measures.web.delegate.acts import acting
from measures.web.delegate.appeals.forms import ProofForm


def prove(
    request: HttpRequest,
    effect: Effect,
    back: str,
    page: Callable[[ProofForm], HttpResponse],
    *,
    now: datetime,
) -> HttpResponse:
    """Take the proof and lead back, or give the page with its form; a second click changes nothing."""
    if request.method != "POST" and effect.done_at is not None:
        messages.info(request, "C’est déjà fait. La preuve est au dossier.")
        return redirect(back)
    form = ProofForm(request.POST or None, initial=restored(request))
    form.cancel_url = back
    if request.method == "POST" and form.is_valid():
        by, proof = actor(request), form.cleaned_data["proof"]
        same = Effect.objects.filter(pk=effect.pk, done_by_id=by.person_id, proof=proof.strip())
        if acting.tried(form, lambda: effects.prove(effect.pk, proof=proof, by=by, now=now), same.exists):
            messages.success(request, "C’est noté, avec sa preuve. La personne est prévenue.")
            return redirect(back)
    return page(form)
