"""A person's appointments: the list, one appointment, confirming it, answering an invitation, the proof."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import actor, claimants_only, is_really_reading
from accounts.models import User
from convocations.evidence import ledger, receipts
from convocations.models import Absence, Bindingness, ChangeRequest, Convocation, DeliveryEvidence, Modality
from convocations.requests.grounds import counting
from convocations.scheduling import changing, displacing
from convocations.states import HOLDS_TIME, REQUEST_GRANTED, REQUEST_PENDING, ConvocationState
from convocations.told import manners, words
from convocations.told import requests as told_requests
from convocations.web import paper
from convocations.web.claimant.abilities import of_appointment
from portal.core import clock, keyset
from portal.core.french import first_up, full_datetime, short_datetime, urgency
from portal.core.prepared import prepared
from portal.core.references import to_number
from portal.core.transitions import Refusal
from portal.core.working_time import Territory

PAGE = 50
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_ROW = (
    "id",
    "ref",
    "bindingness",
    "kind",
    "modality",
    "starts_at",
    "state",
    "agency__name",
    "agency__territory",
    "displacement__cause",
)


# --- the list -------------------------------------------------------------------


@require_safe
@claimants_only
def index(request: HttpRequest, person: User) -> HttpResponse:
    """Show a person's appointments, coming or past, fifty at a time."""
    now = clock.now()
    past = request.GET.get("vue") == "passes"
    after = keyset.read(request.GET.get("apres", ""), 1)
    found, more = keyset.cut(_page(person.pk, past, after, now), PAGE)
    here = reverse("espace:appointments")
    view = "vue=passes&" if past else ""
    return render(
        request,
        "convocations/claimant/appointments.html",
        {
            "rows": [_line(row, here, now) for row in found],
            "past": past,
            "here": here,
            "first_url": (f"{here}?vue=passes" if past else here) if "apres" in request.GET else "",
            "next_url": f"{here}?{view}apres={keyset.write(found[-1][5], found[-1][0])}" if more else "",
        },
    )


def _page(claimant_id: int, past: bool, after: tuple[datetime, list[int]] | None, now: datetime) -> list[Any]:
    if past:
        moment, (key,) = after or (_LATEST, [0])
        return _past(claimant_id=claimant_id, now=now, moment=moment, key=key)
    moment, (key,) = after or (_EARLIEST, [0])
    return _coming(claimant_id=claimant_id, now=now, moment=moment, key=key)


@prepared
def _past(claimant_id: int, now: datetime, moment: datetime, key: int) -> Any:
    further = Q(starts_at__lt=moment) | Q(starts_at=moment, id__lt=key)
    rows = Convocation.objects.filter(further, claimant_id=claimant_id, ends_at__lte=now)
    return rows.order_by("-starts_at", "-id").values_list(*_ROW)[: PAGE + 1]


@prepared
def _coming(claimant_id: int, now: datetime, moment: datetime, key: int) -> Any:
    further = Q(starts_at__gt=moment) | Q(starts_at=moment, id__gt=key)
    rows = Convocation.objects.filter(further, claimant_id=claimant_id, ends_at__gt=now)
    return rows.order_by("starts_at", "id").values_list(*_ROW)[: PAGE + 1]


def _line(row: tuple[Any, ...], here: str, now: datetime) -> dict[str, Any]:
    _, ref, bindingness, kind, modality, starts_at, state, agency, territory, displaced = row
    binding = bindingness == Bindingness.CONVOCATION
    stands = words.said(state, binding, starts_at <= now)
    if displaced and state in HOLDS_TIME and starts_at > now:
        stands = words.DISPLACED
    return {
        "url": f"{here}{ref}/",
        "title": words.KINDS[kind],
        "date": first_up(short_datetime(starts_at, Territory(territory).zone)),
        "year": starts_at.year if starts_at.year != now.year else "",
        "meta": f"{words.MODALITIES[modality]}, {agency}",
        "binding": binding,
        "state": stands.label,
        "tone": stands.tone,
    }


# --- one appointment ------------------------------------------------------------


@require_safe
@claimants_only
def detail(request: HttpRequest, person: User, ref: str) -> HttpResponse:
    """Show an appointment to its person; opening it is the first consultation, dated in the ledger."""
    now = clock.now()
    convocation = own(person, ref)
    if convocation.read_at is None and is_really_reading(request):
        ledger.consult(convocation.pk, by=actor(request), now=now)
        convocation = own(person, ref)
    return render(request, "convocations/claimant/appointment.html", _shown(convocation, now))


@require_POST
@claimants_only
def acknowledge(request: HttpRequest, person: User, ref: str) -> HttpResponse:
    """Take the person's word that they received their convocation."""
    convocation = own(person, ref)
    try:
        ledger.acknowledge(convocation.pk, by=actor(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "C’est noté\u00a0: vous avez confirmé la réception de cette convocation.")
    return redirect("espace:appointment", ref=convocation.ref)


_ANSWERS = {
    "oui": (ConvocationState.ACCEPTED, "C’est noté\u00a0: vous acceptez. Vous pouvez changer d’avis."),
    "non": (ConvocationState.DECLINED, "C’est noté\u00a0: vous déclinez. C’est sans conséquence."),
}


@require_POST
@claimants_only
def answer(request: HttpRequest, person: User, ref: str) -> HttpResponse:
    """Take a yes or a no to an invitation."""
    convocation = own(person, ref)
    chosen = _ANSWERS.get(request.POST.get("reponse", ""))
    if chosen is None:
        messages.error(request, "Choisissez «\u00a0J’accepte\u00a0» ou «\u00a0Je décline\u00a0».")
        return redirect("espace:appointment", ref=convocation.ref)
    try:
        changing.answer_invitation(convocation.pk, chosen[0], by=actor(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, chosen[1])
    return redirect("espace:appointment", ref=convocation.ref)


@require_safe
@claimants_only
def receipt(request: HttpRequest, person: User, ref: str) -> HttpResponse:
    """Give the receipt: what was shown, its fingerprint, and the dated facts both sides see."""
    convocation = own(person, ref)
    return paper.pdf(receipts.of_appointment(convocation), f"recu-{convocation.ref}.pdf")


_BEFORE = {
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "modality": "modality",
    "territory": "agency__territory",
}


@prepared
def _one(claimant_id: int, ref: int) -> Any:
    found = Convocation.objects.filter(claimant_id=claimant_id, ref=ref).select_related(
        "agency", "advisor__user", *displacing.READ_WITH
    )
    facts = (
        DeliveryEvidence.objects.filter(convocation_id=OuterRef("pk"))
        .order_by("at", "id")
        .values_list(JSONObject(fact="fact", at="at", detail="detail"))
    )
    # By way of the person's few absences, which have an index.
    absences = Absence.objects.filter(claimant_id=OuterRef("claimant_id"), convocation_id=OuterRef("pk"))
    return found.annotate(
        facts=ArraySubquery(facts),
        absence_ref=Subquery(absences.order_by("-id").values("ref")[:1]),
        # What took its place, and what it took the place of: some values in the same query, not rows of thirty.
        successor_ref=F("successor__ref"),
        **{f"before_{name}": F(f"predecessor__{path}") for name, path in _BEFORE.items()},
    )


def own(person: User, ref: str) -> Any:
    """Load one of the person's own appointments with its evidence, by one question; anybody else's is not there."""
    try:
        found = _one(claimant_id=person.pk, ref=to_number("CV", ref))
    except ValueError:
        found = []
    if not found:
        raise Http404
    return found[0]


def _shown(convocation: Any, now: datetime) -> dict[str, Any]:
    tz = convocation.agency.place.zone
    begun = convocation.starts_at <= now
    binding = convocation.is_binding
    displaced = displacing.kept_from(convocation, now)
    may = of_appointment(convocation, now, displaced=bool(displaced))
    title = f"{words.KINDS[convocation.kind]} du {full_datetime(convocation.starts_at, tz)}"
    by_writing = convocation.modality == Modality.ASYNC_MESSAGE
    if by_writing:
        title = f"{words.KINDS[convocation.kind]} par écrit, {manners.when(convocation, tz)}"
    return {
        "convocation": convocation,
        "tz": tz,
        "title": title,
        "breadcrumb": [
            {"label": "Mon espace", "url": reverse("espace:home")},
            {"label": "Mes rendez-vous", "url": reverse("espace:appointments")},
        ],
        "binding": binding,
        "by_writing": by_writing,
        "stands": words.DISPLACED if displaced else words.said(convocation.state, binding, begun),
        "may": may,
        "displaced": f"{first_up(displaced)}." if displaced else "",
        "if_not_coming": manners.NOT_THEN[convocation.modality]
        if displaced
        else manners.IF_NOT.get((convocation.modality, binding), words.IF_NOT_COMING[binding]),
        "coming": not begun,
        "answer_within": told_requests.answer_within(),
        "postpone_note": _postpone_note(convocation, tz, now, displaced=bool(displaced))
        if may.postpone
        else "",
        "left": words.starts_in(convocation.starts_at, now, tz),
        "level": urgency(convocation.starts_at, now, tz),
        "facts": _facts(convocation, to_prepare=not displaced),
        "legal": words.LEGAL if binding else (),
        "remedies": words.REMEDIES if binding else "",
        "evidence": _evidence(convocation),
        "absence": _absence(convocation),
        "asked": _request(convocation) if convocation.state == ConvocationState.RESCHEDULE_PENDING else "",
        "call_back": f"?rendez_vous={convocation.ref}",
    }


def _facts(convocation: Convocation, *, to_prepare: bool) -> list[dict[str, str]]:
    """List when, how and where; with what to do and to bring, unless it cannot take place (`to_prepare`)."""
    agency, tz = convocation.agency, convocation.agency.place.zone
    advisor = convocation.advisor
    phone = advisor.phone or agency.phone
    return [
        {
            "label": "Quand",
            "value": first_up(
                words.when(convocation.starts_at, convocation.ends_at, convocation.modality, tz)
            ),
            "note": words.lasting(convocation.starts_at, convocation.ends_at, convocation.modality),
            "icon": "clock",
        },
        {"label": "Remplace", **_replaced(convocation), "icon": "history"},
        {
            "label": "Comment",
            "value": words.MODALITIES[convocation.modality],
            "note": manners.DO[convocation.modality] if to_prepare else "",
            "icon": _ICONS[convocation.modality],
        },
        {
            "label": "À vérifier avant",
            "value": manners.CHECK.get(convocation.modality, "") if to_prepare else "",
            "icon": "circle-check",
        },
        {"label": _WHERE.get(convocation.modality, "Où"), "value": _place(convocation), "icon": "map-pin"},
        {
            "label": "Avec",
            "value": str(advisor.user),
            "note": "Votre agence\u00a0: " + agency.name,
            "icon": "user",
        },
        {"label": "Téléphone", "value": phone, "url": f"tel:{phone.replace(' ', '')}", "icon": "phone"},
        {"label": "Pourquoi", "value": convocation.purpose, "icon": "message-square"},
        {
            "label": manners.TO_BRING[convocation.modality],
            "value": convocation.to_bring if to_prepare else "",
            "icon": "clipboard-list",
        },
    ]


def _replaced(convocation: Any) -> dict[str, str]:
    """Say which appointment this one took the place of, in the words of the e-mail that told it."""
    starts_at, how = convocation.before_starts_at, convocation.before_modality
    if starts_at is None:
        return {"value": ""}
    asked = _granted(convocation)
    if starts_at == convocation.starts_at:
        return {
            "value": f"Le même rendez-vous, qui était prévu {Modality(how).label}",
            "note": f"Le jour et l’heure restent les mêmes.{asked}",
        }
    tz = Territory(convocation.before_territory).zone
    when = words.when(starts_at, convocation.before_ends_at, how, tz)
    what = "L’échange par écrit" if how == Modality.ASYNC_MESSAGE else "Le rendez-vous du"
    return {"value": f"{what} {when[0].lower()}{when[1:]}", "note": f"Il n’existe plus.{asked}"}


def _granted(convocation: Convocation) -> str:
    """Name the request that this appointment answers, if the person asked for it."""
    rows = ChangeRequest.objects.filter(convocation__successor=convocation.pk, state__in=REQUEST_GRANTED)
    ref = rows.values_list("ref", flat=True).first()
    return f" C’est la réponse à votre demande {ref}." if ref else ""


_ICONS: dict[str, str] = {
    Modality.IN_PERSON: "building-2",
    Modality.PHONE: "phone",
    Modality.VIDEO: "video",
    Modality.KIOSK_VIDEO: "monitor",
    Modality.ASYNC_MESSAGE: "mail",
}
_WHERE: dict[str, str] = {
    Modality.PHONE: "Votre numéro",
    Modality.VIDEO: "Le lien",
    Modality.ASYNC_MESSAGE: "Où écrire",
}
_AT_A_PLACE = frozenset({Modality.IN_PERSON, Modality.KIOSK_VIDEO})


def _place(convocation: Convocation) -> str:
    if convocation.modality in _AT_A_PLACE:
        return convocation.place or f"{convocation.agency.name}\n{convocation.agency.address}"
    return convocation.place


def _evidence(convocation: Any) -> list[dict[str, str]]:
    tz = convocation.agency.place.zone
    lines = []
    for one in convocation.facts:
        title, icon, tone = words.FACTS[one["fact"]]
        lines.append(
            {
                "date": first_up(full_datetime(datetime.fromisoformat(one["at"]), tz)),
                "title": title,
                "text": one["detail"],
                "icon": icon,
                "tone": tone,
            }
        )
    return lines


def _postpone_note(convocation: Convocation, tz: Any, now: datetime, *, displaced: bool) -> str:
    """Say what moving it would count for, before the click."""
    if displaced:
        return "Acceptée tout de suite. Ce n’est pas compté comme un report."
    tolerance = counting.tolerance_of(convocation.claimant_id, tz=tz, now=now)
    rank = first_up(tolerance.rank)
    return (
        f"{rank}. Jusqu’au début du rendez-vous." if tolerance.left else f"{rank}. Votre conseiller répond."
    )


def _request(convocation: Convocation) -> str:
    """Find the request that waits on this appointment, to lead there."""
    rows = ChangeRequest.objects.filter(convocation=convocation, state__in=REQUEST_PENDING)
    ref = rows.values_list("ref", flat=True).first()
    return reverse("espace:request", args=[ref]) if ref else ""


def _absence(convocation: Any) -> dict[str, str] | None:
    """Find the examination that hangs on this appointment, to lead there."""
    if convocation.recorded_at is None or convocation.absence_ref is None:
        return None
    return {"url": reverse("espace:absence", args=[convocation.absence_ref])}
