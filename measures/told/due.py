"""What a person's procedures ask of them, to be read along with their file and put among what is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from measures.models import Case as Procedure
from measures.models import Decision, GraciousAppeal, Hearing, LiftRequest
from measures.states import CaseState
from portal.core.references import to_text

_S = CaseState
AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a procedure asks: what, why, where, and until when if a time runs."""

    title: str
    text: str
    url: str
    act: str
    label: str = "Au plus tard"
    due: datetime | None = None


def of_claimant() -> Any:
    """Give the procedures that ask something of the outer query's claimant, to be read along with their file."""
    sent = Decision.objects.filter(case=OuterRef("pk"), set_aside_at__isnull=True, sent_at__isnull=False)
    fixed = Hearing.objects.filter(case=OuterRef("pk"), dropped_at__isnull=True, at__isnull=False)
    refused = LiftRequest.objects.filter(case=OuterRef("pk"), granted=False, notified_at__isnull=True)
    answered = GraciousAppeal.objects.filter(
        appeal__case=OuterRef("pk"), answered_at__isnull=False, notified_at__isnull=True
    )
    return (
        Procedure.objects.filter(
            Q(state__in=[_S.NOTICE_SENT, _S.NOTICE_RECEIVED, _S.HEARING_REQUESTED, _S.DECIDED])
            | Exists(refused)
            | Exists(answered),
            claimant_id=OuterRef("pk"),
        )
        .annotate(
            decision_sent=_one(sent, "sent_at"),
            heard_at=_one(fixed, "at"),
            lift_refused=Exists(refused),
            answered=_one(answered, "appeal__ref"),
        )
        .order_by("pk")
        .values_list(
            JSONObject(
                ref="ref",
                state="state",
                until="notice__observations_until",
                sent="decision_sent",
                heard="heard_at",
                refused="lift_refused",
                answered="answered",
            )
        )[:AT_MOST]
    )


def asked(rows: Iterable[Mapping[str, Any]], now: datetime) -> list[Asked]:
    """Say what each asks: to read, to answer, to come."""
    return [one for row in rows for one in (_asked(row, now), _to_read(row)) if one is not None]


def _one(rows: Any, column: str) -> Any:
    return Subquery(rows.values(column)[:1])


def _asked(row: Mapping[str, Any], now: datetime) -> Asked | None:
    url = f"/espace/procedures/{to_text('PR', row['ref'])}/"
    until, heard = _moment(row["until"]), _moment(row["heard"])
    if row["state"] == _S.NOTICE_SENT:
        text = (
            "Vous êtes informé avant toute décision. Vous aurez dix jours pour répondre, dès votre lecture."
        )
        return Asked("Une lettre importante vous attend", text, url, "Lire la lettre")
    if row["state"] == _S.NOTICE_RECEIVED:
        text = "Rien n’est décidé. Écrivez vos observations, ou demandez à être entendu."
        if until is not None and until <= now:
            text = "Votre délai est fini, mais votre réponse compte encore."
        return Asked("Répondez à la lettre d’information", text, url, "Répondre", due=until)
    if row["state"] == _S.HEARING_REQUESTED and heard is not None and heard > now:
        text = "Vous direz ce que vous voulez. Une personne de votre choix peut vous assister."
        return Asked("Vous êtes entendu bientôt", text, url, "Voir mon audition", "Le rendez-vous", heard)
    if row["state"] == _S.DECIDED and row["sent"] is not None:
        text = "Lisez ses raisons, et ce que vous pouvez faire si vous n’êtes pas d’accord."
        return Asked("Une décision vous attend", text, url, "Lire la décision")
    return None


def _to_read(row: Mapping[str, Any]) -> Asked | None:
    """An answer that waits to be opened: the time to act begins with its reading."""
    if row["answered"] is not None:
        text = "Lisez-la, avec ses raisons et ce que vous pouvez encore faire."
        url = f"/espace/recours/{to_text('RC', row['answered'])}/"
        return Asked("Votre recours gracieux a sa réponse", text, url, "Lire la réponse")
    if row["refused"]:
        text = "Lisez ses raisons, et ce que vous pouvez faire si vous n’êtes pas d’accord."
        url = f"/espace/procedures/{to_text('PR', row['ref'])}/#levee"
        return Asked("Votre demande de levée a sa réponse", text, url, "Lire la réponse")
    return None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
