"""E-mails about what the person answers: receipts at once, the hour of a hearing, days given back."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from accounts.models import NoticeGroup
from measures import deeds
from measures.mails.sending import about
from measures.models import Hearing, Observations, PeriodExtension
from measures.states import CASE_ANSWERING
from measures.told import letters, procedure
from messaging.emails import Mail, Row, composes
from portal.core import outages
from portal.core.french import (
    days_left,
    full_date,
    full_datetime,
    full_deadline,
    last_day,
)


@composes(
    deeds.MAIL_OBSERVATIONS,
    "measure_observations",
    label="observations reçues",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def observed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Give people the receipt of their observations at once: date, hour, reference, fingerprint (CRPA L112-11)."""
    found = (
        Observations.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("case__agency")
        .in_bulk()
    )
    mails = {}
    for row in rows:
        filed = found[row.subject_id]
        case = filed.case
        given = full_datetime(filed.given_at, case.agency.place.zone)
        mails[row.id] = about(
            case,
            subject="Nous avons bien reçu vos observations",
            title="Vos observations sont bien reçues",
            preheader=f"Reçues le {given}.",
            paragraphs=[
                f"Nous les avons reçues le {given}. Gardez cet e-mail : c’est votre accusé de réception.",
                f"Référence : {case.ref}. Empreinte de l’envoi : {filed.content_hash.hex()[:16]}.",
                f"Service : {case.agency.name}, {case.agency.address}. Téléphone : {case.agency.phone}.",
                "Une personne les lit avant de décider. Vous pouvez encore les compléter.",
            ],
            action="Revoir mes observations",
            letter=partial(letters.observed, filed, "Vos observations sont bien reçues"),
        )
    return mails


@composes(
    deeds.MAIL_HEARING_ASKED,
    "measure_hearing_asked",
    label="demande d’audition reçue",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def hearing_asked_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Give people the receipt of their wish to be heard, and what comes next."""
    mails = {}
    for row, hearing in _hearings(rows):
        asked = full_datetime(hearing.asked_at, hearing.case.agency.place.zone)
        title = "Vous serez entendu avant toute décision"
        mails[row.id] = about(
            hearing.case,
            subject="Nous avons bien reçu votre demande d’audition",
            title=title,
            preheader=f"Demandée le {asked}.",
            paragraphs=[
                f"Nous l’avons reçue le {asked}. Gardez cet e-mail : c’est votre accusé de réception.",
                "Vous recevrez la date et le lieu par écrit. Personne ne décide avant.",
                "Une personne de votre choix peut vous assister.",
            ],
            action="Voir ma demande d’audition",
            letter=partial(letters.hearing_asked, hearing, title),
        )
    return mails


@composes(
    deeds.MAIL_HEARING_FIXED,
    "measure_hearing",
    label="date d’audition",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def hearing_fixed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people when and where they are heard; a date that was moved meanwhile is told by its own message."""
    mails = {}
    for row, hearing in _hearings(rows):
        gone = hearing.held_at is not None or hearing.dropped_at is not None or hearing.at is None
        if gone or hearing.version != row.occurrence or (hearing.at is not None and hearing.at <= now):
            continue
        when = procedure.hearing_when(hearing)
        title = "La date de votre audition est fixée"
        mails[row.id] = about(
            hearing.case,
            subject=f"Votre audition : {when}",
            title=title,
            preheader=f"Vous êtes entendu {when}.",
            paragraphs=[
                f"Vous êtes entendu {when}. Lieu : {hearing.place}.",
                "Vous direz ce que vous voulez. Une personne de votre choix peut vous assister.",
                "Vous ne pouvez pas venir ? Appelez votre agence ou le 3949 pour convenir d’une autre date.",
            ],
            action="Voir mon audition",
            letter=partial(letters.hearing_fixed, hearing, title),
        )
    return mails


@composes(
    deeds.MAIL_DAYS_GIVEN,
    "measure_days_given",
    label="délai d’observations prolongé",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def days_given_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that they have more time to answer, until when, and that an outage of the portal is why."""
    found = (
        PeriodExtension.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("case__agency", "outage")
        .in_bulk()
    )
    mails = {}
    for row in rows:
        extension = found[row.subject_id]
        case = extension.case
        if case.state not in CASE_ANSWERING or extension.ends_at <= now:
            continue
        zone = case.agency.place.zone
        until = full_deadline(extension.ends_at, zone)
        before = full_date(last_day(extension.ended_at, zone))
        title = "Vous avez plus de temps pour répondre"
        outage = outages.during(extension.outage, zone)
        mails[row.id] = about(
            case,
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
            letter=partial(letters.days_given, extension, title, until=until, before=before, outage=outage),
        )
    return mails


def _hearings(rows: Sequence[Row]) -> list[tuple[Row, Hearing]]:
    found = (
        Hearing.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("case__agency")
        .in_bulk()
    )
    return [(row, found[row.subject_id]) for row in rows]
