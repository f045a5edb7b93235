"""What followed a decision, in the words and lists of its pages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from measures.models import Annex, AppealCase, GraciousAppeal, LiftRequest, Mediation
from measures.states import GraciousState, WindowState
from measures.told import appeals as told
from measures.web.followed import Followed
from messaging.emails import lines_of
from portal.core.french import days_left, first_up, full_date, full_datetime, full_deadline, urgency
from portal.core.models.document import DocumentState

Line = dict[str, Any]
Part = tuple[str, list[str]]


def lifts(rows: list[LiftRequest], now: datetime) -> list[Line]:
    """Tell each wish to end the measure early, with its receipt and what was answered, the latest first."""
    return [_lift(row, number, now) for number, row in reversed(list(enumerate(rows, start=1)))]


def contestable(rows: list[AppealCase], now: datetime) -> list[Line]:
    """List what the person may contest, with the time they have."""
    return [
        {
            "label": f"Contester {told.contested(row)}"
            if row.state != WindowState.SETTLED
            else f"Voir ce qui a suivi {told.contested(row)}",
            "url": reverse("espace:appeal", args=[row.ref]),
            "icon": "file-text",
            "note": told.clock(row, now),
        }
        for row in rows
    ]


def act_by(appeal: AppealCase, now: datetime) -> Line | None:
    """Say until when the person may act, and what remains of it; None while no time runs."""
    if appeal.state != WindowState.RUNNING or appeal.is_late(now):
        return None
    zone = appeal.case.agency.place.zone
    return {
        "label": "Vous pouvez agir jusqu’au",
        "date": full_deadline(appeal.deadline, zone),
        "left": first_up(days_left(appeal.deadline, now, zone)),
        "level": urgency(appeal.deadline, now, zone),
    }


def documents(annexes: Iterable[Annex]) -> list[Line]:
    """List documents with the address of those that were checked."""
    return [
        {
            "name": one.document.title,
            "url": reverse("documents:download", args=[one.document.ref])
            if one.document.state == DocumentState.RECEIVED
            else "",
            "checking": one.document.state == DocumentState.QUARANTINED,
        }
        for one in annexes
    ]


def _lift(row: LiftRequest, number: int, now: datetime) -> Line:
    zone = row.case.agency.place.zone
    facts = [
        {"label": "Reçue le", "value": full_datetime(row.asked_at, zone, zone=True)},
        {"label": "Empreinte de l’envoi", "value": bytes(row.content_hash).hex()[:16]},
        {"label": "Entretien de recadrage", "value": "Vous l’avez demandé" if row.wants_interview else ""},
    ]
    parts: list[Part] = []
    if row.decided_at is None:
        facts.append({"label": "Réponse attendue jusqu’au", "value": full_deadline(row.answer_by, zone)})
        title = "Votre demande est examinée"
        if row.answer_by <= now:
            parts = [
                (
                    "La réponse est en retard",
                    ["Appelez le 3949 ou votre agence\u00a0: votre demande reste examinée."],
                )
            ]
    elif row.granted:
        assert row.effective_on is not None
        title = f"La mesure est levée à partir du {full_date(row.effective_on)}"
        parts = [
            ("Les raisons", lines_of(row.reasons_fact)),
            ("Ce qui vous est dû", told.owed(list(row.effects.all()), now)),
        ]
    else:
        title = "La levée est refusée, avec des raisons"
        facts.append({"label": "Répondu le", "value": full_date(row.decided_at.astimezone(zone))})
        parts = [
            ("Les raisons, en fait", lines_of(row.reasons_fact)),
            ("Les raisons, en droit", lines_of(row.reasons_law)),
            ("Vous n’êtes pas d’accord\u00a0: ce que vous pouvez faire", told.lift_law(row)),
        ]
    return {
        "title": title,
        "facts": facts,
        "text": row.text,
        "documents": documents(row.annexes.all()),
        "parts": [(name, said) for name, said in parts if said],
        "receipt": reverse("espace:lift_receipt", args=[row.case.ref, number]),
        "interview": row.wants_interview and row.decided_at is None,
    }


def facts(appeal: AppealCase) -> list[Line]:
    """List what is contested and where it stands."""
    return [{"label": label, "value": value} for label, value in told.named(appeal)]


def gracious(one: Followed) -> list[Line]:
    """Tell each gracious appeal with its receipt and its answer, the latest first."""
    return [_gracious(row, number) for number, row in reversed(list(enumerate(one.gracious, start=1)))]


def mediations(one: Followed) -> list[Line]:
    """Tell each mediation and how it ended, the latest first."""
    return [_mediation(row) for row in reversed(one.mediations)]


def court(one: Followed) -> list[Line]:
    """Tell what the person declared about the court, and what the judge decided; nothing before they filed."""
    row = one.court
    if row is None or row.filed_on is None:
        return []
    return [
        {"label": "Tribunal", "value": row.court},
        {"label": "Numéro", "value": row.number},
        {"label": "Déposé le", "value": full_date(row.filed_on)},
        {
            "label": "Délai",
            "value": "Déposé après le délai\u00a0: le tribunal dit s’il l’examine." if row.late else "",
        },
        {"label": "Jugé le", "value": full_date(row.judged_on) if row.judged_on else ""},
        {"label": "Jugement", "value": f"{told.judged(row)}\n{row.judgment}" if row.judged_on else ""},
    ]


def stays(one: Followed) -> list[str]:
    """Say in which time the measure is not applied, and who says so."""
    return [
        f"La mesure n’est pas appliquée depuis le {full_date(row.since)}"
        + (f", jusqu’au {full_date(row.until)}" if row.until else "")
        + f"\u00a0: {row.get_held_by_display()} le dit ({row.reason})."
        for row in one.stays
    ]


def _gracious(row: GraciousAppeal, number: int) -> Line:
    zone = row.appeal.case.agency.place.zone
    items = [
        {"label": "Reçu le", "value": full_datetime(row.filed_at, zone, zone=True)},
        {"label": "Empreinte de l’envoi", "value": bytes(row.content_hash).hex()[:16]},
        {
            "label": "Répondu le",
            "value": full_date(row.answered_at.astimezone(zone)) if row.answered_at else "",
        },
    ]
    parts: list[Part] = []
    if row.state == GraciousState.FILED:
        parts = [("Votre délai", [told.effect_on_time(row)]), ("La réponse", [told.silence(row)])]
    if row.answered_at is not None:
        parts = [
            ("Les raisons, en fait", lines_of(row.reasons_fact)),
            ("Les raisons, en droit", lines_of(row.reasons_law)),
        ]
    if row.state in (GraciousState.REJECTED, GraciousState.PARTIAL, GraciousState.IMPLICIT_REJECTION):
        parts.append(("Ce que vous pouvez encore faire", told.ways(row.appeal)[1:]))
    return {
        "title": told.verdict(row),
        "facts": items,
        "text": row.text,
        "documents": documents(row.annexes.all()),
        "parts": parts,
        "receipt": reverse("espace:gracious_receipt", args=[row.appeal.ref, number]),
    }


def _mediation(row: Mediation) -> Line:
    parts: list[Part] = []
    if row.ended_on is None:
        title = "Une médiation est en cours"
        time = told.LATE_STAYS_OPEN if row.late else told.clock_until(row.appeal)
        parts = [("Votre délai", [time])] if time else []
    else:
        title = f"La médiation est finie. {told.ended(row)}"
        parts = [("Ce qui en est sorti", lines_of(row.outcome))] if row.outcome else []
    return {
        "title": title,
        "facts": [
            {"label": "Demandée le", "value": full_date(row.asked_on)},
            {"label": "Finie le", "value": full_date(row.ended_on) if row.ended_on else ""},
        ],
        "text": row.note,
        "documents": documents(row.annexes.all()),
        "parts": parts,
    }
