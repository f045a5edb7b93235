"""What becomes of a version of the barème: prepared anew, compared, published, dropped, taken back. One page each."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import access
from accounts.back_office.site import site
from measures.back_office.forms import CompareForm, ConfirmForm, DraftForm, WithdrawForm
from measures.bareme import comparing, drafting, publishing, shipped, timeline
from measures.bareme.ranges import told
from measures.bareme.timeline import Handover
from measures.models import BaremeVersion
from measures.states import VersionState
from portal.core import clock
from portal.core.french import day_span, full_date, full_datetime
from portal.core.transitions import Refusal
from portal.core.working_time import Territory

# The last word of each page's address, and its view here.
ADDRESSES = {
    "preparer": "prepare",
    "comparer": "compare",
    "publier": "publish",
    "supprimer": "drop",
    "retirer": "withdraw",
}
_LABELS = {
    "prepare": "Préparer une nouvelle version à partir de celle-ci",
    "compare": "Comparer",
    "publish": "Publier",
    "drop": "Supprimer ce brouillon",
    "withdraw": "Retirer",
}


def find(object_id: str) -> BaremeVersion | None:
    """Find a version by the number in its address; a word that is no number finds none."""
    number = int(object_id) if re.fullmatch(r"[0-9]{1,18}", object_id) else 0
    return BaremeVersion.objects.filter(pk=number).first()


def doors(version: BaremeVersion) -> list[tuple[str, str]]:
    """List the pages that lead on from a version: address and label."""
    shut = {
        VersionState.DRAFT: {"withdraw"},
        VersionState.PUBLISHED: {"publish", "drop"},
        VersionState.WITHDRAWN: {"publish", "drop", "withdraw"},
    }[VersionState(version.state)]
    if version.state == VersionState.PUBLISHED and _why_not_withdraw(version):
        shut = {*shut, "withdraw"}
    return [(_address(name, version), label) for name, label in _LABELS.items() if name not in shut]


# --- the pages ------------------------------------------------------------------------


def prepare(request: HttpRequest, object_id: str) -> HttpResponse:
    """Copy a version as the draft of the next."""
    version = _existing(object_id)
    form = DraftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafting.draft_from(version.pk, **form.cleaned_data, **_deed(request))
        except Refusal as refused:
            form.add_error("code", refused.sentence)
        else:
            messages.success(request, f"La version «\u00a0{draft.code}\u00a0» est prête à être modifiée.")
            return redirect("admin:measures_baremeversion_change", draft.pk)
    title = f"Préparer une nouvelle version à partir de «\u00a0{version.code}\u00a0»"
    return _page(request, "prepare", version, title, {"form": form})


def compare(request: HttpRequest, object_id: str) -> HttpResponse:
    """Lay a version beside another: what it adds, takes away, says otherwise."""
    version = _existing(object_id)
    others = BaremeVersion.objects.exclude(pk=version.pk)
    chosen = _before(version, list(others))
    form = CompareForm(request.GET or {"avec": chosen.pk if chosen else ""}, others=others)
    other = form.cleaned_data["avec"] if form.is_valid() else None
    difference = _difference(other, version)
    title = f"Comparer «\u00a0{version.code}\u00a0»"
    context = {"form": form, "other": other, "difference": difference}
    return _page(request, "compare", version, title, context)


def publish(request: HttpRequest, object_id: str) -> HttpResponse:
    """Show what publishing would change, close and measure; publish it when that is confirmed."""
    version = _existing(object_id)
    if version.state != VersionState.DRAFT:
        messages.error(request, drafting.NoLongerADraft(version).sentence)
        return redirect("admin:measures_baremeversion_change", version.pk)
    others = list(BaremeVersion.objects.all())
    plan = publishing.plan(version, others, clock.now())
    refusal = ""
    if request.method == "POST":
        form = ConfirmForm(request.POST)
        try:
            seal = form.cleaned_data["seal"] if form.is_valid() else "–"
            publishing.publish(version.pk, seal=seal, **_deed(request))
        except Refusal as refused:
            refusal = refused.sentence
        else:
            messages.success(request, f"La version «\u00a0{version.code}\u00a0» est publiée.")
            return redirect("admin:measures_baremeversion_change", version.pk)
    before = plan.closes or _before(version, [one for one in others if one.pk != version.pk])
    context = {
        "form": ConfirmForm(initial={"seal": plan.seal}),
        "refusal": refusal if refusal and refusal not in plan.against else "",
        "plan": plan,
        "closes_on": full_date(plan.closes_on),
        "other": before,
        "difference": _difference(before, version),
        "handovers": [said(change) for change in plan.handovers],
        "left_alone": comparing.left_alone(),
        "count": version.rules.count(),
        "first_day": full_date(version.valid_from),
    }
    title = f"Publier «\u00a0{version.code}\u00a0»"
    return _page(request, "publish", version, title, context, refused=bool(refusal))


def drop(request: HttpRequest, object_id: str) -> HttpResponse:
    """Say what would be gone with a draft; remove it when that is confirmed."""
    version = _existing(object_id)
    if version.state != VersionState.DRAFT:
        messages.error(request, drafting.NoLongerADraft(version).sentence)
        return redirect("admin:measures_baremeversion_change", version.pk)
    if request.method == "POST":
        try:
            drafting.drop(version.pk, **_deed(request))
        except Refusal as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, f"Le brouillon «\u00a0{version.code}\u00a0» est supprimé.")
        return redirect("admin:measures_baremeversion_changelist")
    context = {
        "form": Form(),
        "count": version.rules.count(),
        "comes_back": version.code in shipped.codes(),
    }
    return _page(request, "drop", version, f"Supprimer le brouillon «\u00a0{version.code}\u00a0»", context)


def withdraw(request: HttpRequest, object_id: str) -> HttpResponse:
    """Show what taking a version back would change; do it with a reason."""
    version = _existing(object_id)
    against = _why_not_withdraw(version)
    if against and request.method != "POST":
        messages.error(request, Refusal(" ".join(against)).sentence)
        return redirect("admin:measures_baremeversion_change", version.pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publishing.withdraw(version.pk, reason=form.cleaned_data["reason"], **_deed(request))
        except Refusal as refused:
            form.add_error("reason", refused.sentence)
        else:
            messages.success(request, f"La version «\u00a0{version.code}\u00a0» est retirée.")
            return redirect("admin:measures_baremeversion_change", version.pk)
    reopens, changes = publishing.taken_back(version, BaremeVersion.objects.all())
    context = {"form": form, "reopens": reopens, "handovers": [said(change) for change in changes]}
    return _page(request, "withdraw", version, f"Retirer «\u00a0{version.code}\u00a0»", context)


# --- in words ---------------------------------------------------------------------------


def said(change: Handover) -> str:
    """Say which days change hands, where, from which version to which."""
    days = f"à partir du {full_date(change.first)}"
    days = days if change.last is None else day_span(change.first, change.last)
    before, after = (
        f"«\u00a0{code}\u00a0»" if code else "aucune version" for code in (change.before, change.after)
    )
    return f"{timeline.named(change.territories)}, {days}\u00a0: {after} au lieu de {before}"


def when(at: datetime) -> str:
    """Say an instant of the back office, on the capital's clock."""
    return full_datetime(at, Territory.METROPOLE.zone)


def _difference(old: BaremeVersion | None, new: BaremeVersion) -> dict[str, Any] | None:
    if old is None:
        return None
    found = comparing.difference(old, new)
    whole = lambda rules: [f"{rule.about}\u00a0: {told(rule)}" for rule in rules]  # noqa: E731
    return {
        "is_empty": found.is_empty,
        "about": found.about,
        "changed": found.changed,
        "added": whole(found.added),
        "removed": whole(found.removed),
    }


# --- shared by the pages -------------------------------------------------------------------


def _page(
    request: HttpRequest,
    name: str,
    version: BaremeVersion,
    title: str,
    context: Mapping[str, Any],
    *,
    refused: bool = False,
) -> HttpResponse:
    wrong = request.method == "POST" and context["form"].errors
    words = {
        **site.each_context(request),
        "title": title,
        "version": version,
        "version_url": reverse("admin:measures_baremeversion_change", args=[version.pk]),
        "list_url": reverse("admin:measures_baremeversion_changelist"),
        **context,
    }
    status = 409 if refused else 422 if wrong else 200
    return render(request, f"admin/bareme/{name}.html", words, status=status)


def _existing(object_id: str) -> BaremeVersion:
    version = find(object_id)
    if version is None:
        raise Http404
    return version


def _before(version: BaremeVersion, others: list[BaremeVersion]) -> BaremeVersion | None:
    """Find the published version that begins last before this one, of its own territory if there is one."""
    earlier = [
        one
        for one in others
        if one.state == VersionState.PUBLISHED
        and one.valid_from < version.valid_from
        and one.territory in ("", version.territory)
    ]
    return max(earlier, key=lambda one: (one.territory, one.valid_from), default=None)


def _why_not_withdraw(version: BaremeVersion) -> list[str]:
    return publishing.why_not_withdraw(version, BaremeVersion.objects.all(), clock.now())


def _address(name: str, version: BaremeVersion) -> str:
    return reverse(f"admin:measures_baremeversion_{name}", args=[version.pk])


def _deed(request: HttpRequest) -> dict[str, Any]:
    return {"by": access.actor(request), "now": clock.now()}
