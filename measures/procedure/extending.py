"""Give people back the time an outage of the portal took from their ten days; what binds the service does not move.

As for absences: recording an outage plans one look at the cases it bears on, in slices. A decision that was due, or
prepared and not sent, within that time goes back; one that was sent stays, for the person has it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from measures import deeds
from measures.models import Case, Decision, Hearing, Notice, Observations, PeriodExtension
from measures.states import CASE_ANSWERING, CaseState
from messaging import outbox
from portal.core import deadlines, journal, outages
from portal.core.deadlines import Due, Outcome, Planned
from portal.core.french import full_deadline
from portal.core.journal import PORTAL, Line
from portal.core.models import Deadline, Outage
from portal.core.outage_slices import go_on, not_now, of_use, over, take_slice
from portal.core.working_time import extend_for_outages

_S = CaseState
_SET_ASIDE = "Le portail a été interrompu : la personne a plus de temps pour répondre."


class _Given(NamedTuple):
    """One period made longer."""

    notice: Notice
    ended_at: datetime
    ends_at: datetime


@receiver(outages.outage_recorded, dispatch_uid="measures.extending")
def plan(sender: Any, *, outage: Outage, now: datetime, **_: Any) -> None:
    """Have the cases in which somebody may answer looked at, in the transaction that records an outage."""
    deadlines.schedule([Planned(deeds.DUE_EXTEND_OBSERVATIONS, outage.pk, now, step=outage.revision)])


@deadlines.handles(deeds.DUE_EXTEND_OBSERVATIONS, "délais d’observations après une interruption", batch=1)
def extend(batch: Sequence[Due], now: datetime) -> Outcome | None:
    """Extend the ten days of a slice of cases; a decision due within the time given is no longer due."""
    (due,) = batch
    if (outage := over(due, now)) is None:
        return not_now(due, now)
    unsent = Q(state=_S.DECIDED) & ~Exists(
        Decision.objects.filter(case=OuterRef("pk"), set_aside_at__isnull=True, sent_at__isnull=False)
    )
    asked = Case.objects.filter(
        Q(state__in=[*CASE_ANSWERING, _S.DECISION_DUE]) | unsent,
        notice__observations_until__gt=outage.starts_at,
        notice__received_at__lt=outage.ends_at,
    )
    ids, held, rows = take_slice(asked, due.occurrence, agency="agency")
    given = _longer(rows, outages.ended_about(outage), now)
    if given:
        _move(given, [row for row in rows if row.pk in {one.notice.case_id for one in given}], now)
        _tell(given, outage, now)
    return go_on(deeds.DUE_EXTEND_OBSERVATIONS, due, ids, held, now)


def is_owed_to(case: Case) -> bool:
    """Say whether an outage bears on the ten days and was not worked through yet.

    The database asks the same before a decision (`decision_waits_for_outages`).
    """
    waiting = Deadline.objects.filter(
        kind=deeds.DUE_EXTEND_OBSERVATIONS,
        state__in=[Deadline.State.PENDING, Deadline.State.STUCK],
        subject_id=OuterRef("pk"),
    )
    notice = Notice.objects.get(case=case)
    return Outage.objects.filter(
        Exists(waiting),
        Q(ends_at__isnull=True) | Q(ends_at__gt=notice.received_at),
        starts_at__lt=notice.observations_until,
    ).exists()


def _longer(rows: Sequence[Case], spans: Sequence[Any], now: datetime) -> list[_Given]:
    notices = Notice.objects.select_related("case__agency").filter(case__in=rows)
    given = []
    for notice in notices:
        if notice.received_at is None or notice.observations_until is None:
            continue
        place, before = notice.case.agency.place, notice.observations_until
        end = extend_for_outages(notice.received_at, before, spans, territory=place)
        if end > before:
            notice.observations_until = of_use(end, place, now)
            given.append(_Given(notice, before, notice.observations_until))
    return given


def _move(given: Sequence[_Given], rows: Sequence[Case], now: datetime) -> None:
    """Move the end of the ten days, its deadline, and back what was due or prepared before that end."""
    ids = [row.pk for row in rows]
    due = [row.pk for row in rows if row.state in (_S.DECISION_DUE, _S.DECIDED)]
    Decision.objects.filter(case__in=due, set_aside_at__isnull=True, sent_at__isnull=True).update(
        set_aside_at=now, set_aside_for=_SET_ASIDE
    )
    Case.objects.filter(pk__in=due, state=_S.DECIDED).move_all(_S.DECISION_DUE)
    Notice.objects.bulk_update([one.notice for one in given], ["observations_until"])
    heard = set(Hearing.objects.filter(case__in=due, held_at__isnull=False).values_list("case_id", flat=True))
    wrote = set(Observations.objects.filter(case__in=due).values_list("case_id", flat=True)) - heard
    silent = set(due) - heard - wrote
    for back, state in (
        (heard, _S.HEARING_HELD),
        (wrote, _S.OBSERVATIONS_FILED),
        (silent, _S.NOTICE_RECEIVED),
    ):
        Case.objects.filter(pk__in=back).move_all(state, decide_by=None)
    deadlines.cancel([deeds.DUE_PERIOD_END], ids, now=now)
    deadlines.cancel(deeds.OF_DECISION, due, now=now)
    deadlines.schedule(
        Planned(
            deeds.DUE_PERIOD_END, one.notice.case_id, one.ends_at, occurrence=int(one.ends_at.timestamp())
        )
        for one in given
    )


def _tell(given: Sequence[_Given], outage: Outage, now: datetime) -> None:
    """Keep each extension, write it into its file's journal, and owe the person a message with the new day."""
    kept = PeriodExtension.objects.bulk_create(
        PeriodExtension(
            case_id=one.notice.case_id,
            outage=outage,
            ended_at=one.ended_at,
            ends_at=one.ends_at,
            given_at=now,
        )
        for one in given
    )
    lines = []
    for one in given:
        case = one.notice.case
        zone = case.agency.place.zone
        data = {
            "ref": str(case.ref),
            "until": full_deadline(one.ends_at, zone),
            "before": full_deadline(one.ended_at, zone),
            "outage": outages.told(outage),
        }
        lines.append(Line(deeds.PERIOD_EXTENDED, data=data, **case.about))
    journal.record_all(lines, by=PORTAL, now=now)
    outbox.enqueue(
        (
            outbox.Owed(deeds.MAIL_DAYS_GIVEN, one.notice.case.claimant_id, extension.pk)
            for one, extension in zip(given, kept, strict=True)
        ),
        now=now,
    )
