"""The words of Mailgun's webhook, verified and read by django-anymail, in our terms.

Mailgun signs a token and the time, not the body: each token counts once, and for five minutes.
"""

import json
from datetime import datetime

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from django.http import HttpRequest

from messaging.returns.reported import Nature, Reported, enhanced_status, refused
from messaging.web.incoming import Refused, check_fresh

_UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError, OSError)
# What people open and click is not our business: such events are not even kept.
_NATURES = {
    EventType.DEFERRED: Nature.DEFERRED,
    EventType.FAILED: Nature.SOFT,
    EventType.REJECTED: Nature.SOFT,
    EventType.DELIVERED: Nature.DELIVERED,
    EventType.BOUNCED: Nature.BOUNCED,
    EventType.COMPLAINED: Nature.COMPLAINED,
}


def read(request: HttpRequest, signing_key: str, now: datetime) -> list[Reported]:
    """Read one call of Mailgun's, whose length and type were checked. Raises Refused."""
    door = MailgunTrackingWebhookView(webhook_signing_key=signing_key)
    try:
        door.run_validators(request)
        check_fresh(int(json.loads(request.body)["signature"]["timestamp"]))
        events = door.parse_events(request)
        return [_report(event, now) for event in events if event.event_type in _NATURES]
    except AnymailWebhookValidationFailure as error:
        raise Refused(403, "La signature n’est pas la bonne.") from error
    except (AnymailError, *_UNREADABLE) as error:
        raise Refused(400, "Le corps n’a pas la forme attendue.") from error


def _report(event: AnymailTrackingEvent, now: datetime) -> Reported:
    told = event.esp_event["event-data"].get("delivery-status") or {}
    status = enhanced_status(f"{told.get('enhanced-code') or ''} {event.mta_response or ''}")
    nature = _NATURES[event.event_type]
    texts = (str(event.event_id), str(event.message_id or ""), str(event.recipient or ""))
    if any(not text.isprintable() for text in texts):
        raise ValueError("not printable")
    return Reported(
        event_id=texts[0],
        nature=refused(status) if nature == Nature.BOUNCED else nature,
        at=event.timestamp or now,
        message_id=texts[1],
        address=texts[2],
        status=status,
    )
