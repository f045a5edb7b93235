"""The words of the relay's webhook: our own plain shape, for any mail server or provider that can be scripted.

{"events": [{"id": "…", "type": "bounced", "at": "2026-12-01T09:30:00Z", "message_id": "<…>",
             "recipient": "camille@exemple.fr", "code": "5.1.1"}]}
"""

import json
import re
from datetime import datetime
from typing import Any

from messaging.returns.reported import Nature, Reported, enhanced_status, refused
from messaging.web.incoming import Refused

MOST = 500
_TYPES = {
    "deferred": Nature.DEFERRED,
    "soft": Nature.SOFT,
    "delivered": Nature.DELIVERED,
    "bounced": Nature.BOUNCED,
    "complained": Nature.COMPLAINED,
}
_NAME = re.compile(r"[\x21-\x7e]{1,250}")
_ADDRESS = re.compile(r"[^\x00-\x20\x7f-\x9f\ud800-\udfff@]{1,64}@[^\x00-\x20\x7f-\x9f\ud800-\udfff@]{1,253}")
_EARLIEST = 2_000


def read(body: bytes) -> list[Reported]:
    """Read the events of one call; all of them, or none. Raises Refused."""
    try:
        told = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused(400, "Le corps n’est pas du JSON.") from error
    events = told.get("events") if isinstance(told, dict) else None
    if not isinstance(events, list) or not 1 <= len(events) <= MOST:
        raise Refused(400, f"«\u00a0events\u00a0» est une liste de 1 à {MOST} événements.")
    return [_event(each, number) for number, each in enumerate(events)]


def _event(each: Any, number: int) -> Reported:
    if not isinstance(each, dict):
        raise Refused(400, f"L’événement {number} n’est pas un objet.")
    event_id, message_id = _matching(each, "id", _NAME, number), _matching(each, "message_id", _NAME, number)
    code = each.get("code", "")
    status = enhanced_status(code) if isinstance(code, str) else ""
    # A kind of event that we do not know is kept and changes nothing: providers add some.
    nature = _TYPES.get(each["type"], Nature.OTHER) if isinstance(each.get("type"), str) else Nature.OTHER
    return Reported(
        event_id=event_id,
        nature=refused(status) if nature == Nature.BOUNCED else nature,
        at=_instant(each, number),
        message_id=message_id,
        address=_matching(each, "recipient", _ADDRESS, number),
        status=status,
    )


def _matching(each: dict[str, Any], name: str, shape: re.Pattern[str], number: int) -> str:
    value = each.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Refused(
            400, f"«\u00a0{name}\u00a0» de l’événement {number} manque ou n’a pas la forme attendue."
        )
    return value


def _instant(each: dict[str, Any], number: int) -> datetime:
    try:
        at = datetime.fromisoformat(each["at"])
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(
            400, f"«\u00a0at\u00a0» de l’événement {number} n’est pas une date ISO 8601."
        ) from error
    if at.tzinfo is None or not _EARLIEST <= at.year < 9_999:
        raise Refused(400, f"«\u00a0at\u00a0» de l’événement {number} est sans fuseau ou hors du temps.")
    return at
