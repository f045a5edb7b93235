"""Write first: to one person from their file, or the same to several from the portfolio, with a result for each."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, advisor_required, people_for
from accounts.models import Advisor, Claimant, NoticeGroup
from accounts.sign_in.kept_forms import restored
from messaging.models import Message, ReadyText
from messaging.ready import blanks
from messaging.ready.blanks import BlankLeft, Filled
from messaging.threads import answering, drafts
from messaging.threads.answering import Answer, Sent
from messaging.threads.messages import Text
from messaging.web import shown
from messaging.web.advisor import inserting, joining, left
from messaging.web.advisor.forms import FirstForm
from messaging.web.advisor.left import Gone
from portal.core import clock
from portal.core.french import NBSP, plural
from portal.core.references import to_number
from portal.core.transitions import Refusal

# As many as a page of the portfolio shows.
AT_ONCE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@advisor_required
def new(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Ask what to write to the people chosen, then write to each; with nobody chosen, say where to choose."""
    now = clock.now()
    kept = restored(request)
    refs = request.POST.getlist("pour") or request.GET.getlist("pour") or _listed(kept.get("pour"))
    people = _people(advisor, refs, now)
    today = now.astimezone(advisor.agency.place.zone).date()
    if len(refs) == 1 and not people:
        if "form_key" in request.POST and (
            told := left.told(request, advisor, refs[0], FirstForm(request.POST, today=today, alone=True))
        ):
            return told
        raise Http404
    gone = left.of_several(advisor, request.POST.get("shown_to") or kept.get("shown_to"), refs, people)
    if not people and not gone:
        messages.warning(request, "Cochez les personnes à qui écrire, puis recommencez.")
        return redirect("desk:portfolio")
    # One of several stays one of several: the result says what became of the others.
    alone = people[0] if len(people) == 1 and not gone else None
    # The portfolio only brings the people; what the form itself sends has its key.
    sent = request.method == "POST" and "form_key" in request.POST
    if sent and alone and "brouillon" in request.POST:
        drafts.save(advisor.pk, alone.pk, None, request.POST, now=now)
        messages.success(request, drafts.kept_words(had_files=bool(request.FILES)))
        return redirect("threads:index")
    options: dict[str, Any] = {
        "today": today,
        "alone": alone is not None,
        "texts": list(ReadyText.objects.usable_by(advisor)),
    }
    preview = None
    if inserting.wanted(request):
        form = inserting.with_text(FirstForm, request, advisor, people, now=now, **options)
    elif sent:
        form = FirstForm(request.POST, **options)
        if form.is_valid():
            answer, preview = _taken(request, advisor, people, gone, form, now)
            if answer is not None:
                return answer
        if request.FILES:
            form.ask_files_again()
    else:
        form = FirstForm(
            initial={**_begun(advisor, alone), **kept, **_shown_to(advisor, people, gone)}, **options
        )
    form.cancel_url = f"/conseiller/demandeurs/{alone.ref}/" if alone else "/conseiller/portefeuille/"
    count = len(people) + len(gone)
    context = {
        "title": f"Écrire à {alone}" if alone else f"Écrire à {plural(count, 'personne')}",
        "people": people,
        "gone": gone,
        "alone": alone,
        "letters": [str(one) for one in people if not one.routes_of(NoticeGroup.MESSAGES).email],
        "form": form,
        "preview": preview,
    }
    return render(request, "messaging/advisor/new.html", context, status=form.http_status)


def _begun(advisor: Advisor, alone: Claimant | None) -> dict[str, Any]:
    """Give what the advisor has begun to write to this person."""
    return drafts.initial(drafts.of(advisor.pk, alone.pk, None)) if alone else {}


def _shown_to(advisor: Advisor, people: Sequence[Claimant], gone: Sequence[Gone]) -> dict[str, str]:
    """Sign whom the page was shown for; who was gone by then stays on it, with the reason."""
    if len(people) == 1 and not gone:
        return {"shown_to": left.proof(advisor, people[0], str(people[0].ref))}
    return {"shown_to": left.proof_of_several(advisor, [*people, *(one.person for one in gone)])}


def _taken(
    request: HttpRequest,
    advisor: Advisor,
    people: list[Claimant],
    gone: list[Gone],
    form: FirstForm,
    now: datetime,
) -> tuple[HttpResponse | None, dict[str, Any] | None]:
    """Send what was found right; or, where each person reads something else, show it first."""
    if len(people) == 1 and not gone:
        return _sent_to_one(request, advisor, people[0], form, now), None
    body = form.cleaned_data["body"]
    if not people or not blanks.left_in(body):
        return _sent_to_each(request, advisor, people, gone, form, None, now), None
    filled = blanks.fill(body, people, advisor, now)
    try:
        blanks.refuse_unknown(body)
        if all(one.open for one in filled.values()):
            raise BlankLeft(blanks.left_in(body))
    except Refusal as refusal:
        form.refuse(refusal)
        return None, None
    name = _name(form, filled)
    without_files = "avec" in request.POST and not request.FILES
    if request.POST.get("vu") == name and not without_files:
        return _sent_to_each(request, advisor, people, gone, form, filled, now), None
    if without_files:
        form.add_error(
            "uploads", "Vos fichiers n’étaient pas joints. Choisissez-les à nouveau, ou envoyez sans eux."
        )
    return None, _preview(people, filled, name) | {"with_files": bool(request.FILES)}


def _name(form: FirstForm, filled: dict[int, Filled]) -> str:
    """Name in one word what was shown before sending: another text, person or value is another name."""
    texts = [form.cleaned_data["subject"], *(f"{pk} {one.text}" for pk, one in sorted(filled.items()))]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _preview(people: Sequence[Claimant], filled: dict[int, Filled], name: str) -> dict[str, Any]:
    """Write each message as its person would read it; first who would get none, and why."""
    rows = [
        {
            "name": str(one),
            "body": shown.told(filled[one.pk].text),
            "open": ", ".join(filled[one.pk].open),
            "url": f"{reverse('threads:new')}?pour={one.ref}",
        }
        for one in people
    ]
    rows.sort(key=lambda row: not row["open"])
    will = sum(1 for row in rows if not row["open"])
    return {
        "rows": rows,
        "name": name,
        "without": len(rows) - will,
        "submit": f"Envoyer à {plural(will, 'personne')}",
    }


def _said(form: FirstForm, advisor: Advisor, documents: Sequence[int] = ()) -> Answer:
    data = form.cleaned_data
    return Answer(
        Text(data["body"], data["form_key"], documents),
        via=data["via"],
        expected=form.wanted(advisor.agency.place),
    )


def _sent_to_one(
    request: HttpRequest, advisor: Advisor, person: Claimant, form: FirstForm, now: datetime
) -> HttpResponse | None:
    about, by = {"topic": form.cleaned_data["topic"], "subject": form.cleaned_data["subject"]}, actor(request)

    def write(documents: Sequence[int]) -> Message:
        return answering.open_for(person.pk, _said(form, advisor, documents), by=by, now=now, **about)

    message = joining.sent(form, request, person, write, now=now)
    if message is None:
        return None
    messages.success(request, "C’est envoyé. La personne est prévenue.")
    return redirect("threads:thread", ref=message.thread.ref)


def _sent_to_each(
    request: HttpRequest,
    advisor: Advisor,
    people: list[Claimant],
    gone: list[Gone],
    form: FirstForm,
    filled: dict[int, Filled] | None,
    now: datetime,
) -> HttpResponse | None:
    """Send to each, and say what became of each, those who left meanwhile too; None: the form says what is wrong."""
    try:
        results = answering.open_for_each(
            people,
            _said(form, advisor),
            topic=form.cleaned_data["topic"],
            subject=form.cleaned_data["subject"],
            by=actor(request),
            now=now,
            bodies={pk: one.text for pk, one in filled.items()} if filled else None,
            files=joining.chosen(form, request),
        )
    except Refusal as refusal:
        joining.say(form, refusal)
        return None
    results += [Sent(one.person, "", one.sentence) for one in gone]
    done = sum(1 for one in results if one.ref)
    context = {
        "title": f"{plural(done, 'message envoyé', 'messages envoyés')}",
        "refused_count": len(results) - done,
        # What did not reach everybody is given back, to be said another way.
        "text": form.cleaned_data["body"] if done < len(results) else "",
        "results": [
            {
                "name": str(one.claimant),
                "url": reverse("threads:thread", args=[one.ref]) if one.ref else "",
                **_why_not(one, filled),
            }
            for one in results
        ],
    }
    return render(request, "messaging/advisor/results.html", context)


def _why_not(one: Sent, filled: dict[int, Filled] | None) -> dict[str, str]:
    """Say why somebody got nothing; where a blank stayed open, they can be written to alone."""
    if one.ref or not filled or one.claimant.pk not in filled or not filled[one.claimant.pk].open:
        return {"refused": one.refused, "apart": ""}
    lacking = ", ".join(filled[one.claimant.pk].open)
    return {
        "refused": f"Il manque{NBSP}: {lacking}.",
        "apart": f"{reverse('threads:new')}?pour={one.claimant.ref}",
    }


def _people(advisor: Advisor, refs: list[str], now: datetime) -> list[Claimant]:
    """Give those of the people named whom the advisor may write to, in the order named."""
    known = []
    for ref in dict.fromkeys(refs[:AT_ONCE]):
        try:
            to_number("DE", ref)
        except ValueError:
            continue
        known.append(ref)
    found = {str(one.ref): one for one in people_for(advisor, now, ref__in=known).values()} if known else {}
    return [found[ref] for ref in known if ref in found]


def _listed(kept: object) -> list[str]:
    if isinstance(kept, list):
        return [str(one) for one in kept]
    return [kept] if isinstance(kept, str) and kept else []
