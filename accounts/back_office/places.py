"""Agencies, when they are open, and times when the portal was not."""

from datetime import time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from accounts import access
from accounts.back_office.site import ModelAdmin, site
from accounts.hours.agencies import Lost
from accounts.models import Agency, Closure, Kiosk, OpeningHours
from accounts.signals import hours_changed, hours_taken_back
from portal.core import clock, outages
from portal.core.models import Outage


class LabelledForm(forms.ModelForm):
    """In a table the column's header names a field for the eye only: each field says its own name too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label).capitalize()


class LabelledFormSet(forms.BaseInlineFormSet):
    """The box that removes a line says so: its column's header is for the eye only."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = "Retirer cette ligne"


class HoursFormSet(LabelledFormSet):
    """Two openings of one kind never overlap on one day."""

    def clean(self) -> None:
        super().clean()
        taken: dict[tuple[str, int], list[tuple[time, time]]] = {}
        for form in self.forms:
            row = form.cleaned_data if form.is_valid() else {}
            if not row or row.get("DELETE"):
                continue
            spans = taken.setdefault((row["kind"], row["weekday"]), [])
            if any(row["opens"] < closes and opens < row["closes"] for opens, closes in spans):
                raise forms.ValidationError("Deux horaires de même nature se chevauchent le même jour.")
            spans.append((row["opens"], row["closes"]))


class HoursInline(admin.TabularInline):
    model = OpeningHours
    form = LabelledForm
    formset = HoursFormSet
    extra = 1


class ClosureInline(admin.TabularInline):
    model = Closure
    form = LabelledForm
    formset = LabelledFormSet
    extra = 1


class KioskFormSet(LabelledFormSet):
    """Two kiosks of one agency never bear one name, two new ones neither."""

    def clean(self) -> None:
        super().clean()
        names = [form.cleaned_data.get("name", "").lower() for form in self.forms if form.is_valid()]
        names = [name for name in names if name]
        if len(names) != len(set(names)):
            raise forms.ValidationError("Deux espaces numériques portent le même nom.")


class KioskInline(admin.TabularInline):
    """A kiosk that was ever booked is put out of use, never removed."""

    model = Kiosk
    form = LabelledForm
    formset = KioskFormSet
    extra = 1
    can_delete = False


@admin.register(Agency, site=site)
class AgencyAdmin(ModelAdmin):
    list_display = ["name", "code", "city", "region", "territory", "is_active"]
    list_filter = ["is_active", "region", "territory"]
    search_fields = ["name", "code", "city", "postcode"]
    inlines = [HoursInline, ClosureInline, KioskInline]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[str]:
        # The territory decides holidays and the clock of everything already dated there.
        return ["code", "territory"] if obj else []

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Write the lines; appointments that lose or regain their place are told as from the agency's own page."""
        by, now, agency = access.actor(request), clock.now(), form.instance
        for removed in formset.deleted_forms if formset.can_delete else ():
            if formset.model is Closure and removed.instance.pk:
                hours_taken_back.send(
                    sender=Closure, closure_id=removed.instance.pk, leave_id=None, by=by, now=now
                )
        super().save_formset(request, form, formset, change)
        for row in formset.deleted_objects:
            if formset.model is OpeningHours and row.kind == OpeningHours.Kind.BY_APPOINTMENT:
                lost = Lost(row.weekday, row.opens, row.closes)
                hours_changed.send(
                    sender=Agency, agency_id=agency.pk, advisor_id=None, lost=lost, by=by, now=now
                )
        if formset.has_changed():
            hours_changed.send(sender=formset.model, agency_id=agency.pk, advisor_id=None, by=by, now=now)


class OutageForm(forms.ModelForm):
    """When people could not use the portal; what makes no outage is said beside the field."""

    class Meta:
        model = Outage
        fields = ["starts_at", "ends_at", "reason"]
        help_texts = {
            "starts_at": "Heure de Paris. Quand les personnes ont commencé à ne plus pouvoir utiliser le portail.",
            "ends_at": "Laissez vide tant que l’interruption dure\u00a0: aucun délai ne finit pendant ce temps. "
            "Revenez ici pour noter la fin.",
            "reason": "En quelques mots. Les personnes ne la lisent pas.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A day and an hour for each end: each of the four fields says which it is.
        for name in ("starts_at", "ends_at"):
            for part, widget in zip(("jour", "heure"), self.fields[name].widget.widgets, strict=True):
                widget.attrs["aria-label"] = f"{self.fields[name].label}, {part}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts_at"):
            try:
                outages.check(data["starts_at"], data.get("ends_at"), now=clock.now())
            except outages.OutageRefused as refused:
                self.add_error(refused.field, refused.sentence)
        if "ends_at" in self.changed_data and self.initial.get("ends_at") and not data.get("ends_at"):
            self.add_error(
                "ends_at", "Cette interruption est finie. Notez-en une autre si le portail s’arrête."
            )
        return data


@admin.register(Outage, site=site)
class OutageAdmin(ModelAdmin):
    """An outage extends the periods of people it covers: it is ended or corrected, never removed."""

    form = OutageForm
    list_display = ["reason", "starts_at", "end"]
    ordering = ["-starts_at"]

    @admin.display(description="fin", ordering="ends_at")
    def end(self, outage: Outage) -> Any:
        return outage.ends_at or "en cours"

    def save_model(self, request: HttpRequest, obj: Outage, form: Any, change: bool) -> None:
        by, now = access.actor(request), clock.now()
        times = (form.cleaned_data["starts_at"], form.cleaned_data["ends_at"], form.cleaned_data["reason"])
        if change:
            outages.correct(obj.pk, *times, by=by, now=now)
        else:
            obj.pk = outages.record(*times, by=by, now=now).pk
        messages.info(
            request,
            "Les délais des personnes que cette interruption couvre sont prolongés dans les minutes qui "
            "viennent, et chacune est prévenue de sa nouvelle date."
            if obj.ends_at
            else "Tant que l’interruption dure, aucun délai des personnes ne finit. Notez sa fin ici\u00a0: "
            "les délais seront alors prolongés.",
        )

    # The processes write the journal, with what changed.
    def log_addition(self, request: HttpRequest, obj: Outage, message: Any) -> Any:
        return super(ModelAdmin, self).log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Outage, message: Any) -> Any:
        return super(ModelAdmin, self).log_change(request, obj, message)
