"""An agency's batch of the day: closed once, printed once, posted with all in it; and what came of each letter."""

import io
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Closure
from convocations.evidence import ledger
from convocations.models import CallTask, Convocation, DeliveryEvidence, Fact
from convocations.states import ConvocationState
from messaging import deeds
from messaging.models import Letter, LetterBatch
from messaging.posting import batching, fates, printing
from messaging.states import BatchState, LetterState
from portal.core import deadlines, personal_data
from portal.core.models import Deadline, JournalEntry
from portal.core.safe import sweeping
from portal.core.transitions import IllegalMove
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.posting.conftest import letter_of, send
from tests.messaging.posting.made import by_post
from tests.paper import text_of

pytestmark = pytest.mark.django_db

# Tuesday at 7 h in Rennes; the letters are written on Monday.
MORNING = datetime(2026, 11, 24, 6, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)


def close(now: datetime = MORNING) -> LetterBatch:
    assert batching.close_due(now) == 1
    return LetterBatch.objects.latest("pk")


def printed(now: datetime = MORNING) -> LetterBatch:
    batch = close(now)
    deadlines.work_slowly(deeds.DUE_PRINT, lambda: now)
    batch.refresh_from_db()
    return batch


def posted(supervisor, day: date = TUESDAY, now: datetime = MORNING) -> LetterBatch:
    return fates.post(printed(now).pk, day, by=acting(supervisor), now=now)


# --- closing ------------------------------------------------------------------------


def test_the_mornings_batch_takes_what_waits(marcel):
    letter = letter_of(marcel)
    batch = close()
    letter.refresh_from_db()
    assert (letter.state, letter.batch) == (LetterState.BATCHED, batch)
    assert (batch.day, batch.state, batch.agency) == (TUESDAY, BatchState.CLOSED, marcel.agency)
    assert Deadline.objects.get(kind=deeds.DUE_PRINT).subject_id == batch.pk


@pytest.mark.parametrize(
    ("now", "closes"),
    [
        (datetime(2026, 11, 24, 5, 59, tzinfo=UTC), 0),
        (datetime(2026, 11, 24, 6, 0, tzinfo=UTC), 1),
        (datetime(2026, 11, 28, 9, 0, tzinfo=UTC), 0),  # Saturday
        (datetime(2026, 11, 29, 9, 0, tzinfo=UTC), 0),  # Sunday
        (datetime(2026, 12, 25, 9, 0, tzinfo=UTC), 0),  # Christmas
    ],
)
def test_closing_keeps_to_working_mornings(marcel, now, closes):
    letter_of(marcel)
    assert batching.close_due(now) == closes


def test_closing_follows_the_agencys_own_clock(supervisor):
    supervisor.agency.territory = "REUNION"
    supervisor.agency.save(update_fields=["territory"])
    letter_of(by_post(supervisor))
    # 7 h on the island is 3 h in Greenwich.
    assert batching.close_due(datetime(2026, 11, 24, 2, 59, tzinfo=UTC)) == 0
    assert batching.close_due(datetime(2026, 11, 24, 3, 0, tzinfo=UTC)) == 1


def test_a_closed_agency_posts_nothing(marcel):
    letter_of(marcel)
    Closure.objects.create(agency=marcel.agency, first_day=TUESDAY, last_day=TUESDAY, reason="Travaux")
    assert batching.close_due(MORNING) == 0


def test_an_agency_has_one_batch_a_day(marcel, supervisor):
    letter_of(marcel)
    close()
    late = letter_of(by_post(supervisor, user_fields={"last_name": "Tard"}))
    assert batching.close_due(MORNING + timedelta(hours=1)) == 0
    late.refresh_from_db()
    assert late.state == LetterState.WAITING
    assert batching.close_due(MORNING + timedelta(days=1)) == 1


def test_a_letter_goes_to_the_address_the_person_has_by_then(marcel):
    letter = letter_of(marcel)
    marcel.street = "3 place Neuve"
    marcel.save(update_fields=["street"])
    close()
    letter.refresh_from_db()
    assert letter.recipient[1] == "3 place Neuve"


# --- printing -----------------------------------------------------------------------


def test_the_file_begins_each_letter_on_a_sheet_of_its_own(supervisor):
    people = [by_post(supervisor, user_fields={"last_name": f"Nom{n}"}) for n in range(3)]
    for day, person in enumerate(people):
        how = ["INVITATION", "CONVOCATION"][day % 2]
        factories.convocation(person, starts_at=NOW + timedelta(days=9 + day), bindingness=how)
    send()
    written = list(Letter.objects.order_by("pk"))
    batch = printed()
    assert batch.state == BatchState.PRINTED
    with default_storage.open(batch.pdf_key) as file:
        content = file.read()
    assert batch.pdf_size == len(content)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pages = [text_of(one_page(pdf, number)) for number in range(len(pdf.pages))]
    place = 0
    for letter in written:
        letter.refresh_from_db()
        assert f"{letter.ref}" in pages[place]
        assert f"Page 1 sur {letter.pages}" in pages[place].replace("\u00a0", " ")
        place += letter.pages + letter.pages % 2
    assert place == len(pages)


def one_page(pdf: pikepdf.Pdf, number: int) -> bytes:
    with pikepdf.new() as alone:
        alone.pages.append(pdf.pages[number])
        out = io.BytesIO()
        alone.save(out)
    return out.getvalue()


@pytest.mark.parametrize("section", [400, 3])
def test_printing_more_than_a_piece_loses_nobody(supervisor, monkeypatch, section):
    monkeypatch.setattr(printing, "AT_ONCE", 2)
    monkeypatch.setattr(printing, "SECTION", section)
    for day in range(5):
        letter_of(by_post(supervisor, user_fields={"last_name": f"Nom{day}"}))
    batch = printed()
    assert sorted(Letter.objects.filter(batch=batch).values_list("pages", flat=True)) == [2] * 5
    with default_storage.open(batch.pdf_key) as file, pikepdf.open(io.BytesIO(file.read())) as pdf:
        assert len(pdf.pages) == 10
        for place, letter in enumerate(Letter.objects.filter(batch=batch).order_by("pk")):
            assert f"{letter.ref}" in text_of(one_page(pdf, 2 * place))


def test_printing_again_changes_nothing(marcel):
    letter_of(marcel)
    batch = printed()
    with printing.print_batch(deadlines.Due(0, batch.pk, 0, 0)) as settle:
        assert settle is None


def test_a_file_that_no_batch_refers_to_is_swept_away(marcel, supervisor):
    letter_of(marcel)
    batch = printed()
    orphan = default_storage.save("letters/aa/lost", io.BytesIO(b"x"))
    assert sweeping.sweep(old=timedelta(0)).orphans == 1
    assert not default_storage.exists(orphan)
    assert default_storage.exists(batch.pdf_key)


def test_one_letter_alone_is_an_accessible_paper(marcel):
    letter = letter_of(marcel)
    text = text_of(printing.of_letter(letter))
    assert str(letter.ref) in text
    assert printing.of_letter(letter) == printing.of_letter(letter)


# --- posting ------------------------------------------------------------------------


def test_posting_a_batch_is_evidence_of_each_convocation(marcel, supervisor):
    letter = letter_of(marcel)
    batch = posted(supervisor)
    letter.refresh_from_db()
    assert (batch.state, letter.state, letter.posted_at) == (BatchState.POSTED, LetterState.POSTED, MORNING)
    proof = DeliveryEvidence.objects.get(fact=Fact.LETTER_POSTED)
    assert (proof.convocation_id, proof.at, proof.message_id) == (
        letter.subject_id,
        MORNING,
        letter.message_id,
    )
    assert bytes(proof.shown_hash) == bytes(letter.content_hash)
    assert str(letter.ref) in proof.detail
    assert JournalEntry.objects.filter(code=deeds.LETTER_POSTED.number, file_id=marcel.pk).count() == 1
    # Posted is not known: nothing may be founded on it.
    assert ledger.why_not_valid(Convocation.objects.get())


def test_posting_twice_is_refused(marcel, supervisor):
    letter_of(marcel)
    batch = posted(supervisor)
    with pytest.raises(fates.NotToPost):
        fates.post(batch.pk, TUESDAY, by=acting(supervisor), now=MORNING)


NEVER = [TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1), date(1, 1, 1), date(9999, 12, 31)]


@pytest.mark.parametrize("day", NEVER)
def test_posting_on_a_day_that_cannot_be_is_refused(marcel, supervisor, day):
    letter_of(marcel)
    batch = printed()
    with pytest.raises(fates.WrongDay):
        fates.post(batch.pk, day, by=acting(supervisor), now=MORNING)


def test_posting_noted_days_later_counts_from_the_end_of_its_day(marcel, supervisor):
    letter = letter_of(marcel)
    fates.post(printed().pk, TUESDAY, by=acting(supervisor), now=MORNING + timedelta(days=3))
    letter.refresh_from_db()
    assert letter.posted_at == datetime(2026, 11, 24, 22, 59, tzinfo=UTC)


def test_a_batch_that_is_not_printed_is_not_posted(marcel, supervisor):
    letter_of(marcel)
    with pytest.raises(fates.NotToPost):
        fates.post(close().pk, TUESDAY, by=acting(supervisor), now=MORNING)


def test_a_spoilt_print_goes_into_the_next_batch(marcel, supervisor):
    spoilt, good = letter_of(marcel), letter_of(by_post(supervisor))
    batch = printed()
    fates.set_aside(spoilt.pk, "Page froissée", by=acting(supervisor), now=MORNING)
    fates.post(batch.pk, TUESDAY, by=acting(supervisor), now=MORNING)
    spoilt.refresh_from_db()
    good.refresh_from_db()
    assert (spoilt.state, spoilt.set_aside, good.state) == (
        LetterState.WAITING,
        "Page froissée",
        LetterState.POSTED,
    )
    assert DeliveryEvidence.objects.filter(fact=Fact.LETTER_POSTED).count() == 1
    later = MORNING + timedelta(days=1)
    posted(supervisor, later.date(), later)
    spoilt.refresh_from_db()
    assert spoilt.state == LetterState.POSTED


def test_a_batch_whose_last_letter_is_spoilt_is_empty(marcel, supervisor):
    letter = letter_of(marcel)
    batch = printed()
    fates.set_aside(letter.pk, "Encre", by=acting(supervisor), now=MORNING)
    batch.refresh_from_db()
    assert batch.state == BatchState.EMPTIED
    with pytest.raises(fates.NotInBatch):
        fates.set_aside(letter.pk, "Encre", by=acting(supervisor), now=MORNING)


def test_posting_hundreds_costs_as_many_queries_as_one(supervisor):
    def queries(number: int, day: int) -> int:
        advisor = factories.advisor(is_supervisor=True)
        for _ in range(number):
            letter_of(by_post(advisor))
        batch = printed(MORNING + timedelta(days=day))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            fates.post(batch.pk, batch.day, by=acting(advisor), now=MORNING + timedelta(days=day))
        return len(seen)

    assert queries(1, 0) == queries(4, 1)


# --- registered, and back -------------------------------------------------------------


def test_a_registered_letter_handed_over_proves_that_the_person_knows(marcel, supervisor):
    letter = letter_of(marcel)
    fates.register(letter.pk, "1A 234 567 8901 2", by=acting(supervisor), now=NOW)
    posted(supervisor)
    signed = MORNING + timedelta(days=2)
    fates.deliver(letter.pk, signed.date(), by=acting(supervisor), now=signed)
    convocation = Convocation.objects.get()
    assert (convocation.known_at, convocation.state) == (signed, ConvocationState.DELIVERED)
    assert ledger.why_not_valid(convocation) == []
    assert "1A 234 567 8901 2" in DeliveryEvidence.objects.get(fact=Fact.LETTER_DELIVERED).detail
    with pytest.raises(IllegalMove):
        fates.deliver(letter.pk, signed.date(), by=acting(supervisor), now=signed)


def test_an_ordinary_letter_proves_no_delivery(marcel, supervisor):
    letter = letter_of(marcel)
    posted(supervisor)
    with pytest.raises(fates.NotRegistered):
        fates.deliver(letter.pk, TUESDAY, by=acting(supervisor), now=MORNING)


def test_a_letter_that_came_back_proves_nothing_and_asks_for_one_call(marcel, supervisor):
    letter = letter_of(marcel)
    posted(supervisor)
    back = MORNING + timedelta(days=3)
    fates.come_back(letter.pk, back.date(), "N’habite pas à l’adresse", by=acting(supervisor), now=back)
    with pytest.raises(IllegalMove):
        fates.come_back(letter.pk, back.date(), "Encore", by=acting(supervisor), now=back)
    assert DeliveryEvidence.objects.filter(fact=Fact.LETTER_RETURNED).count() == 1
    assert CallTask.objects.filter(reason=CallTask.Reason.RETURNED).count() == 1
    assert ledger.why_not_valid(Convocation.objects.get())


def test_nothing_becomes_of_a_letter_before_it_is_posted(marcel, supervisor):
    letter = letter_of(marcel)
    with pytest.raises(fates.NotInBatch):
        fates.come_back(letter.pk, TUESDAY, "Refusée", by=acting(supervisor), now=MORNING)


def test_a_letter_handed_over_keeps_its_number(marcel, supervisor):
    letter = letter_of(marcel)
    fates.register(letter.pk, "1", by=acting(supervisor), now=NOW)
    posted(supervisor)
    fates.deliver(letter.pk, TUESDAY, by=acting(supervisor), now=MORNING)
    with pytest.raises(fates.NumberTooLate):
        fates.register(letter.pk, "2", by=acting(supervisor), now=MORNING)


# --- what goes with time ------------------------------------------------------------------


def test_the_file_to_print_goes_a_month_after_it_was_posted(marcel, supervisor):
    letter_of(marcel)
    batch = posted(supervisor)
    kept, gone = MORNING + timedelta(days=30), MORNING + timedelta(days=31)
    assert personal_data.let_go(kept, only=["letter-files"])["letter-files"].erased == 0
    assert personal_data.let_go(gone, dry_run=True, only=["letter-files"])["letter-files"].erased == 1
    assert default_storage.exists(batch.pdf_key)
    assert personal_data.let_go(gone, only=["letter-files"])["letter-files"].erased == 1
    assert not default_storage.exists(batch.pdf_key)
    batch.refresh_from_db()
    assert batch.pdf_key == ""


def test_a_batch_goes_with_its_last_letter(marcel, supervisor):
    letter_of(marcel)
    posted(supervisor)
    later = MORNING + timedelta(days=800)
    personal_data.let_go(later, only=["letter-files", "letters"])
    personal_data.let_go(later, only=["letters"])
    assert (Letter.objects.count(), LetterBatch.objects.count()) == (0, 0)
