"""The ways to contest a decision, with their time: they stand on it, or its time does not run (CJA R421-5)."""

from datetime import datetime

from accounts.models import Agency
from measures.models import Decision
from portal.core.working_time import Territory, end_of_period

APPEAL_MONTHS = 2
# CJA R421-7: who lives overseas has a month more.
OVERSEAS_MONTHS = 1
_MAINLAND = (Territory.METROPOLE, Territory.ALSACE_MOSELLE)
HEADING = "Vous n’êtes pas d’accord : ce que vous pouvez faire"


def months(place: Territory) -> int:
    """Give the months in which the person may act, from the reception of the decision."""
    return APPEAL_MONTHS + (0 if place in _MAINLAND else OVERSEAS_MONTHS)


def until(decision: Decision) -> datetime | None:
    """Say when the time to act is over; nothing while the decision is not received: no time runs."""
    if decision.notified_at is None:
        return None
    place = decision.case.agency.place
    return end_of_period(decision.notified_at, months=months(place), territory=place)


def sentences(agency: Agency) -> list[str]:
    """List the three remedies, where to write, and what each does to the time (CRPA L411-2, L411-7; CT R5312-47)."""
    count = months(agency.place)
    where = f"{agency.name}, {agency.address}"
    return [
        f"Vous avez {count} mois pour agir, à partir du jour où vous recevez cette décision.",
        f"Recours gracieux : écrivez au directeur régional, à l’adresse de votre agence ({where}). "
        "Une autre personne réexamine la décision. Votre délai repart en entier à sa réponse. "
        f"Sans réponse après 2 mois, c’est un refus : vous avez de nouveau {count} mois.",
        "Médiation : elle est gratuite, et obligatoire avant le tribunal. "
        "Écrivez au médiateur régional dans le même délai, avec une copie de cette décision. "
        f"Adresse : médiateur régional, {where}. Votre délai repart en entier à la fin de la médiation.",
        "Tribunal administratif : vous pouvez le saisir après la médiation, dans le délai qui repart. "
        "Votre agence vous donne son adresse.",
        "La mesure s’applique pendant ces recours, sauf si un juge ou un accord la suspend.",
        "Vous pouvez aussi appeler le 3949 : on vous aide à choisir.",
    ]
