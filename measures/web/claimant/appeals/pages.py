"""A person's appeal against one decision: until when, which ways there are, what was sent and answered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import actor, claimant_required, is_really_reading
from accounts.models import Claimant
from measures.appeals.court.papers import TELERECOURS
from measures.appeals.gracious import receiving
from measures.models import AppealCase
from measures.told import appeals as told
from measures.web import followed
from measures.web.claimant.appeals import abilities, loading, shown, ways
from portal.core import clock


@require_safe
@claimant_required
def detail(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Show one appeal; opening it is the real reading of an answer, and the time to act runs anew from it."""
    now = clock.now()
    appeal = loading.own(claimant, ref)
    if is_really_reading(request) and receiving.consult(appeal.pk, by=actor(request), now=now):
        appeal = loading.own(claimant, ref)
    one = followed.followed(appeal)
    may = abilities.of_appeal(one)
    context = {
        "title": f"Vous contestez {told.contested(appeal)}" if may.has_acted else "Contester une décision",
        "appeal": appeal,
        "case": appeal.case,
        "may": may,
        "breadcrumb": above(appeal),
        "clock": told.clock(appeal, now),
        "act_by": shown.act_by(appeal, now),
        "facts": shown.facts(appeal),
        "ways": ways.offered(one, may),
        "late": told.LATE_STAYS_OPEN if appeal.is_late(now) and may.act else "",
        "gracious": shown.gracious(one),
        "mediations": shown.mediations(one),
        "court": shown.court(one),
        "stays": shown.stays(one),
        "telerecours": TELERECOURS,
        "owed": told.owed(one.effects, now),
    }
    return render(request, "measures/claimant/appeals/appeal.html", context)


def above(appeal: AppealCase) -> list[dict[str, str]]:
    """Lead back to the procedure."""
    return [
        {"label": "Mon espace", "url": reverse("espace:home")},
        {
            "label": f"Procédure {appeal.case.ref}",
            "url": reverse("espace:procedure", args=[appeal.case.ref]),
        },
    ]
