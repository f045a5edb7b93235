"""E-mails to a person about who follows them: another agency, another advisor, another mode."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.models import Agency, Claimant, FollowUpModeChange, NoticeGroup, Transfer
from convocations import deeds
from convocations.desk.people import ahead_after_transfer
from messaging.emails import Mail, Row, Words, composes
from messaging.mails.notices import to_person
from portal.core import parameters
from portal.core.french import plural

_WHY = "vous êtes suivi par le service public de l’emploi."
WEB = Claimant.FollowUpMode.WEB


@composes(
    deeds.MAIL_TRANSFERRED,
    "transferred",
    label="changement d’agence",
    group=NoticeGroup.FOLLOW_UP,
    by_post=True,
)
def transferred_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a person their new agency and advisor, what moved, what stays, and that they owe nothing."""
    moved = _transfers(rows)
    kept = ahead_after_transfer([one.claimant_id for one in moved.values()], now)
    return {row.id: _transferred(moved[row.subject_id], kept, now) for row in rows}


def _transferred(moved: Transfer, kept: Mapping[int, Sequence[str]], now: datetime) -> Mail:
    agency = moved.new_agency
    who = (
        "Le responsable de l’agence choisit votre conseiller et vous le dit."
        if moved.to_assign
        else f"Votre conseiller référent est maintenant {moved.new_advisor}."
    )
    stay = kept.get(moved.claimant_id, ())
    paragraphs = [
        who,
        "Tout votre dossier suit : demandes, documents, absences en examen, compte de vos reports. "
        "Vous n’avez rien à renvoyer.",
        f"Un premier entretien vous sera proposé avant {plural(parameters.current().first_interview_days, 'jour')}.",
    ]
    if stay:
        paragraphs.append(
            "Ces rendez-vous restent comme annoncés : " + " ; ".join(stay) + ". "
            "Pour en changer à cause de votre changement d’agence, appelez votre agence. "
            "Ce n’est pas compté comme un report."
        )
    return mail_to(
        agency,
        f"Votre dossier est maintenant suivi par {agency.name}",
        preheader="Tout votre dossier suit. Vous n’avez rien à faire.",
        paragraphs=paragraphs,
        path="/espace/profil/demenagement/",
        action="Voir mon agence et mon conseiller",
    )


@composes(
    deeds.MAIL_ADVISOR_CHANGED,
    "advisor_changed",
    label="changement de conseiller référent",
    group=NoticeGroup.FOLLOW_UP,
    by_post=True,
)
def advisor_changed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a person who follows them now."""
    people = _people([row.subject_id for row in rows])
    return {
        row.id: mail_to(
            people[row.subject_id].agency,
            f"Votre conseiller référent est maintenant {people[row.subject_id].advisor}",
            preheader="Votre dossier suit. Vos rendez-vous restent comme annoncés.",
            paragraphs=[
                "Votre dossier suit, avec tout ce qui était en cours. Vous n’avez rien à faire.",
                "Vos rendez-vous restent comme annoncés, avec la personne qui y est nommée.",
            ],
            path="/espace/",
            action="Ouvrir mon espace",
        )
        for row in rows
    }


@composes(
    deeds.MAIL_MODE_CHANGED,
    "mode_changed",
    label="changement de suivi",
    group=NoticeGroup.FOLLOW_UP,
    by_post=True,
)
def mode_changed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Confirm in writing that a person took or left the web follow-up, and how to change again."""
    changes = FollowUpModeChange.objects.in_bulk({row.subject_id for row in rows})
    people = _people([change.claimant_id for change in changes.values()])
    return {
        row.id: _mode(changes[row.subject_id], people[changes[row.subject_id].claimant_id]) for row in rows
    }


def _mode(change: FollowUpModeChange, person: Claimant) -> Mail:
    if change.after == WEB:
        return mail_to(
            person.agency,
            "Votre suivi 100 % web commence",
            preheader="Vous pouvez le quitter à tout moment, sans donner de raison.",
            paragraphs=[
                f"Vous êtes suivi par {person.advisor}, en vidéo et par écrit.",
                "Vous pouvez quitter ce suivi à tout moment, sans donner de raison. Rien ne vous sera reproché.",
            ],
            path="/espace/suivi/",
            action="Voir mon suivi",
        )
    return mail_to(
        person.agency,
        "Vous n’êtes plus suivi à 100 % par le web",
        preheader="Vous n’avez pas à dire pourquoi, et rien ne vous est reproché.",
        paragraphs=[
            f"Votre suivi est maintenant : {change.get_after_display()}. Votre conseiller est {person.advisor}.",
            "S’il vous reste des rendez-vous en vidéo, votre conseiller va vous les proposer en agence. "
            "D’ici là, aucune absence ne peut être retenue à ces rendez-vous.",
        ],
        path="/espace/suivi/",
        action="Voir mon suivi",
    )


# --- reading and writing --------------------------------------------------------


def _transfers(rows: Sequence[Row]) -> dict[int, Transfer]:
    found = Transfer.objects.select_related("old_agency", "new_agency", "new_advisor__user")
    return found.in_bulk({row.subject_id for row in rows})


def _people(ids: Sequence[int]) -> dict[int, Claimant]:
    return Claimant.objects.select_related("agency", "advisor__user").in_bulk(set(ids))


def mail_to(
    agency: Agency, subject: str, *, preheader: str, paragraphs: Sequence[str], path: str, action: str
) -> Mail:
    """Write to a person whom this agency follows; a letter says the same."""
    return to_person(
        agency,
        subject=subject,
        title=subject,
        preheader=preheader,
        paragraphs=paragraphs,
        path=path,
        action=action,
        why=_WHY,
        letter=lambda: Words(subject, paragraphs),
    )
