"""The first page of a claimant: what is due and by when, what comes next, what is new, who helps."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import people
from accounts.access import claimants_only
from accounts.models import Claimant, Closure, OpeningHours, User
from accounts.opening import Slot, closed_in_words, in_words
from convocations.reframing import wishing
from convocations.told import due
from measures.told import due as procedures
from portal.core import clock
from portal.core.prepared import prepared
from portal.core.working_time import Territory
from portal.web.space import said
from portal.web.space.journal import news

CLOSURES_AHEAD = timedelta(days=14)


@require_safe
@claimants_only
def home(request: HttpRequest, person: User) -> HttpResponse:
    """Show what is due first, the most urgent on top; the page of a person with nothing to do says so."""
    now = clock.now()
    me = _me(person.pk, now)
    owed = due.of_claimant(person.pk, tz=me.tz, now=now)
    owed = due.with_more(owed, said.to_do(me.threads, tz=me.tz, now=now))
    owed = due.with_more(owed, said.to_answer(me.procedures, tz=me.tz, now=now))
    owed = due.with_more(owed, [said.CHOOSE_INTERVIEW] if me.interview_wished else [])
    said.note_count(request, me.threads)
    return render(
        request,
        "space/home.html",
        {
            "first_name": person.first_name,
            "owed": owed,
            "news": news(person.pk, since=me.news_read_at, tz=me.tz),
            "me": me,
        },
    )


@require_POST
@claimants_only
def read_news(request: HttpRequest, person: User) -> HttpResponse:
    """Put the news away: the person has read them."""
    people.note_news_read(person.pk, now=clock.now())
    return redirect("espace:home")


# --- who helps ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Me:
    """What the page needs of the person's file: who follows them, where, when it is open; what to read."""

    news_read_at: datetime | None
    advisor_name: str
    phone: str
    agency_name: str
    agency_address: str
    agency_phone: str
    tz: tzinfo
    hours: list[dict[str, str]]
    closures: list[str]
    threads: list[dict[str, Any]]
    procedures: list[dict[str, Any]]
    # Asked for with «J’ai fait le nécessaire», and without an hour yet.
    interview_wished: bool
    # Our e-mails do not arrive: said first, with what to do.
    email_stopped: bool


@prepared
def _file(claimant_id: int, today: date, soon: date) -> Any:
    """The file, its advisor, its agency, when that is open and closed, what waits to be read: one question."""
    hours = OpeningHours.objects.filter(agency_id=OuterRef("agency_id")).values_list(
        JSONObject(kind="kind", weekday="weekday", opens="opens", closes="closes")
    )
    closed = (
        Closure.objects.filter(agency_id=OuterRef("agency_id"), last_day__gte=today, first_day__lte=soon)
        .order_by("first_day")
        .values_list(JSONObject(first="first_day", last="last_day", reason="reason"))
    )
    return (
        Claimant.objects.filter(pk=claimant_id)
        .annotate(
            open_at=ArraySubquery(hours),
            closed_on=ArraySubquery(closed),
            threads_to_read=ArraySubquery(said.of_claimant()),
            procedures_asking=ArraySubquery(procedures.of_claimant()),
            interview_wished=Exists(wishing.of_claimant()),
        )
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
            "threads_to_read",
            "procedures_asking",
            "interview_wished",
            "email_bounced_at",
        )
    )


def _me(claimant_id: int, now: datetime) -> Me:
    today = now.date()
    rows = _file(claimant_id=claimant_id, today=today, soon=today + CLOSURES_AHEAD)
    if not rows:
        raise Http404
    read_at, first, last, direct, name, street, postcode, city, phone, territory, *lists = rows[0]
    open_at, closed_on, threads, asking, wished, bounced_at = lists
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
        threads=threads,
        procedures=asking,
        interview_wished=wished,
        email_stopped=bounced_at is not None,
    )
