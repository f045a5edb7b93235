"""Papers both sides hold: the notice and the decision as they were sent, the receipt of observations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from measures.models import Case, Decision, Notice, Observations, Piece
from measures.told import letters as told
from measures.told.procedure import Line
from messaging import letters
from messaging.emails import Words
from portal.core.french import NBSP, full_datetime

NOTICE = "Vous êtes informé avant toute décision"
DECISION = "Une décision est prise, avec ses raisons"


def of_notice(notice: Notice) -> bytes:
    """Make the notice as an accessible PDF, once it was sent: its words, the dates that are proven, its fingerprint.

    The row comes with its case, the case's agency and barème. The same facts give the same bytes.
    """
    ledger = [("Déposée dans l’espace personnel", notice.sent_at)]
    if notice.received_at is not None:
        ledger.append((f"Reçue{NBSP}: {notice.get_received_how_display()}", notice.received_at))
    return _paper(
        notice.case,
        title=f"Lettre d’information {notice.case.ref}",
        words=told.notice(notice, NOTICE),
        ledger=ledger,
        fingerprint=bytes(notice.content_hash or b""),
    )


def of_decision(decision: Decision) -> bytes:
    """Make the decision as an accessible PDF, with its reasons and remedies; as `of_notice`, with its author."""
    ledger = [("Envoyée dans l’espace personnel", decision.sent_at)]
    if decision.notified_at is not None:
        ledger.append((f"Reçue{NBSP}: {decision.get_notified_how_display()}", decision.notified_at))
    return _paper(
        decision.case,
        title=f"Décision {decision.case.ref}",
        words=told.decision(decision, DECISION),
        ledger=ledger,
        fingerprint=bytes(decision.content_hash or b""),
    )


def of_observations(filed: Observations) -> bytes:
    """Make the acknowledgement of observations (CRPA L112-11 and R112-11-1): when, to whom, what, fingerprint.

    The row comes with its case, the case's agency and person.
    """
    case, zone = filed.case, filed.case.agency.place.zone
    agency = case.agency
    sent = Piece.objects.filter(observations=filed).order_by("pk").values_list("document__title", flat=True)
    lines = [
        ("Reçues le", full_datetime(filed.given_at, zone, zone=True)),
        ("De", str(case.claimant.user)),
        ("Au sujet de", f"la procédure {case.ref}"),
        ("Observations", filed.text),
        ("Documents", ", ".join(sent)),
    ]
    parts: list[tuple[str, Sequence[str]]] = [
        (
            "Qui les lit",
            [
                f"{agency.name}, {agency.address}. Téléphone{NBSP}: {agency.phone}.",
                "Vous pouvez aussi appeler le 3949.",
            ],
        ),
        ("La suite", ["Une personne les lit avant de décider. Vous pouvez encore les compléter."]),
    ]
    return letters.typeset(
        "receipt",
        {
            "title": f"Reçu{NBSP}: observations {case.ref}",
            "lead": f"Vos observations sont bien reçues. Gardez ce document{NBSP}: il le prouve.",
            "facts_title": "Ce que vous avez envoyé",
            "facts": _filled(lines),
            "parts": _parts(parts),
            "ledger_title": "",
            "ledger": [],
            "hash": bytes(filed.content_hash).hex(),
            "foot": f"{case.ref} – {agency.name}, {agency.phone}",
        },
        dated=filed.given_at,
    )


def _paper(
    case: Case, *, title: str, words: Words, ledger: list[tuple[str, datetime | None]], fingerprint: bytes
) -> bytes:
    zone = case.agency.place.zone
    known = [(what, at) for what, at in ledger if at is not None]
    return letters.typeset(
        "receipt",
        {
            "title": title,
            "lead": " ".join([words.title + ".", words.deadline]).strip(),
            "facts_title": "La procédure",
            "facts": _filled(words.facts),
            "parts": _parts([*words.parts, *words.law]),
            "ledger_title": "Ce qui est prouvé",
            "ledger": [{"date": full_datetime(at, zone), "fact": what} for what, at in known],
            "hash": fingerprint.hex(),
            "foot": f"{case.ref} – {case.agency.name}, {case.agency.phone}",
        },
        dated=known[0][1],
    )


def _filled(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in lines if value]


def _parts(parts: Sequence[tuple[str, Sequence[str]]]) -> list[dict[str, Any]]:
    return [{"title": title, "sentences": list(sentences)} for title, sentences in parts if sentences]
