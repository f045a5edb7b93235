"""Portfolios: who follows whom, how many, and what an advisor's change carries along."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from accounts import deeds, signals
from accounts.access import SUPERVISOR
from accounts.following import wishes
from accounts.models import Advisor, Claimant, Role
from portal.core import journal, parameters
from portal.core.french import of
from portal.core.journal import Actor, Line
from portal.core.transitions import Refusal

MODES = Claimant.FollowUpMode


class RefusedAssignment(Refusal):
    """The person cannot be given to this advisor."""


class Overload(RefusedAssignment):
    """The portfolio would be too large: a supervisor may still do it, with a reason."""


@dataclass(frozen=True)
class Load:
    """How many people an advisor follows, against the marks of this deployment."""

    people: int
    reinforced: int

    def over_by(self, *, more: int, more_reinforced: int) -> str:
        """Say which mark so many more would pass; nothing when none."""
        numbers = parameters.current()
        if self.people + more > numbers.portfolio_max:
            return f"{self.people + more} personnes suivies, pour un repère de {numbers.portfolio_max}"
        if more_reinforced and self.reinforced + more_reinforced > numbers.portfolio_reinforced_max:
            reinforced = self.reinforced + more_reinforced
            return f"{reinforced} suivis renforcés, pour un repère de {numbers.portfolio_reinforced_max}"
        return ""


def load_of(advisor_id: int) -> Load:
    """Count one advisor's portfolio."""
    return loads([advisor_id])[advisor_id]


def loads(advisor_ids: Collection[int]) -> dict[int, Load]:
    """Count the portfolios of several advisors, in one query."""
    counted = (
        Claimant.objects.followed()
        .filter(advisor_id__in=advisor_ids)
        .values("advisor_id")
        .annotate(people=Count("pk"), reinforced=Count("pk", filter=Q(follow_up_mode=MODES.REINFORCED)))
        .values_list("advisor_id", "people", "reinforced")
    )
    known = {advisor_id: Load(people, reinforced) for advisor_id, people, reinforced in counted}
    return {advisor_id: known.get(advisor_id, Load(0, 0)) for advisor_id in advisor_ids}


@transaction.atomic
def assign(claimant_id: int, advisor_id: int, *, by: Actor, now: datetime, reason: str = "") -> Claimant:
    """Give a person another advisor of the agency. Raises RefusedAssignment, Overload."""
    (claimant,) = assign_all([claimant_id], advisor_id, by=by, now=now, reason=reason)
    return claimant


@transaction.atomic
def assign_all(
    claimant_ids: Collection[int], advisor_id: int, *, by: Actor, now: datetime, reason: str = ""
) -> list[Claimant]:
    """Give several people of one agency to an advisor, all or none; their open work follows.

    Raises RefusedAssignment, Overload (unless a supervisor gives a reason).
    """
    # The advisor's row is held: two assignments at once cannot each believe there is room.
    advisor = Advisor.objects.select_for_update(no_key=True).select_related("user").get(pk=advisor_id)
    claimants = list(
        Claimant.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .filter(pk__in=claimant_ids)
        .order_by("pk")
    )
    moving = [claimant for claimant in claimants if claimant.advisor_id != advisor.pk]
    refuse(moving, advisor, by=by, reason=reason)
    give(moving, advisor, by=by, now=now, reason=reason)
    wishes.grant(moving, advisor, by=by, now=now)
    return claimants


def give(
    moving: list[Claimant],
    advisor: Advisor,
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
    because: str = signals.ASSIGNED,
) -> None:
    """Make this advisor theirs and say it upward; the caller holds all rows and has refused what must be."""
    before = {claimant.pk: claimant.advisor_id for claimant in moving}
    Claimant.objects.filter(pk__in=before).update(advisor=advisor)
    for claimant in moving:
        claimant.advisor = advisor
    if because == signals.ASSIGNED:
        _note(moving, before, advisor, by=by, now=now, reason=reason)
    for old in sorted(set(before.values())):
        signals.advisor_changed.send(
            sender=Claimant,
            claimant_ids=[pk for pk, followed_by in before.items() if followed_by == old],
            old=old,
            new=advisor.pk,
            by=by,
            now=now,
            because=because,
        )


def refuse(
    moving: list[Claimant], advisor: Advisor, *, by: Actor, reason: str, load: Load | None = None
) -> None:
    """Raise RefusedAssignment or Overload where these people may not go to this advisor; `load` is theirs now."""
    if by.role not in (SUPERVISOR, Role.ADMIN) and not by.is_portal:
        raise RefusedAssignment("Seul le responsable de l’agence change le conseiller référent.")
    if not advisor.user.is_active:
        raise RefusedAssignment(f"L’accès {of(advisor)} est fermé\u00a0: choisissez un autre conseiller.")
    for claimant in moving:
        if claimant.agency_id != advisor.agency_id:
            raise RefusedAssignment(f"{claimant} n’est pas suivi par l’agence {of(advisor)}.")
        if claimant.follow_up_mode == MODES.WEB and not advisor.volunteers_for_web:
            raise RefusedAssignment(
                f"{advisor} n’est pas volontaire pour le suivi 100\u00a0% web, que {claimant} a choisi."
            )
    reinforced = sum(claimant.follow_up_mode == MODES.REINFORCED for claimant in moving)
    over = (load or load_of(advisor.pk)).over_by(more=len(moving), more_reinforced=reinforced)
    if moving and over and not reason.strip():
        raise Overload(f"Le portefeuille {of(advisor)} dépasserait le repère ({over}). Indiquez un motif.")


def _note(
    moving: list[Claimant],
    before: dict[int, int],
    advisor: Advisor,
    *,
    by: Actor,
    now: datetime,
    reason: str,
) -> None:
    journal.record_all(
        (
            Line(
                deeds.ADVISOR_CHANGED,
                file_id=claimant.pk,
                subject_id=advisor.pk,
                data={
                    "old_advisor_id": before[claimant.pk],
                    "new_advisor_id": advisor.pk,
                    "new_advisor": str(advisor),
                    "reason": reason.strip(),
                },
            )
            for claimant in moving
        ),
        by=by,
        now=now,
    )
