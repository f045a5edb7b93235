"""What a move would do with each person, and the move, one person after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts import portfolios
from accounts.following import choosing, transfers
from accounts.models import Advisor, Agency, Claimant
from portal.core.french import number, plural
from portal.core.journal import Actor
from portal.core.transitions import Refusal

REINFORCED = Claimant.FollowUpMode.REINFORCED


@dataclass(frozen=True, slots=True)
class Line:
    """One person: what would become of them, or what did."""

    ref: str
    person: str
    advisor: str
    to: str
    follows: str
    refused: str = ""


class Would:
    """What would become of each person, asked of the database once for all of them."""

    def __init__(self, target: Advisor | Agency, reason: str, by: Actor) -> None:
        self.target, self.reason, self.by = target, reason, by
        self.load = portfolios.load_of(target.pk) if isinstance(target, Advisor) else None
        self.choices: dict[str, choosing.Choice] = {}

    def ask(self, person: Claimant, before: Sequence[Claimant]) -> tuple[str, str]:
        """Say why this person could not go there (after those before them), and who would follow them."""
        try:
            if isinstance(self.target, Advisor):
                return "", self._colleague(person, self.target, before)
            return "", self._elsewhere(person, self.target)
        except Refusal as refusal:
            return refusal.sentence, str(self.target)

    def _colleague(self, person: Claimant, advisor: Advisor, before: Sequence[Claimant]) -> str:
        if person.advisor_id == advisor.pk:
            raise portfolios.RefusedAssignment(f"{advisor} suit déjà cette personne.")
        portfolios.refuse([*before, person], advisor, by=self.by, reason=self.reason, load=self.load)
        return str(advisor)

    def _elsewhere(self, person: Claimant, agency: Agency) -> str:
        if not self.reason.strip():
            raise transfers.RefusedTransfer("Indiquez le motif du transfert\u00a0: la personne le lira.")
        mode = person.follow_up_mode
        if mode not in self.choices:
            self.choices[mode] = transfers.preview(person, agency).choice
        choice = self.choices[mode]
        held = ", qui choisira un conseiller" if choice.to_assign else ""
        return f"{agency.name}, en principe {choice.advisor}{held}"


def load_after(target: Advisor | Agency, moving: Sequence[Claimant], load: portfolios.Load | None) -> str:
    """Say how many the colleague would follow then, or how an agency shares them out."""
    if load is None:
        return f"Chaque personne va au conseiller le moins chargé qui peut la suivre\u00a0: {target}."
    reinforced = sum(person.follow_up_mode == REINFORCED for person in moving)
    over = load.over_by(more=len(moving), more_reinforced=reinforced)
    said = (
        f"{target} suivra {plural(load.people + len(moving), 'personne')}, {number(load.people)} aujourd’hui."
    )
    return f"{said} Le repère est dépassé\u00a0: {over}." if over else said


def move(person: Claimant, target: Advisor | Agency, reason: str, *, by: Actor, now: datetime) -> Line:
    """Move one person in a transaction of their own: one refused costs the others nothing."""
    line = (str(person.ref), str(person), str(person.advisor))
    try:
        if isinstance(target, Agency):
            moved = transfers.transfer(person.pk, target.pk, by=by, now=now, reason=reason)
            return Line(*line, str(moved.new_advisor), f"Suivi par {moved.new_advisor}, {target.name}.")
        if person.advisor_id == target.pk:
            return Line(*line, str(target), "", f"{target} suit déjà cette personne.")
        portfolios.assign(person.pk, target.pk, by=by, now=now, reason=reason)
        return Line(*line, str(target), f"Confié à {target}.")
    except Refusal as refusal:
        return Line(*line, str(target), "", refusal.sentence)
