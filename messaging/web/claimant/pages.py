"""A person's messages: the list, a new one, a thread with its receipts."""

from datetime import datetime, tzinfo
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from accounts.sign_in.kept_forms import restored
from messaging.models import Message, Side, Thread, Topic
from messaging.threads import drafts, reading, receipts, writing
from messaging.threads.messages import Text, sent_before
from messaging.web import live, shown
from messaging.web.claimant.forms import NewForm, WriteForm
from messaging.web.loading import own_thread
from portal.core import clock, keyset
from portal.core.french import days_left, first_up, full_datetime, full_deadline, urgency
from portal.core.safe import choosing
from portal.core.safe.choosing import Safe
from portal.core.transitions import Refusal

PAGE = 50
_HOME = {"label": "Mon espace", "url": "/espace/"}


@require_safe
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """List the person's threads, the latest word first."""
    now = clock.now()
    rows = Thread.objects.of(claimant.pk).order_by("-last_at", "-pk")
    place = keyset.read(request.GET.get("apres", ""), 1)
    if place is not None:
        older = rows.filter(last_at__lt=place[0]) | rows.filter(last_at=place[0], pk__lt=place[1][0])
        rows = older.order_by("-last_at", "-pk")
    found, more = keyset.cut(list(rows.select_related("agency", "advisor__user")[: PAGE + 1]), PAGE)
    here = reverse("espace:messages")
    last = found[-1] if found else None
    return render(
        request,
        "messaging/claimant/threads.html",
        {
            "rows": [_line(row, now) for row in found],
            "draft": drafts.of(claimant.user_id, claimant.pk, None),
            "advisor": claimant.advisor,
            "agency": claimant.agency,
            "first_url": here if place else "",
            "next_url": f"{here}?apres={keyset.write(last.last_at, last.pk)}" if more and last else "",
        },
    )


def _line(row: Thread, now: datetime) -> dict[str, Any]:
    stands = shown.for_person(row, now)
    return {
        "url": reverse("espace:thread", args=[row.ref]),
        "title": row.subject,
        "meta": f"Avec {row.advisor}, au sujet de\u00a0: {row.get_topic_display()}",
        "date": shown.last_words(row, row.agency.place.zone),
        "state": stands.label,
        "tone": stands.tone,
        "unread": shown.unread(row.claimant_unread),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def new(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Take the first message of a thread, or keep it for later."""
    answer = _taken(request, claimant, None, claimant.agency.place.zone, clock.now())
    if isinstance(answer, HttpResponse):
        return answer
    answer.cancel_url = reverse("espace:messages")
    context = {
        "form": answer,
        "breadcrumb": [_HOME, {"label": "Mes messages", "url": reverse("espace:messages")}],
        "advisor": claimant.advisor,
        "agency": claimant.agency,
    }
    return render(request, "messaging/claimant/new.html", context, status=answer.http_status)


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def thread(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Show a thread, whose messages are read from then on; take the next one."""
    now, row = clock.now(), own_thread(claimant, ref)
    answer = _taken(request, claimant, row, row.agency.place.zone, now)
    return answer if isinstance(answer, HttpResponse) else _page(request, row, answer, now)


def _taken(
    request: HttpRequest, claimant: Claimant, row: Thread | None, tz: tzinfo, now: datetime
) -> HttpResponse | WriteForm:
    """Give the form to fill in, with what was begun; or take what was sent, into `row` or a new thread."""
    kind, safe = (WriteForm if row else NewForm), Safe(claimant.user, tz)
    if request.method == "POST":
        with transaction.atomic():
            choosing.one_at_a_time(choosing.form_key(request.POST))
            return _posted(request, kind, claimant, row, safe, now)
    kept = drafts.initial(drafts.of(claimant.user_id, claimant.pk, row.pk if row else None))
    initial = {**kept, **restored(request)}
    return kind(initial=initial, owned=safe.usable(initial.get("documents") or ()), tz=tz)


def _posted(
    request: HttpRequest,
    kind: type[WriteForm],
    claimant: Claimant,
    row: Thread | None,
    safe: Safe,
    now: datetime,
) -> HttpResponse | WriteForm:
    by = actor(request)
    if (earlier := sent_before(choosing.form_key(request.POST), by)) is not None:
        return _sent(earlier)
    form = choosing.take(kind, request.POST, request.FILES.getlist("uploads"), safe, by=by, now=now)
    if "brouillon" in request.POST:
        _keep(form, claimant, row, now)
        messages.success(request, "Votre brouillon est gardé. Il n’est pas envoyé.")
        return redirect("espace:thread", ref=row.ref) if row else redirect("espace:messages")
    if form.is_valid():
        data = form.cleaned_data
        text = Text(data["body"], data["form_key"], safe.chosen_ids(form))
        try:
            if row is not None:
                return _sent(writing.write(row.pk, text, by=by, now=now))
            about = {"topic": Topic(data["topic"]), "subject": data["subject"]}
            return _sent(writing.open_thread(claimant.pk, text=text, by=by, now=now, **about))
        except Refusal as refusal:
            form.refuse(refusal)
    return form


def _keep(form: WriteForm, claimant: Claimant, thread: Thread | None, now: datetime) -> None:
    """Keep what was typed, right or wrong; new files are in the safe already."""
    drafts.save(
        claimant.user_id,
        claimant.pk,
        thread.pk if thread else None,
        form.data,
        documents=[str(one) for one in form["documents"].value() or ()] if "documents" in form.fields else [],
        now=now,
    )


def _sent(message: Message) -> HttpResponse:
    return redirect(f"{reverse('espace:thread', args=[message.thread.ref])}?envoye={message.number}")


def _page(request: HttpRequest, row: Thread, form: WriteForm, now: datetime) -> HttpResponse:
    found, earlier = shown.page_of(row, shown.before(request))
    told = shown.messages(found, row, to_person=True)
    stands = shown.for_person(row, now)
    sent = next((one for one in found if str(one.number) == request.GET.get("envoye")), None)
    if request.method == "GET":
        reading.opened_by_person(row, by=actor(request), now=now)
    here = reverse("espace:thread", args=[row.ref])
    context = {
        "row": row,
        "title": row.subject,
        "stands": stands,
        "breadcrumb": [_HOME, {"label": "Mes messages", "url": reverse("espace:messages")}],
        "messages_shown": told,
        "earlier_url": f"{here}?avant={earlier}" if earlier else "",
        "latest_url": here if "avant" in request.GET else "",
        "live": None
        if "avant" in request.GET
        else live.line(row, "espace:thread_live", "espace:thread_typing", str(row.advisor)),
        "late": row.is_late(now),
        "due": _due(row, now),
        "receipt": _receipt(sent, row) if sent and sent.side == Side.CLAIMANT else None,
        "form": form,
        "kept": form.initial.get("body") and not form.is_bound,
        "agency": row.agency,
    }
    return render(request, "messaging/claimant/thread.html", context, status=form.http_status)


def _due(row: Thread, now: datetime) -> dict[str, str] | None:
    """Say until when the person is asked for something."""
    if row.expected_by is None:
        return None
    tz = row.agency.place.zone
    left = days_left(row.expected_by, now, tz)
    return {
        "what": row.expected,
        "date": full_deadline(row.expected_by, tz),
        "left": first_up(left),
        "level": urgency(row.expected_by, now, tz),
    }


def _receipt(message: Message, row: Thread) -> dict[str, Any]:
    message.thread = row
    return {
        "title": f"Reçu de votre message du {full_datetime(message.sent_at, row.agency.place.zone)}",
        "items": receipts.facts(message),
        "next_step": receipts.next_step(message),
        "reference": f"{row.ref}, n°\u00a0{message.number}",
        "hash": bytes(message.content_hash).hex(),
        "pdf_url": reverse("espace:message_receipt", args=[row.ref, message.number]),
    }


@require_safe
@claimant_required
def receipt(request: HttpRequest, claimant: Claimant, ref: str, number: int) -> HttpResponse:
    """Give the receipt of one of the person's own messages as a paper (CRPA L112-11)."""
    row = own_thread(claimant, ref)
    message = (
        row.messages.filter(number=number, side=Side.CLAIMANT).select_related("author").first()
        if number < 2**15
        else None
    )
    if message is None:
        raise Http404
    message.thread = row
    name = f"recu-{row.ref}-{message.number}.pdf"
    return HttpResponse(
        receipts.of_message(message),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
