"""Who could follow a person: the least loaded of those who may; nobody is overloaded without a reason.

When all are full, the agency's supervisor holds the file until they choose: a person always has an advisor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts import portfolios
from accounts.models import Advisor, Agency, Claimant
from portal.core.transitions import Refusal

MODES = Claimant.FollowUpMode


class NobodyThere(Refusal):
    """No active advisor could hold the file, even for a day."""

    sentence = (
        "Cette agence ne peut pas encore suivre de nouvelles personnes. Choisissez une agence voisine, "
        "ou appelez le 3949. Rien ne change en attendant\u00a0: votre conseiller reste le même."
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom the person would be followed by, and how."""

    advisor: Advisor
    # Everybody is full: the supervisor holds the file and will choose.
    to_assign: bool = False
    # They are followed by web and nobody there volunteers with room: guided meanwhile, their wish kept.
    without_web: bool = False


def active(agency_id: int, *, lock: bool = False) -> list[Advisor]:
    """Give the active advisors of an agency, held against other assignments when asked."""
    rows = Advisor.objects.filter(agency_id=agency_id, user__is_active=True).select_related("user")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return list(rows.order_by("pk"))


def choose(agency_id: int, mode: str) -> Choice:
    """Choose who would follow a person of this mode in this agency. Raises NobodyThere."""
    advisors = active(agency_id)
    able = _with_room([one for one in advisors if not one.is_supervisor], mode)
    if mode == MODES.WEB:
        if willing := [one for one in able if one.volunteers_for_web]:
            return Choice(willing[0])
        return _among(able, advisors, without_web=True)
    return _among(able, advisors, without_web=False)


def volunteer(agency_id: int) -> Advisor | None:
    """Give the least loaded advisor who volunteers for the web and has room; None when there is none."""
    willing = [one for one in active(agency_id) if one.volunteers_for_web]
    able = _with_room(willing, MODES.WEB)
    return able[0] if able else None


def proposed(postcode: str, agencies: Sequence[Agency]) -> Agency | None:
    """Propose an agency by postcode: the same, else the only department's first; None when none fits."""
    exact = [one for one in agencies if one.postcode == postcode]
    near = [one for one in agencies if postcode and department(one.postcode) == department(postcode)]
    return next(iter(exact or near), None)


def department(postcode: str) -> str:
    """Give the department's number of a postcode: two digits, three overseas."""
    return postcode[:3] if postcode[:2] in {"97", "98"} else postcode[:2]


def open_agencies() -> list[Agency]:
    """List the agencies that take people: open, with somebody there."""
    return list(
        Agency.objects.filter(is_active=True, advisors__user__is_active=True).distinct().order_by("name")
    )


def _with_room(advisors: Sequence[Advisor], mode: str) -> list[Advisor]:
    """Keep those who would not pass a mark, the least loaded first."""
    loads = portfolios.loads([one.pk for one in advisors])
    more_reinforced = int(mode == MODES.REINFORCED)
    able = [one for one in advisors if not loads[one.pk].over_by(more=1, more_reinforced=more_reinforced)]
    return sorted(able, key=lambda one: (loads[one.pk].people, one.pk))


def _among(able: Sequence[Advisor], advisors: Sequence[Advisor], *, without_web: bool) -> Choice:
    if able:
        return Choice(able[0], without_web=without_web)
    supervisors = [one for one in advisors if one.is_supervisor]
    if not supervisors:
        raise NobodyThere
    loads = portfolios.loads([one.pk for one in supervisors])
    holder = min(supervisors, key=lambda one: (loads[one.pk].people, one.pk))
    return Choice(holder, to_assign=True, without_web=without_web)
