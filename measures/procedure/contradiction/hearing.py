"""Hear the person aloud, assisted by whom they choose: asked for within the ten days, fixed, held, noted."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Claimant
from measures import deeds
from measures.models import Case, Hearing, Notice, Observations
from measures.procedure.contradiction import period
from measures.procedure.contradiction.receiving import receive_answered
from measures.procedure.holding import ChangedMeanwhile, hold, in_hand, require_state, where_it_stands
from measures.states import CaseState
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.french import full_date, full_datetime, full_deadline, plural
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period

_S = CaseState


class TooLateToAsk(Refusal):
    """The ten days are over: says since when, and that writing still counts."""


class NoHearing(Refusal):
    sentence = "Aucune audition n’attend pour cette procédure."


class WrongHour(Refusal):
    """The hour leaves the person too little time, or comes too late."""


class NoPlace(Refusal):
    sentence = "Indiquez le lieu de l’audition, ou comment elle se tient."


class NotYet(Refusal):
    sentence = "L’heure de l’audition n’est pas encore passée."


class NoMinutes(Refusal):
    sentence = "Écrivez ce qui a été dit : la personne le lira."


class SayWhy(Refusal):
    sentence = "Écrivez pourquoi l’audition n’a pas eu lieu."


def ask_hearing(case_id: int, *, wishes: str, assistant: str, by: Actor, now: datetime) -> Hearing:
    """Take the person's wish to be heard (CT R5412-7); a second click gives the hearing that is asked for already.

    Not held in time, the case lapses in their favour.
    """
    with transaction.atomic():
        case = hold(case_id)
        receive_answered(case, by=by, now=now)
        if case.state in (_S.HEARING_REQUESTED, _S.HEARING_HELD):
            return Hearing.objects.get(case=case, dropped_at__isnull=True)
        _refuse_asking(case, now)
        hearing = Hearing.objects.create(
            case=case,
            asked_at=now,
            asked_by_id=by.person_id,
            wishes=wishes.strip(),
            assistant=assistant.strip(),
        )
        days = parameters.current().hearing_within_days
        case.decide_by = end_of_period(now, days=days, territory=case.agency.place)
        case.move_to(_S.HEARING_REQUESTED, saving=["decide_by"])
        deadlines.schedule([Planned(deeds.DUE_HEARING, case.pk, case.decide_by, occurrence=hearing.pk)])
        Claimant.objects.filter(pk=case.claimant_id).update(last_contact_at=now)
        journal.record(deeds.HEARING_ASKED, by=by, now=now, **case.about, data={"ref": str(case.ref)})
        outbox.enqueue([outbox.Owed(deeds.MAIL_HEARING_ASKED, case.claimant_id, hearing.pk)], now=now)
        return hearing


def name_assistant(case_id: int, *, assistant: str, by: Actor, now: datetime) -> Hearing:
    """Note who comes with the person: theirs to choose and to change until the hearing."""
    with transaction.atomic():
        case = hold(case_id)
        hearing = _waiting(case)
        hearing.assistant = assistant.strip()
        hearing.save(update_fields=["assistant"])
        journal.record(deeds.ASSISTANT_NAMED, by=by, now=now, **case.about, data={"ref": str(case.ref)})
        return hearing


def fix(case_id: int, *, at: datetime, place: str, by: Actor, now: datetime) -> Hearing:
    """Give the hearing its hour and place, or another one; the person is told each time, early enough to prepare."""
    with transaction.atomic():
        case = hold(case_id)
        in_hand(case, by)
        hearing = _waiting(case)
        if not place.strip():
            raise NoPlace
        _refuse_hour(case, at, now)
        hearing.at, hearing.place = at, place.strip()
        hearing.fixed_at, hearing.fixed_by_id, hearing.version = now, by.person_id, hearing.version + 1
        hearing.save(update_fields=["at", "place", "fixed_at", "fixed_by", "version"])
        data = {"ref": str(case.ref), "when": full_datetime(at, case.agency.place.zone)}
        journal.record(deeds.HEARING_FIXED, by=by, now=now, **case.about, data=data)
        told = outbox.Owed(deeds.MAIL_HEARING_FIXED, case.claimant_id, hearing.pk, occurrence=hearing.version)
        outbox.enqueue([told], now=now)
        return hearing


def hold_hearing(case_id: int, *, minutes: str, by: Actor, now: datetime) -> Hearing:
    """Note what was said at the hearing; the fifteen days to decide run from it (CT R5412-7-1)."""
    with transaction.atomic():
        case = hold(case_id)
        in_hand(case, by)
        hearing = _waiting(case)
        if hearing.at is None or now < hearing.at:
            raise NotYet
        if not minutes.strip():
            raise NoMinutes
        hearing.held_at, hearing.minutes = hearing.at, minutes.strip()
        hearing.save(update_fields=["held_at", "minutes"])
        deadlines.cancel([deeds.DUE_HEARING], [case.pk], now=now)
        case.decide_by = None
        case.move_to(_S.HEARING_HELD, saving=["decide_by"])
        data = {"ref": str(case.ref), "when": full_date(hearing.at.astimezone(case.agency.place.zone))}
        journal.record(deeds.HEARING_HELD, by=by, now=now, **case.about, data=data)
        period.end_where_over(case, now=now)
        return hearing


def drop(case_id: int, *, reason: str, by: Actor, now: datetime) -> Case:
    """Note that no hearing takes place: the person gave it up, or did not come. Writing stays possible.

    The person may give it up at any time; whoever examines notes it once its hour is past.
    """
    with transaction.atomic():
        case = hold(case_id)
        hearing = _waiting(case)
        given_up = by.user_id == case.claimant_id
        if not given_up:
            in_hand(case, by)
            if hearing.at is None or now < hearing.at:
                raise NotYet
        if not reason.strip():
            raise SayWhy
        hearing.dropped_at, hearing.dropped_for = now, reason.strip()
        hearing.save(update_fields=["dropped_at", "dropped_for"])
        deadlines.cancel([deeds.DUE_HEARING], [case.pk], now=now)
        case.decide_by = None
        said = Observations.objects.filter(case=case).exists()
        case.move_to(_S.OBSERVATIONS_FILED if said else _S.NOTICE_RECEIVED, saving=["decide_by"])
        data = {"ref": str(case.ref), "reason": hearing.dropped_for}
        journal.record(deeds.HEARING_DROPPED, by=by, now=now, **case.about, data=data)
        period.end_where_over(case, now=now, not_before=now if given_up else hearing.at)
        return case


def _refuse_asking(case: Case, now: datetime) -> None:
    if case.state not in (_S.NOTICE_RECEIVED, _S.OBSERVATIONS_FILED, _S.PERIOD_ELAPSED, _S.DECISION_DUE):
        raise ChangedMeanwhile(where_it_stands(case))
    notice = Notice.objects.get(case=case)
    if notice.observations_until is not None and notice.period_is_over(now):
        until = full_deadline(notice.observations_until, case.agency.place.zone)
        raise TooLateToAsk(
            f"Vous pouviez demander une audition jusqu’au {until}. "
            "Vous pouvez encore écrire vos observations, jusqu’à la décision."
        )


def _waiting(case: Case) -> Hearing:
    hearing = Hearing.objects.filter(case=case, dropped_at__isnull=True, held_at__isnull=True).first()
    if hearing is None:
        raise NoHearing
    require_state(case, _S.HEARING_REQUESTED)
    return hearing


def _refuse_hour(case: Case, at: datetime, now: datetime) -> None:
    days = parameters.current().hearing_notice_days
    if at < now + timedelta(days=days):
        raise WrongHour(f"Laissez au moins {plural(days, 'jour')} à la personne pour se préparer.")
    if case.decide_by is not None and at >= case.decide_by:
        until = full_deadline(case.decide_by, case.agency.place.zone)
        raise WrongHour(f"L’audition doit avoir lieu jusqu’au {until}. Choisissez une date plus proche.")
