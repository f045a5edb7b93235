"""Where a request needs a reason, and what backs it."""

from accounts.models import Claimant
from convocations.models import ChangeRequest
from convocations.motives import RULES, Motive
from convocations.requests.grounds.counting import Tolerance
from portal.core.transitions import Refusal

Kind, Channel = ChangeRequest.Kind, ChangeRequest.Channel


class MotiveNeeded(Refusal):
    sentence = "Dites pourquoi\u00a0: choisissez une raison dans la liste."


class ProofNeeded(Refusal):
    sentence = "Joignez un document de la liste, ou signez la déclaration sur l’honneur."


class PaperNeeded(ProofNeeded):
    sentence = (
        "Pour cette raison, un document est nécessaire\u00a0: la déclaration sur l’honneur ne suffit pas. "
        "Joignez-le ici. Vous ne l’avez pas encore\u202f? Appelez votre agence ou le 3949."
    )


def require(
    kind: str,
    *,
    motive: str,
    documents: bool,
    signed: bool,
    rule: str,
    claimant: Claimant,
    tolerance: Tolerance,
    channel: str,
) -> None:
    """Raise where a reason, and what backs it, is asked for; what was said aloud is proven afterwards."""
    free = rule or kind == Kind.INCIDENT or (kind == Kind.RESCHEDULE and tolerance.left)
    known = kind == Kind.MODALITY and bool(claimant.accommodations) and motive == Motive.DISABILITY
    if free or known:
        return
    if not motive:
        raise MotiveNeeded
    rule_of = RULES[Motive(motive)]
    sworn = rule_of.sworn_is_enough and signed
    if channel == Channel.WEB and not documents and not sworn:
        raise ProofNeeded if rule_of.sworn_is_enough else PaperNeeded
