"""How an agency does over a stretch of time: missed appointments, incidents, work done in time.

Shares of what was recorded, never of a person; read from one partial index, whatever the table's size.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from convocations import deeds
from convocations.models import Absence, Bindingness, Convocation, Modality
from convocations.states import AbsenceState, ConvocationState
from messaging.models import OutboxMessage

_S = ConvocationState
_MISSED = frozenset({_S.ABSENT, _S.EXCUSED, _S.NOT_PROVEN})
_HELD = frozenset({_S.ATTENDED, *_MISSED})
_REMINDED = {True: "Avec un rappel par e-mail", False: "Sans rappel par e-mail"}


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    label: str
    part: int
    whole: int

    @property
    def percent(self) -> int:
        """Give the share in percent, rounded; 0 of nothing."""
        return round(100 * self.part / self.whole) if self.whole else 0


@dataclass(frozen=True, slots=True)
class Indicators:
    """What a supervisor looks at; each list in a fixed order."""

    missed_by_modality: list[Share]
    missed_by_reminder: list[Share]
    incidents_by_modality: list[Share]
    in_time: list[Share]


def of_agency(agency_id: int, since: datetime, now: datetime) -> Indicators:
    """Count an agency's appointments that began in [since, now); three queries."""
    ended = Convocation.objects.filter(
        agency_id=agency_id, starts_at__gte=since, starts_at__lt=now, record_due_at__isnull=False
    )
    counts = _outcomes(ended.filter(bindingness=Bindingness.CONVOCATION))

    def shares(
        labels: Iterable[tuple[Any, str]], column: int, part: frozenset[_S], whole: frozenset[_S]
    ) -> list[Share]:
        def total(value: Any, states: frozenset[_S]) -> int:
            return sum(n for key, n in counts.items() if key[column] == value and key[2] in states)

        return [Share(label, total(value, part), total(value, whole)) for value, label in labels]

    modalities = [(str(one), one.label.capitalize()) for one in Modality]
    incident = frozenset({_S.TECH_INCIDENT})
    return Indicators(
        missed_by_modality=_met(shares(modalities, 0, _MISSED, _HELD)),
        missed_by_reminder=shares(_REMINDED.items(), 1, _MISSED, _HELD),
        incidents_by_modality=_met(shares(modalities, 0, incident, _HELD | incident)),
        in_time=[_records_in_time(ended, now), _decisions_in_time(agency_id, since, now)],
    )


def _met(shares: list[Share]) -> list[Share]:
    """Leave out manners in which nobody met."""
    return [share for share in shares if share.whole]


def _outcomes(rows: Any) -> Counter[tuple[str, bool, str]]:
    # The unread check writes in the place of a reminder, and reminds as well.
    reminder = OutboxMessage.objects.filter(
        person_id=OuterRef("claimant_id"),
        kind__in=[deeds.MAIL_REMINDER, deeds.MAIL_UNREAD],
        subject_id=OuterRef("pk"),
        state=OutboxMessage.State.ACCEPTED,
    )
    found = (
        rows.annotate(reminded=Exists(reminder))
        .values_list("modality", "reminded", "state")
        .annotate(n=Count("pk"))
    )
    return Counter({(modality, reminded, state): n for modality, reminded, state, n in found})


def _in_time(label: str, rows: Any, done: str, due: str, now: datetime) -> Share:
    """Count what was done by its hour among what was done or is overdue."""
    counted = rows.aggregate(
        part=Count("pk", filter=Q(**{f"{done}__lte": F(due)})),
        whole=Count("pk", filter=Q(**{f"{done}__isnull": False}) | Q(**{f"{due}__lt": now})),
    )
    return Share(label, counted["part"], counted["whole"])


def _records_in_time(ended: Any, now: datetime) -> Share:
    return _in_time("Présences enregistrées à temps", ended, "recorded_at", "record_due_at", now)


def _decisions_in_time(agency_id: int, since: datetime, now: datetime) -> Share:
    rows = Absence.objects.filter(
        convocation__agency_id=agency_id,
        convocation__starts_at__gte=since,
        convocation__starts_at__lt=now,
        convocation__record_due_at__isnull=False,
    ).exclude(state=AbsenceState.ANNULLED)
    return _in_time("Absences décidées à temps", rows, "decided_at", "decide_by", now)
