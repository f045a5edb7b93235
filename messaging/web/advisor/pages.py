"""One thread as the service reads it, with its answer."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts import oversight
from accounts.access import actor, advisor_required
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
from portal.core import clock
from portal.core.french import due_in, full_deadline, urgency
from portal.core.prepared import prepared
from portal.core.transitions import Refusal


# Read as they are usable: the marks of a prepared question stand in the place of the advisor.
@prepared
def _texts(advisor_id: int, agency_id: int) -> Any:
    return ReadyText.objects.usable_by(Advisor(pk=advisor_id, agency_id=agency_id))


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
    options: dict[str, Any] = {
        "today": _today(row, now),
        "texts": _texts(advisor_id=advisor.pk, agency_id=advisor.agency_id),
    }
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
    stands = shown.for_service(shown.situation(row), now)
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
