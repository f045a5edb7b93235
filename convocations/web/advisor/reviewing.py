"""One justificatif before its reviewer."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from convocations import justificatifs
from convocations.models import Justificatif
from convocations.motives import RULES, Motive
from convocations.web.advisor import abilities, shown
from convocations.web.advisor.forms.reviewing import ReviewForm
from convocations.web.advisor.loading import justificatif_for
from portal.core import clock, parameters
from portal.core.french import full_datetime
from portal.core.transitions import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def justificatif(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show a justificatif beside what it is to prove, and take the review."""
    now = clock.now()
    row = justificatif_for(advisor, ref, now)
    if request.method != "POST":
        until = (now + timedelta(days=parameters.current().incomplete_days)).astimezone(
            row.absence.agency.place.zone
        )
        return _page(
            request, row, advisor, ReviewForm(initial={"complete_by": until.date(), **restored(request)}), now
        )
    form = ReviewForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            justificatifs.review(
                row.pk,
                data["outcome"],
                remark=data["remark"],
                complete_by=data["complete_by"],
                by=actor(request),
                now=now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Votre réponse est enregistrée. La personne la reçoit.")
            return redirect("advisor:absence", ref=row.absence.ref)
    return _page(request, justificatif_for(advisor, ref, now), advisor, form, now)


def _page(
    request: HttpRequest, row: Justificatif, advisor: Advisor, form: ReviewForm, now: datetime
) -> HttpResponse:
    zone = row.absence.agency.place.zone
    rule = RULES[Motive(row.explanation.motive)]
    form.cancel_url, form.cancel_label = f"/conseiller/absences/{row.absence.ref}/", "Revenir à l’absence"
    context = {
        "justificatif": row,
        "document": row.document,
        "absence": row.absence,
        "can": abilities.of_justificatif(row, advisor),
        "document_url": reverse("documents:download", args=[row.document.ref]),
        "form": form,
        "now": now,
        "zone": zone,
        "above": {"url": f"/conseiller/absences/{row.absence.ref}/", "label": "Absence"},
        "title": f"Justificatif de {row.claimant}",
        "motive": Motive(row.explanation.motive).label,
        "said": row.explanation.text,
        "accepted_documents": rule.documents,
        "sworn_is_enough": rule.sworn_is_enough and row.explanation.sworn,
        "appointment_when": full_datetime(row.absence.convocation.starts_at, zone),
        "state_tone": shown.tone(row.state),
        "reviewed_when": full_datetime(row.reviewed_at, zone) if row.reviewed_at else "",
    }
    return render(request, "convocations/advisor/justificatif.html", context, status=form.http_status)
