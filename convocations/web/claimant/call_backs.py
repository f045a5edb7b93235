"""«Rappelez-moi»: ask to be called back, see what became of it, take it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import actor, claimant_required
from accounts.models import Claimant
from accounts.sign_in.kept_forms import restored
from convocations.evidence import call_backs, calls
from convocations.models import CallTask, Convocation
from convocations.states import CallState
from messaging.models import Thread
from portal.core import clock
from portal.core.forms import PHONE_NUMBER, HouseForm
from portal.core.french import first_up, full_date, full_datetime, last_day, short_datetime
from portal.core.transitions import Refusal

SHOWN = 20
_STATES: dict[str, tuple[str, str]] = {
    CallState.OPEN: ("À venir", "info"),
    CallState.REACHED: ("Nous nous sommes parlé", "success"),
    CallState.DROPPED: ("Retirée", "neutral"),
    CallState.UNREACHED: ("Sans réponse", "neutral"),
}
_NEXT: dict[str, str] = {
    CallState.OPEN: "{advisor} vous appelle au plus tard le {by_when}. "
    "Si vous manquez l’appel, rien ne vous est reproché.",
    CallState.REACHED: "Cette demande est close.",
    CallState.DROPPED: "Vous avez retiré cette demande. C’est sans conséquence.",
    CallState.UNREACHED: "Nous avons appelé trois fois, sans réponse. Rien ne vous est reproché. "
    "Vous pouvez demander un autre appel, appeler le 3949 ou venir à l’agence.",
}


class AskForm(HouseForm, forms.Form):
    """About what, at which number, when."""

    submit_label = "Demander à être rappelé"
    autocomplete = {"phone": "tel"}

    topic = forms.ChoiceField(
        label="À quel sujet\u202f?",
        choices=[
            ("", "Choisissez un sujet"),
            *((v, first_up(label)) for v, label in CallTask.Topic.choices),
        ],
    )
    phone = forms.CharField(
        label="À quel numéro\u202f?",
        max_length=20,
        validators=[PHONE_NUMBER],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    reachable = forms.ChoiceField(
        label="Quand êtes-vous joignable\u202f?",
        choices=[(v, first_up(label)) for v, label in CallTask.Reachable.choices],
        initial=CallTask.Reachable.ANY,
    )
    words = forms.CharField(
        label="Précision",
        max_length=240,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Votre conseiller la lira avant de vous appeler. N’écrivez jamais de diagnostic.",
    )
    rendez_vous = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@claimant_required
def index(request: HttpRequest, claimant: Claimant) -> HttpResponse:
    """Show what the person asked, and take a new request; its receipt is the next page."""
    about = _appointment(claimant, request.POST.get("rendez_vous") or request.GET.get("rendez_vous", ""))
    thread = _thread(claimant, request.GET.get("echange", ""))
    initial = {"phone": claimant.phone, "topic": "APPOINTMENT" if about else "", **_about_thread(thread)}
    initial |= restored(request)
    initial["rendez_vous"] = str(about.ref) if about else ""
    form = AskForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        asked = call_backs.Asked(data["topic"], data["phone"], data["reachable"], data["words"].strip())
        call = call_backs.ask(claimant.pk, asked, about=about, by=actor(request), now=clock.now())
        return redirect("espace:call_back", ref=call.ref)
    tz = claimant.agency.place.zone
    rows = CallTask.objects.filter(claimant=claimant, reason=call_backs.CALL_BACK).order_by("-pk")[:SHOWN]
    context = {
        "breadcrumb": [{"label": "Mon espace", "url": reverse("espace:home")}],
        "form": form,
        "about": about
        and f"Au sujet de votre rendez-vous du {full_datetime(about.starts_at, about.agency.place.zone)}.",
        "thread": thread,
        "late_since": _late_since(thread),
        "rows": [_row(row, tz) for row in rows],
        "agency": claimant.agency,
        "tries": calls.TRIES,
    }
    return render(request, "convocations/claimant/call_backs.html", context, status=form.http_status)


@require_safe
@claimant_required
def detail(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Give the receipt of a request, what was tried, and what can be done."""
    row = _own(claimant, ref)
    tz = claimant.agency.place.zone
    by_when = full_date(last_day(row.due_at, tz))
    context = {
        "breadcrumb": [
            {"label": "Mon espace", "url": reverse("espace:home")},
            {"label": "Être rappelé", "url": reverse("espace:call_backs")},
        ],
        "call": row,
        "open": row.state == CallState.OPEN,
        "state": _STATES[row.state][0],
        "tone": _STATES[row.state][1],
        "next_step": _NEXT[row.state].format(advisor=row.advisor, by_when=by_when),
        "items": [
            {"label": "Reçue le", "value": full_datetime(row.opened_at, tz, zone=True)},
            {"label": "Par", "value": f"{claimant.agency.name}\n{claimant.agency.address}"},
            {"label": "Contact", "value": f"{row.advisor}, {row.advisor.phone or claimant.agency.phone}"},
            {"label": "Sujet", "value": row.get_topic_display().capitalize()},
            {"label": "Numéro", "value": row.phone},
            {"label": "Joignable", "value": row.get_reachable_display().capitalize()},
            {"label": "Précision", "value": row.words},
        ],
        "hash": bytes(row.content_hash or b"").hex(),
        "tries": [
            {
                "date": full_datetime(one.at, tz),
                "title": "Nous nous sommes parlé" if one.reached else "Appel sans réponse",
                "text": "" if one.reached else "Rien ne vous est reproché.",
                "icon": "phone",
            }
            for one in row.tries.order_by("at", "pk")
        ],
        "agency": claimant.agency,
    }
    return render(request, "convocations/claimant/call_back.html", context)


@require_POST
@claimant_required
def withdraw(request: HttpRequest, claimant: Claimant, ref: str) -> HttpResponse:
    """Take a request back."""
    row = _own(claimant, ref)
    try:
        call_backs.withdraw(row.pk, by=actor(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Votre demande est retirée. C’est sans conséquence.")
    return redirect("espace:call_backs")


def _row(row: CallTask, tz: Any) -> dict[str, Any]:
    state, tone = _STATES[row.state]
    when = f"Au plus tard le {full_date(last_day(row.due_at, tz))}. " if row.state == CallState.OPEN else ""
    return {
        "url": reverse("espace:call_back", args=[row.ref]),
        "title": row.get_topic_display().capitalize(),
        "meta": f"{when}Demandé {short_datetime(row.opened_at, tz)}, au {row.phone}",
        "state": state,
        "tone": tone,
    }


def _own(claimant: Claimant, ref: str) -> CallTask:
    try:
        row = (
            CallTask.objects.filter(claimant=claimant, ref=ref, reason=call_backs.CALL_BACK)
            .select_related("advisor__user")
            .first()
        )
    except ValueError:
        row = None
    if row is None:
        raise Http404
    return row


def _thread(claimant: Claimant, ref: str) -> Thread | None:
    """Find the exchange of theirs whose e-mail led here; anything else is simply not named."""
    try:
        found = Thread.objects.filter(claimant=claimant, ref=ref) if ref else None
        return found.select_related("agency").first() if found is not None else None
    except ValueError:
        return None


def _about_thread(thread: Thread | None) -> dict[str, str]:
    """Put down which exchange the call is about, for the advisor to read; the person may write something else."""
    return {"topic": "OTHER", "words": f"Mon message, échange {thread.ref}."} if thread else {}


def _late_since(thread: Thread | None) -> str:
    """Say when the person wrote, as the e-mail does, while they wait for the answer."""
    if thread is None or thread.waiting_since is None:
        return ""
    return full_date(thread.waiting_since.astimezone(thread.agency.place.zone))


def _appointment(claimant: Claimant, ref: str) -> Convocation | None:
    """Find the appointment of theirs that they came from; anything else is simply not named."""
    try:
        found = Convocation.objects.filter(claimant=claimant, ref=ref) if ref else None
        return found.select_related("agency").first() if found is not None else None
    except ValueError:
        return None
