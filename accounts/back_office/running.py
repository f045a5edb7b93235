"""How the portal runs: its parameters, what stands still, who reads in bulk."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from accounts import access, deeds
from accounts.back_office.site import FirstStates, ModelAdmin, ReadOnlyAdmin, site
from accounts.models import ReadingAlert
from portal.core import clock, deadlines, journal, parameters
from portal.core.models import Deadline, ParameterOverride
from portal.core.parameters import changing

_SPACES = str.maketrans("", "", " \u00a0\u202f")


# --- parameters ---------------------------------------------------------------------


class ParameterForm(forms.Form):
    """One number, or a list of them, with its bounds said beside it."""

    value = forms.CharField(label="Valeur", max_length=120)

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        declared = parameters.FIELDS[key]
        low, high, unit = (declared.metadata[name] for name in ("min", "max", "unit"))
        self.is_list = isinstance(declared.default, tuple)
        how = "Des nombres entiers, du plus grand au plus petit, séparés par des virgules"
        how = how if self.is_list else "Un nombre entier"
        self.fields["value"].help_text = f"{how}. Entre {low} et {high} ({unit})."

    def clean_value(self) -> int | list[int]:
        parts = self.cleaned_data["value"].translate(_SPACES).split(",")
        if not all(part.isdecimal() and len(part) <= 12 for part in parts):
            raise forms.ValidationError("Écrivez des nombres entiers, en chiffres.")
        numbers = [int(part) for part in parts]
        if self.is_list:
            return numbers
        if len(numbers) != 1:
            raise forms.ValidationError("Écrivez un seul nombre entier.")
        return numbers[0]


@admin.register(ParameterOverride, site=site)
class ParameterAdmin(ModelAdmin):
    """Every parameter that exists, its value in force and its default."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.changelist_view), name="core_parameteroverride_changelist"),
            path("<str:key>/", wrap(self.edit), name="core_parameteroverride_change"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        in_force = parameters.merged(parameters.load_overrides())
        lines = [
            {
                "key": key,
                "label": declared.metadata["label"],
                "unit": declared.metadata["unit"],
                "value": written(getattr(in_force, key)),
                "default": written(declared.default),
                "changed": getattr(in_force, key) != declared.default,
            }
            for key, declared in parameters.FIELDS.items()
        ]
        context = {**self.admin_site.each_context(request), "title": "Paramètres", "lines": lines}
        return render(request, "admin/parameters.html", context)

    def edit(self, request: HttpRequest, key: str) -> HttpResponse:
        if key not in parameters.FIELDS:
            raise Http404
        declared = parameters.FIELDS[key]
        in_force = getattr(parameters.merged(parameters.load_overrides()), key)
        form = ParameterForm(request.POST or None, key=key, initial={"value": written(in_force)})
        reset = "reset" in request.POST
        if request.method == "POST" and (reset or form.is_valid()):
            value = None if reset else form.cleaned_data["value"]
            try:
                changing.change(key, value, by=access.actor(request), now=clock.now())
            except changing.ParameterRefused as refused:
                form.add_error("value", refused.sentence)
            else:
                messages.success(request, f"«\u00a0{declared.metadata['label']}\u00a0»\u00a0: enregistré.")
                return redirect("admin:core_parameteroverride_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": declared.metadata["label"],
            "form": form,
            "field": form["value"],
            "default": written(declared.default),
            "list_url": reverse("admin:core_parameteroverride_changelist"),
            "list_label": "Paramètres",
        }
        return render(request, "admin/parameter.html", context, status=422 if form.errors else 200)


def written(value: Any) -> str:
    """Write a parameter's value as it is typed."""
    return ", ".join(str(part) for part in value) if isinstance(value, tuple | list) else str(value)


# --- what stands still -----------------------------------------------------------------


class DeadlineState(FirstStates):
    states = Deadline.State.choices
    first = (Deadline.State.STUCK,)
    first_label = "à relancer"


@admin.register(Deadline, site=site)
class DeadlineAdmin(ReadOnlyAdmin):
    """What could not be done in time, with what went wrong; put back to work once it is mended."""

    list_display = ["nature", "subject_id", "due_at", "state", "attempts", "last_error"]
    list_display_links = None
    list_filter = [DeadlineState]
    search_fields = ["=subject_id"]
    search_help_text = "Numéro de l’objet"
    ordering = ["-id"]
    actions = ["retry"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if search_term and not (search_term.isdecimal() and len(search_term) <= 18):
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="nature", ordering="kind")
    def nature(self, deadline: Deadline) -> str:
        kind = deadlines.kinds().get(deadline.kind)
        return kind.label if kind else f"nature {deadline.kind}"

    @admin.action(description="Relancer les échéances bloquées choisies")
    def retry(self, request: HttpRequest, queryset: Any) -> None:
        now = clock.now()
        with transaction.atomic():
            count = deadlines.retry_stuck(list(queryset.values_list("pk", flat=True)), now=now)
            if count:
                by = access.actor(request)
                journal.record(deeds.DEADLINES_RETRIED, by=by, now=now, data={"count": count})
        messages.info(request, f"Échéances relancées\u00a0: {count}.")


@admin.register(ReadingAlert, site=site)
class ReadingAlertAdmin(ReadOnlyAdmin):
    """Accounts that opened many files in an hour."""

    list_display = ["reader", "hour", "opened"]
    list_display_links = None
    list_select_related = ["reader"]
    ordering = ["-hour"]
