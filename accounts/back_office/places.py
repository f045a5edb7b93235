"""Agencies, when they are open, and times when the portal was not."""

from datetime import time
from typing import Any

from django import forms
from django.contrib import admin

from accounts.back_office.site import ModelAdmin, site
from accounts.models import Agency, Closure, OpeningHours
from portal.core.models import Outage


class LabelledForm(forms.ModelForm):
    """In a table the column's header names a field for the eye only: each field says its own name too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label).capitalize()


class HoursFormSet(forms.BaseInlineFormSet):
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
    extra = 1


@admin.register(Agency, site=site)
class AgencyAdmin(ModelAdmin):
    list_display = ["name", "code", "city", "region", "territory", "is_active"]
    list_filter = ["is_active", "region", "territory"]
    search_fields = ["name", "code", "city", "postcode"]
    inlines = [HoursInline, ClosureInline]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[str]:
        # The territory decides holidays and the clock of everything already dated there.
        return ["code", "territory"] if obj else []


@admin.register(Outage, site=site)
class OutageAdmin(ModelAdmin):
    """An outage extends each deadline it covers: it is corrected, never removed."""

    list_display = ["reason", "starts_at", "ends_at"]
    ordering = ["-starts_at"]
