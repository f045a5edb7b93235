"""The agency's week, closures and kiosks; who must be moved when one of them changes."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import actor, supervisor_required
from accounts.hours import agencies
from accounts.models import Advisor, Closure, Kiosk, Leave, OpeningHours
from accounts.sign_in.kept_forms import restored
from convocations.desk.agenda import zone_note
from convocations.scheduling import displacing
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.french import day_span, first_up, plural, short_datetime
from portal.core.transitions import Refusal
from portal.web.desk.hours import Line, removed, span

HOME = "/agence/horaires/"


class OpeningForm(HouseForm, forms.Form):
    """One stretch of the agency's week."""

    submit_label = "Ajouter cet horaire"
    cancel_url, cancel_label = HOME, "Revenir sans rien changer"

    kind = forms.ChoiceField(
        label="Nature",
        choices=[(str(value), first_up(label)) for value, label in OpeningHours.Kind.choices],
        widget=forms.RadioSelect,
    )
    weekday = forms.TypedChoiceField(label="Jour", choices=OpeningHours.Weekday.choices, coerce=int)
    opens = forms.TimeField(label="Ouvre à")
    closes = forms.TimeField(label="Ferme à")


class ClosureForm(HouseForm, forms.Form):
    """Days, or some hours of them, on which the agency is closed."""

    submit_label = "Noter cette fermeture"
    cancel_url, cancel_label = HOME, "Revenir sans rien changer"

    first_day = forms.DateField(label="Premier jour")
    last_day = forms.DateField(label="Dernier jour", help_text="Le même, pour un seul jour.")
    starts = forms.TimeField(
        label="À partir de", required=False, help_text="Laissez les deux heures vides pour toute la journée."
    )
    ends = forms.TimeField(label="Jusqu’à", required=False)
    reason = forms.CharField(label="Motif", max_length=120, help_text="Les personnes suivies le lisent.")


class KioskForm(HouseForm, forms.Form):
    """One equipped place."""

    submit_label = "Enregistrer"
    cancel_url, cancel_label = HOME, "Revenir sans rien changer"

    name = forms.CharField(label="Nom", max_length=60, help_text="Exemple\u00a0: Poste 1.")
    has_video = forms.BooleanField(label="Équipé pour la vidéo", required=False)
    is_active = forms.BooleanField(
        label="En service",
        required=False,
        help_text="Hors service, ses rendez-vous à venir sont à déplacer.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def overview(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Show when the agency is open, its kiosks, who is away, and who must be moved; or take one line back."""
    now = clock.now()
    if request.method == "POST":
        _take_back(request, supervisor, now)
        return redirect("agency:hours")
    agency = supervisor.agency
    zone = agency.place.zone
    today = now.astimezone(zone).date()
    moving = displacing.to_move(agency.pk, now=now)
    context = {
        "title": "Horaires et fermetures",
        "kinds": [(kind.label.capitalize(), rows) for kind, rows in _week(agency.pk)],
        "closures": [_closure(row) for row in Closure.objects.filter(agency=agency, last_day__gte=today)],
        "kiosks": [_kiosk(row) for row in Kiosk.objects.filter(agency=agency)],
        "leaves": _leaves(agency.pk, today),
        "to_move": [
            {
                "url": f"/conseiller/convocations/{row.convocation.ref}/",
                "person": str(row.convocation.claimant),
                "when": short_datetime(row.convocation.starts_at, zone),
                "advisor": str(row.convocation.advisor),
                "why": row.get_cause_display(),
            }
            for row in moving
        ],
        "to_move_count": plural(len(moving), "rendez-vous", "rendez-vous"),
        "zone_note": zone_note(supervisor),
    }
    return render(request, "web/agency/hours.html", context)


def _week(agency_id: int) -> list[tuple[OpeningHours.Kind, list[Line]]]:
    rows = list(OpeningHours.objects.filter(agency_id=agency_id).order_by("weekday", "opens"))
    return [
        (
            kind,
            [
                Line(
                    f"horaire:{row.pk}",
                    f"{row.get_weekday_display()} {span(row.opens, row.closes)}".capitalize(),
                )
                for row in rows
                if row.kind == kind
            ],
        )
        for kind in OpeningHours.Kind
    ]


def _closure(row: Closure) -> Line:
    when = day_span(row.first_day, row.last_day).capitalize()
    return Line(f"fermeture:{row.pk}", f"{when}, {span(row.starts, row.ends)}", row.reason)


def _kiosk(row: Kiosk) -> Line:
    state = "en service" if row.is_active else "hors service"
    video = "équipé pour la vidéo" if row.has_video else "sans vidéo"
    return Line("", row.name, f"{state}, {video}", edit_url=f"{HOME}espace-numerique/?espace={row.pk}")


def _leaves(agency_id: int, today: date) -> list[Line]:
    rows = Leave.objects.filter(advisor__agency_id=agency_id, last_day__gte=today)
    return [
        Line(
            "",
            f"{row.advisor}, {day_span(row.first_day, row.last_day)}",
            f"remplacé par {row.deputy}" if row.deputy else "",
            warning="" if row.deputy else "Sans remplaçant",
        )
        for row in rows.select_related("advisor__user", "deputy__user")[:100]
    ]


def _take_back(request: HttpRequest, supervisor: Advisor, now: datetime) -> None:
    what, pk = removed(request)
    acts: Any = {"agency_id": supervisor.agency_id, "by": actor(request), "now": now}
    if what == "horaire":
        agencies.no_longer_open_at(pk, **acts)
    elif what == "fermeture":
        agencies.reopen(pk, **acts)
    else:
        return
    _say(request, "C’est retiré.", supervisor, now)


def _say(request: HttpRequest, done: str, supervisor: Advisor, now: datetime) -> None:
    """Say at once how many must be moved: nothing was moved for them."""
    count = len(displacing.to_move(supervisor.agency_id, now=now))
    if count:
        messages.warning(
            request,
            f"{done} {plural(count, 'rendez-vous est', 'rendez-vous sont')} à déplacer\u00a0: rien n’a été déplacé ni "
            "annulé. Chaque conseiller les voit sur sa liste, et vous ci-dessous.",
        )
    else:
        messages.success(request, f"{done} Aucun rendez-vous n’est à déplacer.")


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def add_opening(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Open the agency at these hours of each week."""
    form = OpeningForm(request.POST or None, initial=restored(request))
    lead = "Chaque semaine, à l’heure de l’agence."
    return _added(request, supervisor, form, "Ajouter un horaire", lead, agencies.open_at)


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def add_closure(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Close the agency on some days, or at some hours."""
    form = ClosureForm(request.POST or None, initial=restored(request))
    lead = (
        "Rien n’est déplacé ni annulé sans vous\u00a0: les rendez-vous de ces heures vont sur la liste de leur "
        "conseiller, jusqu’à ce que chacun soit déplacé."
    )
    return _added(request, supervisor, form, "Noter une fermeture", lead, agencies.close)


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_required
def keep_kiosk(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Add a kiosk, or correct the one the address names."""
    asked = request.GET.get("espace", "")
    known: dict[str, Any] = {"has_video": True, "is_active": True}
    row = None
    if asked:
        readable = asked.isascii() and asked.isdigit() and len(asked) < 16
        row = Kiosk.objects.filter(pk=asked, agency_id=supervisor.agency_id).first() if readable else None
        if row is None:
            raise Http404
        known = {"name": row.name, "has_video": row.has_video, "is_active": row.is_active}
    form = KioskForm(request.POST or None, initial={**known, **restored(request)})
    title = f"Espace numérique «\u00a0{row.name}\u00a0»" if row else "Ajouter un espace numérique"
    lead = "Un poste équipé, réservé avec un rendez-vous en vidéo depuis l’agence."

    def act(agency_id: int, **data: Any) -> Kiosk:
        return agencies.keep_kiosk(agency_id, pk=row.pk if row else None, **data)

    return _added(request, supervisor, form, title, lead, act)


def _added(
    request: HttpRequest, supervisor: Advisor, form: Any, title: str, lead: str, act: Callable[..., Any]
) -> HttpResponse:
    now = clock.now()
    if request.method == "POST" and form.is_valid():
        try:
            act(supervisor.agency_id, **form.cleaned_data, by=actor(request), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            _say(request, "C’est noté.", supervisor, now)
            return redirect("agency:hours")
    trail = [("Agence", "/agence/"), ("Horaires et fermetures", HOME)]
    context = {"title": title, "lead": lead, "trail": trail, "form": form}
    return render(request, "web/desk/hours_form.html", context, status=form.http_status)
