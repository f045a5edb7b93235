"""Convoke one person, a selection, or the people of a file: fill in, look at the preview, send, read the results."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import actor, advisor_required, people_for
from accounts.models import Advisor, Claimant
from accounts.sign_in.kept_forms import restored
from convocations.hours import slots
from convocations.models import Bindingness, Convocation, ConvocationBatch, Kind, Modality
from convocations.scheduling import from_csv
from convocations.scheduling.from_csv import Broken
from convocations.scheduling.issuing import issue_many
from convocations.told import manners
from convocations.web import paper
from convocations.web.advisor.convoking import selection
from convocations.web.advisor.convoking.forms import ConvokeForm, ConvokeFromFileForm
from convocations.web.advisor.convoking.selection import Entry
from convocations.web.advisor.when import initial_of
from portal.core import clock
from portal.core.french import full_datetime, plural
from portal.core.references import to_number, to_text
from portal.core.transitions import Refusal

NEW = "/conseiller/convocations/nouvelle/"
# Longer lists are shown by their beginning; the file of results has every line.
SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def new(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Lead through the four steps; only the last one writes anything."""
    now = clock.now()
    step = request.POST.get("etape", "choisir") if request.method == "POST" else "choisir"
    if step == "envoyer":
        return _send(request, advisor, now)
    if step in ("apercu", "modifier"):
        return _look(request, advisor, now, step)
    refs = (request.POST if request.method == "POST" else request.GET).getlist("pour")
    kept = restored(request)
    entries = _chosen(advisor, refs, now) or _kept(advisor, kept)
    if "fichier" in request.GET:
        return _fill_in(request, advisor, [], _blank(request, advisor, now, kept, from_file=True))
    if not entries:
        return render(request, "convocations/advisor/convoke_whom.html", {"asked": bool(refs)})
    return _fill_in(request, advisor, entries, _blank(request, advisor, now, kept, several=len(entries) > 1))


def _kept(advisor: Advisor, kept: dict[str, Any]) -> list[Entry]:
    """Find the people of a form that was sent when the session had ended; none when it named none."""
    try:
        return selection.unsealed(advisor, str(kept.get("lignes") or kept.get("personnes") or ""))
    except Refusal:
        return []


def _chosen(advisor: Advisor, refs: list[str], now: datetime) -> list[Entry]:
    """Keep the order of the selection; what is no reference of a person of theirs is left out."""
    known = []
    for ref in dict.fromkeys(refs[: from_csv.MOST_LINES]):
        try:
            known.append(to_text("DE", to_number("DE", ref)))
        except ValueError:
            continue
    by_ref = {str(one.ref): one for one in people_for(advisor, now, ref__in=known).values()} if known else {}
    return [Entry(by_ref[ref].pk) for ref in known if ref in by_ref]


def _blank(
    request: HttpRequest,
    advisor: Advisor,
    now: datetime,
    kept: dict[str, Any],
    *,
    several: bool = False,
    from_file: bool = False,
) -> ConvokeForm:
    zone = advisor.agency.place.zone
    initial: dict[str, Any] = {
        "bindingness": Bindingness.CONVOCATION,
        "kind": Kind.INTERVIEW,
        "modality": Modality.IN_PERSON,
        "minutes": 45,
        **initial_of(slots.propose(advisor, minutes=45, now=now), zone),
    }
    # An hour picked in the agenda, a manner picked on an appointment; the form checks them when sent.
    for name, field in (("jour", "day"), ("heure", "at"), ("modalite", "modality")):
        if value := (request.POST if request.method == "POST" else request.GET).get(name):
            initial[field] = value
    initial |= kept
    if from_file:
        return ConvokeFromFileForm(initial=initial, zone=zone, now=now, several=True)
    return ConvokeForm(initial=initial, zone=zone, now=now, several=several)


def _fill_in(request: HttpRequest, advisor: Advisor, entries: list[Entry], form: ConvokeForm) -> HttpResponse:
    persons = (
        people_for(advisor, clock.now(), pk__in=[e.claimant_id for e in entries[:SHOWN]]) if entries else {}
    )
    form.cancel_url = "/conseiller/portefeuille/"
    context = {
        "form": form,
        "from_file": isinstance(form, ConvokeFromFileForm),
        "people": [persons[e.claimant_id] for e in entries[:SHOWN] if e.claimant_id in persons],
        "count": len(entries),
        "more": max(0, len(entries) - SHOWN),
        "several": len(entries) > 1,
        "sealed": selection.sealed(advisor, entries) if entries else "",
    }
    return render(request, "convocations/advisor/convoke.html", context, status=form.http_status)


def _look(request: HttpRequest, advisor: Advisor, now: datetime, step: str) -> HttpResponse:
    """Show what each person would receive; an error in the form brings the form back, people kept."""
    zone = advisor.agency.place.zone
    from_file = "personnes" not in request.POST
    try:
        entries = [] if from_file else selection.unsealed(advisor, request.POST["personnes"])
    except Refusal as refusal:
        return _expired(request, refusal)
    several = from_file or len(entries) > 1
    kind = ConvokeFromFileForm if from_file else ConvokeForm
    form = kind(request.POST, request.FILES, zone=zone, now=now, several=several)
    if step == "modifier":
        form = ConvokeForm(initial=request.POST.dict(), zone=zone, now=now, several=several)
        return _fill_in(request, advisor, entries, form)
    broken: list[Broken] = []
    unknown: list[str] = []
    if form.is_valid() and from_file:
        try:
            reading = from_csv.read(form.cleaned_data["file"].read())
        except Refusal as refusal:
            form.add_error("file", refusal.sentence)
        else:
            entries, broken = selection.from_file(advisor, reading, form.cleaned_data, now)
            unknown = reading.unknown_columns
    if not form.is_valid():
        return _fill_in(request, advisor, entries, form)
    return _preview(request, advisor, entries, form, now, broken, unknown)


def _preview(
    request: HttpRequest,
    advisor: Advisor,
    entries: list[Entry],
    form: ConvokeForm,
    now: datetime,
    broken: list[Broken],
    unknown_columns: list[str],
) -> HttpResponse:
    lines = selection.preview(advisor, entries, form.cleaned_data, now)
    good = [line for line in lines if not line.refused]
    refused = [line for line in lines if line.refused]
    context = {
        "form": form,
        "hidden": [form[name].as_hidden() for name in form.fields if name != "file"],
        "common": form.cleaned_data,
        "binding": form.cleaned_data["bindingness"] == Bindingness.CONVOCATION,
        "period": form.cleaned_data["modality"] == Modality.ASYNC_MESSAGE,
        "instructions": manners.instructions(form.cleaned_data["modality"]),
        "good": good[:SHOWN],
        "more": max(0, len(good) - SHOWN),
        "count": len(good),
        "sent_to": plural(len(good), "personne"),
        "refused": refused[:SHOWN],
        "broken": broken[:SHOWN],
        "left_out": len(refused) + len(broken),
        "unknown_columns": unknown_columns,
        "people": selection.sealed(advisor, entries),
        "lines": selection.sealed(advisor, [line.entry for line in good]),
    }
    return render(request, "convocations/advisor/convoke_preview.html", context)


def _send(request: HttpRequest, advisor: Advisor, now: datetime) -> HttpResponse:
    """Issue what the preview showed; the same form sent twice gives the first sending's results."""
    form = ConvokeForm(request.POST, zone=advisor.agency.place.zone, now=now, several=True)
    try:
        entries = selection.unsealed(advisor, request.POST.get("lignes", ""))
        persons = people_for(advisor, now, pk__in=[entry.claimant_id for entry in entries])
    except Refusal as refusal:
        return _expired(request, refusal)
    if not form.is_valid() or not entries:
        return _fill_in(request, advisor, entries, form)
    drafts = [
        selection.draft(entry, persons[entry.claimant_id], advisor, form.cleaned_data)
        for entry in entries
        if entry.claimant_id in persons
    ]
    key = form.cleaned_data["form_key"]
    results = issue_many(drafts, form_key=key, by=actor(request), now=now)
    if len(results) == 1 and results[0].ref:
        messages.success(request, f"C’est envoyé à {persons[results[0].claimant_id]}.")
        return redirect("advisor:appointment", ref=results[0].ref)
    return redirect("advisor:batch", key=key)


def _expired(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    context = {"asked": False, "refusal": refusal.sentence}
    return render(request, "convocations/advisor/convoke_whom.html", context, status=409)


# --- results and files ------------------------------------------------------------


@require_safe
@advisor_required
def batch(request: HttpRequest, advisor: Advisor, key: uuid.UUID) -> HttpResponse:
    """Show what became of each line of a sending."""
    results = _batch(advisor, key).results
    refused = [line for line in results if line[1] is None]
    issued = [line for line in results if line[1] is not None]
    shown_lines = [*refused[:SHOWN], *issued[:SHOWN]]
    rows = _rows(shown_lines)
    context = {
        "refused": [row for row in rows if row["refused"]],
        "issued": [row for row in rows if not row["refused"]],
        "issued_count": len(issued),
        "issued_words": plural(len(issued), "envoi fait", "envois faits"),
        "refused_count": len(refused),
        "more": len(results) - len(shown_lines),
        "key": key,
    }
    return render(request, "convocations/advisor/convoke_results.html", context)


@require_safe
@advisor_required
def batch_csv(request: HttpRequest, advisor: Advisor, key: uuid.UUID) -> HttpResponse:
    """Give every line of a sending as a file; no cell can act as a formula."""
    rows = [
        [row["person_ref"], row["name"], row["ref"], row["when"], row["refused"]]
        for row in _rows(_batch(advisor, key).results)
    ]
    return _csv("resultats.csv", [["reference", "personne", "rendez-vous", "date", "refus"], *rows])


@require_safe
@advisor_required
def example_csv(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Give the model of the file."""
    response = HttpResponse(from_csv.EXAMPLE.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="modele-convocations.csv"'
    return response


def _batch(advisor: Advisor, key: uuid.UUID) -> ConvocationBatch:
    found = ConvocationBatch.objects.filter(form_key=key, issued_by_id=advisor.pk).first()
    if found is None:
        raise Http404
    return found


def _rows(lines: list[list[Any]]) -> list[dict[str, Any]]:
    names = {
        pk: (f"{first} {last}", ref)
        for pk, ref, first, last in Claimant.objects.filter(pk__in={line[0] for line in lines}).values_list(
            "pk", "ref", "user__first_name", "user__last_name"
        )
    }
    hours = {
        row.pk: row
        for row in Convocation.objects.filter(pk__in=[line[1] for line in lines if line[1]])
        .select_related("agency")
        .only("starts_at", "agency__territory")
    }
    return [
        {
            "name": names[claimant_id][0],
            "person_ref": names[claimant_id][1],
            "ref": ref or "",
            "when": full_datetime(hours[pk].starts_at, hours[pk].agency.place.zone) if pk else "",
            "refused": refused,
        }
        for claimant_id, pk, ref, refused in lines
    ]


def _csv(name: str, rows: list[list[Any]]) -> HttpResponse:
    return paper.file(from_csv.written(rows), "text/csv; charset=utf-8", name)
