"""Each word about a mail counts once, the strongest stands, and an unknown mail's changes nothing."""

from datetime import timedelta
from itertools import permutations
from threading import Barrier, Thread

import pytest
from django.db import connection

from messaging.models import DeliveryEvent, OutboxMessage, StoppedAddress
from messaging.returns.reported import Nature
from messaging.returns.taking_in import Taken
from messaging.states import AddressState, Outcome
from portal.core.models import JournalEntry
from tests.messaging.conftest import NOW, make_claimants
from tests.messaging.returns.conftest import LATER, hear, sent, word

N = Nature


def fate(row: OutboxMessage) -> tuple[Outcome, object]:
    row.refresh_from_db()
    return Outcome(row.outcome), row.outcome_at


def test_take_in_delivered_is_noted_with_its_date(mail, said):
    assert hear(word(mail, N.DELIVERED), now=LATER + timedelta(hours=1)) == Taken(1, 0)
    assert fate(mail) == (Outcome.DELIVERED, LATER)
    assert said == {"bounced": [], "complained": [], "withheld": []}


def test_take_in_the_same_event_twice_changes_nothing(mail, said):
    bounce = word(mail, N.BOUNCED)
    assert hear(bounce).new == 1
    entries = JournalEntry.objects.count()
    assert hear(bounce).new == 0
    assert hear(bounce, bounce).new == 0
    assert DeliveryEvent.objects.count() == 1
    assert (said["bounced"], JournalEntry.objects.count()) == ([mail.pk], entries)


def test_take_in_in_whatever_order_the_strongest_word_stands(claimant, composer, to_the_sink, said):
    orders = list(permutations([N.DEFERRED, N.SOFT, N.DELIVERED, N.BOUNCED, N.COMPLAINED]))
    rows = sent(claimant, *range(1, len(orders) + 1))
    for row, order in zip(rows, orders, strict=True):
        for nature in order:
            hear(word(row, nature, address=""))
        assert fate(row)[0] == Outcome.COMPLAINED
    assert sorted(said["complained"]) == [row.pk for row in rows]


def test_take_in_a_late_delivered_never_undoes_a_bounce(mail):
    hear(word(mail, N.BOUNCED))
    hear(word(mail, N.DELIVERED, at=LATER + timedelta(days=1)), now=LATER + timedelta(days=1))
    assert fate(mail) == (Outcome.BOUNCED, LATER)


def test_take_in_a_later_bounce_beats_delivered(mail, said):
    hear(word(mail, N.DELIVERED))
    hear(word(mail, N.BOUNCED))
    assert (fate(mail)[0], said["bounced"]) == (Outcome.BOUNCED, [mail.pk])


def test_take_in_dates_nothing_later_than_now(mail):
    hear(word(mail, N.BOUNCED, at=LATER + timedelta(days=400)))
    assert fate(mail) == (Outcome.BOUNCED, LATER)
    assert DeliveryEvent.objects.get().at == LATER


@pytest.mark.parametrize(
    "message_id",
    ["", "<>", "nonsense", "<999999.1@testserver>", "<{pk}.1@testserver>", "<{pk}.1@elsewhere.example>"],
)
def test_take_in_about_a_mail_we_do_not_know_keeps_it_and_changes_nothing(mail, claimant, said, message_id):
    given = message_id.format(pk=mail.pk)
    taken = hear(word(mail, N.BOUNCED, message_id=given))
    assert (taken.new, taken.unknown) == (1, 1)
    event = DeliveryEvent.objects.get()
    assert (event.message_id, event.address_digest) == (None, None)
    claimant.refresh_from_db()
    assert (fate(mail)[0], claimant.email_bounced_at, said["bounced"]) == (Outcome.NOTHING, None, [])
    assert not StoppedAddress.objects.exists()


def test_take_in_keeps_no_address_and_no_sentence(mail):
    hear(word(mail, N.BOUNCED, status="5.1.1"))
    kept = str(DeliveryEvent.objects.values().get())
    assert "exemple.fr" not in kept
    assert DeliveryEvent.objects.get().status == "5.1.1"


def test_take_in_a_bounce_stops_the_address_marks_the_file_and_says_so(mail, claimant):
    hear(word(mail, N.BOUNCED))
    row = StoppedAddress.objects.get()
    assert (row.address, row.state, row.reason) == ("claimant-0@exemple.fr", "STOPPED", "BOUNCED")
    claimant.refresh_from_db()
    assert claimant.email_bounced_at == LATER
    entry = JournalEntry.objects.get(code=250)
    assert (entry.file_id, entry.actor_role) == (claimant.pk, "PORTAL")


def test_take_in_a_complaint_stops_the_address(mail, claimant, said):
    hear(word(mail, N.COMPLAINED))
    assert StoppedAddress.objects.get().reason == "COMPLAINED"
    assert said["complained"] == [mail.pk]


def test_take_in_about_an_address_left_since_marks_no_file(mail, claimant):
    claimant.user.email = "nouvelle@exemple.fr"
    claimant.user.save()
    hear(word(mail, N.BOUNCED, address="Claimant-0@Exemple.fr"))
    claimant.refresh_from_db()
    assert (claimant.email_bounced_at, JournalEntry.objects.filter(code=250).count()) == (None, 0)
    assert StoppedAddress.objects.get().address == "claimant-0@exemple.fr"


# --- soft ones ----------------------------------------------------------------------


def test_take_in_two_soft_ones_stop_nothing_the_third_stops_and_all_count_as_refused(
    claimant, composer, to_the_sink, said
):
    rows = sent(claimant, 1, 2, 3)
    hear(word(rows[0], N.SOFT), word(rows[1], N.SOFT), word(rows[1], N.SOFT))
    assert not StoppedAddress.objects.exists()
    hear(word(rows[2], N.SOFT))
    assert StoppedAddress.objects.get().reason == "SOFT"
    assert [fate(row)[0] for row in rows] == [Outcome.BOUNCED] * 3
    assert said["bounced"] == [row.pk for row in rows]


def test_take_in_soft_ones_too_far_apart_or_delivered_after_all_are_not_counted(
    claimant, composer, to_the_sink
):
    rows = sent(claimant, 1, 2, 3, 4)
    hear(word(rows[0], N.SOFT, at=LATER - timedelta(days=8)), word(rows[1], N.SOFT))
    hear(word(rows[1], N.DELIVERED))
    hear(word(rows[2], N.SOFT), word(rows[3], N.SOFT))
    assert not StoppedAddress.objects.exists()


def test_take_in_deferred_is_no_soft_one(claimant, composer, to_the_sink):
    rows = sent(claimant, 1, 2, 3, 4)
    hear(*(word(row, N.DEFERRED) for row in rows))
    assert not StoppedAddress.objects.exists()


def test_take_in_a_word_about_a_mail_older_than_the_new_proof_stops_nothing(mail, claimant):
    StoppedAddress.objects.create(
        address="claimant-0@exemple.fr",
        person=claimant.user,
        state=AddressState.REOPENED,
        reason="BOUNCED",
        stopped_at=NOW - timedelta(days=1),
        reopened_at=NOW + timedelta(minutes=5),
    )
    hear(word(mail, N.BOUNCED, at=LATER))
    assert (fate(mail)[0], StoppedAddress.objects.get().state) == (Outcome.BOUNCED, AddressState.REOPENED)


def test_take_in_many_asks_as_few_questions_as_one(db, composer, to_the_sink, django_assert_max_num_queries):
    people = make_claimants(20)
    rows = [sent(person, number)[0] for number, person in enumerate(people)]
    words = [word(row, N.BOUNCED) for row in rows]
    with django_assert_max_num_queries(14):
        hear(*words)
    assert StoppedAddress.objects.count() == 20


@pytest.mark.parametrize("mails", [1, 2], ids=["the same event", "two mails to one address"])
@pytest.mark.django_db(transaction=True)
def test_take_in_by_two_at_once_stops_and_says_it_once(claimant, composer, to_the_sink, said, mails):
    rows = sent(claimant, *range(mails))
    words = [word(row, N.BOUNCED) for row in rows] * (3 - mails)
    start = Barrier(2)

    def report(each) -> None:
        try:
            start.wait(20)
            hear(each)
        finally:
            connection.close()

    both = [Thread(target=report, args=[each]) for each in words]
    for each in both:
        each.start()
    for each in both:
        each.join(20)
    assert (DeliveryEvent.objects.count(), sorted(said["bounced"])) == (mails, [row.pk for row in rows])
    assert JournalEntry.objects.filter(code=250).count() == 1


@pytest.mark.django_db(transaction=True)
def test_take_in_soft_ones_by_three_at_once_misses_none(claimant, composer, to_the_sink):
    rows = sent(claimant, 1, 2, 3)
    start, broken = Barrier(3), []

    def report(row) -> None:
        try:
            start.wait(20)
            hear(word(row, N.SOFT))
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    three = [Thread(target=report, args=[row]) for row in rows]
    for each in three:
        each.start()
    for each in three:
        each.join(20)
    assert broken == []
    assert StoppedAddress.objects.get().reason == "SOFT"
    assert [fate(row)[0] for row in rows] == [Outcome.BOUNCED] * 3
