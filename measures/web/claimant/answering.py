"""What the person answers: observations with documents, the wish to be heard, who assists them."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from accounts.sign_in.kept_forms import restored
from measures.models import Case, Observations, Piece
from measures.procedure.contradiction import hearing, observing
from measures.web.claimant import abilities, loading
from measures.web.claimant.forms import AssistantForm, HearingForm, ObservationsForm
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.models import Document
from portal.core.safe import choosing
from portal.core.safe.choosing import Safe
from portal.core.transitions import Refusal


def usable(case: Case, chosen: Sequence[str] = ()) -> list[Document]:
    """List what the person sent us and this procedure does not have yet."""
    return _safe(case).usable(chosen)


def _safe(case: Case) -> Safe:
    taken = Piece.objects.filter(case=case).values("document")
    return Safe(case.claimant.user, case.agency.place.zone, taken)


def observe(request: HttpRequest, case: Case, now: datetime) -> HttpResponse | ObservationsForm:
    """Take observations: the receipt when they are taken, else the form to correct."""
    key = choosing.form_key(request.POST)
    # One transaction: a file that was kept stays kept when the rest is refused, and both when it is not.
    with transaction.atomic():
        choosing.one_at_a_time(key)
        if (earlier := Observations.objects.filter(form_key=key, case=case).first()) is not None:
            return _receipt(case, earlier)
        form = choosing.take(
            ObservationsForm,
            request.POST,
            request.FILES.getlist("uploads"),
            _safe(case),
            by=actor(request),
            now=now,
        )
        if form.is_valid():
            try:
                filed = observing.file_observations(
                    case.pk,
                    text=form.cleaned_data["text"],
                    document_ids=_safe(case).chosen_ids(form),
                    form_key=form.cleaned_data["form_key"],
                    by=actor(request),
                    now=now,
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return _receipt(case, filed)
    return form


def _receipt(case: Case, filed: Observations) -> HttpResponse:
    before = Observations.objects.filter(case=case, pk__lte=filed.pk)
    return redirect("espace:observations", ref=case.ref, number=before.count())


# --- to be heard -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def ask_hearing(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Take the wish to be heard; a hearing that is asked for already is shown instead."""
    now = clock.now()
    case = loading.own(claimant, ref)
    may = _may(case, now)
    if request.method != "POST" and not may.ask_hearing:
        return _back(request, case, may)
    form = HearingForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            hearing.ask_hearing(
                case.pk, wishes=data["wishes"], assistant=data["assistant"], by=actor(request), now=now
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, "Vous serez entendu avant toute décision. La date et le lieu vous seront écrits."
            )
            return redirect("espace:procedure", ref=case.ref)
    lead = "Vous direz ce que vous voulez, devant la personne qui décide. Elle ne décide pas avant."
    return _form_page(request, case, form, "Demander à être entendu", lead)


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def name_assistant(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Note who comes along."""
    now = clock.now()
    case = loading.own(claimant, ref)
    may = _may(case, now)
    if request.method != "POST" and not may.hearing_waits:
        return _back(request, case, may)
    found = loading.procedure_of(case).hearing
    initial = {"assistant": found.assistant if found else "", **restored(request)}
    form = AssistantForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            hearing.name_assistant(
                case.pk, assistant=form.cleaned_data["assistant"], by=actor(request), now=now
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "C’est noté. Vous pouvez encore changer jusqu’à l’audition.")
            return redirect("espace:procedure", ref=case.ref)
    lead = "Une personne de votre choix peut vous assister. Vous pouvez aussi venir sans personne."
    return _form_page(request, case, form, "Qui vous assiste à l’audition", lead)


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def give_up(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Let the person give their hearing up; writing stays possible."""
    now = clock.now()
    case = loading.own(claimant, ref)
    may = _may(case, now)
    if not may.hearing_waits:
        return _back(request, case, may)
    if request.method == "POST":
        try:
            hearing.drop(case.pk, reason="Vous y avez renoncé.", by=actor(request), now=now)
        except Refusal as refusal:
            messages.warning(request, refusal.sentence)
        else:
            messages.success(request, "C’est noté\u00a0: l’audition n’a pas lieu. Vous pouvez encore écrire.")
        return redirect("espace:procedure", ref=case.ref)
    context = {
        "title": "Renoncer à l’audition",
        "case": case,
        "breadcrumb": _above(case),
        "action": reverse("espace:give_up_hearing", args=[case.ref]),
        "back": reverse("espace:procedure", args=[case.ref]),
    }
    return render(request, "measures/claimant/give_up.html", context)


def _may(case: Case, now: datetime) -> abilities.ProcedureAbilities:
    one = loading.procedure_of(case)
    return abilities.of_procedure(case, one.notice, one.hearing, one.decision, now)


def _back(request: HttpRequest, case: Case, may: abilities.ProcedureAbilities) -> HttpResponse:
    """Lead back to the procedure, where what is possible stands."""
    sentence = "Ce n’est plus possible à cette étape."
    if may.is_late:
        sentence = (
            "Le délai pour demander une audition est fini. Vous pouvez encore écrire, jusqu’à la décision."
        )
    if may.hearing_waits:
        sentence = "Votre audition est déjà demandée. Vous serez entendu avant toute décision."
    messages.info(request, sentence)
    return redirect("espace:procedure", ref=case.ref)


def _form_page(request: HttpRequest, case: Case, form: HouseForm, title: str, lead: str) -> HttpResponse:
    form.cancel_url = reverse("espace:procedure", args=[case.ref])
    context = {"title": title, "lead": lead, "case": case, "form": form, "breadcrumb": _above(case)}
    return render(request, "measures/claimant/form.html", context, status=form.http_status)


def _above(case: Case) -> list[dict[str, str]]:
    return [
        {"label": "Mon espace", "url": reverse("espace:home")},
        {"label": f"Procédure {case.ref}", "url": reverse("espace:procedure", args=[case.ref])},
    ]
