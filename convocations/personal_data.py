"""What this room holds about a person: appointments, their proof, absences, calls; and how long."""

from datetime import datetime, timedelta

from convocations.archive import erasing
from convocations.models import (
    Absence,
    CalendarFeed,
    CallTask,
    CallTry,
    ChangeRequest,
    Commune,
    CommuneName,
    Convocation,
    ConvocationBatch,
    CoverageEdition,
    DeliveryEvidence,
    Displacement,
    Explanation,
    Extension,
    FixedCoverage,
    FollowUpTask,
    Justificatif,
    MobileCoverage,
    SlotHold,
    SwornStatement,
)
from portal.core import parameters
from portal.core.french import plural
from portal.core.personal_data import (
    Outcome,
    column,
    days,
    erase,
    goes_with_the_file,
    held,
    kept_out,
    nobodys,
    retained,
    who,
)

INSIDE = "un numéro interne, qui ne dit rien de la personne"
WHOSE = "c’est la personne elle-même"
DESK = "sert à ranger la liste du conseiller"

held(
    Convocation,
    "rendez-vous",
    "Vos rendez-vous",
    lambda person: Convocation.objects.filter(claimant_id=person).order_by("starts_at", "pk"),
    [
        column("ref", "Référence"),
        column("bindingness", "Force"),
        column("kind", "Nature"),
        column("modality", "Moyen"),
        column("starts_at", "Début"),
        column("ends_at", "Fin"),
        column("place", "Lieu ou accès"),
        column("purpose", "Objet"),
        column("to_bring", "À apporter"),
        column("kiosk__name", "Espace numérique"),
        who("advisor__user", "Avec"),
        column("agency__name", "Agence"),
        column("state", "État"),
        column("sequence", "Modifications"),
        column("successor__ref", "Remplacé par"),
        column("issued_at", "Envoyé le"),
        column("notice_deadline", "À déposer au plus tard le"),
        column("short_notice_agreed", "Accord pour un délai court"),
        column("deposited_at", "Déposé le"),
        column("known_at", "Connu le"),
        column("read_at", "Consulté le"),
        column("recorded_at", "Présence enregistrée le"),
        who("recorded_by", "Présence enregistrée par"),
        column("note", "Note"),
        column("content_hash", "Empreinte SHA-256 de ce qui vous a été montré"),
    ],
    left_out={"id": INSIDE, "claimant": WHOSE, "record_due_at": DESK, "record_escalated_at": DESK},
)
held(
    DeliveryEvidence,
    "preuves-de-notification",
    "Comment vos rendez-vous vous ont été annoncés",
    lambda person: DeliveryEvidence.objects.filter(convocation__claimant_id=person).order_by("pk"),
    [
        column("convocation__ref", "Rendez-vous"),
        column("fact", "Fait"),
        column("at", "Le"),
        column("written_at", "Écrit le"),
        who("by", "Par"),
        column("detail", "Précision"),
        column("shown_hash", "Empreinte SHA-256 de ce qui a été montré"),
    ],
    left_out={"id": INSIDE, "message_id": INSIDE},
)
held(
    Absence,
    "absences",
    "Vos absences et ce qui a été décidé",
    lambda person: Absence.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("convocation__ref", "Rendez-vous"),
        who("advisor__user", "Examinée par"),
        column("agency__name", "Agence"),
        column("state", "État"),
        column("recorded_at", "Enregistrée le"),
        column("explanation_due_at", "Explications jusqu’au"),
        column("explained_at", "Expliquée le"),
        column("period_ended_at", "Période close le"),
        column("closes_at", "Close sans décision le"),
        column("decided_at", "Décidée le"),
        who("decided_by", "Décidée par"),
        column("reasons", "Raisons"),
        column("report", "Rapport factuel"),
        column("new_appointment__ref", "Nouveau rendez-vous"),
        column("annulled_at", "Annulée le"),
        who("annulled_by", "Annulée par"),
        column("annulment_reason", "Raison de la correction"),
    ],
    left_out={"id": INSIDE, "claimant": WHOSE, "decide_by": DESK, "escalated_at": DESK},
)
held(
    Explanation,
    "explications",
    "Vos explications",
    lambda person: Explanation.objects.filter(absence__claimant_id=person).order_by("pk"),
    [
        column("absence__ref", "Absence"),
        column("motive", "Motif"),
        column("text", "Explication"),
        column("sworn", "Déclaration sur l’honneur"),
        column("given_at", "Reçue le"),
        who("given_by", "Donnée par"),
        column("after_period", "Après la période"),
        column("content_hash", "Empreinte SHA-256 de l’envoi"),
    ],
    left_out={"id": INSIDE, "form_key": "sert à ne pas compter deux fois le même envoi"},
)
held(
    Justificatif,
    "justificatifs",
    "L’examen de vos justificatifs",
    lambda person: Justificatif.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("document__ref", "Document"),
        column("absence__ref", "Absence"),
        column("request__ref", "Demande"),
        who("advisor__user", "Confié à"),
        column("state", "État"),
        column("sent_at", "Envoyé le"),
        column("review_by", "À examiner avant le"),
        column("reviewed_at", "Examiné le"),
        who("reviewed_by", "Examiné par"),
        column("remark", "Remarque"),
        column("complete_by", "À compléter avant le"),
    ],
    left_out={"id": INSIDE, "claimant": WHOSE, "explanation": INSIDE},
)
held(
    ChangeRequest,
    "demandes",
    "Vos demandes au sujet de vos rendez-vous",
    lambda person: ChangeRequest.objects.filter(claimant_id=person).order_by("submitted_at", "pk"),
    [
        column("ref", "Référence"),
        column("convocation__ref", "Rendez-vous"),
        column("kind", "Nature"),
        column("channel", "Voie"),
        column("state", "État"),
        column("motive", "Motif"),
        column("text", "Explication"),
        column("wished_start", "Début souhaité"),
        column("wished_end", "Fin souhaitée"),
        column("wished_modality", "Moyen souhaité"),
        column("wants_call", "Souhaite être appelé"),
        column("needs", "Aménagements"),
        column("submitted_at", "Envoyée le"),
        who("submitted_by", "Envoyée par"),
        column("is_late", "Tardive"),
        column("counts", "Comptée"),
        column("opened_at", "Lue le"),
        who("advisor__user", "Confiée à"),
        column("agency__name", "Agence"),
        column("decide_by", "Réponse avant le"),
        column("docs_asked", "Documents demandés"),
        column("docs_due_at", "Documents attendus avant le"),
        column("rule", "Règle appliquée"),
        column("closed_at", "Close le"),
        who("decided_by", "Réponse de"),
        column("reasons", "Raisons"),
        column("correction", "Votre correction"),
        column("corrected_at", "Corrigée le"),
        column("content_hash", "Empreinte SHA-256 de ce que vous avez envoyé"),
    ],
    left_out={
        "id": INSIDE,
        "claimant": WHOSE,
        "form_key": INSIDE,
        "state_before": "l’état du rendez-vous, que son journal raconte",
        "escalated_at": DESK,
        "correction_open": DESK,
    },
)
held(
    SwornStatement,
    "declarations",
    "Vos déclarations sur l’honneur",
    lambda person: SwornStatement.objects.filter(request__claimant_id=person).order_by("pk"),
    [
        column("request__ref", "Demande"),
        column("text", "Texte signé"),
        column("signed_name", "Nom tapé"),
        column("signed_at", "Signée le"),
        who("signed_by", "Signée par"),
        column("content_hash", "Empreinte SHA-256 de la déclaration"),
    ],
    left_out={"id": INSIDE},
)
held(
    Extension,
    "delais-prolonges",
    "Vos délais prolongés après une panne du portail",
    lambda person: Extension.objects.filter(absence__claimant_id=person).order_by("pk"),
    [
        column("absence__ref", "Absence"),
        column("justificatif__ref", "Justificatif"),
        column("outage__reason", "Panne"),
        column("ended_at", "Fin avant"),
        column("ends_at", "Fin maintenant"),
        column("given_at", "Prolongé le"),
    ],
    left_out={"id": INSIDE},
)
held(
    CallTask,
    "appels-a-passer",
    "Les appels que nous devions vous passer",
    lambda person: CallTask.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("convocation__ref", "Rendez-vous"),
        who("advisor__user", "Par"),
        column("reason", "Raison"),
        column("state", "État"),
        column("opened_at", "Depuis le"),
        column("due_at", "Avant le"),
        column("closed_at", "Clos le"),
        column("topic", "Sujet de votre demande"),
        column("phone", "Numéro que vous avez donné"),
        column("reachable", "Quand vous êtes joignable"),
        column("words", "Précision"),
        column("content_hash", "Empreinte SHA-256 de votre demande"),
    ],
    left_out={"id": INSIDE, "claimant": WHOSE},
)
held(
    CallTry,
    "appels-passes",
    "Les appels que nous vous avons passés",
    lambda person: CallTry.objects.filter(task__claimant_id=person).order_by("pk"),
    [
        column("task__ref", "Appel"),
        column("at", "Le"),
        who("by", "Par"),
        column("reached", "Vous avez répondu"),
        column("note", "Note"),
    ],
    left_out={"id": INSIDE},
)
held(
    CalendarFeed,
    "agenda-prive",
    "L’adresse privée de votre agenda",
    lambda person: CalendarFeed.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("opened_at", "Créée le"),
        column("closed_at", "Arrêtée le"),
        column("generation", "Nombre d’adresses créées"),
    ],
    left_out={
        "claimant": WHOSE,
        "nonce": "un secret qui protège votre agenda",
        "key_hash": "un secret qui protège votre agenda",
    },
)
nobodys(Commune, CommuneName, CoverageEdition, MobileCoverage, FixedCoverage)
held(
    FollowUpTask,
    "suivis-a-faire",
    "Ce que votre conseiller devait faire pour votre suivi",
    lambda person: FollowUpTask.objects.filter(claimant_id=person).order_by("pk"),
    [
        column("ref", "Référence"),
        column("convocation__ref", "Rendez-vous"),
        who("advisor__user", "Par"),
        column("agency__name", "Agence"),
        column("reason", "Raison"),
        column("state", "État"),
        column("opened_at", "Depuis le"),
        column("due_at", "Avant le"),
        column("closed_at", "Clos le"),
        column("note", "Note"),
    ],
    left_out={"id": INSIDE, "claimant": WHOSE, "escalated_at": DESK},
)
kept_out(
    "un envoi groupé : chaque rendez-vous qu’il a créé est dans la copie de la personne", ConvocationBatch
)
kept_out("un créneau gardé pendant que vous remplissez une demande, ou tant qu’elle attend", SlotHold)
kept_out("range la liste du conseiller tant que le rendez-vous n’est pas déplacé", Displacement)
goes_with_the_file(SlotHold, lambda person: SlotHold.objects.filter(claimant_id=person))
goes_with_the_file(Displacement, lambda person: Displacement.objects.filter(convocation__claimant_id=person))


# --- how long ---------------------------------------------------------------------


@retained(
    "batches",
    "Le résultat des envois groupés",
    why="Pour que votre conseiller sache à qui un envoi n’est pas parti.",
    how_long=lambda: days("retention_trace_days"),
)
def _batches(now: datetime, dry_run: bool) -> Outcome:
    before = now - timedelta(days=parameters.current().retention_trace_days)
    return Outcome(erase(ConvocationBatch.objects.filter(issued_at__lt=before), dry_run=dry_run))


def _file_years() -> str:
    numbers = parameters.current()
    active = plural(numbers.retention_file_years, "an")
    return f"{active} pour le suivi, puis {plural(numbers.retention_archive_years, 'an')} en archive"


@retained(
    "files",
    "Vos rendez-vous, leurs preuves, vos messages, vos absences, les décisions et votre journal",
    why="Pour vous suivre, et pour que vous puissiez prouver ce qui s’est passé.",
    how_long=_file_years,
)
def _files(now: datetime, dry_run: bool) -> Outcome:
    """Count the files that are beyond both periods: erasing them is the owner's deed (`manage.py erase_files`).

    The application's role cannot, and must not: see docs/retention.md.
    """
    return Outcome(held_back=erasing.count_over(now))
