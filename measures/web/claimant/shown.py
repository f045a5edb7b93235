"""A procedure in the words and lists of its page, as its person reads it."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from measures.models import Origin
from measures.procedure.calendar import DECISION_DAYS
from measures.states import CaseState
from measures.told import measure, procedure, remedies
from measures.web.claimant.abilities import ProcedureAbilities
from measures.web.claimant.loading import Procedure
from measures.web.followed import pieces_of
from portal.core.french import (
    days_left,
    first_up,
    full_date,
    full_datetime,
    full_deadline,
    plural,
    typographic,
    urgency,
)
from portal.core.models.document import DocumentState

Line = dict[str, Any]
_S = CaseState
_ORIGIN_PAGES = {Origin.ABSENCE: "/espace/absences/"}


def title(one: Procedure, may: ProcedureAbilities) -> str:
    """Name the page by what it asks or tells."""
    if may.over:
        return "Cette procédure est finie"
    if may.see_decision:
        return "Une décision est prise, avec ses raisons"
    if may.see_notice:
        return "Vous êtes informé avant toute décision"
    return "Votre situation est examinée"


def facts(one: Procedure) -> list[Line]:
    """List what the procedure is about."""
    case = one.case
    path = _ORIGIN_PAGES.get(Origin(case.origin), "")
    return [
        {"label": "Date des faits", "value": full_date(case.facts_on), "icon": "calendar-x"},
        {
            "label": "Vient de",
            "value": f"{first_up(case.get_origin_display())}, {case.origin_ref}",
            "url": f"{path}{case.origin_ref}/" if path else "",
            "icon": "clipboard-list",
        },
        {"label": "Agence", "value": case.agency.name, "note": case.agency.phone, "icon": "building-2"},
        {"label": "Référence", "value": str(case.ref)},
    ]


def answer_by(one: Procedure, may: ProcedureAbilities, now: datetime) -> Line | None:
    """Say until when the person may answer, and what remains of it; None while no time of theirs runs."""
    notice = one.notice
    if notice is None or notice.observations_until is None or not may.time_runs:
        return None
    zone = one.case.agency.place.zone
    return {
        "label": "Répondez au plus tard",
        "date": first_up(full_deadline(notice.observations_until, zone)),
        "left": first_up(days_left(notice.observations_until, now, zone)),
        "level": urgency(notice.observations_until, now, zone),
    }


def act_by(one: Procedure, now: datetime) -> Line | None:
    """Say until when the person may act against the decision; None while that time does not run."""
    until = remedies.until(one.decision) if one.decision is not None else None
    if until is None:
        return None
    zone = one.case.agency.place.zone
    return {
        "label": "Vous pouvez agir jusqu’au",
        "date": full_deadline(until, zone),
        "left": first_up(days_left(until, now, zone)),
        "level": urgency(until, now, zone),
    }


def effect(one: Procedure) -> list[Line]:
    """List what was decided, from when to when, by whom."""
    decision = one.decision
    if decision is None:
        return []
    zone = one.case.agency.place.zone
    received = full_date(decision.notified_at.astimezone(zone)) if decision.notified_at else ""
    return [
        {"label": "Mesure", "value": measure.title(decision), "icon": "info"},
        {"label": "S’applique", "value": measure.days(decision), "icon": "calendar-clock"},
        {"label": "Vous l’avez reçue le", "value": received, "icon": "mail-open"},
        {"label": "Décidée par", "value": procedure.signed(decision.author, one.case.region), "icon": "user"},
    ]


def said(one: Procedure) -> tuple[list[Line], list[Line]]:
    """Tell back what the person wrote, each time with its documents, and the documents sent along before."""
    zone, case = one.case.agency.place.zone, one.case
    papers: dict[int | None, list[Line]] = {}
    for piece in pieces_of(case):
        document = piece.document
        readable = document.state == DocumentState.RECEIVED
        line = {
            "name": document.title,
            "url": reverse("documents:download", args=[document.ref]) if readable else "",
            "checking": document.state == DocumentState.QUARANTINED,
        }
        papers.setdefault(piece.observations_id, []).append(line)
    written = [
        {
            "when": first_up(full_datetime(row.given_at, zone)),
            "text": row.text,
            "late": row.after_period,
            "documents": papers.get(row.pk, []),
            "hash": bytes(row.content_hash).hex()[:16],
            "url": reverse("espace:observations", args=[case.ref, number]),
        }
        for number, row in enumerate(one.written, start=1)
    ]
    return written, papers.get(None, [])


def hearing_facts(one: Procedure) -> list[Line]:
    """List what is known of the hearing."""
    hearing = one.hearing
    if hearing is None:
        return []
    zone = one.case.agency.place.zone
    when = first_up(procedure.hearing_when(hearing)) or "La date vous sera écrite. Personne ne décide avant."
    return [
        {"label": "Quand", "value": when, "icon": "calendar-clock"},
        {"label": "Où, et avec qui", "value": hearing.place, "icon": "map-pin"},
        {"label": "Vous assiste", "value": hearing.assistant or "Personne pour le moment", "icon": "users"},
        {"label": "Vos souhaits", "value": hearing.wishes, "icon": "message-square"},
        {"label": "Demandée le", "value": full_datetime(hearing.asked_at, zone), "icon": "check"},
    ]


def evidence(one: Procedure) -> list[Line]:
    """Tell the dated facts that were referred, in order."""
    return [
        {"date": first_up(when), "title": typographic(what), "icon": "check"}
        for when, what in procedure.evidence(one.case)
    ]


# --- in order of time -----------------------------------------------------------------


def history(one: Procedure, may: ProcedureAbilities, now: datetime) -> list[Line]:
    """Tell the procedure from its beginning to its end, and what time still brings."""
    zone = one.case.agency.place.zone
    past = sorted(((at, line) for at, line in _past(one) if at is not None), key=lambda step: step[0])
    return [
        *({"date": first_up(full_datetime(at, zone)), **line} for at, line in past),
        *_ahead(one, may, now),
    ]


def _past(one: Procedure) -> list[tuple[datetime | None, Line]]:
    case, notice, hearing, decision = one.case, one.notice, one.hearing, one.decision
    steps: list[tuple[datetime | None, Line]] = [
        (case.referred_at, _step("Une personne doit examiner votre situation. Rien n’est décidé.", "send"))
    ]
    if notice is not None and notice.sent_at is not None:
        steps.append((notice.sent_at, _step("La lettre d’information est dans votre espace", "mail")))
        steps.append(
            (
                notice.received_at,
                _step(f"Vous l’avez reçue ({notice.get_received_how_display()})", "mail-open"),
            )
        )
    steps += [
        (row.given_at, _step("Vous envoyez des observations", "message-square", "success"))
        for row in one.written
    ]
    if hearing is not None:
        steps.append((hearing.asked_at, _step("Vous demandez à être entendu", "users", "success")))
        steps.append((hearing.held_at, _step("Vous êtes entendu", "users", "success")))
    if decision is not None:
        steps.append((decision.sent_at, _step("La décision est dans votre espace", "mail")))
        steps.append((decision.notified_at, _step("Vous avez reçu la décision", "mail-open")))
    ended = procedure.STATES[case.state]
    steps.append((case.ended_at, _step(f"{ended.label}. {ended.sentence}", "circle-check", "success")))
    return steps


def _ahead(one: Procedure, may: ProcedureAbilities, now: datetime) -> list[Line]:
    case, notice, decision = one.case, one.notice, one.decision
    zone = case.agency.place.zone
    steps: list[tuple[datetime | None, str]] = []
    if may.undecided and notice is not None and may.see_notice:
        steps.append((notice.observations_until, "Fin de votre délai pour répondre"))
        steps.append((case.decide_by, "Sans décision, la procédure est close en votre faveur"))
    if decision is not None and not may.over:
        steps.append((decision.ends_at, "La mesure finit"))
    known = [
        {"date": full_deadline(at, zone), "title": words, "next": True}
        for at, words in steps
        if at is not None and at > now
    ]
    if may.undecided and may.see_notice and case.decide_by is None:
        days = plural(DECISION_DAYS, "jour")
        last = f"Une personne décide, avec ses raisons. Sinon, la procédure est close en votre faveur après {days}"
        known.append({"date": "Après votre délai", "title": last, "next": True})
    return known


def _step(words: str, icon: str, tone: str = "") -> Line:
    return {"title": words, "icon": icon, "tone": tone}
