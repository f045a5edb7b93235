"""Give people back the time an outage of the portal took: to explain an absence, to complete a document.

Only periods of a person move, and only to a later day: what counts against the service (a decision due, the
closing in the person's favour after thirty days) stays where it is. Recording an outage writes one deadline
a kind of period; its handler goes through the rows in slices, each of which plans the next. Run twice it
changes nothing: asked again with its own answer, `extend_for_outages` gives the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from convocations import deeds
from convocations.absences import handing_on
from convocations.models import Absence, Extension, Justificatif
from convocations.states import ABSENCE_UNDECIDED, AbsenceState, ReviewState
from messaging import outbox
from portal.core import deadlines, journal, outages, parameters
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.french import full_deadline
from portal.core.journal import PORTAL, Line
from portal.core.models import Deadline, Outage
from portal.core.outage_slices import go_on, not_now, of_use, over, take_slice
from portal.core.working_time import day_bounds, end_of_period, extend_for_outages, last_day

_A = AbsenceState
_TIME_GIVEN = "Le portail a été interrompu. La personne a plus de temps pour s’expliquer."


@dataclass(frozen=True, slots=True)
class _Given:
    """One period made longer."""

    row: Any
    ended_at: datetime
    ends_at: datetime


@receiver(outages.outage_recorded, dispatch_uid="convocations.extending")
def plan(sender: Any, *, outage: Outage, now: datetime, **_: Any) -> None:
    """Have the periods of an outage looked at, in the transaction that records it."""
    deadlines.schedule(
        Planned(kind, outage.pk, now, step=outage.revision)
        for kind in (deeds.DUE_EXTEND_EXPLANATIONS, deeds.DUE_EXTEND_COMPLETIONS)
    )


@deadlines.handles(deeds.DUE_EXTEND_EXPLANATIONS, "délais d’explication après une interruption", batch=1)
def extend_explanations(batch: Sequence[Due], now: datetime) -> Outcome | None:
    """Extend the period to explain of a slice of absences; a referral made within it is taken back."""
    (due,) = batch
    if (outage := over(due, now)) is None:
        return not_now(due, now)
    asked = Absence.objects.filter(
        Q(state__in=ABSENCE_UNDECIDED) | Q(state=_A.REFERRED),
        explanation_due_at__gt=outage.starts_at,
        recorded_at__lt=outage.ends_at,
    )
    ids, held, rows = take_slice(asked, due.occurrence, agency="agency")
    spans = outages.ended_about(outage)
    given = [one for row in rows if (one := _longer_to_explain(row, spans, now))]
    for one in given:
        one.row.explanation_due_at = one.ends_at
    _take_back([one.row for one in given if one.row.state == _A.REFERRED], now)
    _move_period_ends(given, now)
    extensions = _remember(given, outage, now)
    _tell(deeds.PERIOD_EXTENDED, extensions, [(one.row, one.row.ref) for one in given], now)
    return go_on(deeds.DUE_EXTEND_EXPLANATIONS, due, ids, held, now)


@deadlines.handles(deeds.DUE_EXTEND_COMPLETIONS, "délais de complément après une interruption", batch=1)
def extend_completions(batch: Sequence[Due], now: datetime) -> Outcome | None:
    """Extend the time to complete a slice of documents."""
    (due,) = batch
    if (outage := over(due, now)) is None:
        return not_now(due, now)
    asked = Justificatif.objects.filter(
        state=ReviewState.INCOMPLETE,
        absence__state__in=ABSENCE_UNDECIDED,
        # A day on either side for the clocks overseas; the exact instants are compared below.
        complete_by__gte=outage.starts_at.date() - timedelta(days=1),
        reviewed_at__lt=outage.ends_at,
    )
    ids, held, rows = take_slice(asked, due.occurrence, agency="absence__agency")
    spans = outages.ended_about(outage)
    given = [one for row in rows if (one := _longer_to_complete(row, spans, now))]
    for one in given:
        one.row.complete_by = last_day(one.ends_at, one.row.agency.place)
    Justificatif.objects.bulk_update([one.row for one in given], ["complete_by"])
    extensions = _remember(given, outage, now)
    _tell(deeds.COMPLETION_EXTENDED, extensions, [(one.row, one.row.ref) for one in given], now)
    return go_on(deeds.DUE_EXTEND_COMPLETIONS, due, ids, held, now)


def is_owed_to(absence: Absence) -> bool:
    """Say whether an outage bears on the time to explain and has not been worked through yet.

    The database asks the same before a referral (`referral_waits_for_outages`).
    """
    waiting = Deadline.objects.filter(
        kind=deeds.DUE_EXTEND_EXPLANATIONS,
        state__in=[Deadline.State.PENDING, Deadline.State.STUCK],
        subject_id=OuterRef("pk"),
    )
    return Outage.objects.filter(
        Exists(waiting),
        Q(ends_at__isnull=True) | Q(ends_at__gt=absence.recorded_at),
        starts_at__lt=absence.explanation_due_at,
    ).exists()


# --- how much longer -------------------------------------------------------------


def _longer_to_explain(row: Absence, spans: Sequence[Any], now: datetime) -> _Given | None:
    place = row.agency.place
    end = extend_for_outages(row.recorded_at, row.explanation_due_at, spans, territory=place)
    if end <= row.explanation_due_at:
        return None
    if row.state == _A.REFERRED and row.decided_at is not None and row.decided_at >= end:
        # They had all of it: explaining stays possible until the decision.
        return None
    return _Given(row, row.explanation_due_at, of_use(end, place, now))


def _longer_to_complete(row: Justificatif, spans: Sequence[Any], now: datetime) -> _Given | None:
    if row.complete_by is None or row.reviewed_at is None:
        return None
    place = row.agency.place
    before = day_bounds(row.complete_by, place.zone)[1]
    end = extend_for_outages(row.reviewed_at, before, spans, territory=place)
    return _Given(row, before, of_use(end, place, now)) if end > before else None


# --- writing it down --------------------------------------------------------------


def _take_back(rows: Sequence[Absence], now: datetime) -> None:
    """Put an absence that was referred before its person's time was over back into examination."""
    undecided = {"decided_at": None, "decided_by": None, "reasons": "", "report": ""}
    explained = [row.pk for row in rows if row.explained_at is not None]
    silent = [row.pk for row in rows if row.explained_at is None]
    Absence.objects.filter(pk__in=explained).move_all(_A.EXPLAINED, **undecided)
    Absence.objects.filter(pk__in=silent).move_all(_A.EXPLANATION_REQUESTED, **undecided)
    for row in rows:
        handing_on.take_back(row, reason=_TIME_GIVEN, by=PORTAL, now=now)
    after = parameters.current().absence_supervisor_working_days
    deadlines.schedule(
        planned
        for row in rows
        for planned in (
            Planned(deeds.DUE_DECISION, row.pk, row.decide_by, step=1),
            Planned(
                deeds.DUE_DECISION,
                row.pk,
                end_of_period(row.recorded_at, jours_ouvres=after, territory=row.agency.place),
                step=2,
            ),
            Planned(deeds.DUE_ABSENCE_CLOSE, row.pk, row.closes_at),
        )
    )
    lines = [
        Line(
            deeds.REFERRAL_TAKEN_BACK,
            file_id=row.claimant_id,
            subject_id=row.pk,
            data={
                "ref": str(row.ref),
                "decided_at": row.decided_at.isoformat() if row.decided_at else None,
                "decided_by": row.decided_by_id,
                "reasons": row.reasons,
                "report": row.report,
            },
        )
        for row in rows
    ]
    journal.record_all(lines, by=PORTAL, now=now)


def _move_period_ends(given: Sequence[_Given], now: datetime) -> None:
    """Move the end of the period and the deadline that waits for it; one that was worked comes again."""
    for one in given:
        one.row.period_ended_at = None
    Absence.objects.bulk_update([one.row for one in given], ["explanation_due_at", "period_ended_at"])
    deadlines.cancel([deeds.DUE_EXPLANATION_END], [one.row.pk for one in given], now=now)
    deadlines.schedule(
        Planned(deeds.DUE_EXPLANATION_END, one.row.pk, one.ends_at, occurrence=int(one.ends_at.timestamp()))
        for one in given
    )


def _remember(given: Sequence[_Given], outage: Outage, now: datetime) -> list[Extension]:
    return Extension.objects.bulk_create(
        Extension(
            absence=one.row if isinstance(one.row, Absence) else one.row.absence,
            justificatif=one.row if isinstance(one.row, Justificatif) else None,
            outage=outage,
            ended_at=one.ended_at,
            ends_at=one.ends_at,
            given_at=now,
        )
        for one in given
    )


def _tell(
    code: journal.JournalCode,
    extensions: Sequence[Extension],
    subjects: Sequence[tuple[Any, Any]],
    now: datetime,
) -> None:
    """Write each extension into the journal of its file, and owe the person a mail with the new day."""
    lines = []
    for extension, (row, ref) in zip(extensions, subjects, strict=True):
        zone = extension.absence.agency.place.zone
        data = {
            "ref": str(ref),
            "until": full_deadline(extension.ends_at, zone),
            "before": full_deadline(extension.ended_at, zone),
            "outage": outages.told(extension.outage),
        }
        lines.append(Line(code, file_id=row.claimant_id, subject_id=row.pk, data=data))
    journal.record_all(lines, by=PORTAL, now=now)
    outbox.enqueue(
        (
            outbox.Owed(deeds.MAIL_PERIOD_EXTENDED, extension.absence.claimant_id, extension.pk)
            for extension in extensions
        ),
        now=now,
    )
