"""The service's threads: what is owed first, and one thread with its answer."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import oversight
from accounts.access import actor, advisor_required, people_for
from accounts.hours.deputising import absent_colleagues
from accounts.models import Advisor
from accounts.sign_in.kept_forms import restored
from messaging.models import Message, ReadyText, Thread
from messaging.states import ThreadState
from messaging.threads import answering, drafts, reading
from messaging.threads.answering import Answer
from messaging.threads.messages import Text
from messaging.web import live, shown
from messaging.web.advisor import inserting, joining, left
from messaging.web.advisor.forms import AnswerForm
from messaging.web.loading import thread_for
from portal.core import clock, keyset
from portal.core.french import due_in, full_deadline, short_datetime, urgency
from portal.core.transitions import Refusal

PAGE = 50
# Views of the list, each in the order in which it is worked: what is owed by its date, the rest by its last word.
_VIEWS: dict[str, tuple[str, ThreadState]] = {
    "": ("À répondre", ThreadState.WAITING_ADVISOR),
    "attendus": ("Attendus", ThreadState.WAITING_CLAIMANT),
    "repondus": ("Répondus", ThreadState.ANSWERED),
    "regles": ("Réglés", ThreadState.RESOLVED),
}
_TONES = {"past": "tone-danger", "urgent": "tone-warning", "soon": "tone-neutral", "calm": "tone-neutral"}
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
    place = keyset.read(request.GET.get("apres", ""), 1)
    after = (place[0], place[1][0]) if place else None
    found, more = keyset.cut(_rows(whose, _VIEWS[view][1], after), PAGE)
    last = found[-1] if found else None
    base = f"?vue={view}" if view else "?"
    context = {
        "title": "Messages",
        "standing_in": [str(one) for one in away],
        "tabs": [
            {"label": label, "url": f"?vue={name}" if name else "?", "current": name == view, "count": None}
            for name, (label, _) in _VIEWS.items()
        ],
        "rows": [_line(row, advisor, now) for row in found],
        "begun": [] if after else _begun(advisor, now),
        "nothing": _EMPTY[view],
        "first_url": base if after else "",
        "next_url": f"{base}&apres={keyset.write(_key(last), last.pk)}" if more and last else "",
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


def _rows(whose: list[int], state: ThreadState, after: tuple[datetime, int] | None) -> list[Thread]:
    rows = Thread.objects.filter(advisor_id__in=whose, state=state).select_related(
        "claimant__user", "agency", "advisor__user"
    )
    owed = state == ThreadState.WAITING_ADVISOR
    if after is not None:
        key, side = ("answer_due_at", "gt") if owed else ("last_at", "lt")
        rows = rows.filter(**{f"{key}__{side}": after[0]}) | rows.filter(
            **{key: after[0], f"pk__{side}": after[1]}
        )
    return list(rows.order_by(*(("answer_due_at", "pk") if owed else ("-last_at", "-pk")))[: PAGE + 1])


def _key(row: Thread) -> datetime:
    """Give the instant by which the row stands where it does in its view."""
    return row.answer_due_at or row.last_at


def _line(row: Thread, advisor: Advisor, now: datetime) -> dict[str, Any]:
    zone = row.agency.place.zone
    stands = shown.for_service(row, now)
    owner = f" · suivi par {row.advisor}" if row.advisor_id != advisor.pk else ""
    return {
        "url": reverse("threads:thread", args=[row.ref]),
        "title": str(row.claimant),
        "subject": row.subject,
        "meta": f"{shown.TOPICS[row.topic]} · {shown.last_words(row, zone)}{owner}",
        "unread": shown.unread(row.advisor_unread),
        "state": "" if row.answer_due_at else stands.label,
        "tone": stands.tone,
        "left": due_in(row.answer_due_at, now, zone) if row.answer_due_at else "",
        "left_tone": _TONES[urgency(row.answer_due_at, now, zone)] if row.answer_due_at else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def thread(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show a thread to who answers it, which is proof of reading; take the answer, or show who was faster."""
    now = clock.now()
    try:
        return _thread(request, advisor, ref, now)
    except Http404:
        gone = _left(request, advisor, ref, now)
        if gone is None:
            raise
        return gone


def _thread(request: HttpRequest, advisor: Advisor, ref: str, now: datetime) -> HttpResponse:
    row = thread_for(advisor, ref, now)
    oversight.note_opening(advisor.pk, row.claimant_id, now=now)
    if request.method == "POST" and "brouillon" in request.POST:
        drafts.save(advisor.pk, row.claimant_id, row.pk, request.POST, now=now)
        messages.success(request, drafts.kept_words(had_files=bool(request.FILES)))
        return redirect("threads:thread", ref=row.ref)
    options: dict[str, Any] = {"today": _today(row, now), "texts": list(ReadyText.objects.usable_by(advisor))}
    if inserting.wanted(request):
        form = inserting.with_text(AnswerForm, request, advisor, [row.claimant], now=now, **options)
    elif request.method == "POST":
        form = AnswerForm(request.POST, **options)
        if form.is_valid() and _answered(request, row, form, now):
            messages.success(request, _done(form))
            return redirect("threads:thread", ref=row.ref)
        if form.refused:
            # What stands there now is shown below; sending again is answering that.
            row = thread_for(advisor, ref, now)
            form.data = {**request.POST.dict(), "seen": row.as_seen}
        if request.FILES:
            form.ask_files_again()
    else:
        initial = {**drafts.initial(drafts.of(advisor.pk, row.claimant_id, row.pk)), **restored(request)}
        proof = left.proof(advisor, row.claimant, str(row.ref))
        form = AnswerForm(initial={**initial, "seen": row.as_seen, "shown_to": proof}, **options)
    return _page(request, row, advisor, form, now)


def _today(row: Thread, now: datetime) -> date:
    return now.astimezone(row.agency.place.zone).date()


def _left(request: HttpRequest, advisor: Advisor, ref: str, now: datetime) -> HttpResponse | None:
    """Give back what was typed about a thread that left while it was being answered, to who had it before them."""
    if request.method != "POST":
        return None
    form = AnswerForm(request.POST, today=now.astimezone(advisor.agency.place.zone).date())
    return left.told(request, advisor, ref, form)


def _answered(request: HttpRequest, row: Thread, form: AnswerForm, now: datetime) -> bool:
    """Send the answer with its files; what is wrong with it is written in the form."""
    data, by = form.cleaned_data, actor(request)

    def write(documents: Sequence[int]) -> Message:
        said = Answer(
            Text(data["body"], data["form_key"], documents),
            via=data["via"],
            expected=form.wanted(row.agency.place),
            settles=data["settles"],
        )
        return answering.answer(row.pk, said, seen=data["seen"], by=by, now=now)

    return joining.sent(form, request, row.claimant, write, now=now) is not None


def _done(form: AnswerForm) -> str:
    if form.cleaned_data["expected"]:
        return "C’est envoyé. Votre délai s’arrête jusqu’à la réponse de la personne."
    if form.cleaned_data["settles"]:
        return "C’est envoyé, et l’échange est réglé."
    return "C’est envoyé. La personne est prévenue."


def _page(
    request: HttpRequest, row: Thread, advisor: Advisor, form: AnswerForm, now: datetime
) -> HttpResponse:
    zone = row.agency.place.zone
    found, earlier = shown.page_of(row, shown.before(request))
    told = shown.messages(found, row, to_person=False)
    if request.method == "GET":
        reading.opened_by_service(row, by=actor(request), now=now)
    here = reverse("threads:thread", args=[row.ref])
    stands = shown.for_service(row, now)
    due = row.answer_due_at
    context = {
        "row": row,
        "title": row.subject,
        "topic": shown.TOPICS[row.topic],
        "stands": stands,
        "due": {
            "date": full_deadline(due, zone),
            "left": due_in(due, now, zone),
            "level": urgency(due, now, zone),
        }
        if due
        else None,
        "expected_by": full_deadline(row.expected_by, zone) if row.expected_by else "",
        "owner": "" if row.advisor_id == advisor.pk else str(row.advisor),
        "messages_shown": told,
        "earlier_url": f"{here}?avant={earlier}" if earlier else "",
        "latest_url": here if "avant" in request.GET else "",
        "live": None
        if "avant" in request.GET
        else live.line(row, "threads:live", "threads:typing", str(row.claimant)),
        "form": form,
        "may_resolve": row.state != ThreadState.RESOLVED,
        "seen": row.as_seen,
    }
    return render(request, "messaging/advisor/thread.html", context, status=form.http_status)


@require_POST
@advisor_required
def resolve(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Put a thread away without a word more."""
    now = clock.now()
    row = thread_for(advisor, ref, now)
    try:
        answering.resolve(row.pk, seen=request.POST.get("seen", "")[:60], by=actor(request), now=now)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "L’échange est réglé. La personne peut le rouvrir en écrivant.")
    return redirect("threads:thread", ref=row.ref)
