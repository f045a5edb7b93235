"""Answers: to a gracious appeal, to a wish to lift; shown as the person will read them before they go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, decision_maker_required
from accounts.models import DecisionMaker
from accounts.sign_in.kept_forms import restored
from measures.appeals.gracious import answering
from measures.appeals.gracious.answering import Left
from measures.lifting import deciding as lifting
from measures.models import AppealCase, Case, GraciousAppeal, LiftRequest
from measures.states import GraciousState
from measures.told import counting, desk
from measures.told import measure as words
from measures.web.delegate import loading as cases
from measures.web.delegate.acts import acting
from measures.web.delegate.appeals import abilities, loading, shown
from measures.web.delegate.appeals.forms import AnswerForm, LiftAnswerForm
from measures.web.followed import followed
from messaging.emails import Words
from portal.core import clock
from portal.core.forms import HouseForm


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def answer(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Answer a gracious appeal: written, read as its person will, sent. Never by who took the decision."""
    now = clock.now()
    appeal = loading.appeal_for(delegate, ref, now)
    one = followed(appeal)
    can, waits = abilities.of_appeal(one, delegate), abilities.to_answer(one)
    if (request.method != "POST" and not can.answer) or not one.gracious:
        messages.warning(request, "Ce recours n’attend pas de réponse de vous. Cette page dit où il en est.")
        return redirect("decisions:appeal", ref=appeal.ref)
    row = waits or one.gracious[-1]
    options = {"in_favour_only": can.in_favour_only, "in_part": can.in_part}
    if request.method != "POST":
        return _answer_page(request, appeal, row, AnswerForm(initial=restored(request), **options))
    form = AnswerForm(request.POST, **options)
    step = request.POST.get("etape", "")
    if step == "modifier" or not form.is_valid():
        return _answer_page(request, appeal, row, form)
    if step != "confirmer" and can.answer:
        read = _written(row, form)
        return _preview(
            request, appeal.case, shown.answer_as_read(appeal, read), form, AnswerForm.field_order
        )
    if acting.tried(form, lambda: _answer(request, row, form, now), lambda: _mine(row, delegate, form)):
        messages.success(request, "Votre réponse est envoyée. La personne la lit avec vos raisons.")
        return redirect("decisions:appeal", ref=appeal.ref)
    return _answer_page(request, appeal, row, form)


def _answer(request: HttpRequest, row: GraciousAppeal, form: AnswerForm, now: datetime) -> None:
    data = form.cleaned_data
    partial = data["verdict"] == GraciousState.PARTIAL
    answering.answer(
        row.pk,
        verdict=GraciousState(data["verdict"]),
        reasons_law=data["reasons_law"],
        reasons_fact=data["reasons_fact"],
        left=Left(data["share"], data["length"]) if partial else None,
        by=actor(request),
        now=now,
    )


def _mine(row: GraciousAppeal, delegate: DecisionMaker, form: AnswerForm) -> bool:
    data = form.cleaned_data
    same = GraciousAppeal.objects.filter(pk=row.pk, author_id=delegate.pk, state=data["verdict"])
    return same.filter(reasons_fact=data["reasons_fact"].strip()).exists()


def _written(row: GraciousAppeal, form: AnswerForm) -> GraciousAppeal:
    """Give the appeal as it would stand answered so, on no row, to be read before it goes."""
    data, decision = form.cleaned_data, row.appeal.decision
    left: dict[str, Any] = {}
    if data["verdict"] == GraciousState.PARTIAL and decision is not None:
        left = {"share": data["share"], "length": data["length"], "unit": decision.unit}
    return GraciousAppeal(
        pk=row.pk,
        appeal=row.appeal,
        filed_at=row.filed_at,
        implicit_at=row.implicit_at,
        interrupts=row.interrupts,
        state=data["verdict"],
        reasons_fact=data["reasons_fact"],
        reasons_law=data["reasons_law"],
        **left,
    )


def _answer_page(
    request: HttpRequest, appeal: AppealCase, row: GraciousAppeal, form: AnswerForm
) -> HttpResponse:
    form.cancel_url = reverse("decisions:appeal", args=[appeal.ref])
    told = words.title(appeal.decision) if appeal.decision is not None else ""
    return acting.page(
        request,
        appeal.case,
        form,
        title="Répondre au recours gracieux",
        lead="Inscrivez vos raisons\u00a0: la personne les lira. Rien ne part avant l’étape suivante.",
        css="measure",
        contested=told,
        asked=shown.gracious(row),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def lift(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Answer a wish to lift a measure: lifted from a day on, or refused as any decision is."""
    now = clock.now()
    case = cases.case_for(delegate, ref, now)
    asked = loading.lift_of(case)
    if asked is None or (request.method != "POST" and asked.decided_at is not None):
        return acting.too_late(request, case, acting.abilities_of(case, delegate, now))
    if request.method != "POST":
        return _lift_page(request, case, asked, LiftAnswerForm(initial=restored(request)))
    form = LiftAnswerForm(request.POST)
    step = request.POST.get("etape", "")
    if step == "modifier" or not form.is_valid():
        return _lift_page(request, case, asked, form)
    data = form.cleaned_data
    if step != "confirmer" and asked.decided_at is None:
        read = loading.lift_of(case)
        assert read is not None
        read.granted = data["verdict"] == form.LIFT
        read.effective_on = data["effective_on"] if read.granted else None
        read.reasons_fact = data["reasons_fact"]
        read.reasons_law = "" if read.granted else data["reasons_law"]
        return _preview(request, case, shown.lift_as_read(read), form, LiftAnswerForm.field_order)
    same = LiftRequest.objects.filter(
        pk=asked.pk, decided_by_id=delegate.pk, granted=data["verdict"] == form.LIFT
    ).filter(reasons_fact=data["reasons_fact"].strip())
    if acting.tried(form, lambda: _lift(request, asked, form, now), same.exists):
        return acting.done(request, case, "Votre réponse est envoyée. La personne la lit avec vos raisons.")
    return _lift_page(request, case, asked, form)


def _lift(request: HttpRequest, asked: LiftRequest, form: LiftAnswerForm, now: datetime) -> None:
    data = form.cleaned_data
    shared = {"reasons_fact": data["reasons_fact"], "by": actor(request), "now": now}
    if data["verdict"] == form.LIFT:
        lifting.lift(asked.pk, effective_on=data["effective_on"], **shared)
    else:
        lifting.refuse_lift(asked.pk, reasons_law=data["reasons_law"], **shared)


def _lift_page(request: HttpRequest, case: Case, asked: LiftRequest, form: LiftAnswerForm) -> HttpResponse:
    decision = cases.decision_of(case)
    return acting.page(
        request,
        case,
        form,
        title="Répondre à la demande de levée",
        lead="Lisez ce que la personne a fait. Rien ne part avant l’étape suivante.",
        css="measure",
        contested=words.title(decision) if decision is not None else "",
        asked=shown.lift(asked),
    )


def _preview(
    request: HttpRequest, case: Case, letter: Words, form: HouseForm, names: Sequence[str]
) -> HttpResponse:
    data: Mapping[str, Any] = form.data
    context = {
        "case": case,
        "title": "Relire avant d’envoyer",
        "letter": letter,
        "hidden": [{"name": name, "value": data.get(name)} for name in names if data.get(name)],
        "rule": counting.rule_of(case),
        "one_decides": desk.ONE_DECIDES,
    }
    return render(request, "measures/delegate/appeals/preview.html", context)
