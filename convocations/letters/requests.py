"""Letters about a request: it is received, what was answered and why, which documents are missing and until when."""

from collections.abc import Sequence

from convocations.letters import appointments
from convocations.models import ChangeRequest, Convocation
from convocations.told import requests as told
from messaging.emails import Words, lines_of


def received(row: ChangeRequest, title: str, *, received: str, until: str, when: str) -> Words:
    """Give the receipt of a request, and by when it is answered."""
    by_voice = row.channel != ChangeRequest.Channel.WEB
    return Words(
        title=title,
        facts=[
            *_named(row, when),
            ("Reçue le" if not by_voice else "Notée le", received),
            ("Empreinte de l’envoi", row.content_hash.hex()[:16]),
        ],
        paragraphs=[
            f"Votre conseiller répond au plus tard le {until}.",
            *([told.kept_sentence(row.wished_modality)] if row.keeps_hour else []),
            "Tant que votre demande attend, aucune absence ne peut être notée à ce rendez-vous.",
            *(
                ["Ce n’est pas ce que vous vouliez ? Dites-le à votre agence, en une phrase."]
                if by_voice
                else []
            ),
        ],
    )


def refused(row: ChangeRequest, title: str, *, when: str, stays: str) -> Words:
    """Say no, with the reasons, what becomes of the appointment, and the ways to disagree."""
    return Words(
        title=title,
        facts=_named(row, when),
        paragraphs=["Votre demande n’a pas été acceptée.", stays],
        parts=[("Les raisons", lines_of(row.reasons))],
        law=[told.DISAGREE],
    )


def incident_noted(row: ChangeRequest, title: str, when: str) -> Words:
    """Tell that a technical problem counts for nothing."""
    return Words(
        title=title,
        facts=_named(row, when),
        paragraphs=[
            "Il ne compte pas. Rien ne vous est reproché.",
            "Votre agence vous propose une nouvelle date.",
        ],
    )


def granted(row: ChangeRequest, new: Convocation, title: str, *, rule: Sequence[str]) -> Words:
    """Say yes, with all that stands on the page of the new appointment."""
    return Words(
        title=title,
        kind=appointments.frame(new),
        banner=appointments.banner(new),
        facts=[
            appointments.before(row.convocation, new),
            *appointments.facts(new),
            ("Demande", str(row.ref)),
        ],
        paragraphs=[
            *(rule or ["Votre demande est acceptée."]),
            told.counts_sentence(row),
            *appointments.what_to_do(new),
        ],
        parts=[appointments.otherwise(new)],
    )


def papers(row: ChangeRequest, title: str, *, deadline: str, when: str, first: str) -> Words:
    """List the documents that are missing, until when, and how to hand them in."""
    return Words(
        title=title,
        deadline=deadline,
        facts=_named(row, when),
        paragraphs=[
            first,
            "Apportez une copie à votre agence, ou envoyez-la par lettre. Vous les avez déjà envoyés ? "
            "Vous n’avez rien à faire.",
        ],
        parts=[("Les documents demandés", lines_of(row.docs_asked))],
    )


def hour_lost(row: ChangeRequest, title: str, *, when: str, first: str, coming: Sequence[str]) -> Words:
    """Tell that the wished hour is free no more, and that the request goes on."""
    return Words(
        title=title,
        facts=_named(row, when),
        paragraphs=[
            first,
            "Votre demande reste en cours, avec ce que vous avez envoyé. Une autre heure peut vous être proposée.",
            *coming,
            "Tant que votre demande attend, aucune absence ne peut être notée à ce rendez-vous.",
            "Une autre heure vous irait mieux ? Dites-le à votre agence.",
        ],
    )


def corrected(row: ChangeRequest, title: str, when: str) -> Words:
    """Tell that a correction was read, and who says what follows."""
    return Words(
        title=title,
        facts=_named(row, when),
        paragraphs=[
            "Vous aviez corrigé ce qui a été noté de votre demande. Votre conseiller l’a lu.",
            "Pour en connaître la suite, appelez votre agence ou passez à l’accueil.",
        ],
        parts=[("Sa réponse", lines_of(row.reasons))] if row.reasons else [],
    )


def _named(row: ChangeRequest, when: str) -> list[tuple[str, str]]:
    return [("Demande", str(row.ref)), ("Rendez-vous", when)]
