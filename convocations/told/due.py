"""What is due from a person and by when, the most urgent first, and what comes next."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import Q

from convocations.models import Absence, Bindingness, ChangeRequest, Convocation, Justificatif
from convocations.states import (
    ABSENCE_UNDECIDED,
    AHEAD,
    HOLDS_TIME,
    REQUEST_PENDING,
    UNREAD,
    AbsenceState,
    ConvocationState,
    RequestState,
    ReviewState,
)
from convocations.told import manners, words
from convocations.told import requests as asked
from portal.core.french import (
    NBSP,
    days_left,
    first_up,
    full_date,
    full_datetime,
    full_deadline,
    short_datetime,
    urgency,
)
from portal.core.models.document import DocumentState
from portal.core.prepared import prepared
from portal.core.working_time import Territory

# A page shows the nearest few; the list of appointments shows all.
COMING_SHOWN = 5
FIRST_SHOWN = 4
AT_MOST = 20
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: what, why, until when, and the one button that leads there."""

    title: str
    text: str
    url: str
    act: str
    label: str
    due: datetime | None = None
    until: str = ""
    left: str = ""
    level: str = "calm"
    # Stands before all that has a date: a letter that says what may be decided.
    first: bool = False

    @property
    def place(self) -> tuple[bool, datetime]:
        """Give where it stands among the others."""
        return (not self.first, self.due or _FAR)


@dataclass(frozen=True, slots=True)
class Owed:
    """A person's first page: things to do, coming appointments, what is being examined."""

    todo: list[Todo]
    coming: list[dict[str, Any]]
    examined: list[dict[str, str]]

    @property
    def first(self) -> list[Todo]:
        """The few to begin with: a long list frightens and helps nobody."""
        return self.todo[:FIRST_SHOWN]

    @property
    def rest(self) -> list[Todo]:
        """What comes after them."""
        return self.todo[FIRST_SHOWN:]


def of_claimant(claimant_id: int, *, tz: tzinfo, now: datetime) -> Owed:
    """Gather what is due from a person, in four queries at most; `tz` is their agency's."""
    coming = _coming(claimant_id=claimant_id, now=now)
    absences = _absences(claimant_id=claimant_id)
    requests = _requests(claimant_id=claimant_id)
    todo = [
        *_to_pick(coming, now),
        *_to_confirm(coming, now),
        *_to_explain(absences, now),
        *_to_send(requests, now),
    ]
    # A paper is completed for an absence that nobody has decided: without one there is none.
    if absences:
        todo += _to_complete(claimant_id, tz, now)
    return Owed(
        todo=sorted(todo, key=lambda item: item.place),
        coming=[_appointment(row, now) for row in coming[:COMING_SHOWN]],
        examined=[
            *(_examined(row) for row in absences if row[1] == AbsenceState.EXPLAINED),
            *(_waiting(row) for row in requests if row[1] != RequestState.DOCS_REQUESTED),
        ],
    )


def with_more(owed: Owed, more: list[Todo]) -> Owed:
    """Put what other rooms ask of the person among the things to do, by date."""
    return replace(owed, todo=sorted([*owed.todo, *more], key=lambda item: item.place)) if more else owed


def dated(todo: Todo, due: datetime, now: datetime, tz: tzinfo) -> Todo:
    """Give a thing to do its date, the time that remains, and how pressing that is."""
    return replace(
        todo,
        due=due,
        until=first_up(full_deadline(due, tz)),
        left=first_up(days_left(due, now, tz)),
        level=urgency(due, now, tz),
    )


@prepared
def _coming(claimant_id: int, now: datetime) -> Any:
    return (
        Convocation.objects.filter(claimant_id=claimant_id, ends_at__gt=now, state__in=HOLDS_TIME)
        .order_by("starts_at", "id")
        .values_list(
            "ref",
            "bindingness",
            "kind",
            "modality",
            "starts_at",
            "state",
            "agency__name",
            "agency__territory",
            "displacement__cause",
        )[:AT_MOST]
    )


def _to_pick(coming: list[tuple[Any, ...]], now: datetime) -> list[Todo]:
    """Find the appointments that cannot be as announced: nobody is to come for nothing."""
    found = []
    for ref, _, kind, modality, starts_at, state, agency, territory, displaced in coming:
        if not displaced or state == ConvocationState.RESCHEDULE_PENDING or starts_at <= now:
            continue
        tz = Territory(territory).zone
        todo = Todo(
            title="Votre rendez-vous ne peut pas avoir lieu comme prévu",
            text=f"{words.KINDS[kind]} {words.MODALITIES[modality].lower()}, {agency}. "
            f"{manners.NOT_THEN[modality]}",
            url=f"/espace/convocations/{ref}/",
            act="Voir ce que je peux faire",
            label="Était prévu",
            due=starts_at,
            until=first_up(full_datetime(starts_at, tz)),
            left=words.starts_in(starts_at, now, tz),
            level="soon",
        )
        found.append(todo)
    return found


def _to_confirm(coming: list[tuple[Any, ...]], now: datetime) -> list[Todo]:
    found = []
    for ref, bindingness, kind, modality, starts_at, state, agency, territory, displaced in coming:
        waits = state in AHEAD and not displaced and state != ConvocationState.ACKNOWLEDGED
        if bindingness != Bindingness.CONVOCATION or not waits or starts_at <= now:
            continue
        unread = state in UNREAD
        todo = Todo(
            title="Lisez votre convocation" if unread else "Confirmez votre convocation",
            text=f"{words.KINDS[kind]} {words.MODALITIES[modality].lower()}, {agency}.",
            url=f"/espace/convocations/{ref}/",
            act="Lire la convocation" if unread else "Confirmer la réception",
            label="Avant le rendez-vous",
        )
        found.append(dated(todo, starts_at, now, Territory(territory).zone))
    return found


@prepared
def _absences(claimant_id: int) -> Any:
    return (
        Absence.objects.filter(claimant_id=claimant_id, state__in=ABSENCE_UNDECIDED)
        .order_by("explanation_due_at")
        .values_list(
            "ref", "state", "explanation_due_at", "decide_by", "convocation__starts_at", "agency__territory"
        )[:AT_MOST]
    )


def _to_explain(absences: list[tuple[Any, ...]], now: datetime) -> list[Todo]:
    found = []
    for ref, state, due, _, starts_at, territory in absences:
        if state != AbsenceState.EXPLANATION_REQUESTED:
            continue
        tz = Territory(territory).zone
        todo = Todo(
            title=f"Expliquez votre absence du {full_date(starts_at.astimezone(tz))}",
            text="Le délai est passé, mais votre réponse compte encore."
            if due <= now
            else "Rien n’est décidé. Quelques phrases suffisent.",
            url=f"/espace/absences/{ref}/",
            act="Expliquer mon absence",
            label="Au plus tard",
        )
        found.append(dated(todo, due, now, tz))
    return found


def _examined(row: tuple[Any, ...]) -> dict[str, str]:
    ref, _, _, decide_by, starts_at, territory = row
    tz = Territory(territory).zone
    return {
        "url": f"/espace/absences/{ref}/",
        "title": f"Absence du {full_date(starts_at.astimezone(tz))}",
        "meta": f"Votre conseiller doit répondre avant le {full_date(decide_by.astimezone(tz))}.",
    }


@prepared
def _requests(claimant_id: int) -> Any:
    return (
        ChangeRequest.objects.filter(claimant_id=claimant_id, state__in=REQUEST_PENDING)
        .order_by("submitted_at", "id")
        .values_list(
            "ref", "state", "kind", "docs_due_at", "decide_by", "convocation__starts_at", "agency__territory"
        )[:AT_MOST]
    )


def _to_send(requests: list[tuple[Any, ...]], now: datetime) -> list[Todo]:
    """Find the requests that wait for documents."""
    found = []
    for ref, state, kind, due, _, _, territory in requests:
        if state == RequestState.DOCS_REQUESTED:
            todo = Todo(
                title="Envoyez les documents demandés",
                text=f"{asked.TITLES[kind]}. Une photo lisible suffit.",
                url=f"/espace/demandes/{ref}/",
                act="Envoyer les documents",
                label="Au plus tard",
            )
            found.append(dated(todo, due, now, Territory(territory).zone))
    return found


def _waiting(row: tuple[Any, ...]) -> dict[str, str]:
    ref, _, kind, _, decide_by, starts_at, territory = row
    tz = Territory(territory).zone
    return {
        "url": f"/espace/demandes/{ref}/",
        "title": f"{asked.TITLES[kind]}, rendez-vous du {full_date(starts_at.astimezone(tz))}",
        "meta": f"Réponse au plus tard le {full_deadline(decide_by, tz)}. Aucune absence ne peut être notée.",
    }


@prepared
def _pieces(claimant_id: int) -> Any:
    return (
        Justificatif.objects.filter(
            Q(state=ReviewState.INCOMPLETE)
            | Q(document__state=DocumentState.REJECTED_TECH, state=ReviewState.IN_REVIEW),
            claimant_id=claimant_id,
            # By way of the person's few absences, which have an index.
            absence__claimant_id=claimant_id,
            absence__state__in=ABSENCE_UNDECIDED,
        )
        .order_by("id")
        .values_list(
            "ref", "absence__ref", "state", "complete_by", "remark", "document__title", "document__rejection"
        )[:AT_MOST]
    )


def _to_complete(claimant_id: int, tz: tzinfo, now: datetime) -> list[Todo]:
    """Find what was sent and must be sent again: an incomplete justificatif, a file nobody can read."""
    found = []
    for ref, absence_ref, state, complete_by, remark, title, rejection in _pieces(claimant_id=claimant_id):
        incomplete = state == ReviewState.INCOMPLETE
        todo = Todo(
            title=f"{'Complétez' if incomplete else 'Renvoyez'} «{NBSP}{title}{NBSP}»",
            text=remark if incomplete else rejection,
            url=f"/espace/absences/{absence_ref}/justificatifs/{ref}/",
            act="Compléter" if incomplete else "Renvoyer le fichier",
            label="Au plus tard",
        )
        if incomplete and complete_by:
            todo = dated(todo, datetime.combine(complete_by + timedelta(days=1), time(), tzinfo=tz), now, tz)
        found.append(todo)
    return found


def _appointment(row: tuple[Any, ...], now: datetime) -> dict[str, Any]:
    ref, bindingness, kind, modality, starts_at, state, agency, territory, displaced = row
    binding = bindingness == Bindingness.CONVOCATION
    tz = Territory(territory).zone
    stands = words.said(state, binding, starts_at <= now)
    if displaced and starts_at > now:
        stands = words.DISPLACED
    return {
        "url": f"/espace/convocations/{ref}/",
        "title": words.KINDS[kind],
        "date": first_up(short_datetime(starts_at, tz)),
        "meta": f"{words.MODALITIES[modality]}, {agency}",
        "binding": binding,
        "state": stands.label,
        "tone": stands.tone,
    }
