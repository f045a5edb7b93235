"""Answer a gracious appeal: somebody else than the author, with reasons; a win has its effects at once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from measures import deeds
from measures.appeals import winning
from measures.appeals.holding import hold, require_effect, reviewer
from measures.models import AppealCase, GraciousAppeal, Outcome
from measures.procedure import choosing
from measures.procedure.choosing import Choice
from measures.procedure.outcome.deciding import NoReasons
from measures.states import GraciousState
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.french import full_date, full_deadline
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period

_G = GraciousState


class AlreadyAnswered(Refusal):
    """Somebody answered meanwhile: says who, when and what."""


class TooLateToRefuse(Refusal):
    """Silence was a refusal already: only an answer in the person's favour has a sense."""


class NotInPart(Refusal):
    sentence = "Ce recours ne peut pas être accepté en partie. Acceptez-le, ou refusez-le avec vos raisons."


class NotLighter(Refusal):
    sentence = "Ce qui reste de la mesure doit être plus léger que la décision contestée."


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a measure that is reduced; `share` in per cent, `length` in the decision's own unit."""

    share: int
    length: int


def answer(
    gracious_id: int,
    *,
    verdict: GraciousState,
    reasons_law: str,
    reasons_fact: str,
    left: Left | None = None,
    by: Actor,
    now: datetime,
) -> GraciousAppeal:
    """Grant an appeal, grant it in part (`left` says what remains), or reject it (CRPA L411-2, L411-5).

    Silence that was a refusal already can still be turned into a win. Raises `AuthorOfIt`, `NothingLeft`,
    `AlreadyAnswered`, `TooLateToRefuse`, `NoReasons`, `NotInPart`, `NotLighter`, `OutsideBareme`.
    """
    with transaction.atomic():
        appeal = hold(GraciousAppeal.objects.values_list("appeal_id", flat=True).get(pk=gracious_id))
        gracious: GraciousAppeal = GraciousAppeal.objects.get(pk=gracious_id)
        gracious.appeal = appeal
        delegate = reviewer(appeal, by)
        require_effect(appeal)
        _refuse_answered(gracious, verdict, now)
        if not reasons_law.strip() or not reasons_fact.strip():
            raise NoReasons
        gracious.author_id, gracious.answered_at = delegate.pk, now
        gracious.reasons_law, gracious.reasons_fact = reasons_law.strip(), reasons_fact.strip()
        saving = ["author", "answered_at", "reasons_law", "reasons_fact"]
        if verdict == _G.PARTIAL:
            _keep_what_is_left(appeal, gracious, left)
            saving += ["share", "length", "unit"]
        _carry_out(appeal, gracious, verdict, by=by, now=now)
        gracious.move_to(verdict, saving=saving)
        _tell(appeal, gracious, by=by, now=now)
        return gracious


def _refuse_answered(gracious: GraciousAppeal, verdict: GraciousState, now: datetime) -> None:
    zone = gracious.appeal.case.agency.place.zone
    if gracious.answered_at is not None:
        raise AlreadyAnswered(
            f"{gracious.author} a déjà répondu le {full_date(gracious.answered_at.astimezone(zone))} : "
            f"recours {gracious.get_state_display()}."
        )
    if verdict == _G.REJECTED and (gracious.state == _G.IMPLICIT_REJECTION or now >= gracious.implicit_at):
        until = full_deadline(gracious.implicit_at, zone)
        raise TooLateToRefuse(
            f"La réponse était attendue jusqu’au {until}. Le silence vaut déjà refus : "
            "vous pouvez encore accepter ce recours, en tout ou en partie."
        )


def _keep_what_is_left(appeal: AppealCase, gracious: GraciousAppeal, left: Left | None) -> None:
    decision = appeal.decision
    if decision is None or left is None or decision.outcome == Outcome.AVERTISSEMENT:
        raise NotInPart
    choice = Choice(
        Outcome(decision.outcome),
        share=left.share,
        length=left.length,
        unit=decision.unit,  # type: ignore[arg-type]  # a column gives the plain value
        condition_confirmed=bool(decision.condition),
    )
    winning.require_lighter(decision, left.share, left.length, NotLighter)
    choosing.in_range(appeal.case, choice)
    gracious.share, gracious.length, gracious.unit = left.share, left.length, decision.unit


def _carry_out(
    appeal: AppealCase, gracious: GraciousAppeal, verdict: GraciousState, *, by: Actor, now: datetime
) -> None:
    if verdict == _G.GRANTED:
        winning.annul(appeal, reasons=gracious.reasons_fact, but=gracious.pk, by=by, now=now)
    elif verdict == _G.PARTIAL:
        assert gracious.share is not None
        assert gracious.length is not None
        winning.reform(appeal, share=gracious.share, length=gracious.length, by=by, now=now)


def _tell(appeal: AppealCase, gracious: GraciousAppeal, *, by: Actor, now: datetime) -> None:
    deadlines.cancel(deeds.OF_GRACIOUS, [gracious.pk], now=now)
    unread_at = end_of_period(
        now, days=parameters.current().notice_unread_days, territory=appeal.case.agency.place
    )
    deadlines.schedule([Planned(deeds.DUE_ANSWER_UNREAD, gracious.pk, unread_at)])
    data = {"ref": str(appeal.ref), "verdict": gracious.get_state_display()}
    journal.record(deeds.GRACIOUS_ANSWERED, by=by, now=now, **appeal.about, data=data)
    outbox.enqueue([outbox.Owed(deeds.MAIL_GRACIOUS_ANSWER, appeal.claimant_id, gracious.pk)], now=now)
