"""The court: after mediation, the person says that they filed; what the judge decides is noted and carried out."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from measures import deeds
from measures.appeals import winning
from measures.appeals.holding import hold, require_effect, reviewer
from measures.models import AppealCase, CourtAppeal, HeldBy, Mediation, Outcome, Stay
from measures.procedure import holding
from measures.states import COURT_JUDGED, MEDIATION_ENDED, CourtState
from messaging import outbox
from portal.core import journal
from portal.core.french import full_date
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import last_day

_J = CourtState


class MediationFirst(Refusal):
    sentence = (
        "Le tribunal demande d’abord une médiation (article R5312-47 du code du travail). "
        "Demandez-la au médiateur régional, puis notez sa fin ici : votre délai repart en entier."
    )


class AlreadyFiled(Refusal):
    """The filing is noted: says before which court and on which day."""


class DayRefused(Refusal):
    """The day is to come, or before what it follows."""


class NotFiled(Refusal):
    sentence = "Notez d’abord le dépôt du recours au tribunal."


class Wordless(Refusal):
    sentence = "Écrivez ce que le juge ou l’accord dit, avec sa référence."


class NotLighter(Refusal):
    sentence = "Ce que le juge laisse de la mesure est plus léger que la décision contestée."


class AlreadyHeld(Refusal):
    sentence = "La mesure n’est déjà pas appliquée. Notez d’abord la fin de cette période."


class NotHeld(Refusal):
    sentence = "La mesure est déjà appliquée : il n’y a pas de fin à noter."


@dataclass(frozen=True, slots=True)
class Judgment:
    """What a judge decided; `share` and `length` are what is left of a measure that was changed."""

    state: CourtState
    on: date
    said: str
    share: int | None = None
    length: int | None = None


def prepare(appeal_id: int, *, by: Actor, now: datetime) -> CourtAppeal:
    """Note that the person had the papers for the court made; the papers themselves are kept nowhere."""
    with transaction.atomic():
        appeal = hold(appeal_id)
        row, new = CourtAppeal.objects.get_or_create(appeal=appeal, defaults={"prepared_at": now})
        if new:
            journal.record(deeds.COURT_READY, by=by, now=now, **appeal.about, data={"ref": str(appeal.ref)})
        return row


def declare(
    appeal_id: int, *, court: str, number: str, filed_on: date, by: Actor, now: datetime
) -> CourtAppeal:
    """Note that the person went to court, on which day. Raises `MediationFirst`, `AlreadyFiled`, `DayRefused`."""
    with transaction.atomic():
        appeal = hold(appeal_id)
        require_effect(appeal)
        ended = (
            Mediation.objects.filter(appeal=appeal, state__in=MEDIATION_ENDED)
            .order_by("ended_on")
            .values_list("ended_on", flat=True)
            .first()
        )
        if ended is None:
            raise MediationFirst
        row, _ = CourtAppeal.objects.get_or_create(appeal=appeal, defaults={"prepared_at": now})
        if row.filed_on is not None:
            raise AlreadyFiled(f"Votre recours est déjà noté : {row.court}, le {full_date(row.filed_on)}.")
        if not court.strip():
            raise Wordless("Écrivez le nom du tribunal.")
        _refuse_day(appeal, filed_on, ended, "la fin de la médiation", now)
        row.court, row.number, row.filed_on = court.strip(), number.strip(), filed_on
        row.declared_at, row.declared_by_id = now, by.person_id
        row.late = filed_on > last_day(appeal.deadline, appeal.case.agency.place)
        saving = ["court", "number", "filed_on", "declared_at", "declared_by", "late"]
        row.move_to(_J.DECLARED_FILED, saving=saving)
        data = {"ref": str(appeal.ref), "day": full_date(filed_on)}
        journal.record(deeds.COURT_FILED, by=by, now=now, **appeal.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_COURT_RECEIPT, appeal.claimant_id, row.pk)], now=now)
        return row


def judge(appeal_id: int, judgment: Judgment, *, by: Actor, now: datetime) -> CourtAppeal:
    """Note a judgment and carry it out: annulled, changed or left. By a delegate who did not take the decision.

    Raises `AuthorOfIt`, `NotFiled`, `Wordless`, `DayRefused`, `NotLighter`.
    """
    with transaction.atomic():
        appeal = hold(appeal_id)
        reviewer(appeal, by)
        row = CourtAppeal.objects.filter(appeal=appeal, filed_on__isnull=False).first()
        if row is None or row.filed_on is None or row.state in COURT_JUDGED:
            raise NotFiled
        if not judgment.said.strip():
            raise Wordless
        _refuse_day(appeal, judgment.on, row.filed_on, "le dépôt du recours", now)
        row.judged_on, row.judgment = judgment.on, judgment.said.strip()
        row.noted_at, row.noted_by_id = now, by.person_id
        saving = ["judged_on", "judgment", "noted_at", "noted_by"]
        if judgment.state == _J.REFORMED:
            _reform(appeal, row, judgment, by=by, now=now)
            saving += ["share", "length", "unit"]
        elif judgment.state == _J.ANNULLED:
            require_effect(appeal)
            winning.annul(appeal, reasons=row.judgment, by=by, now=now)
        row.move_to(judgment.state, saving=saving)
        data = {"ref": str(appeal.ref), "day": full_date(judgment.on), "state": row.get_state_display()}
        journal.record(deeds.COURT_JUDGED, by=by, now=now, **appeal.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_JUDGED, appeal.claimant_id, row.pk)], now=now)
        return row


def hold_off(appeal_id: int, *, held_by: HeldBy, reason: str, since: date, by: Actor, now: datetime) -> Stay:
    """Note that a judge or an agreement holds the measure off from a day on: it is not applied meanwhile."""
    with transaction.atomic():
        appeal = hold(appeal_id)
        holding.delegate(appeal.case, by)
        require_effect(appeal)
        if not reason.strip():
            raise Wordless
        if Stay.objects.filter(appeal__case=appeal.case, until__isnull=True).exists():
            raise AlreadyHeld
        stay = Stay.objects.create(
            appeal=appeal,
            held_by=held_by,
            reason=reason.strip(),
            since=since,
            noted_at=now,
            noted_by_id=by.person_id,
        )
        data = {"ref": str(appeal.ref), "day": full_date(since), "by": HeldBy(held_by).label}
        journal.record(deeds.STAY_NOTED, by=by, now=now, **appeal.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_STAY, appeal.claimant_id, stay.pk)], now=now)
        return stay


def apply_again(appeal_id: int, *, until: date, by: Actor, now: datetime) -> Stay:
    """Note the day from which the measure is applied again. Raises `NotHeld`, `DayRefused`."""
    with transaction.atomic():
        appeal = hold(appeal_id)
        holding.delegate(appeal.case, by)
        stay = Stay.objects.filter(appeal=appeal, until__isnull=True).first()
        if stay is None:
            raise NotHeld
        if until < stay.since:
            raise DayRefused(f"Ce jour est avant le début, le {full_date(stay.since)}. Vérifiez la date.")
        stay.until, stay.ended_at = until, now
        stay.save(update_fields=["until", "ended_at"])
        data = {"ref": str(appeal.ref), "day": full_date(until)}
        journal.record(deeds.STAY_ENDED, by=by, now=now, **appeal.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_STAY, appeal.claimant_id, stay.pk, step=1)], now=now)
        return stay


def _reform(appeal: AppealCase, row: CourtAppeal, judgment: Judgment, *, by: Actor, now: datetime) -> None:
    require_effect(appeal)
    decision = appeal.decision
    if (
        decision is None
        or judgment.share is None
        or judgment.length is None
        or decision.outcome == Outcome.AVERTISSEMENT
    ):
        raise NotLighter
    winning.require_lighter(decision, judgment.share, judgment.length, NotLighter)
    row.share, row.length, row.unit = judgment.share, judgment.length, decision.unit
    winning.reform(appeal, share=judgment.share, length=judgment.length, by=by, now=now)


def _refuse_day(appeal: AppealCase, day: date, earliest: date, after: str, now: datetime) -> None:
    if day > now.astimezone(appeal.case.agency.place.zone).date():
        raise DayRefused("Ce jour est à venir. Notez la date quand elle est passée.")
    if day < earliest:
        raise DayRefused(f"Ce jour est avant {after}, le {full_date(earliest)}. Vérifiez la date.")
