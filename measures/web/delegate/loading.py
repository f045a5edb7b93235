"""A delegate's cases: those of their region; anybody else's are not there (404). Which files they open is counted."""

from datetime import datetime

from django.http import Http404

from accounts import oversight
from accounts.models import DecisionMaker
from measures.models import Case, Decision, Hearing, Notice


def case_for(delegate: DecisionMaker, ref: str, now: datetime) -> Case:
    """Load a case of the region, with person, agency, barème, who referred it and who examines it.

    That this person's file was opened is noted: whoever opens many of them in an hour is noticed.
    """
    try:
        found = (
            Case.objects.visible_to(delegate)
            .in_sight(now)
            .filter(ref=ref)
            .select_related("agency", "claimant__user", "bareme", "decider__user", "referred_by", "ended_by")
            .first()
        )
    except ValueError:
        found = None
    if found is None:
        raise Http404
    oversight.note_opening(delegate.pk, found.claimant_id, now=now)
    return found


def notice_of(case: Case) -> Notice | None:
    """Load the notice, written or sent."""
    notice = Notice.objects.filter(case=case).select_related("author").first()
    if notice is not None:
        notice.case = case
    return notice


def decision_of(case: Case) -> Decision | None:
    """Load the decision that was not put aside."""
    decision = (
        Decision.objects.filter(case=case, set_aside_at__isnull=True)
        .select_related("author", "second_reader")
        .first()
    )
    if decision is not None:
        decision.case = case
    return decision


def hearing_of(case: Case) -> Hearing | None:
    """Load the hearing that is asked for or was held."""
    hearing = (
        Hearing.objects.filter(case=case, dropped_at__isnull=True)
        .select_related("asked_by", "fixed_by")
        .first()
    )
    if hearing is not None:
        hearing.case = case
    return hearing
