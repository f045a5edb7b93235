"""Hold a case, and say who may act on it: a delegate of its region who had no other part in it (CT R5412-4)."""

from accounts.models import DecisionMaker, Role
from measures.models import Case, Decision
from portal.core.french import full_date
from portal.core.journal import Actor
from portal.core.transitions import Refusal


class NotADelegate(Refusal):
    sentence = "Seul un délégataire du directeur de la région examine et décide (article R5412-4 du code du travail)."


class ReferredByYou(Refusal):
    sentence = "Vous avez transmis ces faits : une autre personne les examine."


class DecidedByYou(Refusal):
    sentence = "Vous avez déjà décidé sur ces faits : une autre personne les examine."


class InOtherHands(Refusal):
    sentence = "Une autre personne examine cette procédure."


class ChangedMeanwhile(Refusal):
    """The case is no longer where this deed begins: says where it stands."""


def hold(case_id: int) -> Case:
    """Lock one case, then read it with person, agency, barème and who examines it.

    In two steps, as `Claimant.objects.hold`. Whoever holds an appointment or an absence too held it before.
    """
    Case.objects.select_for_update(no_key=True).only("pk").get(pk=case_id)
    case: Case = Case.objects.select_related(
        "agency", "claimant__user", "bareme", "decider__user", "referred_by"
    ).get(pk=case_id)
    return case


def require_state(case: Case, *states: str) -> None:
    """Refuse, with where the case stands, what is not to be done from there."""
    if case.state not in states:
        raise ChangedMeanwhile(where_it_stands(case))


def where_it_stands(case: Case) -> str:
    """Say where a case stands and since when, to whoever wanted to move it."""
    said = f"La procédure {case.ref} n’attend plus cet acte : {case.get_state_display()}"
    if case.ended_at is not None:
        said += f" depuis le {full_date(case.ended_at.astimezone(case.agency.place.zone))}"
    return f"{said}. Relisez la page avant de continuer."


def delegate(case: Case, by: Actor) -> DecisionMaker:
    """Give the delegate who acts; refuse whoever is none here, or had another part in it."""
    found = DecisionMaker.objects.filter(
        pk=by.person_id, region=case.region, user__is_active=True, user__role=Role.DECISION_MAKER
    ).first()
    if found is None:
        raise NotADelegate
    if case.referred_by_id == found.pk:
        raise ReferredByYou
    before = Decision.objects.filter(
        case__origin=case.origin, case__origin_id=case.origin_id, author_id=found.pk
    )
    if before.exclude(case_id=case.pk).exists():
        raise DecidedByYou
    return found


def in_hand(case: Case, by: Actor) -> DecisionMaker:
    """Give the delegate who acts, when the case is in their hands."""
    found = delegate(case, by)
    if case.decider_id != found.pk:
        raise InOtherHands(f"{case.decider} examine cette procédure." if case.decider else None)
    return found


def decision_of(case: Case) -> Decision:
    """Give the decision of a case, locked with it, that was not set aside."""
    row = Decision.objects.select_related("author", "second_reader").get(case=case, set_aside_at__isnull=True)
    row.case = case
    return row
