"""The file of a case before a delegate, and how it is taken, handed over, closed or withdrawn."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import actor, decision_maker_required
from accounts.models import DecisionMaker, Role
from accounts.sign_in.kept_forms import restored
from measures.models import Case
from measures.procedure.opening import examining
from measures.procedure.outcome import withdrawing
from measures.states import CaseState
from measures.told import counting, desk, letters
from measures.web.delegate import abilities, acting, loading, shown
from measures.web.delegate.forms import CloseForm, HandOverForm, WithdrawForm
from portal.core import clock
from portal.core.french import due_in, first_up, full_deadline, urgency
from portal.core.transitions import Refusal


@require_safe
@decision_maker_required
def case(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Show all of a case: what was referred, told, answered and decided, and what can be done now."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    return render(request, "measures/delegate/case.html", _file(row, delegate, now))


def _file(row: Case, delegate: DecisionMaker, now: datetime) -> dict[str, Any]:
    notice, hearing, decision = loading.notice_of(row), loading.hearing_of(row), loading.decision_of(row)
    can = abilities.of_case(row, delegate, now, notice=notice, hearing=hearing, decision=decision)
    said, referred = shown.answers(row)
    label, tone = desk.STANDS[row.state]
    sent = notice is not None and notice.sent_at is not None
    if decision is not None and decision.sent_at is not None and row.state == CaseState.DECIDED:
        label, tone = desk.DECISION_SENT
    return {
        "case": row,
        "can": can,
        "title": f"Procédure au sujet de {row.claimant}",
        "label": label,
        "tone": tone,
        "one_decides": desk.ONE_DECIDES,
        "rule": counting.rule_of(row),
        "facts": shown.facts(row),
        "evidence": shown.evidence(row),
        "referred": referred,
        "said": said,
        "hearing": hearing,
        "hearing_facts": shown.hearing_facts(hearing) if hearing else [],
        "notice": notice if sent else None,
        "notice_facts": shown.notice_facts(notice) if notice and sent else [],
        "letter": letters.notice(notice, "Lettre d’information") if notice and sent else None,
        "decision": decision,
        "decision_facts": shown.decision_facts(decision) if decision else [],
        "decided": letters.decision(decision, "Décision") if decision and decision.outcome else None,
        "closing_reasons": row.ending_reasons,
        "story": shown.story(row),
        "due": _due(row, can, now),
    }


def _due(row: Case, can: abilities.CaseAbilities, now: datetime) -> dict[str, str] | None:
    """Say until when a decision, or a hearing, is due; past it, the case closes in the person's favour."""
    waits = row.state in (CaseState.DECISION_DUE, CaseState.DECIDED, CaseState.HEARING_REQUESTED)
    if row.decide_by is None or can.over or not waits:
        return None
    zone = row.agency.place.zone
    level = urgency(row.decide_by, now, zone)
    heard = row.state == CaseState.HEARING_REQUESTED
    return {
        "label": "Audition à tenir" if heard else "À décider et à envoyer",
        "date": full_deadline(row.decide_by, zone),
        "left": first_up(due_in(row.decide_by, now, zone)),
        "level": "urgent" if level == "past" else level,
    }


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
