"""How a case is taken, handed over, closed or withdrawn."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import actor, decision_maker_required
from accounts.models import DecisionMaker, Role
from accounts.sign_in.kept_forms import restored
from measures.models import Case
from measures.procedure.opening import examining
from measures.procedure.outcome import withdrawing
from measures.states import CaseState
from measures.web.delegate import loading
from measures.web.delegate.acts import acting
from measures.web.delegate.acts.forms import CloseForm, HandOverForm, WithdrawForm
from portal.core import clock
from portal.core.transitions import Refusal

# --- taking and leaving ------------------------------------------------------------


@require_POST
@decision_maker_required
def take(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Take a case in hand; of two, the second reads who was first."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    try:
        examining.take(row.pk, by=actor(request), now=now)
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("decisions:case", ref=row.ref)
    return acting.done(request, row, "Vous examinez cette procédure. Rien n’est décidé.")


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def hand_over(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Give a case to another delegate of the region."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST" and not can.hand_over:
        return acting.too_late(request, row, can)
    form = HandOverForm(request.POST or None, initial=restored(request), others=_others(row))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if acting.tried(
            form,
            lambda: examining.hand_over(
                row.pk, int(data["to"]), reason=data["reason"], by=actor(request), now=now
            ),
            lambda: Case.objects.filter(pk=row.pk, decider_id=int(data["to"])).exists(),
        ):
            return acting.done(
                request, row, "La procédure est confiée. Cette personne la trouve dans sa liste."
            )
    lead = "Une seule personne répond d’une procédure. Le délai de la personne concernée ne change pas."
    return acting.page(request, row, form, title="Confier la procédure", lead=lead)


def _others(row: Case) -> list[DecisionMaker]:
    """Give who may take the case over: delegates of its region, but who referred it and who has it."""
    rows = DecisionMaker.objects.filter(
        region=row.region, user__is_active=True, user__role=Role.DECISION_MAKER
    ).exclude(pk__in=[pk for pk in (row.decider_id, row.referred_by_id) if pk])
    return list(rows.select_related("user").order_by("user__last_name", "user__first_name", "pk"))


# --- ends without a measure ----------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def close(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Close a case before any notice, with reasons: the person reads them."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST" and not can.close:
        return acting.too_late(request, row, can)
    form = CloseForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        reasons = form.cleaned_data["reasons"]
        if acting.tried(
            form,
            lambda: examining.close(row.pk, reasons=reasons, by=actor(request), now=now),
            lambda: _ended(row, delegate, CaseState.CLOSED, reasons),
        ):
            return acting.done(
                request, row, "La procédure est close sans mesure. La personne reçoit vos raisons."
            )
    lead = "Aucune mesure n’est prise. La procédure n’a aucune conséquence pour la personne."
    return acting.page(request, row, form, title="Clore sans mesure", lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def withdraw(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Take a procedure back after its notice, a measure in force too."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST" and not can.withdraw:
        return acting.too_late(request, row, can)
    form = WithdrawForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        reasons = form.cleaned_data["reasons"]
        if acting.tried(
            form,
            lambda: withdrawing.withdraw(row.pk, reasons=reasons, by=actor(request), now=now),
            lambda: _ended(row, delegate, CaseState.WITHDRAWN, reasons),
        ):
            return acting.done(request, row, "La procédure est retirée. La personne est prévenue.")
    lead = "Tout ce qui a été envoyé ou décidé est sans effet. Une mesure retirée ne compte pour aucun rang."
    return acting.page(request, row, form, title="Retirer la procédure", lead=lead)


def _ended(row: Case, delegate: DecisionMaker, state: CaseState, reasons: str) -> bool:
    return Case.objects.filter(
        pk=row.pk, state=state, ended_by_id=delegate.pk, ending_reasons=reasons.strip()
    ).exists()
