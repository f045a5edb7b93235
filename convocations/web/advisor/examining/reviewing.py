"""One justificatif before its reviewer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from convocations.justificatifs import reviewing
from convocations.models import Justificatif, SwornStatement
from convocations.motives import RULES, Motive
from convocations.web.advisor import abilities, shown
from convocations.web.advisor.examining.forms import ReviewForm
from convocations.web.advisor.loading import justificatif_for
from portal.core import clock, parameters
from portal.core.french import full_datetime, of
from portal.core.transitions import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def justificatif(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show a justificatif beside what it is to prove, and take the review."""
    now = clock.now()
    row = justificatif_for(advisor, ref, now)
    if request.method != "POST":
        until = (now + timedelta(days=parameters.current().incomplete_days)).astimezone(row.agency.place.zone)
        initial = {"complete_by": until.date(), **restored(request)}
        return _page(request, row, advisor, _form(row, initial=initial), now)
    form = _form(row, request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            reviewing.review(
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
            return redirect(_Backed.of(row).url)
    return _page(request, justificatif_for(advisor, ref, now), advisor, form, now)


def _form(row: Justificatif, data: Any = None, **initial: Any) -> ReviewForm:
    """What is missing for a request is asked for on the request, with its own delay."""
    return ReviewForm(data, completes=row.request_id is None, **initial)


@dataclass(frozen=True, slots=True)
class _Backed:
    """What a justificatif is to prove: an absence's explanation, or a request."""

    label: str
    url: str
    title: str
    motive: str
    said: str
    sworn: bool
    starts_at: datetime

    @classmethod
    def of(cls, row: Justificatif) -> "_Backed":
        if row.request is not None:
            asked = row.request
            return cls(
                "Demande",
                reverse("advisor:request", args=[asked.ref]),
                "Pour la demande au sujet du rendez-vous du",
                asked.motive,
                asked.text,
                SwornStatement.objects.filter(request=asked).exists(),
                asked.convocation.starts_at,
            )
        assert row.absence is not None  # justificatif_backs_one_thing
        assert row.explanation is not None
        return cls(
            "Absence",
            reverse("advisor:absence", args=[row.absence.ref]),
            "Pour l’absence du",
            row.explanation.motive,
            row.explanation.text,
            row.explanation.sworn,
            row.absence.convocation.starts_at,
        )


def _page(
    request: HttpRequest, row: Justificatif, advisor: Advisor, form: ReviewForm, now: datetime
) -> HttpResponse:
    zone = row.agency.place.zone
    backed = _Backed.of(row)
    rule = RULES[Motive(backed.motive)] if backed.motive else None
    form.cancel_url, form.cancel_label = backed.url, "Revenir en arrière"
    context = {
        "justificatif": row,
        "document": row.document,
        "can": abilities.of_justificatif(row, advisor),
        "document_url": reverse("documents:download", args=[row.document.ref]),
        "form": form,
        "now": now,
        "zone": zone,
        "above": {"url": backed.url, "label": backed.label},
        "title": f"Justificatif {of(row.claimant)}",
        "lead": f"{backed.title} {full_datetime(backed.starts_at, zone)}",
        "motive": Motive(backed.motive).label if backed.motive else "Sans motif indiqué",
        "said": backed.said,
        "accepted_documents": rule.documents if rule else (),
        "sworn_is_enough": bool(rule and rule.sworn_is_enough and backed.sworn),
        "state_tone": shown.tone(row.state),
        "reviewed_when": full_datetime(row.reviewed_at, zone) if row.reviewed_at else "",
    }
    return render(request, "convocations/advisor/justificatif.html", context, status=form.http_status)
