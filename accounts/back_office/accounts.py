"""Accounts with the row of their role; nobody is ever removed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import access, deeds, people, portfolios
from accounts.back_office.people import PeopleAdmin
from accounts.back_office.site import ModelAdmin, note_changes, record, site
from accounts.models import Advisor, Claimant, Controller, DecisionMaker, Partner, Role, User
from portal.core import clock

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
