"""E-mails about an absence: nothing is decided, how to explain, by when, what was decided."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from accounts.models import NoticeGroup
from convocations import deeds
from convocations.letters import absences as letters
from convocations.models import Absence, ChangeRequest, Explanation, Extension
from convocations.states import ABSENCE_UNDECIDED, AbsenceState, ReviewState
from messaging.emails import Mail, Row, Words, composes
from messaging.mails.notices import to_person
from portal.core import outages
from portal.core.french import days_left, full_date, full_datetime, full_deadline, last_day

WHY = "vous êtes suivi par le service public de l’emploi et cette démarche vous concerne."
_OUTCOMES = {
    AbsenceState.EXCUSED: (
        "Votre absence est excusée",
        "Votre absence est excusée. Elle n’a aucune conséquence.",
    ),
    AbsenceState.CLOSED_NO_ACTION: (
        "Votre absence est close sans suite",
        "Votre absence est close sans suite. Elle n’a aucune conséquence.",
    ),
    AbsenceState.INVITED_TO_REGULARISE: (
        "Un nouveau rendez-vous vous est proposé",
        "Votre conseiller vous propose un nouveau rendez-vous. Venez-y : il remplace celui que vous avez manqué.",
    ),
    AbsenceState.REFERRED: (
        "Votre situation va être examinée",
        "Votre conseiller a demandé un examen de votre situation par une autre personne. "
        "Rien n’est décidé. Vous serez prévenu avant toute décision et vous pourrez répondre.",
    ),
}


def _load(rows: Sequence[Row]) -> dict[int, Absence]:
    return (
        Absence.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("agency", "convocation", "new_appointment__agency")
        .in_bulk()
    )


@composes(
    deeds.MAIL_ABSENCE_OPENED,
    "absence_opened",
    label="absence à expliquer",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def opened_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Ask people what happened: what was missed, that nothing is decided, how to answer and by when."""
    absences = _load(rows)
    mails = {}
    for row in rows:
        absence = absences[row.subject_id]
        if absence.state not in ABSENCE_UNDECIDED:
            continue
        zone = absence.agency.place.zone
        until = full_deadline(absence.explanation_due_at, zone)
        left = days_left(absence.explanation_due_at, now, zone)
        missed = full_datetime(absence.convocation.starts_at, zone)
        mails[row.id] = mail_about(
            absence,
            subject=f"Dites-nous ce qui s’est passé, jusqu’au {until}",
            title="Vous n’étiez pas à votre rendez-vous : dites-nous pourquoi",
            preheader=f"Rien n’est décidé. Répondez jusqu’au {until}.",
            deadline_text=f"Répondez jusqu’au {until} : {left}.",
            paragraphs=[
                f"Vous étiez attendu {missed}. Votre conseiller a noté votre absence.",
                "Rien n’est décidé. Personne ne peut décider avant de vous avoir laissé ce temps.",
                "Dites en quelques mots ce qui s’est passé. Vous pouvez joindre un document ou une photo.",
                "Vous ne pouvez pas répondre en ligne ? Appelez le 3949 ou passez à votre agence.",
            ],
            action="Expliquer mon absence",
            letter=partial(
                letters.opened, absence, "Vous n’étiez pas à votre rendez-vous : dites-nous pourquoi"
            ),
        )
    return mails


@composes(
    deeds.MAIL_ABSENCE_EXPLAINED,
    "absence_explained",
    label="explication reçue",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def explained_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Give people the receipt of their explanation at once: date, hour, reference, fingerprint."""
    explanations = (
        Explanation.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("absence__agency", "absence__convocation")
        .in_bulk()
    )
    mails = {}
    for row in rows:
        explanation = explanations[row.subject_id]
        absence = explanation.absence
        given = full_datetime(explanation.given_at, absence.agency.place.zone)
        mails[row.id] = mail_about(
            absence,
            subject="Nous avons bien reçu votre explication",
            title="Votre explication est bien reçue",
            preheader=f"Reçue le {given}.",
            paragraphs=[
                f"Nous l’avons reçue le {given}. Gardez cet e-mail : c’est votre accusé de réception.",
                f"Référence : {absence.ref}. Empreinte de l’envoi : {explanation.content_hash.hex()[:16]}.",
                f"Service : {absence.agency.name}, {absence.agency.address}. Téléphone : {absence.agency.phone}.",
                "Votre conseiller la lit puis décide. Vous serez prévenu. Vous pouvez encore la compléter.",
            ],
            action="Revoir mon explication",
            letter=partial(letters.explained, explanation, "Votre explication est bien reçue"),
        )
    return mails


@composes(
    deeds.MAIL_ABSENCE_DECIDED,
    "absence_decided",
    label="décision sur une absence",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def decided_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people what was decided of their absence; the reasons stand in their space."""
    absences = _load(rows)
    mails = {}
    for row in rows:
        absence = absences[row.subject_id]
        if absence.state not in _OUTCOMES:
            continue
        title, sentence = _OUTCOMES[AbsenceState(absence.state)]
        mails[row.id] = mail_about(
            absence,
            subject=title,
            title=title,
            preheader="Lisez la décision et ses raisons dans votre espace.",
            paragraphs=[
                sentence,
                "Les raisons de votre conseiller sont écrites dans votre espace."
                if absence.state == AbsenceState.REFERRED
                else "Une personne a décidé, et ses raisons sont écrites dans votre espace.",
                "Vous n’êtes pas d’accord ou vous n’avez pas compris ? Appelez le 3949 ou écrivez à votre agence.",
            ],
            action="Lire la décision et ses raisons",
            letter=partial(letters.decided, absence, title, sentence),
        )
    return mails


@composes(
    deeds.MAIL_ABSENCE_CLOSED,
    "absence_closed",
    label="absence close en votre faveur",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def closed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that nobody decided in time, so that their absence has no consequence."""
    return {
        row.id: mail_about(
            absence,
            subject="Votre absence est close en votre faveur",
            title="Votre absence est close en votre faveur",
            preheader="Elle n’a aucune conséquence. Vous n’avez rien à faire.",
            paragraphs=[
                "Aucune décision n’a été prise dans le délai. L’absence est donc close en votre faveur.",
                "Elle n’a aucune conséquence. Vous n’avez rien à faire.",
            ],
            action="Voir mon dossier d’absence",
            letter=partial(letters.closed, absence, "Votre absence est close en votre faveur"),
        )
        for row, absence in _with_absence(rows)
    }


@composes(
    deeds.MAIL_ABSENCE_ANNULLED,
    "absence_annulled",
    label="absence corrigée",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def annulled_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that an absence was recorded in error and that all of it is undone."""
    return {
        row.id: mail_about(
            absence,
            subject="Erreur corrigée : votre absence est annulée",
            title="Votre absence est annulée : c’était une erreur",
            preheader="Tout ce qui en dépendait est annulé. Vous n’avez rien à faire.",
            paragraphs=[
                "Une absence avait été enregistrée à votre nom. Elle est annulée, avec tout ce qui en dépendait.",
                "Elle n’a aucune conséquence. Vous n’avez rien à faire. La raison est dans votre espace.",
            ],
            action="Voir la correction",
            letter=partial(letters.annulled, absence, "Votre absence est annulée : c’était une erreur"),
        )
        for row, absence in _with_absence(rows)
    }


@composes(
    deeds.MAIL_PERIOD_EXTENDED,
    "period_extended",
    label="délai prolongé",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def extended_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that they have more time, until when, and that an outage of the portal is why."""
    found = (
        Extension.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("absence__agency", "absence__convocation", "justificatif", "outage")
        .in_bulk()
    )
    return {row.id: mail for row in rows if (mail := _extended(found[row.subject_id], now)) is not None}


def _extended(extension: Extension, now: datetime) -> Mail | None:
    absence, justificatif = extension.absence, extension.justificatif
    zone = absence.agency.place.zone
    waits = absence.state in ABSENCE_UNDECIDED and extension.ends_at > now
    if not waits or (justificatif is not None and justificatif.state != ReviewState.INCOMPLETE):
        return None
    until = full_deadline(extension.ends_at, zone)
    before = full_date(last_day(extension.ended_at, zone))
    what = "expliquer votre absence" if justificatif is None else "compléter votre justificatif"
    title, outage = f"Vous avez plus de temps pour {what}", outages.during(extension.outage, zone)
    return mail_about(
        absence,
        subject=f"Vous avez plus de temps, jusqu’au {until}",
        title=title,
        preheader=f"Le portail a été interrompu. Répondez jusqu’au {until}.",
        deadline_text=f"Répondez jusqu’au {until} : {days_left(extension.ends_at, now, zone)}.",
        paragraphs=[
            f"Le portail a été interrompu {outage}. Vous n’y êtes pour rien.",
            f"Votre délai s’arrêtait le {before}. Il est prolongé : ce temps vous est rendu.",
            "Vous avez déjà répondu ? Vous n’avez rien à refaire.",
            "Vous pouvez aussi répondre au 3949 ou à votre agence.",
        ],
        action="Répondre en ligne",
        letter=partial(letters.extended, absence, title, until=until, before=before, outage=outage),
    )


def _with_absence(rows: Sequence[Row]) -> list[tuple[Row, Absence]]:
    absences = _load(rows)
    return [(row, absences[row.subject_id]) for row in rows]


def mail_about(
    about: Absence | ChangeRequest,
    *,
    subject: str,
    title: str,
    preheader: str,
    paragraphs: Sequence[str],
    action: str,
    deadline_text: str = "",
    letter: Callable[[], Words] | None = None,
) -> Mail:
    """Write to the person about an absence, or about a request that a document was sent for."""
    room = "demandes" if isinstance(about, ChangeRequest) else "absences"
    return to_person(
        about.agency,
        subject=subject,
        title=title,
        preheader=preheader,
        paragraphs=paragraphs,
        path=f"/espace/{room}/{about.ref}/",
        action=action,
        why=WHY,
        deadline_text=deadline_text,
        letter=letter,
    )
