"""E-mails about appeals: receipts at once, answers, silence, the end of the time to act; on paper, all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Agency, NoticeGroup
from measures import deeds
from measures.mails.sending import WHY
from measures.models import AppealCase, Effect, GraciousAppeal
from measures.states import GRACIOUS_ANSWERED, GraciousState, WindowState
from measures.told import appeals as told
from messaging.emails import Mail, Row, Words, composes, lines_of
from messaging.mails.notices import to_person
from portal.core.french import days_left, full_datetime

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says, in the mail and on paper; `parts` and `law` stand on paper and in the space alone."""

    subject: str
    title: str
    preheader: str
    paragraphs: Sequence[str]
    action: str
    path: str
    facts: Sequence[Line] = ()
    parts: Sequence[tuple[str, Sequence[str]]] = ()
    law: Sequence[tuple[str, Sequence[str]]] = ()
    deadline: str = ""
    on_paper: Sequence[str] = field(default_factory=list)

    def to(self, agency: Agency) -> Mail:
        """Write it."""
        words = Words(
            title=self.title,
            deadline=self.deadline,
            facts=self.facts,
            paragraphs=[
                # A receipt is kept, whatever it is written on.
                one.replace("Gardez ce message", "Gardez cette lettre")
                for one in self.on_paper or self.paragraphs
            ],
            parts=[part for part in self.parts if part[1]],
            law=[part for part in self.law if part[1]],
        )
        return to_person(
            agency,
            subject=self.subject,
            title=self.title,
            preheader=self.preheader,
            paragraphs=self.paragraphs,
            path=self.path,
            action=self.action,
            why=WHY,
            deadline_text=self.deadline,
            letter=lambda: words,
        )


def path_of(appeal: AppealCase) -> str:
    """Give the address of an appeal in the person's space."""
    return f"/espace/recours/{appeal.ref}/"


@composes(
    deeds.MAIL_GRACIOUS_RECEIPT,
    "gracious_receipt",
    label="recours gracieux reçu",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def receipt_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Give people the receipt of their appeal at once: when, who, and the day silence would be a refusal."""
    mails = {}
    for row, gracious in _gracious(rows):
        appeal = gracious.appeal
        agency = appeal.case.agency
        filed = full_datetime(gracious.filed_at, agency.place.zone)
        mails[row.id] = Said(
            subject="Nous avons bien reçu votre recours gracieux",
            title="Votre recours est bien reçu",
            preheader=f"Reçu le {filed}.",
            paragraphs=[
                f"Nous l’avons reçu le {filed}. Gardez ce message : c’est votre accusé de réception.",
                f"Référence : {appeal.ref}. Empreinte de l’envoi : {gracious.content_hash.hex()[:16]}.",
                f"Service : {agency.name}, {agency.address}. Téléphone : {agency.phone}.",
                "Une autre personne que l’auteur de la décision la réexamine.",
                told.silence(gracious),
                told.effect_on_time(gracious),
                told.STAYS_IN_FORCE,
            ],
            action="Voir mon recours",
            path=path_of(appeal),
            facts=told.named(appeal),
        ).to(agency)
    return mails


@composes(
    deeds.MAIL_GRACIOUS_ANSWER,
    "gracious_answer",
    label="réponse à un recours gracieux",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def answer_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that an answer waits, with its reasons and what is still possible."""
    return _answers(rows, unread=False)


@composes(
    deeds.MAIL_ANSWER_UNREAD,
    "gracious_answer_unread",
    label="réponse à un recours non ouverte",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def unread_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Send the same on paper to whoever has not opened it; who has, needs it no more."""
    return _answers(rows, unread=True)


def _answers(rows: Sequence[Row], *, unread: bool) -> dict[int, Mail]:
    mails = {}
    found = _gracious(rows)
    effects = effects_of([gracious.appeal_id for _, gracious in found])
    for row, gracious in found:
        if gracious.state not in GRACIOUS_ANSWERED or (unread and gracious.notified_at is not None):
            continue
        appeal = gracious.appeal
        granted = gracious.state == GraciousState.GRANTED
        owed = effects.get(appeal.pk, []) if told.has_won(gracious) else []
        mails[row.id] = Said(
            subject="Une réponse à votre recours vous attend",
            title="Une réponse à votre recours",
            preheader="Lisez la réponse et ses raisons.",
            paragraphs=[
                "Une personne a répondu à votre recours. La réponse et ses raisons sont dans votre espace.",
                "Vous y trouvez aussi ce que vous pouvez faire ensuite.",
                "Vous ne pouvez pas l’ouvrir en ligne ? Appelez le 3949 ou passez à votre agence.",
            ],
            on_paper=[
                *(["La voici sur papier, car elle n’a pas encore été ouverte."] if unread else []),
                told.verdict(gracious),
            ],
            action="Lire la réponse",
            path=path_of(appeal),
            facts=[*told.named(appeal), ("Réponse de", str(gracious.author))],
            parts=[
                ("Ce qui vous est dû", told.owed(owed)),
                ("Les raisons, en fait", lines_of(gracious.reasons_fact)),
                ("Les raisons, en droit", lines_of(gracious.reasons_law)),
            ],
            law=[]
            if granted
            else [("Vous n’êtes pas d’accord : ce que vous pouvez faire", told.ways(appeal))],
        ).to(appeal.case.agency)
    return mails


@composes(
    deeds.MAIL_IMPLICIT,
    "gracious_silence",
    label="recours gracieux refusé par silence",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def silence_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that nobody answered, that the law counts it a refusal, and what they can do now."""
    mails = {}
    for row, gracious in _gracious(rows):
        if gracious.state != GraciousState.IMPLICIT_REJECTION:
            continue
        appeal = gracious.appeal
        act = told.clock_until(appeal)
        mails[row.id] = Said(
            subject="Personne n’a répondu à votre recours : ce que vous pouvez faire",
            title="Le silence vaut refus : vous pouvez agir",
            preheader=act or "Vous pouvez demander une médiation, gratuite.",
            deadline=act,
            paragraphs=[
                "Personne n’a répondu à votre recours gracieux en 2 mois. La loi compte ce silence comme un refus.",
                "Vous pouvez demander les raisons de ce refus à votre agence.",
                *([] if act else ["Vous pouvez demander une médiation, gratuite."]),
                told.MEDIATION_FIRST,
                "Une réponse favorable reste possible.",
            ],
            action="Voir ce que je peux faire",
            path=path_of(appeal),
            facts=told.named(appeal),
            law=[("Ce que vous pouvez faire", told.ways(appeal)[1:])],
        ).to(appeal.case.agency)
    return mails


@composes(
    deeds.MAIL_WINDOW_SOON,
    "appeal_window_soon",
    label="délai pour agir bientôt fini",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def soon_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that their time to act ends soon; who acted, or whose time moved, is not told."""
    mails = {}
    for row, appeal in _appeals(rows):
        moved = int(appeal.deadline.timestamp()) != row.occurrence
        if appeal.state != WindowState.RUNNING or moved or appeal.deadline <= now:
            continue
        left = days_left(appeal.deadline, now, appeal.case.agency.place.zone)
        until = told.until(appeal)
        mails[row.id] = Said(
            subject=f"Vous pouvez agir jusqu’au {until}",
            title="Votre délai pour agir se termine bientôt",
            preheader=f"Vous pouvez agir jusqu’au {until}.",
            deadline=f"Vous pouvez agir jusqu’au {until} : {left}.",
            paragraphs=[
                "Une décision vous concerne. Vous n’êtes pas d’accord ? Vous pouvez encore agir.",
                "Un recours gracieux ou une médiation suffit : votre délai s’arrête, puis repart en entier.",
                "Vous êtes d’accord, ou vous avez déjà agi ailleurs ? Vous n’avez rien à faire.",
                "Vous pouvez aussi agir au 3949, à l’accueil ou par lettre.",
            ],
            action="Voir ce que je peux faire",
            path=path_of(appeal),
            facts=told.named(appeal),
        ).to(appeal.case.agency)
    return mails


@composes(
    deeds.MAIL_WINDOW_LONGER,
    "appeal_window_longer",
    label="délai pour agir prolongé",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def longer_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that they have more time to act, and until when."""
    mails = {}
    for row, appeal in _appeals(rows):
        if appeal.state != WindowState.RUNNING or appeal.deadline <= now:
            continue
        until = told.until(appeal)
        left = days_left(appeal.deadline, now, appeal.case.agency.place.zone)
        mails[row.id] = Said(
            subject=f"Vous avez plus de temps pour agir, jusqu’au {until}",
            title="Vous avez plus de temps pour agir",
            preheader=f"Vous pouvez agir jusqu’au {until}.",
            deadline=f"Vous pouvez agir jusqu’au {until} : {left}.",
            paragraphs=[
                "Votre délai pour contester une décision est plus long. Ce temps vous est dû.",
                "Vous avez déjà agi ? Vous n’avez rien à refaire.",
                "Vous pouvez aussi agir au 3949, à l’accueil ou par lettre.",
            ],
            action="Voir ce que je peux faire",
            path=path_of(appeal),
            facts=told.named(appeal),
        ).to(appeal.case.agency)
    return mails


def _gracious(rows: Sequence[Row]) -> list[tuple[Row, GraciousAppeal]]:
    found = (
        GraciousAppeal.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("appeal__case__agency", "appeal__decision", "appeal__lift", "author")
        .in_bulk()
    )
    return [(row, found[row.subject_id]) for row in rows]


def _appeals(rows: Sequence[Row]) -> list[tuple[Row, AppealCase]]:
    found = (
        AppealCase.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("case__agency", "decision", "lift")
        .in_bulk()
    )
    return [(row, found[row.subject_id]) for row in rows]


def effects_of(appeal_ids: Sequence[int]) -> dict[int, list[Effect]]:
    """Load what is owed after each of these appeals, in the order it was written; one query."""
    by_appeal: dict[int, list[Effect]] = {}
    for one in Effect.objects.filter(appeal__in=appeal_ids).select_related("case__agency").order_by("pk"):
        by_appeal.setdefault(one.appeal_id or 0, []).append(one)
    return by_appeal
