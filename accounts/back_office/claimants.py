"""The people who are followed: how to reach them, and who follows them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts import access, deeds, portfolios, telling
from accounts.back_office.people import PeopleAdmin
from accounts.back_office.site import ModelAdmin, noted, record, site
from accounts.models import Advisor, Claimant, NoticeGroup
from portal.core import clock

WEB = Claimant.FollowUpMode.WEB


class ClaimantForm(forms.ModelForm):
    """Reference data; another advisor goes through the portfolios' rules."""

    reason = forms.CharField(
        label="Motif du changement de conseiller",
        required=False,
        max_length=200,
        help_text="Nécessaire si le portefeuille du nouveau conseiller dépasse le repère.",
    )

    class Meta:
        model = Claimant
        fields = [
            *("advisor", "benefit_status", "daily_allowance", "follow_up_mode"),
            *("phone", "street", "postcode", "city"),
            *NoticeGroup.values,
        ]

    actor: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read before Django puts the form's answers on the row.
        self.advisor_before = self.instance.advisor_id

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        advisor = data.get("advisor")
        if advisor and data.get("follow_up_mode") == WEB and not advisor.volunteers_for_web:
            self.add_error("follow_up_mode", f"{advisor} n’est pas volontaire pour le suivi 100\u00a0% web.")
        if advisor and advisor.pk != self.advisor_before:
            self._ask_portfolios(advisor, data)
        return data

    def _ask_portfolios(self, advisor: Advisor, data: dict[str, Any]) -> None:
        claimant = Claimant.objects.select_related("user").get(pk=self.instance.pk)
        try:
            portfolios.refuse([claimant], advisor, by=self.actor, reason=data.get("reason", ""))
        except portfolios.RefusedAssignment as refused:
            self.add_error("advisor", refused.sentence)


@admin.register(Claimant, site=site)
class ClaimantAdmin(PeopleAdmin):
    """What is needed to reach and follow a person; what happened to them is not kept here."""

    form = ClaimantForm
    account = "user__"
    list_display = ["reference", "person", "agency", "advisor", "follow_up_mode"]
    list_filter = ["follow_up_mode", "agency"]
    list_select_related = ["user", "agency", "advisor__user"]
    ordering = ["-user_id"]
    raw_id_fields = ["advisor"]
    readonly_fields = [
        "reference",
        "person",
        "agency",
        "registered_on",
        "last_contact_at",
        "email_bounced_at",
    ]
    fieldsets = [
        (None, {"fields": ["reference", "person", "agency", "registered_on", "last_contact_at"]}),
        ("Suivi", {"fields": ["advisor", "reason", "follow_up_mode", "benefit_status", "daily_allowance"]}),
        ("Pour joindre la personne", {"fields": ["phone", "street", "postcode", "city"]}),
        ("Comment la prévenir", {"fields": [*NoticeGroup.values, "email_bounced_at"]}),
    ]
    journal_values = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # added with the account

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.actor = access.actor(request)
        return form

    def save_model(self, request: HttpRequest, obj: Claimant, form: Any, change: bool) -> None:
        wanted = form.cleaned_data["advisor"].pk
        obj.advisor_id = form.advisor_before
        ways = {name: form.cleaned_data[name] for name in NoticeGroup.values}
        fields = [name for name in form.changed_data if name not in ("advisor", "reason", *ways)]
        if fields:
            noted(request).extend({"field": name} for name in fields)
            obj.save(update_fields=fields)
        by, now = access.actor(request), clock.now()
        telling.choose_ways(obj.pk, ways, by=by, now=now)
        portfolios.assign(obj.pk, wanted, by=by, now=now, reason=form.cleaned_data["reason"])

    def log_change(self, request: HttpRequest, obj: Claimant, message: Any) -> Any:
        if noted(request):
            record(deeds.ACCOUNT_EDITED, request, obj, obj.pk)
        return super(ModelAdmin, self).log_change(request, obj, message)
