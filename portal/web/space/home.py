"""The first page of a claimant: what is due and by when, what comes next, what is new, who helps."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import people
from accounts.access import signed_in
from accounts.models import Claimant, Closure, OpeningHours, Role
from accounts.opening import Slot, closed_in_words, in_words
from convocations.told import due
from portal.core import clock
from portal.core.working_time import Territory
from portal.web.space.journal import news

NEWS_SHOWN = 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what is due first, the most urgent on top; the page of a person with nothing to do says so."""
    user = signed_in(request)
    if user.role != Role.CLAIMANT:
        raise Http404
    now = clock.now()
    me = _me(user.pk, now)
    owed = due.of_claimant(user.pk, tz=me.tz, now=now)
    return render(
        request,
        "space/home.html",
        {
            "first_name": user.first_name,
            "owed": owed,
            "news": news(user.pk, since=me.news_read_at, tz=me.tz, at_most=NEWS_SHOWN),
            "me": me,
        },
    )


@require_POST
def read_news(request: HttpRequest) -> HttpResponse:
    """Put the news away: the person has read them."""
    user = signed_in(request)
    if user.role != Role.CLAIMANT:
        raise Http404
    people.note_news_read(user.pk, now=clock.now())
    return redirect("espace:home")


# --- who helps ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Me:
    """What the page needs of the person's file: who follows them, where, when it is open."""

    news_read_at: datetime | None
    advisor_name: str
    phone: str
    agency_name: str
    agency_address: str
    agency_phone: str
    tz: tzinfo
    hours: list[dict[str, str]]
    closures: list[str]


def _me(claimant_id: int, now: datetime) -> Me:
    """Read the file, its advisor, its agency and the agency's hours in one query."""
    hours = OpeningHours.objects.filter(agency_id=OuterRef("agency_id")).values_list(
        JSONObject(kind="kind", weekday="weekday", opens="opens", closes="closes")
    )
    closed = (
        Closure.objects.filter(
            agency_id=OuterRef("agency_id"),
            last_day__gte=now.date(),
            first_day__lte=now.date() + timedelta(days=14),
        )
        .order_by("first_day")
        .values_list(JSONObject(first="first_day", last="last_day", reason="reason"))
    )
    row = (
        Claimant.objects.filter(pk=claimant_id)
        .annotate(open_at=ArraySubquery(hours), closed_on=ArraySubquery(closed))
        .values_list(
            "news_read_at",
            "advisor__user__first_name",
            "advisor__user__last_name",
            "advisor__phone",
            "agency__name",
            "agency__street",
            "agency__postcode",
            "agency__city",
            "agency__phone",
            "agency__territory",
            "open_at",
            "closed_on",
        )
        .first()
    )
    if row is None:
        raise Http404
    read_at, first, last, direct, name, street, postcode, city, phone, territory, open_at, closed_on = row
    return Me(
        news_read_at=read_at,
        advisor_name=f"{first} {last}",
        phone=direct or phone,
        agency_name=name,
        agency_address=f"{street}, {postcode} {city}",
        agency_phone=phone,
        tz=Territory(territory).zone,
        hours=in_words(Slot(**slot) for slot in open_at),
        closures=[
            closed_in_words(date.fromisoformat(day["first"]), date.fromisoformat(day["last"]), day["reason"])
            for day in closed_on
        ],
    )
