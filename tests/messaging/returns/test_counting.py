"""What the health page counts of what came back."""

from datetime import timedelta

from messaging.returns import counting
from messaging.returns.reported import Nature
from tests import people
from tests.messaging.returns.conftest import LATER, hear, word


def test_counted_tells_bounces_complaints_and_unknown_mails_of_thirty_days(mail):
    hear(word(mail, Nature.DELIVERED), word(mail, Nature.BOUNCED))
    hear(word(mail, Nature.COMPLAINED), word(mail, Nature.BOUNCED, message_id="<7.7@ailleurs.example>"))
    assert counting.counted(LATER) == counting.Counted(1, 1, 1, 1, LATER)
    later = counting.counted(LATER + timedelta(days=31))
    assert (later.bounced, later.complained, later.unknown, later.stopped) == (0, 0, 0, 1)


def test_the_health_page_shows_them(mail):
    page = people.signed_in(people.make_admin()).get("/admin/sante/").content.decode()
    for label in ("E-mails revenus depuis 30 jours", "Adresses arrêtées", "Dernier retour reçu"):
        assert label in page
