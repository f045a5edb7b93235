"""The one catalogue of motives: what each is for, what backs it, whether a move for it is counted.

Product §4. CT L5412-1 sets no closed list, so `OTHER` is good for everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models


class Motive(models.TextChoices):
    JOB_INTERVIEW = "JOB_INTERVIEW", "Entretien d’embauche"
    WORK = "WORK", "Travail"
    TRAINING = "TRAINING", "Formation"
    HEALTH_SELF = "HEALTH_SELF", "Votre santé"
    HEALTH_RELATIVE = "HEALTH_RELATIVE", "La santé d’un proche"
    CHILDCARE = "CHILDCARE", "Garde d’enfant"
    BEREAVEMENT = "BEREAVEMENT", "Décès d’un proche"
    OFFICIAL_SUMMONS = "OFFICIAL_SUMMONS", "Convocation d’une administration ou d’un tribunal"
    EXAM = "EXAM", "Examen ou concours"
    TRANSPORT = "TRANSPORT", "Problème de transport"
    FORCE_MAJEURE = "FORCE_MAJEURE", "Événement imprévisible (incendie, inondation, agression…)"
    EQUIPMENT = "EQUIPMENT", "Pas de matériel"
    CONNECTIVITY = "CONNECTIVITY", "Pas de réseau ou mauvaise connexion"
    DISABILITY = "DISABILITY", "Handicap"
    NOTICE_NOT_RECEIVED = "NOTICE_NOT_RECEIVED", "Vous n’avez pas reçu ou pas vu la convocation"
    AGENCY_ERROR = "AGENCY_ERROR", "Erreur de l’agence"
    OTHER = "OTHER", "Autre raison"


@dataclass(frozen=True)
class MotiveRule:
    """What backs one motive, in the words people read, and what it may be used for.

    `counts` says whether an appointment moved for it is one of those tolerated without reason: what the person
    does to find work, or what the agency did wrong, never is.
    """

    documents: tuple[str, ...]
    sworn_is_enough: bool
    is_health: bool = False
    hint: str = ""
    counts: bool = True
    for_reschedule: bool = True
    for_modality: bool = False
    for_absence: bool = True


_FUNCTIONAL = "Le certificat dit seulement ce que vous ne pouvez pas faire. Ne joignez jamais de diagnostic."
_FREE = "Une attestation est possible, elle n’est pas obligatoire."

RULES: dict[Motive, MotiveRule] = {
    Motive.JOB_INTERVIEW: MotiveRule(
        ("la convocation ou l’e-mail de l’employeur", "une attestation de l’employeur"), True, counts=False
    ),
    Motive.WORK: MotiveRule(
        ("le contrat de travail", "une attestation de l’employeur"), False, counts=False, for_modality=True
    ),
    Motive.TRAINING: MotiveRule(
        ("l’attestation de l’organisme de formation",), False, counts=False, for_modality=True
    ),
    Motive.HEALTH_SELF: MotiveRule(
        ("un certificat médical", "un arrêt de travail sans le motif médical"),
        False,
        is_health=True,
        hint=_FUNCTIONAL,
        for_modality=True,
    ),
    Motive.HEALTH_RELATIVE: MotiveRule(
        ("un certificat qui dit que votre présence est nécessaire",),
        True,
        is_health=True,
        hint=_FUNCTIONAL,
        for_modality=True,
    ),
    Motive.CHILDCARE: MotiveRule(
        ("un mot de la crèche, de l’école ou de l’assistante maternelle",), True, for_modality=True
    ),
    Motive.BEREAVEMENT: MotiveRule(("l’acte ou l’avis de décès",), True),
    Motive.OFFICIAL_SUMMONS: MotiveRule(("la convocation reçue",), False),
    Motive.EXAM: MotiveRule(("la convocation à l’examen",), False),
    Motive.TRANSPORT: MotiveRule(
        ("un bulletin de retard", "une facture de dépannage", "un avis de grève"), True, for_modality=True
    ),
    Motive.FORCE_MAJEURE: MotiveRule(
        ("une déclaration d’assurance", "un dépôt de plainte", "tout document qui le montre"), True
    ),
    Motive.EQUIPMENT: MotiveRule(
        ("une attestation, par exemple d’un travailleur social",), True, hint=_FREE, for_modality=True
    ),
    Motive.CONNECTIVITY: MotiveRule(
        ("une attestation, par exemple de votre mairie ou de votre opérateur",),
        True,
        hint=_FREE,
        for_modality=True,
    ),
    Motive.DISABILITY: MotiveRule(
        ("un certificat médical de limites fonctionnelles", "la reconnaissance de travailleur handicapé"),
        False,
        is_health=True,
        hint=_FUNCTIONAL,
        for_modality=True,
    ),
    # Who asks for another date or manner has the convocation before them.
    Motive.NOTICE_NOT_RECEIVED: MotiveRule(
        (),
        True,
        hint="C’est au service de prouver que vous avez reçu la convocation.",
        for_reschedule=False,
    ),
    Motive.AGENCY_ERROR: MotiveRule(
        (),
        True,
        hint="Racontez ce qui s’est passé, l’agence vérifie de son côté.",
        counts=False,
        for_modality=True,
    ),
    Motive.OTHER: MotiveRule(("tout document utile",), True, for_modality=True),
}

# What each act offers, in the catalogue's order.
TO_RESCHEDULE = tuple(motive for motive in Motive if RULES[motive].for_reschedule)
TO_CHANGE_MODALITY = tuple(motive for motive in Motive if RULES[motive].for_modality)
TO_EXPLAIN = tuple(motive for motive in Motive if RULES[motive].for_absence)
# A move for one of these is not one of those tolerated without reason.
NOT_COUNTED = frozenset(motive for motive in Motive if not RULES[motive].counts)


def choices(motives: Sequence[Motive], blank: str = "Choisissez une raison") -> list[tuple[str, str]]:
    """Give the choices of a form's list, led by an empty one."""
    return [("", blank), *((motive.value, motive.label) for motive in motives)]
