"""What messaging holds about a person: that e-mails were sent, of what kind, when; never their text. And how long."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from accounts.models import User
from messaging import emails, outbox
from messaging.models import DeliveryEvent, OutboxMessage, StoppedAddress
from messaging.states import AddressState
from portal.core import parameters
from portal.core.personal_data import Outcome, column, days, erase, held, retained
from portal.core.personal_data.declaring import Row

INSIDE = "un numéro interne, qui ne dit rien de la personne"
ENGINE = "sert à ne pas envoyer deux fois"


def _named(row: Row, person_id: int) -> Row:
    kind = emails.kind(row["kind"])
    return {"label": kind.label if kind else "e-mail", **row}


held(
    OutboxMessage,
    "e-mails",
    "Les e-mails que nous vous avons envoyés",
    lambda person: OutboxMessage.objects.filter(person_id=person).order_by("pk"),
    [
        column("kind", "Numéro de la nature"),
        column("channel", "Moyen"),
        column("state", "État"),
        column("created_at", "Écrit le"),
        column("accepted_at", "Pris par votre messagerie le"),
        column("settled_at", "Réglé le"),
        column("attempts", "Essais"),
        column("outcome", "Ce qui est revenu"),
        column("outcome_at", "Revenu le"),
    ],
    left_out={
        "id": INSIDE,
        "person": "c’est la personne elle-même",
        "subject_id": INSIDE,
        "occurrence": ENGINE,
        "step": ENGINE,
        "run_at": ENGINE,
        "leased_until": ENGINE,
        "last_error": "la réponse d’un serveur, pour qui le répare",
        "payload": "un code encore valable, effacé dès l’envoi",
    },
    told=_named,
    told_labels={"label": "Nature"},
)

held(
    DeliveryEvent,
    "retours-d-e-mails",
    "Ce qui est revenu des e-mails que nous vous avons envoyés",
    lambda person: DeliveryEvent.objects.filter(
        message_id__in=OutboxMessage.objects.filter(person_id=person).values("pk")
    ).order_by("pk"),
    [
        column("provider", "Reçu de"),
        column("nature", "Nature"),
        column("at", "Survenu le"),
        column("received_at", "Reçu le"),
        column("status", "Code"),
    ],
    left_out={
        "id": INSIDE,
        "event_id": "un numéro de l’expéditeur, qui ne dit rien de la personne",
        "message_id": INSIDE,
        "address_digest": "une empreinte de votre adresse, pour compter",
    },
)
held(
    StoppedAddress,
    "adresses-arretees",
    "Les adresses où nous ne vous écrivons plus",
    lambda person: StoppedAddress.objects.filter(person_id=person).order_by("pk"),
    [
        column("address", "Adresse"),
        column("state", "État"),
        column("reason", "Raison"),
        column("stopped_at", "Arrêtée le"),
        column("reopened_at", "Rouverte le"),
    ],
    left_out={"id": INSIDE, "person": "c’est la personne elle-même"},
)


@retained(
    "emails",
    "La liste des e-mails envoyés (leur texte n’est pas gardé)",
    why="Pour prouver que vous avez été prévenu.",
    how_long=lambda: days("retention_email_days"),
)
def _emails(now: datetime, dry_run: bool) -> Outcome:
    before = now - timedelta(days=parameters.current().retention_email_days)
    if dry_run:
        return Outcome(OutboxMessage.objects.filter(settled_at__lt=before).count())
    return Outcome(outbox.purge(before))


def _trace_ends(now: datetime) -> datetime:
    return now - timedelta(days=parameters.current().retention_trace_days)


@retained(
    "returns",
    "Ce qui est revenu des e-mails (refusés, non remis)",
    why="Pour savoir si nos e-mails vous arrivent.",
    how_long=lambda: days("retention_trace_days"),
)
def _returns(now: datetime, dry_run: bool) -> Outcome:
    return Outcome(erase(DeliveryEvent.objects.filter(received_at__lt=_trace_ends(now)), dry_run=dry_run))


def _as_long_as_it_is_yours() -> str:
    return f"tant que c’est l’adresse d’un compte, puis {days('retention_trace_days')}"


@retained(
    "stopped-addresses",
    "Les adresses où nos e-mails n’arrivent plus",
    why="Pour ne plus y écrire, et vous prévenir autrement.",
    how_long=_as_long_as_it_is_yours,
)
def _stopped(now: datetime, dry_run: bool) -> Outcome:
    """Let go of what works again, and of what is no account's any more."""
    accounts = User.objects.annotate(lower=Lower("email")).filter(lower=OuterRef("address"))
    over = StoppedAddress.objects.filter(
        Q(state=AddressState.REOPENED, reopened_at__lt=_trace_ends(now))
        | Q(state=AddressState.STOPPED, stopped_at__lt=_trace_ends(now)) & ~Exists(accounts)
    )
    return Outcome(erase(over, dry_run=dry_run))
