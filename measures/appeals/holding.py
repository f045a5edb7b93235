"""Hold an appeal with its case, and say who may answer it: a delegate who had no part in the decision."""

from accounts.models import DecisionMaker
from measures.models import AppealCase
from measures.procedure import holding
from measures.states import CASE_WITHOUT_EFFECT, WindowState
from portal.core.french import full_date
from portal.core.journal import Actor
from portal.core.transitions import Refusal


class NothingLeft(Refusal):
    """The decision has no effect any more: says since when, and that nothing is to be done."""


class AuthorOfIt(Refusal):
    sentence = "Vous avez pris ou relu la décision contestée : une autre personne répond au recours."


def hold(appeal_id: int) -> AppealCase:
    """Lock one appeal after its case, then read it with decision, refusal and agency."""
    case_id = AppealCase.objects.values_list("case_id", flat=True).get(pk=appeal_id)
    case = holding.hold(case_id)
    appeal: AppealCase = (
        AppealCase.objects.select_related("decision", "lift")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=appeal_id)
    )
    appeal.case = case
    for contested in (appeal.decision, appeal.lift):
        if contested is not None:
            contested.case = case
    return appeal


def require_effect(appeal: AppealCase) -> None:
    """Refuse to contest what has no effect any more."""
    case = appeal.case
    if case.state in CASE_WITHOUT_EFFECT and case.ended_at is not None:
        day = full_date(case.ended_at.astimezone(case.agency.place.zone))
        raise NothingLeft(
            f"Cette décision est déjà annulée depuis le {day}. Elle n’a plus d’effet : "
            "vous n’avez rien à contester ni à demander."
        )
    if appeal.state == WindowState.SETTLED:
        raise NothingLeft(
            "Cette décision n’a plus d’effet : vous avez déjà obtenu ce que vous demandiez. "
            "Vous n’avez rien d’autre à contester."
        )


def reviewer(appeal: AppealCase, by: Actor) -> DecisionMaker:
    """Give the delegate who answers: never who took the contested decision, nor who read it second.

    The database asks the same (`appeal_is_answered_by_another`).
    """
    found = holding.delegate(appeal.case, by)
    if found.pk in authors_of(appeal):
        raise AuthorOfIt
    return found


def authors_of(appeal: AppealCase) -> set[int]:
    """List who had a part in what is contested."""
    if appeal.lift is not None:
        return {one for one in (appeal.lift.decided_by_id,) if one is not None}
    assert appeal.decision is not None
    return {one for one in (appeal.decision.author_id, appeal.decision.second_reader_id) if one is not None}
