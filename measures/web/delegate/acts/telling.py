"""The notice: written, shown as the person will read it, then sent (CT R5412-7)."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import actor, decision_maker_required
from accounts.models import DecisionMaker
from accounts.sign_in.kept_forms import restored
from measures.models import Case, Notice
from measures.procedure.contradiction import noticing
from measures.told import counting, desk, letters
from measures.web.delegate import loading
from measures.web.delegate.acts import acting
from measures.web.delegate.acts.choosing import rules_of, written
from measures.web.delegate.acts.forms import NoticeForm
from portal.core import clock
from portal.core.transitions import Refusal

TITLE = "Vous êtes informé avant toute décision"


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def write(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Write the notice, or go on with it: facts, breach, and the measure a person envisages."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST" and not can.prepare:
        return acting.too_late(request, row, can)
    rules = rules_of(row)
    if request.method != "POST":
        return _page(request, row, NoticeForm(initial=_begun(request, row), rules=rules))
    form = NoticeForm(request.POST, rules=rules)
    if form.is_valid() and acting.tried(form, lambda: _prepare(request, row, form, now)):
        return redirect("decisions:preview", ref=row.ref)
    return _page(request, row, form)


def _begun(request: HttpRequest, row: Case) -> dict[str, object]:
    notice = loading.notice_of(row)
    begun = {"facts": notice.facts, **written(notice)} if notice is not None else {}
    return {**begun, **restored(request)}


def _prepare(request: HttpRequest, row: Case, form: NoticeForm, now: datetime) -> None:
    choice = form.choice
    if choice is None:
        raise Refusal("Choisissez la mesure envisagée, ou fermez la procédure sans mesure.")
    noticing.prepare(row.pk, facts=form.cleaned_data["facts"], choice=choice, by=actor(request), now=now)


def _page(request: HttpRequest, row: Case, form: NoticeForm) -> HttpResponse:
    lead = (
        "La personne lira ces faits et la mesure envisagée, puis aura dix jours pour répondre. "
        "Rien ne part avant l’étape suivante."
    )
    return acting.page(request, row, form, title="Écrire la lettre d’information", lead=lead, css="measure")


@require_safe
@decision_maker_required
def preview(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Show the notice exactly as its person will read it, with the estimate of what it would take."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if not can.send:
        return acting.too_late(request, row, can)
    notice = loading.notice_of(row)
    context = {
        "case": row,
        "title": "Relire la lettre avant de l’envoyer",
        "letter": letters.notice(notice, TITLE) if notice else None,
        "rule": counting.rule_of(row),
        "one_decides": desk.ONE_DECIDES,
    }
    return render(request, "measures/delegate/notice_preview.html", context)


@require_POST
@decision_maker_required
def send(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Send the notice; the ten days begin when the person opens it, not before."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    try:
        noticing.send(row.pk, by=actor(request), now=now)
    except Refusal as refusal:
        # A second click finds the letter on its way.
        if not Notice.objects.filter(case=row, sent_at__isnull=False, case__decider=delegate).exists():
            messages.warning(request, refusal.sentence)
            return redirect("decisions:case", ref=row.ref)
    return acting.done(
        request, row, "La lettre est envoyée. Les dix jours commencent quand la personne l’ouvre, pas avant."
    )
