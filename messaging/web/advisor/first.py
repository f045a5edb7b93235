"""Write first: to one person from their file, or the same to several from the portfolio, with a result for each."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required, people_for
from accounts.models import Advisor, Claimant, NoticeGroup
from accounts.sign_in.kept_forms import restored
from messaging.threads import answering
from messaging.threads.answering import Answer
from messaging.threads.messages import Text
from messaging.web.advisor.forms import FirstForm
from portal.core import clock
from portal.core.french import plural
from portal.core.references import to_number

# As many as a page of the portfolio shows.
AT_ONCE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def new(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Ask what to write to the people chosen, then write to each; with nobody chosen, say where to choose."""
    now = clock.now()
    kept = restored(request)
    refs = request.POST.getlist("pour") or request.GET.getlist("pour") or _listed(kept.get("pour"))
    people = _people(advisor, refs, now)
    if len(refs) == 1 and not people:
        raise Http404
    if not people:
        messages.warning(request, "Cochez les personnes à qui écrire, puis recommencez.")
        return redirect("desk:portfolio")
    today = now.astimezone(advisor.agency.place.zone).date()
    # The portfolio only brings the people; what the form itself sends has its key.
    if request.method == "POST" and "form_key" in request.POST:
        form = FirstForm(request.POST, today=today)
        if form.is_valid():
            return _send(request, advisor, people, form, now)
    else:
        form = FirstForm(initial=kept, today=today)
    alone = people[0] if len(people) == 1 else None
    form.cancel_url = f"/conseiller/demandeurs/{alone.ref}/" if alone else "/conseiller/portefeuille/"
    context = {
        "title": f"Écrire à {alone}" if alone else f"Écrire à {plural(len(people), 'personne')}",
        "people": people,
        "alone": alone,
        "letters": [str(one) for one in people if not one.routes_of(NoticeGroup.MESSAGES).email],
        "form": form,
    }
    return render(request, "messaging/advisor/new.html", context, status=form.http_status)


def _send(
    request: HttpRequest, advisor: Advisor, people: list[Claimant], form: FirstForm, now: datetime
) -> HttpResponse:
    data = form.cleaned_data
    said = Answer(
        Text(data["body"], data["form_key"]), via=data["via"], expected=form.wanted(advisor.agency.place)
    )
    results = answering.open_for_each(
        people, said, topic=data["topic"], subject=data["subject"], by=actor(request), now=now
    )
    if len(results) == 1 and results[0].ref:
        messages.success(request, "C’est envoyé. La personne est prévenue.")
        return redirect("threads:thread", ref=results[0].ref)
    done = sum(1 for one in results if one.ref)
    context = {
        "title": f"{plural(done, 'message envoyé', 'messages envoyés')}",
        "refused_count": len(results) - done,
        "results": [
            {
                "name": str(one.claimant),
                "url": reverse("threads:thread", args=[one.ref]) if one.ref else "",
                "refused": one.refused,
            }
            for one in results
        ],
    }
    return render(request, "messaging/advisor/results.html", context)


def _people(advisor: Advisor, refs: list[str], now: datetime) -> list[Claimant]:
    """Give those of the people named whom the advisor may write to, in the order named."""
    known = []
    for ref in dict.fromkeys(refs[:AT_ONCE]):
        try:
            to_number("DE", ref)
        except ValueError:
            continue
        known.append(ref)
    found = {str(one.ref): one for one in people_for(advisor, now, ref__in=known).values()} if known else {}
    return [found[ref] for ref in known if ref in found]


def _listed(kept: object) -> list[str]:
    if isinstance(kept, list):
        return [str(one) for one in kept]
    return [kept] if isinstance(kept, str) and kept else []
