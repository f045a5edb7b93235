"""A delegate's cases: those of their region; anybody else's are not there (404). Which files they open is counted."""

from datetime import datetime
from typing import Any

from django.http import Http404

from accounts import oversight
from accounts.models import DecisionMaker
from measures.models import Case, Decision, Hearing, Notice
from measures.models.case import HISTORY
from measures.web.followed import kept_one, with_its_kinds
from portal.core.prepared import Prepared, prepared
from portal.core.references import to_number


# These joins take PostgreSQL longer to plan than to follow: they are planned once a connection.
@prepared
def _case(delegate_id: int, region: str, oldest: datetime, ref: int) -> Any:
    seen = Case.objects.visible_to(DecisionMaker(pk=delegate_id, region=region)).seen_since(oldest)
    return with_its_kinds(
        seen.filter(ref=ref).select_related(
            "agency", "claimant__user", "bareme", "decider__user", "referred_by", "ended_by"
        )
    )


@prepared
def _notice(case_id: int) -> Any:
    return Notice.objects.filter(case_id=case_id).select_related("author")


@prepared
def _decision(case_id: int) -> Any:
    stands = Decision.objects.filter(case_id=case_id, set_aside_at__isnull=True)
    return stands.select_related("author", "second_reader")


@prepared
def _hearing(case_id: int) -> Any:
    asked = Hearing.objects.filter(case_id=case_id, dropped_at__isnull=True)
    return asked.select_related("asked_by", "fixed_by")


def case_for(delegate: DecisionMaker, ref: str, now: datetime) -> Case:
    """Load a case of the region, with person, agency, barème, who referred it and who examines it.

    That this person's file was opened is noted: whoever opens many of them in an hour is noticed.
    """
    try:
        found = _case(
            delegate_id=delegate.pk, region=delegate.region, oldest=now - HISTORY, ref=to_number("PR", ref)
        )
    except ValueError:
        found = []
    if not found:
        raise Http404
    case: Case = found[0]
    oversight.note_opening(delegate.pk, case.claimant_id, now=now)
    return case


def notice_of(case: Case) -> Notice | None:
    """Load the notice, written or sent."""
    return _of(case, "notice", _notice)


def decision_of(case: Case) -> Decision | None:
    """Load the decision that was not put aside."""
    return _of(case, "decision", _decision)


def hearing_of(case: Case) -> Hearing | None:
    """Load the hearing that is asked for or was held."""
    return _of(case, "hearing", _hearing)


def _of(case: Case, name: str, ask: Prepared) -> Any:
    found = kept_one(case, name, ask)
    if found is not None:
        found.case = case
    return found
