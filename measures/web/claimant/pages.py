"""A person's procedure: what is reproached and envisaged, how to answer, what was decided; and their list."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import actor, claimant_required, is_really_reading
from accounts.models import Claimant
from accounts.sign_in.kept_forms import restored
from measures.models import Case
from measures.procedure.contradiction import receiving
from measures.states import CASE_COUNTED, CASE_HEARS, CaseState
from measures.told import letters, papers, procedure
from measures.web import followed
from measures.web.claimant import abilities, answering, loading, shown
from measures.web.claimant.appeals import shown as afterwards
from measures.web.claimant.forms import ObservationsForm
from portal.core import clock, outages
from portal.core.french import full_date, full_deadline, last_day

# A person has few; what is older stays in their copy.
SHOWN = 50
# A refusal to lift may be unread in all that follows it: a new wish, the end of the measure.
_MAY_BE_UNREAD = frozenset({CaseState.NOTICE_SENT, CaseState.DECIDED, *CASE_COUNTED})


@require_safe
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """List a person's procedures, the latest first."""
    rows = (
        Case.objects.filter(claimant_id=claimant.pk)
        .in_sight(clock.now())
        .select_related("agency")
        .prefetch_related("decisions")
        .order_by("-pk")[:SHOWN]
    )
    return render(
        request,
        "measures/claimant/list.html",
        {"title": "Vos procédures", "breadcrumb": _above(), "rows": [_line(row) for row in rows]},
    )


def _line(row: Case) -> dict[str, Any]:
    living = [one for one in row.decisions.all() if one.set_aside_at is None]
    stands = procedure.standing(row, living[0] if living else None)
    return {
        "url": reverse("espace:procedure", args=[row.ref]),
        "title": f"Faits du {full_date(row.facts_on)}",
        "meta": stands.sentence,
        "ref": str(row.ref),
        "state": stands.label,
        "tone": stands.tone,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def detail(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Show a procedure to its person and take their observations; opening it is its first real reading, and dated."""
    now = clock.now()
    case = loading.own(claimant, ref)
    may_be_unread = is_really_reading(request) and case.state in _MAY_BE_UNREAD
    # The ten days, or the time to act, begin with this very page (CT R5412-7, CRPA L221-8).
    if may_be_unread and receiving.consult(case.pk, by=actor(request), now=now):
        case = loading.own(claimant, ref)
    if request.method == "POST":
        taken = answering.observe(request, case, now)
        return (
            taken
            if isinstance(taken, HttpResponse)
            else page(request, loading.own(claimant, ref), taken, now)
        )
    form = ObservationsForm(
        initial=restored(request),
        owned=answering.usable(case) if case.state in CASE_HEARS else [],
        tz=case.agency.place.zone,
    )
    return page(request, case, form, now)


def page(request: HttpRequest, case: Case, form: ObservationsForm, now: datetime) -> HttpResponse:
    """Draw a procedure with its form."""
    one = loading.procedure_of(case)
    may = abilities.of_procedure(case, one.notice, one.hearing, one.decision, now)
    written, referred = shown.said(one)
    form.cancel_url = ""
    context = {
        "case": case,
        "may": may,
        "form": form,
        "stands": procedure.standing(case, one.decision),
        "title": shown.title(one, may),
        "breadcrumb": [*_above(), {"label": "Vos procédures", "url": reverse("espace:procedures")}],
        "answer_by": shown.answer_by(one, may, now),
        "was_until": _was_until(one) if may.is_late else "",
        "extensions": _extensions(one),
        "act_by": shown.act_by(one, now),
        "effect": shown.effect(one),
        "letter": letters.notice(one.notice, papers.NOTICE) if one.notice and may.see_notice else None,
        "decided": letters.decision(one.decision, papers.DECISION) if one.decision else None,
        "facts": shown.facts(one),
        "evidence": shown.evidence(one),
        "written": written,
        "referred": referred,
        "hearing": one.hearing,
        "hearing_facts": shown.hearing_facts(one),
        "history": shown.history(one, may, now),
        "rights": procedure.RIGHTS[1:],
        **_after(one, may, now),
    }
    return render(request, "measures/claimant/procedure.html", context, status=form.http_status)


def _after(one: loading.Procedure, may: abilities.ProcedureAbilities, now: datetime) -> dict[str, Any]:
    """Tell what followed the decision; nothing is asked of the database before there is one."""
    if may.undecided:
        return {}
    return {
        "lifts": afterwards.lifts(followed.lifts_of(one.case), now),
        "contestable": afterwards.contestable(followed.appeals_of(one.case), now),
    }


def _above() -> list[dict[str, str]]:
    return [{"label": "Mon espace", "url": reverse("espace:home")}]


def _was_until(one: loading.Procedure) -> str:
    if one.notice is None or one.notice.observations_until is None:
        return ""
    return full_deadline(one.notice.observations_until, one.case.agency.place.zone)


def _extensions(one: loading.Procedure) -> list[str]:
    """Say which outages of the portal gave the person time."""
    zone = one.case.agency.place.zone
    return [
        f"Le portail a été interrompu {outages.during(row.outage, zone)}. "
        f"Vous pouvez répondre jusqu’au {full_deadline(row.ends_at, zone)}, "
        f"au lieu du {full_date(last_day(row.ended_at, zone))}."
        for row in followed.extensions_of(one.case)
    ]
