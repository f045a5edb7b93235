"""E-mails that say a notice or a decision waits in the space: its content stands there, and on the letter alone."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import DecisionMaker, NoticeGroup
from measures import deeds
from measures.models import Case, Decision, Notice
from measures.states import CASE_WITHOUT_EFFECT, CaseState
from measures.told import letters
from measures.told.remedies import months
from messaging.emails import Mail, Row, Words, composes
from messaging.mails.notices import to_person

WHY = "vous êtes suivi par le service public de l’emploi et cette démarche vous concerne."
_NOTICE = "Une lettre vous attend : lisez-la et répondez"
_DECISION = "Une décision vous attend : lisez-la et vos recours"
_UNREAD = frozenset({CaseState.NOTICE_SENT})


def about(
    case: Case,
    *,
    subject: str,
    title: str,
    preheader: str,
    paragraphs: Sequence[str],
    action: str,
    deadline_text: str = "",
    letter: Callable[[], Words] | None = None,
) -> Mail:
    """Write to the person about a case of theirs."""
    return to_person(
        case.agency,
        subject=subject,
        title=title,
        preheader=preheader,
        paragraphs=paragraphs,
        path=f"/espace/procedures/{case.ref}/",
        action=action,
        why=WHY,
        deadline_text=deadline_text,
        letter=letter,
    )


@composes(
    deeds.MAIL_NOTICE,
    "measure_notice",
    label="lettre d’information avant une décision",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def notice_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that a letter waits, that nothing is decided, and that their time begins when they open it."""
    return _notices(rows, unread=False)


@composes(
    deeds.MAIL_NOTICE_UNREAD,
    "measure_notice_unread",
    label="lettre d’information non ouverte",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def unread_notice_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Send the same on paper to whoever has not opened it; who has, needs it no more."""
    return _notices(rows, unread=True)


def _notices(rows: Sequence[Row], *, unread: bool) -> dict[int, Mail]:
    notices = {
        notice.case_id: notice
        for notice in Notice.objects.filter(case__in={row.subject_id for row in rows}).select_related(
            "case__agency", "case__bareme"
        )
    }
    mails = {}
    for row in rows:
        notice = notices[row.subject_id]
        case = notice.case
        if case.state in CASE_WITHOUT_EFFECT or (unread and case.state not in _UNREAD):
            continue
        title = "Vous êtes informé avant toute décision"
        mails[row.id] = about(
            case,
            subject=_NOTICE,
            title=title,
            preheader="Rien n’est décidé. Vous avez 10 jours pour répondre, à partir de votre lecture.",
            deadline_text="Répondez dans les 10 jours qui suivent votre lecture.",
            paragraphs=[
                "Votre situation est examinée. Rien n’est décidé. "
                "Personne ne peut décider avant de vous avoir laissé le temps de répondre.",
                "Une lettre vous dit ce qui vous est reproché et ce qui est envisagé. Elle est dans votre espace.",
                "Vous pouvez écrire, joindre des documents, ou être entendu avec une personne de votre choix.",
                "Vous ne pouvez pas l’ouvrir en ligne ? Appelez le 3949 ou passez à votre agence.",
            ],
            action="Lire la lettre et répondre",
            letter=partial(letters.notice, notice, title, unread=unread),
        )
    return mails


@composes(
    deeds.MAIL_DECISION,
    "measure_decision",
    label="décision motivée, avec les recours",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def decision_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that a decision waits, with its reasons and what they can do against it."""
    return _decisions(rows, unread=False)


@composes(
    deeds.MAIL_DECISION_UNREAD,
    "measure_decision_unread",
    label="décision non ouverte",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def unread_decision_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Send the same on paper to whoever has not opened it; who has, needs it no more."""
    return _decisions(rows, unread=True)


def _decisions(rows: Sequence[Row], *, unread: bool) -> dict[int, Mail]:
    decisions = (
        Decision.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("case__agency", "case__bareme", "author")
        .in_bulk()
    )
    mails = {}
    for row in rows:
        decision = decisions[row.subject_id]
        case = decision.case
        over = case.state in CASE_WITHOUT_EFFECT or decision.set_aside_at is not None
        if over or (unread and decision.notified_at is not None):
            continue
        count = months(case.agency.place)
        title = "Une décision est prise, avec ses raisons"
        mails[row.id] = about(
            case,
            subject=_DECISION,
            title=title,
            preheader=f"Vous avez {count} mois pour agir, à partir de votre lecture.",
            deadline_text=f"Vous avez {count} mois pour agir, à partir de votre lecture.",
            paragraphs=[
                "Une personne a décidé. La décision et ses raisons sont dans votre espace.",
                "Vous y trouvez aussi ce que vous pouvez faire si vous n’êtes pas d’accord, et où écrire.",
                "Vous ne pouvez pas l’ouvrir en ligne ? Appelez le 3949 ou passez à votre agence.",
            ],
            action="Lire la décision et mes recours",
            letter=partial(letters.decision, decision, title, unread=unread),
        )
    return mails


# --- what delegates are told of a region -----------------------------------------------


def count_by(rows: QuerySet[Any], by: str) -> Counter[Any]:
    """Count rows a region, or an agency, in the database."""
    return Counter(dict(rows.order_by().values_list(by).annotate(count=Count("pk"))))


def regions_of(rows: Sequence[Row]) -> dict[int, str]:
    """Give the region of each delegate these mails go to; one query."""
    delegates = DecisionMaker.objects.filter(pk__in={row.subject_id for row in rows})
    return dict(delegates.values_list("pk", "region"))
