"""Papers both sides hold: the notice and the decision as they were sent, the receipt of observations."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from measures.models import Annex, Case, Decision, GraciousAppeal, LiftRequest, Notice, Observations, Piece
from measures.told import appeals
from measures.told import letters as told
from measures.told.procedure import Line
from messaging import letters
from messaging.emails import Words
from portal.core.french import NBSP, full_datetime, full_deadline

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
    sent = Piece.objects.filter(observations=filed).order_by("pk").values_list("document__title", flat=True)
    return _receipt(
        filed.case,
        "observations",
        f"la procédure {filed.case.ref}",
        filed.text,
        sent,
        at=filed.given_at,
        fingerprint=bytes(filed.content_hash),
        then=["Une personne les lit avant de décider. Vous pouvez encore les compléter."],
    )


def of_lift(asked: LiftRequest) -> bytes:
    """Make the acknowledgement of a wish to lift a measure; as `of_observations`."""
    sent = Annex.objects.filter(lift=asked).order_by("pk").values_list("document__title", flat=True)
    until = full_deadline(asked.answer_by, asked.case.agency.place.zone)
    return _receipt(
        asked.case,
        "demande de levée",
        f"la mesure de la procédure {asked.case.ref}",
        asked.text,
        sent,
        at=asked.asked_at,
        fingerprint=bytes(asked.content_hash),
        then=[f"Une personne vous répond jusqu’au {until}. Un refus aurait des raisons et des recours."],
    )


def of_gracious(filed: GraciousAppeal) -> bytes:
    """Make the acknowledgement of a gracious appeal: also what its silence would mean (CRPA L112-11, R112-11-1)."""
    sent = Annex.objects.filter(gracious=filed).order_by("pk").values_list("document__title", flat=True)
    return _receipt(
        filed.appeal.case,
        "recours gracieux",
        f"{appeals.contested(filed.appeal)} ({filed.appeal.ref})",
        filed.text,
        sent,
        at=filed.filed_at,
        fingerprint=bytes(filed.content_hash),
        then=[appeals.effect_on_time(filed), appeals.silence(filed)],
    )


def _receipt(
    case: Case,
    what: str,
    about: str,
    text: str,
    documents: Iterable[str],
    *,
    at: datetime,
    fingerprint: bytes,
    then: Sequence[str],
) -> bytes:
    agency = case.agency
    lines = [
        ("Reçu le", full_datetime(at, agency.place.zone, zone=True)),
        ("De", str(case.claimant.user)),
        ("Au sujet de", about),
        ("Ce qui est écrit", text),
        ("Documents", ", ".join(documents)),
    ]
    parts: list[tuple[str, Sequence[str]]] = [
        (
            "Qui vous lit",
            [
                f"{agency.name}, {agency.address}. Téléphone{NBSP}: {agency.phone}.",
                "Vous pouvez aussi appeler le 3949.",
            ],
        ),
        ("La suite", then),
    ]
    return letters.typeset(
        "receipt",
        {
            "title": f"Reçu{NBSP}: {what} {case.ref}",
            "lead": f"Votre envoi est bien reçu. Gardez ce document{NBSP}: il le prouve.",
            "facts_title": "Ce que vous avez envoyé",
            "facts": _filled(lines),
            "parts": _parts(parts),
            "ledger_title": "",
            "ledger": [],
            "hash": fingerprint.hex(),
            "foot": f"{case.ref} – {agency.name}, {agency.phone}",
        },
        dated=at,
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
