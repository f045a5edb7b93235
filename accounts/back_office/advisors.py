"""Advisors: where they work, what they run, whom they follow over the web."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import access, people, portfolios
from accounts.back_office.people import PeopleAdmin
from accounts.back_office.site import note_changes, site
from accounts.models import Advisor, Availability, AvailabilityException, Claimant, Leave
from portal.core import clock

WEB = Claimant.FollowUpMode.WEB


class AdvisorForm(forms.ModelForm):
    class Meta:
        model = Advisor
        fields = ["agency", "is_supervisor", "volunteers_for_web", "phone"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        portfolio = Claimant.objects.followed().filter(advisor=self.instance)
        if "agency" in self.changed_data and portfolio.exists():
            self.add_error("agency", "Confiez d’abord son portefeuille à d’autres conseillers.")
        if not data.get("volunteers_for_web") and portfolio.filter(follow_up_mode=WEB).exists():
            self.add_error("volunteers_for_web", "Il suit encore des personnes en 100\u00a0% web.")
        return data


class _LookInline(admin.TabularInline):
    """An advisor's hours, to look at: they set them on their own page, which says whom that concerns."""

    extra = 0
    can_delete = False
    fk_name = "advisor"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WeekInline(_LookInline):
    model = Availability


class ExceptionInline(_LookInline):
    model = AvailabilityException


class LeaveInline(_LookInline):
    model = Leave


@admin.register(Advisor, site=site)
class AdvisorAdmin(PeopleAdmin):
    """Where an advisor works, whether they run the agency, whether they follow people over the web."""

    form = AdvisorForm
    inlines = [WeekInline, ExceptionInline, LeaveInline]
    account = "user__"
    list_display = ["person", "agency", "is_supervisor", "volunteers_for_web", "follows"]
    list_filter = ["is_supervisor", "volunteers_for_web", "agency"]
    list_select_related = ["user", "agency"]
    ordering = ["agency__name", "user__last_name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # added with the account

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        field = "user__email" if "@" in term else "user__last_name__istartswith"
        return (
            queryset.filter(**{field: term.lower() if "@" in term else term}) if term else queryset
        ), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Count the portfolios of the page's advisors together."""
        page = super().get_changelist_instance(request)
        page.result_list = list(page.result_list)
        loads = portfolios.loads([advisor.pk for advisor in page.result_list])
        for advisor in page.result_list:
            advisor.load = loads[advisor.pk]
        return page

    @admin.display(description="personnes suivies")
    def follows(self, advisor: Any) -> int:
        return advisor.load.people

    def save_model(self, request: HttpRequest, obj: Advisor, form: Any, change: bool) -> None:
        wanted = form.cleaned_data["is_supervisor"]
        note_changes(request, form, values=True)
        obj.is_supervisor = not wanted if "is_supervisor" in form.changed_data else wanted
        obj.save()
        people.set_supervisor(obj.pk, wanted, by=access.actor(request), now=clock.now())
