"""What messaging holds about a person: threads and what was written in them; that e-mails were sent. And how long."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from accounts.models import User
from messaging import emails, outbox
from messaging.models import (
    Attachment,
    DeliveryEvent,
    Draft,
    Letter,
    LetterBatch,
    Message,
    MessageReading,
    OutboxMessage,
    ReadyText,
    StoppedAddress,
    Thread,
)
from messaging.posting import ending, wording
from messaging.states import AddressState
from messaging.threads import drafts
from portal.core import parameters
from portal.core.personal_data import (
    Outcome,
    column,
    days,
    erase,
    goes_with_the_file,
    held,
    kept_out,
    retained,
    who,
)
from portal.core.personal_data.declaring import Row

INSIDE = "un numéro interne, qui ne dit rien de la personne"
ENGINE = "sert à ne pas envoyer deux fois"
WHOSE = "c’est la personne elle-même"
DESK = "sert à ranger la liste du conseiller"


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


def _written(row: Row, person_id: int) -> Row:
    return _named({**row, "words": wording.as_text(row["words"])}, person_id)


held(
    Letter,
    "lettres",
    "Les lettres que nous vous avons écrites",
    lambda person: Letter.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("kind", "Numéro de la nature"),
        column("agency__name", "Agence"),
        column("words", "Texte"),
        column("recipient", "Adresse"),
        column("state", "État"),
        column("written_at", "Écrite le"),
        column("pages", "Pages"),
        column("set_aside", "Impression écartée : raison"),
        column("called_back_at", "Retirée avant l’impression le"),
        column("called_back_for", "Motif du retrait"),
        column("is_registered", "Recommandée"),
        column("registered_number", "Numéro de recommandé"),
        column("posted_at", "Postée le"),
        column("delivered_at", "Remise le"),
        column("returned_at", "Revenue le"),
        column("return_reason", "Motif du retour"),
        column("content_hash", "Empreinte SHA-256 de ce qui est écrit"),
    ],
    left_out={
        "id": INSIDE,
        "message_id": INSIDE,
        "claimant": WHOSE,
        "subject_id": INSIDE,
        "occurrence": ENGINE,
        "step": ENGINE,
        "batch": "le lot de l’agence, qui porte aussi les lettres d’autres personnes",
    },
    told=_written,
    told_labels={"label": "Nature"},
)
kept_out("les textes tout prêts du service ; ce qui vous a été écrit est dans vos messages", ReadyText)
kept_out("le lot que l’agence imprime ; vos lettres y sont, chacune dans votre copie", LetterBatch)


@retained(
    "letters",
    "Les lettres postées, avec leur texte",
    why="Pour prouver ce qui vous a été écrit.",
    how_long=lambda: days("retention_email_days"),
)
def _letters(now: datetime, dry_run: bool) -> Outcome:
    return ending.let_letters_go(now, dry_run=dry_run)


@retained(
    "letter-files",
    "Les fichiers d’impression des lettres",
    why="Pour imprimer de nouveau une lettre abîmée.",
    how_long=lambda: days("retention_print_days"),
)
def _letter_files(now: datetime, dry_run: bool) -> Outcome:
    return ending.let_files_go(now, dry_run=dry_run)


held(
    Thread,
    "echanges",
    "Vos échanges avec votre conseiller",
    lambda person: Thread.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("topic", "Sujet"),
        column("subject", "Objet"),
        who("advisor__user", "Suivi par"),
        column("agency__name", "Agence"),
        column("state", "État"),
        column("opened_at", "Ouvert le"),
        column("last_at", "Dernier message le"),
        column("last_number", "Messages"),
        column("waiting_since", "Attend une réponse depuis le"),
        column("answer_due_at", "Réponse attendue avant le"),
        column("expected", "Élément attendu de vous"),
        column("expected_by", "Attendu avant le"),
        column("resolved_at", "Réglé le"),
        who("resolved_by", "Réglé par"),
    ],
    left_out={
        "id": INSIDE,
        "claimant": WHOSE,
        "claimant_unread": "se compte dans les lectures",
        "advisor_unread": "se compte dans les lectures",
        "reminded_at": DESK,
        "escalated_at": DESK,
        "days_left": DESK,
    },
)
held(
    Message,
    "messages",
    "Les messages de vos échanges",
    lambda person: Message.objects.filter(thread__claimant_id=person).order_by("thread_id", "number"),
    [
        column("thread__ref", "Échange"),
        column("number", "Numéro"),
        column("side", "De la part de"),
        who("author", "Auteur"),
        column("via", "Voie"),
        column("body", "Texte"),
        column("expected", "Élément attendu"),
        column("expected_by", "Attendu avant le"),
        column("sent_at", "Envoyé le"),
        column("content_hash", "Empreinte SHA-256 de ce qui a été envoyé"),
    ],
    left_out={"id": INSIDE, "form_key": ENGINE},
)
held(
    Attachment,
    "pieces-des-messages",
    "Les documents joints à vos messages",
    lambda person: Attachment.objects.filter(message__thread__claimant_id=person).order_by("pk"),
    [
        column("message__thread__ref", "Échange"),
        column("message__number", "Numéro du message"),
        column("document__ref", "Document"),
        column("document__title", "Nom du document"),
        column("position", "Place"),
    ],
    left_out={"id": INSIDE},
)
held(
    MessageReading,
    "lectures-des-messages",
    "Qui a lu les messages de vos échanges, et quand",
    lambda person: MessageReading.objects.filter(message__thread__claimant_id=person).order_by("pk"),
    [
        column("message__thread__ref", "Échange"),
        column("message__number", "Numéro du message"),
        who("reader", "Lu par"),
        column("at", "Lu le"),
    ],
    left_out={"id": INSIDE},
)
held(
    Draft,
    "brouillons",
    "Vos brouillons de messages",
    # What an advisor has begun to write and not sent is not yet said to anybody.
    lambda person: Draft.objects.filter(author_id=person).order_by("pk"),
    [
        column("thread__ref", "Échange"),
        column("topic", "Sujet"),
        column("subject", "Objet"),
        column("body", "Texte"),
        column("expected", "Élément attendu"),
        column("expected_on", "Attendu pour le"),
        column("documents", "Documents choisis"),
        column("saved_at", "Gardé le"),
    ],
    left_out={"id": INSIDE, "author": WHOSE, "claimant": WHOSE},
)
# What an advisor began to write to them goes too, and each word that came back before the mail it is found by.
goes_with_the_file(Draft, lambda person: Draft.objects.filter(Q(author_id=person) | Q(claimant_id=person)))
goes_with_the_file(
    DeliveryEvent,
    lambda person: DeliveryEvent.objects.filter(
        message_id__in=OutboxMessage.objects.filter(person_id=person).values("pk")
    ),
    before=OutboxMessage,
)


@retained(
    "drafts",
    "Vos brouillons de messages",
    why="Pour que vous puissiez reprendre un message commencé.",
    how_long=lambda: days("retention_draft_days"),
)
def _drafts(now: datetime, dry_run: bool) -> Outcome:
    return Outcome(drafts.let_go(now, dry_run=dry_run))


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
