"""How many postponements without reason a person has used, and which rule says yes at once (product §4)."""

from dataclasses import dataclass
from datetime import datetime, time, tzinfo

from convocations.models import ChangeRequest, Convocation, Modality
from convocations.motives import RULES, Motive
from convocations.states import REQUEST_GRANTED, REQUEST_PENDING
from portal.core import parameters
from portal.core.french import full_date
from portal.core.working_time import same_date

_RULE = ChangeRequest.Rule


@dataclass(frozen=True, slots=True)
class Postponed:
    """One postponement that counts: its reference, when it was asked, the date it moved."""

    ref: str
    asked_at: datetime
    moved_from: datetime


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The postponements a person may still make without saying why."""

    free: int
    months: int
    counted: tuple[Postponed, ...]

    @property
    def left(self) -> int:
        """Give how many are left, never less than none."""
        return max(0, self.free - len(self.counted))

    @property
    def rank(self) -> str:
        """Say what the next one will be: «report 1 sur 2 sans justificatif»."""
        if self.left:
            return f"report {len(self.counted) + 1} sur {self.free} sans justificatif"
        return "report avec motif et justificatif"

    def says(self, tz: tzinfo) -> list[str]:
        """Say which ones were counted, one sentence each."""
        return [
            f"Report demandé le {full_date(one.asked_at.astimezone(tz))}, pour le rendez-vous du "
            f"{full_date(one.moved_from.astimezone(tz))} ({one.ref})."
            for one in self.counted
        ]


def tolerance_of(claimant_id: int, *, tz: tzinfo, now: datetime) -> Tolerance:
    """Count a person's postponements of the rolling months; one query. `tz` is their agency's."""
    current = parameters.current()
    first = same_date(now.astimezone(tz).date(), -current.reschedule_window_months)
    rows = (
        ChangeRequest.objects.filter(
            claimant_id=claimant_id,
            counts=True,
            state__in=REQUEST_GRANTED | REQUEST_PENDING,
            submitted_at__gte=datetime.combine(first, time(), tz),
        )
        .order_by("submitted_at", "id")
        .values_list("ref", "submitted_at", "convocation__starts_at")
    )
    return Tolerance(
        current.free_reschedules,
        current.reschedule_window_months,
        tuple(Postponed(str(ref), asked_at, starts_at) for ref, asked_at, starts_at in rows),
    )


def counts(kind: str, motive: str, convocation: Convocation, agency_id: int, *, displaced: bool) -> bool:
    """Say whether such a request is one of the counted postponements.

    What is not: another manner, a technical problem, the motives of work, training and job interviews, an
    appointment that another agency gave before the person moved, one that cannot take place (`displaced`).
    """
    if kind != ChangeRequest.Kind.RESCHEDULE or convocation.agency_id != agency_id or displaced:
        return False
    return motive == "" or RULES[Motive(motive)].counts


def rule_for(
    kind: str,
    *,
    motive: str,
    modality: str,
    backed: bool,
    has_slot: bool,
    convocation: Convocation,
    agency_id: int,
    displaced: bool,
    tolerance: Tolerance,
) -> str:
    """Name the rule that says yes at once; empty when an advisor answers. `backed`: a document or a sworn word."""
    if not has_slot:
        return ""
    if kind == ChangeRequest.Kind.INCIDENT:
        return _RULE.INCIDENT
    if kind == ChangeRequest.Kind.MODALITY:
        # Still a video: the place with the equipment is what the person takes, as they would by telephone.
        booked = modality == Modality.KIOSK_VIDEO and convocation.modality == Modality.VIDEO
        return _RULE.KIOSK if booked else ""
    if convocation.agency_id != agency_id:
        return _RULE.TRANSFERRED
    if displaced:
        return _RULE.DISPLACED
    if not tolerance.left:
        return ""
    if motive and backed and not RULES[Motive(motive)].counts:
        return _RULE.NOT_COUNTED
    return _RULE.TOLERATED
