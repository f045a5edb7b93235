"""Letters about an absence and its documents: what is reproached, how to answer and until when, what was decided."""

from convocations.models import Absence, Explanation, Justificatif
from convocations.states import AbsenceState
from convocations.told import manners, words
from convocations.told import requests as told
from messaging.emails import Words, lines_of
from portal.core.french import first_up, full_date, full_datetime, full_deadline

_HOW = (
    "Répondez par téléphone, à l’accueil ou par lettre. Vous pouvez joindre une copie d’un document : "
    "gardez l’original."
)


def opened(absence: Absence, title: str) -> Words:
    """Say what was noted, that nothing is decided, until when and how to answer, and what comes next."""
    zone = absence.agency.place.zone
    missed = full_datetime(absence.convocation.starts_at, zone)
    return Words(
        title=title,
        deadline=f"Répondez jusqu’au {full_deadline(absence.explanation_due_at, zone)}.",
        facts=[*_named(absence), ("Vous étiez attendu", missed)],
        paragraphs=[
            "Rien n’est décidé. Personne ne peut décider avant de vous avoir laissé ce temps.",
            "Dites en quelques mots ce qui s’est passé. " + _HOW,
        ],
        parts=[
            (
                "Ce qui vous est reproché",
                [
                    f"Vous étiez attendu {missed}. Votre conseiller a noté que vous n’y étiez pas. Rien d’autre."
                ],
            ),
            (
                "La suite",
                [
                    "Votre conseiller lit votre réponse, puis décide et vous écrit ses raisons. "
                    f"Il a jusqu’au {full_date(absence.decide_by.astimezone(zone))}.",
                    f"Sans décision le {full_date(absence.closes_at.astimezone(zone))}, "
                    "l’absence est close en votre faveur.",
                ],
            ),
        ],
        law=[("Ce que dit la loi", words.LEGAL)],
    )


def explained(explanation: Explanation, title: str) -> Words:
    """Give the receipt of an explanation, and what comes next."""
    absence = explanation.absence
    return Words(
        title=title,
        facts=[
            *_named(absence),
            ("Reçue le", full_datetime(explanation.given_at, absence.agency.place.zone)),
            ("Empreinte de l’envoi", explanation.content_hash.hex()[:16]),
            ("Service", f"{absence.agency.name}, {absence.agency.address}"),
        ],
        paragraphs=[
            "Gardez cette lettre : c’est votre accusé de réception.",
            "Votre conseiller lit votre explication, puis décide et vous écrit. Vous pouvez encore la compléter.",
        ],
    )


def decided(absence: Absence, title: str, sentence: str) -> Words:
    """Give the decision, its reasons and the ways to disagree."""
    zone = absence.agency.place.zone
    # Handed on, nothing is decided yet: the word would frighten for nothing.
    referred = absence.state == AbsenceState.REFERRED
    label = "Demandé le" if referred else "Décidée le"
    when = [(label, full_date(absence.decided_at.astimezone(zone)))] if absence.decided_at else []
    new = absence.new_appointment
    # Its own convocation says where, and what to bring.
    then = [("Nouveau rendez-vous", first_up(manners.when(new, new.agency.place.zone)))] if new else []
    who = "Voici ses raisons." if referred else "Une personne a décidé. Voici ses raisons."
    return Words(
        title=title,
        facts=[*_named(absence), *_missed(absence), *when, *then],
        paragraphs=[sentence, *(["Vous recevez aussi sa convocation."] if new else []), who],
        parts=[("Les raisons", lines_of(absence.reasons))],
        law=[told.DISAGREE],
    )


def closed(absence: Absence, title: str) -> Words:
    """Tell that nobody decided in time, in the person's favour."""
    return Words(
        title=title,
        facts=[*_named(absence), *_missed(absence)],
        paragraphs=[
            "Aucune décision n’a été prise dans le délai. L’absence est donc close en votre faveur.",
            "Elle n’a aucune conséquence. Vous n’avez rien à faire.",
        ],
    )


def annulled(absence: Absence, title: str) -> Words:
    """Tell that an absence was an error, why, and that all of it is undone."""
    return Words(
        title=title,
        facts=[*_named(absence), *_missed(absence)],
        paragraphs=[
            "Une absence avait été enregistrée à votre nom. Elle est annulée, avec tout ce qui en dépendait.",
            "Elle n’a aucune conséquence. Vous n’avez rien à faire.",
        ],
        parts=[("La raison", lines_of(absence.annulment_reason))],
    )


def reviewed(row: Justificatif, title: str, deadline: str, *, accepted: bool) -> Words:
    """Tell what became of a document; what is missing or why it was not kept, and how to send another."""
    if accepted:
        paragraphs = ["Vous n’avez rien d’autre à envoyer à son sujet."]
    elif deadline:
        paragraphs = ["Apportez ce qui manque à votre agence, ou envoyez-en une copie par lettre."]
    else:
        paragraphs = ["Vous pouvez en apporter un autre à votre agence, ou en envoyer une copie par lettre."]
    heading = "Ce qui manque" if deadline else "La raison"
    return Words(
        title=title,
        deadline=deadline,
        facts=_document(row),
        paragraphs=paragraphs,
        parts=[(heading, lines_of(row.remark))] if row.remark and not accepted else [],
    )


def extended(absence: Absence, title: str, *, until: str, before: str, outage: str) -> Words:
    """Tell that there is more time, until when, and why."""
    return Words(
        title=title,
        deadline=f"Répondez jusqu’au {until}.",
        facts=[*_named(absence), *_missed(absence)],
        paragraphs=[
            f"Notre site a été interrompu {outage}. Vous n’y êtes pour rien.",
            f"Votre délai s’arrêtait le {before}. Il est prolongé : ce temps vous est rendu.",
            "Vous avez déjà répondu ? Vous n’avez rien à refaire.",
            _HOW,
        ],
    )


def unreadable(row: Justificatif, title: str) -> Words:
    """Tell that a file could not be read, why, and that a copy on paper will do."""
    return Words(
        title=title,
        facts=_document(row),
        paragraphs=[
            "Ce que vous avez écrit est bien gardé. Le fichier, lui, n’a pas pu être lu.",
            "Apportez le document à votre agence, ou envoyez-en une copie par lettre.",
        ],
        parts=[("La raison", lines_of(row.document.rejection))] if row.document.rejection else [],
    )


def safe_unreadable(title: str) -> Words:
    """Tell that a file of the safe could not be read, and whom to ask."""
    return Words(
        title=title,
        paragraphs=[
            "Un fichier que vous avez envoyé n’a pas pu être lu. Le reste de vos documents est bien gardé.",
            "Votre agence vous dit lequel et pourquoi. Vous pouvez aussi apporter le document à l’accueil.",
        ],
    )


def _named(absence: Absence) -> list[tuple[str, str]]:
    return [("Absence", str(absence.ref))]


def _missed(absence: Absence) -> list[tuple[str, str]]:
    return [("Rendez-vous", full_datetime(absence.convocation.starts_at, absence.agency.place.zone))]


def _document(row: Justificatif) -> list[tuple[str, str]]:
    return [("Justificatif", str(row.ref)), ("Document", row.document.title)]
