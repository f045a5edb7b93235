"""E-mails about mediation and the court: what the person declared, how it ended, what holds a measure off."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import NoticeGroup
from measures import deeds
from measures.mails.appeals import Said, effects_of, path_of
from measures.models import CourtAppeal, Mediation, Stay
from measures.states import MEDIATION_ENDED
from measures.told import appeals as told
from messaging.emails import Mail, Row, composes, lines_of
from portal.core.french import full_date

_ABOUT = ("appeal__case__agency", "appeal__decision", "appeal__lift")


@composes(
    deeds.MAIL_MEDIATION_RECEIPT,
    "mediation_receipt",
    label="demande de médiation notée",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def mediation_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Give people the receipt of what they declared, and what it does to their time to act."""
    mails = {}
    for row, mediation in _mediations(rows):
        appeal = mediation.appeal
        asked = full_date(mediation.asked_on)
        does = "Votre délai pour agir est interrompu. Il repartira en entier à la fin de la médiation."
        if mediation.late:
            does = told.LATE_STAYS_OPEN
        elif not mediation.interrupts:
            does = f"Cette médiation n’arrête pas le délai. {told.clock_until(appeal)}".strip()
        receipt = [
            f"Vous avez demandé une médiation le {asked}. Gardez ce message : c’est votre accusé de réception.",
            does,
        ]
        mails[row.id] = Said(
            subject="Votre demande de médiation est notée",
            title="Votre médiation est notée",
            preheader=f"Demandée le {asked}.",
            paragraphs=[
                *receipt,
                "À la fin, notez la date dans votre espace, ou dites-la à votre agence.",
                told.STAYS_IN_FORCE,
            ],
            on_paper=[*receipt, "À la fin, dites la date à votre agence.", told.STAYS_IN_FORCE],
            action="Voir ma médiation",
            path=path_of(appeal),
            facts=[*told.named(appeal), ("Demandée le", asked)],
        ).to(appeal.case.agency)
    return mails


@composes(
    deeds.MAIL_MEDIATION_ENDED,
    "mediation_ended",
    label="fin de médiation notée",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def ended_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that the end of their mediation is noted, and until when they can go to court."""
    mails = {}
    for row, mediation in _mediations(rows):
        if mediation.state not in MEDIATION_ENDED or mediation.ended_on is None:
            continue
        appeal = mediation.appeal
        ended, act = full_date(mediation.ended_on), told.clock_until(appeal)
        mails[row.id] = Said(
            subject="La fin de votre médiation est notée",
            title="Votre médiation est finie",
            preheader=f"Finie le {ended}.",
            deadline=act,
            paragraphs=[
                f"La médiation est finie depuis le {ended}.",
                told.ended(mediation),
                "Vous pouvez maintenant saisir le tribunal administratif. Nous préparons le dossier avec vous.",
                "Cette date n’est pas la bonne ? Appelez le 3949 ou votre agence.",
            ],
            action="Voir ce que je peux faire",
            path=path_of(appeal),
            facts=[*told.named(appeal), ("Finie le", ended)],
            parts=[("Ce qui en est sorti", lines_of(mediation.outcome))],
        ).to(appeal.case.agency)
    return mails


@composes(
    deeds.MAIL_COURT_RECEIPT,
    "court_receipt",
    label="recours au tribunal noté",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def court_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Give people the receipt of the filing they declared."""
    mails = {}
    for row, court in _courts(rows):
        appeal = court.appeal
        filed = full_date(court.filed_on) if court.filed_on else ""
        late = (
            "Le délai pour agir était fini ce jour-là. Le juge dit si le recours est possible. "
            "Expliquez-lui pourquoi vous n’avez pas pu agir avant."
        )
        mails[row.id] = Said(
            subject="Votre recours au tribunal est noté",
            title="Votre recours au tribunal est noté",
            preheader=f"Déposé le {filed}.",
            paragraphs=[
                f"Vous avez déposé un recours le {filed}. Gardez ce message : c’est votre accusé de réception.",
                f"Tribunal : {court.court}.",
                *([late] if court.late else []),
                "Le tribunal vous écrit directement. Quand il décide, dites-le à votre agence.",
                told.STAYS_IN_FORCE,
            ],
            action="Voir mon recours",
            path=path_of(appeal),
            facts=[*told.named(appeal), ("Tribunal", court.court), ("Déposé le", filed)],
        ).to(appeal.case.agency)
    return mails


@composes(deeds.MAIL_JUDGED, "court_judged", label="jugement noté", group=NoticeGroup.ANSWERS, by_post=True)
def judged_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that the judgment is noted, and where they read what follows from it."""
    mails = {}
    found = _courts(rows)
    effects = effects_of([court.appeal_id for _, court in found])
    for row, court in found:
        appeal = court.appeal
        judged = full_date(court.judged_on) if court.judged_on else ""
        mails[row.id] = Said(
            subject="Le jugement sur votre recours est noté",
            title="Le jugement est noté dans votre dossier",
            preheader=f"Jugement du {judged}.",
            paragraphs=[
                f"Nous avons noté le jugement du {judged}.",
                "Votre espace dit ce qui en suit, et ce qui vous est dû.",
                "Vous avez une question ? Appelez le 3949 ou votre agence.",
            ],
            on_paper=[f"Nous avons noté le jugement du {judged}.", told.judged(court)],
            action="Voir ce qui suit",
            path=path_of(appeal),
            facts=[*told.named(appeal), ("Jugement du", judged)],
            parts=[
                ("Ce qui vous est dû", told.owed(effects.get(appeal.pk, []))),
                ("Ce que dit le jugement", lines_of(court.judgment)),
            ],
        ).to(appeal.case.agency)
    return mails


@composes(
    deeds.MAIL_STAY, "measure_stayed", label="mesure non appliquée", group=NoticeGroup.ANSWERS, by_post=True
)
def stay_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people from when on a measure is not applied, or applied again."""
    found = Stay.objects.filter(pk__in={row.subject_id for row in rows}).select_related(*_ABOUT).in_bulk()
    mails = {}
    for row in rows:
        stay = found[row.subject_id]
        appeal = stay.appeal
        again = row.step == 1 and stay.until is not None
        day = full_date(stay.until if again and stay.until else stay.since)
        held = (
            f"La mesure n’est pas appliquée à partir du {day}. C’est ce que dit {stay.get_held_by_display()}."
        )
        title = "La mesure est de nouveau appliquée" if again else "La mesure n’est pas appliquée"
        mails[row.id] = Said(
            subject=title,
            title=title,
            preheader=f"À partir du {day}.",
            paragraphs=[
                f"La mesure est de nouveau appliquée à partir du {day}." if again else held,
                "Votre recours continue. Vous n’avez rien à faire.",
                "Vous avez une question ? Appelez le 3949 ou votre agence.",
            ],
            action="Voir mon recours",
            path=path_of(appeal),
            facts=[*told.named(appeal), ("À partir du", day)],
        ).to(appeal.case.agency)
    return mails


def _mediations(rows: Sequence[Row]) -> list[tuple[Row, Mediation]]:
    found = Mediation.objects.filter(pk__in={row.subject_id for row in rows}).select_related(*_ABOUT)
    by_id = found.in_bulk()
    return [(row, by_id[row.subject_id]) for row in rows]


def _courts(rows: Sequence[Row]) -> list[tuple[Row, CourtAppeal]]:
    found = CourtAppeal.objects.filter(pk__in={row.subject_id for row in rows}).select_related(*_ABOUT)
    by_id = found.in_bulk()
    return [(row, by_id[row.subject_id]) for row in rows]
