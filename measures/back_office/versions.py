"""The versions of the barème: found, read, prepared; published ones are only looked at."""

from itertools import groupby
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.back_office.site import ModelAdmin, site
from measures.back_office import pages
from measures.back_office.forms import VersionForm
from measures.bareme import drafting
from measures.bareme.ranges import told
from measures.models import BaremeRule, BaremeVersion
from measures.states import VersionState
from portal.core.french import first_up
from portal.core.transitions import Refusal


class RuleInline(admin.StackedInline):
    """What a draft permits, one block a measure: eleven columns fit no window."""

    model = BaremeRule
    extra = 1
    fields = [
        ("breach", "situation"),
        ("rank", "outcome"),
        ("share_min", "share_max"),
        ("length_min", "length_max", "unit"),
        "article",
        "condition",
    ]


@admin.register(BaremeVersion, site=site)
class BaremeVersionAdmin(ModelAdmin):
    """A draft is changed here; whatever else becomes of a version is a page of its own, with its process."""

    form = VersionForm
    inlines = [RuleInline]
    list_display = ["code", "title", "where", "valid_from", "valid_to", "state"]
    list_filter = ["state", "territory"]
    search_fields = ["code", "title", "source"]
    search_help_text = "Code, titre ou source"
    ordering = ["-valid_from", "territory", "-id"]
    # A draft's measures are many: saving is at both ends.
    save_on_top = True
    change_form_template = "admin/bareme/version.html"
    fields = ["code", "title", "source", "territory", "valid_from", "valid_to", "repeat_months", "state"]
    readonly_fields = ["state", "where", "permits", "published", "withdrawn", "replaced_by"]

    def get_urls(self) -> list[Any]:
        doors = [
            path(
                f"<path:object_id>/{word}/",
                self.admin_site.admin_view(getattr(pages, name)),
                name=f"measures_baremeversion_{name}",
            )
            for word, name in pages.ADDRESSES.items()
        ]
        return [*doors, *super().get_urls()]

    # --- who may ----------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # prepared from another version

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or obj.state == VersionState.DRAFT

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj is not None and obj.state == VersionState.DRAFT else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or obj.state == VersionState.DRAFT:
            return self.fields
        after = ["withdrawn"] if obj.state == VersionState.WITHDRAWN else []
        closed = ["replaced_by"] if obj.closed_by_id else []
        return [
            *("code", "title", "state", "where", "valid_from", "valid_to", *closed, "repeat_months"),
            *("source", "published", *after, "permits"),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None and obj.state != VersionState.DRAFT:
            kwargs["help_texts"] = {}  # how to fill in what nobody fills in any more
        return super().get_form(request, obj, change, **kwargs)

    # --- a draft is saved -----------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show or save a version; what somebody published or dropped meanwhile is said, and not changed."""
        found = pages.find(object_id) if object_id else None
        context = {"doors": pages.doors(found) if found else [], **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except Refusal as refused:
            messages.error(request, refused.sentence)
            if isinstance(refused, drafting.NoLongerThere):
                return redirect("admin:measures_baremeversion_changelist")
            return redirect("admin:measures_baremeversion_change", object_id)

    def save_model(self, request: HttpRequest, obj: BaremeVersion, form: Any, change: bool) -> None:
        drafting.hold(obj.pk)
        super().save_model(request, obj, form, change)

    # --- what is shown -----------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[BaremeVersion]:
        return super().get_queryset(request).select_related("published_by", "closed_by")

    @admin.display(description="territoire", ordering="territory")
    def where(self, version: BaremeVersion) -> str:
        return version.get_territory_display() if version.territory else "partout"

    @admin.display(description="remplacée par")
    def replaced_by(self, version: BaremeVersion) -> str:
        return str(version.closed_by)

    @admin.display(description="publication")
    def published(self, version: BaremeVersion) -> str:
        if version.published_by is None or version.published_at is None:
            return "version livrée avec le portail"
        return f"{pages.when(version.published_at)}, par {version.published_by}"

    @admin.display(description="retrait")
    def withdrawn(self, version: BaremeVersion) -> str:
        return (
            f"{pages.when(version.withdrawn_at)}. {version.withdrawal_reason}"
            if version.withdrawn_at
            else "–"
        )

    @admin.display(description="ce qu’elle permet")
    def permits(self, version: BaremeVersion) -> SafeString:
        """Say it in sentences, breach by breach: what a person would be told."""
        parts = []
        for (breach, situation), rules in groupby(
            version.rules.all(), key=lambda rule: (rule.get_breach_display(), rule.get_situation_display())
        ):
            lines = format_html_join(
                "", "<li>{}</li>", ((f"{rule.from_rank}\u00a0: {told(rule)}",) for rule in rules)
            )
            title = f"{first_up(breach)}, {situation}"
            parts.append(format_html("<p><strong>{}</strong></p><ul>{}</ul>", title, lines))
        return format_html_join("", "{}", ((part,) for part in parts))
