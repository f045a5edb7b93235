"""The papers for the court: one PDF, numbered pieces, what happened when; made when it is asked for, kept nowhere."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.core.files.storage import default_storage
from django.db.models import Q

from measures.appeals.court import chronology
from measures.appeals.court.chronology import Filed
from measures.models import Annex, AppealCase, Piece
from measures.told import appeals as told
from measures.told import letters as words_of
from measures.told.papers import DECISION, NOTICE
from messaging import letters
from messaging.emails import Words, lines_of
from portal.core.documents import assembling
from portal.core.documents.refusals import Refused
from portal.core.documents.sandbox.caller import RoomUnavailable
from portal.core.french import full_date, full_datetime, plural
from portal.core.models import Document
from portal.core.models.document import DocumentState
from portal.core.safe.delivery import OutOfReach
from portal.core.transitions import Refusal

# Where a person files by themselves, without a lawyer (CJA R414-6).
TELERECOURS = "https://citoyens.telerecours.fr/"
_GONE = "Ce document n’est plus gardé. Joignez votre copie."
_LATER = "Ce document est encore vérifié. Préparez le dossier de nouveau plus tard."


class CannotBeMade(Refusal):
    sentence = (
        "Le dossier ne peut pas être préparé pour le moment. Ce n’est pas de votre fait. "
        "Réessayez dans quelques minutes. Chaque document reste dans votre procédure."
    )


@dataclass(frozen=True, slots=True)
class _Paper:
    """One of our own papers: its words, and the fingerprint of what was sent."""

    title: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[tuple[str, Sequence[str]]]
    hash: str = ""


def make(appeal: AppealCase, *, now: datetime) -> BinaryIO:
    """Make the file of an appeal; it disappears when closed. Raises `CannotBeMade`, `OutOfReach`.

    The appeal comes with its case, the case's agency, barème and person.
    """
    one = chronology.filed(appeal)
    ours, theirs = _papers(one), _documents(appeal)
    there = [row for row in theirs if row.state == DocumentState.RECEIVED and row.clean_key]
    numbers = {row.pk: len(ours) + place for place, row in enumerate(theirs, start=1)}
    first = letters.typeset("dossier", _first(one, ours, theirs, numbers, now), dated=now)
    dividers = letters.typeset("dividers", _dividers(one, there, numbers), dated=now) if there else b""
    with ExitStack() as opened:
        pieces = [
            assembling.Piece(f"Pièce n° {numbers[row.pk]} – {row.title}", opened.enter_context(_open(row)))
            for row in there
        ]
        try:
            return assembling.assemble(first, dividers, pieces)
        except (Refused, RoomUnavailable) as error:
            raise CannotBeMade from error


def _open(document: Document) -> Any:
    try:
        return default_storage.open(document.clean_key)
    except Exception as error:  # every store has exceptions of its own
        raise OutOfReach from error


def _documents(appeal: AppealCase) -> list[Document]:
    """List what was sent by the person or referred with the case, each once, in the order it came."""
    pieces = Piece.objects.filter(case=appeal.case).values_list("added_at", "document_id")
    annexes = Annex.objects.filter(
        Q(lift__case=appeal.case) | Q(gracious__appeal=appeal) | Q(mediation__appeal=appeal)
    ).values_list("added_at", "document_id")
    ids = list(dict.fromkeys(pk for _, pk in sorted([*pieces, *annexes])))
    found = Document.objects.in_bulk(ids)
    return [found[pk] for pk in ids]


def _papers(one: Filed) -> list[_Paper]:
    zone = one.appeal.case.agency.place.zone
    papers: list[_Paper] = []
    if one.notice is not None:
        said = words_of.notice(one.notice, NOTICE)
        papers.append(_paper("Lettre d’information", said, bytes(one.notice.content_hash or b"")))
    for row in one.written:
        facts = [("Reçues le", full_datetime(row.given_at, zone, zone=True))]
        text = [("Ce qui est écrit", lines_of(row.text))]
        papers.append(_Paper("Observations", facts, text, bytes(row.content_hash).hex()))
    if one.hearing is not None and one.hearing.held_at is not None:
        facts = [("Tenue le", full_datetime(one.hearing.held_at, zone)), ("Lieu", one.hearing.place)]
        minutes = [("Compte rendu", lines_of(one.hearing.minutes))]
        papers.append(_Paper("Audition", facts, minutes))
    if one.decision is not None:
        said = words_of.decision(one.decision, DECISION)
        papers.append(_paper("Décision", said, bytes(one.decision.content_hash or b"")))
    return [*papers, *_lifts(one), *_gracious(one), *_mediations(one)]


def _lifts(one: Filed) -> list[_Paper]:
    zone = one.appeal.case.agency.place.zone
    papers = []
    for row in one.lifts:
        facts = [("Reçue le", full_datetime(row.asked_at, zone, zone=True))]
        parts = [("Ce qui est demandé", lines_of(row.text))]
        if row.decided_at and (row.notified_at or row.granted):
            facts.append(("Répondu le", full_date(row.decided_at.astimezone(zone))))
            parts += _reasons("Levée accordée" if row.granted else "Levée refusée", row)
        papers.append(_Paper("Demande de levée", facts, parts, bytes(row.content_hash).hex()))
    return papers


def _gracious(one: Filed) -> list[_Paper]:
    zone = one.appeal.case.agency.place.zone
    papers = []
    for row in one.gracious:
        facts = [("Reçu le", full_datetime(row.filed_at, zone, zone=True))]
        parts = [("Ce qui est demandé", lines_of(row.text))]
        if row.answered_at and row.notified_at:
            facts.append(("Répondu le", full_date(row.answered_at.astimezone(zone))))
            parts += _reasons(told.verdict(row), row)
        papers.append(_Paper("Recours gracieux", facts, parts, bytes(row.content_hash).hex()))
    return papers


def _mediations(one: Filed) -> list[_Paper]:
    return [
        _Paper(
            "Médiation",
            [
                ("Demandée le", full_date(row.asked_on)),
                ("Finie le", full_date(row.ended_on) if row.ended_on else ""),
                ("Résultat", told.ended(row) if row.ended_on else ""),
            ],
            [("Précisions", lines_of(row.note)), ("Ce qui en est sorti", lines_of(row.outcome))],
        )
        for row in one.mediations
    ]


def _reasons(verdict: str, row: Any) -> list[tuple[str, list[str]]]:
    return [
        ("La réponse", [verdict]),
        ("Les raisons, en fait", lines_of(row.reasons_fact)),
        ("Les raisons, en droit", lines_of(row.reasons_law)),
    ]


def _paper(title: str, said: Words, fingerprint: bytes) -> _Paper:
    return _Paper(title, said.facts, [*said.parts, *said.law], fingerprint.hex())


def _steps(one: Filed, now: datetime) -> list[str]:
    clock = told.clock_until(one.appeal)
    ended = [row for row in one.mediations if row.ended_on]
    return [
        *([] if ended else ["Demandez d’abord une médiation\u00a0: elle est gratuite, et obligatoire."]),
        *([clock] if clock and not one.appeal.is_late(now) else []),
        "Écrivez votre demande\u00a0: ce que vous contestez, ce que vous demandez au juge, et pourquoi. Signez-la.",
        f"Déposez votre demande et ce dossier sur {TELERECOURS}, ou au greffe du tribunal administratif.",
        "Notez ensuite la date du dépôt dans votre espace\u00a0: vous en gardez la trace.",
        "Vous pouvez être aidé par un avocat. L’aide juridictionnelle peut le payer selon vos revenus.",
    ]


def _first(
    one: Filed, ours: Sequence[_Paper], theirs: Sequence[Document], numbers: dict[int, int], now: datetime
) -> dict[str, Any]:
    case = one.appeal.case
    pieces = [{"number": str(n), "title": row.title, "note": ""} for n, row in enumerate(ours, start=1)]
    pieces += [{"number": str(numbers[row.pk]), "title": row.title, "note": _note(row)} for row in theirs]
    return {
        "title": f"Dossier pour le tribunal {one.appeal.ref}",
        "lead": "Ce dossier réunit ce qui a été envoyé, reçu et décidé. Vous y ajoutez votre demande.",
        "facts": _rows(chronology.stands(one)),
        "steps": _steps(one, now),
        "chronology": [{"date": when, "fact": what} for when, what in chronology.of(one)],
        "pieces": pieces,
        "papers": [
            {
                "number": str(number),
                "title": row.title,
                "facts": _rows(row.facts),
                "parts": [{"title": title, "sentences": list(said)} for title, said in row.parts if said],
                "hash": row.hash,
            }
            for number, row in enumerate(ours, start=1)
        ],
        "foot": f"{one.appeal.ref} – {case.agency.name}, {case.agency.phone}",
    }


def _dividers(one: Filed, there: Sequence[Document], numbers: dict[int, int]) -> dict[str, Any]:
    return {
        "title": f"Pièces du dossier {one.appeal.ref}",
        "pieces": [
            {
                "number": str(numbers[row.pk]),
                "title": row.title,
                "note": _note(row),
                "hash": bytes(row.sha256).hex(),
            }
            for row in there
        ],
        "foot": f"{one.appeal.ref}",
    }


def _note(row: Document) -> str:
    if row.state == DocumentState.RECEIVED and row.clean_key:
        return plural(row.pages, "page") if row.pages else ""
    return _LATER if row.state == DocumentState.QUARANTINED else _GONE


def _rows(lines: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in lines if value]
