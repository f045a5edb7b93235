"""E-mails about an appointment, to the person convoked or invited."""

from collections.abc import Callable, Sequence
from datetime import datetime

from accounts.models import NoticeGroup
from convocations import deeds
from convocations.letters import appointments as letters
from convocations.models import Bindingness, Convocation, Modality
from convocations.scheduling import displacing
from convocations.states import AHEAD, ConvocationState
from convocations.told import manners
from messaging.emails import Mail, Overtaken, Row, Words, composes
from messaging.mails.notices import to_person
from portal.core.french import days_left, duration, first_up

_WHY = "vous êtes suivi par le service public de l’emploi et ce rendez-vous vous concerne."
_BINDING = (
    "C’est une convocation : votre présence est attendue. Si vous ne pouvez pas venir, dites-le dès que possible. "
    "Ne pas venir n’entraîne rien d’automatique : vous pourrez toujours vous expliquer."
)
_WRITE = (
    "C’est une convocation : votre réponse écrite est attendue. Si vous ne pouvez pas répondre, "
    "dites-le dès que possible. "
    "Ne pas répondre n’entraîne rien d’automatique : vous pourrez toujours vous expliquer."
)
_OFFER_TO_WRITE = (
    "C’est une invitation : vous êtes libre de répondre ou non. Ne pas répondre est sans conséquence."
)
_NAMES = {True: "convocation", False: "invitation"}
_OFFER = "C’est une invitation : vous êtes libre de venir ou non. Ne pas venir est sans conséquence."


def load(rows: Sequence[Row]) -> dict[int, Convocation]:
    """Read the appointments these mails are about, in one query."""
    found = Convocation.objects.filter(pk__in={row.subject_id for row in rows}).select_related(
        "agency", "advisor__user", "successor__agency", "successor__advisor__user", *displacing.READ_WITH
    )
    return {convocation.pk: convocation for convocation in found}


def composed(
    rows: Sequence[Row], now: datetime, write: Callable[[Convocation, Row, datetime], Mail | Overtaken | None]
) -> dict[int, Mail | Overtaken]:
    convocations = load(rows)
    written = ((row.id, write(convocations[row.subject_id], row, now)) for row in rows)
    return {row_id: mail for row_id, mail in written if mail is not None}


@composes(
    deeds.MAIL_CONVOCATION,
    "convocation",
    label="convocation à un rendez-vous",
    group=NoticeGroup.APPOINTMENTS,
    by_post=True,
)
def convocation_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people that a binding appointment stands in their space, by when it is and where."""
    return composed(rows, now, _announce)


@composes(
    deeds.MAIL_INVITATION,
    "invitation",
    label="invitation à un rendez-vous",
    group=NoticeGroup.APPOINTMENTS,
    by_post=True,
)
def invitation_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people of an offer, and that declining it has no consequence."""
    return composed(rows, now, _announce)


@composes(deeds.MAIL_REMINDER, "reminder", label="rappel d’un rendez-vous", group=NoticeGroup.REMINDERS)
def reminder_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Remind people of a coming appointment; one that has begun or moved away is reminded no more."""
    return composed(rows, now, _remind)


@composes(deeds.MAIL_UNREAD, "unread", label="convocation non lue", group=NoticeGroup.APPOINTMENTS)
def unread_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Write once more to people who have not opened their convocation."""
    return composed(rows, now, _unread)


@composes(
    deeds.MAIL_NOT_PROVEN,
    "not_proven",
    label="rendez-vous à fixer de nouveau",
    group=NoticeGroup.APPOINTMENTS,
    by_post=True,
)
def not_proven_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people that a missed appointment counts for nothing, as nothing proves they knew of it."""
    return composed(rows, now, _not_proven)


@composes(
    deeds.MAIL_TECH_INCIDENT,
    "tech_incident",
    label="incident technique",
    group=NoticeGroup.APPOINTMENTS,
    by_post=True,
)
def tech_incident_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail | Overtaken]:
    """Tell people that a technical problem counts for nothing and that a new date comes."""
    return composed(rows, now, _tech_incident)


# --- words --------------------------------------------------------------------


def _announce(convocation: Convocation, row: Row, now: datetime) -> Mail | Overtaken:
    # While a request waits the appointment stands: who is told by letter is told.
    if convocation.state not in AHEAD | {ConvocationState.RESCHEDULE_PENDING}:
        return Overtaken(f"{_NAMES[convocation.is_binding]} : {convocation.get_state_display()}")
    if convocation.starts_at <= now:
        return Overtaken("l’heure du rendez-vous est passée")
    binding = convocation.is_binding
    when = when_of(convocation)
    act = (
        "Prenez-en connaissance et accusez réception dans votre espace."
        if binding
        else "Dites si vous acceptez."
    )
    title = f"{_what(convocation)} {when}"
    return mail_about(
        convocation,
        subject=f"{'Convocation' if binding else 'Invitation'} : {when}",
        title=title,
        preheader=f"{_countdown(convocation, now)} {act}",
        paragraphs=[*_facts(convocation), _consequence(convocation), act],
        action="Ouvrir la convocation" if binding else "Ouvrir l’invitation",
        deadline_text=_date_and_countdown(convocation, now),
        letter=lambda: letters.announced(convocation, title, _consequence(convocation)),
    )


def _remind(convocation: Convocation, row: Row, now: datetime) -> Mail | None:
    coming = convocation.state in AHEAD or convocation.state == ConvocationState.ACCEPTED
    if not coming or displacing.kept_from(convocation, now):
        return None
    if convocation.starts_at <= now or row.occurrence != int(convocation.starts_at.timestamp()):
        return None
    when = when_of(convocation)
    return mail_about(
        convocation,
        subject=f"Rappel : votre rendez-vous {named(convocation)}",
        # Not the step's «dans 7 jours»: a reminder that catches up may come later than its step.
        title="Votre rendez-vous approche",
        preheader=f"{when}. {_countdown(convocation, now)}",
        paragraphs=[*_facts(convocation), _consequence(convocation)],
        action="Voir mon rendez-vous",
        deadline_text=_date_and_countdown(convocation, now),
    )


def _unread(convocation: Convocation, row: Row, now: datetime) -> Mail | None:
    if convocation.state not in AHEAD or convocation.read_at is not None or convocation.starts_at <= now:
        return None
    if displacing.kept_from(convocation, now):
        return None
    when = when_of(convocation)
    return mail_about(
        convocation,
        subject=f"À lire : votre convocation {when}",
        title="Une convocation vous attend dans votre espace",
        preheader=f"Rendez-vous {when}. {_countdown(convocation, now)}",
        paragraphs=[
            f"Vous avez rendez-vous {when}. La convocation n’a pas encore été ouverte dans votre espace.",
            *_facts(convocation),
            "Ouvrez-la pour voir ce qui est prévu et ce qu’il faut apporter.",
            "Votre conseiller va aussi essayer de vous appeler.",
        ],
        action="Lire ma convocation",
        deadline_text=_date_and_countdown(convocation, now),
    )


def _not_proven(convocation: Convocation, row: Row, now: datetime) -> Mail | None:
    title = "Une nouvelle date va vous être proposée"
    first = (
        "Nous ne pouvons pas prouver que vous avez été prévenu à temps. Ce rendez-vous ne compte donc pas."
    )
    return mail_about(
        convocation,
        subject="Nous allons vous proposer une nouvelle date",
        title=title,
        preheader="Rien ne vous est reproché. Votre conseiller va vous appeler.",
        paragraphs=[
            f"Vous aviez rendez-vous {when_of(convocation)}. {first}",
            "Votre conseiller va vous appeler pour choisir une nouvelle date. Vous pouvez aussi appeler le 3949.",
        ],
        action="Voir le rendez-vous",
        asks_to_come=False,
        letter=lambda: letters.counts_for_nothing(convocation, when_of(convocation), title, first),
    )


def _tech_incident(convocation: Convocation, row: Row, now: datetime) -> Mail | None:
    title = "Votre rendez-vous n’a pas pu se tenir"
    first = f"Le rendez-vous {named(convocation)} a été arrêté par un problème technique. Il ne compte pas."
    return mail_about(
        convocation,
        subject="Incident technique : nouvelle date à venir",
        title=title,
        preheader="Un problème technique ne compte jamais contre vous.",
        paragraphs=[
            first,
            "Votre conseiller va vous appeler pour choisir une nouvelle date, par téléphone si vous préférez.",
        ],
        action="Voir le rendez-vous",
        asks_to_come=False,
        letter=lambda: letters.counts_for_nothing(convocation, when_of(convocation), title, first),
    )


def mail_about(
    convocation: Convocation,
    *,
    subject: str,
    title: str,
    preheader: str,
    paragraphs: Sequence[str],
    action: str,
    deadline_text: str = "",
    asks_to_come: bool = True,
    letter: Callable[[], Words] | None = None,
) -> Mail:
    # Above «il ne compte pas», the word would frighten: it stands where somebody is asked to come.
    kind = Bindingness(convocation.bindingness).name.lower() if asks_to_come else ""
    return to_person(
        convocation.agency,
        subject=subject,
        title=title,
        preheader=preheader,
        paragraphs=paragraphs,
        path=f"/espace/convocations/{convocation.ref}/",
        action=action,
        why=_WHY,
        deadline_text=deadline_text,
        kind=kind,
        letter=letter,
    )


def _what(convocation: Convocation) -> str:
    if convocation.modality == Modality.ASYNC_MESSAGE:
        return "Échange par écrit"
    return "Vous avez rendez-vous" if convocation.is_binding else "Vous êtes invité à un rendez-vous"


def when_of(convocation: Convocation) -> str:
    return manners.when(convocation, convocation.agency.place.zone)


def named(convocation: Convocation) -> str:
    return manners.named(convocation, convocation.agency.place.zone)


def _countdown(convocation: Convocation, now: datetime) -> str:
    by_writing = convocation.modality == Modality.ASYNC_MESSAGE
    # In writing there is a last day to answer, not an hour to be somewhere.
    until = convocation.ends_at if by_writing else convocation.starts_at
    left = days_left(until, now, convocation.agency.place.zone)
    return f"{first_up(left)}."


def _date_and_countdown(convocation: Convocation, now: datetime) -> str:
    when = when_of(convocation)
    return f"{first_up(when)}. {_countdown(convocation, now)}"


def _consequence(convocation: Convocation) -> str:
    if convocation.modality == Modality.ASYNC_MESSAGE:
        return _WRITE if convocation.is_binding else _OFFER_TO_WRITE
    return _BINDING if convocation.is_binding else _OFFER


def _facts(convocation: Convocation) -> list[str]:
    by_writing = convocation.modality == Modality.ASYNC_MESSAGE
    lasts = "" if by_writing else f"Durée : {duration(convocation.minutes)}. "
    return [
        manners.where(convocation),
        manners.DO[convocation.modality],
        *([manners.CHECK[convocation.modality]] if convocation.modality in manners.CHECK else []),
        f"{lasts}Avec : {convocation.advisor.user.get_full_name()}.",
        *(
            [f"{manners.TO_BRING[convocation.modality]} : {convocation.to_bring}."]
            if convocation.to_bring
            else []
        ),
    ]
