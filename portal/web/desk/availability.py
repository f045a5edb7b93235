"""When an advisor receives: the week, dated exceptions, leave; and the free hours that follow."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required
from accounts.hours import advisors
from accounts.models import (
    Advisor,
    Availability,
    AvailabilityException,
    Leave,
    Manner,
    OpeningHours,
    ReceivedFor,
)
from accounts.sign_in.kept_forms import restored
from convocations.desk.agenda import zone_note
from convocations.hours.free import FreeSlot, Search, free_in_ways, one_after_the_other
from portal.core import clock
from portal.core.forms import HouseForm
from portal.core.french import day_span, first_up, full_date, number, plural, short_datetime
from portal.core.transitions import Refusal
from portal.web.desk.hours import HOME, Line, removed, span

LENGTH = 45
AHEAD = timedelta(days=14)
_MANNERS = [(str(value), first_up(label)) for value, label in Manner.choices]
_KINDS = [(str(value), first_up(label)) for value, label in ReceivedFor.choices]


class WeekForm(HouseForm, forms.Form):
    """One stretch of every week."""

    submit_label = "Ajouter à ma semaine"
    cancel_url, cancel_label = HOME, "Revenir sans rien changer"

    weekday = forms.TypedChoiceField(label="Jour", choices=OpeningHours.Weekday.choices, coerce=int)
    starts = forms.TimeField(label="De")
    ends = forms.TimeField(
        label="À", help_text="Le même jour. Pour passer minuit, notez deux disponibilités."
    )
    modalities = forms.MultipleChoiceField(
        label="Comment recevez-vous\u202f?", choices=_MANNERS, widget=forms.CheckboxSelectMultiple
    )
    kinds = forms.MultipleChoiceField(
        label="Pour quels rendez-vous\u202f?",
        choices=_KINDS,
        initial=ReceivedFor.values,
        widget=forms.CheckboxSelectMultiple,
        help_text="Un seul choix réserve ces heures\u00a0: elles ne sont pas proposées pour l’autre.",
    )


class ExceptionForm(HouseForm, forms.Form):
    """One date on which the week does not hold."""

    submit_label = "Noter cette exception"
    cancel_url, cancel_label = HOME, "Revenir sans rien changer"

    day = forms.DateField(label="Jour")
    is_free = forms.TypedChoiceField(
        label="Ce jour-là",
        choices=[("0", "Je ne suis pas disponible"), ("1", "Je suis disponible en plus")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    starts = forms.TimeField(
        label="De", required=False, help_text="Laissez les deux heures vides pour toute la journée."
    )
    ends = forms.TimeField(label="À", required=False)
    modalities = forms.MultipleChoiceField(
        label="Comment recevez-vous\u202f?",
        choices=_MANNERS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Seulement si vous êtes disponible en plus.",
    )
    kinds = forms.MultipleChoiceField(
        label="Pour quels rendez-vous\u202f?",
        choices=_KINDS,
        initial=ReceivedFor.values,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Seulement si vous êtes disponible en plus.",
    )
    note = forms.CharField(label="Note pour vous", max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("is_free") and not (data.get("starts") and data.get("ends")):
            self.add_error("starts", "Indiquez de quelle heure à quelle heure vous êtes disponible.")
        return data


class LeaveForm(HouseForm, forms.Form):
    """Days away, and who stands in."""

    submit_label = "Noter mon absence"
    cancel_url, cancel_label = HOME, "Revenir sans rien changer"

    first_day = forms.DateField(label="Premier jour d’absence")
    last_day = forms.DateField(label="Dernier jour d’absence")
    deputy = forms.ModelChoiceField(
        label="Qui vous remplace\u202f?",
        queryset=Advisor.objects.none(),
        required=False,
        empty_label="Personne",
        help_text="Pendant ces jours, et seulement ces jours, cette personne voit votre liste et vos dossiers. "
        "Sans remplaçant, vos rendez-vous de ces jours sont à déplacer et votre responsable le voit.",
    )

    def __init__(self, *args: Any, advisor: Advisor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["deputy"]
        field.queryset = (
            Advisor.objects.filter(agency_id=advisor.agency_id, user__is_active=True)
            .exclude(pk=advisor.pk)
            .select_related("user")
            .order_by("user__last_name", "user__first_name")
        )


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def overview(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Show the week, the exceptions, the leave and the free hours of two weeks; or take one line back."""
    now = clock.now()
    if request.method == "POST":
        _take_back(request, advisor, now)
        return redirect("desk:availability")
    today = now.astimezone(advisor.agency.place.zone).date()
    week = [
        Line(
            f"semaine:{row.pk}",
            f"{row.get_weekday_display()} {span(row.starts, row.ends)}".capitalize(),
            _open_to(row),
        )
        for row in Availability.objects.filter(advisor=advisor)
    ]
    exceptions = [
        Line(
            f"exception:{row.pk}",
            f"{full_date(row.day)}, {span(row.starts, row.ends)}".capitalize(),
            f"disponible, {_open_to(row)}" if row.is_free else "pas disponible",
            row.note,
        )
        for row in AvailabilityException.objects.filter(advisor=advisor, day__gte=today)
    ]
    leaves = [
        Line(
            f"conge:{row.pk}",
            day_span(row.first_day, row.last_day).capitalize(),
            f"{row.deputy} vous remplace"
            if row.deputy
            else "personne ne vous remplace\u00a0: vos rendez-vous de ces jours sont à déplacer",
            # A few words: a badge never breaks its line.
            warning="" if row.deputy else "Sans remplaçant",
        )
        for row in Leave.objects.filter(advisor=advisor, last_day__gte=today).select_related("deputy__user")
    ]
    context = {
        "title": "Mes disponibilités",
        "week": week,
        "exceptions": exceptions,
        "leaves": leaves,
        "free": _free(advisor, now),
        "length": LENGTH,
        "zone_note": zone_note(advisor),
    }
    return render(request, "web/desk/availability.html", context)


def _open_to(row: Availability | AvailabilityException) -> str:
    """Say in which manners somebody is received then, and for what where the hours are reserved."""
    manners = ", ".join(Manner(value).label for value in row.modalities)
    if len(row.kinds) == len(ReceivedFor):
        return manners
    return f"{manners}\u00a0; seulement {' ou '.join(ReceivedFor(value).label for value in row.kinds)}"


def _free(advisor: Advisor, now: datetime) -> list[dict[str, Any]]:
    """Say what claimants would be offered within two weeks, by kind and manner; kinds alike stand together."""
    search = Search(advisor=advisor, claimant_id=None, kind="", modality="", minutes=LENGTH, now=now)
    ways = [(kind.value, manner.value) for kind in ReceivedFor for manner in Manner]
    found = iter(free_in_ways(search, ways, until=now + AHEAD, limit=1_000))
    zone = advisor.agency.place.zone
    tables: list[dict[str, Any]] = []
    for kind in ReceivedFor:
        # As their page offers them.
        rows = [_row(manner, one_after_the_other(next(found)), zone) for manner in Manner]
        if tables and tables[-1]["rows"] == rows:
            tables[-1]["kinds"] += f" ou un {kind.label}"
        else:
            tables.append({"kinds": kind.label, "rows": rows})
    return tables


def _row(manner: Manner, slots: Sequence[FreeSlot], zone: tzinfo) -> dict[str, Any]:
    return {
        "label": first_up(manner.label),
        "count": plural(len(slots), "heure à choisir", "heures à choisir") if slots else "Aucune",
        "first": [short_datetime(slot.starts_at, zone) for slot in slots[:3]],
        "more": number(len(slots) - 3) if len(slots) > 3 else "",
    }


def _take_back(request: HttpRequest, advisor: Advisor, now: datetime) -> None:
    what, pk = removed(request)
    acts: Any = {"advisor_id": advisor.pk, "by": actor(request), "now": now}
    if what == "semaine":
        advisors.remove(Availability, pk, **acts)
    elif what == "exception":
        advisors.remove(AvailabilityException, pk, **acts)
    elif what == "conge":
        advisors.cancel_leave(pk, **acts)
    else:
        return
    messages.success(request, "C’est retiré. Les heures proposées sont à jour.")


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def add_week(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Add one stretch to every week."""
    form = WeekForm(request.POST or None, initial=restored(request))
    return _added(
        request,
        form,
        "Ajouter à ma semaine",
        "Les heures comptent pendant les heures sur rendez-vous de l’agence. "
        "Tant que votre semaine est vide, vous recevez pendant toutes ces heures.",
        lambda data, **acts: advisors.add_availability(advisor.pk, **data, **acts),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def add_exception(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Note one date on which the week does not hold."""
    form = ExceptionForm(request.POST or None, initial=restored(request))
    return _added(
        request,
        form,
        "Noter une exception",
        "Une date où votre semaine ordinaire ne vaut pas.",
        lambda data, **acts: advisors.add_exception(advisor.pk, **data, **acts),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def take_leave(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Note days away, with a deputy or without."""
    form = LeaveForm(request.POST or None, initial=restored(request), advisor=advisor)

    def act(data: dict[str, Any], **acts: Any) -> Leave:
        deputy = data.pop("deputy")
        return advisors.take_leave(advisor.pk, **data, deputy_id=deputy and deputy.pk, **acts)

    return _added(
        request, form, "Noter une absence", "Congé, formation\u00a0: des jours où vous ne recevez pas.", act
    )


def _added(request: HttpRequest, form: Any, title: str, lead: str, act: Callable[..., Any]) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            act(dict(form.cleaned_data), by=actor(request), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "C’est noté. Les heures proposées sont à jour.")
            return redirect("desk:availability")
    trail = [("Agenda", "/conseiller/agenda/"), ("Mes disponibilités", HOME)]
    context = {"title": title, "lead": lead, "trail": trail, "form": form}
    return render(request, "web/desk/hours_form.html", context, status=form.http_status)
