"""An advisor answers: the clock stops, rests or is put away; whoever is second sees first what was said."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from accounts import portfolios
from accounts.following import transfers
from messaging import deeds
from messaging.models import Message, Side, Thread, Topic, Via
from messaging.states import ThreadState
from messaging.threads import answering, following, reading
from messaging.threads.answering import Answer, MovedMeanwhile
from messaging.threads.messages import Expected, Text
from portal.core.models import Deadline, JournalEntry
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.threads.talk import DAY, HOUR, answer, ask, fresh, owed, text, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread() -> Thread:
    return ask(factories.claimant())


def pending() -> set[int]:
    return set(
        Deadline.objects.filter(kind__in=deeds.OF_THREAD, state=Deadline.State.PENDING).values_list(
            "kind", flat=True
        )
    )


def test_an_answer_stops_the_clock_and_owes_a_mail(thread):
    assert pending() == {deeds.DUE_ANSWER}
    message = answer(thread, now=NOW + HOUR)
    again = fresh(thread)
    assert (again.state, again.answer_due_at, again.waiting_since) == (ThreadState.ANSWERED, None, None)
    assert pending() == set()
    assert (message.side, message.author, again.claimant_unread) == (Side.SERVICE, thread.advisor.user, 1)
    assert owed(deeds.MAIL_MESSAGE) == 1
    entry = JournalEntry.objects.get(code=deeds.ANSWERED.number)
    assert "arrivée" not in str(entry.data)


def test_asking_for_something_rests_the_clock_until_it_comes(thread):
    answer(thread, expected=NOW + 8 * DAY, now=NOW + HOUR)
    again = fresh(thread)
    assert (again.state, again.days_left, again.expected) == (
        ThreadState.WAITING_CLAIMANT,
        2,
        "Une photo lisible",
    )
    assert pending() == {deeds.DUE_EXPECTED}
    assert owed(deeds.MAIL_EXPECTED) == 1
    write(thread, "La voici.", now=NOW + 3 * DAY)
    again = fresh(thread)
    assert (again.state, again.waiting_since, again.expected) == (ThreadState.WAITING_ADVISOR, NOW, "")
    assert pending() == {deeds.DUE_ANSWER}


def test_what_is_asked_for_has_words_and_a_day_to_come(thread):
    for expected, trouble in (
        (Expected("  ", NOW + DAY), answering.NothingAsked),
        (Expected("Un papier", NOW + HOUR), answering.NotAhead),
        (Expected("Un papier", NOW - DAY), answering.NotAhead),
    ):
        with pytest.raises(trouble):
            answering.answer(
                thread.pk,
                Answer(text("Il me manque un papier."), expected=expected),
                seen=thread.as_seen,
                by=acting(thread.advisor),
                now=NOW,
            )
    assert thread.messages.count() == 1


def test_asked_twice_the_advisor_keeps_the_days_of_the_first_time(thread):
    answer(thread, expected=NOW + 8 * DAY, now=NOW + HOUR)
    answer(thread, expected=NOW + 9 * DAY, now=NOW + 5 * DAY)
    assert fresh(thread).days_left == 2
    answer(thread, "Finalement, je n’en ai pas besoin.", now=NOW + 6 * DAY)
    assert fresh(thread).state == ThreadState.ANSWERED
    assert pending() == set()


def test_a_talk_is_noted_as_one_and_confirmed_in_writing(thread):
    message = answer(thread, "Je vous ai confirmé la réception.", via=Via.PHONE, now=NOW + HOUR)
    assert message.via == Via.PHONE
    assert JournalEntry.objects.filter(code=deeds.NOTED.number, file_id=thread.claimant_id).count() == 1
    assert owed(deeds.MAIL_MESSAGE) == 1
    # What was noted wrongly is corrected by writing.
    write(thread, "Ce n’est pas ce que j’ai dit.", now=NOW + 2 * HOUR)
    assert fresh(thread).state == ThreadState.WAITING_ADVISOR


def test_settled_without_a_word_nothing_is_owed(thread):
    seen = fresh(thread).as_seen
    answering.resolve(thread.pk, seen=seen, by=acting(thread.advisor), now=NOW + HOUR)
    again = fresh(thread)
    assert (again.state, again.resolved_by, again.answer_due_at) == (
        ThreadState.RESOLVED,
        thread.advisor.user,
        None,
    )
    # Again, from another tab: nothing more happens.
    answering.resolve(thread.pk, seen=seen, by=acting(thread.advisor), now=NOW + 2 * HOUR)
    assert fresh(thread).resolved_at == NOW + HOUR
    assert pending() == set()


def second_answer(thread: Thread, seen: str) -> None:
    answering.answer(
        thread.pk, Answer(text("Ma réponse.")), seen=seen, by=acting(thread.advisor), now=NOW + HOUR
    )


def test_whoever_answers_second_is_told_who_answered_first(thread):
    seen = thread.as_seen
    colleague = factories.advisor(thread.agency, first_name="Hélène", last_name="Roy")
    answer(thread, by=acting(colleague), now=NOW)
    with pytest.raises(MovedMeanwhile, match="Hélène Roy a écrit"):
        second_answer(thread, seen)
    assert thread.messages.count() == 2
    second_answer(thread, fresh(thread).as_seen)
    assert thread.messages.count() == 3


def test_answering_what_was_settled_or_handed_over_meanwhile_is_told(thread):
    seen = thread.as_seen
    answering.resolve(thread.pk, seen=seen, by=acting(thread.advisor), now=NOW)
    with pytest.raises(MovedMeanwhile, match="comme réglé"):
        second_answer(thread, seen)
    second_answer(thread, fresh(thread).as_seen)
    assert fresh(thread).state == ThreadState.ANSWERED
    again = ask(thread.claimant)
    seen = again.as_seen
    colleague = factories.advisor(thread.agency, first_name="Hélène", last_name="Roy")
    following.reassign([again.pk], colleague, reason="Congé", by=acting(thread.advisor), now=NOW)
    with pytest.raises(MovedMeanwhile, match="confié à Hélène Roy"):
        second_answer(again, seen)


@pytest.mark.parametrize("seen", ["", "x", "1-", "1-NOWHERE-2", "9999999-WAITING_ADVISOR-1"])
def test_a_page_that_says_nonsense_is_an_old_page(thread, seen):
    with pytest.raises(MovedMeanwhile):
        second_answer(thread, seen)


def test_a_form_sent_twice_answers_once(thread):
    said = Answer(text("Une fois."))
    for _ in range(2):
        answering.answer(thread.pk, said, seen=thread.as_seen, by=acting(thread.advisor), now=NOW)
    assert thread.messages.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_advisors_at_once_one_answers_and_the_other_is_told():
    thread = ask(factories.claimant())
    colleague = factories.advisor(thread.agency)
    gate = threading.Barrier(2)
    told = []

    def send(by) -> None:
        gate.wait()
        try:
            answering.answer(
                thread.pk, Answer(Text("Moi.", uuid.uuid4())), seen=thread.as_seen, by=by, now=NOW
            )
        except MovedMeanwhile as refusal:
            told.append(refusal.sentence)
        finally:
            connection.close()

    crowd = [threading.Thread(target=send, args=[acting(who)]) for who in (thread.advisor, colleague)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(told) == 1
    assert Message.objects.filter(thread=thread).count() == 2


# --- to several ----------------------------------------------------------------------


def test_each_of_several_people_gets_a_thread_of_their_own_and_one_refused_costs_nothing():
    advisor = factories.advisor()
    people = [factories.claimant(advisor) for _ in range(3)]
    people[1].user.is_active = False
    people[1].user.save()
    said = Answer(text("L’atelier de lundi est ouvert à tous."))
    for _ in range(2):  # a double click
        results = answering.open_for_each(
            people, said, topic=Topic.OTHER, subject="Atelier", by=acting(advisor), now=NOW
        )
    assert [bool(row.refused) for row in results] == [False, True, False]
    assert Thread.objects.count() == 2
    assert set(Thread.objects.values_list("claimant", flat=True)) == {people[0].pk, people[2].pk}
    assert owed(deeds.MAIL_MESSAGE) == 2


# --- read ------------------------------------------------------------------------------


def test_opening_notes_once_who_read_and_when(thread):
    advisor = acting(thread.advisor)
    reading.opened_by_service(fresh(thread), by=advisor, now=NOW + HOUR)
    read = thread.messages.get().reading
    assert (read.reader, read.at) == (thread.advisor.user, NOW + HOUR)
    reading.opened_by_service(fresh(thread), by=advisor, now=NOW + 2 * HOUR)
    read.refresh_from_db()
    assert read.at == NOW + HOUR
    assert fresh(thread).advisor_unread == 0
    answer(thread, now=NOW + 2 * HOUR)
    reading.opened_by_person(fresh(thread), by=acting(thread.claimant), now=NOW + 3 * HOUR)
    assert thread.messages.get(number=2).reading.reader == thread.claimant.user
    assert fresh(thread).claimant_unread == 0


# --- following --------------------------------------------------------------------------


def test_threads_follow_the_person_to_another_advisor_and_their_dates_stay(thread):
    due = thread.answer_due_at
    other = factories.advisor(thread.agency)
    supervisor = factories.advisor(thread.agency, is_supervisor=True)
    portfolios.assign(thread.claimant_id, other.pk, by=acting(supervisor), now=NOW + timedelta(hours=2))
    again = fresh(thread)
    assert (again.advisor, again.answer_due_at) == (other, due)


def test_threads_follow_the_person_to_another_agency(thread):
    there = factories.agency(name="Agence de Brest")
    factories.advisor(there)
    settled = ask(thread.claimant, topic=Topic.OTHER)
    answer(settled, settles=True)
    transfers.transfer(thread.claimant_id, there.pk, by=acting(thread.claimant), now=NOW + HOUR)
    assert {fresh(one).agency for one in (thread, settled)} == {there}
    assert {fresh(one).advisor.agency for one in (thread, settled)} == {there}


def test_a_supervisor_hands_over_what_waits_within_the_agency_only(thread):
    colleague = factories.advisor(thread.agency)
    elsewhere = factories.advisor()
    supervisor = acting(factories.advisor(thread.agency, is_supervisor=True))
    assert following.reassign([thread.pk], elsewhere, reason="…", by=supervisor, now=NOW) == 0
    assert following.reassign([thread.pk], colleague, reason="Congé", by=supervisor, now=NOW) == 1
    assert fresh(thread).advisor == colleague
    assert JournalEntry.objects.get(code=deeds.REASSIGNED.number).data["reason"] == "Congé"
    answer(thread, by=supervisor)
    assert following.reassign([thread.pk], thread.advisor, reason="…", by=supervisor, now=NOW) == 0
