"""The hearing: fixed, noted, or not held."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.access import actor, decision_maker_required
from accounts.models import DecisionMaker
from accounts.sign_in.kept_forms import restored
from measures.models import Case, Hearing
from measures.procedure.contradiction import hearing as hearings
from measures.web.delegate import loading, shown
from measures.web.delegate.acts import acting
from measures.web.delegate.acts.forms import HearingForm, MinutesForm, NotHeldForm
from portal.core import clock


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def fix(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Give a hearing its date and place, or other ones: the person is told each time."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST" and not can.fix_hearing:
        return acting.too_late(request, row, can)
    form = HearingForm(request.POST or None, initial=restored(request), zone=row.agency.place.zone)
    if request.method == "POST" and form.is_valid():
        moment, place = form.cleaned_data["moment"], form.cleaned_data["place"]
        # The same hour and place again, by a second click, is not told twice.
        same = Hearing.objects.filter(case=row, dropped_at__isnull=True, at=moment, place=place)
        if same.exists() or acting.tried(
            form, lambda: hearings.fix(row.pk, at=moment, place=place, by=actor(request), now=now)
        ):
            return acting.done(request, row, "L’audition est fixée. La personne reçoit la date et le lieu.")
    lead = "La personne peut venir avec quelqu’un de son choix. Personne ne décide avant de l’avoir entendue."
    return acting.page(request, row, form, title="Fixer l’audition", lead=lead, hearing_facts=_facts(row))


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def minutes(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Write down what was said."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST" and not can.note_hearing:
        return acting.too_late(request, row, can)
    form = MinutesForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["minutes"]
        if acting.tried(
            form,
            lambda: hearings.hold_hearing(row.pk, minutes=said, by=actor(request), now=now),
            lambda: Hearing.objects.filter(case=row, minutes=said.strip()).exists(),
        ):
            return acting.done(request, row, "Le compte rendu est enregistré. La personne peut le lire.")
    lead = "Écrivez ce qui a été dit, des deux côtés. Les quinze jours pour décider partent de l’audition."
    return acting.page(
        request, row, form, title="Compte rendu de l’audition", lead=lead, hearing_facts=_facts(row)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@decision_maker_required
def not_held(request: HttpRequest, delegate: DecisionMaker, ref: str) -> HttpResponse:
    """Note that a hearing was not held, and why: nothing is held against anybody for it."""
    now = clock.now()
    row = loading.case_for(delegate, ref, now)
    can = acting.abilities_of(row, delegate, now)
    if request.method != "POST" and not can.note_hearing:
        return acting.too_late(request, row, can)
    form = NotHeldForm(request.POST or None, initial=restored(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if acting.tried(
            form,
            lambda: hearings.drop(row.pk, reason=reason, by=actor(request), now=now),
            lambda: Hearing.objects.filter(case=row, dropped_for=reason.strip()).exists(),
        ):
            return acting.done(
                request, row, "C’est noté. La personne peut encore écrire jusqu’à la décision."
            )
    lead = "Personne n’est venu, ou l’audition n’a pas pu se tenir. Rien n’est reproché à la personne."
    return acting.page(
        request, row, form, title="L’audition n’a pas eu lieu", lead=lead, hearing_facts=_facts(row)
    )


def _facts(row: Case) -> list[dict[str, object]]:
    found = loading.hearing_of(row)
    return shown.hearing_facts(found) if found is not None else []
