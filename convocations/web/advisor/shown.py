"""An appointment and its proof in the words and lists that the components take."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from convocations.models import Convocation, DeliveryEvidence, Fact
from convocations.states import AbsenceState, ConvocationState, RequestState, ReviewState
from convocations.told import manners, words
from portal.core.french import first_up, full_datetime

_S, _A, _R, _D = ConvocationState, AbsenceState, ReviewState, RequestState
_TONES: dict[str, str] = {
    _S.AWAITING_STATUS: "warning",
    _S.RESCHEDULE_PENDING: "warning",
    _S.ATTENDED: "success",
    _S.ACCEPTED: "success",
    _S.ACKNOWLEDGED: "success",
    _S.READ: "success",
    _S.EXCUSED: "success",
    _S.ABSENT: "warning",
    _S.TECH_INCIDENT: "info",
    _S.NOT_PROVEN: "info",
    _A.EXPLANATION_REQUESTED: "info",
    _A.EXPLAINED: "warning",
    _A.CLOSED_NO_ACTION: "success",
    _A.INVITED_TO_REGULARISE: "info",
    _A.REFERRED: "info",
    _R.IN_REVIEW: "warning",
    _R.ACCEPTED: "success",
    _R.INCOMPLETE: "info",
}
_FACTS: dict[str, tuple[str, str]] = {
    Fact.DEPOSITED: ("calendar-check", ""),
    Fact.EMAIL_ACCEPTED: ("mail", ""),
    Fact.EMAIL_DELIVERED: ("mail", ""),
    Fact.EMAIL_BOUNCED: ("circle-alert", "warning"),
    Fact.EMAIL_COMPLAINED: ("circle-alert", "warning"),
    Fact.EMAIL_NOT_SENT: ("circle-alert", "warning"),
    Fact.LETTER_POSTED: ("send", ""),
    Fact.LETTER_DELIVERED: ("mail-open", "success"),
    Fact.LETTER_RETURNED: ("circle-alert", "warning"),
    Fact.CONSULTED: ("eye", "success"),
    Fact.ACKNOWLEDGED: ("circle-check", "success"),
    Fact.PHONE_CONFIRMED: ("phone", "success"),
}


def tone(state: str) -> str:
    """Give the tone in which a state is shown; never a colour alone, the word stands beside."""
    return _TONES.get(state, "neutral")


_REQUEST_TONES: dict[str, str] = {
    _D.SUBMITTED: "warning",
    _D.UNDER_REVIEW: "warning",
    _D.DOCS_REQUESTED: "info",
    _D.ACCEPTED: "success",
    _D.ACCEPTED_OTHER_SLOT: "success",
}


def request_tone(state: str) -> str:
    """Give the tone in which a request's state is shown."""
    return _REQUEST_TONES.get(state, "neutral")


def appointment_title(row: Convocation) -> str:
    """Name an appointment: «Entretien en agence»."""
    return f"{row.get_kind_display().capitalize()} {row.get_modality_display()}"


def appointment_facts(row: Convocation) -> list[dict[str, Any]]:
    """List the facts of an appointment for the component «facts»."""
    zone = row.agency.place.zone
    return [
        {
            "label": "Quand",
            "value": first_up(manners.when(row, zone)),
            "icon": "clock",
            "note": words.lasting(row.starts_at, row.ends_at, row.modality),
        },
        {"label": "Où", "value": row.place, "icon": "map-pin"},
        {"label": "Objet", "value": row.purpose, "icon": "info"},
        {"label": "À apporter", "value": row.to_bring, "icon": "clipboard-list"},
        {"label": "Conseiller", "value": str(row.advisor), "icon": "user"},
        {"label": "Accord pour un délai court", "value": row.short_notice_agreed, "icon": "hand"},
        {"label": "Note", "value": row.note, "icon": "pencil"},
        {"label": "Référence", "value": str(row.ref)},
    ]


def evidence_timeline(
    row: Convocation, facts: Iterable[DeliveryEvidence], now: datetime
) -> list[dict[str, Any]]:
    """Tell the evidence ledger in order, then the appointment itself when it is still to come."""
    zone = row.agency.place.zone
    items: list[dict[str, Any]] = []
    for fact in facts:
        icon, mood = _FACTS[fact.fact]
        label = fact.get_fact_display()
        items.append(
            {
                "date": full_datetime(fact.at, zone),
                "title": label[:1].upper() + label[1:],
                "text": _said_by(fact, zone),
                "icon": icon,
                "tone": mood,
            }
        )
    if row.starts_at > now:
        items.append(
            {"date": full_datetime(row.starts_at, zone), "title": appointment_title(row), "next": True}
        )
    return items


def proof_sentence(row: Convocation) -> str:
    """Say in one sentence since when the appointment was there, and known."""
    zone = row.agency.place.zone
    parts = []
    if row.deposited_at:
        parts.append(f"Déposée le {full_datetime(row.deposited_at, zone)}.")
    if row.known_at:
        parts.append(f"Connue de la personne le {full_datetime(row.known_at, zone)}.")
    return " ".join(parts)


def _said_by(fact: DeliveryEvidence, zone: Any) -> str:
    parts = [fact.detail] if fact.detail else []
    if fact.written_at > fact.at and fact.by is not None:
        parts.append(f"Noté par {fact.by} le {full_datetime(fact.written_at, zone)}.")
    return " ".join(parts)
