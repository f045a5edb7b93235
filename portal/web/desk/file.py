"""One person's file as their advisor reads it: what is open, what is to come, and all that happened."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import oversight
from accounts.access import advisor_required, claimant_for
from accounts.models import Advisor, Claimant, NoticeGroup, User, Way
from convocations import deeds
from convocations.desk import people
from convocations.models import Fact
from measures.told import desk
from messaging import deeds as said
from portal.core import clock, journal, keyset
from portal.core.french import (
    URGENCY_TONES,
    due_in,
    first_up,
    full_datetime,
    short_date,
    short_datetime,
    typographic,
    urgency,
)
from portal.core.models import Document, JournalEntry
from portal.core.models.document import DocumentState
from portal.core.safe import delivery

PAGE = 40
_ICONS = {
    deeds.ISSUED.number: "calendar-plus",
    deeds.CONSULTED.number: "eye",
    deeds.ACKNOWLEDGED.number: "circle-check",
    deeds.CANCELLED.number: "calendar-x",
    deeds.MOVED.number: "calendar-clock",
    deeds.RECORDED.number: "clipboard-list",
    deeds.REOPENED.number: "pencil",
    deeds.LETTER_NOTED.number: "send",
    deeds.CALLED.number: "phone",
    deeds.ABSENCE_OPENED.number: "calendar-x",
    deeds.ABSENCE_EXPLAINED.number: "message-square",
    deeds.REVIEWED.number: "file-text",
    deeds.PUT_FORWARD.number: "paperclip",
    deeds.PERIOD_ENDED.number: "hourglass",
    deeds.DECISION_LATE.number: "hourglass",
    deeds.RECORD_LATE.number: "hourglass",
    delivery.READ.number: "eye",
    said.WRITTEN.number: "message-square",
    said.OPENED_BY_ADVISOR.number: "message-square",
    said.ANSWERED.number: "message-square",
    said.EXPECTED.number: "message-square",
    said.NOTED.number: "phone",
    said.RESOLVED.number: "circle-check",
    said.LATE.number: "hourglass",
    said.NOT_COME.number: "hourglass",
}
_MAIL_WORDS: dict[str, str] = {
    Fact.EMAIL_ACCEPTED: "remis à sa messagerie",
    Fact.EMAIL_DELIVERED: "arrivé dans sa messagerie",
    Fact.EMAIL_BOUNCED: "refusé par sa messagerie",
    Fact.EMAIL_COMPLAINED: "signalé comme indésirable",
    Fact.EMAIL_NOT_SENT: "non envoyé\u00a0: l’adresse ne marche plus",
}


@require_safe
@advisor_required
def claimant_file(request: HttpRequest, advisor: Advisor, ref: str) -> HttpResponse:
    """Show a person's file; reading it is their advisor's task, anybody else finds nothing."""
    now = clock.now()
    person = claimant_for(advisor, ref, now=now)
    oversight.note_opening(advisor.pk, person.pk, now=now)
    zone = person.agency.place.zone
    story, next_url = _story(person, request.GET.get("avant", ""), zone)
    context = {
        "person": person,
        "title": str(person),
        "contact": _contact(person, zone),
        "ahead": [_ahead(row, zone) for row in people.ahead_of(person, now)],
        "matters": [_matter(row, now, zone) for row in people.open_matters(person)],
        "procedures": desk.of_person(person.pk, now),
        "documents": _documents(person, zone),
        "story": story,
        "next_url": next_url,
        "first_url": "?" if "avant" in request.GET else "",
        "others": person.advisor_id != advisor.pk,
    }
    return render(request, "web/desk/file.html", context)


def _contact(person: Claimant, zone: Any) -> list[dict[str, Any]]:
    mail = person.user.email or "Pas d’adresse e-mail"
    bounced = person.email_bounced_at
    note = f"E-mails refusés depuis le {short_date(bounced.astimezone(zone))}" if bounced else ""
    place = ", ".join(part for part in (person.street, f"{person.postcode} {person.city}".strip()) if part)
    last = person.last_contact_at
    return [
        {"label": "Téléphone", "value": person.phone, "url": f"tel:{person.phone}", "icon": "phone"},
        {"label": "E-mail", "value": mail, "icon": "mail", "note": note},
        {"label": "Adresse", "value": place, "icon": "map-pin"},
        {
            "label": "Comment la prévenir",
            "value": first_up(_told_by(person)),
            "url": reverse("desk:ways", args=[person.ref]),
            "note": "Pour noter un autre choix, suivez ce lien.",
            "icon": "send",
        },
        {
            "label": "Aménagements",
            "value": first_up(", ".join(person.accommodation_labels)) or "Aucun n’est connu",
            "url": reverse("desk:accommodations", args=[person.ref]),
            "note": "Pour noter ou corriger, suivez ce lien.",
            "icon": "hand",
        },
        {"label": "Suivi", "value": person.get_follow_up_mode_display(), "icon": "users"},
        {"label": "Allocation", "value": person.get_benefit_status_display(), "icon": "info"},
        {"label": "Inscription", "value": short_date(person.registered_on), "icon": "calendar-check"},
        {
            "label": "Dernier contact",
            "value": short_date(last.astimezone(zone)) if last else "Jamais",
            "icon": "history",
        },
        {"label": "Conseiller", "value": str(person.advisor), "icon": "user"},
    ]


def _told_by(person: Claimant) -> str:
    """Say how a person is told: once, where all comes the same way."""
    ways = {group: person.way_of(group) for group in NoticeGroup if Way.LETTER in group.ways}
    if len(set(ways.values())) == 1:
        return next(iter(ways.values())).label
    return ", ".join(f"{group.label} {way.label}" for group, way in ways.items())


def _ahead(row: Any, zone: Any) -> dict[str, Any]:
    return {
        "url": f"/conseiller/convocations/{row.ref}/",
        "title": f"{row.get_kind_display().capitalize()} {row.get_modality_display()}",
        "date": full_datetime(row.starts_at, zone),
        "binding": row.is_binding,
        "state": row.get_state_display(),
    }


def _matter(row: dict[str, Any], now: datetime, zone: Any) -> dict[str, Any]:
    level = urgency(row["due_at"], now, zone)
    return {**row, "due": due_in(row["due_at"], now, zone), "level": level, "tone": URGENCY_TONES[level]}


def _documents(person: Claimant, zone: Any) -> list[dict[str, Any]]:
    """List the latest documents; each opens on the page where it is examined."""
    rows = list(Document.objects.filter(owner_id=person.pk).order_by("-uploaded_at")[:10])
    reviews = people.reviews_of([row.pk for row in rows])
    return [
        {
            "name": row.title,
            "meta": f"Envoyé le {short_datetime(row.uploaded_at, zone)}",
            "state": row.get_state_display(),
            "checking": row.state == DocumentState.QUARANTINED,
            "url": f"/conseiller/justificatifs/{reviews[row.pk]}/" if row.pk in reviews else "",
            "health": row.is_health,
        }
        for row in rows
    ]


def _story(person: Claimant, before: str, zone: Any) -> tuple[list[dict[str, Any]], str]:
    """Tell one page of what happened, latest first: the journal, and what the mail servers answered."""
    place = keyset.read(before, 1)
    rows = JournalEntry.objects.filter(file_id=person.pk).order_by("-id")
    if place:
        rows = rows.filter(Q(id__lt=place[1][0]))
    entries, more = keyset.cut(list(rows[: PAGE + 1]), PAGE)
    names = _names(entries, person)
    items = [
        (
            entry.at,
            entry.id,
            typographic(journal.sentence(entry, names.get(entry.actor_id, "Le portail"))),
            _ICONS.get(entry.code, "check"),
            "",
        )
        for entry in entries
    ]
    since = entries[-1].at if more else datetime.min.replace(tzinfo=zone, year=1970)
    for fact in people.mail_facts(person, since, place[0] if place else None):
        taken = fact.fact in (Fact.EMAIL_ACCEPTED, Fact.EMAIL_DELIVERED)
        text = f"E-mail du rendez-vous {fact.convocation.ref} {_MAIL_WORDS[fact.fact]}."
        items.append((fact.at, 0, text, "mail" if taken else "circle-alert", "" if taken else "warning"))
    items.sort(key=lambda item: item[:2], reverse=True)
    told = [
        {"date": full_datetime(at, zone), "title": text, "icon": icon, "tone": tone}
        for at, _, text, icon, tone in items
    ]
    return told, f"?avant={keyset.write(entries[-1].at, entries[-1].id)}" if more else ""


def _names(entries: list[JournalEntry], person: Claimant) -> dict[int | None, str]:
    ids = {entry.actor_id for entry in entries if entry.actor_id is not None}
    rows = User.objects.filter(pk__in=ids).values_list("pk", "first_name", "last_name")
    return {pk: f"{first} {last}" for pk, first, last in rows}
