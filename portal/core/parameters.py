"""Every number a deployment may change, typed, in one place, with its meaning and its bounds.

The defaults are the product's; `docs/parameters.md` is printed from here. A deployment changes one in
the back office: a `ParameterOverride` row, read at most every ten seconds by each process. Numbers the
law fixes are no parameters: they stand in the process that applies them, with their article.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any

from django.core.exceptions import ValidationError

logger = logging.getLogger(__name__)

# How long a value once read is believed, in seconds.
_BELIEVED = 10.0
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
    # --- §4 answering a convocation
    free_reschedules: int = _number(2, "Reports acceptés sans motif", "reports", (0, 12), "4")
    reschedule_window_months: int = _number(
        12, "Période sur laquelle les reports sont comptés", "mois", (1, 36), "4"
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
    # --- §9 contact
    no_contact_days: int = _number(60, "Sans contact depuis\u00a0: signaler après", "jours", (7, 365), "9")
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
    retention_email_days: int = _number(730, "Conservation des e-mails envoyés", "jours", (30, 3650), "15")
    closed_deadline_retention_days: int = _number(
        90, "Conservation des échéances closes", "jours", (7, 3650), "15"
    )


FIELDS: Mapping[str, Field[Any]] = {declared.name: declared for declared in fields(Parameters)}
DEFAULTS = Parameters()

# (smaller, larger): what a pair of parameters must keep for the product to make sense.
_IN_ORDER = (
    ("portfolio_min", "portfolio_max"),
    ("absence_reminder_working_days", "absence_supervisor_working_days"),
    ("known_late_hours", "notice_floor_hours"),
)


def checked(key: str, value: object) -> int | tuple[int, ...]:
    """Give the typed value of an override, or raise a ValidationError with the French sentence."""
    declared = FIELDS.get(key)
    if declared is None:
        raise ValidationError(f"Le paramètre «\u00a0{key}\u00a0» n’existe pas.")
    if isinstance(declared.default, tuple):
        return _checked_steps(declared, value)
    return _checked_number(declared, value)


def check_override(key: str, value: object) -> None:
    """Refuse an override that is mistyped, out of bounds, or at odds with the others in force."""
    change: dict[str, Any] = {key: checked(key, value)}
    proposed = replace(current(), **change)
    for smaller, larger in _IN_ORDER:
        if key in (smaller, larger) and getattr(proposed, smaller) > getattr(proposed, larger):
            raise ValidationError(
                f"«\u00a0{FIELDS[smaller].metadata['label']}\u00a0» ne peut pas dépasser "
                f"«\u00a0{FIELDS[larger].metadata['label']}\u00a0»."
            )


def _checked_number(declared: Field[Any], value: object) -> int:
    low, high, unit = (declared.metadata[name] for name in ("min", "max", "unit"))
    # bool is an int to Python and no number to anybody else.
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValidationError(f"{declared.metadata['label']}\u00a0: indiquez un nombre entier.")
    if not low <= value <= high:
        raise ValidationError(
            f"{declared.metadata['label']}\u00a0: indiquez un nombre entre {low} et {high} ({unit})."
        )
    return value


def _checked_steps(declared: Field[Any], value: object) -> tuple[int, ...]:
    label = declared.metadata["label"]
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= 6:
        raise ValidationError(f"{label}\u00a0: indiquez une liste de un à six nombres.")
    steps = tuple(_checked_number(declared, step) for step in value)
    if list(steps) != sorted(set(steps), reverse=True):
        raise ValidationError(f"{label}\u00a0: indiquez des nombres différents, du plus grand au plus petit.")
    return steps


# --- the values in force --------------------------------------------------------
_read: tuple[float, Parameters] | None = None


def current() -> Parameters:
    """Give the parameters in force; at most ten seconds old, one small query when older."""
    global _read
    asked_at = time.monotonic()
    read = _read
    if read is not None and 0 <= asked_at - read[0] < _BELIEVED:
        return read[1]
    # Two threads may ask at once: both read the same rows, and neither waits for the other.
    in_force = merged(load_overrides())
    _read = (asked_at, in_force)
    return in_force


def forget() -> None:
    """Read the overrides anew at the next question."""
    global _read
    _read = None


def load_overrides() -> dict[str, object]:
    """Read what this deployment changed."""
    from portal.core.models import ParameterOverride

    return dict(ParameterOverride.objects.values_list("key", "value"))


def merged(overrides: Mapping[str, object]) -> Parameters:
    """Put overrides over the defaults; one that no longer fits is left out and said in the log.

    A release may drop a parameter or narrow its bounds: the portal must not stop for it.
    """
    valid: dict[str, Any] = {}
    for key, value in overrides.items():
        try:
            valid[key] = checked(key, value)
        except ValidationError as refused:
            logger.error("Parameter override %s ignored: %s", key, " ".join(refused.messages))
    return replace(DEFAULTS, **valid)


# --- the documentation ----------------------------------------------------------
def printed() -> str:
    """Give the page of the documentation that lists them: what `docs/parameters.md` must say."""
    lines = [
        "# Parameters",
        "",
        "Numbers a deployment may change in the back office, under «\u00a0paramètres modifiés\u00a0».",
        "Each process takes a change up within ten seconds. This page is printed from",
        "`portal/core/parameters.py`; a test compares the two.",
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
