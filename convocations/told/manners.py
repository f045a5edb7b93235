"""In which manner an appointment takes place, and what one does: one text on page, e-mail, paper and calendar."""

from datetime import tzinfo
from typing import Any

from convocations.models import Modality
from portal.core.french import NBSP, full_date, full_datetime, last_day

_M = Modality

# What to do, in the order one does it.
DO: dict[str, str] = {
    _M.IN_PERSON: "Présentez-vous à l’accueil de l’agence à l’heure dite.",
    _M.PHONE: "Votre conseiller vous appelle au numéro de votre dossier. Installez-vous dans un endroit calme. "
    "Votre numéro a changé\u202f? Dites-le à votre agence avant le rendez-vous.",
    _M.VIDEO: "À l’heure dite, ouvrez le lien écrit dans votre espace. Il faut un téléphone, une tablette ou un "
    "ordinateur avec caméra et micro, dans un endroit calme.",
    _M.KIOSK_VIDEO: "Présentez-vous à l’accueil de l’agence quelques minutes avant. "
    "On vous installe devant un poste équipé. Vous n’avez rien à apporter ni à régler pour la vidéo.",
    _M.ASYNC_MESSAGE: "Vous répondez par écrit, quand vous voulez pendant cette période. "
    "Vous n’avez pas à vous déplacer.",
}
# What to try beforehand, and what follows when it fails.
CHECK: dict[str, str] = {
    _M.VIDEO: "La veille, vérifiez trois choses\u00a0: la caméra montre une image, le micro enregistre votre voix, "
    "une vidéo en ligne se lit sans coupure. Un point manque\u202f? "
    "Appelez votre agence\u00a0: un autre moyen est possible. Une panne pendant l’appel ne compte jamais contre vous.",
}
# What «bring» is called where one goes nowhere.
TO_BRING: dict[str, str] = {
    _M.IN_PERSON: "À apporter",
    _M.PHONE: "À préparer",
    _M.VIDEO: "À préparer",
    _M.KIOSK_VIDEO: "À apporter",
    _M.ASYNC_MESSAGE: "À joindre",
}
# What one need not do at the hour of an appointment that cannot take place as announced.
NOT_THEN: dict[str, str] = {
    _M.IN_PERSON: "Vous n’avez pas à venir à cette heure.",
    _M.PHONE: "Vous ne serez pas appelé à cette heure.",
    _M.VIDEO: "Vous n’avez pas à vous connecter à cette heure.",
    _M.KIOSK_VIDEO: "Vous n’avez pas à venir à cette heure.",
    _M.ASYNC_MESSAGE: "Vous n’avez pas à répondre.",
}
# What happens if one does not, for the manner whose «coming» is something else.
IF_NOT: dict[tuple[str, bool], str] = {
    (
        _M.ASYNC_MESSAGE,
        True,
    ): "Votre réponse est attendue avant la fin de la période. Sans réponse, l’agence peut noter "
    "une absence\u00a0: vous pourrez vous expliquer, et rien n’est automatique.",
    (
        _M.ASYNC_MESSAGE,
        False,
    ): "Vous êtes libre de répondre ou non. Si vous ne répondez pas, il ne se passe rien.",
}


def instructions(modality: str) -> str:
    """Say what to do and what to try beforehand."""
    return " ".join(part for part in (DO[modality], CHECK.get(modality, "")) if part)


def when(convocation: Any, tz: tzinfo) -> str:
    """Say when: the hour it starts; for a written exchange the days from one to the other, «du … au … inclus»."""
    if convocation.modality != _M.ASYNC_MESSAGE:
        return full_datetime(convocation.starts_at, tz)
    first = convocation.starts_at.astimezone(tz)
    return f"du {full_date(first)} au {full_date(last_day(convocation.ends_at, tz))} inclus"


def named(convocation: Any, tz: tzinfo) -> str:
    """Name an appointment after its date: «du jeudi 3 décembre 2026 à 14 h 30», «du … au … inclus»."""
    said = when(convocation, tz)
    return said if said.startswith("du ") else f"du {said}"


def where(convocation: Any) -> str:
    """Say where to go, or how the other side is reached; the e-mail leaves number and link to the space."""
    place = convocation.place or f"{convocation.agency.name}, {convocation.agency.address}"
    return {
        _M.IN_PERSON: f"Où{NBSP}: {place}.",
        _M.PHONE: f"Comment{NBSP}: par téléphone.",
        _M.VIDEO: f"Comment{NBSP}: en vidéo, depuis chez vous.",
        _M.KIOSK_VIDEO: f"Où{NBSP}: {place}, en vidéo depuis l’agence.",
        _M.ASYNC_MESSAGE: f"Comment{NBSP}: par échange écrit. {place}",
    }[Modality(convocation.modality)]


def default_place(person: Any, modality: str) -> str:
    """Say where an appointment takes place when nobody wrote it: the agency, or the person's telephone."""
    if modality == _M.PHONE:
        if not person.phone:
            return f"Donnez votre numéro à votre agence avant le rendez-vous\u00a0: {person.agency.phone}."
        return f"Votre conseiller vous appelle au {person.phone}."
    agency = f"{person.agency.name}, {person.agency.address}"
    if modality == _M.ASYNC_MESSAGE:
        return f"Répondez par lettre à {agency}, ou déposez votre réponse à l’accueil."
    return agency
