"""The file of a case before a delegate: what was referred, told, answered and decided, and what can be done now."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import decision_maker_required
from accounts.models import DecisionMaker
from measures.models import Case, Effect
from measures.states import CASE_UNDECIDED, CaseState
from measures.told import counting, desk, letters
from measures.web.delegate import abilities, loading, shown
from measures.web.delegate.appeals import shown as afterwards
from measures.web.delegate.appeals.loading import lift_of
from measures.web.followed import appeals_of
from portal.core import clock
from portal.core.french import due_in, first_up, full_deadline, of, urgency


@require_safe
@decision_maker_required
def case(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Show all of a case: what was referred, told, answered and decided, and what can be done now."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    return render(request, "measures/delegate/case.html", _file(row, delegate, now))


def _file(row: Case, delegate: DecisionMaker, now: datetime) -> dict[str, Any]:
    notice, hearing, decision = loading.notice_of(row), loading.hearing_of(row), loading.decision_of(row)
    can = abilities.of_case(row, delegate, now, notice=notice, hearing=hearing, decision=decision)
    said, referred = shown.answers(row)
    label, tone = desk.STANDS[row.state]
    sent = notice is not None and notice.sent_at is not None
    if decision is not None and decision.sent_at is not None and row.state == CaseState.DECIDED:
        label, tone = desk.DECISION_SENT
    return {
        "case": row,
        "can": can,
        "title": f"Procédure au sujet {of(row.claimant)}",
        "label": label,
        "tone": tone,
        "one_decides": desk.ONE_DECIDES,
        "rule": counting.rule_of(row),
        "facts": shown.facts(row),
        "evidence": shown.evidence(row),
        "referred": referred,
        "said": said,
        "hearing": hearing,
        "hearing_facts": shown.hearing_facts(hearing) if hearing else [],
        "notice": notice if sent else None,
        "notice_facts": shown.notice_facts(notice) if notice and sent else [],
        "letter": letters.notice(notice, "Lettre d’information") if notice and sent else None,
        "decision": decision,
        "decision_facts": shown.decision_facts(decision) if decision else [],
        "decided": letters.decision(decision, "Décision") if decision and decision.outcome else None,
        "closing_reasons": row.ending_reasons,
        "story": shown.story(row),
        **_after(row, now),
        "due": _due(row, can, now),
    }


def _after(row: Case, now: datetime) -> dict[str, Any]:
    """Tell what followed a decision: wishes to lift, appeals, what is owed; nothing is asked before there is one."""
    if row.state in CASE_UNDECIDED:
        return {}
    asked = lift_of(row)
    owed = list(Effect.objects.filter(case=row))
    for one in owed:
        one.case = row
    return {
        "lift": afterwards.lift(asked) if asked else None,
        "lift_waits": asked is not None and asked.decided_at is None,
        "owed": afterwards.effects(owed, now),
        "appeals": [
            {
                "label": f"Recours {one.ref}, {one.get_state_display()}",
                "url": reverse("decisions:appeal", args=[one.ref]),
                "icon": "file-text",
            }
            for one in appeals_of(row)
        ],
    }


def _due(row: Case, can: abilities.CaseAbilities, now: datetime) -> dict[str, str] | None:
    """Say until when a decision, or a hearing, is due; past it, the case closes in the person's favour."""
    waits = row.state in (CaseState.DECISION_DUE, CaseState.DECIDED, CaseState.HEARING_REQUESTED)
    if row.decide_by is None or can.over or not waits:
        return None
    zone = row.agency.place.zone
    level = urgency(row.decide_by, now, zone)
    heard = row.state == CaseState.HEARING_REQUESTED
    return {
        "label": "Audition à tenir" if heard else "À décider et à envoyer",
        "date": full_deadline(row.decide_by, zone),
        "left": first_up(due_in(row.decide_by, now, zone)),
        "level": "urgent" if level == "past" else level,
    }
