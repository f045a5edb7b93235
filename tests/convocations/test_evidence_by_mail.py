"""What a real mail server answers becomes evidence, once."""

from datetime import timedelta

import pytest

from convocations.models import CallTask, DeliveryEvidence, Fact
from convocations.states import ConvocationState
from messaging.delivery import send_due
from messaging.models import OutboxMessage
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _to_the_sink(settings, mailsink) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailsink.port


def test_an_accepted_mail_is_evidence_and_delivers():
    convocation = factories.convocation()
    message = OutboxMessage.objects.get()
    assert send_due(lambda: LATER) == (1, False)
    assert send_due(lambda: LATER) == (0, False)
    evidence = DeliveryEvidence.objects.get(fact=Fact.EMAIL_ACCEPTED)
    assert (evidence.convocation, evidence.at, evidence.message_id) == (convocation, LATER, message.id)
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.DELIVERED


def test_a_refused_address_is_evidence_and_asks_for_a_call():
    person = factories.claimant(user_fields={"email": "camille@rebond.example"})
    convocation = factories.convocation(person)
    assert send_due(lambda: LATER) == (1, False)
    assert DeliveryEvidence.objects.get(fact=Fact.EMAIL_BOUNCED).at == LATER
    assert CallTask.objects.get().reason == CallTask.Reason.BOUNCED
    person.refresh_from_db()
    convocation.refresh_from_db()
    assert (person.email_bounced_at, convocation.state) == (LATER, ConvocationState.ISSUED)


def test_a_hundred_mails_become_evidence_in_a_handful_of_statements(django_assert_max_num_queries):
    advisor = factories.advisor()
    for day in range(20):
        factories.convocation(factories.claimant(advisor), starts_at=NOW + timedelta(days=9 + day))
    with django_assert_max_num_queries(24):
        assert send_due(lambda: LATER) == (20, False)
    assert DeliveryEvidence.objects.filter(fact=Fact.EMAIL_ACCEPTED).count() == 20
