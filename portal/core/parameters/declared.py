"""The list itself: what each number means, its default, its unit, its bounds."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

MEGABYTE = 1024 * 1024


def _number(default: int, label: str, unit: str, bounds: tuple[int, int], section: str) -> Any:
    """Declare a whole number; `section` is the product chapter that asks for it."""
    return _declared(default, label, unit, bounds, section)


def _steps(default: tuple[int, ...], label: str, unit: str, bounds: tuple[int, int], section: str) -> Any:
    """Declare a list of whole numbers, from the largest to the smallest."""
    return _declared(default, label, unit, bounds, section)


def _declared(default: Any, label: str, unit: str, bounds: tuple[int, int], section: str) -> Any:
    metadata = {"label": label, "unit": unit, "min": bounds[0], "max": bounds[1], "section": section}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The numbers in force, at one instant."""

    # --- §3 convocations
    notice_floor_hours: int = _number(
        48, "Délai minimal entre la mise à disposition et le rendez-vous", "heures", (24, 720), "3"
    )
    notice_default_days: int = _number(
        8, "Délai proposé entre la convocation et le rendez-vous", "jours", (2, 60), "3"
    )
    known_late_hours: int = _number(
        24, "Convocation connue tardivement\u00a0: moins de", "heures", (1, 168), "3"
    )
    reminder_steps_hours: tuple[int, ...] = _steps(
        (168, 48, 2), "Rappels avant le rendez-vous", "heures", (1, 720), "3"
    )
    unread_check_hours: int = _number(
        48, "Vérification des convocations non lues, avant le rendez-vous", "heures", (3, 168), "3"
    )
    record_status_working_days: int = _number(
        2, "Délai du conseiller pour noter la présence", "jours ouvrés", (1, 20), "3"
    )
    calendar_reads_per_hour: int = _number(
        60, "Lectures d’un agenda privé par son adresse", "lectures par heure", (6, 1000), "3"
    )
    # --- §4 answering a convocation
    free_reschedules: int = _number(2, "Reports acceptés sans motif", "reports", (0, 12), "4")
    reschedule_window_months: int = _number(
        12, "Période sur laquelle les reports sont comptés", "mois", (1, 36), "4"
    )
    request_lead_hours: int = _number(
        24, "Délai conseillé pour demander un changement, avant le rendez-vous", "heures", (1, 168), "4"
    )
    request_sla_jours_ouvrables: int = _number(
        2, "Délai de réponse du conseiller à une demande", "jours ouvrables", (1, 20), "4"
    )
    request_reminder_percent: int = _number(
        75, "Demande sans réponse : rappel au conseiller après", "% du délai", (10, 95), "4"
    )
    request_docs_days: int = _number(
        8, "Délai laissé pour envoyer les documents d’une demande", "jours", (3, 60), "4"
    )
    slot_hold_minutes: int = _number(
        10, "Créneau gardé pour la personne pendant qu’elle remplit sa demande", "minutes", (2, 60), "4"
    )
    # --- §5 justificatifs
    upload_max_bytes: int = _number(
        15 * MEGABYTE, "Taille maximale d’un fichier", "octets", (MEGABYTE, 50 * MEGABYTE), "5"
    )
    upload_max_files: int = _number(10, "Nombre maximal de fichiers par envoi", "fichiers", (1, 12), "5")
    upload_max_pages: int = _number(100, "Nombre maximal de pages d’un document", "pages", (5, 500), "5")
    upload_max_pixels: int = _number(
        64_000_000, "Taille maximale d’une image", "pixels", (12_000_000, 120_000_000), "5"
    )
    justificatif_review_jours_ouvrables: int = _number(
        2, "Délai d’examen d’un justificatif", "jours ouvrables", (1, 20), "5"
    )
    incomplete_days: int = _number(8, "Délai laissé pour compléter un justificatif", "jours", (3, 60), "5")
    retention_document_days: int = _number(730, "Conservation d’un document", "jours", (30, 3650), "5")
    retention_health_document_days: int = _number(
        180, "Conservation d’un document de santé", "jours", (30, 730), "5"
    )
    retention_rejected_document_days: int = _number(
        30, "Conservation d’un fichier refusé à la vérification", "jours", (1, 90), "5"
    )
    retention_trace_days: int = _number(
        183,
        "Conservation des traces techniques (ouvertures de dossiers, envois groupés)",
        "jours",
        (30, 400),
        "5",
    )
    retention_file_years: int = _number(
        3, "Rendez-vous et absences\u00a0: conservés pour le suivi", "ans", (1, 10), "5"
    )
    retention_archive_years: int = _number(
        7, "Rendez-vous et absences\u00a0: archivés ensuite", "ans", (1, 20), "5"
    )
    copies_per_day: int = _number(
        5, "Copies de ses données qu’une personne peut télécharger par jour", "copies", (1, 50), "5"
    )
    # --- §6 absences
    explanation_working_days: int = _number(
        5, "Délai pour expliquer une absence", "jours ouvrés", (5, 30), "6"
    )
    absence_reminder_working_days: int = _number(
        10, "Absence sans décision\u00a0: rappel au conseiller après", "jours ouvrés", (1, 60), "6"
    )
    absence_supervisor_working_days: int = _number(
        12, "Absence sans décision\u00a0: responsable prévenu après", "jours ouvrés", (1, 60), "6"
    )
    absence_close_days: int = _number(
        30, "Absence sans décision\u00a0: classée en faveur de la personne après", "jours", (10, 90), "6"
    )
    # --- §7 measures
    case_examine_days: int = _number(
        15, "Procédure transmise ou prise en main\u00a0: à examiner sous", "jours", (1, 60), "7"
    )
    notice_unread_days: int = _number(
        8, "Lettre d’information ou décision non ouverte\u00a0: lettre et appel après", "jours", (3, 30), "7"
    )
    hearing_notice_days: int = _number(
        5, "Délai entre la fixation d’une audition et sa date", "jours", (2, 30), "7"
    )
    hearing_within_days: int = _number(
        30,
        "Audition demandée et non tenue\u00a0: close en faveur de la personne après",
        "jours",
        (15, 90),
        "7",
    )
    decision_reminder_days: int = _number(
        5, "Décision attendue\u00a0: rappel avant la date limite", "jours", (1, 14), "7"
    )
    comply_min_days: int = _number(
        8, "Avertissement\u00a0: délai minimal pour se mettre en règle", "jours", (1, 90), "7"
    )
    lift_answer_days: int = _number(
        8, "Demande de levée\u00a0: réponse attendue après", "jours", (1, 30), "7"
    )
    # --- §8 appeals
    window_reminder_days: int = _number(
        15, "Délai pour agir\u00a0: premier rappel avant la fin", "jours", (4, 30), "8"
    )
    window_last_reminder_days: int = _number(
        3, "Délai pour agir\u00a0: dernier rappel avant la fin", "jours", (1, 10), "8"
    )
    appeal_reminder_days: int = _number(
        15, "Recours gracieux sans réponse\u00a0: rappel avant le refus par silence", "jours", (5, 45), "8"
    )
    effect_days: int = _number(15, "Recours gagné ou levée\u00a0: effets faits avant", "jours", (3, 60), "8")
    # --- §9 contact
    no_contact_days: int = _number(60, "Sans contact depuis\u00a0: signaler après", "jours", (7, 365), "9")
    call_back_jours_ouvrables: int = _number(
        2, "Délai pour rappeler une personne qui l’a demandé", "jours ouvrables", (1, 10), "9"
    )
    # --- §9 threads
    message_sla_jours_ouvrables: int = _number(
        2, "Délai de réponse du conseiller à un message", "jours ouvrables", (1, 20), "9"
    )
    complaint_sla_days: int = _number(7, "Délai de réponse à une réclamation", "jours", (2, 60), "9")
    message_reminder_percent: int = _number(
        75, "Message sans réponse\u00a0: rappel au conseiller après", "% du délai", (10, 95), "9"
    )
    message_expected_days: int = _number(
        8, "Délai proposé pour envoyer ce que le conseiller demande", "jours", (1, 60), "9"
    )
    retention_draft_days: int = _number(30, "Conservation d’un brouillon de message", "jours", (1, 365), "9")
    # --- §10 portfolios
    portfolio_min: int = _number(
        100, "Portefeuille d’un conseiller\u00a0: repère bas", "personnes", (1, 1000), "10"
    )
    portfolio_max: int = _number(
        150, "Portefeuille d’un conseiller\u00a0: repère haut", "personnes", (1, 1000), "10"
    )
    portfolio_reinforced_max: int = _number(
        70, "Portefeuille en suivi renforcé\u00a0: repère haut", "personnes", (1, 1000), "10"
    )
    first_interview_days: int = _number(
        15, "Premier entretien après un changement d’agence", "jours", (3, 60), "10"
    )
    # --- §1 access and sessions
    mass_reading_per_hour: int = _number(
        60, "Dossiers ouverts par un même compte avant alerte", "dossiers par heure", (10, 1000), "1"
    )
    staff_idle_minutes: int = _number(30, "Déconnexion d’un agent inactif après", "minutes", (5, 60), "1")
    claimant_idle_minutes: int = _number(
        120, "Déconnexion d’un demandeur d’emploi inactif après", "minutes", (15, 480), "1"
    )
    # --- §15 notifications and the books behind them
    outbox_max_attempts: int = _number(
        12, "Essais d’envoi d’un e-mail avant abandon signalé", "essais", (3, 50), "15"
    )
    # A row in the hands of a killed sender waits this long, then the sweeper's next round: ≤ 60 s in all.
    outbox_lease_seconds: int = _number(
        45, "Réservation d’un e-mail par un processus d’envoi", "secondes", (10, 600), "15"
    )
    soft_bounces_stop: int = _number(
        3, "E-mails non remis avant d’arrêter d’écrire à l’adresse", "e-mails", (2, 20), "15"
    )
    soft_bounce_days: int = _number(
        7, "Période sur laquelle les e-mails non remis sont comptés", "jours", (1, 30), "15"
    )
    retention_email_days: int = _number(730, "Conservation des e-mails envoyés", "jours", (30, 3650), "15")
    letters_hour: int = _number(
        7, "Lot de courrier du jour\u00a0: fermé à partir de", "heures (heure de l’agence)", (4, 18), "15"
    )
    retention_print_days: int = _number(
        30, "Conservation d’un fichier d’impression après le dépôt à la poste", "jours", (1, 90), "15"
    )
    closed_deadline_retention_days: int = _number(
        90, "Conservation des échéances closes", "jours", (7, 3650), "15"
    )


FIELDS: Mapping[str, Field[Any]] = {declared.name: declared for declared in fields(Parameters)}
DEFAULTS = Parameters()

# (smaller, larger): what a pair of parameters must keep for the product to make sense.
IN_ORDER = (
    ("portfolio_min", "portfolio_max"),
    ("absence_reminder_working_days", "absence_supervisor_working_days"),
    ("known_late_hours", "notice_floor_hours"),
)


def printed() -> str:
    """Give the page of the documentation that lists them: what `docs/parameters.md` must say."""
    lines = [
        "# Parameters",
        "",
        "Numbers a deployment may change in the back office, under «\u00a0Paramètres\u00a0».",
        "Each process takes a change up within ten seconds. This page is printed from",
        "`portal/core/parameters/declared.py`; a test compares the two.",
        "",
        "| Key | Meaning | Default | Unit | From | To | Product § |",
        "|---|---|---|---|---|---|---|",
    ]
    for key, declared in FIELDS.items():
        low, high = declared.metadata["min"], declared.metadata["max"]
        default: Any = declared.default
        if isinstance(default, tuple):
            default = ", ".join(map(str, default))
        label, unit, section = (declared.metadata[name] for name in ("label", "unit", "section"))
        lines.append(f"| `{key}` | {label} | {default} | {unit} | {low} | {high} | {section} |")
    return "\n".join(lines) + "\n"
