"""How the examination of an absence is told to its person: what was missed, said, sent, read and decided."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.urls import reverse

from convocations.models import Absence, ChangeRequest, Explanation, Extension, Justificatif
from convocations.motives import Motive
from convocations.states import ABSENCE_DECIDED, ABSENCE_UNDECIDED, AbsenceState, ReviewState
from convocations.told import words
from measures.models import Origin
from measures.told import desk
from portal.core import outages
from portal.core.french import (
    NBSP,
    days_left,
    first_up,
    full_date,
    full_datetime,
    full_deadline,
    last_day,
    plural,
    urgency,
)
from portal.core.models import DocumentReading
from portal.core.models.document import DocumentState

Line = dict[str, Any]


def facts(absence: Absence) -> list[Line]:
    """Say what was missed, who noted it, who answers."""
    convocation, tz = absence.convocation, absence.agency.place.zone
    noted = first_up(full_datetime(absence.recorded_at, tz))
    return [
        {
            "label": "Rendez-vous",
            "value": f"{words.KINDS[convocation.kind]} du {full_datetime(convocation.starts_at, tz)}",
            "url": reverse("espace:appointment", args=[convocation.ref]),
            "icon": "calendar-x",
        },
        {"label": "Comment", "value": words.MODALITIES[convocation.modality], "icon": "building-2"},
        {
            "label": "Absence notée le",
            "value": noted,
            "icon": "pencil",
        },
        {
            "label": "Qui vous répond",
            "value": str(absence.advisor.user),
            "note": f"{absence.agency.name}, {absence.agency.phone}",
            "icon": "user",
        },
    ]


def decision(absence: Absence) -> Line | None:
    """Say what was decided, by whom, why, and what to do when one disagrees; None while nothing is."""
    tz = absence.agency.place.zone
    if absence.state == AbsenceState.ANNULLED:
        return {
            "when": first_up(full_datetime(absence.annulled_at, tz)) if absence.annulled_at else "",
            "who": str(absence.annulled_by or ""),
            "reasons": absence.annulment_reason,
        }
    if absence.state not in ABSENCE_DECIDED or absence.decided_at is None:
        return None
    follow_up = absence.new_appointment
    weighs = absence.state in {AbsenceState.REFERRED, AbsenceState.INVITED_TO_REGULARISE}
    return {
        "when": first_up(full_datetime(absence.decided_at, tz)),
        "who": str(absence.decided_by or ""),
        "reasons": absence.reasons,
        "next_url": reverse("espace:appointment", args=[follow_up.ref]) if follow_up else "",
        "procedure_url": _procedure(absence),
        "next_when": full_datetime(follow_up.starts_at, tz) if follow_up else "",
        "disagree": (*words.DISAGREE.get(absence.state, ()), *words.IF_YOU_DISAGREE) if weighs else (),
    }


def _procedure(absence: Absence) -> str:
    """Give the page of the procedure that examines what was referred."""
    case = desk.case_from(Origin.ABSENCE, absence.pk) if absence.state == AbsenceState.REFERRED else None
    return f"/espace/procedures/{case.ref}/" if case is not None else ""


def extensions(absence: Absence, now: datetime, *, any_given: bool) -> list[str]:
    """Say which outages of the portal gave the person time, and from which day to which."""
    tz = absence.agency.place.zone
    lines = []
    waits = absence.state in ABSENCE_UNDECIDED and absence.period_ended_at is None
    if waits and absence.period_is_over(now) and (outage := outages.running(now)):
        lines.append(f"Le portail est interrompu {outages.during(outage, tz)}. Votre délai va être prolongé.")
    if not any_given:
        return lines
    for one in Extension.objects.filter(absence=absence).select_related("outage", "justificatif"):
        what = f"compléter le justificatif {one.justificatif.ref}" if one.justificatif else "vous expliquer"
        lines.append(
            f"Le portail a été interrompu {outages.during(one.outage, tz)}. "
            f"Vous avez jusqu’au {full_deadline(one.ends_at, tz)} pour {what}, "
            f"au lieu du {full_date(last_day(one.ended_at, tz))}."
        )
    return lines


# --- what was sent --------------------------------------------------------------


def justificatifs(absence: Absence) -> list[Justificatif]:
    """Load what was put forward for an absence, with each document."""
    return list(Justificatif.objects.filter(absence=absence).select_related("document").order_by("id"))


def said(absence: Absence, given: Sequence[Explanation], sent: Sequence[Justificatif]) -> list[Line]:
    """Tell back each explanation the person gave, with the receipt of each."""
    tz = absence.agency.place.zone
    return [
        {
            "when": first_up(full_datetime(one.given_at, tz)),
            "motive": Motive(one.motive).label,
            "text": one.text,
            "sworn": one.sworn,
            "late": one.after_period,
            "titles": [row.document.title for row in sent if row.explanation_id == one.pk],
            "hash": one.content_hash.hex()[:16],
            "url": reverse("espace:explanation", args=[absence.ref, number]),
        }
        for number, one in enumerate(given, start=1)
    ]


def papers_of(request: ChangeRequest) -> list[Line]:
    """Tell where each document sent for a request stands; what is missing is asked for on the request itself."""
    sent = Justificatif.objects.filter(request=request).select_related("document").order_by("id")
    return rows(request, list(sent))


def rows(about: Absence | ChangeRequest, sent: Sequence[Justificatif]) -> list[Line]:
    """Tell where each justificatif stands, what it lacks, and who opened it."""
    tz = about.agency.place.zone
    readings = _readings(about, sent)
    lines = []
    for row in sent:
        document = row.document
        unreadable = document.state == DocumentState.REJECTED_TECH
        label, tone = ("Fichier illisible", "warning") if unreadable else words.REVIEWS[row.state]
        still = isinstance(about, Absence) and waits(row, about)
        lines.append(
            {
                "ref": row.ref,
                "title": document.title,
                "meta": f"Envoyé le {full_datetime(row.sent_at, tz)}",
                "checking": document.state == DocumentState.QUARANTINED,
                "url": reverse("documents:download", args=[document.ref])
                if document.state == DocumentState.RECEIVED
                else "",
                "state": label,
                "tone": tone,
                "note": document.rejection if unreadable else row.remark,
                "until": f"À compléter avant le {full_date(row.complete_by)}."
                if still and row.complete_by
                else "",
                "complete_url": reverse("espace:complete", args=[about.ref, row.ref]) if still else "",
                "is_health": document.is_health,
                "readers": readings.get(document.pk, []),
            }
        )
    return lines


def waits(row: Justificatif, absence: Absence) -> bool:
    """Say whether something more is expected of the person for a justificatif."""
    if absence.state not in ABSENCE_UNDECIDED:
        return False
    unreadable = row.document.state == DocumentState.REJECTED_TECH
    return row.state == ReviewState.INCOMPLETE or (unreadable and row.state == ReviewState.IN_REVIEW)


def _readings(about: Absence | ChangeRequest, sent: Sequence[Justificatif]) -> dict[int, list[str]]:
    """Say who opened each document, other than the person, the first time each."""
    if not sent:
        return {}
    tz = about.agency.place.zone
    opened = (
        DocumentReading.objects.filter(document__in=[row.document_id for row in sent])
        .exclude(reader_id=about.claimant_id)
        .order_by("at")
        .values_list("document_id", "reader__first_name", "reader__last_name", "at")
    )
    found: dict[int, dict[str, str]] = {}
    for document_id, first, last, at in opened:
        found.setdefault(document_id, {}).setdefault(f"{first} {last}", full_datetime(at, tz))
    return {key: [f"{who}, le {when}" for who, when in readers.items()] for key, readers in found.items()}


def to_complete(row: Justificatif, absence: Absence, now: datetime) -> Line:
    """Say what a justificatif lacks and by when."""
    tz = absence.agency.place.zone
    unreadable = row.document.state == DocumentState.REJECTED_TECH
    shown: Line = {
        "title": f"{'Renvoyer' if unreadable else 'Compléter'} «{NBSP}{row.document.title}{NBSP}»",
        "lacks": row.document.rejection if unreadable else row.remark,
    }
    if row.complete_by:
        due = datetime.combine(row.complete_by + timedelta(days=1), time(), tzinfo=tz)
        shown |= {
            "until": full_deadline(due, tz),
            "left": first_up(days_left(due, now, tz)),
            "level": urgency(due, now, tz),
        }
    return shown


# --- in order of time -----------------------------------------------------------


def history(
    absence: Absence, given: Sequence[Explanation], sent: Sequence[Justificatif], now: datetime
) -> list[Line]:
    """Tell the examination from the missed appointment to its end, and what time still brings."""
    tz = absence.agency.place.zone
    past = sorted(_past(absence, given, sent), key=lambda step: step[0])
    return [
        *({"date": first_up(full_datetime(at, tz)), **line} for at, line in past),
        *_ahead(absence, now),
    ]


def _past(
    absence: Absence, given: Sequence[Explanation], sent: Sequence[Justificatif]
) -> list[tuple[datetime, Line]]:
    steps = [
        (absence.convocation.starts_at, _step("Le rendez-vous", "calendar-x")),
        (absence.recorded_at, _step("L’agence note une absence. Rien n’est décidé.", "pencil")),
    ]
    for one in given:
        count = sum(row.explanation_id == one.pk for row in sent)
        text = plural(count, "document") if count else ""
        steps.append((one.given_at, _step("Vous donnez une explication", "message-square", "success", text)))
    for row in sent:
        if row.reviewed_at is not None:
            label, tone = words.REVIEWS[row.state]
            title = f"Votre document est examiné{NBSP}: {label.lower()}"
            steps.append((row.reviewed_at, _step(title, "file-text", tone, row.document.title)))
    dated = (
        (
            absence.period_ended_at,
            "Fin du délai pour expliquer. Votre réponse compte encore.",
            "hourglass",
            "",
        ),
        (
            absence.escalated_at,
            "La réponse tarde. Le responsable de l’agence est prévenu.",
            "bell",
            "warning",
        ),
        (absence.decided_at, _DECIDED.get(absence.state, "Une décision est prise"), "check", "success"),
        (absence.annulled_at, "L’absence est annulée", "check", "success"),
    )
    steps += [(at, _step(title, icon, tone)) for at, title, icon, tone in dated if at is not None]
    return steps


def _step(title: str, icon: str, tone: str = "", text: str = "") -> Line:
    return {"title": title, "icon": icon, "tone": tone, "text": text}


_DECIDED: dict[str, str] = {
    AbsenceState.EXCUSED: "Votre absence est excusée",
    AbsenceState.CLOSED_NO_ACTION: "L’examen est clos, sans suite",
    AbsenceState.INVITED_TO_REGULARISE: "Un nouveau rendez-vous vous est donné",
    AbsenceState.REFERRED: "Votre situation est transmise pour examen",
}


def _ahead(absence: Absence, now: datetime) -> list[Line]:
    if absence.state not in ABSENCE_UNDECIDED:
        return []
    tz = absence.agency.place.zone
    steps = [
        (absence.explanation_due_at, "Fin du délai pour expliquer"),
        (absence.decide_by, "Votre conseiller doit vous avoir répondu"),
        (absence.closes_at, "Sans décision, l’absence est close en votre faveur"),
    ]
    return [{"date": full_deadline(at, tz), "title": title, "next": True} for at, title in steps if at > now]
