"""The ways to contest a decision: a gracious appeal, mediation and its end, the court."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from accounts.sign_in.kept_forms import restored
from measures.appeals import mediating
from measures.appeals.court import declaring
from measures.appeals.gracious import filing
from measures.appeals.window import growing
from measures.models import AppealCase, GraciousAppeal, Mediation, Residence
from measures.states import MEDIATION_LIVE, MediationState
from measures.told import appeals as told
from measures.web import followed
from measures.web.claimant.appeals import abilities, loading, sending
from measures.web.claimant.appeals.abilities import AppealAbilities
from measures.web.claimant.appeals.forms import (
    CourtForm,
    ElsewhereForm,
    GraciousForm,
    MediationEndForm,
    MediationForm,
)
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.safe.choosing import DocumentsForm
from portal.core.transitions import Refusal

_CLOSED = "Ce n’est pas possible à cette étape. Cette page dit ce que vous pouvez faire."


def offered(one: followed.Followed, may: AppealAbilities) -> list[dict[str, Any]]:
    """List the ways that are open, each with what it leads to."""
    ref = one.appeal.ref
    known = [
        (
            may.file_gracious,
            "Recours gracieux",
            "espace:file_gracious",
            "pencil",
            "Une autre personne réexamine la décision. C’est gratuit.",
        ),
        (may.ask_mediation, "Médiation", "espace:ask_mediation", "users", told.MEDIATION_FIRST),
        (
            may.end_mediation,
            "Noter la fin de la médiation",
            "espace:end_mediation",
            "circle-check",
            "Votre délai repart en entier de ce jour.",
        ),
        (
            may.declare_court,
            "Noter mon recours au tribunal",
            "espace:declare_court",
            "file-text",
            "Vous déposez le recours vous-même, puis vous en gardez la date ici.",
        ),
        (
            may.live_elsewhere,
            "Je vis outre-mer ou à l’étranger",
            "espace:live_elsewhere",
            "clock",
            "Votre délai pour agir est plus long. Dites-le ici.",
        ),
    ]
    return [
        {"label": label, "url": reverse(name, args=[ref]), "icon": icon, "note": note}
        for is_open, label, name, icon, note in known
        if is_open
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def file_gracious(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Take a gracious appeal, at any time; one that comes late is taken too, and says what stays open."""
    now = clock.now()
    appeal = loading.own(claimant, ref)

    def deed(data: Mapping[str, Any], documents: list[int], key: uuid.UUID) -> None:
        filed = filing.file_gracious(
            appeal.pk, text=data["text"], document_ids=documents, form_key=key, by=actor(request), now=now
        )
        filed.appeal.case = appeal.case
        messages.success(request, f"Votre recours est bien reçu. {told.effect_on_time(filed)}")

    lead = f"{told.clock(appeal, now)} Une autre personne que l’auteur de la décision vous répond."
    rows = GraciousAppeal.objects.filter(appeal=appeal)
    return _with_documents(
        request, appeal, GraciousForm, "file_gracious", rows, deed, now, title="Recours gracieux", lead=lead
    )


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def ask_mediation(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Note that the person asked the mediator, and on which day."""
    now = clock.now()
    appeal = loading.own(claimant, ref)

    def deed(data: Mapping[str, Any], documents: list[int], key: uuid.UUID) -> None:
        filed = mediating.file_mediation(
            appeal.pk,
            asked_on=data["asked_on"],
            note=data["note"],
            document_ids=documents,
            form_key=key,
            by=actor(request),
            now=now,
        )
        said = told.LATE_STAYS_OPEN if filed.late else "Votre demande de médiation est notée."
        messages.success(request, said)

    agency = appeal.case.agency
    lead = f"{told.MEDIATION_FIRST} Écrivez au médiateur régional, {agency.name}, {agency.address}."
    rows = Mediation.objects.filter(appeal=appeal)
    return _with_documents(
        request, appeal, MediationForm, "ask_mediation", rows, deed, now, title="Médiation", lead=lead
    )


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def end_mediation(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Note how a mediation ended: the whole time to act starts anew from that day."""
    now = clock.now()
    appeal = loading.own(claimant, ref)

    def deed(data: Mapping[str, Any]) -> None:
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

    return _plain(
        request,
        appeal,
        MediationEndForm,
        "end_mediation",
        deed,
        title="Fin de la médiation",
        lead="Votre délai pour agir repart en entier de ce jour.",
        done="La fin de la médiation est notée.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def declare_court(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Note that the person went to court, after mediation."""
    now = clock.now()
    appeal = loading.own(claimant, ref)

    def deed(data: Mapping[str, Any]) -> None:
        declaring.declare(
            appeal.pk,
            court=data["court"],
            number=data["number"],
            filed_on=data["filed_on"],
            by=actor(request),
            now=now,
        )

    return _plain(
        request,
        appeal,
        CourtForm,
        "declare_court",
        deed,
        title="Recours au tribunal",
        lead="Vous avez déposé votre recours\u00a0? Notez-le ici pour garder la date.",
        done="Votre recours au tribunal est noté.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def live_elsewhere(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Note that the person lives overseas or abroad, which gives them more months; a second click changes nothing."""
    now = clock.now()
    appeal = loading.own(claimant, ref)

    def deed(data: Mapping[str, Any]) -> None:
        if appeal.residence != data["residence"]:
            growing.live_elsewhere(appeal.pk, Residence(data["residence"]), by=actor(request), now=now)

    return _plain(
        request,
        appeal,
        ElsewhereForm,
        "live_elsewhere",
        deed,
        title="Plus de temps pour agir",
        lead=f"{told.clock(appeal, now)} Qui vit loin a plus de temps pour agir devant le tribunal.",
        done="C’est noté. La nouvelle date est sur cette page.",
    )


def _with_documents(
    request: HttpRequest,
    appeal: AppealCase,
    kind: type[DocumentsForm],
    ability: str,
    earlier: QuerySet[Any],
    deed: sending.Deed,
    now: datetime,
    *,
    title: str,
    lead: str,
) -> HttpResponse:
    form: DocumentsForm | None
    if request.method == "POST":
        form = sending.take(request, kind, appeal.case, earlier=earlier, deed=deed, now=now)
        if form is None:
            return redirect("espace:appeal", ref=appeal.ref)
    elif not _is_open(appeal, ability):
        return _back(request, appeal)
    else:
        form = sending.empty(request, kind, appeal.case)
    return sending.page(request, appeal.case, form, title=title, lead=lead, breadcrumb=_above(appeal))


def _plain(
    request: HttpRequest,
    appeal: AppealCase,
    kind: type[HouseForm],
    ability: str,
    deed: Callable[[Mapping[str, Any]], None],
    *,
    title: str,
    lead: str,
    done: str,
) -> HttpResponse:
    if request.method != "POST" and not _is_open(appeal, ability):
        return _back(request, appeal)
    form: Any = kind(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        try:
            deed(form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, done)
            return redirect("espace:appeal", ref=appeal.ref)
    return sending.page(request, appeal.case, form, title=title, lead=lead, breadcrumb=_above(appeal))


def _is_open(appeal: AppealCase, ability: str) -> bool:
    return bool(getattr(abilities.of_appeal(followed.followed(appeal)), ability))


def _back(request: HttpRequest, appeal: AppealCase) -> HttpResponse:
    messages.info(request, _CLOSED)
    return redirect("espace:appeal", ref=appeal.ref)


def _above(appeal: AppealCase) -> list[dict[str, str]]:
    return [
        {"label": "Mon espace", "url": reverse("espace:home")},
        {"label": f"Recours {appeal.ref}", "url": reverse("espace:appeal", args=[appeal.ref])},
    ]
