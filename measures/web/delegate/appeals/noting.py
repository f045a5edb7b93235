"""What is noted about an appeal: a mediation, a judgment, a time in which the measure is not applied, a proof."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import actor, decision_maker_required
from accounts.models import DecisionMaker
from accounts.sign_in.kept_forms import restored
from measures.appeals import mediating
from measures.appeals.court import declaring
from measures.appeals.court.declaring import Judgment
from measures.appeals.window import growing
from measures.models import AppealCase, CourtAppeal, Effect, HeldBy, Mediation, Stay
from measures.states import MEDIATION_LIVE, CourtState, MediationState, WindowState
from measures.told import appeals as told
from measures.web import proving
from measures.web.delegate.acts import acting
from measures.web.delegate.appeals import abilities, loading
from measures.web.delegate.appeals.forms import (
    ApplyAgainForm,
    HoldOffForm,
    JudgmentForm,
    MediationEndForm,
    ProofForm,
    RemediesMissingForm,
)
from measures.web.followed import followed
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.transitions import Refusal

_CLOSED = "Ce n’est pas possible à cette étape. Cette page dit où en est ce recours."
Data = dict[str, Any]


@require_POST
@decision_maker_required
def begin_mediation(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Note that the mediator took a request up; a second click changes nothing."""
    now = clock.now()
    appeal = loading.appeal_for(delegate, ref, now)
    live = Mediation.objects.filter(appeal=appeal, state=MediationState.FILED).first()
    try:
        if live is not None:
            mediating.begin_mediation(live.pk, by=actor(request), now=now)
            messages.success(request, "Le début de la médiation est noté.")
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("decisions:appeal", ref=appeal.ref)


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def end_mediation(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Note how a mediation ended: what was agreed is owed, and the person's time starts anew."""
    now = clock.now()
    appeal = loading.appeal_for(delegate, ref, now)

    def deed(data: Data) -> None:
        live = Mediation.objects.filter(appeal=appeal, state__in=MEDIATION_LIVE).first()
        if live is None:
            raise mediating.NoMediation
        mediating.end_mediation(
            live.pk,
            state=MediationState(data["state"]),
            ended_on=data["ended_on"],
            outcome=data["outcome"],
            by=actor(request),
            now=now,
        )

    def already(data: Data) -> bool:
        ended = Mediation.objects.filter(appeal=appeal, state=data["state"], ended_on=data["ended_on"])
        return ended.filter(end_declared_by_id=delegate.pk).exists()

    return _noted(
        request,
        appeal,
        delegate,
        MediationEndForm,
        "end_mediation",
        deed,
        already,
        title="Fin de la médiation",
        lead="Le délai de la personne pour agir repart en entier de ce jour.",
        done="La fin de la médiation est notée.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def judgment(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Note a judgment and carry it out; never by who took the decision."""
    now = clock.now()
    appeal = loading.appeal_for(delegate, ref, now)

    def deed(data: Data) -> None:
        reformed = data["state"] == CourtState.REFORMED
        said = Judgment(
            CourtState(data["state"]),
            data["judged_on"],
            data["said"],
            data["share"] if reformed else None,
            data["length"] if reformed else None,
        )
        declaring.judge(appeal.pk, said, by=actor(request), now=now)

    def already(data: Data) -> bool:
        noted = CourtAppeal.objects.filter(appeal=appeal, state=data["state"], noted_by_id=delegate.pk)
        return noted.filter(judgment=data["said"].strip()).exists()

    return _noted(
        request,
        appeal,
        delegate,
        JudgmentForm,
        "judge",
        deed,
        already,
        title="Noter le jugement",
        lead="Ce que le juge décide est appliqué tout de suite. Ce qui est dû a une date et une preuve.",
        done="Le jugement est noté. La personne est prévenue.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def hold_off(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Note that a judge or an agreement holds the measure off."""
    now = clock.now()
    appeal = loading.appeal_for(delegate, ref, now)

    def deed(data: Data) -> None:
        declaring.hold_off(
            appeal.pk,
            held_by=HeldBy(data["held_by"]),
            reason=data["reason"],
            since=data["since"],
            by=actor(request),
            now=now,
        )

    def already(data: Data) -> bool:
        noted = Stay.objects.filter(appeal=appeal, until__isnull=True, noted_by_id=delegate.pk)
        return noted.filter(since=data["since"], reason=data["reason"].strip()).exists()

    return _noted(
        request,
        appeal,
        delegate,
        HoldOffForm,
        "hold_off",
        deed,
        already,
        title="Ne plus appliquer la mesure",
        lead="Un juge ou un accord le dit. La personne est prévenue.",
        done="La mesure n’est plus appliquée à partir de ce jour.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def apply_again(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Note from which day the measure is applied again."""
    now = clock.now()
    appeal = loading.appeal_for(delegate, ref, now)

    def deed(data: Data) -> None:
        declaring.apply_again(appeal.pk, until=data["until"], by=actor(request), now=now)

    def already(data: Data) -> bool:
        return Stay.objects.filter(appeal=appeal, until=data["until"]).exists()

    return _noted(
        request,
        appeal,
        delegate,
        ApplyAgainForm,
        "apply_again",
        deed,
        already,
        title="Appliquer de nouveau la mesure",
        lead="La personne est prévenue du jour.",
        done="La fin de cette période est notée.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def find_remedies_missing(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Note that the decision did not say how to contest it: no time runs against the person any more."""
    now = clock.now()
    appeal = loading.appeal_for(delegate, ref, now)

    def deed(data: Data) -> None:
        growing.find_remedies_missing(appeal.pk, by=actor(request), now=now)

    def already(data: Data) -> bool:
        return AppealCase.objects.filter(pk=appeal.pk, state=WindowState.UNLIMITED).exists()

    return _noted(
        request,
        appeal,
        delegate,
        RemediesMissingForm,
        "find_remedies_missing",
        deed,
        already,
        title="Les recours manquent dans la décision",
        lead="La personne peut alors agir sans limite de date. Elle le lit sur sa page.",
        done="C’est noté. Aucun délai ne court plus contre la personne.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def prove(request: HttpRequest, delegate: DecisionMaker, owed: int) -> HttpResponse:
    """Note that something owed is done, with its proof."""
    now = clock.now()
    effect = loading.effect_for(delegate, owed, now)

    def page(form: ProofForm) -> HttpResponse:
        lead = told.owed_line(effect, now)
        return acting.page(request, effect.case, form, title="Noter que c’est fait", lead=lead)

    return proving.prove(request, effect, _of_effect(effect), page, now=now)


def _of_effect(effect: Effect) -> str:
    if effect.appeal is not None:
        return reverse("decisions:appeal", args=[effect.appeal.ref])
    return reverse("decisions:case", args=[effect.case.ref])


def _noted(
    request: HttpRequest,
    appeal: AppealCase,
    delegate: DecisionMaker,
    kind: type[HouseForm],
    ability: str,
    deed: Callable[[Data], None],
    already: Callable[[Data], bool],
    *,
    title: str,
    lead: str,
    done: str,
) -> HttpResponse:
    back = reverse("decisions:appeal", args=[appeal.ref])
    if request.method != "POST" and not getattr(abilities.of_appeal(followed(appeal), delegate), ability):
        messages.info(request, _CLOSED)
        return redirect(back)
    form: Any = kind(request.POST or None, initial=restored(request))
    form.cancel_url = back
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if acting.tried(form, lambda: deed(data), lambda: already(data)):
            messages.success(request, done)
            return redirect(back)
    return acting.page(request, appeal.case, form, title=title, lead=lead)
