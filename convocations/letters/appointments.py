"""Letters about an appointment: when, where, what to bring, what follows, and how to say that one can't come."""

from convocations.models import Convocation, Modality
from convocations.told import manners, words
from convocations.told import requests as told
from messaging.emails import Words
from portal.core.french import NBSP, duration, first_up

_BANNERS = {
    (True, False): "CONVOCATION – votre présence est attendue",
    (True, True): "CONVOCATION – votre réponse écrite est attendue",
    (False, False): "INVITATION – vous êtes libre de venir, sans conséquence",
    (False, True): "INVITATION – vous êtes libre de répondre, sans conséquence",
}
# «Coming» is something else at the telephone, by video, in writing.
_CANT = {
    Modality.IN_PERSON: "Si vous ne pouvez pas venir",
    Modality.PHONE: "Si vous ne pouvez pas prendre l’appel",
    Modality.VIDEO: "Si vous ne pouvez pas vous connecter",
    Modality.KIOSK_VIDEO: "Si vous ne pouvez pas venir",
    Modality.ASYNC_MESSAGE: "Si vous ne pouvez pas répondre par écrit",
}
_SAY_SO = (
    "Dites-le dès que possible, par téléphone, à l’accueil ou par lettre. Une autre date est possible, "
    "ou un autre moyen.",
)
_SAY_SO_IN_WRITING = (
    "Dites-le dès que possible, par téléphone, à l’accueil ou par lettre. D’autres dates sont possibles, "
    "ou un rendez-vous par un autre moyen.",
)
_ANSWER = (
    "Dites si vous acceptez ou non, par téléphone, à l’accueil ou par lettre. Cela aide à préparer le rendez-vous.",
    "Sans réponse de votre part, rien ne vous est reproché.",
)
_WRITE_OR_NOT = (
    "Vous acceptez ? Écrivez pendant cette période. Vous préférez dire non ? Dites-le par téléphone, à l’accueil "
    "ou par lettre.",
    "Sans réponse de votre part, rien ne vous est reproché.",
)
# Who is written to by post may have no screen at all: another way comes before the equipment.
_BY_VIDEO = (
    "Ce rendez-vous est prévu en vidéo, avec un téléphone, une tablette ou un ordinateur connecté.",
    "Vous n’en avez pas, ou vous préférez autrement ? Appelez votre agence : un autre moyen est possible.",
    "Une panne pendant l’appel ne compte jamais contre vous.",
)


def announced(row: Convocation, title: str, consequence: str) -> Words:
    """Summon or invite: all that stands on the page of the appointment, with the law and the remedies."""
    binding, by_writing = row.is_binding, row.modality == Modality.ASYNC_MESSAGE
    return Words(
        title=title,
        kind=frame(row),
        banner=banner(row),
        facts=facts(row),
        paragraphs=[consequence, *what_to_do(row)],
        parts=[
            (_CANT[Modality(row.modality)], _SAY_SO_IN_WRITING if by_writing else _SAY_SO)
            if binding
            else ("Votre réponse", _WRITE_OR_NOT if by_writing else _ANSWER)
        ],
        law=[("Ce que dit la loi", words.LEGAL), told.DISAGREE] if binding else (),
    )


def moved(old: Convocation, new: Convocation, title: str) -> Words:
    """Give the old and the new hour, and all that stands on the page of the new appointment."""
    why = "Ce déplacement vient de l’agence : il ne vous est jamais compté."
    if old.starts_at == new.starts_at:
        why = (
            "Même jour, même heure : seul le lieu change. "
            "Ce changement vient de l’agence : il ne vous est jamais compté."
        )
    return Words(
        title=title,
        kind=frame(new),
        banner=banner(new),
        facts=[before(old, new), *facts(new)],
        paragraphs=[why, *what_to_do(new)],
        parts=[otherwise(new)],
    )


def before(old: Convocation, new: Convocation) -> tuple[str, str]:
    """Say what an appointment takes the place of; at the same hour it is the way that differs."""
    when = manners.when(old, old.agency.place.zone)
    if old.starts_at == new.starts_at:
        return "Avant", f"{when}, {Modality(old.modality).label}"
    return "Avant", f"{when}. Ce rendez-vous n’existe plus."


def otherwise(row: Convocation) -> tuple[str, tuple[str, ...]]:
    """Say what to do where the new date does not suit."""
    if row.modality == Modality.ASYNC_MESSAGE:
        return "Si ces dates ne vous conviennent pas", _SAY_SO_IN_WRITING
    return "Si cette date ne vous convient pas", _SAY_SO


def cancelled(row: Convocation, when: str, title: str) -> Words:
    """Tell that there is nothing to come to, why, and that it counts for nothing."""
    return Words(
        title=title,
        facts=_named(row, when),
        paragraphs=[
            "Il n’a pas lieu : vous n’avez rien à faire. "
            "Cette annulation vient de l’agence : elle ne vous est jamais comptée.",
            *([f"La raison : {row.note}"] if row.note else []),
        ],
    )


def displaced(row: Convocation, when: str, title: str, *, why: str, may_pick: bool) -> Words:
    """Tell not to come then, why, and how to have another date."""
    pick = (
        "Pour choisir une autre date, appelez votre agence ou passez à l’accueil : elle est acceptée tout de "
        "suite. Ce n’est pas compté comme un report. Sinon, votre conseiller vous propose une autre date."
    )
    return Words(
        title=title,
        facts=_named(row, when),
        paragraphs=[
            f"La raison : {why}.",
            f"{manners.NOT_THEN[row.modality]} Rien ne vous est reproché.",
            pick if may_pick else "Votre conseiller vous propose une autre date.",
        ],
    )


def holds_again(row: Convocation, title: str) -> Words:
    """Tell that the appointment takes place after all, with its place and what to bring."""
    return Words(
        title=title,
        kind=frame(row),
        banner=banner(row),
        facts=facts(row),
        paragraphs=[
            "Nous vous avions écrit qu’il ne pouvait pas avoir lieu. Ce n’est plus le cas : il a lieu comme prévu.",
            *what_to_do(row),
            "Cette date ne vous convient plus ? Appelez votre agence.",
        ],
    )


def counts_for_nothing(row: Convocation, when: str, title: str, first: str) -> Words:
    """Tell that an appointment is held against nobody, and that a new date comes by telephone."""
    return Words(
        title=title,
        facts=_named(row, when),
        paragraphs=[
            first,
            "Rien ne vous est reproché. Votre conseiller va vous appeler pour choisir une nouvelle date.",
            "Votre numéro a changé, ou vous n’avez pas de téléphone ? Dites-le à votre agence.",
        ],
    )


def facts(row: Convocation) -> list[tuple[str, str]]:
    """List when, where, how long, with whom, what for."""
    by_writing = row.modality == Modality.ASYNC_MESSAGE
    when = manners.when(row, row.agency.place.zone)
    # «Où : …», «Comment : …»: the same words as in the e-mail, in two columns.
    where, _, place = manners.where(row).partition(f"{NBSP}: ")
    if by_writing:
        place, _, _ = place.partition(".")
    listed = {
        "Date": first_up(when),
        "Durée": "" if by_writing else duration(row.minutes),
        where: first_up(place).removesuffix("."),
        "Où écrire": (row.place or f"{row.agency.name}, {row.agency.address}") if by_writing else "",
        "Appel": row.place if row.modality == Modality.PHONE else "",
        "Avec": row.advisor.user.get_full_name(),
        "Objet": row.purpose,
        manners.TO_BRING[row.modality]: row.to_bring,
        "Rendez-vous": str(row.ref),
    }
    return [(label, value) for label, value in listed.items() if value]


def _named(row: Convocation, when: str) -> list[tuple[str, str]]:
    return [("Rendez-vous", f"{when} ({row.ref})")]


def frame(row: Convocation) -> str:
    """Name the frame that tells a summons from an offer at a glance."""
    return "convocation" if row.is_binding else "invitation"


def banner(row: Convocation) -> str:
    """Say in one line what follows from not coming."""
    return _BANNERS[row.is_binding, row.modality == Modality.ASYNC_MESSAGE]


def what_to_do(row: Convocation) -> list[str]:
    """Say what one does at the hour, in the words for somebody who may have no screen."""
    if row.modality == Modality.VIDEO:
        return list(_BY_VIDEO)
    return [manners.instructions(row.modality)]
