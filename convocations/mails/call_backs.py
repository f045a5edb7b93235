"""E-mails about a call that a person asked for: received, and what to do when nobody reached them."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import NoticeGroup
from convocations import deeds
from convocations.mails.following import mail_to
from convocations.models import CallTask
from convocations.states import CallState
from messaging.emails import Mail, Row, composes
from portal.core.french import full_date, full_datetime, last_day


@composes(
    deeds.MAIL_CALL_BACK_ASKED,
    "call_back_asked",
    label="demande de rappel reçue",
    group=NoticeGroup.MESSAGES,
    by_post=True,
)
def call_back_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Give the receipt of a request to be called back, without what it is about."""
    return {
        row.id: mail_to(
            call.claimant.agency,
            "Nous avons reçu votre demande de rappel",
            preheader=f"Nous vous appelons au plus tard le {_by_when(call)}.",
            paragraphs=[
                f"Reçue le {full_datetime(call.opened_at, call.claimant.agency.place.zone)}. Référence : {call.ref}.",
                f"{call.advisor} vous appelle au plus tard le {_by_when(call)}, jusqu’à trois fois.",
                "Si vous manquez l’appel, rien ne vous est reproché.",
            ],
            path=f"/espace/rappel/{call.ref}/",
            action="Voir ou retirer ma demande",
        )
        for row, call in _calls(rows)
        if call.state == CallState.OPEN
    }


@composes(
    deeds.MAIL_CALL_BACK_UNREACHED,
    "call_back_unreached",
    label="rappel sans réponse",
    group=NoticeGroup.MESSAGES,
    by_post=True,
)
def unreached_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a person whom three calls did not reach that nothing is held against them, and what to do."""
    return {
        row.id: mail_to(
            call.claimant.agency,
            "Nous n’avons pas réussi à vous joindre",
            preheader="Rien ne vous est reproché. Vous pouvez demander un autre appel.",
            paragraphs=[
                "Vous aviez demandé à être rappelé. Nous avons appelé trois fois, sans réponse. "
                "Rien ne vous est reproché.",
                "Vous pouvez demander un autre appel, à un autre moment ou à un autre numéro. "
                "Vous pouvez aussi appeler le 3949, ou venir à l’agence.",
            ],
            path="/espace/rappel/",
            action="Demander un autre appel",
        )
        for row, call in _calls(rows)
    }


def _calls(rows: Sequence[Row]) -> list[tuple[Row, CallTask]]:
    found = CallTask.objects.select_related("claimant__agency", "advisor__user").in_bulk(
        {row.subject_id for row in rows}
    )
    return [(row, found[row.subject_id]) for row in rows]


def _by_when(call: CallTask) -> str:
    return full_date(last_day(call.due_at, call.claimant.agency.place.zone))
