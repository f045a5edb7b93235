"""People: accounts with the row of their role, and what is known of those who are followed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import access, deeds, people, portfolios
from accounts.back_office.site import ModelAdmin, note_changes, noted, record, site
from accounts.models import (
    Advisor,
    Availability,
    AvailabilityException,
    Claimant,
    Controller,
    DecisionMaker,
    Leave,
    Partner,
    Role,
    User,
)
from portal.core import clock
from portal.core.references import to_number

WEB = Claimant.FollowUpMode.WEB


# --- the row of the role, beside the account -------------------------------------------------


class RoleFormSet(forms.BaseInlineFormSet):
    """The role of the account has its row; the others have none."""

    role: Role

    def clean(self) -> None:
        super().clean()
        filled = any(form.has_changed() or not form.instance._state.adding for form in self.forms)
        if self.instance.role == self.role and not filled:
            raise ValidationError(f"Complétez cette partie pour le rôle «\u00a0{self.role.label}\u00a0».")
        if self.instance.role != self.role and any(form.has_changed() for form in self.forms):
            raise ValidationError(f"Le compte n’a pas le rôle «\u00a0{self.role.label}\u00a0».")


def role_inline(model: Any, role: Role, fields: Sequence[str], form: Any = forms.ModelForm) -> Any:
    """Make the inline that holds a role's row."""
    formset = type(f"{model.__name__}FormSet", (RoleFormSet,), {"role": role})
    known = {"model": model, "formset": formset, "form": form, "fields": list(fields), "max_num": 1}
    return type(f"{model.__name__}Inline", (RoleInline,), {**known, "role": role})


class RoleInline(admin.StackedInline):
    extra = 1
    can_delete = False
    role: Role

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What an advisor or a claimant is has a page of its own, with its rules.
        return obj is None or self.role not in (Role.ADVISOR, Role.CLAIMANT)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewClaimantForm(forms.ModelForm):
    """A person is followed by an advisor of their agency who has room."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        advisor, agency = data.get("advisor"), data.get("agency")
        if advisor and agency:
            if advisor.agency_id != agency.pk:
                self.add_error("advisor", "Choisissez un conseiller de cette agence.")
            elif over := portfolios.load_of(advisor.pk).over_by(more=1, more_reinforced=0):
                self.add_error("advisor", f"Son portefeuille dépasserait le repère ({over}).")
        return data


NEW_CLAIMANT = ("agency", "advisor", "registered_on", "benefit_status", "phone", "street", "postcode", "city")
INLINES = [
    role_inline(Advisor, Role.ADVISOR, ["agency", "is_supervisor", "volunteers_for_web", "phone"]),
    role_inline(DecisionMaker, Role.DECISION_MAKER, ["region"]),
    role_inline(Controller, Role.CONTROLLER, ["region"]),
    role_inline(Partner, Role.PARTNER, ["organisation"]),
    role_inline(Claimant, Role.CLAIMANT, NEW_CLAIMANT, NewClaimantForm),
]


# --- accounts -------------------------------------------------------------------------------------


class AccountForm(forms.ModelForm):
    """Name, address, role, access: what the processes would refuse is said beside the field."""

    actor: Any = None

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "role", "is_active"]

    def clean_email(self) -> str | None:
        email = self.cleaned_data.get("email")
        return email.strip().lower() if email else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") and data["role"] != Role.CLAIMANT and not data.get("email"):
            self.add_error("email", "Un agent ou un partenaire se connecte avec une adresse e-mail.")
        if self.instance.pk:
            self._ask_processes(data)
        return data

    def _ask_processes(self, data: dict[str, Any]) -> None:
        known = User.objects.get(pk=self.instance.pk)
        try:
            if data.get("role") and data["role"] != known.role:
                people.refuse_role(known, Role(data["role"]), by=self.actor)
        except people.RefusedChange as refused:
            self.add_error("role", refused.sentence)
        if known.is_active and data.get("is_active") is False and self.actor.user_id == known.pk:
            self.add_error("is_active", "Vous ne pouvez pas fermer votre propre accès.")


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


@admin.register(User, site=site)
class UserAdmin(PeopleAdmin):
    """Accounts. A changed role or address ends the account's sessions; nobody is ever removed."""

    form = AccountForm
    list_display = ["last_name", "first_name", "email", "role", "is_active", "last_login"]
    list_display_links = ["last_name", "first_name"]
    list_filter = ["role", "is_active"]
    ordering = ["-id"]
    readonly_fields = ["last_login", "date_joined"]
    fields = ["first_name", "last_name", "email", "role", "is_active", "last_login", "date_joined"]
    inlines = INLINES
    actions = ["reset_second_factor"]
    journal_values = False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.actor = access.actor(request)
        return form

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Show every role's part while adding; afterwards those a change of role may need."""
        if obj is None:
            return INLINES
        if obj.role == Role.CLAIMANT:
            return []
        return [inline for inline in INLINES if inline.role != Role.CLAIMANT]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            note_changes(request, form, values=False)
            obj.set_unusable_password()
            obj.save()
            return
        by, now, data = access.actor(request), clock.now(), form.cleaned_data
        people.correct_account(obj.pk, data, by=by, now=now)
        people.change_role(obj.pk, Role(data["role"]), by=by, now=now)
        (people.reopen if data["is_active"] else people.close)(obj.pk, by=by, now=now)

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> Any:
        file_id = obj.pk if obj.role == Role.CLAIMANT else None
        record(deeds.ACCOUNT_CREATED, request, obj, file_id)
        return super(ModelAdmin, self).log_addition(request, obj, message)

    @admin.action(description="Réinitialiser la connexion en deux étapes")
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        done = 0
        for user in queryset[:50]:
            try:
                people.reset_second_factor(user.pk, by=access.actor(request), now=clock.now())
                done += 1
            except people.RefusedChange as refused:
                messages.error(request, refused.sentence)
        if done:
            messages.success(
                request, f"Comptes réinitialisés\u00a0: {done}. La deuxième étape sera à activer de nouveau."
            )


# --- advisors -----------------------------------------------------------------------------------


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


# --- the people who are followed --------------------------------------------------------------------


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
            *("advisor", "benefit_status", "follow_up_mode", "phone", "street", "postcode", "city"),
            *("prefers_letters", "reminders_by_email"),
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
        ("Suivi", {"fields": ["advisor", "reason", "follow_up_mode", "benefit_status"]}),
        ("Pour joindre la personne", {"fields": ["phone", "street", "postcode", "city"]}),
        (None, {"fields": ["prefers_letters", "reminders_by_email", "email_bounced_at"]}),
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
        fields = [name for name in form.changed_data if name not in ("advisor", "reason")]
        if fields:
            noted(request).extend({"field": name} for name in fields)
            obj.save(update_fields=fields)
        by, now = access.actor(request), clock.now()
        portfolios.assign(obj.pk, wanted, by=by, now=now, reason=form.cleaned_data["reason"])

    def log_change(self, request: HttpRequest, obj: Claimant, message: Any) -> Any:
        if noted(request):
            record(deeds.ACCOUNT_EDITED, request, obj, obj.pk)
        return super(ModelAdmin, self).log_change(request, obj, message)


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
