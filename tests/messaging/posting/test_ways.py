"""How a person chose to be told: by e-mail, by letter, by both, in their space; and what stands in."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import telling
from accounts.models import Claimant, NoticeGroup, Way, routes
from convocations.models import DeliveryEvidence, Fact
from messaging import deeds as said
from messaging import emails, outbox
from messaging.delivery import books, composing, send_due
from messaging.models import Letter, OutboxMessage
from messaging.posting import fates
from portal.core.models import JournalEntry
from tests import factories, people
from tests.factories import NOW, acting
from tests.messaging import in_space
from tests.messaging.conftest import mail_about
from tests.messaging.posting.conftest import send
from tests.messaging.posting.made import HOME, printed
from tests.messaging.rendering import check_mail

pytestmark = pytest.mark.django_db

State, Channel = OutboxMessage.State, OutboxMessage.Channel
KIND = 32_001


@pytest.fixture
def camille(supervisor) -> Claimant:
    """Has an e-mail address, a home, and wants both of what concerns appointments."""
    return factories.claimant(supervisor, **HOME, appointments_by=Way.BOTH)


def rows_of(person: Claimant) -> dict[int, OutboxMessage]:
    return {row.channel: row for row in OutboxMessage.objects.filter(person=person.user)}


# --- each kind belongs to one group ---------------------------------------------------


def test_each_kind_of_a_claimant_belongs_to_one_group():
    """Whoever adds a kind says here in which group a person chooses its way."""
    of_group = {
        group: {kind.name for kind in emails.kinds().values() if kind.group == group} for group in NoticeGroup
    }
    assert of_group == {
        NoticeGroup.APPOINTMENTS: {
            "convocation",
            "invitation",
            "unread",
            "cancelled",
            "moved",
            "displaced",
            "holds_again",
            "not_proven",
            "tech_incident",
        },
        NoticeGroup.ANSWERS: {
            "absence_opened",
            "absence_explained",
            "absence_decided",
            "absence_closed",
            "absence_annulled",
            "review",
            "period_extended",
            "document_rejected",
            "safe_document_rejected",
            "request_received",
            "request_decided",
            "request_documents",
            "request_documents_extended",
            "request_corrected",
            "request_hour_lost",
            "message_expected",
            "message_expected_extended",
            "measure_annulled",
            "measure_closed",
            "measure_days_given",
            "measure_decision",
            "measure_decision_unread",
            "measure_hearing",
            "measure_hearing_asked",
            "measure_lapsed",
            "measure_notice",
            "measure_notice_unread",
            "measure_observations",
            "measure_withdrawn",
            "appeal_window_longer",
            "appeal_window_soon",
            "court_judged",
            "court_receipt",
            "effect_done",
            "gracious_answer",
            "gracious_answer_unread",
            "gracious_receipt",
            "gracious_silence",
            "lift_receipt",
            "lift_refused",
            "lift_refused_unread",
            "lifted",
            "measure_stayed",
            "mediation_ended",
            "mediation_receipt",
        },
        NoticeGroup.FOLLOW_UP: {"transferred", "advisor_changed", "mode_changed", "ways"},
        NoticeGroup.MESSAGES: {"message", "message_late", "call_back_asked", "call_back_unreached"},
        NoticeGroup.REMINDERS: {"reminder"},
    }
    # To staff, to a stranger who answered, and about the account itself.
    assert {kind.name for kind in emails.kinds().values() if kind.group is None} == {
        *in_space.TO_STAFF,
        *in_space.TO_A_PERSON_TOO,
        *in_space.WITHOUT_A_PAGE,
    }


def test_what_the_law_asks_for_cannot_be_stopped():
    assert {group for group in NoticeGroup if group.may_stop} == {NoticeGroup.MESSAGES, NoticeGroup.REMINDERS}


@pytest.mark.parametrize(
    ("column", "way"),
    [
        ("appointments_by", "SPACE"),
        ("answers_by", "SPACE"),
        ("follow_up_by", "SPACE"),
        ("reminders_by", "LETTER"),
        ("reminders_by", "BOTH"),
        ("messages_by", "PIGEON"),
        ("answers_by", ""),
    ],
)
def test_the_database_knows_which_ways_a_group_may_take(camille, column, way):
    with pytest.raises(IntegrityError, match="notices_come_by_a_way"), transaction.atomic():
        Claimant.objects.filter(pk=camille.pk).update(**{column: way})


# --- which ways are taken -------------------------------------------------------------


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("email", [True, False])
@pytest.mark.parametrize("letter", [True, False])
def test_where_anything_works_something_is_taken_and_never_what_does_not_work(way, email, letter):
    taken = routes(way, email_works=email, letter_works=letter)
    assert taken.email <= email
    assert taken.letter <= letter
    if way == Way.SPACE:
        assert taken == (False, False)
    else:
        assert any(taken) == (email or letter)
    if email and letter and way != Way.SPACE:
        assert taken == (way != Way.LETTER, way != Way.EMAIL)


def test_both_are_an_email_and_a_letter_each_once_with_a_row_and_evidence_of_its_own(camille, mailsink):
    convocation = factories.convocation(camille)
    for _ in range(3):
        send()
    rows = rows_of(camille)
    assert {channel: row.state for channel, row in rows.items()} == {
        Channel.EMAIL: State.ACCEPTED,
        Channel.LETTER: State.LETTER,
    }
    letter = Letter.objects.get()
    assert letter.message_id == rows[Channel.LETTER].pk
    assert len([one for one in mailsink.box.messages() if camille.user.email in str(one["To"])]) == 1
    batch = printed(camille.agency_id, now=NOW)
    fates.post(batch.pk, NOW.date(), by=acting(camille.advisor), now=NOW + timedelta(hours=1))
    facts = DeliveryEvidence.objects.filter(convocation=convocation).exclude(fact=Fact.DEPOSITED)
    assert set(facts.values_list("fact", "message_id")) == {
        (Fact.EMAIL_ACCEPTED, rows[Channel.EMAIL].pk),
        (Fact.LETTER_POSTED, rows[Channel.LETTER].pk),
    }


@pytest.mark.parametrize(
    ("fields", "email", "channels", "letters"),
    [
        # Both, and one of them does not work: the other goes alone, with one row.
        ({"appointments_by": "BOTH", "street": ""}, "c@exemple.fr", {1: State.ACCEPTED}, 0),
        ({"appointments_by": "BOTH"}, None, {1: State.LETTER}, 1),
        ({"appointments_by": "BOTH", "email_bounced_at": NOW}, "c@exemple.fr", {1: State.LETTER}, 1),
        # A letter without a postal address is an e-mail.
        ({"appointments_by": "LETTER", "city": ""}, "c@exemple.fr", {1: State.ACCEPTED}, 0),
        ({"appointments_by": "LETTER"}, "c@exemple.fr", {1: State.LETTER}, 1),
        # An e-mail without an address is a letter.
        ({"appointments_by": "EMAIL"}, None, {1: State.LETTER}, 1),
        # Nothing works: said so, and a stopped address is evidence.
        ({"appointments_by": "LETTER", "street": ""}, None, {1: State.MOOT}, 0),
        (
            {"appointments_by": "LETTER", "street": "", "email_bounced_at": NOW},
            "c@exemple.fr",
            {1: State.WITHHELD},
            0,
        ),
        # What is chosen for something else changes nothing.
        ({"messages_by": "LETTER", "answers_by": "BOTH"}, "c@exemple.fr", {1: State.ACCEPTED}, 0),
    ],
)
def test_a_way_that_does_not_work_is_stood_in_for(supervisor, fields, email, channels, letters):
    person = factories.claimant(supervisor, **HOME | fields, user_fields={"email": email})
    factories.convocation(person)
    for _ in range(2):
        send()
    assert {channel: row.state for channel, row in rows_of(person).items()} == channels
    assert Letter.objects.count() == letters


@pytest.mark.parametrize(
    ("group", "by_post", "way", "state", "reason"),
    [
        ("MESSAGES", True, "SPACE", State.MOOT, composing.UNWANTED),
        ("REMINDERS", False, "SPACE", State.MOOT, composing.UNWANTED),
        ("MESSAGES", False, "LETTER", State.MOOT, composing.BY_LETTER),
        ("MESSAGES", False, "BOTH", State.ACCEPTED, ""),
        ("MESSAGES", False, "EMAIL", State.ACCEPTED, ""),
    ],
)
def test_what_may_stay_in_the_space_stays_there(declared, supervisor, group, by_post, way, state, reason):
    declared(group=NoticeGroup[group], by_post=by_post)
    person = factories.claimant(supervisor, **HOME, **{NoticeGroup[group].value: way})
    with transaction.atomic():
        outbox.enqueue([outbox.Owed(KIND, person.pk, 1)], now=NOW)
    send()
    row = OutboxMessage.objects.get()
    assert (row.state, row.last_error) == (state, reason)


def test_a_choice_changed_between_the_two_makes_no_second_letter(camille, declared):
    """The e-mail could not leave, the letter was owed; then its person wants letters alone."""
    composer = declared(group=NoticeGroup.APPOINTMENTS, by_post=True)
    composer.write = lambda row: mail_about(row, letter=lambda: emails.Words("Essai", ["Un paragraphe."]))
    with transaction.atomic():
        outbox.enqueue([outbox.Owed(KIND, camille.pk, 1)], now=NOW)
    row = OutboxMessage.objects.get()
    assert books.owe_letters_beside([row.pk], NOW) == 1
    assert books.owe_letters_beside([row.pk], NOW) == 0
    Claimant.objects.filter(pk=camille.pk).update(appointments_by=Way.LETTER)
    send()
    assert {channel: each.state for channel, each in rows_of(camille).items()} == {
        Channel.EMAIL: State.ACCEPTED,
        Channel.LETTER: State.LETTER,
    }
    assert Letter.objects.count() == 1


def test_an_address_that_stops_before_the_email_leaves_is_no_call_where_the_letter_goes(camille):
    factories.convocation(camille)
    row = OutboxMessage.objects.get()
    books.owe_letters_beside([row.pk], NOW)
    Claimant.objects.filter(pk=camille.pk).update(email_bounced_at=NOW)
    send()
    assert {channel: (each.state, each.last_error) for channel, each in rows_of(camille).items()} == {
        Channel.EMAIL: (State.MOOT, composing.BOUNCED),
        Channel.LETTER: (State.LETTER, ""),
    }


def test_the_database_keeps_one_letter_of_one_thing(camille):
    factories.convocation(camille)
    send()
    letter = Letter.objects.get()
    letter.pk, letter.message_id = None, letter.message_id + 1
    letter.ref = "LT-0000-0001"
    with pytest.raises(IntegrityError, match="letter_says_it_once"), transaction.atomic():
        letter.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_one_email_and_write_one_letter(supervisor, mailsink):
    person = factories.claimant(supervisor, **HOME, appointments_by=Way.BOTH)
    factories.convocation(person)
    together = threading.Barrier(4)

    def sender() -> None:
        together.wait()
        try:
            send_due(lambda: NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=sender) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send()
    assert Letter.objects.count() == 1
    assert len([one for one in mailsink.box.messages() if person.user.email in str(one["To"])]) == 1


# --- the choice itself ----------------------------------------------------------------


def test_choosing_keeps_it_with_before_and_after_and_once(camille):
    wanted = {"appointments_by": "LETTER", "reminders_by": "SPACE", "answers_by": "EMAIL"}
    for _ in range(2):
        telling.choose_ways(camille.pk, wanted, by=acting(camille), now=NOW)
    camille.refresh_from_db()
    assert (camille.appointments_by, camille.reminders_by) == ("LETTER", "SPACE")
    entry = JournalEntry.objects.get(code=17)
    assert entry.data["before"] == {"appointments_by": "BOTH", "reminders_by": "EMAIL"}
    assert entry.data["after"] == {"appointments_by": "LETTER", "reminders_by": "SPACE"}
    page = people.signed_in(camille).get("/espace/journal/").content.decode()
    assert "changé la façon de vous prévenir" in page
    assert "rendez-vous par lettre, rappels avant un rendez-vous seulement dans l’espace personnel" in page
    # One's own choice needs no confirmation.
    assert not OutboxMessage.objects.exists()


def test_a_choice_noted_by_the_advisor_is_confirmed_by_the_new_way(camille, supervisor):
    telling.choose_ways(
        camille.pk, {"follow_up_by": "LETTER", "messages_by": "SPACE"}, by=acting(supervisor), now=NOW
    )
    row = OutboxMessage.objects.get(kind=said.MAIL_WAYS)
    mails = emails.kinds()[said.MAIL_WAYS].compose(
        [emails.Row(row.pk, row.person_id, row.subject_id, row.occurrence, 0, None)], NOW
    )
    check_mail(
        mails[row.pk],
        facts=[
            "Rendez-vous : par e-mail et par lettre.",
            "Messages et appels du conseiller : seulement dans l’espace personnel.",
        ],
        owed=row,
        now=NOW,
    )
    send()
    letter = Letter.objects.get(kind=said.MAIL_WAYS)
    assert {"label": "Suivi", "value": "Par lettre"} in letter.words["facts"]


@pytest.mark.parametrize(
    ("fields", "email", "group", "sentence"),
    [
        ({}, "c@exemple.fr", "APPOINTMENTS", ""),
        ({"appointments_by": "LETTER", "street": ""}, "c@exemple.fr", "APPOINTMENTS", "un e-mail part"),
        ({}, None, "APPOINTMENTS", "une lettre part"),
        ({"email_bounced_at": NOW}, "c@exemple.fr", "ANSWERS", "une lettre part"),
        ({"appointments_by": "BOTH", "city": ""}, "c@exemple.fr", "APPOINTMENTS", "un e-mail part"),
        ({"street": ""}, None, "APPOINTMENTS", ""),
        ({"street": ""}, None, "REMINDERS", ""),
        ({"messages_by": "SPACE"}, None, "MESSAGES", ""),
        ({}, None, "REMINDERS", "tout reste dans l’espace personnel"),
    ],
)
def test_the_page_says_what_stands_in(supervisor, fields, email, group, sentence):
    person = factories.claimant(supervisor, **HOME | fields, user_fields={"email": email})
    told = telling.stands_in(person, NoticeGroup[group])
    assert sentence in told
    assert bool(told) == bool(sentence)
    if told:
        assert told.replace("\u00a0", "&nbsp;") in people.signed_in(person).get(
            "/espace/profil/"
        ).content.decode().replace("\u00a0", "&nbsp;")


@pytest.mark.parametrize(
    ("fields", "email", "times"),
    [({"street": ""}, None, 1), ({"city": "", "email_bounced_at": NOW}, "c@exemple.fr", 1), ({}, None, 0)],
)
def test_that_nothing_arrives_is_said_once(supervisor, fields, email, times):
    person = factories.claimant(supervisor, **HOME | fields, user_fields={"email": email})
    for browser, page in (
        (people.signed_in(person), "/espace/profil/"),
        (people.signed_in(supervisor), f"/conseiller/demandeurs/{person.ref}/avis/"),
    ):
        shown = browser.get(page).content.decode()
        assert shown.count("Pour un rendez-vous, l’agence appelle") == times
