"""What the ground's own tables hold about a person, and how long: documents, their readings, the journal."""

from datetime import datetime, timedelta

from portal.core import deadlines, journal, parameters
from portal.core.models import (
    Deadline,
    Document,
    DocumentFile,
    DocumentReading,
    ErasedLine,
    Erasure,
    Heartbeat,
    JournalEntry,
    JournalMark,
    JournalSeal,
    Outage,
    ParameterOverride,
)
from portal.core.models.document import DocumentState
from portal.core.personal_data.declaring import Row, column, held, kept_out, nobodys, who
from portal.core.personal_data.retaining import Outcome, days, erase, retained
from portal.core.safe import retention

INSIDE = "un numéro interne, qui ne dit rien de la personne"
PLACE = "la place du fichier dans le rangement : un secret du portail"
WHOSE = "c’est la personne elle-même"

held(
    Document,
    "documents",
    "Vos documents",
    lambda person: Document.objects.filter(owner_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("title", "Nom"),
        column("is_health", "Document de santé"),
        column("state", "État"),
        column("uploaded_at", "Envoyé le"),
        who("uploaded_by", "Envoyé par"),
        column("sha256", "Empreinte SHA-256 de l’envoi"),
        column("size", "Taille envoyée, en octets"),
        column("clean_sha256", "Empreinte SHA-256 de la copie gardée"),
        column("clean_size", "Taille gardée, en octets"),
        column("mime", "Format"),
        column("pages", "Pages"),
        column("scan", "Analyse antivirus"),
        column("rejection", "Pourquoi il n’a pas été gardé"),
        column("settled_at", "Vérifié le"),
        column("keep_until", "Conservé jusqu’au"),
        column("hold", "Effacement suspendu"),
        column("purged_at", "Effacé le"),
    ],
    left_out={"id": INSIDE, "owner": WHOSE, "clean_key": PLACE},
)
held(
    DocumentFile,
    "fichiers-en-verification",
    "Vos fichiers en cours de vérification",
    lambda person: DocumentFile.objects.filter(document__owner_id=person).order_by("pk"),
    [
        column("document__ref", "Document"),
        column("position", "Rang"),
        column("name", "Nom du fichier"),
        column("size", "Taille, en octets"),
    ],
    left_out={"id": INSIDE, "key": PLACE},
)
held(
    DocumentReading,
    "lectures-de-documents",
    "Qui a ouvert vos documents",
    lambda person: DocumentReading.objects.filter(document__owner_id=person).order_by("pk"),
    [
        column("document__ref", "Document"),
        who("reader", "Ouvert par"),
        column("at", "Le"),
    ],
    left_out={"id": INSIDE},
)


def _line(row: Row, person_id: int) -> Row:
    """Tell one line of the journal; where somebody else acted from is theirs, not the reader's."""
    own = row["actor_id"] == person_id
    name = row["actor"] or "Le portail"
    entry = JournalEntry(code=row["code"], data=row["data"])
    return {
        "at": row["at"],
        "deed": journal.sentence(entry, name),
        "actor_role": row["actor_role"],
        "ip": row["ip"] if own else None,
        "data": row["data"],
    }


held(
    JournalEntry,
    "journal",
    "Le journal de votre dossier",
    lambda person: JournalEntry.objects.filter(
        file_id=person,
        code__in=[number for number, kind in journal.codes().items() if kind.shown_to_claimant],
    ).order_by("pk"),
    [
        column("at", "Le"),
        column("code", "Acte"),
        column("actor_id", "Compte"),
        who("actor", "Par"),
        column("actor_role", "Rôle"),
        column("ip", "Depuis l’adresse (vos propres actes)"),
        column("data", "Détail"),
    ],
    left_out={"id": INSIDE, "file_id": WHOSE, "subject_id": INSIDE},
    told=_line,
    told_labels={"deed": "Acte"},
)

kept_out(
    "des dates calculées, sans nom : ce qu’elles annoncent est dit sur le rendez-vous, l’absence ou le document",
    Deadline,
)
nobodys(JournalSeal, JournalMark, Heartbeat, Outage, ParameterOverride, Erasure, ErasedLine)


# --- how long ---------------------------------------------------------------------


@retained(
    "documents",
    "Vos documents",
    why="Pour que vous ne les envoyiez qu’une fois, et pour examiner vos demandes.",
    how_long=lambda: f"{days('retention_document_days')} après leur dernière utilisation",
)
def _documents(now: datetime, dry_run: bool) -> Outcome:
    return Outcome(retention.purge_ordinary(now, dry_run=dry_run), retention.held(now, is_health=False))


@retained(
    "health-documents",
    "Vos documents de santé",
    why="Pour examiner ce que vous avez expliqué, pas plus longtemps.",
    how_long=lambda: f"{days('retention_health_document_days')} après leur dernière utilisation",
)
def _health(now: datetime, dry_run: bool) -> Outcome:
    return Outcome(retention.purge_health(now, dry_run=dry_run), retention.held(now, is_health=True))


@retained(
    "rejected-documents",
    "La trace d’un fichier refusé à la vérification",
    why="Pour vous dire pourquoi il n’a pas été gardé.",
    how_long=lambda: days("retention_rejected_document_days"),
)
def _rejected(now: datetime, dry_run: bool) -> Outcome:
    return Outcome(retention.purge_rejected(now, dry_run=dry_run))


@retained(
    "document-readings",
    "Qui a ouvert vos documents",
    why="Pour que vous le sachiez, et pour voir si quelqu’un lit trop de dossiers.",
    how_long=lambda: f"avec le document, puis {days('retention_trace_days')}",
)
def _readings(now: datetime, dry_run: bool) -> Outcome:
    before = now - timedelta(days=parameters.current().retention_trace_days)
    over = DocumentReading.objects.filter(
        document__state=DocumentState.PURGED, document__purged_at__lt=before, at__lt=before
    )
    return Outcome(erase(over, dry_run=dry_run))


@retained(
    "deadlines",
    "Les échéances passées (rappels, délais)",
    why="Pour vérifier que chaque rappel est parti à temps.",
    how_long=lambda: days("closed_deadline_retention_days"),
)
def _deadlines(now: datetime, dry_run: bool) -> Outcome:
    before = now - timedelta(days=parameters.current().closed_deadline_retention_days)
    if dry_run:
        return Outcome(Deadline.objects.filter(closed_at__lt=before).count())
    return Outcome(deadlines.purge_closed(before))
