"""French dates and counts in templates. `tz` is the place's zone; without it, the page's own zone."""

from datetime import date, datetime, tzinfo

from django import template
from django.utils import timezone

from portal.core import french

register = template.Library()


def _zone(tz: tzinfo | str | None) -> tzinfo:
    """Take the zone given, or the one the page is shown in (a missing variable arrives as '')."""
    return tz if isinstance(tz, tzinfo) else timezone.get_current_timezone()


@register.filter
def full_datetime(moment: datetime | None, tz: tzinfo | str | None = None) -> str:
    """`{{ c.starts_at|full_datetime:c.agency.tz }}` gives «jeudi 3 décembre 2026 à 14 h 30»."""
    return french.full_datetime(moment, _zone(tz)) if moment else ""


@register.filter
def full_date(day: date | datetime | None, tz: tzinfo | str | None = None) -> str:
    """`{{ day|full_date }}` gives «jeudi 3 décembre 2026»; an instant is first put into its zone."""
    if isinstance(day, datetime):
        day = day.astimezone(_zone(tz))
    return french.full_date(day) if day else ""


@register.filter
def short_datetime(moment: datetime | None, tz: tzinfo | str | None = None) -> str:
    """`{{ c.starts_at|short_datetime:tz }}` gives «jeu. 3 déc., 14 h 30»."""
    return french.short_datetime(moment, _zone(tz)) if moment else ""


@register.filter
def short_date(day: date | datetime | None, tz: tzinfo | str | None = None) -> str:
    """`{{ day|short_date }}` gives «3 déc. 2026»."""
    if isinstance(day, datetime):
        day = day.astimezone(_zone(tz))
    return french.short_date(day) if day else ""


@register.filter
def of(name: object) -> str:
    """`{{ person|of }}` gives «de Camille Moreau», «d’Inès Renaud»."""
    return french.of(name)


@register.filter
def clock_time(moment: datetime | None, tz: tzinfo | str | None = None) -> str:
    """`{{ c.starts_at|clock_time:tz }}` gives «14 h 30»."""
    return french.clock_time(moment.astimezone(_zone(tz))) if moment else ""


@register.filter
def full_deadline(deadline: datetime | None, tz: tzinfo | str | None = None) -> str:
    """`{{ due_at|full_deadline:tz }}` gives «jeudi 3 décembre 2026 avant 18 h»."""
    return french.full_deadline(deadline, _zone(tz)) if deadline else ""


@register.simple_tag
def days_left(deadline: datetime, now: datetime, tz: tzinfo | str | None = None) -> str:
    """`{% days_left due_at now tz %}` gives «il vous reste 5 jours» (to a claimant)."""
    return french.days_left(deadline, now, _zone(tz))


@register.simple_tag
def due_in(deadline: datetime, now: datetime, tz: tzinfo | str | None = None) -> str:
    """`{% due_in due_at now tz %}` gives «dans 5 jours», «en retard de 2 jours» (to staff)."""
    return french.due_in(deadline, now, _zone(tz))


@register.simple_tag
def urgency(deadline: datetime, now: datetime, tz: tzinfo | str | None = None) -> str:
    """`{% urgency due_at now tz as level %}` gives calm, soon, urgent or past."""
    return french.urgency(deadline, now, _zone(tz))


@register.filter
def duration(minutes: int | None) -> str:
    """`{{ c.duration|duration }}` gives «1 h 30»."""
    return french.duration(minutes) if minutes is not None else ""


@register.simple_tag
def plural(count: float, singular: str, many: str | None = None) -> str:
    """`{% plural n "document" %}`, `{% plural n "cheval" "chevaux" %}`: «1 document», «3 documents»."""
    return french.plural(count, singular, many)


@register.filter
def number(value: float | None) -> str:
    """`{{ total|number }}` gives «12 345»."""
    return french.number(value) if value is not None else ""


@register.filter
def typographic(text: str) -> str:
    """`{{ text|typographic }}`: French no-break spaces and apostrophes; the result is escaped as usual."""
    return french.typographic(str(text))
