"""What the health page shows, in the words of the people who read it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from messaging import outbox
from messaging.returns import counting
from portal.core import deadlines, journal
from portal.core.french import number, plural, short_datetime
from portal.core.models import Deadline, JournalEntry, JournalSeal
from portal.web.health import probes
from portal.web.health.probes import State

_ZONE = ZoneInfo(settings.TIME_ZONE)
STUCK_SHOWN = 50
UNSEALED_COUNTED = 10_000
# Something due and not worked for so long means that the workers do not keep up.
LATE = timedelta(minutes=10)

_JOBS = {
    "deadlines": "Échéances",
    "outbox": "Envoi des e-mails",
    "documents-check": "Vérification des documents",
    "letters-close": "Lots de courrier du jour",
    "letters-print": "Préparation du courrier à imprimer",
    "journal-seal": "Scellement du journal",
    "journal-head": "Empreinte quotidienne du journal",
    "following-check": "Vérification nocturne des suivis",
    "files-archive": "Mise en archive des dossiers",
    "retention": "Effacement de ce qui n’est plus à garder",
    "documents-sweep": "Nettoyage du rangement des documents",
}
_WORDS = {
    State.OK: ("En marche", "success"),
    State.DOWN: ("En panne", "danger"),
    State.STALE: ("En retard", "danger"),
    State.ABSENT: ("Absent, par décision", "warning"),
}


@dataclass(frozen=True)
class Part:
    """One part of the portal and how it does."""

    label: str
    state: str
    tone: str
    note: str = ""


@dataclass(frozen=True)
class Health:
    """The whole page."""

    parts: list[Part]
    jobs: list[Part]
    facts: list[dict[str, str]]
    kinds: list[list[str]]
    stuck: list[list[str]]
    stuck_count: int
    problems: list[str]
    # What this installation does without, on purpose: said each time, so that nobody takes it for granted.
    without: list[str]


def health_page(now: datetime) -> Health:
    """Gather what runs, what waits and what is stuck, with each problem in a sentence."""
    asked = [probes.DATABASE, probes.BROKER, probes.DOCUMENTS, probes.SCANNER]
    database, broker, documents, scanner = probes.ask_all(asked)
    parts = [
        _part("Base de données", database),
        _part("File de messages (Redis)", broker),
        _part("Dossier des documents", documents),
        _part("Antivirus", scanner, "Les documents sont nettoyés, mais pas analysés."),
    ]
    jobs = [_job(job) for job in probes.jobs()]
    waiting, mails = deadlines.backlog(now), outbox.backlog(now)
    kinds = deadlines.by_kind(now)
    return Health(
        parts=parts,
        jobs=jobs,
        facts=[*_deadline_facts(waiting), *_mail_facts(mails), *_return_facts(now), *_journal_facts()],
        kinds=[_kind(row) for row in kinds],
        stuck=_stuck_rows(),
        stuck_count=waiting.stuck,
        problems=_problems(parts, jobs, waiting, mails, kinds, now),
        without=[f"{part.label}\u00a0: {part.state.lower()}. {part.note}" for part in parts if part.note],
    )


def _part(label: str, state: State, absent_note: str = "") -> Part:
    words, tone = _WORDS[state]
    return Part(label, words, tone, absent_note if state is State.ABSENT else "")


def _job(job: probes.Job) -> Part:
    words, tone = _WORDS[job.answer]
    if job.at is None and job.answer is State.OK:
        words, tone = "Pas encore passé", "neutral"
    return Part(_JOBS.get(job.name, job.name), words, tone, _when(job.at) if job.at else "Jamais")


def _problems(
    parts: list[Part],
    jobs: list[Part],
    waiting: deadlines.Backlog,
    mails: outbox.Backlog,
    kinds: list[deadlines.Waiting],
    now: datetime,
) -> list[str]:
    told = [f"{part.label}\u00a0: {part.state.lower()}." for part in [*parts, *jobs] if part.tone == "danger"]
    if waiting.stuck:
        told.append(f"{plural(waiting.stuck, 'échéance est bloquée', 'échéances sont bloquées')}.")
    if waiting.oldest_due and now - waiting.oldest_due > LATE:
        told.append(f"Une échéance attend depuis le {_when(waiting.oldest_due)}.")
    if any(not row.label for row in kinds):
        told.append("Des échéances sont d’une nature que ce programme ne connaît pas.")
    if mails.oldest and now - mails.oldest > LATE:
        told.append(f"Un e-mail attend depuis le {_when(mails.oldest)}.")
    if mails.given_up:
        told.append(f"{plural(mails.given_up, 'e-mail abandonné', 'e-mails abandonnés')} depuis 30 jours.")
    return told


def _deadline_facts(waiting: deadlines.Backlog) -> list[dict[str, str]]:
    return [
        _fact("Échéances dues, non traitées", _at_most(waiting.due, deadlines.COUNT_AT_MOST)),
        _fact("Plus ancienne échéance due", _when(waiting.oldest_due)),
        _fact("Échéances bloquées", number(waiting.stuck)),
    ]


def _mail_facts(mails: outbox.Backlog) -> list[dict[str, str]]:
    return [
        _fact("E-mails à envoyer", _at_most(mails.pending, 10_000)),
        _fact("Plus ancien e-mail à envoyer", _when(mails.oldest)),
        _fact("Adresses refusées depuis 30 jours", number(mails.refused)),
        _fact("E-mails abandonnés depuis 30 jours", number(mails.given_up)),
        _fact("E-mails non envoyés, adresse arrêtée, depuis 30 jours", _at_most(mails.withheld, 10_000)),
    ]


def _return_facts(now: datetime) -> list[dict[str, str]]:
    back = counting.counted(now)
    return [
        _fact("E-mails revenus depuis 30 jours", _at_most(back.bounced, counting.AT_MOST)),
        _fact("E-mails signalés indésirables depuis 30 jours", _at_most(back.complained, counting.AT_MOST)),
        _fact("Retours sur un message inconnu depuis 30 jours", _at_most(back.unknown, counting.AT_MOST)),
        _fact("Adresses arrêtées", _at_most(back.stopped, counting.AT_MOST)),
        _fact("Dernier retour reçu", _when(back.last)),
    ]


def _journal_facts() -> list[dict[str, str]]:
    last = JournalSeal.objects.order_by("-id").first()
    unsealed = JournalEntry.objects.filter(id__gt=last.last_id if last else 0)[: UNSEALED_COUNTED + 1].count()
    return [
        _fact("Écritures du journal non scellées", _at_most(unsealed, UNSEALED_COUNTED)),
        _fact("Dernier sceau du journal", _when(last.sealed_at if last else None)),
        _fact("Empreinte du journal", journal.head() or "–"),
    ]


def _stuck_rows() -> list[list[str]]:
    labels = {kind: declared.label for kind, declared in deadlines.kinds().items()}
    return [
        [
            labels.get(row.kind, f"Nature {row.kind}"),
            str(row.subject_id),
            _when(row.due_at),
            row.last_error or "–",
        ]
        for row in Deadline.objects.filter(state=Deadline.State.STUCK).order_by("id")[:STUCK_SHOWN]
    ]


def _kind(row: deadlines.Waiting) -> list[str]:
    label = row.label or f"Nature {row.kind}, inconnue"
    return [label, _at_most(row.due, deadlines.COUNT_AT_MOST), _when(row.oldest_due)]


def _fact(label: str, value: str) -> dict[str, Any]:
    return {"label": label, "value": value}


def _at_most(count: int, limit: int) -> str:
    return f"plus de {number(limit)}" if count >= limit else number(count)


def _when(moment: datetime | None) -> str:
    return short_datetime(moment, _ZONE) if moment else "–"
