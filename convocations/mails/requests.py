"""E-mails about a request: it is received and by when it is answered, what was answered, what is missing."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from accounts.models import NoticeGroup
from convocations import deeds
from convocations.letters import requests as letters
from convocations.models import ChangeRequest
from convocations.states import REQUEST_GRANTED, RequestState
from convocations.told import manners
from convocations.told import requests as told
from messaging.emails import Mail, Overtaken, Row, Words, composes
from messaging.mails.notices import to_person
from portal.core.french import days_left, full_datetime, full_deadline

_WHY = "vous avez fait une demande au sujet d’un rendez-vous."


def _composed(
    rows: Sequence[Row], now: datetime, write: Callable[[ChangeRequest, datetime], Mail | Overtaken | None]
) -> dict[int, Mail | Overtaken]:
    found = (
        ChangeRequest.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related(
            "agency",
            "advisor__user",
            "kept",
            "convocation__agency",
            "convocation__successor__agency",
            "convocation__successor__advisor__user",
        )
        .in_bulk()
    )
    written = ((row.id, write(found[row.subject_id], now)) for row in rows)
    return {row_id: mail for row_id, mail in written if mail is not None}


@composes(
    deeds.MAIL_REQUEST_RECEIVED,
    "request_received",
    label="demande reçue",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def received_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Acknowledge a request at once; what was said aloud is confirmed in writing, and can be corrected."""
    return _composed(rows, now, _received)


@composes(
    deeds.MAIL_REQUEST_DECIDED,
    "request_decided",
    label="réponse à une demande",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def decided_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people what was answered; reasons and the new appointment stand in their space."""
    return _composed(rows, now, _decided)


@composes(
    deeds.MAIL_REQUEST_DOCS,
    "request_documents",
    label="documents demandés",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def documents_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people that documents are missing, and until when they can be sent."""
    return _composed(rows, now, _documents)


@composes(
    deeds.MAIL_REQUEST_DOCS_EXTENDED,
    "request_documents_extended",
    label="délai prolongé pour des documents",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def extended_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people that an outage gave them more time to send the documents of a request."""
    return _composed(rows, now, _extended)


@composes(
    deeds.MAIL_REQUEST_HOUR_LOST,
    "request_hour_lost",
    label="heure souhaitée plus gardée",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def hour_lost_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people that somebody else answers their request, who is not free at the hour they wished for."""
    return _composed(rows, now, _hour_lost)


@composes(
    deeds.MAIL_REQUEST_CORRECTED,
    "request_corrected",
    label="correction lue",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def corrected_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people that their correction was read, and where the answer stands."""
    return _composed(rows, now, _corrected)


def _received(row: ChangeRequest, now: datetime) -> Mail | Overtaken:
    tz = row.agency.place.zone
    if row.state in REQUEST_GRANTED:
        return Overtaken("la réponse est déjà écrite, et dit plus")
    until = full_deadline(row.decide_by, tz)
    received = full_datetime(row.submitted_at, tz)
    if row.channel == ChangeRequest.Channel.WEB:
        title, first = "Votre demande est bien reçue", f"Reçue le {received}, dans votre espace."
    else:
        title = "Ce que vous avez demandé est noté"
        first = (
            f"Le {received}, {row.get_channel_display()}, votre demande a été notée. "
            "Ce n’est pas ce que vous vouliez\u202f? Corrigez-la dans votre espace, en une phrase."
        )
    return _mail(
        row,
        subject=f"{title} : rendez-vous {_when(row)}",
        title=title,
        preheader=f"Réponse au plus tard le {until}.",
        paragraphs=[
            first,
            f"Elle concerne votre rendez-vous {_named(row)}.",
            f"Votre conseiller répond au plus tard le {until}.",
            *([told.kept_sentence(row.wished_modality)] if row.keeps_hour else []),
            "Tant que votre demande attend, aucune absence ne peut être notée à ce rendez-vous.",
            f"Référence : {row.ref}. Empreinte de l’envoi : {row.content_hash.hex()[:16]}.",
        ],
        action="Voir ma demande",
        letter=lambda: letters.received(row, title, received=received, until=until, when=_when(row)),
    )


def _hour_lost(row: ChangeRequest, now: datetime) -> Mail | None:
    if not row.is_pending or row.keeps_hour or row.wished_start is None or row.wished_start <= now:
        return None  # answered, kept anew, or over
    tz = row.agency.place.zone
    wished = full_datetime(row.wished_start, tz)
    title, coming = "L’heure que vous souhaitiez n’est plus gardée", _what_comes(row, now, tz)
    first = f"Votre demande est maintenant lue par {row.advisor.user}, qui n’est pas libre le {wished}."
    return _mail(
        row,
        subject=f"{title} : {wished}",
        title=title,
        preheader="Votre demande reste en cours.",
        paragraphs=[
            first,
            "Votre demande reste en cours, avec ce que vous avez envoyé. Une autre heure peut vous être proposée.",
            *coming,
            "Tant que votre demande attend, aucune absence ne peut être notée à ce rendez-vous.",
            "Une autre heure vous irait mieux ? Appelez votre agence, ou retirez votre demande "
            "dans votre espace et faites-en une nouvelle.",
        ],
        action="Voir ma demande",
        letter=lambda: letters.hour_lost(row, title, when=_when(row), first=first, coming=coming),
    )


def _what_comes(row: ChangeRequest, now: datetime, tz: tzinfo) -> list[str]:
    if row.state == RequestState.DOCS_REQUESTED and row.docs_due_at:
        return [
            f"Les documents demandés restent attendus, au plus tard le {full_deadline(row.docs_due_at, tz)}."
        ]
    if row.decide_by > now:
        return [f"Vous recevez une réponse au plus tard le {full_deadline(row.decide_by, tz)}."]
    return []


def _decided(row: ChangeRequest, now: datetime) -> Mail | None:
    if row.state in REQUEST_GRANTED:
        return _granted(row)
    if row.state != RequestState.REFUSED:
        return None
    stands = row.convocation.starts_at > now and row.convocation.successor is None
    stays = (
        f"Le rendez-vous {_named(row)} reste comme il était."
        if stands
        else "L’heure du rendez-vous est passée pendant l’étude de votre demande : il ne compte pas. "
        "Votre agence vous proposera une autre date."
    )
    return _mail(
        row,
        subject=f"Réponse à votre demande : rendez-vous {_when(row)}",
        title=(title := "Votre conseiller a répondu à votre demande"),
        preheader="Le rendez-vous reste comme il était." if stands else "Ce rendez-vous ne compte pas.",
        paragraphs=[
            "Votre demande n’a pas été acceptée. Les raisons sont dans votre espace.",
            stays,
            told.REMEDIES,
        ],
        action="Lire la réponse",
        letter=lambda: letters.refused(row, title, when=_when(row), stays=stays),
    )


def _granted(row: ChangeRequest) -> Mail:
    new = row.convocation.successor
    rule = [told.rule_sentence(row)] if row.rule else []
    if new is None:
        return _mail(
            row,
            subject=f"C’est noté : rendez-vous {_when(row)}",
            title=(title := "Le problème technique est noté"),
            preheader="Il ne compte pas. Votre agence vous propose une nouvelle date.",
            paragraphs=["Rien ne vous est reproché.", "Votre agence vous propose une nouvelle date."],
            action="Voir ma demande",
            letter=lambda: letters.incident_noted(row, title, _when(row)),
        )
    after = manners.when(new, new.agency.place.zone)
    return _mail(
        row,
        subject=f"C’est oui : nouveau rendez-vous {after}",
        title=(heading := f"Votre nouveau rendez-vous : {after}"),
        preheader=f"L’ancien rendez-vous ({_when(row)}) n’existe plus.",
        paragraphs=[
            f"Avant : {_when(row)}. Ce rendez-vous n’existe plus.",
            f"Maintenant : {after}. {manners.where(new)}",
            *rule,
            told.counts_sentence(row),
            f"Référence de votre demande : {row.ref}.",
        ],
        action="Voir mon nouveau rendez-vous",
        letter=lambda: letters.granted(row, new, heading, rule=rule),
        path=f"/espace/convocations/{new.ref}/",
    )


def _documents(row: ChangeRequest, now: datetime) -> Mail | None:
    return _papers(
        row,
        now,
        subject="Documents à envoyer avant le {until}",
        title="Votre conseiller a besoin de documents",
        paragraphs=[
            f"Pour répondre à votre demande au sujet du rendez-vous {_named(row)}, il manque des documents.",
            "La liste est dans votre espace. Une photo lisible suffit.",
            "Vous pouvez aussi les apporter à votre agence.",
        ],
    )


def _extended(row: ChangeRequest, now: datetime) -> Mail | None:
    return _papers(
        row,
        now,
        subject="Plus de temps pour vos documents : jusqu’au {until}",
        title="Vous avez plus de temps pour envoyer vos documents",
        paragraphs=[
            "Notre site a été interrompu. Le temps perdu vous est rendu.",
            f"Ces documents concernent votre demande au sujet du rendez-vous {_named(row)}.",
            "La liste est dans votre espace. Vous les avez déjà envoyés\u202f? Vous n’avez rien à faire.",
        ],
    )


def _papers(
    row: ChangeRequest, now: datetime, *, subject: str, title: str, paragraphs: Sequence[str]
) -> Mail | None:
    """Say until when documents can be sent, while they are waited for."""
    if row.state != RequestState.DOCS_REQUESTED or row.docs_due_at is None:
        return None
    tz = row.agency.place.zone
    until = full_deadline(row.docs_due_at, tz)
    return _mail(
        row,
        subject=subject.format(until=until),
        title=title,
        preheader=f"Au plus tard le {until}. La liste est dans votre espace.",
        paragraphs=paragraphs,
        action="Envoyer les documents",
        deadline_text=f"Au plus tard le {until} ({days_left(row.docs_due_at, now, tz)}).",
        letter=lambda: letters.papers(
            row, title, deadline=f"Au plus tard le {until}.", when=_when(row), first=paragraphs[0]
        ),
    )


def _corrected(row: ChangeRequest, now: datetime) -> Mail | None:
    return _mail(
        row,
        subject=f"Votre correction est lue : demande {row.ref}",
        title=(title := "Votre conseiller a lu votre correction"),
        preheader="Sa réponse est dans votre espace.",
        paragraphs=[
            "Vous aviez corrigé ce qui a été noté de votre demande. La réponse est dans votre espace."
        ],
        action="Lire la réponse",
        letter=lambda: letters.corrected(row, title, _when(row)),
    )


def _when(row: ChangeRequest) -> str:
    return manners.when(row.convocation, row.convocation.agency.place.zone)


def _named(row: ChangeRequest) -> str:
    return manners.named(row.convocation, row.convocation.agency.place.zone)


def _mail(
    row: ChangeRequest,
    *,
    subject: str,
    title: str,
    preheader: str,
    paragraphs: Sequence[str],
    action: str,
    deadline_text: str = "",
    path: str = "",
    letter: Callable[[], Words] | None = None,
) -> Mail:
    return to_person(
        row.agency,
        subject=subject,
        title=title,
        preheader=preheader,
        paragraphs=paragraphs,
        path=path or f"/espace/demandes/{row.ref}/",
        action=action,
        why=_WHY,
        deadline_text=deadline_text,
        letter=letter,
    )
