"""The mails about threads: each is rendered, none holds a word of what was written."""

from datetime import date

import pytest
from django.conf import settings

from accounts.models import Leave
from messaging import deeds, emails
from messaging.emails import Row
from messaging.models import OutboxMessage, Thread
from messaging.threads import reading
from messaging.waiting import clocks
from portal.core import outages
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.rendering import check_mail
from tests.messaging.threads.talk import DAY, HOUR, answer, ask, fresh, tick

pytestmark = pytest.mark.django_db

SECRET = "Mon numéro de compte est arrivé"


@pytest.fixture
def thread() -> Thread:
    return ask(factories.claimant(), SECRET, subject="Compte bancaire")


def composed(kind: int, now=NOW) -> list[emails.Mail]:
    owed = OutboxMessage.objects.filter(kind=kind).order_by("pk")
    rows = [Row(one.pk, one.person_id, one.subject_id, one.occurrence, one.step, one.payload) for one in owed]
    assert rows
    mails = emails.kind(kind).compose(rows, now)
    return [mails[row.id] for row in rows if row.id in mails]


def latest(kind: int) -> OutboxMessage:
    return OutboxMessage.objects.filter(kind=kind).select_related("person").latest("id")


def nothing_said(mail: emails.Mail, thread: Thread) -> None:
    said = str(mail)
    for words in (SECRET, "Compte bancaire", "confidentiel", "Une photo lisible"):
        assert words not in said
    assert f"{settings.PUBLIC_URL}/" in said


def test_a_message_waits(thread):
    answer(thread, "Ceci est confidentiel.", now=NOW + HOUR)
    (mail,) = composed(deeds.MAIL_MESSAGE)
    facts = ["lundi 23 novembre 2026", str(thread.advisor), thread.agency.name]
    check_mail(mail, facts=facts, owed=latest(deeds.MAIL_MESSAGE), now=NOW + HOUR)
    nothing_said(mail, thread)
    assert f"/espace/messages/{thread.ref}/" in mail.context["action_url"]


def test_what_is_read_is_not_announced(thread):
    answer(thread, now=NOW + HOUR)
    reading.opened_by_person(fresh(thread), by=acting(thread.claimant), now=NOW + HOUR)
    assert composed(deeds.MAIL_MESSAGE) == []


def test_something_is_asked_for_by_a_date(thread):
    answer(thread, "Ceci est confidentiel.", expected=NOW + 8 * DAY, now=NOW + HOUR)
    (mail,) = composed(deeds.MAIL_EXPECTED)
    check_mail(mail, facts=["mardi 1er décembre 2026"], owed=latest(deeds.MAIL_EXPECTED), now=NOW + HOUR)
    nothing_said(mail, thread)
    assert composed(deeds.MAIL_EXPECTED, NOW + 9 * DAY) == []


def test_an_outage_gives_more_time_for_what_was_asked_for(thread):
    until = clocks.day_end(date(2026, 12, 1), thread.agency.place)
    answer(thread, "Ceci est confidentiel.", expected=until, now=NOW + HOUR)
    back = until - 9 * HOUR
    outages.record(back - HOUR, back, "Panne", by=acting(thread.advisor), now=back)
    tick(back)
    (mail,) = composed(deeds.MAIL_EXPECTED_EXTENDED, back)
    owed = latest(deeds.MAIL_EXPECTED_EXTENDED)
    check_mail(mail, facts=["mercredi 2 décembre 2026"], owed=owed, now=back)
    nothing_said(mail, thread)
    assert composed(deeds.MAIL_EXPECTED_EXTENDED, NOW + 12 * DAY) == []


def test_late_with_an_apology_and_the_offer_of_a_call(thread):
    factories.advisor(thread.agency, is_supervisor=True)
    Leave.objects.create(
        advisor=thread.advisor,
        first_day=date(2026, 11, 24),
        last_day=date(2026, 11, 30),
        deputy=factories.advisor(thread.agency),
    )
    end = thread.answer_due_at
    tick(end)
    (mail,) = composed(deeds.MAIL_LATE, end)
    facts = ["lundi 23 novembre 2026", "excuses", "rappelé", "3949"]
    check_mail(mail, facts=facts, owed=latest(deeds.MAIL_LATE), now=end)
    nothing_said(mail, thread)
    assert mail.context["action_url"].endswith(f"/espace/rappel/?echange={thread.ref}")
    for kind in (deeds.MAIL_LATE_ADVISOR, deeds.MAIL_LATE_DEPUTY, deeds.MAIL_LATE_SUPERVISOR):
        (mail,) = composed(kind, end)
        check_mail(mail, facts=["1 message"])
        nothing_said(mail, thread)
    answer(thread, now=end + HOUR)
    for kind in (
        deeds.MAIL_LATE,
        deeds.MAIL_LATE_ADVISOR,
        deeds.MAIL_LATE_DEPUTY,
        deeds.MAIL_LATE_SUPERVISOR,
    ):
        assert composed(kind, end + HOUR) == []
