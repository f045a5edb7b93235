"""The back office's pages of mails that did not leave, of what came back, and of addresses not written to."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html

from accounts import access, deeds
from accounts.back_office.site import FirstStates, ReadOnlyAdmin, site
from messaging import outbox
from messaging.models import DeliveryEvent, OutboxMessage, StoppedAddress
from messaging.returns import addresses
from messaging.states import AddressState
from portal.core import clock, journal
from portal.core.transitions import Refusal

State = OutboxMessage.State


class OutboxState(FirstStates):
    states = State.choices
    first = (State.REFUSED, State.GIVEN_UP, State.WITHHELD)
    first_label = "en échec"


@admin.register(OutboxMessage, site=site)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Mails that failed, with the server's words, never with their content."""

    list_display = ["id", "person", "kind", "state", "attempts", "created_at", "last_error", "outcome"]
    list_display_links = None
    list_filter = [OutboxState]
    list_select_related = ["person"]
    ordering = ["-id"]
    actions = ["retry"]

    @admin.action(description="Relancer les messages abandonnés choisis")
    def retry(self, request: HttpRequest, queryset: Any) -> None:
        now = clock.now()
        with transaction.atomic():
            count = outbox.retry_given_up(list(queryset.values_list("pk", flat=True)), now=now)
            if count:
                by = access.actor(request)
                journal.record(deeds.MESSAGES_RETRIED, by=by, now=now, data={"count": count})
        messages.info(request, f"Messages relancés\u00a0: {count}.")


class KnownMail(admin.SimpleListFilter):
    """Set apart what came back about mails that are not ours: somebody's mistake, or a wrong set-up."""

    title, parameter_name = "message", "message"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("inconnu", "d’un message inconnu"), ("connu", "d’un message à nous")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in {"inconnu", "connu"}:
            return queryset.filter(message_id__isnull=self.value() == "inconnu")
        return queryset


@admin.register(DeliveryEvent, site=site)
class DeliveryEventAdmin(ReadOnlyAdmin):
    """What came back about mails, as it was received."""

    list_display = ["received_at", "provider", "nature", "at", "status", "message_id", "event_id"]
    list_display_links = None
    list_filter = [KnownMail]
    ordering = ["-id"]


class StoppedFirst(admin.SimpleListFilter):
    """Show the addresses that are not written to; those that work again on demand."""

    title, parameter_name = "état", "etat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("rouvertes", "rouvertes")]

    def choices(self, changelist: Any) -> Any:
        every = list(super().choices(changelist))
        every[0]["display"] = "arrêtées"
        return every

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        reopened = self.value() == "rouvertes"
        return queryset.filter(state=AddressState.REOPENED if reopened else AddressState.STOPPED)


class ReopenForm(forms.Form):
    """Why mails may leave for this address again."""

    why = forms.CharField(
        label="Motif",
        max_length=200,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text="La personne lit ce motif dans le journal de son dossier.",
        error_messages={"required": addresses.ReasonMissing.sentence},
    )


@admin.register(StoppedAddress, site=site)
class StoppedAddressAdmin(ReadOnlyAdmin):
    """Addresses that no mail goes to; each is reopened by its person, or here for a reason."""

    list_display = ["address", "person", "reason", "stopped_at", "reopened_at", "reopening"]
    list_display_links = None
    list_filter = [StoppedFirst]
    list_select_related = ["person"]
    search_fields = ["=address"]
    search_help_text = "Adresse entière, en minuscules"
    ordering = ["-id"]

    def get_urls(self) -> list[Any]:
        reopen = self.admin_site.admin_view(self.reopen)
        door = path("<path:object_id>/rouvrir/", reopen, name="messaging_stoppedaddress_reopen")
        return [door, *super().get_urls()]

    @admin.display(description="rouvrir")
    def reopening(self, row: StoppedAddress) -> str:
        if row.state != AddressState.STOPPED:
            return "–"
        url = reverse("admin:messaging_stoppedaddress_reopen", args=[row.pk])
        return format_html('<a href="{}">Rouvrir {}</a>', url, row.address)

    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write to an address again, for a reason."""
        number = int(object_id) if re.fullmatch(r"[0-9]{1,18}", object_id) else 0
        row = StoppedAddress.objects.filter(pk=number, state=AddressState.STOPPED).first()
        if row is None:
            raise Http404
        form = ReopenForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            why, by = form.cleaned_data["why"], access.actor(request)
            try:
                addresses.reopen(row.pk, why=why, by=by, now=clock.now())
            except Refusal as refused:
                form.add_error("why", refused.sentence)
            else:
                messages.success(request, f"Nos e-mails repartent vers {row.address}.")
                return redirect("admin:messaging_stoppedaddress_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Rouvrir {row.address}",
            "row": row,
            "form": form,
            "field": form["why"],
            "list_url": reverse("admin:messaging_stoppedaddress_changelist"),
            "list_label": "Adresses arrêtées",
        }
        return render(request, "admin/reopen_address.html", context, status=422 if form.errors else 200)
