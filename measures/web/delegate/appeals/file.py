"""The file of an appeal before a delegate: what is contested, what the person asks, what was answered, what is owed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import decision_maker_required
from accounts.models import DecisionMaker
from measures.told import appeals as told
from measures.told import counting, desk, letters
from measures.web.delegate.appeals import abilities, loading, shown
from measures.web.followed import followed
from portal.core import clock
from portal.core.french import of

BARRED = (
    "Vous avez pris ou relu la décision contestée. Une autre personne de la région répond, "
    "et note le jugement."
)


@require_safe
@decision_maker_required
def appeal(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Show all of an appeal, and what can be done now."""
    now = clock.now()
    row = loading.appeal_for(delegate, ref, now)
    one = followed(row)
    can = abilities.of_appeal(one, delegate)
    court = shown.court(one)
    context = {
        "case": row.case,
        "appeal": row,
        "can": can,
        "barred": BARRED if can.barred else "",
        "title": f"Recours {of(row.case.claimant)}",
        "lead": f"Contre {told.contested(row)}.",
        "one_decides": desk.ONE_DECIDES,
        "rule": counting.rule_of(row.case),
        "facts": shown.facts(row, now),
        "gracious": [shown.gracious(each) for each in reversed(one.gracious)],
        "mediations": [shown.mediation(each) for each in reversed(one.mediations)],
        "court": [court] if court else [],
        "stays": shown.stays(one),
        "effects": shown.effects(one.effects, now),
        "letter": letters.decision(row.decision, "Décision") if row.decision else None,
        "refused": shown.lift_as_read(row.lift) if row.lift else None,
        "story": shown.story(row),
    }
    return render(request, "measures/delegate/appeals/file.html", context)
