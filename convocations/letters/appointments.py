"""Letters about an appointment: when, where, what to bring, what follows, and how to say that one can't come."""

from convocations.models import Convocation, Modality
from convocations.told import manners, words
from messaging.emails import Words
from portal.core.french import NBSP, duration, first_up

_BANNERS = {
    (True, False): "CONVOCATION – votre présence est attendue",
    (True, True): "CONVOCATION – votre réponse écrite est attendue",
    (False, False): "INVITATION – vous êtes libre de venir, sans conséquence",
    (False, True): "INVITATION – vous êtes libre de répondre, sans conséquence",
}
_CANT_COME = (
    "Dites-le dès que possible, par téléphone, à l’accueil ou par lettre. Une autre date est possible, "
    "ou un autre moyen.",
)
_ANSWER = (
    "Dites si vous acceptez ou non, par téléphone, à l’accueil ou par lettre. Cela aide à préparer la place.",
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
    binding = row.is_binding
    return Words(
        title=title,
        kind=frame(row),
        banner=banner(row),
        facts=facts(row),
        paragraphs=[consequence, *_what_to_do(row)],
        parts=[("Si vous ne pouvez pas venir", _CANT_COME) if binding else ("Votre réponse", _ANSWER)],
        law=[("Ce que dit la loi", words.LEGAL), ("Vous n’êtes pas d’accord", [words.REMEDIES])]
        if binding
        else (),
    )


def moved(old_when: str, new: Convocation, title: str) -> Words:
    """Give the old and the new hour, and all that stands on the page of the new appointment."""
    return Words(
        title=title,
        kind=frame(new),
        banner=banner(new),
        facts=[("Avant", f"{old_when}. Ce rendez-vous n’existe plus."), *facts(new)],
        paragraphs=["Ce déplacement vient de l’agence : il ne vous est jamais compté.", *_what_to_do(new)],
        parts=[("Si cette date ne vous convient pas", _CANT_COME)],
    )


def cancelled(row: Convocation, when: str, title: str) -> Words:
    """Tell that there is nothing to come to, why, and that it counts for nothing."""
    return Words(
        title=title,
        facts=_named(row, when),
        paragraphs=[
            "Vous n’avez pas à venir. Cette annulation vient de l’agence : elle ne vous est jamais comptée.",
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
    listed = {
        "Date": first_up(when),
        "Durée": "" if by_writing else duration(row.minutes),
        where: first_up(place).removesuffix("."),
        "Appel": row.place if row.modality == Modality.PHONE else "",
        "Avec": row.advisor.user.get_full_name(),
        "Objet": row.purpose,
        "À apporter": row.to_bring,
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


def _what_to_do(row: Convocation) -> list[str]:
    if row.modality == Modality.VIDEO:
        return list(_BY_VIDEO)
    return [manners.instructions(row.modality)]
