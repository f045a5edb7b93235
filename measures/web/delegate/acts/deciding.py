"""The decision: written, shown as the person will read it, read a second time where it takes all, sent."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import actor, decision_maker_required
from accounts.models import DecisionMaker
from accounts.sign_in.kept_forms import restored
from measures.models import Case, Decision, Notice
from measures.procedure.outcome import deciding
from measures.states import CaseState
from measures.told import counting, desk, letters
from measures.told import measure as words
from measures.web.delegate import loading, shown
from measures.web.delegate.acts import acting
from measures.web.delegate.acts.choosing import rules_of
from measures.web.delegate.acts.forms import DecisionForm, ReconsiderForm, SecondReadingForm
from portal.core import clock
from portal.core.transitions import Refusal

TITLE = "Une décision est prise, avec ses raisons"


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def write(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Decide a measure or none: no measure is shown once more before it closes the case."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST":
        if not can.decide:
            return acting.too_late(request, row, can)
        return _page(request, row, DecisionForm(initial=restored(request), rules=rules_of(row)))
    form = DecisionForm(request.POST, rules=rules_of(row))
    step = request.POST.get("etape", "")
    if step == "modifier" or not form.is_valid():
        return _page(request, row, form)
    if form.choice is None and step != "confirmer" and can.decide:
        return _none_preview(request, row, form)
    if acting.tried(form, lambda: _decide(request, row, form, now), lambda: _mine(row, delegate, form)):
        if form.choice is None:
            return acting.done(
                request, row, "La procédure est close sans mesure. La personne reçoit vos raisons."
            )
        return redirect("decisions:decision", ref=row.ref)
    return _page(request, row, form)


def _decide(request: HttpRequest, row: Case, form: DecisionForm, now: datetime) -> None:
    data = form.cleaned_data
    deciding.decide(
        row.pk,
        choice=form.choice,
        reasons_law=data["reasons_law"],
        reasons_fact=data["reasons_fact"],
        answer=data["answer"],
        by=actor(request),
        now=now,
    )


def _mine(row: Case, delegate: DecisionMaker, form: DecisionForm) -> bool:
    """Say whether this very decision was taken just before, by a first click."""
    return Decision.objects.filter(
        case=row,
        set_aside_at__isnull=True,
        author_id=delegate.pk,
        reasons_fact=form.cleaned_data["reasons_fact"].strip(),
    ).exists()


def _page(request: HttpRequest, row: Case, form: DecisionForm) -> HttpResponse:
    said, _ = shown.answers(row)
    notice = Notice.objects.filter(case=row).first()
    lead = "Inscrivez vos raisons\u00a0: la personne les lira. Rien ne part avant l’étape suivante."
    return acting.page(
        request,
        row,
        form,
        title="Décider",
        lead=lead,
        css="measure",
        said=said,
        minutes=_minutes(row),
        told=words.title(notice) if notice is not None else "",
    )


def _minutes(row: Case) -> str:
    hearing = loading.hearing_of(row)
    return hearing.minutes if hearing is not None else ""


def _none_preview(request: HttpRequest, row: Case, form: DecisionForm) -> HttpResponse:
    data = form.cleaned_data
    context = {
        "case": row,
        "title": "Relire avant de clore sans mesure",
        "reasons": data["reasons_fact"],
        "hidden": [
            {"name": name, "value": data.get(name)}
            for name in ("outcome", "reasons_fact", "reasons_law", "answer")
            if data.get(name)
        ],
        "rule": counting.rule_of(row),
        "one_decides": desk.ONE_DECIDES,
    }
    return render(request, "measures/delegate/none_preview.html", context)


# --- before it is sent ---------------------------------------------------------------


@require_safe
@decision_maker_required
def decision(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Show the decision exactly as its person will read it, and what is needed before it goes."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    found = loading.decision_of(row)
    if found is None or row.state != CaseState.DECIDED or found.sent_at is not None:
        return acting.too_late(request, row, can)
    context = {
        "case": row,
        "can": can,
        "title": "Relire la décision avant de l’envoyer",
        "letter": letters.decision(found, TITLE),
        "decision_facts": shown.decision_facts(found),
        "rule": counting.rule_of(row),
        "one_decides": desk.ONE_DECIDES,
    }
    return render(request, "measures/delegate/decision_preview.html", context)


@require_POST
@decision_maker_required
def send(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Send the decision: it binds from the day the person receives it."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    try:
        deciding.notify(row.pk, by=actor(request), now=now)
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("decisions:case", ref=row.ref)
    return acting.done(
        request, row, "La décision est envoyée, avec ses recours. Elle prend effet après sa réception."
    )


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def reconsider(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Put a decision aside that was not sent, to decide anew."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST" and not can.reconsider:
        return acting.too_late(request, row, can)
    form = ReconsiderForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if acting.tried(
            form,
            lambda: deciding.reconsider(row.pk, reason=reason, by=actor(request), now=now),
            lambda: Decision.objects.filter(case=row, set_aside_for=reason.strip()).exists(),
        ):
            return acting.done(request, row, "La décision est écartée. Vous pouvez décider à nouveau.")
    lead = "Elle n’est pas envoyée. Le délai pour décider reste le même."
    return acting.page(request, row, form, title="Reprendre la décision", lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def second_reading(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Read a decision that takes all: let it go, or send it back with a reason."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST" and not can.read_second:
        return acting.too_late(request, row, can)
    found = loading.decision_of(row)
    form = SecondReadingForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        agrees = data["verdict"] == "oui"
        read = Decision.objects.filter(case=row, second_reader_id=delegate.pk, second_read_at__isnull=False)
        if acting.tried(
            form,
            lambda: deciding.read_second(
                row.pk, agrees=agrees, remark=data["remark"], by=actor(request), now=now
            ),
            lambda: read.filter(set_aside_at__isnull=agrees).exists(),
        ):
            sentence = "Votre relecture est enregistrée. Son auteur peut envoyer la décision."
            back = "La décision est à reprendre. Son auteur lit votre raison et décide à nouveau."
            return acting.done(request, row, sentence if agrees else back)
    lead = "Vous n’en êtes pas l’auteur. Lisez la décision et le dossier, puis donnez votre avis."
    return acting.page(
        request,
        row,
        form,
        title="Relire la décision",
        lead=lead,
        letter=letters.decision(found, TITLE) if found is not None and found.outcome else None,
    )
