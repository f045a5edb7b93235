"""A case in the words and lists that the components take, as its delegate reads it."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from measures import deeds
from measures.models import Breach, Case, Decision, Hearing, Notice, Observations
from measures.told import counting, procedure
from measures.web.followed import kept, pieces_of
from portal.core import journal
from portal.core.french import euros, first_up, full_date, full_datetime, full_deadline, typographic
from portal.core.models import JournalEntry
from portal.core.models.document import DocumentState
from portal.core.prepared import prepared

Line = dict[str, Any]
# What is told of a case stands in the journal under these numbers.
_FIRST, _LAST = deeds.REFERRED.number, 349
# What follows a decision and is told of its case; the rest is told of an appeal.
_AFTERWARDS = [
    one.number
    for one in (deeds.EFFECT_DONE, deeds.LIFT_ASKED, deeds.LIFTED, deeds.LIFT_REFUSED, deeds.LIFT_RECEIVED)
]
_ICONS = {
    deeds.REFERRED.number: "send",
    deeds.NOTICE_SENT.number: "mail",
    deeds.NOTICE_RECEIVED.number: "mail-open",
    deeds.OBSERVED.number: "message-square",
    deeds.HEARING_ASKED.number: "users",
    deeds.HEARING_FIXED.number: "calendar-clock",
    deeds.PERIOD_ENDED.number: "hourglass",
    deeds.DECIDED.number: "pencil",
    deeds.NOTIFIED.number: "mail-open",
}


def facts(case: Case) -> list[Line]:
    """List what is known of a case at its head."""
    zone = case.agency.place.zone
    allowance = f"{euros(case.daily_allowance)} par jour" if case.daily_allowance else "n’est pas connue"
    return [
        {"label": "Personne", "value": str(case.claimant), "icon": "user", "note": str(case.claimant.ref)},
        {"label": "Agence", "value": case.agency.name, "icon": "building-2"},
        {"label": "Date des faits", "value": full_date(case.facts_on), "icon": "calendar-x"},
        {"label": "Manquement examiné", "value": first_up(Breach(case.breach).label), "icon": "info"},
        {
            "label": "Vient de",
            "value": f"{case.get_origin_display()}, {case.origin_ref}",
            "icon": "clipboard-list",
        },
        {
            "label": "Transmise",
            "value": f"par {case.referred_by}, le {full_datetime(case.referred_at, zone)}",
            "icon": "send",
        },
        {
            "label": "Situation au jour des faits",
            "value": first_up(counting.situation(case)),
            "icon": "users",
        },
        {"label": "Allocation journalière", "value": allowance, "icon": "info"},
        {"label": "Examinée par", "value": str(case.decider or ""), "icon": "user"},
    ]


def evidence(case: Case) -> list[Line]:
    """Tell the dated facts in order."""
    return [
        {"date": first_up(when), "title": typographic(what), "icon": "check"}
        for when, what in procedure.evidence(case)
    ]


@prepared
def _deeds(file_id: int, subject_id: int) -> Any:
    return JournalEntry.objects.filter(
        Q(code__range=(_FIRST, _LAST)) | Q(code__in=_AFTERWARDS), file_id=file_id, subject_id=subject_id
    ).order_by("id")


def story(case: Case) -> list[Line]:
    """Tell what was done in the procedure, the earliest first; two queries."""
    rows: list[JournalEntry] = _deeds(file_id=case.claimant_id, subject_id=case.pk)
    ids = {row.actor_id for row in rows if row.actor_id is not None}
    names = {
        pk: f"{first} {last}"
        for pk, first, last in User.objects.filter(pk__in=ids).values_list("pk", "first_name", "last_name")
    }
    zone = case.agency.place.zone
    return [
        {
            "date": first_up(full_datetime(row.at, zone)),
            "title": typographic(journal.sentence(row, names.get(row.actor_id or 0, "Le portail"))),
            "icon": _ICONS.get(row.code, "check"),
        }
        for row in rows
    ]


@prepared
def _written(case_id: int) -> Any:
    rows = Observations.objects.filter(case_id=case_id).select_related("given_by")
    return rows.order_by("given_at", "pk")


def answers(case: Case) -> tuple[list[Line], list[Line]]:
    """Give what the person wrote, before and since, with its documents, and the documents referred; two queries."""
    zone = case.agency.place.zone
    sent: dict[int | None, list[Line]] = {}
    for piece in pieces_of(case):
        document = piece.document
        readable = document.state == DocumentState.RECEIVED
        line = {
            "name": document.title,
            "url": reverse("documents:download", args=[document.ref]) if readable else "",
            "checking": document.state == DocumentState.QUARANTINED,
            "is_health": document.is_health,
        }
        sent.setdefault(piece.observations_id, []).append(line)
    written: list[Observations] = kept(case, "written", _written)
    said = [
        {"when": first_up(when), "text": words, "early": True} for when, words in procedure.said_before(case)
    ]
    said += [
        {
            "when": first_up(full_datetime(one.given_at, zone)),
            "text": one.text,
            "late": one.after_period,
            "written_by": "" if one.given_by_id == case.claimant_id else str(one.given_by),
            "documents": sent.get(one.pk, []),
        }
        for one in written
    ]
    return said, sent.get(None, [])


def hearing_facts(hearing: Hearing) -> list[Line]:
    """List what is known of a hearing."""
    zone = hearing.case.agency.place.zone
    return [
        {"label": "Demandée le", "value": full_datetime(hearing.asked_at, zone), "icon": "calendar-check"},
        {"label": "Souhaits de la personne", "value": hearing.wishes, "icon": "message-square"},
        {"label": "Vient avec", "value": hearing.assistant, "icon": "users"},
        {"label": "Date", "value": first_up(procedure.hearing_when(hearing)), "icon": "calendar-clock"},
        {"label": "Lieu", "value": hearing.place, "icon": "map-pin"},
        {"label": "Fixée par", "value": str(hearing.fixed_by or ""), "icon": "user"},
    ]


def notice_facts(notice: Notice) -> list[Line]:
    """Say when a notice was sent and received, and until when the person may answer."""
    zone = notice.case.agency.place.zone
    until = notice.observations_until
    received = (
        f"{full_datetime(notice.received_at, zone)}, {notice.get_received_how_display()}"
        if (notice.received_at)
        else ""
    )
    return [
        {"label": "Écrite par", "value": str(notice.author), "icon": "user"},
        {
            "label": "Envoyée le",
            "value": full_datetime(notice.sent_at, zone) if notice.sent_at else "",
            "icon": "send",
        },
        {
            "label": "Reçue le",
            "value": received or "Pas encore lue\u00a0: aucun délai ne court.",
            "icon": "mail-open",
        },
        {
            "label": "Observations jusqu’au",
            "value": full_deadline(until, zone) if until else "",
            "icon": "clock",
        },
    ]


def decision_facts(decision: Decision) -> list[Line]:
    """Say who decided, who read it again, when it was sent and received."""
    zone = decision.case.agency.place.zone
    return [
        {
            "label": "Préparée par",
            "value": f"{decision.author}, le {full_datetime(decision.decided_at, zone)}",
        },
        {
            "label": "Relue par",
            "value": f"{decision.second_reader}, le {full_datetime(decision.second_read_at, zone)}"
            if decision.second_read_at
            else "",
        },
        {"label": "Envoyée le", "value": full_datetime(decision.sent_at, zone) if decision.sent_at else ""},
        {
            "label": "Reçue le",
            "value": f"{full_datetime(decision.notified_at, zone)}, {decision.get_notified_how_display()}"
            if decision.notified_at
            else "",
        },
    ]
