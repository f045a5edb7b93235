"""One act on a case: its form beside the case and the rule; a refusal keeps what was typed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import DecisionMaker
from measures.models import Case
from measures.procedure.holding import where_it_stands
from measures.told import counting, desk
from measures.web.delegate import abilities, loading, shown
from measures.web.delegate.abilities import CaseAbilities
from portal.core.forms import HouseForm
from portal.core.transitions import Refusal


def abilities_of(case: Case, delegate: DecisionMaker, now: datetime) -> CaseAbilities:
    """Say what a delegate can do with a case, with all that bears on it read; four queries."""
    return abilities.of_case(
        case,
        delegate,
        now,
        notice=loading.notice_of(case),
        hearing=loading.hearing_of(case),
        decision=loading.decision_of(case),
    )


def too_late(request: HttpRequest, case: Case, can: CaseAbilities) -> HttpResponse:
    """Lead back from a form that has no purpose any more, and say why."""
    in_hands = f"{can.in_hands_of} examine cette procédure." if can.in_hands_of else ""
    messages.warning(request, in_hands or Refusal(where_it_stands(case)).sentence)
    return redirect("decisions:case", ref=case.ref)


def done(request: HttpRequest, case: Case, sentence: str) -> HttpResponse:
    """Say what was done, and lead back to the case."""
    messages.success(request, sentence)
    return redirect("decisions:case", ref=case.ref)


def tried(form: HouseForm, deed: Callable[[], Any], already: Callable[[], bool] = lambda: False) -> bool:
    """Do what a form found right asks for; False with the refusal above its fields.

    `already`: the same person did the same just before (a second click), which is no refusal.
    """
    try:
        deed()
    except Refusal as refusal:
        if already():
            return True
        form.refuse(refusal)
        return False
    return True


def page(
    request: HttpRequest, case: Case, form: HouseForm, *, title: str, lead: str, css: str = "", **more: Any
) -> HttpResponse:
    """Show one act, its form beside the facts of the case and what the barème permits."""
    form.cancel_url = form.cancel_url or reverse("decisions:case", args=[case.ref])
    context = {
        "case": case,
        "title": title,
        "lead": lead,
        "form": form,
        "css": css,
        "facts": shown.facts(case),
        "rule": counting.rule_of(case),
        "one_decides": desk.ONE_DECIDES,
        **more,
    }
    return render(request, "measures/delegate/act.html", context, status=form.http_status)
