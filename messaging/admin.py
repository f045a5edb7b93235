"""The back office's page of mails that did not leave."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest

from accounts import access, deeds
from accounts.back_office.site import FirstStates, ReadOnlyAdmin, site
from messaging import outbox
from messaging.models import OutboxMessage
from portal.core import clock, journal

State = OutboxMessage.State


class OutboxState(FirstStates):
    states = State.choices
    first = (State.REFUSED, State.GIVEN_UP)
    first_label = "en échec"


@admin.register(OutboxMessage, site=site)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Mails that failed, with the server's words, never with their content."""

    list_display = ["id", "person", "kind", "state", "attempts", "created_at", "last_error"]
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
