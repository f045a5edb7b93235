"""What no e-mail brings becomes a letter: once, with all it says frozen, and never beside a moot row."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import NoticeGroup
from messaging import emails, outbox
from messaging.delivery import composing, send_due
from messaging.emails import Row, Words
from messaging.models import Letter, OutboxMessage
from messaging.posting import wording, writing
from messaging.posting.barcodes import code39
from messaging.posting.writing import Paper
from messaging.states import LetterState
from portal.core.fingerprint import content_hash
from tests import factories
from tests.factories import NOW
from tests.messaging.conftest import mail_about
from tests.messaging.on_paper import hours
from tests.messaging.posting.conftest import letter_of, send
from tests.messaging.posting.made import by_post

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
BY_EMAIL = dict.fromkeys(NoticeGroup.values, "EMAIL")


def test_who_prefers_letters_gets_the_convocation_on_paper(marcel, mailsink):
    letter = letter_of(marcel)
    message = OutboxMessage.objects.get()
    assert (message.state, message.settled_at, message.accepted_at) == (State.LETTER, NOW, None)
    assert (letter.message_id, letter.state, letter.kind) == (message.pk, LetterState.WAITING, message.kind)
    assert letter.recipient == [str(marcel), "12 rue des Acacias", "35200 RENNES"]
    assert content_hash(letter.words) == bytes(letter.content_hash)
    told = json.dumps(letter.words, ensure_ascii=False).replace("\u00a0", " ")
    for fact in ("mercredi 2 décembre 2026 à 10 h", marcel.agency.phone, "de 8 h 30 à 12 h 30"):
        assert fact in told
    assert not [each for each in mailsink.box.messages() if marcel.user.email in str(each["To"])]


@pytest.mark.parametrize(
    ("fields", "email"),
    [
        (BY_EMAIL, None),
        (BY_EMAIL | {"email_bounced_at": NOW}, "x@exemple.fr"),
    ],
)
def test_who_has_no_address_that_takes_mail_gets_a_letter(supervisor, fields, email):
    person = by_post(supervisor, user_fields={"email": email}, **fields)
    assert letter_of(person).state == LetterState.WAITING


@pytest.mark.parametrize("missing", ["street", "postcode", "city"])
def test_without_a_postal_address_there_is_nothing_to_post(supervisor, missing):
    person = by_post(supervisor, user_fields={"email": None}, **{missing: ""})
    factories.convocation(person)
    send()
    message = OutboxMessage.objects.get()
    assert (message.state, message.last_error) == (State.MOOT, composing.NO_POSTAL)
    assert not Letter.objects.exists()


def test_a_closed_account_gets_no_letter(marcel):
    factories.convocation(marcel)
    marcel.user.is_active = False
    marcel.user.save(update_fields=["is_active"])
    send()
    assert OutboxMessage.objects.get().last_error == composing.CLOSED


def test_what_has_lost_its_purpose_is_no_letter(marcel):
    convocation = factories.convocation(marcel)
    send_due(lambda: convocation.starts_at + timedelta(minutes=1))
    assert OutboxMessage.objects.get().last_error == "l’heure du rendez-vous est passée"
    assert not Letter.objects.exists()


def test_notices_go_by_post_and_nothing_else_does():
    """Reminders, codes, feeds, staff's mails, and what only a screen can show, stay e-mails."""
    by_post_kinds = {kind.name for kind in emails.kinds().values() if kind.by_post}
    assert by_post_kinds == {
        "convocation",
        "invitation",
        "cancelled",
        "moved",
        "displaced",
        "holds_again",
        "not_proven",
        "tech_incident",
        "absence_opened",
        "absence_explained",
        "absence_decided",
        "absence_closed",
        "absence_annulled",
        "measure_notice",
        "measure_notice_unread",
        "measure_observations",
        "measure_hearing_asked",
        "measure_hearing",
        "measure_days_given",
        "measure_decision",
        "measure_decision_unread",
        "measure_closed",
        "measure_lapsed",
        "measure_withdrawn",
        "measure_annulled",
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
        "review",
        "period_extended",
        "document_rejected",
        "safe_document_rejected",
        "request_received",
        "request_decided",
        "request_documents",
        "request_documents_extended",
        "request_corrected",
        "transferred",
        "advisor_changed",
        "mode_changed",
        "call_back_asked",
        "call_back_unreached",
        "ways",
        "request_hour_lost",
        "message",
        "message_expected",
        "message_expected_extended",
        "message_late",
    }
    assert not [
        kind.name
        for kind in emails.kinds().values()
        if kind.by_post and (kind.group is None or kind.on_request)
    ]


def test_a_reminder_is_not_sent_by_post(marcel):
    convocation = factories.convocation(marcel)
    send()
    with transaction.atomic():
        outbox.enqueue([outbox.Owed(102, marcel.pk, convocation.pk)], now=NOW)
    send()
    assert OutboxMessage.objects.get(kind=102).last_error == composing.UNWANTED
    assert Letter.objects.count() == 1


# --- exactly once -------------------------------------------------------------------


def paper(person, message: OutboxMessage, title: str = "Essai") -> Paper:
    row = Row(message.pk, person.pk, message.subject_id, 0, 0, None)
    return Paper(row, message.kind, Words(title, ["Un paragraphe."]))


def test_writing_twice_writes_once(marcel):
    factories.convocation(marcel)
    one = paper(marcel, OutboxMessage.objects.get())
    assert writing.write([one], NOW) == (1, {})
    assert writing.write([one], NOW) == (0, {})
    assert Letter.objects.count() == 1


def test_what_the_server_already_took_is_no_letter(marcel):
    factories.convocation(marcel)
    OutboxMessage.objects.update(accepted_at=NOW)
    assert writing.write([paper(marcel, OutboxMessage.objects.get())], NOW) == (0, {})
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_write_one_letter(supervisor):
    person = by_post(supervisor)
    factories.convocation(person)
    one = paper(person, OutboxMessage.objects.get())
    together, written = threading.Barrier(4), []

    def sender() -> None:
        together.wait()
        try:
            written.append(writing.write([one], NOW)[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=sender) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(written) == [0, 0, 0, 1]
    assert Letter.objects.count() == 1


def test_a_letter_the_database_refuses_stops_only_itself(supervisor):
    good, bad = by_post(supervisor), by_post(supervisor)
    # An address line longer than a letter holds: the row, and its settling, are undone together.
    bad.street = "x" * 160
    bad.save(update_fields=["street"])
    for day, person in enumerate((good, bad)):
        factories.convocation(person, starts_at=NOW + timedelta(days=9 + day))
    papers = [paper(person, OutboxMessage.objects.get(person=person.user)) for person in (good, bad)]
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE messaging_letter ADD CONSTRAINT tried CHECK (array_to_string(recipient, '') !~ 'xx')"
        )
    count, failed = writing.write(papers, NOW)
    assert count == 1
    assert list(failed) == [papers[1].row.id]
    assert Letter.objects.get().claimant == good
    assert OutboxMessage.objects.get(person=bad.user).state == State.PENDING


def test_a_kind_that_brings_no_letter_is_tried_again_and_blocks_nobody(declared, supervisor):
    person = by_post(supervisor)
    composer = declared(by_post=True, group=NoticeGroup.ANSWERS)
    composer.write = lambda row: (
        mail_about(row) if row.subject_id == 1 else replace(mail_about(row), letter=lambda: Words("T"))
    )
    with transaction.atomic():
        outbox.enqueue([outbox.Owed(32_001, person.pk, subject) for subject in (1, 2)], now=NOW)
    send()
    states = dict(OutboxMessage.objects.values_list("subject_id", "state"))
    assert states == {1: State.PENDING, 2: State.LETTER}


# --- what stands on every letter ------------------------------------------------------


def test_words_that_would_bend_the_paper_stay_text(supervisor):
    person = by_post(supervisor, user_fields={"first_name": '#import "/etc/passwd"', "last_name": "A\u0085B"})
    person.refresh_from_db()
    words = Words("#sys.inputs", ['#read("/etc/passwd") $x^2$ *gras* \ud800 \x07'])
    frozen = wording.frozen(words, person, hours(), ref="LT-0000-0000", now=NOW)
    assert frozen["title"] == "#sys.inputs"
    assert "\ud800" not in str(frozen)
    assert wording.recipient(person)[0].startswith("#import")


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([0, 1, 2, 3, 4], "du lundi au vendredi de 9 h à 12 h"),
        ([0, 2], "le lundi de 9 h à 12 h, le mercredi de 9 h à 12 h"),
        ([0, 1, 4], "du lundi au mardi de 9 h à 12 h, le vendredi de 9 h à 12 h"),
        ([], ""),
    ],
)
def test_opening_hours_are_told_by_runs_of_days(days, told):
    rows = hours()[:5]
    for row in rows:
        row.opens, row.closes = row.opens.replace(hour=9, minute=0), row.closes.replace(hour=12, minute=0)
    chosen = [row for row in rows if row.weekday in days]
    assert wording.open_hours(chosen, "WALK_IN").replace("\u00a0", " ") == told


def test_the_bars_are_those_of_the_standard():
    """ISO/IEC 16388: three wide of nine, two of them bars; no two characters alike; table 1 for some of them."""
    table = {sign: "".join(map(str, code39(sign)[10:19])) for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"}
    assert len(set(table.values())) == len(table)
    for sign, widths in table.items():
        assert widths.count("3") == 3, sign
        assert widths[::2].count("3") == 2, f"{sign}: two wide bars"
    known = {
        "0": "111331311",
        "1": "311311113",
        "A": "311113113",
        "L": "113111133",
        "T": "111131331",
        "-": "131111313",
    }
    assert known.items() <= table.items()
    star = "131131311"
    assert "".join(map(str, code39("A"))) == f"{star}1{table['A']}1{star}"
