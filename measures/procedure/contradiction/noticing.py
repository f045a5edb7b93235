"""Tell the person before anybody decides: the facts, what is envisaged, what it would cost, ten days to answer."""

from datetime import datetime
from typing import Any

from django.db import transaction

from measures import deeds
from measures.bareme import ranges
from measures.models import Case, Notice
from measures.procedure import choosing
from measures.procedure.choosing import Choice
from measures.procedure.holding import hold, in_hand, require_state
from measures.states import CASE_BEFORE_NOTICE, CaseState
from messaging import outbox
from portal.core import deadlines, journal, parameters
from portal.core.deadlines import Planned
from portal.core.fingerprint import content_hash
from portal.core.journal import Actor
from portal.core.transitions import Refusal
from portal.core.working_time import end_of_period


class NoFacts(Refusal):
    sentence = "Écrivez les faits reprochés : la personne doit pouvoir y répondre."


class RankChanged(Refusal):
    sentence = "Une mesure précédente ne compte plus : le rang a changé. Relisez ce que permet le barème."


def prepare(case_id: int, *, facts: str, choice: Choice, by: Actor, now: datetime) -> Notice:
    """Write the notice, or write it anew while it is not sent; the person is told nothing yet (CT R5412-7).

    Rank and daily allowance are read anew. Raises `NoFacts`, `OutsideBareme`, `ConditionNotConfirmed`.
    """
    with transaction.atomic():
        case = hold(case_id)
        in_hand(case, by)
        require_state(case, *CASE_BEFORE_NOTICE)
        if not facts.strip():
            raise NoFacts
        case.rank, case.daily_allowance = choosing.rank_of(case), case.claimant.daily_allowance
        case.save(update_fields=["rank", "daily_allowance"])
        rule = choosing.in_range(case, choice)
        notice, _ = Notice.objects.update_or_create(
            case=case,
            defaults={
                **choosing.figures(case, choice, rule),
                "facts": facts.strip(),
                "breach": case.breach,
                "permitted": [ranges.told(one) for one in choosing.permitted(case)],
                "author_id": by.person_id,
                "prepared_at": now,
            },
        )
        if case.state != CaseState.NOTICE_PREPARED:
            case.move_to(CaseState.NOTICE_PREPARED)
        journal.record(deeds.NOTICE_PREPARED, by=by, now=now, **case.about, data={"ref": str(case.ref)})
        return notice


def send(case_id: int, *, by: Actor, now: datetime) -> Notice:
    """Put the notice in the person's space and write to them; the ten days begin when they open it, not before."""
    with transaction.atomic():
        case = hold(case_id)
        in_hand(case, by)
        require_state(case, CaseState.NOTICE_PREPARED)
        notice = Notice.objects.get(case=case)
        if choosing.rank_of(case) != case.rank:
            raise RankChanged
        notice.sent_at, notice.content_hash = now, content_hash(shown(case, notice))
        notice.save(update_fields=["sent_at", "content_hash"])
        case.move_to(CaseState.NOTICE_SENT)
        days = parameters.current().notice_unread_days
        unread_at = end_of_period(now, days=days, territory=case.agency.place)
        deadlines.schedule([Planned(deeds.DUE_NOTICE_UNREAD, case.pk, unread_at)])
        data = {"ref": str(case.ref), "hash": notice.content_hash.hex()}
        journal.record(deeds.NOTICE_SENT, by=by, now=now, **case.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_NOTICE, case.claimant_id, case.pk)], now=now)
        return notice


def shown(case: Case, notice: Notice) -> dict[str, Any]:
    """List what the person is shown of a notice: what its fingerprint is of."""
    return {
        "ref": str(case.ref),
        "facts_on": case.facts_on.isoformat(),
        "report": case.report,
        "evidence": case.evidence,
        "bareme": case.bareme.code,
        "rank": case.rank,
        "facts": notice.facts,
        "breach": notice.breach,
        "outcome": notice.outcome,
        "share": notice.share,
        "length": notice.length,
        "unit": notice.unit,
        "comply_days": notice.comply_days,
        "condition": notice.condition,
        "estimate": str(notice.estimate) if notice.estimate is not None else None,
        "permitted": notice.permitted,
    }
