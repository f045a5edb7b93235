"""E-mails about threads: a message waits, something is asked for, an answer is late. Never what was written."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Count

from accounts.models import Advisor, NoticeGroup
from messaging import deeds
from messaging.emails import Mail, Row, Words, absolute, composes, lines_of
from messaging.mails.notices import digests, to_staff
from messaging.models import Message, Thread
from messaging.states import ThreadState
from portal.core.french import full_date, full_deadline

_WHY = "vous échangez avec votre conseiller dans votre espace."


@composes(
    deeds.MAIL_MESSAGE,
    "message",
    label="message de votre conseiller",
    group=NoticeGroup.MESSAGES,
    by_post=True,
)
def message_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that a message waits in their space; one already read there is not announced."""
    return {
        row.id: _to_person(
            message.thread,
            subject="Un message vous attend dans votre espace",
            preheader=f"Écrit par {message.author}, le {_day(message)}.",
            paragraphs=[
                f"{message.author}, {message.thread.agency.name}, vous a écrit le {_day(message)}.",
                "Par sécurité, le message n’est pas dans cet e-mail. Lisez-le dans votre espace.",
                "Ne répondez pas à cet e-mail : personne ne le lirait. Répondez dans votre espace.",
            ],
            action="Lire le message",
            letter=partial(_said, message),
        )
        for row, message in _unread(rows)
    }


@composes(
    deeds.MAIL_EXPECTED,
    "message_expected",
    label="élément demandé par votre conseiller",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def expected_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that something is asked of them and until when; what it is stands in their space."""
    mails = {}
    for row, message in _unread(rows):
        if message.expected_by is None or message.expected_by <= now:
            continue
        until = full_deadline(message.expected_by, message.thread.agency.place.zone)
        mails[row.id] = _to_person(
            message.thread,
            subject="Votre conseiller attend un élément de vous",
            preheader=f"À envoyer le {until}.",
            paragraphs=[
                f"{message.author}, {message.thread.agency.name}, vous a écrit le {_day(message)}.",
                "Un document ou une réponse vous est demandé. Le détail est dans votre espace.",
                "Vous n’avez pas cet élément ? Dites-le dans votre réponse. Rien ne vous est reproché.",
            ],
            action="Lire et répondre",
            deadline=f"À envoyer le {until}.",
            letter=partial(_asked, message, f"À envoyer le {until}."),
        )
    return mails


@composes(
    deeds.MAIL_EXPECTED_EXTENDED,
    "message_expected_extended",
    label="délai prolongé pour un élément demandé",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def extended_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that an outage gave them more time for what their advisor asked of them."""
    threads = _threads(rows)
    mails = {}
    for row in rows:
        thread = threads[row.subject_id]
        # It came meanwhile, or another outage moved the day again: that one has a mail of its own.
        if thread.expected_by is None or int(thread.expected_by.timestamp()) != row.occurrence:
            continue
        if thread.expected_by <= now:
            continue
        until = f"À envoyer le {full_deadline(thread.expected_by, thread.agency.place.zone)}."
        mails[row.id] = _to_person(
            thread,
            subject="Vous avez plus de temps pour répondre à votre conseiller",
            preheader=until,
            paragraphs=[
                "Le portail a été interrompu. Le temps perdu vous est rendu.",
                "Le détail de ce qui vous est demandé est dans votre espace.",
                "Vous n’avez pas cet élément ? Dites-le dans votre réponse. Rien ne vous est reproché.",
            ],
            action="Lire et répondre",
            deadline=until,
            letter=partial(_more_time, thread, until),
        )
    return mails


@composes(
    deeds.MAIL_LATE, "message_late", label="réponse en retard", group=NoticeGroup.MESSAGES, by_post=True
)
def late_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that the answer they are owed is late, with an apology and the offer of a call."""
    threads = _threads(rows)
    mails = {}
    for row in rows:
        thread = threads[row.subject_id]
        if not thread.is_late(now) or thread.waiting_since is None:
            continue
        asked = full_date(thread.waiting_since.astimezone(thread.agency.place.zone))
        mails[row.id] = _to_person(
            thread,
            subject="La réponse à votre message est en retard",
            preheader="Nous vous présentons nos excuses. Vous pouvez être rappelé.",
            paragraphs=[
                f"Vous nous avez écrit le {asked}. Nous n’avons pas répondu à temps.",
                "Nous vous présentons nos excuses. Vous pouvez être rappelé.",
                "Le responsable de votre agence est prévenu. Votre message reste en tête de liste.",
                "Vous préférez parler à quelqu’un ? Demandez un rappel dans votre espace, "
                f"ou appelez le 3949 ou l’agence : {thread.agency.phone}.",
            ],
            action="Demander à être rappelé",
            path=f"/espace/rappel/?echange={thread.ref}",
            letter=partial(_apology, thread, asked),
        )
    return mails


# --- the same on paper ----------------------------------------------------------------


def _said(message: Message) -> Words:
    """Write a message out: an e-mail only says that it waits, a letter brings it."""
    return Words(
        title="Votre conseiller vous a écrit",
        facts=_about(message.thread, ("Écrit par", f"{message.author}, le {_day(message)}")),
        parts=[("Son message", lines_of(message.body)), *_joined(message)],
    )


def _asked(message: Message, deadline: str) -> Words:
    """Say what is asked for, until when, and that not having it is no fault."""
    return Words(
        title="Votre conseiller attend un élément de vous",
        deadline=deadline,
        facts=_about(message.thread, ("Écrit par", f"{message.author}, le {_day(message)}")),
        paragraphs=[
            "Apportez cet élément à votre agence, ou envoyez-le par lettre.",
            "Vous n’avez pas cet élément ? Dites-le par téléphone ou à l’accueil. Rien ne vous est reproché.",
        ],
        parts=[
            ("Ce qui vous est demandé", lines_of(message.expected)),
            ("Son message", lines_of(message.body)),
            *_joined(message),
        ],
    )


def _more_time(thread: Thread, deadline: str) -> Words:
    return Words(
        title="Vous avez plus de temps pour répondre à votre conseiller",
        deadline=deadline,
        facts=_about(thread),
        paragraphs=[
            "Le portail a été interrompu. Le temps perdu vous est rendu.",
            "Apportez cet élément à votre agence, ou envoyez-le par lettre.",
            "Vous n’avez pas cet élément ? Dites-le par téléphone ou à l’accueil. Rien ne vous est reproché.",
        ],
        parts=[("Ce qui vous est demandé", lines_of(thread.expected))],
    )


def _joined(message: Message) -> list[tuple[str, list[str]]]:
    """Name the documents that came with a message: they are not in the letter."""
    titles = [row.document.title for row in message.attachments.all()]
    where = "Ils ne sont pas dans cette lettre. Demandez-les à votre agence : elle vous les imprime."
    return [("Documents joints au message", [*titles, where])] if titles else []


def _apology(thread: Thread, asked: str) -> Words:
    return Words(
        title="La réponse à votre message est en retard",
        facts=_about(thread, ("Écrit par vous", f"le {asked}")),
        paragraphs=[
            "Nous n’avons pas répondu à temps. Nous vous présentons nos excuses.",
            "Le responsable de votre agence est prévenu. Votre message reste en tête de liste.",
            "Vous préférez parler à quelqu’un ? Appelez, et demandez à être rappelé.",
        ],
    )


def _about(thread: Thread, *who: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Échange", str(thread.ref)), ("Objet", thread.subject), *who]


# --- for those who answer ---------------------------------------------------------------


@composes(deeds.MAIL_LATE_ADVISOR, "late_messages", label="messages à traiter")
def late_advisor_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Remind an advisor of messages whose answer is nearly due."""
    return digests(rows, _near(rows, now), **_TO_ANSWER, sentence=_ADVISOR)


@composes(deeds.MAIL_JOINED_REJECTED, "joined_rejected", label="fichier joint non gardé")
def joined_rejected_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell an advisor that a file they joined to a message did not pass the check; the thread says which and why."""
    threads = _threads(rows)
    return {
        row.id: to_staff(
            "Un fichier joint à votre message n’a pas été gardé",
            "Le message est bien parti. Un de ses fichiers, lui, n’a pas passé la vérification.",
            "La page de l’échange dit lequel et pourquoi. Vous pouvez envoyer un autre fichier. "
            "Si vous avez écrit à plusieurs personnes, aucune n’a reçu ce fichier.",
            path=f"/conseiller/messages/{threads[row.subject_id].ref}/",
            action="Ouvrir l’échange",
        )
        for row in rows
    }


@composes(deeds.MAIL_LATE_DEPUTY, "late_messages_deputy", label="messages d’un collègue absent")
def late_deputy_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a deputy of the messages that wait for the colleague they stand in for."""
    names = dict(
        Advisor.objects.filter(pk__in={row.subject_id for row in rows}).values_list("pk", "user__last_name")
    )
    counts = _near(rows, now)
    mails: dict[int, Mail] = {}
    for row in rows:
        sentence = f"Vous remplacez {names[row.subject_id]} aujourd’hui. Ces messages sont dans votre liste."
        mails |= digests([row], counts, **_TO_ANSWER, sentence=sentence)
    return mails


@composes(deeds.MAIL_LATE_SUPERVISOR, "late_messages_agency", label="messages en retard")
def late_supervisor_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor how many people of the agency wait for an answer beyond its time."""
    agencies = {row.subject_id for row in rows}
    late = Thread.objects.filter(
        agency_id__in=agencies, state=ThreadState.WAITING_ADVISOR, answer_due_at__lte=now
    )
    counts = dict(late.values("agency_id").annotate(n=Count("pk")).values_list("agency_id", "n"))
    return digests(
        rows,
        counts,
        path="/agence/?retards=messages",
        sentence="Vous pouvez les confier à un autre conseiller de l’agence. Les personnes ont été prévenues.",
        one="message attend une réponse en retard",
        many="messages attendent une réponse en retard",
        action="Voir les retards de l’agence",
    )


_TO_ANSWER = {
    "one": "message attend votre réponse",
    "many": "messages attendent votre réponse",
    "path": "/conseiller/messages/",
    "action": "Ouvrir les messages",
}
_ADVISOR = "Répondez, ou demandez ce qui vous manque\u00a0: la personne attend."


def _near(rows: Sequence[Row], now: datetime) -> dict[int, int]:
    """Count what is due within a day, or late, by owner (the row's subject)."""
    near = Thread.objects.filter(
        advisor_id__in={row.subject_id for row in rows},
        state=ThreadState.WAITING_ADVISOR,
        answer_due_at__lte=now + timedelta(days=2),
    )
    return dict(near.values("advisor_id").annotate(n=Count("pk")).values_list("advisor_id", "n"))


def _unread(rows: Sequence[Row]) -> list[tuple[Row, Message]]:
    """Give each row's message (its number is the occurrence), those left out that the person has opened."""
    found = Message.objects.filter(
        thread_id__in={row.subject_id for row in rows},
        number__in={row.occurrence for row in rows},
        reading__isnull=True,
    ).select_related("author", "thread__agency")
    found = found.prefetch_related("attachments__document")
    by_place = {(message.thread_id, message.number): message for message in found}
    return [
        (row, by_place[row.subject_id, row.occurrence])
        for row in rows
        if (row.subject_id, row.occurrence) in by_place
    ]


def _threads(rows: Sequence[Row]) -> dict[int, Thread]:
    return Thread.objects.select_related("agency").in_bulk({row.subject_id for row in rows})


def _day(message: Message) -> str:
    return full_date(message.sent_at.astimezone(message.thread.agency.place.zone))


def _to_person(
    thread: Thread,
    *,
    subject: str,
    preheader: str,
    paragraphs: Sequence[str],
    action: str,
    path: str = "",
    deadline: str = "",
    letter: Callable[[], Words],
) -> Mail:
    context = {
        "title": subject,
        "preheader": preheader,
        "body": "\n\n".join(paragraphs),
        "action_url": absolute(path or f"/espace/messages/{thread.ref}/"),
        "action_label": action,
        "why": _WHY,
    }
    if deadline:
        context["deadline_text"] = deadline
    return Mail("notice", subject, context, letter=letter)
