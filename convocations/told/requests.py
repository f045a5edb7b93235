"""What a person reads about a request: what they may ask, what it counts for, where it stands, what comes next."""

from datetime import datetime, tzinfo
from typing import Any

from convocations.models import ChangeRequest, Convocation, Modality
from convocations.motives import RULES, Motive
from convocations.requests.grounds.counting import Tolerance
from convocations.states import RequestState
from convocations.told.words import KINDS, MODALITIES, Said
from portal.core import parameters
from portal.core.french import NBSP, full_date, full_datetime, full_deadline, of, plural

_D, _K = RequestState, ChangeRequest.Kind

STATES: dict[str, Said] = {
    _D.SUBMITTED: Said(
        "Reçue", "info", "Votre demande est reçue. Tant qu’elle attend, aucune absence ne peut être notée."
    ),
    _D.UNDER_REVIEW: Said(
        "À l’étude",
        "info",
        "Votre conseiller l’a lue. Tant qu’elle attend, aucune absence ne peut être notée.",
    ),
    _D.DOCS_REQUESTED: Said(
        "Documents demandés", "warning", "Envoyez les documents demandés. Votre demande reste ouverte."
    ),
    _D.ACCEPTED: Said("Acceptée", "success", "C’est oui. Votre nouveau rendez-vous est fixé."),
    _D.ACCEPTED_OTHER_SLOT: Said(
        "Acceptée, autre date", "success", "C’est oui, à une autre date ou par un autre moyen. Vérifiez-les."
    ),
    _D.REFUSED: Said(
        "Non acceptée", "warning", "Votre conseiller dit pourquoi. Vous pouvez en parler avec lui ou au 3949."
    ),
    _D.WITHDRAWN: Said("Retirée", "neutral", "Vous avez retiré cette demande. Elle ne compte pas."),
    _D.MOOT: Said("Sans objet", "neutral", "Le rendez-vous a changé autrement. Cette demande ne compte pas."),
}
# What was asked, as the title of its page, its list and its e-mails.
TITLES: dict[str, str] = {
    _K.RESCHEDULE: "Demande d’une autre date",
    _K.MODALITY: "Demande d’un autre moyen",
    _K.INCIDENT: "Problème technique signalé",
}
# Product §8 comes later: today's way to disagree is a person.
REMEDIES = (
    "Vous n’êtes pas d’accord\u202f? Parlez-en d’abord à votre agence ou au 3949. "
    "Vous pouvez ensuite saisir gratuitement le médiateur (article L5312-12-1 du code du travail)."
)
# The same on paper, under a heading, for somebody who may not know what a mediator is nor where.
DISAGREE = (
    "Vous n’êtes pas d’accord",
    (
        "Parlez-en d’abord à votre agence ou au 3949. Vous pouvez ensuite demander l’aide du médiateur, gratuitement "
        "(article L5312-12-1 du code du travail). Il écoute chacun et propose une solution. "
        "Demandez son adresse à votre agence.",
    ),
)


def not_counted(*, displaced: bool, moved: bool) -> str:
    """Say why another date for this appointment is no postponement of the person's; empty where it is one."""
    if displaced:
        return "L’agence ne peut pas tenir ce rendez-vous. Choisir une autre date n’est pas compté comme un report."
    if moved:
        return "Vous avez changé d’agence. Choisir une autre date n’est pas compté comme un report."
    return ""


def counting(tolerance: Tolerance, tz: tzinfo, *, exempt: str = "") -> dict[str, Any]:
    """Say how many postponements are left, which ones were counted, and what never counts; `exempt`: why not this."""
    months = tolerance.months
    if exempt:
        sentence = exempt
    elif tolerance.left:
        sentence = (
            f"Vous pouvez encore déplacer {plural(tolerance.left, 'rendez-vous', 'rendez-vous')} sans dire "
            f"pourquoi, sur {months}{NBSP}mois. Celui-ci sera le {tolerance.rank}."
        )
    else:
        sentence = (
            f"Vous avez déjà déplacé {plural(len(tolerance.counted), 'rendez-vous', 'rendez-vous')} "
            f"en {months}{NBSP}mois. Cette fois, votre conseiller a besoin d’une raison et d’un document."
        )
    return {
        "left": tolerance.left,
        "rank": tolerance.rank,
        "sentence": sentence,
        "counted": tolerance.says(tz),
        "never": "Ne comptent jamais\u00a0: un entretien d’embauche, un travail, une formation, "
        "un problème technique, une annulation de l’agence.",
    }


def answer_within() -> str:
    """Say how long an answer may take: «sous 2 jours ouvrables»."""
    days = parameters.current().request_sla_jours_ouvrables
    return f"sous {plural(days, 'jour ouvrable', 'jours ouvrables')}"


def lead_warning(convocation: Convocation, now: datetime) -> str:
    """Say that it is late to ask, which refuses nothing; empty when it is not."""
    hours = parameters.current().request_lead_hours
    if (convocation.starts_at - now).total_seconds() >= hours * 3600:
        return ""
    return (
        f"Le rendez-vous est dans moins de {hours}{NBSP}heures. Votre demande est reçue quand même. "
        "Appelez aussi votre agence ou le 3949, c’est plus rapide."
    )


def facts(
    row: ChangeRequest, convocation: Convocation, tz: tzinfo, *, to_staff: bool = False
) -> list[dict[str, str]]:
    """List what was asked, for the person's page and papers, or for who answers (`to_staff`)."""
    written = "Ce que la personne a écrit" if to_staff else "Ce que vous avez écrit"
    call = "Oui, la personne le préfère" if to_staff else "Oui, vous préférez être appelé"
    wished = full_datetime(row.wished_start, tz) if row.wished_start else ""
    manner = MODALITIES[row.wished_modality] if row.wished_modality else ""
    needs = [label for value, label in row.claimant.Accommodation.choices if value in row.needs]
    rows = {
        "Rendez-vous": f"{KINDS[convocation.kind]} du {full_datetime(convocation.starts_at, tz)}",
        "Date souhaitée": f"{wished} (gardée jusqu’à la réponse)" if wished and row.keeps_hour else wished,
        "Moyen souhaité": manner if row.kind == _K.MODALITY else "",
        "Aménagements": ", ".join(needs),
        "Raison": Motive(row.motive).label if row.motive else "",
        written if row.channel == ChangeRequest.Channel.WEB else "Ce qui a été noté": row.text,
        "Être appelé": call if row.wants_call else "",
    }
    return [{"label": label, "value": value} for label, value in rows.items() if value]


def receipt_items(row: ChangeRequest, tz: tzinfo) -> list[dict[str, str]]:
    """List who received it, when, and who answers (CRPA L112-11)."""
    agency = row.agency
    return [
        {"label": "Reçue le", "value": full_datetime(row.submitted_at, tz, zone=True)},
        {"label": "Comment", "value": row.get_channel_display()},
        {"label": "Par", "value": f"{agency.name}\n{agency.address}"},
        {"label": "Contact", "value": f"{row.advisor.user}, {agency.phone}"},
    ]


def kept_sentence(modality: str) -> str:
    """Say that the wished hour, with its place at a kiosk, is nobody else's while the request waits."""
    if modality == Modality.KIOSK_VIDEO:
        return "La place et l’heure que vous avez choisies sont gardées pour vous jusqu’à la réponse."
    return "L’heure que vous avez choisie est gardée pour vous jusqu’à la réponse."


def next_steps(row: ChangeRequest, tz: tzinfo) -> list[str]:
    """Say what happens now, in the order it happens."""
    if row.state == _D.DOCS_REQUESTED and row.docs_due_at:
        return [
            f"Envoyez les documents au plus tard le {full_deadline(row.docs_due_at, tz)}.",
            "Sans document, votre conseiller répond avec ce qu’il a. Rien n’est automatique.",
        ]
    if row.is_pending:
        steps = [
            f"Votre conseiller répond par écrit au plus tard le {full_deadline(row.decide_by, tz)}.",
            "Passé ce délai, le responsable de l’agence est prévenu.",
            "Si l’heure du rendez-vous arrive sans réponse, il est gelé\u00a0: aucune absence n’est possible.",
        ]
        if row.keeps_hour:
            steps.insert(1, kept_sentence(row.wished_modality))
        if row.kind == _K.INCIDENT:
            return [
                "Votre conseiller vous appelle dès qu’il peut. Gardez votre téléphone près de vous.",
                *steps[1:],
            ]
        return steps
    if row.state == _D.REFUSED:
        return ["Le rendez-vous reste comme il était, si son heure n’est pas passée.", REMEDIES]
    return []


def counts_sentence(row: ChangeRequest) -> str:
    """Say whether this request is one of the counted postponements."""
    if row.kind != _K.RESCHEDULE:
        return "Cette demande n’est jamais comptée comme un report."
    if row.state in {_D.WITHDRAWN, _D.MOOT, _D.REFUSED}:
        return "Elle n’est pas comptée."
    if row.counts:
        return f"Elle est comptée\u00a0: {parameters.current().free_reschedules} reports sans raison sont possibles."
    return "Elle n’est pas comptée dans vos reports."


def rule_sentence(row: ChangeRequest) -> str:
    """Name the rule that said yes; empty when a person did."""
    return (
        f"Votre demande est acceptée tout de suite par la règle «{NBSP}{row.get_rule_display()}{NBSP}»."
        if row.rule
        else ""
    )


def answered(row: ChangeRequest, tz: tzinfo) -> str:
    """Say who answered, and when."""
    if row.closed_at is None or row.decided_by is None:
        return ""
    return f"Réponse {of(row.decided_by)}, le {full_date(row.closed_at.astimezone(tz))}."


def is_about_health(row: ChangeRequest) -> bool:
    """Say whether what backs it is read by its reviewer alone."""
    return bool(row.motive) and RULES[Motive(row.motive)].is_health
