"""Hear a person who does not write themselves: their explanation, and the papers they bring or send."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from convocations.absences import explaining
from convocations.models import Absence, Explanation
from convocations.motives import RULES
from convocations.web.advisor.examining.deciding import small_page
from convocations.web.advisor.examining.forms import ExplanationForm
from convocations.web.advisor.loading import absence_for
from portal.core import clock
from portal.core.transitions import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def explanation(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Write down what the person said by phone or at the counter; they get it confirmed in writing."""
    now = clock.now()
    row = absence_for(advisor, ref, now)
    form = ExplanationForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        try:
            not_kept = _hear(request, row, form, now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, "Ses explications sont enregistrées. La personne en reçoit la confirmation."
            )
            for sentence in not_kept:
                messages.warning(request, sentence)
            return redirect("advisor:absence", ref=row.ref)
    return small_page(
        request,
        row,
        form,
        "Enregistrer des explications",
        "Vous écrivez pour la personne ce qu’elle vous a dit. Elle en reçoit une confirmation écrite.",
    )


def _hear(request: HttpRequest, row: Absence, form: ExplanationForm, now: datetime) -> list[str]:
    """Keep the papers and the words together, once; give a sentence for each file that was not kept."""
    data, by = form.cleaned_data, actor(request)
    with transaction.atomic():
        # A second click waits here, then finds the first one's explanation instead of keeping files twice.
        Absence.objects.select_for_update(no_key=True).get(pk=row.pk)
        if Explanation.objects.filter(form_key=data["form_key"]).exists():
            return []
        documents, not_kept = form.keep(
            request.FILES.getlist("uploads"),
            owner=row.claimant.user,
            by=by,
            is_health=RULES[data["motive"]].is_health,
            now=now,
        )
        explaining.explain(
            row.pk,
            motive=data["motive"],
            text=f"Recueilli {data['channel']}\u00a0: {data['text']}",
            sworn=data["sworn"],
            document_ids=[document.pk for document in documents],
            form_key=data["form_key"],
            by=by,
            now=now,
        )
        return not_kept
