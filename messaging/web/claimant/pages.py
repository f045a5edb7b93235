"""A person's messages: the list, a new one, a thread with its receipts."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import actor, claimant_required, claimants_only
from accounts.models import Claimant, User
from accounts.sign_in.kept_forms import restored
from messaging.models import Draft, Message, Side, Thread, Topic
from messaging.threads import drafts, reading, receipts, writing
from messaging.threads.messages import Text, sent_before
from messaging.web import live, shown
from messaging.web.claimant.forms import NewForm, WriteForm
from messaging.web.loading import own_thread
from portal.core import clock, keyset
from portal.core.french import days_left, first_up, full_datetime, full_deadline, urgency
from portal.core.prepared import prepared
from portal.core.safe import choosing
from portal.core.safe.choosing import Safe
from portal.core.transitions import Refusal
from portal.core.working_time import Territory

PAGE = 50
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_TOPICS = dict(Topic.choices)
_HOME = {"label": "Mon espace", "url": "/espace/"}


# --- the list -------------------------------------------------------------------


@require_safe
@claimants_only
def index(request: HttpRequest, person: User) -> HttpResponse:
    """List the person's threads, the latest word first."""
    now = clock.now()
    about = _about(claimant_id=person.pk)
    if not about:
        raise Http404
    first, last, agency, street, postcode, city, phone, has_draft = about[0]
    moment, (key,) = keyset.read(request.GET.get("apres", ""), 1) or (_LATEST, [0])
    found, more = keyset.cut(_threads(claimant_id=person.pk, moment=moment, key=key), PAGE)
    here = reverse("espace:messages")
    return render(
        request,
        "messaging/claimant/threads.html",
        {
            "rows": [_line(row, here, now) for row in found],
            "draft": has_draft,
            "advisor": f"{first} {last}",
            "agency": {"name": agency, "address": f"{street}, {postcode} {city}", "phone": phone},
            "first_url": here if moment is not _LATEST else "",
            "next_url": f"{here}?apres={keyset.write(found[-1][1], found[-1][0])}" if more else "",
        },
    )


@prepared
def _about(claimant_id: int) -> Any:
    """Ask who follows the person, where, and whether a first message was begun."""
    begun = Draft.objects.filter(author_id=OuterRef("pk"), claimant_id=OuterRef("pk"), thread__isnull=True)
    return (
        Claimant.objects.filter(pk=claimant_id)
        .annotate(has_draft=Exists(begun))
        .values_list(
            *("advisor__user__first_name", "advisor__user__last_name"),
            *("agency__name", "agency__street", "agency__postcode", "agency__city", "agency__phone"),
            "has_draft",
        )
    )


@prepared
def _threads(claimant_id: int, moment: datetime, key: int) -> Any:
    further = Q(last_at__lt=moment) | Q(last_at=moment, id__lt=key)
    rows = Thread.objects.filter(further, claimant_id=claimant_id, last_at__lte=moment)
    return rows.order_by("-last_at", "-id").values_list(
        *("id", "last_at", "last_number", "ref", "topic", "subject", "claimant_unread"),
        *("state", "answer_due_at", "expected_by"),
        *("advisor__user__first_name", "advisor__user__last_name", "agency__territory"),
    )[: PAGE + 1]


def _line(row: tuple[Any, ...], here: str, now: datetime) -> dict[str, Any]:
    _, last_at, number, ref, topic, subject, unread, state, due, expected, first, last, territory = row
    advisor, tz = f"{first} {last}", Territory(territory).zone
    stands = shown.for_person(shown.Situation(state, due, expected, advisor, tz), now)
    return {
        "url": f"{here}{ref}/",
        "title": subject,
        "meta": f"Avec {advisor}, au sujet de\u00a0: {_TOPICS[topic]}",
        "date": shown.last_words(number, last_at, tz),
        "state": stands.label,
        "tone": stands.tone,
        "unread": shown.unread(unread),
    }


# --- writing, a thread ----------------------------------------------------------


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
@claimants_only
def thread(request: HttpRequest, person: User, ref: str) -> HttpResponse:
    """Show a thread, whose messages are read from then on; take the next one."""
    now, row = clock.now(), own_thread(person, ref)
    answer = _taken(request, row.claimant, row, row.agency.place.zone, now)
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
    stands = shown.for_person(shown.situation(row), now)
    sent = next((one.number for one in found if str(one.number) == request.GET.get("envoye")), None)
    message = _sent_by_person(row, sent) if sent else None
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
        "receipt": _receipt(message, row) if message else None,
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


def _sent_by_person(row: Thread, number: int) -> Message | None:
    """Read one of the person's own messages whole, for its receipt."""
    theirs = row.messages.filter(number=number, side=Side.CLAIMANT).select_related("author")
    message = theirs.prefetch_related("attachments__document").first()
    if message is not None:
        message.thread = row
    return message


def _receipt(message: Message, row: Thread) -> dict[str, Any]:
    return {
        "title": f"Reçu de votre message du {full_datetime(message.sent_at, row.agency.place.zone)}",
        "items": receipts.facts(message),
        "next_step": receipts.next_step(message),
        "reference": f"{row.ref}, n°\u00a0{message.number}",
        "hash": bytes(message.content_hash).hex(),
        "pdf_url": reverse("espace:message_receipt", args=[row.ref, message.number]),
    }


@require_safe
@claimants_only
def receipt(request: HttpRequest, person: User, ref: str, number: int) -> HttpResponse:
    """Give the receipt of one of the person's own messages as a paper (CRPA L112-11)."""
    row = own_thread(person, ref)
    message = _sent_by_person(row, number) if number < 2**15 else None
    if message is None:
        raise Http404
    name = f"recu-{row.ref}-{message.number}.pdf"
    return HttpResponse(
        receipts.of_message(message),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
