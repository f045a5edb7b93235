"""Open a colleague's file for the day: which one, and why."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import access, oversight
from accounts.models import Advisor
from accounts.sign_in import kept_forms
from accounts.web.forms import BreakGlassForm
from portal.core import clock


@require_http_methods(["GET", "HEAD", "POST"])
@access.advisor_required
def ask(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Ask for the file and the reason; a file of another agency answers like one that does not exist."""
    if request.method == "POST":
        form = BreakGlassForm(request.POST)
        if form.is_valid():
            ref = form.cleaned_data["ref"]
            try:
                claimant = access.colleague_claimant_for(advisor, ref)
                oversight.break_glass(
                    advisor.pk,
                    claimant.pk,
                    form.cleaned_data["reason"],
                    by=access.actor(request),
                    now=clock.now(),
                )
            except Http404:
                form.add_error("ref", "Aucun dossier de votre agence ne porte cette référence.")
            except oversight.RefusedOpening as refused:
                form.add_error("reason", refused.sentence)
            else:
                messages.success(request, "Le dossier vous est ouvert jusqu’à ce soir.")
                return redirect(f"/conseiller/demandeurs/{claimant.ref}/")
    else:
        initial = {"ref": request.GET.get("ref", "")[:20], **kept_forms.restored(request)}
        form = BreakGlassForm(initial=initial)
    return render(request, "account/break_glass.html", {"form": form}, status=422 if form.errors else 200)
