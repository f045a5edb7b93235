"""The page behind an e-mail is held against it, and a fact it lacks is found."""

import pytest

from convocations import deeds, models
from convocations.mails.appointments.announcing import convocation_mails
from messaging.emails import Row
from messaging.models import OutboxMessage
from tests import factories
from tests.factories import NOW
from tests.messaging import in_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed():
    factories.convocation()
    return OutboxMessage.objects.get(kind=deeds.MAIL_CONVOCATION)


@pytest.fixture
def mail(owed):
    return convocation_mails([Row(owed.pk, owed.person_id, owed.subject_id, 0, 0, None)], NOW)[owed.pk]


def test_a_page_that_says_what_its_mail_says_is_passed_and_left_unread(mail, owed):
    in_space.check_page(mail, "Mercredi 2 décembre 2026 à 10 h, le mercredi 2 décembre 2026", owed, NOW)
    assert models.Convocation.objects.get().read_at is None


@pytest.mark.parametrize(
    "fact", ["jeudi 3 décembre 2026", "à 11 h 15", "AB-7K3M-92QD", "Empreinte : 0123456789abcdef"]
)
def test_a_page_that_lacks_a_fact_of_its_mail_is_refused(mail, owed, fact):
    with pytest.raises(AssertionError, match="does not"):
        in_space.check_page(mail, f"mercredi 2 décembre 2026 à 10 h. {fact}", owed, NOW)


def test_a_page_is_opened_by_nobody_else_than_its_person(mail, owed):
    owed.person = factories.claimant().user
    with pytest.raises(AssertionError, match="answers 404"):
        in_space.check_page(mail, "", owed, NOW)
