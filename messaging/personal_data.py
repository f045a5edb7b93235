"""What messaging holds about a person: that e-mails were sent, of what kind, when; never their text. And how long."""

from datetime import datetime, timedelta

from messaging import emails, outbox
from messaging.models import OutboxMessage
from portal.core import parameters
from portal.core.personal_data import Outcome, column, days, held, retained
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
