"""Django's admin behind our own door, and the manners every page of it has."""

from typing import Any

from allauth.account import views as account
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.text import capfirst

from accounts import access, deeds
from accounts.models import Role
from portal.core import clock, journal

# Lists are searched and filtered, not leafed through to the end.
MOST_COUNTED = 1_000


class BackOffice(admin.AdminSite):
    """The one admin site: administrators only, everybody else meets a 404."""

    site_header = "Administration d’Espace Emploi"
    site_title = "Administration"
    index_title = "Données de référence et fonctionnement"
    site_url = None

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_authenticated and user.is_active and user.role == Role.ADMIN)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        def closed_to_others(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return guarded(request, *args, **kwargs)

        return closed_to_others

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign in by the portal's own door, with its limits and its second step."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise Http404
        wanted = request.GET.get("next", "/admin/")
        return redirect(f"/connexion/?{urlencode({'next': wanted})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return account.logout(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("own_account")


site = BackOffice(name="admin")


class BoundedPaginator(Paginator):
    """Count no further than a person leafs: a million rows cost what a thousand cost."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MOST_COUNTED].count())


class ModelAdmin(admin.ModelAdmin):
    """What every list and form has: no total counts, no removal, each change written in the journal."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
    # Numbers beside each filter would count the table once per choice.
    show_facets = admin.ShowFacets.NEVER
    actions: Any = None
    # Whether the journal may carry the values before and after; for people it names the fields only.
    journal_values = True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: BaseForm, change: bool) -> None:
        note_changes(request, form, values=self.journal_values)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: BaseForm, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        changes = noted(request)
        changes += [{"added": str(row)} for row in formset.new_objects]
        changes += [{"changed": str(row), "fields": list(names)} for row, names in formset.changed_objects]
        changes += [{"removed": str(row)} for row in formset.deleted_objects]

    # Django calls these two in the transaction that saves.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record(deeds.RECORD_ADDED, request, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if noted(request):
            record(deeds.RECORD_CHANGED, request, obj)
        return super().log_change(request, obj, message)


class ReadOnlyAdmin(ModelAdmin):
    """A list to look at: its rows are written by processes only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FirstStates(admin.SimpleListFilter):
    """Show the states that ask for somebody; others on demand: no page counts millions of closed rows."""

    title = "état"
    parameter_name = "etat"
    states: Any = ()
    first: tuple[int, ...] = ()
    first_label = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(value), label) for value, label in self.states]

    def choices(self, changelist: Any) -> Any:
        every = list(super().choices(changelist))
        every[0]["display"] = self.first_label
        return every

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted = self.value()
        if wanted and wanted in {str(value) for value, _ in self.states}:
            return queryset.filter(state=int(wanted))
        return queryset.filter(state__in=self.first)


def record(
    code: journal.JournalCode, request: HttpRequest, obj: models.Model, file_id: int | None = None
) -> None:
    """Write what an administrator did to a row, with what changed on it."""
    what = f"{obj._meta.verbose_name} «\u00a0{obj}\u00a0»"
    data = {"what": what, "model": obj._meta.label, "changes": noted(request)}
    subject = obj.pk if isinstance(obj.pk, int) else None
    journal.record(
        code, by=access.actor(request), now=clock.now(), file_id=file_id, subject_id=subject, data=data
    )


def note_changes(request: HttpRequest, form: BaseForm, *, values: bool) -> None:
    """Keep, until the journal is written, which fields of a form changed."""
    for name in form.changed_data:
        change: dict[str, Any] = {"field": name}
        if values:
            change["before"] = str(form.get_initial_for_field(form.fields[name], name))
            change["after"] = str(form.cleaned_data.get(name))
        noted(request).append(change)


def noted(request: HttpRequest) -> list[dict[str, Any]]:
    """Give what was kept so far in this request."""
    if not hasattr(request, "_back_office_changes"):
        request._back_office_changes = []  # type: ignore[attr-defined]
    return request._back_office_changes  # type: ignore[attr-defined]
