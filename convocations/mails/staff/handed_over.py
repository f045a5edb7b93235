"""E-mails to advisors about who came, who left, and what that leaves to do; who, behind their second factor."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import FollowUpModeChange, Transfer
from convocations import deeds
from convocations.mails.notices import to_colleague
from convocations.models import FollowUpTask
from convocations.states import FollowUpState
from messaging.emails import Mail, Row, composes
from messaging.mails.notices import to_staff
from portal.core import parameters
from portal.core.french import plural


@composes(deeds.MAIL_PORTFOLIO_LEFT, "portfolio_left", label="personnes confiées à un autre conseiller")
def portfolio_left_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell an advisor that people of theirs are followed by a colleague now; who, behind their second factor."""
    mail = to_staff(
        "Votre portefeuille s’allège",
        "Une ou plusieurs personnes que vous suiviez sont maintenant suivies par un autre conseiller de l’agence.",
        "Ce qui attendait une décision les suit. Les rendez-vous déjà annoncés avec vous restent avec vous.",
        path="/conseiller/portefeuille/",
        action="Ouvrir mon portefeuille",
    )
    return {row.id: mail for row in rows}


@composes(deeds.MAIL_PORTFOLIO_JOINED, "portfolio_joined", label="personnes confiées par un autre conseiller")
def portfolio_joined_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell an advisor that they follow more people now, and where what these wait for stands."""
    mail = to_staff(
        "Votre portefeuille s’agrandit",
        "Vous suivez maintenant une ou plusieurs personnes de plus.",
        "Ce qui attendait une décision pour elles est dans votre liste. Leurs rendez-vous déjà annoncés "
        "restent avec la personne qui y est nommée.",
        path="/conseiller/portefeuille/",
        action="Ouvrir mon portefeuille",
    )
    return {row.id: mail for row in rows}


@composes(deeds.MAIL_TRANSFER_OLD_ADVISOR, "transfer_left", label="dossier parti dans une autre agence")
def transfer_left_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell the former advisor that a file has left; who, behind their second factor."""
    moved = _transfers(rows)
    return {
        row.id: to_colleague(
            "Un dossier de votre portefeuille change d’agence",
            preheader="Le dossier et ce qui était en cours suivent la personne.",
            paragraphs=[
                f"Le dossier est maintenant suivi par {moved[row.subject_id].new_agency.name}.",
                "Les rendez-vous déjà annoncés avec vous restent avec vous. Le reste n’est plus dans votre liste.",
            ],
            path="/conseiller/portefeuille/",
            action="Ouvrir mon portefeuille",
        )
        for row in rows
    }


@composes(deeds.MAIL_TRANSFER_NEW_ADVISOR, "transfer_arrived", label="dossier venu d’une autre agence")
def transfer_arrived_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell the new advisor that a file has come, and by when the first interview is due."""
    moved = _transfers(rows)
    days = plural(parameters.current().first_interview_days, "jour")
    return {
        row.id: to_colleague(
            "Un dossier rejoint votre portefeuille",
            preheader=f"Un premier entretien est à fixer sous {days}.",
            paragraphs=[
                f"Agence précédente\u00a0: {moved[row.subject_id].old_agency.name}. "
                f"Un premier entretien est à fixer sous {days}.",
                "Une ligne vous attend dans votre liste, avec les rendez-vous déjà annoncés.",
                *(
                    ["Aucun conseiller n’a de place : vous gardez le dossier le temps d’en choisir un."]
                    if moved[row.subject_id].to_assign
                    else []
                ),
            ],
            path="/conseiller/?nature=suivis",
            action="Ouvrir ma liste",
        )
        for row in rows
    }


@composes(
    deeds.MAIL_IN_PERSON_TO_PROPOSE, "in_person_to_propose", label="rendez-vous vidéo à proposer en agence"
)
def in_person_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Ask an advisor to propose in person what was planned by video; nothing when it is done already."""
    changes = FollowUpModeChange.objects.in_bulk({row.subject_id for row in rows})
    open_ = FollowUpTask.objects.filter(
        claimant__in={change.claimant_id for change in changes.values()},
        reason=FollowUpTask.Reason.IN_PERSON,
        state=FollowUpState.OPEN,
    )
    waiting = set(open_.values_list("claimant_id", flat=True))
    return {
        row.id: to_colleague(
            "Des rendez-vous vidéo sont à proposer en agence",
            preheader="Une personne a quitté le suivi 100 % web.",
            paragraphs=[
                "Une personne que vous suivez a quitté le suivi 100 % web. C’est son droit, sans raison à donner.",
                "Proposez-lui en agence ce qui était prévu en vidéo. D’ici là, aucune absence n’y est possible.",
            ],
            path="/conseiller/?nature=suivis",
            action="Ouvrir ma liste",
        )
        for row in rows
        if changes[row.subject_id].claimant_id in waiting
    }


def _transfers(rows: Sequence[Row]) -> dict[int, Transfer]:
    found = Transfer.objects.select_related("old_agency", "new_agency", "new_advisor__user")
    return found.in_bulk({row.subject_id for row in rows})
