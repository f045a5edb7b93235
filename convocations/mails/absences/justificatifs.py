"""E-mails about what a person sent: examined, unreadable, to be sent again."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from accounts.models import NoticeGroup
from convocations import deeds
from convocations.letters import absences as letters
from convocations.mails.absences.examination import WHY, mail_about
from convocations.models import Absence, ChangeRequest, Justificatif
from convocations.states import ReviewState
from messaging.emails import Mail, Row, absolute, composes
from portal.core.french import full_date


@composes(deeds.MAIL_REVIEW, "review", label="justificatif examiné", group=NoticeGroup.ANSWERS, by_post=True)
def review_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people what became of a document they sent, and what to do if something is missing."""
    mails = {}
    for row, justificatif in _with_justificatif(rows):
        if justificatif.state == ReviewState.IN_REVIEW:
            continue
        deadline = ""
        if justificatif.state == ReviewState.ACCEPTED:
            title, next_step = (
                "Votre justificatif est accepté",
                "Vous n’avez rien d’autre à envoyer à son sujet.",
            )
        elif justificatif.state == ReviewState.INCOMPLETE and justificatif.complete_by is not None:
            title = "Votre justificatif est à compléter"
            next_step = "Votre conseiller dit ce qui manque dans votre espace."
            deadline = f"Complétez-le jusqu’au {full_date(justificatif.complete_by)} inclus."
        else:
            title = "Votre justificatif n’a pas été retenu"
            next_step = "La raison est dans votre espace. Vous pouvez en envoyer un autre ou appeler le 3949."
        mails[row.id] = mail_about(
            _backed(justificatif),
            subject=title,
            title=title,
            preheader=deadline or next_step,
            deadline_text=deadline,
            paragraphs=[f"Référence du justificatif : {justificatif.ref}.", next_step],
            action="Voir mon justificatif",
            letter=partial(
                letters.reviewed,
                justificatif,
                title,
                deadline,
                accepted=justificatif.state == ReviewState.ACCEPTED,
            ),
        )
    return mails


@composes(
    deeds.MAIL_DOCUMENT_REJECTED,
    "document_rejected",
    label="fichier à renvoyer",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def rejected_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that a file could not be read and how to send it again; the rest is kept."""
    return {
        row.id: mail_about(
            _backed(justificatif),
            subject="Un fichier est à renvoyer",
            title="Nous n’avons pas pu lire un de vos fichiers",
            preheader="Ce que vous avez écrit est bien gardé. Il faut seulement renvoyer le fichier.",
            paragraphs=[
                f"Référence du justificatif : {justificatif.ref}.",
                "Ce que vous avez écrit est bien gardé. Le fichier, lui, n’a pas pu être lu.",
                "La page de votre envoi dit pourquoi et comment le renvoyer. "
                "Vous pouvez aussi l’apporter à votre agence.",
            ],
            action="Renvoyer le fichier",
            letter=partial(letters.unreadable, justificatif, "Nous n’avons pas pu lire un de vos fichiers"),
        )
        for row, justificatif in _with_justificatif(rows)
    }


@composes(
    deeds.MAIL_SAFE_DOCUMENT_REJECTED,
    "safe_document_rejected",
    label="document à renvoyer",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def safe_rejected_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that a file of their safe could not be read; its page says why and what to do."""
    mail = Mail(
        "notice",
        "Un fichier est à renvoyer",
        {
            "title": "Nous n’avons pas pu lire un de vos fichiers",
            "preheader": "Le reste de vos documents est bien gardé.",
            "body": "Un fichier que vous avez envoyé n’a pas pu être lu.\n\n"
            "La page de vos documents dit lequel, pourquoi, et comment le renvoyer. "
            "Vous pouvez aussi l’apporter à votre agence, ou appeler le 3949.",
            "deadline_text": "",
            "action_url": absolute("/espace/documents/"),
            "action_label": "Voir mes documents",
            "why": WHY,
        },
        letter=partial(letters.safe_unreadable, "Nous n’avons pas pu lire un de vos fichiers"),
    )
    return {row.id: mail for row in rows}


def _with_justificatif(rows: Sequence[Row]) -> list[tuple[Row, Justificatif]]:
    found = (
        Justificatif.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("document", "absence__agency", "absence__convocation", "request__agency")
        .in_bulk()
    )
    return [(row, found[row.subject_id]) for row in rows]


def _backed(justificatif: Justificatif) -> Absence | ChangeRequest:
    """Give what a document was sent for: its page says what becomes of it."""
    backed: Absence | ChangeRequest | None = justificatif.absence or justificatif.request
    assert backed is not None  # justificatif_backs_one_thing
    return backed
