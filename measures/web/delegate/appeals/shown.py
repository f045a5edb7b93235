"""An appeal in the words and lists that the components take, as a delegate reads it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from measures.models import Annex, AppealCase, Effect, GraciousAppeal, LiftRequest, Mediation
from measures.states import WindowState
from measures.told import appeals as told
from measures.told import measure, remedies
from measures.web.followed import Followed
from messaging.emails import Words, lines_of
from portal.core import journal
from portal.core.french import first_up, full_date, full_datetime, full_deadline, typographic
from portal.core.models import JournalEntry
from portal.core.models.document import DocumentState

Line = dict[str, Any]
# What is told of appeals and liftings stands in the journal under these numbers.
_FIRST, _LAST = 350, 399
_NO_END = (WindowState.UNLIMITED, WindowState.SETTLED)


def facts(appeal: AppealCase, now: datetime) -> list[Line]:
    """List what is contested, who decided it, and until when the person may act."""
    zone = appeal.case.agency.place.zone
    lines: list[tuple[str, str]] = [
        *told.named(appeal),
        ("Personne", str(appeal.case.claimant)),
        ("Agence", appeal.case.agency.name),
        ("Délai de la personne", appeal.get_state_display()),
        (
            "Elle peut agir jusqu’au",
            "" if appeal.state in _NO_END else full_deadline(appeal.deadline, zone),
        ),
    ]
    if appeal.decision is not None:
        second = f", relue par {appeal.decision.second_reader}" if appeal.decision.second_reader else ""
        lines.append(("Mesure", measure.title(appeal.decision)))
        lines.append(("Décidée par", f"{appeal.decision.author}{second}"))
    if appeal.lift is not None:
        lines.append(("Refusée par", str(appeal.lift.decided_by or "")))
    return [{"label": label, "value": value} for label, value in lines if value]


def gracious(row: GraciousAppeal) -> Line:
    """Tell a gracious appeal: what is asked, by when it is answered, what was answered."""
    zone = row.appeal.case.agency.place.zone
    items = [
        ("Reçu le", full_datetime(row.filed_at, zone)),
        ("État", first_up(row.get_state_display())),
        ("Silence vaut refus le", full_deadline(row.implicit_at, zone) if row.answered_at is None else ""),
        ("Délai", "Reçu après le délai\u00a0: gardé, et lu quand même" if row.late else ""),
        ("Répondu par", str(row.author or "")),
        ("Ce qui reste", measure.title(told.left_of(row)) if row.share is not None else ""),
    ]
    return _told("Recours gracieux", items, row.text, row.annexes.all(), _reasons(row))


def mediation(row: Mediation) -> Line:
    """Tell a mediation."""
    items = [
        ("Demandée le", full_date(row.asked_on)),
        ("État", first_up(row.get_state_display())),
        ("Finie le", full_date(row.ended_on) if row.ended_on else ""),
    ]
    said = [("Ce qui en est sorti", lines_of(row.outcome))] if row.outcome else []
    return _told("Médiation", items, row.note, row.annexes.all(), said)


def court(one: Followed) -> Line | None:
    """Tell what was declared about the court; nothing before that."""
    row = one.court
    if row is None or row.filed_on is None:
        return None
    items = [
        ("Tribunal", row.court),
        ("Numéro", row.number),
        ("Déposé le", full_date(row.filed_on)),
        ("Jugé le", full_date(row.judged_on) if row.judged_on else ""),
        ("Jugement", told.judged(row) if row.judged_on else ""),
    ]
    return _told("Tribunal administratif", items, row.judgment, (), [])


def lift(row: LiftRequest) -> Line:
    """Tell a wish to lift a measure, with its answer."""
    zone = row.case.agency.place.zone
    answer = {None: "Attendue", True: "Levée", False: "Refus"}[row.granted]
    items = [
        ("Reçue le", full_datetime(row.asked_at, zone)),
        ("À répondre avant la fin du", full_deadline(row.answer_by, zone) if row.decided_at is None else ""),
        ("Entretien de recadrage", "Souhaité" if row.wants_interview else ""),
        ("Réponse", answer),
        ("Répondu par", str(row.decided_by or "")),
        ("Mesure levée à partir du", full_date(row.effective_on) if row.effective_on else ""),
    ]
    return _told("Demande de levée", items, row.text, row.annexes.all(), _reasons(row))


def effects(rows: Iterable[Effect], now: datetime) -> list[Line]:
    """List what is owed, each with the page that notes it done."""
    return [
        {
            "text": told.owed_line(row, now),
            "url": "" if row.done_at else reverse("decisions:prove", args=[row.pk]),
            "proof": row.proof,
        }
        for row in rows
    ]


def stays(one: Followed) -> list[str]:
    """Say in which time the measure is not applied."""
    return [
        f"Mesure non appliquée depuis le {full_date(row.since)}"
        + (f", jusqu’au {full_date(row.until)}" if row.until else "")
        + f" ({row.get_held_by_display()}\u00a0: {row.reason})."
        for row in one.stays
    ]


def story(appeal: AppealCase) -> list[Line]:
    """Tell what was done about this appeal, in the sentences its person reads; two queries."""
    rows = list(
        JournalEntry.objects.filter(
            file_id=appeal.case.claimant_id, subject_id=appeal.pk, code__range=(_FIRST, _LAST)
        ).order_by("id")
    )
    ids = {row.actor_id for row in rows if row.actor_id is not None}
    names = {
        pk: f"{first} {last}"
        for pk, first, last in User.objects.filter(pk__in=ids).values_list("pk", "first_name", "last_name")
    }
    zone = appeal.case.agency.place.zone
    return [
        {
            "date": first_up(full_datetime(row.at, zone)),
            "title": typographic(journal.sentence(row, names.get(row.actor_id or 0, "Le portail"))),
            "icon": "check",
        }
        for row in rows
    ]


# --- before it is sent ---------------------------------------------------------------


def answer_as_read(appeal: AppealCase, row: GraciousAppeal) -> Words:
    """Give an answer as its person will read it; the row has its verdict and reasons, not saved."""
    won = row.state == "GRANTED"
    ways = [] if won else [("Ce que vous pouvez encore faire", told.ways(appeal))]
    return Words(
        title=told.verdict(row), facts=told.named(appeal), paragraphs=[], parts=_reasons(row), law=ways
    )


def lift_as_read(row: LiftRequest) -> Words:
    """Give an answer to a wish to lift as its person will read it."""
    if row.granted and row.effective_on:
        title, law = f"La mesure est levée à partir du {full_date(row.effective_on)}", []
    else:
        title = "La levée est refusée, avec des raisons"
        law = [(remedies.HEADING, remedies.sentences(row.case.agency))]
    return Words(
        title=title, facts=[("Procédure", str(row.case.ref))], paragraphs=[], parts=_reasons(row), law=law
    )


def _reasons(row: GraciousAppeal | LiftRequest) -> list[tuple[str, list[str]]]:
    known = [
        ("Les raisons, en fait", lines_of(row.reasons_fact)),
        ("Les raisons, en droit", lines_of(row.reasons_law)),
    ]
    return [(title, said) for title, said in known if said]


def _told(
    title: str,
    items: list[tuple[str, str]],
    text: str,
    annexes: Iterable[Annex],
    parts: list[tuple[str, list[str]]],
) -> Line:
    return {
        "title": title,
        "facts": [{"label": label, "value": value} for label, value in items if value],
        "text": text,
        "documents": [_document(one) for one in annexes],
        "parts": parts,
    }


def _document(annex: Annex) -> Line:
    document = annex.document
    readable = document.state == DocumentState.RECEIVED
    return {
        "name": document.title,
        "url": reverse("documents:download", args=[document.ref]) if readable else "",
        "checking": document.state == DocumentState.QUARANTINED,
        "is_health": document.is_health,
    }
