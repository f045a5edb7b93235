"""E-mails about what becomes of a fixed appointment: cancelled, moved, impossible as announced, possible again."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from accounts.models import NoticeGroup
from convocations import deeds
from convocations.hours.slots import needs_own_hour
from convocations.letters import appointments as letters
from convocations.mails.appointments.announcing import composed, mail_about, named, when_of
from convocations.models import Convocation, Kind, Modality
from convocations.scheduling import displacing
from convocations.states import HOLDS_TIME
from convocations.told import manners
from messaging.emails import Mail, Overtaken, Row, composes
from messaging.models import OutboxMessage


@composes(
    deeds.MAIL_CANCELLED,
    "cancelled",
    label="rendez-vous annulé",
    group=NoticeGroup.APPOINTMENTS,
    by_post=True,
)
def cancelled_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people that an appointment is cancelled and that they owe nothing for it."""
    return composed(rows, now, _cancelled)


@composes(
    deeds.MAIL_MOVED, "moved", label="rendez-vous déplacé", group=NoticeGroup.APPOINTMENTS, by_post=True
)
def moved_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people the old and the new hour of an appointment that moved."""
    return composed(rows, now, _moved)


@composes(
    deeds.MAIL_DISPLACED,
    "displaced",
    label="rendez-vous à déplacer",
    group=NoticeGroup.APPOINTMENTS,
    by_post=True,
)
def displaced_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people not to come, why, and that they may pick another date; what holds again by then is not announced."""
    return composed(rows, now, _displaced)


@composes(
    deeds.MAIL_HOLDS_AGAIN,
    "holds_again",
    label="rendez-vous de nouveau possible",
    group=NoticeGroup.APPOINTMENTS,
    by_post=True,
)
def holds_again_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people who were told not to come that the appointment takes place after all."""
    written = OutboxMessage.objects.filter(
        person_id__in={row.person_id for row in rows},
        kind=deeds.MAIL_DISPLACED,
        subject_id__in={row.subject_id for row in rows},
    ).filter(Q(accepted_at__isnull=False) | Q(state=OutboxMessage.State.LETTER))
    told = set(written.values_list("subject_id", flat=True))
    return composed([row for row in rows if row.subject_id in told], now, _holds_again)


# --- words --------------------------------------------------------------------


def _cancelled(convocation: Convocation, row: Row, now: datetime) -> Mail | None:
    when = when_of(convocation)
    return mail_about(
        convocation,
        subject=f"Annulé : votre rendez-vous {named(convocation)}",
        title=(title := f"Votre rendez-vous {named(convocation)} est annulé"),
        preheader="Vous n’avez rien à faire. Cette annulation ne compte pas pour vous.",
        paragraphs=[
            "Il n’a pas lieu : vous n’avez rien à faire. "
            "Cette annulation vient de l’agence : elle ne vous est jamais comptée.",
            "La raison est dans votre espace.",
        ],
        action="Voir le rendez-vous annulé",
        asks_to_come=False,
        letter=lambda: letters.cancelled(convocation, when, title),
    )


def _moved(convocation: Convocation, row: Row, now: datetime) -> Mail | None:
    new = convocation.successor
    if new is None or new.starts_at <= now:
        return None
    after = manners.when(new, convocation.agency.place.zone)
    if new.starts_at == convocation.starts_at and new.modality == Modality.IN_PERSON:
        return _now_in_person(convocation, new, after)
    return mail_about(
        new,
        subject=f"Nouvelle date : {after}",
        title=(title := _moved_to(new, after)),
        preheader=f"L’ancien rendez-vous ({when_of(convocation)}) n’existe plus.",
        paragraphs=[
            f"Avant : {when_of(convocation)}. Ce rendez-vous n’existe plus.",
            f"Maintenant : {after}.",
            "Ce déplacement vient de l’agence : il ne vous est jamais compté.",
        ],
        action="Voir le nouveau rendez-vous",
        letter=lambda: letters.moved(convocation, new, title),
    )


def _moved_to(new: Convocation, after: str) -> str:
    if new.modality == Modality.ASYNC_MESSAGE:
        return f"Votre échange par écrit aura lieu {after}"
    return f"Votre rendez-vous est déplacé au {after}"


def _now_in_person(convocation: Convocation, new: Convocation, when: str) -> Mail:
    title = f"Votre rendez-vous du {when} se fait en agence"
    return mail_about(
        new,
        subject=title,
        title=title,
        preheader="Le jour et l’heure restent les mêmes.",
        paragraphs=[
            "Même jour, même heure : seul le lieu change.",
            manners.where(new),
            "Ce changement vient de l’agence : il ne vous est jamais compté.",
        ],
        action="Voir le rendez-vous",
        letter=lambda: letters.moved(convocation, new, title),
    )


def _displaced(convocation: Convocation, row: Row, now: datetime) -> Mail | None:
    why = displacing.kept_from(convocation, now)
    if not why:
        return None
    may_pick = convocation.is_binding and needs_own_hour(
        Kind(convocation.kind), Modality(convocation.modality)
    )
    pick = (
        "Choisissez une autre date dans votre espace : elle est acceptée tout de suite. "
        "Ce n’est pas compté comme un report."
    )
    return mail_about(
        convocation,
        subject=f"Impossible comme prévu : votre rendez-vous {named(convocation)}",
        title=(title := f"Votre rendez-vous {named(convocation)} ne peut pas avoir lieu comme prévu"),
        preheader=f"{manners.NOT_THEN[convocation.modality]} Rien ne vous est reproché.",
        paragraphs=[
            f"La raison : {why}.",
            f"{manners.NOT_THEN[convocation.modality]} Rien ne vous est reproché.",
            *(
                [pick, "Sinon, votre conseiller vous propose une autre date."]
                if may_pick
                else ["Votre conseiller vous propose une autre date."]
            ),
        ],
        action="Choisir une autre date" if may_pick else "Voir le rendez-vous",
        asks_to_come=False,
        letter=lambda: letters.displaced(
            convocation, when_of(convocation), title, why=why, may_pick=may_pick
        ),
    )


def _holds_again(convocation: Convocation, row: Row, now: datetime) -> Mail | None:
    if convocation.state not in HOLDS_TIME or convocation.starts_at <= now:
        return None
    if displacing.kept_from(convocation, now):
        return None
    return mail_about(
        convocation,
        subject=f"De nouveau possible : votre rendez-vous {named(convocation)}",
        title=(title := f"Votre rendez-vous {named(convocation)} a bien lieu"),
        preheader="Ce qui l’empêchait a disparu.",
        paragraphs=[
            "Nous vous avions écrit qu’il ne pouvait pas avoir lieu. Ce n’est plus le cas : il a lieu comme prévu.",
            manners.where(convocation),
            "Cette date ne vous convient plus ? Déplacez le rendez-vous dans votre espace, ou appelez votre agence.",
        ],
        action="Voir mon rendez-vous",
        letter=lambda: letters.holds_again(convocation, title),
    )
