"""Until when a person may act, what each way does to that time, what was answered: for pages, mails and letters."""

from datetime import datetime

from measures.appeals.window.counting import SILENCE_MONTHS, months
from measures.models import AppealCase, CourtAppeal, Decision, Effect, GraciousAppeal, LiftRequest, Mediation
from measures.models.measure import Figures
from measures.states import GRACIOUS_WON, CourtState, GraciousState, MediationState, WindowState
from measures.told import measure, remedies
from portal.core.french import NBSP, days_left, euros, full_date, full_deadline, plural

Line = tuple[str, str]
_W = WindowState
LATE_STAYS_OPEN = (
    "Le délai pour agir était fini. Votre demande est gardée, et une personne la lit quand même. "
    "Vous pouvez aussi demander une médiation\u00a0: le médiateur vous dit ce qui reste possible. "
    "Si vous n’avez pas reçu la décision ou ses recours, dites-le\u00a0: votre délai peut repartir."
)
MEDIATION_FIRST = (
    "La médiation est gratuite, et obligatoire avant le tribunal. "
    "Joignez-y une copie de la décision contestée."
)
STAYS_IN_FORCE = "La mesure s’applique pendant ce temps, sauf si un juge ou un accord la suspend."


def named(appeal: AppealCase) -> list[Line]:
    """Give the facts that stand at the head of all that is written about an appeal."""
    return [
        ("Recours", str(appeal.ref)),
        ("Contre", contested(appeal)),
        ("Procédure", str(appeal.case.ref)),
    ]


def contested(appeal: AppealCase) -> str:
    """Say which decision an appeal is against."""
    zone = appeal.case.agency.place.zone
    if appeal.lift is not None:
        at = appeal.lift.decided_at
        return f"le refus de lever la mesure, du {full_date(at.astimezone(zone))}" if at else "un refus"
    assert appeal.decision is not None
    return f"la décision du {full_date(appeal.decision.decided_at.astimezone(zone))}"


def clock(appeal: AppealCase, now: datetime) -> str:
    """Say until when the person may act, or why no time runs."""
    zone = appeal.case.agency.place.zone
    if appeal.state == _W.UNLIMITED:
        return "Vous pouvez agir sans limite de date\u00a0: la décision ne disait pas vos recours."
    if appeal.state == _W.INTERRUPTED:
        return f"Votre délai est interrompu. À la réponse, vous aurez de nouveau {count(appeal)}."
    if appeal.state == _W.SETTLED:
        return "Cette décision n’a plus d’effet. Vous n’avez rien à faire."
    until = full_deadline(appeal.deadline, zone)
    if appeal.is_late(now):
        return f"Le délai pour agir est fini depuis le {full_date(appeal.deadline.astimezone(zone))}."
    return f"Vous pouvez agir jusqu’au {until}\u00a0: {days_left(appeal.deadline, now, zone)}."


def count(appeal: AppealCase) -> str:
    """Say how many months the person has: «2 mois»."""
    return plural(months(appeal.residence), "mois", "mois")


def until(appeal: AppealCase) -> str:
    """Say the last day to act."""
    return full_deadline(appeal.deadline, appeal.case.agency.place.zone)


def silence(gracious: GraciousAppeal) -> str:
    """Say on which day silence would be a refusal, and what is possible then (CRPA L112-11, L411-7)."""
    appeal = gracious.appeal
    until_ = full_deadline(gracious.implicit_at, appeal.case.agency.place.zone)
    words = f"Une réponse est attendue jusqu’au {until_}. Sans réponse après {SILENCE_MONTHS} mois, c’est un refus."
    if gracious.interrupts:
        return f"{words} Vous aurez alors de nouveau {count(appeal)} pour agir."
    return words


def effect_on_time(gracious: GraciousAppeal) -> str:
    """Say what a gracious appeal does to the time to act, and why not when it does nothing."""
    if gracious.late:
        return LATE_STAYS_OPEN
    if gracious.interrupts:
        return "Votre délai pour agir est interrompu. Il repartira en entier à la réponse."
    if gracious.appeal.state == _W.UNLIMITED:
        return "Aucun délai ne court contre vous\u00a0: la décision ne disait pas vos recours."
    return (
        "Ce recours n’arrête pas le délai\u00a0: un autre recours ou une médiation l’a déjà fait. "
        f"{clock_until(gracious.appeal)}"
    )


def clock_until(appeal: AppealCase) -> str:
    """Say until when to act where a time runs, for a message that is read later."""
    if appeal.state == _W.RUNNING:
        return f"Vous pouvez agir jusqu’au {until(appeal)}."
    if appeal.state == _W.INTERRUPTED:
        return f"À la fin de ce qui est en cours, vous aurez de nouveau {count(appeal)} pour agir."
    return ""


def verdict(gracious: GraciousAppeal) -> str:
    """Say what was answered, in a sentence."""
    if gracious.state == GraciousState.GRANTED:
        return "Votre recours est accepté. La décision est annulée, avec tous ses effets."
    if gracious.state == GraciousState.PARTIAL:
        return f"Votre recours est accepté en partie. Ce qui reste\u00a0: {measure.said(left_of(gracious))}."
    if gracious.state == GraciousState.IMPLICIT_REJECTION:
        return "Personne n’a répondu à temps. Ce silence vaut refus."
    if gracious.state == GraciousState.MOOT:
        return "Votre recours n’a plus d’objet\u00a0: la décision n’a plus d’effet."
    if gracious.state == GraciousState.REJECTED:
        return "Votre recours est refusé, avec des raisons."
    return "Votre recours est examiné."


def left_of(row: GraciousAppeal | CourtAppeal) -> Figures:
    """Give the figures of what is left of a measure."""
    contested_ = row.appeal.decision
    assert contested_ is not None
    return Decision(outcome=contested_.outcome, share=row.share or 0, length=row.length or 1, unit=row.unit)


def ways(appeal: AppealCase) -> list[str]:
    """List what the person can still do after an answer that does not satisfy them."""
    agency = appeal.case.agency
    return [
        f"Vous avez {count(appeal)} pour agir, à partir du jour où vous recevez cette réponse.",
        "Médiation\u00a0: elle est gratuite, et obligatoire avant le tribunal. Joignez-y une copie de la décision "
        f"contestée. Adresse\u00a0: médiateur régional, {agency.name}, {agency.address}.",
        "Tribunal administratif\u00a0: après la médiation. Nous préparons le dossier avec vous.",
        STAYS_IN_FORCE,
        "Vous pouvez aussi appeler le 3949\u00a0: on vous aide à choisir.",
    ]


def ended(mediation: Mediation) -> str:
    """Say how a mediation ended."""
    return {
        MediationState.AGREED: "Un accord est trouvé.",
        MediationState.RECOMMENDATION: "Le médiateur a fait une recommandation.",
        MediationState.FAILED: "Aucun accord n’est trouvé.",
        MediationState.NOT_ADMISSIBLE: "Le médiateur n’a pas pu examiner la demande.",
    }[MediationState(mediation.state)]


def judged(court: CourtAppeal) -> str:
    """Say what the judge decided."""
    if court.state == CourtState.REFORMED:
        return f"Le juge a changé la décision. Ce qui reste\u00a0: {measure.said(left_of(court))}."
    if court.state == CourtState.ANNULLED:
        return "Le juge a annulé la décision, avec tous ses effets."
    return "Le juge a rejeté le recours. Le jugement dit comment faire appel."


def owed(effects: list[Effect], now: datetime | None = None) -> list[str]:
    """List to the person what is owed, how much, until when, since when it is done, and what to do when it is late.

    Without `now`, as it stands on the day it begins to be owed: what a mail says.
    """
    late = " Ce jour est passé\u00a0: appelez le 3949 ou votre agence."
    return [owed_line(one, now) + (late if _late(one, now) else "") for one in effects]


def owed_line(effect: Effect, now: datetime | None = None) -> str:
    """Say one thing that is owed, at an instant, or as `owed` does without."""
    zone = effect.case.agency.place.zone
    said = effect.what
    if effect.amount is not None:
        said += f" Somme estimée{NBSP}: {euros(effect.amount)}."
    if effect.done_at is not None:
        return f"{said} C’est fait depuis le {full_date(effect.done_at.astimezone(zone))}."
    until = full_deadline(effect.due_at, zone)
    if _late(effect, now):
        return f"{said} C’était attendu jusqu’au {until}. Ce n’est pas encore noté comme fait."
    return f"{said} C’est fait au plus tard le {until}."


def _late(effect: Effect, now: datetime | None) -> bool:
    return effect.done_at is None and now is not None and effect.due_at <= now


def has_won(gracious: GraciousAppeal) -> bool:
    """Say whether something is owed after it."""
    return gracious.state in GRACIOUS_WON


def lift_law(asked: LiftRequest) -> list[str]:
    """List the remedies that a refusal to lift carries, as a decision does."""
    return remedies.sentences(asked.case.agency)
