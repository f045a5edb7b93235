"""A case in every state a page can meet, as of one instant, each brought there by the ordinary processes."""

from datetime import datetime, timedelta

from accounts.models import DecisionMaker
from measures.models import Case, Outcome, Unit
from measures.procedure.choosing import Choice
from measures.procedure.contradiction import hearing, noticing
from measures.procedure.opening import examining
from measures.procedure.outcome import deciding, withdrawing
from tests.factories import acting
from tests.measures.cast import ALL_OF_IT, FACT, SUSPENSION, Cast, acts, fresh

TWO_MONTHS = Choice(Outcome.SUSPENSION, share=50, length=2, unit=Unit.MONTHS)


def build(cast: Cast, now: datetime) -> dict[str, Case]:
    """Live through them all, the oldest first; the cast's own clock ends at `now`."""
    made: dict[str, Case] = {}

    def at(days: float) -> None:
        cast.now = now - timedelta(days=days)

    at(45)
    made["in force"] = cast.in_force(TWO_MONTHS)
    at(20)
    heard = cast.received()
    hearing.ask_hearing(heard.pk, wishes="Par téléphone", assistant="", by=acting(cast.person), now=cast.now)
    _due(cast, made)
    at(12)
    _fixed(cast, heard)
    made["hearing passed"] = heard
    at(6)
    made["hearing asked"] = cast.received()
    wishes = {"wishes": "", "assistant": "Ma sœur"}
    hearing.ask_hearing(made["hearing asked"].pk, **wishes, by=acting(cast.person), now=cast.now)
    made["hearing fixed"] = cast.received()
    hearing.ask_hearing(made["hearing fixed"].pk, **wishes, by=acting(cast.person), now=cast.now)
    _fixed(cast, made["hearing fixed"], days=12)
    at(1)
    made["answered"] = cast.received()
    cast.writes(made["answered"])
    made["received"] = cast.received()
    made["unread"] = cast.told().case
    made["prepared"] = cast.taken()
    noticing.prepare(made["prepared"].pk, facts=FACT, choice=SUSPENSION, by=acts(cast.delegate), now=cast.now)
    made["taken"] = cast.taken()
    made["referred"] = cast.refer()
    made["closed"] = cast.taken()
    examining.close(made["closed"].pk, reasons="Motif légitime.", by=acts(cast.delegate), now=cast.now)
    made["withdrawn"] = cast.received()
    withdrawing.withdraw(made["withdrawn"].pk, reasons="Erreur.", by=acts(cast.delegate), now=cast.now)
    cast.now = now
    return {name: fresh(case) for name, case in made.items()}


def _due(cast: Cast, made: dict[str, Case]) -> None:
    """Those whose ten days are over: to decide, decided, read twice, on their way."""
    told = {name: cast.received(ALL_OF_IT if name == "to read" else SUSPENSION) for name in _DECIDED}
    cast.writes(told["due"])
    # One more, whose end is worked with that of all.
    made["silent"] = cast.due()
    made |= {name: fresh(case) for name, case in told.items()}
    cast.decides(made["decided"])
    cast.decides(made["to read"], ALL_OF_IT)
    cast.decides(made["sent"])
    deciding.notify(made["sent"].pk, by=acts(cast.delegate), now=cast.now)


_DECIDED = ("due", "decided", "to read", "sent")


def _fixed(cast: Cast, case: Case, days: float = 11) -> None:
    hearing.fix(
        case.pk,
        at=cast.now + timedelta(days=days),
        place="Agence, avec Mme Roy",
        by=acts(cast.delegate),
        now=cast.now,
    )


def to_read_by(cast: Cast, since: datetime, *, reader: DecisionMaker) -> Case:
    """A decision that takes all, by somebody else, which waits for this reader; a measure counts already."""
    theirs = Cast(cast.advisor, cast.person, cast.other, reader, now=since)
    case = theirs.due(ALL_OF_IT)
    theirs.decides(case, ALL_OF_IT, by=acts(cast.other))
    return fresh(case)
