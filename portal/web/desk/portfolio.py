"""An advisor's people: whom they have not heard for long first, found by name or reference, selected to convoke."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.lookups import Unaccent
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import advisor_required
from accounts.hours.deputising import absent_colleagues
from accounts.models import Advisor, Claimant, Transfer
from convocations.desk import people
from portal.core import clock, keyset, parameters
from portal.core.french import number, of, plural, short_date, short_datetime
from portal.core.references import to_number

PAGE = 50
ORDERS = {"": "Dernier contact", "nom": "Par nom"}


@require_safe
@advisor_required
def portfolio(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    """Show the portfolio, a page at a time; a supervisor may ask for the whole agency's people."""
    now = clock.now()
    words = request.GET.get("q", "").strip()[:80]
    order = "nom" if request.GET.get("tri") == "nom" else ""
    agency = advisor.is_supervisor and request.GET.get("agence") == "1"
    away = absent_colleagues(advisor, now=now)
    # The portfolio of a colleague one stands in for today; anything else asked is one's own.
    absent = next((one for one in away if f"c{one.pk}" == request.GET.get("agence")), None)
    everybody = (
        Claimant.objects.of_agency(advisor.agency_id)
        if agency
        else Claimant.objects.in_portfolio_of(absent or advisor)
    )
    rows, more = keyset.cut(_page(everybody, words, order, request.GET.get("apres", "")), PAGE)
    asked = {
        "q": words,
        "tri": order,
        "agence": "1" if agency else f"c{absent.pk}" if absent else "",
        **_hour(request),
    }
    context = {
        "title": "Personnes de l’agence"
        if agency
        else f"Portefeuille {of(absent)}"
        if absent
        else "Portefeuille",
        "people": _shown(rows, now, advisor),
        "load": _load(absent or advisor),
        "fields": _fields(asked, advisor, away),
        "filtered": bool(words),
        "reset_url": keyset.address({**asked, "q": ""}),
        "next_url": keyset.address(asked, apres=str(rows[-1].ref)) if more else "",
        "first_url": keyset.address(asked) if "apres" in request.GET else "",
        "hour": _hour(request),
        "agency": agency,
        "left": [] if agency else _left(advisor, now),
    }
    return render(request, "web/desk/portfolio.html", context)


def _left(advisor: Advisor, now: datetime) -> list[str]:
    """Name the people who went to another agency lately, for whoever followed them."""
    lately = now - timedelta(days=parameters.current().first_interview_days)
    rows = Transfer.objects.filter(old_advisor=advisor, at__gt=lately).order_by("-at", "-pk")
    return [
        f"{row.claimant}, vers {row.new_agency.name}, le {short_date(row.at.astimezone(advisor.agency.place.zone))}"
        for row in rows.select_related("claimant__user", "new_agency")[:20]
    ]


def _page(rows: "QuerySet[Claimant]", words: str, order: str, after: str) -> list[Claimant]:
    """Read one page and one row more, in the order asked, after the person the address names.

    A portfolio is some hundred rows, found by its advisor: the search and the order need no index of
    their own, and accents cost nothing at that size.
    """
    key = (
        (Lower(Unaccent("user__last_name")), Lower(Unaccent("user__first_name")))
        if order == "nom"
        # Never met: as long ago as their registration.
        else (Coalesce("last_contact_at", "registered_on"),)
    )
    names = [f"key_{place}" for place in range(len(key))]
    rows = rows.annotate(**dict(zip(names, key, strict=True))).select_related("user")
    rows = _found(rows, words)
    last = _person(rows, after)
    if last is not None:
        rows = rows.filter(_behind([*names, "pk"], [*(getattr(last, name) for name in names), last.pk]))
    return list(rows.order_by(*names, "pk")[: PAGE + 1])


def _behind(names: list[str], values: list[Any]) -> Q:
    """Say «after this row» in an order of several columns."""
    behind, equal = Q(), Q()
    for name, value in zip(names, values, strict=True):
        behind |= equal & Q(**{f"{name}__gt": value})
        equal &= Q(**{name: value})
    return behind


def _found(rows: "QuerySet[Claimant]", words: str) -> "QuerySet[Claimant]":
    try:
        return rows.filter(ref=to_number("DE", words)) if words else rows
    except ValueError:
        pass
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(user__last_name__unaccent__icontains=word) | Q(user__first_name__unaccent__icontains=word)
        )
    return rows


def _person(rows: "QuerySet[Claimant]", ref: str) -> Any:
    try:
        return rows.filter(ref=to_number("DE", ref)).first() if ref else None
    except ValueError:
        return None


def _shown(rows: list[Claimant], now: datetime, advisor: Advisor) -> list[dict[str, Any]]:
    zone = advisor.agency.place.zone
    silent = now - timedelta(days=parameters.current().no_contact_days)
    ahead = people.next_appointments([row.pk for row in rows], now)
    return [
        {
            "ref": row.ref,
            "name": str(row),
            "mode": row.get_follow_up_mode_display(),
            "contact": short_date(row.last_contact_at.astimezone(zone)) if row.last_contact_at else "jamais",
            "silent": (row.last_contact_at or _begin(row, zone)) < silent,
            "next": short_datetime(ahead[row.pk], zone) if row.pk in ahead else "",
            "flag": _flag(row),
        }
        for row in rows
    ]


def _begin(row: Claimant, zone: Any) -> datetime:
    return datetime.combine(row.registered_on, datetime.min.time(), zone)


def _flag(row: Claimant) -> str:
    if row.convoked_by_letter:
        return "par courrier"
    if not row.user.email:
        return "sans e-mail"
    return "e-mails refusés" if row.email_bounced_at else ""


def _load(advisor: Advisor) -> dict[str, Any]:
    """Count an advisor's people against the marks; one query over one portfolio."""
    marks = parameters.current()
    modes = dict(
        Claimant.objects.in_portfolio_of(advisor)
        .order_by()
        .values_list("follow_up_mode")
        .annotate(n=Count("pk"))
    )
    total = sum(modes.values())
    reinforced = modes.get(Claimant.FollowUpMode.REINFORCED, 0)
    return {
        "text": f"{plural(total, 'personne')}, pour un repère de {number(marks.portfolio_min)} "
        f"à {number(marks.portfolio_max)}.",
        "over": total > marks.portfolio_max,
        "reinforced": f"Suivi renforcé\u00a0: {number(reinforced)}, pour un repère de "
        f"{number(marks.portfolio_reinforced_max)} au plus."
        if reinforced
        else "",
        "reinforced_over": reinforced > marks.portfolio_reinforced_max,
    }


def _fields(asked: dict[str, str], advisor: Advisor, away: list[Advisor]) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = [
        {"name": "q", "label": "Nom ou référence", "value": asked["q"]},
        {"name": "tri", "label": "Ordre", "value": asked["tri"], "choices": list(ORDERS.items())},
    ]
    if advisor.is_supervisor or away:
        scope = [("", "Mon portefeuille"), *((f"c{one.pk}", f"{one} (absent)") for one in away)]
        scope += [("1", "Toute l’agence")] if advisor.is_supervisor else []
        fields.append({"name": "agence", "label": "Qui", "value": asked["agence"], "choices": scope})
    return fields


def _hour(request: HttpRequest) -> dict[str, str]:
    """Keep the free hour that was picked in the agenda, on its way to the form."""
    return {name: request.GET[name][:10] for name in ("jour", "heure") if request.GET.get(name)}
