"""What a person reads about an appointment: one place for its words, so that list, page and proof agree."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from convocations.models import Fact, Kind, Modality
from convocations.states import AbsenceState, ConvocationState, ReviewState
from portal.core.french import NBSP, duration, first_up, full_date, full_datetime, last_day

_S = ConvocationState


@dataclass(frozen=True, slots=True)
class Said:
    """Where an appointment stands: a few words, a tone, and a sentence that says what follows."""

    label: str
    tone: str
    sentence: str


_CALLS_BACK = "Votre agence vous proposera une nouvelle date."
_BINDING = {
    _S.ISSUED: Said("À lire", "warning", "Lisez cette convocation, puis confirmez que vous l’avez reçue."),
    _S.DELIVERED: Said("À lire", "warning", "Lisez cette convocation, puis confirmez que vous l’avez reçue."),
    _S.READ: Said("À confirmer", "warning", "Confirmez que vous avez bien reçu cette convocation."),
    _S.ACKNOWLEDGED: Said("Confirmé", "success", "Vous avez confirmé la réception. À bientôt."),
}
_OFFERED = Said("Réponse libre", "info", "Dites si vous acceptez. Vous pouvez changer d’avis jusqu’au début.")
_INVITED = dict.fromkeys(_BINDING, _OFFERED)
_EITHER = {
    _S.AWAITING_STATUS: Said(
        "Passé",
        "neutral",
        "Ce rendez-vous est passé. L’agence n’a pas encore noté votre présence. Vous n’avez rien à faire.",
    ),
    _S.ATTENDED: Said("Présence notée", "success", "Votre présence est notée. Merci."),
    _S.ABSENT: Said(
        "Absence notée",
        "warning",
        "Une absence est notée. Vous pouvez vous expliquer\u00a0: rien n’est automatique.",
    ),
    _S.EXCUSED: Said("Absence excusée", "success", "Votre absence est excusée. Elle est sans conséquence."),
    _S.TECH_INCIDENT: Said(
        "Incident technique",
        "info",
        f"Un problème technique a empêché ce rendez-vous. Il ne compte pas. {_CALLS_BACK}",
    ),
    _S.NOT_PROVEN: Said(
        "Ne compte pas",
        "info",
        f"Rien ne prouve que vous connaissiez ce rendez-vous. Il ne compte donc pas. {_CALLS_BACK}",
    ),
    _S.CANCELLED_BY_AGENCY: Said(
        "Annulé par l’agence", "neutral", f"L’agence a annulé ce rendez-vous. Il ne compte pas. {_CALLS_BACK}"
    ),
    _S.RESCHEDULE_PENDING: Said(
        "Report demandé",
        "info",
        "Votre demande est à l’étude. Tant qu’elle attend, aucune absence ne peut être notée.",
    ),
    _S.SUPERSEDED: Said(
        "Déplacé", "neutral", "Ce rendez-vous a changé de date. L’ancienne date ne compte plus."
    ),
    _S.CANCELLED: Said("Annulé", "neutral", "Ce rendez-vous est annulé. Vous n’avez rien à faire."),
    _S.ACCEPTED: Said("Vous avez dit oui", "success", "Vous avez accepté. Vous pouvez changer d’avis."),
    _S.DECLINED: Said("Vous avez dit non", "neutral", "Vous avez décliné. C’est votre droit."),
    _S.EXPIRED: Said("Passée", "neutral", "Cette invitation est passée. Rien ne vous est reproché."),
}
_BY_BINDING = {True: {**_EITHER, **_BINDING}, False: {**_EITHER, **_INVITED}}
_HAPPENING = Said("Passé", "neutral", "L’heure de ce rendez-vous est venue.")


# Where an appointment stands that its agency can no longer hold, until it is moved or cancelled.
DISPLACED = Said(
    "À déplacer",
    "warning",
    "Ce rendez-vous ne peut pas avoir lieu comme prévu. Rien ne vous est reproché.",
)


def said(state: str, binding: bool, begun: bool) -> Said:
    """Say where an appointment stands; once it has begun there is nothing left to confirm."""
    if begun and state in _BINDING:
        return _HAPPENING
    return _BY_BINDING[binding][ConvocationState(state)]


KINDS: dict[str, str] = {kind.value: first_up(kind.label) for kind in Kind}
MODALITIES: dict[str, str] = {way.value: first_up(way.label) for way in Modality}

IF_NOT_COMING = {
    True: "Votre présence est attendue. Si vous ne venez pas, l’agence peut noter une absence\u00a0: "
    "vous pourrez vous expliquer, et rien n’est automatique.",
    False: "Vous êtes libre de venir ou non. Si vous ne venez pas, il ne se passe rien.",
}

# Only articles read in the code du travail itself.
LEGAL = (
    "Une absence sans motif légitime fait l’objet d’un examen, avec l’ensemble de votre situation "
    "(articles L5412-1 et R5412-1 du code du travail).",
    "Aucune mesure n’est possible sans vous avoir prévenu par écrit. Vous avez alors dix jours pour répondre "
    "ou demander à être entendu (article R5412-7).",
)
REMEDIES = (
    "Vous n’êtes pas d’accord avec cette convocation\u202f? Parlez-en d’abord à votre agence ou au 3949. "
    "Vous pouvez ensuite saisir gratuitement le médiateur (article L5312-12-1 du code du travail)."
)

# How each fact of the ledger is told to its person: words, icon, tone.
FACTS: dict[str, tuple[str, str, str]] = {
    Fact.DEPOSITED: ("Déposée dans votre espace", "folder-open", ""),
    Fact.EMAIL_ACCEPTED: ("E-mail remis à votre messagerie", "mail", ""),
    Fact.EMAIL_DELIVERED: ("E-mail arrivé dans votre messagerie", "mail", ""),
    Fact.EMAIL_BOUNCED: ("E-mail refusé par votre messagerie", "circle-alert", "warning"),
    Fact.EMAIL_COMPLAINED: ("E-mail signalé comme indésirable", "circle-alert", "warning"),
    Fact.EMAIL_NOT_SENT: ("E-mail non envoyé\u00a0: votre adresse ne marche plus", "circle-alert", "warning"),
    Fact.LETTER_POSTED: ("Lettre postée", "send", ""),
    Fact.LETTER_DELIVERED: ("Lettre remise", "mail-open", "success"),
    Fact.LETTER_RETURNED: ("Lettre revenue à l’agence", "circle-alert", "warning"),
    Fact.CONSULTED: ("Vous avez ouvert cette page pour la première fois", "eye", "success"),
    Fact.ACKNOWLEDGED: ("Vous avez confirmé la réception", "check", "success"),
    Fact.PHONE_CONFIRMED: ("Vous avez confirmé par téléphone", "phone", "success"),
}


_A = AbsenceState
ABSENCES: dict[str, Said] = {
    _A.RECORDED: Said("À expliquer", "warning", "Rien n’est décidé. Dites-nous ce qui s’est passé."),
    _A.EXPLANATION_REQUESTED: Said(
        "À expliquer", "warning", "Rien n’est décidé. Dites-nous ce qui s’est passé."
    ),
    _A.EXPLAINED: Said(
        "À l’étude",
        "info",
        "Votre explication est bien reçue. Votre conseiller la lit et vous répondra par écrit.",
    ),
    _A.EXCUSED: Said("Excusée", "success", "Votre absence est excusée. Elle est sans conséquence."),
    _A.CLOSED_NO_ACTION: Said(
        "Close sans suite", "success", "L’examen est fini, sans suite. Vous n’avez rien à faire."
    ),
    _A.INVITED_TO_REGULARISE: Said(
        "Nouveau rendez-vous",
        "info",
        "Un nouveau rendez-vous vous est donné. Aucune mesure n’est prise.",
    ),
    _A.REFERRED: Said(
        "Transmise pour examen",
        "warning",
        "Une autre personne que votre conseiller va examiner votre situation. Aucune mesure n’est prise.",
    ),
    _A.ANNULLED: Said("Annulée", "success", "Cette absence avait été notée par erreur. Elle ne compte pas."),
}
DISAGREE: dict[str, tuple[str, ...]] = {
    _A.REFERRED: (
        "Si une mesure est envisagée, vous recevrez d’abord une lettre avec les faits. "
        "Vous aurez dix jours pour répondre ou demander à être entendu (article R5412-7 du code du travail).",
        "Une personne de votre choix pourra vous accompagner.",
    ),
}
IF_YOU_DISAGREE = (
    "Appelez votre agence ou le 3949 pour en parler. Vous pouvez demander à voir votre dossier.",
    "Vous pouvez ensuite saisir gratuitement le médiateur (article L5312-12-1 du code du travail).",
)

_R = ReviewState
REVIEWS: dict[str, tuple[str, str]] = {
    _R.IN_REVIEW: ("En cours d’examen", "info"),
    _R.ACCEPTED: ("Accepté", "success"),
    _R.INCOMPLETE: ("À compléter", "warning"),
    _R.REFUSED: ("Non retenu", "neutral"),
}


def when(starts_at: datetime, ends_at: datetime, modality: str, tz: tzinfo) -> str:
    """Say when it takes place in full; a written exchange lasts from one day to another."""
    if modality == Modality.ASYNC_MESSAGE:
        last = full_date(last_day(ends_at, tz))
        return f"Du {full_date(starts_at.astimezone(tz))} au {last} inclus"
    return full_datetime(starts_at, tz, zone=str(tz) != "Europe/Paris")


def lasting(starts_at: datetime, ends_at: datetime, modality: str) -> str:
    """Say how long it lasts; nothing for a written exchange, whose period says it."""
    if modality == Modality.ASYNC_MESSAGE:
        return ""
    return f"Durée{NBSP}: {duration(int((ends_at - starts_at).total_seconds() // 60))}"


def starts_in(starts_at: datetime, now: datetime, tz: tzinfo) -> str:
    """Say how far an appointment is: «Dans 3 jours», «Demain», «Aujourd’hui»."""
    days = (starts_at.astimezone(tz).date() - now.astimezone(tz).date()).days
    if days > 1:
        return f"Dans {days}{NBSP}jours"
    return "Demain" if days else "Aujourd’hui"
