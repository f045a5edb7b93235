"""The service's threads: what is owed first, then by their last word; and the first messages begun."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from psycopg.types.numeric import Int8

from accounts.access import advisor_required, people_for
from accounts.hours.deputising import absent_colleagues
from accounts.models import Advisor
from messaging.states import ThreadState
from messaging.threads import drafts
from messaging.web import shown
from portal.core import clock, keyset
from portal.core.french import URGENCY_TONES, due_in, short_datetime, urgency
from portal.core.prepared import ask
from portal.core.references import to_text
from portal.core.working_time import Territory

PAGE = 50
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
# Views of the list, each in the order in which it is worked: what is owed by its date, the rest by its last word.
_VIEWS: dict[str, tuple[str, ThreadState]] = {
    "": ("À répondre", ThreadState.WAITING_ADVISOR),
    "attendus": ("Attendus", ThreadState.WAITING_CLAIMANT),
    "repondus": ("Répondus", ThreadState.ANSWERED),
    "regles": ("Réglés", ThreadState.RESOLVED),
}
_EMPTY = {
    "": "Personne n’attend de réponse de vous.",
    "attendus": "Vous n’attendez rien de personne.",
    "repondus": "Aucun échange n’est en cours.",
    "regles": "Aucun échange n’est réglé.",
}


@require_safe
@advisor_required
def index(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """List the advisor's threads, and those of the colleagues they stand in for today."""
    now = clock.now()
    view = request.GET.get("vue", "")
    view = view if view in _VIEWS else ""
    away = absent_colleagues(advisor, now=now)
    whose = [advisor.pk, *(one.pk for one in away)]
    after = keyset.read(request.GET.get("apres", ""), 1)
    found, more = keyset.cut(_rows(whose, _VIEWS[view][1], after), PAGE)
    base, here = (f"?vue={view}" if view else "?"), reverse("threads:index")
    context = {
        "title": "Messages",
        "standing_in": [str(one) for one in away],
        "tabs": [
            {"label": label, "url": f"?vue={name}" if name else "?", "current": name == view, "count": None}
            for name, (label, _) in _VIEWS.items()
        ],
        "rows": [_line(row, advisor, here, now) for row in found],
        "begun": [] if after else _begun(advisor, now),
        "nothing": _EMPTY[view],
        "first_url": base if after else "",
        "next_url": f"{base}&apres={keyset.write(found[-1].place, found[-1].id)}" if more else "",
    }
    return render(request, "messaging/advisor/threads.html", context)


def _begun(advisor: Advisor, now: datetime) -> list[dict[str, str]]:
    """List the first messages the advisor has begun, to people they may still write to."""
    found = drafts.begun_by(advisor.pk)
    reachable = people_for(advisor, now, pk__in=[one.claimant_id for one in found]) if found else {}
    return [
        {
            "url": f"{reverse('threads:new')}?pour={one.claimant.ref}",
            "name": str(one.claimant),
            "subject": one.subject,
            "saved": short_datetime(one.saved_at, advisor.agency.place.zone),
        }
        for one in found
        if one.claimant_id in reachable
    ]


class Row(NamedTuple):
    """One thread of the list; `place` is the instant by which it stands where it does in its view."""

    id: int
    place: datetime
    ref: int
    topic: str
    subject: str
    last_at: datetime
    last_number: int
    unread: int
    state: str
    answer_due_at: datetime | None
    expected_by: datetime | None
    advisor_id: int
    person_first_name: str
    person_last_name: str
    first_name: str
    last_name: str
    territory: str


# A page's worth of each advisor's threads from the index of this view, in its order; of all of them the page; then
# who they are. By the ORM's `IN` PostgreSQL read all threads of two advisors and sorted them. Threads of a file in
# the archive are not there, whoever has them: their page answers 404.
_LIST = """
SELECT head.id, head.place, head.ref, head.topic, head.subject, head.last_at, head.last_number, head.advisor_unread,
       head.state, head.answer_due_at, head.expected_by, head.advisor_id,
       person.first_name, person.last_name, account.first_name, account.last_name, agency.territory
FROM (
    SELECT thread.* FROM unnest(%s) AS owner (id), LATERAL (
        SELECT thread.*, thread.{place} AS place FROM messaging_thread AS thread
        JOIN accounts_claimant AS file ON file.user_id = thread.claimant_id AND file.archived_at IS NULL
        WHERE thread.advisor_id = owner.id AND thread.state = '{state}' AND (thread.{place}, thread.id) {side} (%s, %s)
        ORDER BY thread.{place} {order}, thread.id {order} LIMIT {count}
    ) AS thread
    ORDER BY thread.place {order}, thread.id {order} LIMIT {count}
) AS head
JOIN accounts_user AS person ON person.id = head.claimant_id
JOIN accounts_user AS account ON account.id = head.advisor_id
JOIN accounts_agency AS agency ON agency.id = head.agency_id
ORDER BY head.place {order}, head.id {order}
"""


def _list(state: ThreadState) -> str:
    by = ("answer_due_at", ">", "ASC") if state == ThreadState.WAITING_ADVISOR else ("last_at", "<", "DESC")
    place, side, order = by
    return _LIST.format(place=place, side=side, order=order, state=state.value, count=PAGE + 1)


_LISTS = {state: _list(state) for _, state in _VIEWS.values()}


def _rows(whose: Sequence[int], state: ThreadState, after: tuple[datetime, list[int]] | None) -> list[Row]:
    first = _EARLIEST if state == ThreadState.WAITING_ADVISOR else _LATEST
    moment, (key,) = after or (first, [0])
    return [Row(*row) for row in ask(_LISTS[state], [[Int8(one) for one in set(whose)], moment, key])]


def _line(row: Row, advisor: Advisor, here: str, now: datetime) -> dict[str, Any]:
    zone = Territory(row.territory).zone
    owner, due = f"{row.first_name} {row.last_name}", row.answer_due_at
    stands = shown.for_service(shown.Situation(row.state, due, row.expected_by, owner, zone), now)
    followed = f" · suivi par {owner}" if row.advisor_id != advisor.pk else ""
    last_words = shown.last_words(row.last_number, row.last_at, zone)
    return {
        "url": f"{here}{to_text('MS', row.ref)}/",
        "title": f"{row.person_first_name} {row.person_last_name}",
        "subject": row.subject,
        "meta": f"{shown.TOPICS[row.topic]} · {last_words}{followed}",
        "unread": shown.unread(row.unread),
        "state": "" if due else stands.label,
        "tone": stands.tone,
        "left": due_in(due, now, zone) if due else "",
        "left_tone": URGENCY_TONES[urgency(due, now, zone)] if due else "",
    }
