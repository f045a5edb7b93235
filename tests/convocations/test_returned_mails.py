"""A mail that came back proves nothing: the ledger says so, a call is asked for once, the file says it."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Claimant
from convocations.evidence import ledger
from convocations.models import CallTask, DeliveryEvidence, Fact
from convocations.states import CallState
from messaging import outbox
from messaging.delivery import send_due
from messaging.delivery.rendering import message_id
from messaging.models import DeliveryEvent, OutboxMessage, StoppedAddress
from messaging.returns import addresses
from messaging.returns.reported import Nature, Reported
from messaging.returns.taking_in import take_in
from messaging.states import Outcome
from portal.core.journal import Actor
from tests import factories, people
from tests.factories import NOW, acting
from tests.messaging.returns.test_webhooks import KEY, MAILGUN, RELAY, SECRET, call, event, gun
from tests.paper import text_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
BACK = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _to_the_sink(settings, mailsink) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailsink.port


def comes_back(
    row: OutboxMessage,
    nature: Nature = Nature.BOUNCED,
    *,
    number: int = 1,
    provider: DeliveryEvent.Provider = DeliveryEvent.Provider.RELAY,
    minutes: int = 5,
) -> None:
    report = Reported(
        event_id=f"e{number}",
        nature=nature,
        at=BACK - timedelta(minutes=minutes),
        message_id=message_id(row.pk, row.created_at),
        address=row.person.email,
    )
    take_in([report], provider=provider, now=BACK)


def facts() -> list[str]:
    return list(DeliveryEvidence.objects.order_by("pk").values_list("fact", flat=True))


@pytest.mark.parametrize(
    ("nature", "fact"),
    [(Nature.BOUNCED, Fact.EMAIL_BOUNCED), (Nature.COMPLAINED, Fact.EMAIL_COMPLAINED)],
)
def test_a_mail_that_comes_back_is_evidence_and_asks_for_one_call(nature, fact):
    convocation = factories.convocation()
    send_due(lambda: LATER)
    comes_back(OutboxMessage.objects.get(), nature)
    comes_back(OutboxMessage.objects.get(), nature)
    evidence = DeliveryEvidence.objects.get(fact=fact)
    assert (evidence.at, evidence.written_at) == (BACK - timedelta(minutes=5), BACK)
    call = CallTask.objects.get()
    assert (call.reason, call.convocation_id, call.advisor_id) == (
        "BOUNCED",
        convocation.pk,
        convocation.advisor_id,
    )
    assert ledger.why_not_valid(convocation) == [
        "Rien ne prouve que la personne en a eu connaissance avant le rendez-vous."
    ]


def test_a_mail_that_arrived_is_evidence_once_dated_by_its_provider_and_proves_nothing():
    convocation = factories.convocation()
    send_due(lambda: LATER)
    row = OutboxMessage.objects.get()
    comes_back(row, Nature.DELIVERED, number=1)
    comes_back(row, Nature.DELIVERED, number=1)
    # Another provider, another event, another instant: the mail arrived once.
    comes_back(row, Nature.DELIVERED, number=2, provider=DeliveryEvent.Provider.MAILGUN, minutes=3)
    evidence = DeliveryEvidence.objects.get(fact=Fact.EMAIL_DELIVERED)
    assert (evidence.at, evidence.written_at, evidence.message_id) == (
        BACK - timedelta(minutes=5),
        BACK,
        row.pk,
    )
    convocation.refresh_from_db()
    assert convocation.known_at is None
    assert ledger.why_not_valid(convocation) == [
        "Rien ne prouve que la personne en a eu connaissance avant le rendez-vous."
    ]
    assert not CallTask.objects.exists()


@pytest.mark.parametrize(
    "order",
    [(Nature.DELIVERED, Nature.BOUNCED), (Nature.BOUNCED, Nature.DELIVERED)],
    ids=["in order", "late"],
)
def test_the_ledger_holds_arrival_and_return_in_whatever_order_they_are_told(order):
    factories.convocation()
    send_due(lambda: LATER)
    for number, nature in enumerate(order):
        comes_back(OutboxMessage.objects.get(), nature, number=number)
    assert set(facts()) == {
        Fact.DEPOSITED,
        Fact.EMAIL_ACCEPTED,
        Fact.EMAIL_DELIVERED,
        Fact.EMAIL_BOUNCED,
    }
    assert OutboxMessage.objects.get().outcome == Outcome.BOUNCED
    assert CallTask.objects.count() == 1


def test_both_arrive_in_one_call_and_a_mail_not_yet_in_the_books_is_noted_too():
    convocation = factories.convocation()
    row = OutboxMessage.objects.get()
    OutboxMessage.objects.update(accepted_at=LATER)
    reports = [
        Reported(f"e{number}", nature, BACK - timedelta(minutes=number), message_id(row.pk, row.created_at))
        for number, nature in enumerate((Nature.DEFERRED, Nature.DELIVERED, Nature.DELIVERED))
    ]
    take_in(reports, provider=DeliveryEvent.Provider.RELAY, now=BACK)
    assert DeliveryEvidence.objects.get(fact=Fact.EMAIL_DELIVERED).at == BACK - timedelta(minutes=2)
    send_due(lambda: BACK)
    assert sorted(facts()) == [Fact.DEPOSITED, Fact.EMAIL_ACCEPTED, Fact.EMAIL_DELIVERED]
    for who, words in (
        (convocation.claimant, "E-mail arrivé dans votre messagerie"),
        (convocation.advisor, "E-mail arrivé dans sa messagerie"),
    ):
        room = "conseiller" if who == convocation.advisor else "espace"
        page = people.signed_in(who).get(f"/{room}/convocations/{convocation.ref}/").content.decode()
        assert words.lower() in page.lower()
    receipt = people.signed_in(convocation.claimant).get(f"/espace/convocations/{convocation.ref}/recu.pdf")
    assert "E-mail arrivé dans la messagerie de la personne" in text_of(b"".join(receipt))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (RELAY, lambda row: {"events": [event(row, type="delivered")]}),
        (MAILGUN, lambda row: gun(row, event="delivered")),
    ],
)
def test_a_provider_that_says_so_at_its_door_reaches_the_ledger(settings, path, body):
    settings.RETURNS_SECRETS, settings.MAILGUN_WEBHOOK_SIGNING_KEY = [SECRET], KEY
    convocation = factories.convocation()
    send_due(lambda: LATER)
    row = OutboxMessage.objects.get()
    for _ in range(2):
        assert call(body(row), path=path).status_code == 200
    evidence = DeliveryEvidence.objects.get(fact=Fact.EMAIL_DELIVERED)
    assert (evidence.convocation_id, evidence.message_id) == (convocation.pk, row.pk)


def test_a_soft_return_is_no_refusal():
    factories.convocation()
    send_due(lambda: LATER)
    comes_back(OutboxMessage.objects.get(), Nature.SOFT)
    assert facts() == [Fact.DEPOSITED, Fact.EMAIL_ACCEPTED]
    assert not CallTask.objects.exists()


def test_a_return_about_what_the_person_has_read_asks_for_a_call_about_the_address_alone():
    convocation = factories.convocation()
    send_due(lambda: LATER)
    ledger.consult(convocation.pk, by=acting(convocation.claimant), now=LATER)
    comes_back(OutboxMessage.objects.get())
    call = CallTask.objects.get()
    assert (call.reason, call.convocation) == (CallTask.Reason.ADDRESS, None)
    assert Fact.EMAIL_BOUNCED in facts()


def test_what_is_owed_to_a_stopped_address_is_evidence_that_it_was_not_sent(mailsink):
    first = factories.convocation()
    send_due(lambda: LATER)
    comes_back(OutboxMessage.objects.get())
    kept = len(mailsink.box.files())
    with transaction.atomic():
        outbox.enqueue(
            [outbox.Owed(OutboxMessage.objects.get().kind, first.claimant_id, first.pk, step=9)], now=BACK
        )
    assert send_due(lambda: BACK) == (1, False)
    row = OutboxMessage.objects.get(step=9)
    assert (row.state, row.last_error) == (
        OutboxMessage.State.WITHHELD,
        "adresse qui a refusé nos e-mails",
    )
    evidence = DeliveryEvidence.objects.get(fact=Fact.EMAIL_NOT_SENT)
    assert (evidence.message_id, evidence.at) == (row.pk, BACK)
    assert len(mailsink.box.files()) == kept
    assert CallTask.objects.count() == 1


def test_an_address_that_works_again_takes_its_call_off_the_list_and_mails_leave_again(mailsink):
    convocation = factories.convocation()
    send_due(lambda: LATER)
    ledger.consult(convocation.pk, by=acting(convocation.claimant), now=LATER)
    comes_back(OutboxMessage.objects.get())
    person = convocation.claimant
    addresses.reopen(StoppedAddress.objects.get().pk, why="Boîte vidée.", by=Actor(None, "PORTAL"), now=BACK)
    assert CallTask.objects.get().state == CallState.DROPPED
    person.refresh_from_db()
    assert person.email_bounced_at is None
    with transaction.atomic():
        outbox.enqueue(
            [outbox.Owed(OutboxMessage.objects.get().kind, person.pk, convocation.pk, step=9)], now=BACK
        )
    send_due(lambda: BACK)
    assert OutboxMessage.objects.get(step=9).state == OutboxMessage.State.ACCEPTED


def test_who_wants_letters_is_not_called_about_an_address():
    person = factories.claimant()
    factories.convocation(person)
    send_due(lambda: LATER)
    Claimant.objects.filter(pk=person.pk).update(**factories.ON_PAPER)
    ledger.consult(person.convocations.get().pk, by=acting(person), now=LATER)
    comes_back(OutboxMessage.objects.get())
    assert not CallTask.objects.exists()


def test_the_advisor_finds_the_call_on_the_list_and_the_return_in_the_file():
    convocation = factories.convocation()
    send_due(lambda: LATER)
    ledger.consult(convocation.pk, by=acting(convocation.claimant), now=LATER)
    comes_back(OutboxMessage.objects.get())
    browser = people.signed_in(convocation.advisor)
    page = browser.get("/conseiller/").content.decode()
    assert "Adresse e-mail à corriger" in page or "adresse e-mail à corriger" in page
    call = CallTask.objects.get()
    shown = browser.get(f"/conseiller/appels/{call.ref}/").content.decode()
    assert "corriger son adresse dans son espace" in shown
    file = browser.get(f"/conseiller/demandeurs/{convocation.claimant.ref}/").content.decode()
    assert "Les e-mails n’arrivent pas à cette personne" in file
    assert "refusé par sa messagerie" in file
