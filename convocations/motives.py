"""The one catalogue of motives, with the documents each takes (product §4; CT L5412-1 sets no closed list)."""

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
    """What backs one motive, in the words people read."""

    documents: tuple[str, ...]
    sworn_is_enough: bool
    is_health: bool = False
    hint: str = ""


_FUNCTIONAL = "Le certificat dit seulement ce que vous ne pouviez pas faire. Ne joignez jamais de diagnostic."

RULES: dict[Motive, MotiveRule] = {
    Motive.JOB_INTERVIEW: MotiveRule(
        ("la convocation ou l’e-mail de l’employeur", "une attestation de l’employeur"), True
    ),
    Motive.WORK: MotiveRule(("le contrat de travail", "une attestation de l’employeur"), False),
    Motive.TRAINING: MotiveRule(("l’attestation de l’organisme de formation",), False),
    Motive.HEALTH_SELF: MotiveRule(
        ("un certificat médical", "un arrêt de travail sans le motif médical"), False, True, _FUNCTIONAL
    ),
    Motive.HEALTH_RELATIVE: MotiveRule(
        ("un certificat qui dit que votre présence était nécessaire",), True, True, _FUNCTIONAL
    ),
    Motive.CHILDCARE: MotiveRule(("un mot de la crèche, de l’école ou de l’assistante maternelle",), True),
    Motive.BEREAVEMENT: MotiveRule(("l’acte ou l’avis de décès",), True),
    Motive.OFFICIAL_SUMMONS: MotiveRule(("la convocation reçue",), False),
    Motive.EXAM: MotiveRule(("la convocation à l’examen",), False),
    Motive.TRANSPORT: MotiveRule(
        ("un bulletin de retard", "une facture de dépannage", "un avis de grève"), True
    ),
    Motive.FORCE_MAJEURE: MotiveRule(
        ("une déclaration d’assurance", "un dépôt de plainte", "tout document qui le montre"), True
    ),
    Motive.EQUIPMENT: MotiveRule((), True, hint="Une attestation est possible, elle n’est pas obligatoire."),
    Motive.CONNECTIVITY: MotiveRule(
        (), True, hint="Une attestation est possible, elle n’est pas obligatoire."
    ),
    Motive.DISABILITY: MotiveRule(
        ("un certificat médical de limites fonctionnelles", "la reconnaissance de travailleur handicapé"),
        False,
        True,
        _FUNCTIONAL,
    ),
    Motive.NOTICE_NOT_RECEIVED: MotiveRule(
        (), True, hint="C’est au service de prouver que vous avez reçu la convocation."
    ),
    Motive.AGENCY_ERROR: MotiveRule(
        (), True, hint="Racontez ce qui s’est passé, l’agence vérifie de son côté."
    ),
    Motive.OTHER: MotiveRule(("tout document utile",), True),
}
