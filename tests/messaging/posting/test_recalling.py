"""What is overtaken before its batch closes is not printed; the letter that tells of the event goes."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import NoticeGroup
from convocations import deeds as convoked
from convocations.evidence import ledger
from convocations.scheduling import changing
from messaging import deeds, outbox
from messaging.emails import Overtaken, Words
from messaging.models import Letter, LetterBatch, OutboxMessage
from messaging.posting import batching, fates
from messaging.states import LetterState
from portal.core.models import JournalEntry
from portal.core.transitions import IllegalMove
from tests import factories, people
from tests.factories import NOW, acting
from tests.messaging.conftest import mail_about
from tests.messaging.posting.conftest import letter_of, send
from tests.messaging.posting.made import by_post, printed

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
TOMORROW = NOW + timedelta(days=1)
State = LetterState


def states(person) -> dict[int, str]:
    return dict(Letter.objects.filter(claimant=person).values_list("kind", "state"))


def close(person, now=NOW) -> LetterBatch | None:
    return batching.close(person.agency_id, now.date(), now=now)


def cancel(letter: Letter, now=NOW) -> None:
    changing.cancel(letter.subject_id, reason="Réunion.", by=acting(letter.claimant.advisor), now=now)
    send()


def test_a_cancelled_appointment_is_announced_no_more_and_its_cancelling_goes(marcel):
    letter = letter_of(marcel)
    cancel(letter)
    batch = close(marcel)
    assert states(marcel) == {
        convoked.MAIL_CONVOCATION: State.CALLED_BACK,
        convoked.MAIL_CANCELLED: State.BATCHED,
    }
    letter.refresh_from_db()
    assert (letter.batch_id, letter.pages, letter.called_back_at) == (None, None, NOW)
    assert letter.called_back_for == "convocation : annulé"
    assert Letter.objects.get(batch=batch).kind == convoked.MAIL_CANCELLED
    entry = JournalEntry.objects.get(code=deeds.LETTER_CALLED_BACK.number)
    assert (entry.file_id, entry.subject_id, entry.actor_id) == (marcel.pk, letter.pk, None)
    assert "n’est pas partie" in people.signed_in(marcel).get("/espace/journal/").content.decode()


def test_a_moved_appointment_is_announced_once_at_its_new_hour(marcel):
    letter = letter_of(marcel)
    old = marcel.convocations.get()
    draft = factories.draft(marcel, starts_at=old.starts_at + timedelta(days=1))
    changing.move(old.pk, draft, reason="Réunion.", form_key=uuid.uuid4(), by=acting(marcel.advisor), now=NOW)
    send()
    close(marcel)
    letter.refresh_from_db()
    assert letter.called_back_for == "convocation : déplacé"
    gone = Letter.objects.filter(claimant=marcel, state=State.BATCHED)
    assert convoked.MAIL_MOVED in {each.kind for each in gone}
    assert old.pk not in {each.subject_id for each in gone if each.kind == convoked.MAIL_CONVOCATION}


def test_who_has_had_the_first_letter_gets_the_cancelling_one(marcel, supervisor):
    letter = letter_of(marcel)
    fates.post(printed(marcel.agency_id, now=NOW).pk, TODAY, by=acting(supervisor), now=NOW)
    cancel(letter)
    close(marcel, TOMORROW)
    assert states(marcel) == {
        convoked.MAIL_CONVOCATION: State.POSTED,
        convoked.MAIL_CANCELLED: State.BATCHED,
    }


def test_what_is_in_a_closed_batch_is_printed_and_posted_as_it_is(marcel, supervisor):
    letter = letter_of(marcel)
    batch = printed(marcel.agency_id, now=NOW)
    cancel(letter)
    fates.post(batch.pk, TODAY, by=acting(supervisor), now=NOW)
    assert states(marcel)[convoked.MAIL_CONVOCATION] == State.POSTED


def test_a_spoilt_print_is_asked_about_again_before_the_next_batch(marcel, supervisor):
    letter = letter_of(marcel)
    printed(marcel.agency_id, now=NOW)
    fates.set_aside(letter.pk, "Page froissée.", by=acting(supervisor), now=NOW)
    cancel(letter)
    close(marcel, TOMORROW)
    assert states(marcel)[convoked.MAIL_CONVOCATION] == State.CALLED_BACK


def test_where_all_is_called_back_there_is_no_batch_and_the_next_day_has_its_own(marcel):
    letter = letter_of(marcel)
    start = marcel.convocations.get().starts_at
    assert close(marcel, start + timedelta(minutes=1)) is None
    letter.refresh_from_db()
    assert (letter.state, letter.called_back_for) == (State.CALLED_BACK, "l’heure du rendez-vous est passée")
    assert not LetterBatch.objects.exists()
    # Closed again the same day: nothing changes, nothing is noted twice.
    assert close(marcel, start + timedelta(minutes=2)) is None
    assert JournalEntry.objects.filter(code=deeds.LETTER_CALLED_BACK.number).count() == 1


def test_a_letter_waits_untouched_once_its_day_has_a_batch(marcel, supervisor):
    letter_of(marcel)
    assert close(marcel) is not None
    letter = letter_of(by_post(supervisor))
    cancel(letter)
    assert close(marcel) is None
    letter.refresh_from_db()
    assert letter.state == State.WAITING


def test_read_in_the_space_a_convocation_still_goes_on_paper(marcel):
    letter = letter_of(marcel)
    ledger.consult(letter.subject_id, by=acting(marcel), now=NOW)
    close(marcel)
    assert states(marcel) == {convoked.MAIL_CONVOCATION: State.BATCHED}


def test_a_letter_nobody_can_be_asked_about_goes_and_its_neighbours_too(declared, supervisor):
    composer = declared(by_post=True, group=NoticeGroup.ANSWERS)
    composer.write = lambda row: mail_about(row, letter=lambda: Words("Essai", ["Un paragraphe."]))
    person = by_post(supervisor)
    with transaction.atomic():
        outbox.enqueue([outbox.Owed(32_001, person.pk, subject) for subject in (1, 2, 3, 4)], now=NOW)
    send()
    composer.poisoned, composer.moot = {1}, {2}
    composer.write = lambda row: Overtaken("Autre raison") if row.subject_id == 3 else mail_about(row)
    close(person)
    found = dict(Letter.objects.values_list("subject_id", "state"))
    assert found == {1: State.BATCHED, 2: State.CALLED_BACK, 3: State.CALLED_BACK, 4: State.BATCHED}
    reasons = dict(
        Letter.objects.filter(state=State.CALLED_BACK).values_list("subject_id", "called_back_for")
    )
    assert reasons == {2: "plus d’actualité", 3: "Autre raison"}


def test_an_email_overtaken_says_why_in_its_row(supervisor):
    convocation = factories.convocation(factories.claimant(supervisor))
    changing.cancel(convocation.pk, reason="Réunion.", by=acting(supervisor), now=NOW)
    send()
    row = OutboxMessage.objects.get(kind=convoked.MAIL_CONVOCATION)
    assert (row.state, row.last_error) == (OutboxMessage.State.MOOT, "convocation : annulé")


def test_the_mailroom_shows_what_was_called_back_and_why(marcel, supervisor):
    letter = letter_of(marcel)
    cancel(letter)
    close(marcel)
    browser = people.signed_in(supervisor)
    index = browser.get("/agence/courrier/").content.decode()
    assert "Lettres retirées avant l’impression" in index
    assert "Convocation\u00a0: annulé" in index.replace("&nbsp;", "\u00a0").replace(" :", "\u00a0:")
    page = browser.get(f"/agence/courrier/lettres/{letter.ref}/").content.decode()
    assert "Retirée avant l’impression" in page
    for act in ("recommande", "retour"):
        assert f"/{act}" not in page


@pytest.mark.parametrize("to", [state for state in State if state != State.CALLED_BACK])
def test_what_was_called_back_stays_so(marcel, to):
    letter = letter_of(marcel)
    cancel(letter)
    close(marcel)
    letter.refresh_from_db()
    with pytest.raises(IllegalMove):
        letter.move_to(to)


def test_a_posted_letter_cannot_be_called_back_by_hand_either(marcel, supervisor):
    letter = letter_of(marcel)
    fates.post(printed(marcel.agency_id, now=NOW).pk, TODAY, by=acting(supervisor), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(
            state=State.CALLED_BACK, called_back_at=NOW, called_back_for="x", batch=None
        )
