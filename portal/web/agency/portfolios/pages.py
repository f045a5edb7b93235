"""Who follows how many, and moving people: one or many, to a colleague or another agency, seen before the click."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts import portfolios
from accounts.access import actor, supervisor_required
from accounts.following import choosing
from accounts.models import Advisor, Agency, Claimant
from accounts.sign_in.kept_forms import restored
from convocations.desk.people import in_hand
from portal.core import clock, keyset, parameters
from portal.core.forms import HouseForm
from portal.core.french import number, plural
from portal.core.references import to_number
from portal.web.agency.portfolios.moving import Line, Would, load_after, move

PAGE = 50


class MoveForm(HouseForm, forms.Form):
    """To whom the ticked people go, and why."""

    marks_optional = False

    to = forms.ChoiceField(label="Confier à")
    reason = forms.CharField(
        label="Pourquoi\u202f?",
        max_length=240,
        required=False,
        help_text="Obligatoire pour dépasser un repère ou changer d’agence. Les personnes liront cette raison.",
    )

    def __init__(self, *args: Any, supervisor: Advisor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.advisors = {str(one.pk): one for one in choosing.active(supervisor.agency_id)}
        self.agencies = {
            f"agence-{one.pk}": one for one in choosing.open_agencies() if one.pk != supervisor.agency_id
        }
        colleagues = sorted(
            ((key, str(one)) for key, one in self.advisors.items()), key=lambda choice: choice[1].lower()
        )
        places = [(key, one.name) for key, one in self.agencies.items()]
        field: Any = self.fields["to"]
        field.choices = [("", "Choisissez"), ("Un conseiller de l’agence", colleagues)]
        if places:
            field.choices = [*field.choices, ("Une autre agence", places)]

    @property
    def target(self) -> Advisor | Agency:
        """Give whom or where the people go."""
        chosen = self.cleaned_data["to"]
        return self.advisors[chosen] if chosen in self.advisors else self.agencies[chosen]


@require_http_methods(["GET", "HEAD"])
@supervisor_required
def index(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Show each advisor's load against the marks, and the people of the one that is chosen."""
    form = MoveForm(supervisor=supervisor, initial=restored(request))
    return _page(request, supervisor, form, request.GET.get("conseiller", ""))


@require_POST
@supervisor_required
def preview(request: HttpRequest, supervisor: Advisor) -> HttpResponse:
    """Show line by line what a move would do; once confirmed, do it and say what became of each."""
    form = MoveForm(request.POST, supervisor=supervisor)
    refs = list(dict.fromkeys(request.POST.getlist("ligne")))[:PAGE]
    chosen = request.POST.get("conseiller", "")
    if not refs:
        form.add_error(None, "Cochez au moins une personne, puis recommencez.")
    if not form.is_valid():
        return _page(request, supervisor, form, chosen)
    people = _people(supervisor, refs)
    target, reason = form.target, form.cleaned_data["reason"]
    if request.POST.get("etape") == "confirmer":
        # One instant for all of them: each advisor gets one e-mail of it.
        now = clock.now()
        lines = [move(person, target, reason, by=actor(request), now=now) for person in people]
        return _done(request, lines, len(refs) - len(people), target, chosen)
    return _previewed(request, people, target, reason, supervisor, chosen)


# --- the page -------------------------------------------------------------------


def _page(request: HttpRequest, supervisor: Advisor, form: MoveForm, chosen: str) -> HttpResponse:
    loads = _loads(supervisor.agency_id, chosen)
    known = {row["id"] for row in loads}
    people: list[Claimant] = []
    more = False
    if chosen in known:
        rows = Claimant.objects.of_agency(supervisor.agency_id).filter(advisor_id=int(chosen))
        after = request.GET.get("apres", "")
        if after.isascii() and after.isdigit() and len(after) <= 18:
            rows = rows.filter(pk__gt=int(after))
        people, more = keyset.cut(list(rows.select_related("user").order_by("pk")[: PAGE + 1]), PAGE)
    ticked = request.POST.getlist("ligne")
    context = {
        "title": "Portefeuilles",
        "loads": loads,
        "marks": _marks(),
        "chosen": chosen if chosen in known else "",
        "chosen_name": next((row["name"] for row in loads if row["id"] == chosen), ""),
        "people": [
            {
                "ref": str(row.ref),
                "name": str(row),
                "mode": row.get_follow_up_mode_display(),
                "ticked": str(row.ref) in ticked,
            }
            for row in people
        ],
        "next_url": f"?conseiller={chosen}&apres={people[-1].pk}" if more else "",
        "first_url": f"?conseiller={chosen}" if "apres" in request.GET else "",
        "form": form,
    }
    return render(request, "web/agency/portfolios.html", context, status=form.http_status)


def _loads(agency_id: int, chosen: str) -> list[dict[str, Any]]:
    """Count each advisor's people against the marks, the fullest first; those who left while they have people."""
    marks = parameters.current()
    advisors = list(Advisor.objects.filter(agency_id=agency_id).select_related("user"))
    counted = portfolios.loads([one.pk for one in advisors])
    rows = []
    for one in advisors:
        load = counted[one.pk]
        if not one.user.is_active and not load.people:
            continue
        over = load.people > marks.portfolio_max or load.reinforced > marks.portfolio_reinforced_max
        rows.append(
            {
                "id": str(one.pk),
                "name": str(one),
                "people": load.people,
                "reinforced": load.reinforced,
                "over": over,
                "light": load.people < marks.portfolio_min,
                "gone": not one.user.is_active,
                "web": one.volunteers_for_web,
                "current": str(one.pk) == chosen,
            }
        )
    return sorted(rows, key=lambda row: (-row["people"], row["name"]))


def _marks() -> str:
    marks = parameters.current()
    return (
        f"Repères\u00a0: {number(marks.portfolio_min)} à {number(marks.portfolio_max)} personnes par conseiller, "
        f"{number(marks.portfolio_reinforced_max)} suivis renforcés au plus."
    )


# --- before and after the move ----------------------------------------------------


def _people(supervisor: Advisor, refs: Sequence[str]) -> list[Claimant]:
    """Load the ticked people of the supervisor's agency, in the order they were ticked."""
    wanted = []
    for ref in refs:
        try:
            wanted.append(to_number("DE", ref))
        except ValueError:
            continue
    rows = Claimant.objects.of_agency(supervisor.agency_id).filter(ref__in=wanted)
    found = {str(row.ref): row for row in rows.select_related("user", "agency", "advisor__user")}
    return [found[ref] for ref in refs if ref in found]


def _previewed(
    request: HttpRequest,
    people: Sequence[Claimant],
    target: Advisor | Agency,
    reason: str,
    supervisor: Advisor,
    chosen: str,
) -> HttpResponse:
    open_work = in_hand([person.pk for person in people])
    would = Would(target, reason, actor(request))
    lines = []
    moving: list[Claimant] = []
    for person in people:
        refused, to = would.ask(person, moving)
        if not refused:
            moving.append(person)
        count = open_work.get(person.pk, 0)
        follows = (
            plural(count, "chose en cours suit", "choses en cours suivent") if count else "rien en cours"
        )
        lines.append(Line(str(person.ref), str(person), str(person.advisor), to, follows, refused))
    context = {
        "title": "Avant de confier",
        "lines": lines,
        "count": len(moving),
        "target": target,
        "after": load_after(target, moving, would.load),
        "reason": reason,
        "to": request.POST.get("to", ""),
        "chosen": chosen,
        "back": _back(chosen),
    }
    return render(request, "web/agency/portfolios_preview.html", context)


def _done(
    request: HttpRequest, lines: Sequence[Line], missing: int, target: Advisor | Agency, chosen: str
) -> HttpResponse:
    results = [
        {
            "ref": line.ref,
            "person": line.person,
            "done": not line.refused,
            "text": line.refused or line.follows,
        }
        for line in lines
    ]
    done = sum(1 for result in results if result["done"])
    context = {
        "title": f"{plural(done, 'personne confiée', 'personnes confiées')} à {target}",
        "refused_count": len(results) - done + missing,
        "results": results,
        "back": _back(chosen),
        "back_label": "Revenir aux portefeuilles",
        "wording": "personnes",
    }
    return render(request, "web/agency/handed_over.html", context)


def _back(chosen: str) -> str:
    here = reverse("agency:portfolios")
    return f"{here}?conseiller={chosen}" if chosen.isascii() and chosen.isdigit() else here
