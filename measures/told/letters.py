"""Letters of the procedure: all that the space says, for somebody who may never open it."""

from collections.abc import Sequence

from measures.models import Case, Decision, Hearing, Notice, Observations, PeriodExtension
from measures.told import measure, procedure, remedies
from messaging.emails import Words, lines_of
from portal.core.french import NBSP, first_up, full_date, full_datetime

_HOW = (
    "Répondez par téléphone, à l’accueil ou par lettre. Vous pouvez joindre une copie d’un document : "
    "gardez l’original."
)


def notice(row: Notice, title: str, *, unread: bool = False) -> Words:
    """Give the whole notice: facts, proofs, what is envisaged and would cost, how to answer, what the law says."""
    case = row.case
    return Words(
        title=title,
        deadline=procedure.RIGHTS[0],
        facts=[*procedure.named(case), ("Mesure envisagée", measure.title(row))],
        paragraphs=[
            *(["La voici sur papier, car elle n’a pas encore été ouverte."] if unread else []),
            "Rien n’est décidé. Personne ne peut décider avant de vous avoir laissé ce temps.",
            _HOW,
        ],
        parts=[
            ("Ce qui vous est reproché", lines_of(row.facts)),
            (
                "Ce qui a été noté",
                [f"{first_up(when)}{NBSP}: {what}." for when, what in procedure.evidence(case)],
            ),
            ("Ce que cela retirerait", measure.cost(row, case.daily_allowance)),
            ("Vos droits", procedure.RIGHTS[1:]),
            ("La suite", [procedure.WHAT_THEN]),
            ("Ce que le barème permet", [*(f"{first_up(one)}." for one in row.permitted), _version(case)]),
        ],
        law=[("Ce que dit la loi", [procedure.LAW_OF_NOTICE])],
    )


def decision(row: Decision, title: str, *, unread: bool = False) -> Words:
    """Give the whole decision: what, why in law and in fact, what was answered, from when, and the remedies."""
    case = row.case
    answer = [("Réponse à vos observations", lines_of(row.answer))] if row.answer else []
    return Words(
        title=title,
        facts=[
            *procedure.named(case),
            ("Décision du", full_date(row.decided_at.astimezone(case.agency.place.zone))),
            ("Mesure", measure.title(row)),
            ("Décidée par", procedure.signed(row.author, case.region)),
        ],
        paragraphs=[
            *(["La voici sur papier, car elle n’a pas encore été ouverte."] if unread else []),
            "La mesure commence le lendemain du jour où vous recevez cette décision.",
            "Elle a une fin, et peut être levée plus tôt : dites à votre agence ce que vous avez fait.",
        ],
        parts=[
            ("Les raisons, en fait", lines_of(row.reasons_fact)),
            ("Les raisons, en droit", lines_of(row.reasons_law)),
            *answer,
            ("Ce que cela retire", measure.cost(row, case.daily_allowance)),
        ],
        law=[(remedies.HEADING, remedies.sentences(case.agency))],
    )


def observed(row: Observations, title: str) -> Words:
    """Give the receipt of observations, and what comes next."""
    case = row.case
    return Words(
        title=title,
        facts=[
            *procedure.named(case),
            ("Reçues le", full_datetime(row.given_at, case.agency.place.zone)),
            ("Empreinte de l’envoi", row.content_hash.hex()[:16]),
            ("Service", f"{case.agency.name}, {case.agency.address}"),
        ],
        paragraphs=[
            "Gardez cette lettre : c’est votre accusé de réception.",
            "Une personne les lit avant de décider. Vous pouvez encore les compléter.",
        ],
    )


def hearing_asked(row: Hearing, title: str) -> Words:
    """Give the receipt of the wish to be heard."""
    case = row.case
    return Words(
        title=title,
        facts=[*procedure.named(case), ("Demandée le", full_datetime(row.asked_at, case.agency.place.zone))],
        paragraphs=[
            "Gardez cette lettre : c’est votre accusé de réception.",
            "Vous recevrez la date et le lieu par écrit. Personne ne décide avant.",
            "Une personne de votre choix peut vous assister.",
        ],
    )


def hearing_fixed(row: Hearing, title: str) -> Words:
    """Tell when and where the hearing takes place, who may come along, and whom to tell when one cannot."""
    return Words(
        title=title,
        facts=[
            *procedure.named(row.case),
            ("Audition", procedure.hearing_when(row)),
            ("Lieu", row.place),
            *([("Vous assiste", row.assistant)] if row.assistant else []),
        ],
        paragraphs=[
            "Vous direz ce que vous voulez. Une personne de votre choix peut vous assister.",
            "Vous ne pouvez pas venir ? Appelez votre agence ou le 3949 pour convenir d’une autre date.",
        ],
    )


def days_given(row: PeriodExtension, title: str, *, until: str, before: str, outage: str) -> Words:
    """Tell that there is more time to answer, until when, and why."""
    return Words(
        title=title,
        deadline=f"Répondez jusqu’au {until}.",
        facts=procedure.named(row.case),
        paragraphs=[
            f"Notre site a été interrompu {outage}. Vous n’y êtes pour rien.",
            f"Votre délai s’arrêtait le {before}. Il est prolongé : ce temps vous est rendu.",
            "Vous avez déjà répondu ? Vous n’avez rien à refaire.",
            _HOW,
        ],
    )


def ended(case: Case, title: str, paragraphs: Sequence[str]) -> Words:
    """Tell that a case ended without any effect, and why."""
    return Words(
        title=title,
        facts=procedure.named(case),
        paragraphs=paragraphs,
        parts=[("Les raisons", lines_of(case.ending_reasons))],
    )


def _version(case: Case) -> str:
    return f"Barème en vigueur au jour des faits : {case.bareme.title}."
