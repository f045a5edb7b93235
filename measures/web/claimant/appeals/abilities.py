"""What the person may do against one decision now: templates ask this object, never a state."""

from dataclasses import dataclass

from measures.models import Residence
from measures.states import (
    CASE_WITHOUT_EFFECT,
    MEDIATION_ENDED,
    MEDIATION_LIVE,
    CourtState,
    GraciousState,
    WindowState,
)
from measures.web.followed import Followed


@dataclass(frozen=True, slots=True)
class AppealAbilities:
    """Which ways are open; being late closes none but the court's own day, which the court judges."""

    act: bool
    file_gracious: bool
    ask_mediation: bool
    end_mediation: bool
    declare_court: bool
    make_court_file: bool
    live_elsewhere: bool
    has_acted: bool


def of_appeal(one: Followed) -> AppealAbilities:
    """Say what its person may do against a decision at this instant."""
    open_ = one.appeal.state != WindowState.SETTLED and one.appeal.case.state not in CASE_WITHOUT_EFFECT
    mediating = any(row.state in MEDIATION_LIVE for row in one.mediations)
    mediated = any(row.state in MEDIATION_ENDED for row in one.mediations)
    filed = one.court is not None and one.court.state != CourtState.EXPORT_READY
    return AppealAbilities(
        act=open_,
        file_gracious=open_ and all(row.state != GraciousState.FILED for row in one.gracious),
        ask_mediation=open_ and not mediating,
        end_mediation=mediating,
        declare_court=open_ and mediated and not filed,
        make_court_file=open_ or filed,
        # Who lives further away has more months (CJA R421-7); an unlimited time can't grow.
        live_elsewhere=open_
        and one.appeal.state != WindowState.UNLIMITED
        and one.appeal.residence != Residence.ABROAD,
        has_acted=bool(one.gracious or one.mediations or filed),
    )
