"""A measure in words: what it takes, for how long, and what that would cost, said to be an estimate."""

from decimal import Decimal

from measures.models import Decision, Outcome, Unit
from measures.models.measure import Figures
from measures.procedure.calendar import DAYS_OF_A_MONTH, days_of
from portal.core.french import NBSP, euros, first_up, full_date, plural

NO_MEASURE = "aucune mesure"


def said(figures: Figures) -> str:
    """Say a measure: «suspension de 50 % de votre allocation pendant 1 mois»."""
    if not figures.outcome:
        return NO_MEASURE
    if figures.outcome == Outcome.AVERTISSEMENT:
        days = plural(figures.comply_days or 0, "jour")
        return f"avertissement, sans perte d’allocation, avec {days} pour vous mettre en règle"
    length = long(figures)
    if figures.outcome == Outcome.RADIATION:
        words = f"radiation de la liste des demandeurs d’emploi pendant {length}"
        also = ", avec la suppression de toute votre allocation pour la même durée"
        return f"{words}{also}" if figures.share else words
    word = "suspension" if figures.outcome == Outcome.SUSPENSION else "suppression"
    whole = (
        "de toute votre allocation"
        if figures.share == 100
        else f"de {figures.share}{NBSP}% de votre allocation"
    )
    return f"{word} {whole} pendant {length}"


def long(figures: Figures) -> str:
    """Say how long a measure lasts: «1 mois», «21 jours»."""
    return plural(figures.length, *(("jour", "jours") if figures.unit == Unit.DAYS else ("mois", "mois")))


def cost(figures: Figures, daily_allowance: Decimal | None) -> list[str]:
    """Say what a measure would take, how that is worked out, and that it is an estimate."""
    if not figures.share:
        return ["Cette mesure ne retire rien à votre allocation."]
    if figures.estimate is None or daily_allowance is None:
        return [
            "Votre allocation journalière n’est pas connue ici : l’effet ne peut pas être estimé.",
            "Demandez-le à votre agence.",
        ]
    days = days_of(figures.length, figures.unit)
    sentences = [
        f"Environ {euros(figures.estimate)} en moins. C’est une estimation.",
        f"Calcul : {euros(daily_allowance)} par jour, {plural(days, 'jour')}, {figures.share}{NBSP}%.",
    ]
    if figures.unit == Unit.MONTHS:
        sentences.append(f"Un mois compte {DAYS_OF_A_MONTH} jours dans ce calcul.")
    return sentences


def days(decision: Decision) -> str:
    """Say from when to when a measure takes effect; empty while the person has not received the decision."""
    if decision.starts_on is None or decision.ends_on is None:
        return ""
    return f"du {full_date(decision.starts_on)} au {full_date(decision.ends_on)}"


def title(figures: Figures) -> str:
    """Say a measure at the head of a line."""
    return first_up(said(figures))
