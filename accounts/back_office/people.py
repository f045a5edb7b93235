"""How people are found, and those who work for a region or a partner."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.back_office.site import ModelAdmin, site
from accounts.models import Controller, DecisionMaker, Partner
from portal.core.references import to_number


class PeopleAdmin(ModelAdmin):
    """People are found by reference, whole address, or the beginning of their name: what an index serves."""

    search_help_text = "Référence (DE-7K3M-92QD), adresse e-mail entière, ou début du nom"
    # Django shows the search box only where fields are named.
    search_fields = ["last_name"]
    account = ""

    @admin.display(description="personne", ordering="user__last_name")
    def person(self, row: Any) -> str:
        return str(row.user)

    @admin.display(description="référence", ordering="ref")
    def reference(self, row: Any) -> str:
        return str(row.ref)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if "@" in term:
            return queryset.filter(**{f"{self.account}email": term.lower()}), False
        try:
            reference = to_number("DE", term)
        except ValueError:
            return queryset.filter(**{f"{self.account}last_name__istartswith": term}), False
        return queryset.filter(**{"ref" if self.account else "claimant__ref": reference}), False


@admin.register(DecisionMaker, Controller, site=site)
class RegionalAdmin(PeopleAdmin):
    account = "user__"
    list_display = ["person", "region"]
    list_filter = ["region"]
    list_select_related = ["user"]
    readonly_fields = ["person"]
    exclude = ["user"]
    ordering = ["user__last_name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # added with the account


@admin.register(Partner, site=site)
class PartnerAdmin(RegionalAdmin):
    list_display = ["person", "organisation"]
    list_filter = ["organisation"]
