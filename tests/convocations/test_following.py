"""What follows from who follows whom: open work, first interviews, video left, call-backs, the nightly check."""

import uuid
from datetime import timedelta

import pytest

from accounts import portfolios
from accounts.following import modes, transfers
from accounts.models import Claimant, FollowUpModeChange, User
from convocations import attendance, deeds
from convocations.evidence import call_backs, calls, ledger
from convocations.evidence.call_backs import Asked
from convocations.following import in_person, nightly, owed
from convocations.models import (
    Absence,
    Bindingness,
    CallTask,
    Convocation,
    FollowUpTask,
    Justificatif,
    Modality,
)
from convocations.scheduling import changing
from convocations.scheduling.issuing import issue
from convocations.states import ConvocationState
from messaging.models import OutboxMessage
from portal.core import deadlines
from portal.core.models import Deadline, JournalEntry
from tests import factories
from tests.convocations.test_mails import shown
from tests.factories import NOW, acting
from tests.messaging.threads import talk
from tests.web.desk import conftest as cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille():
    return factories.claimant(factories.advisor(), phone="06 11 22 33 44")


@pytest.fixture
def brest():
    return factories.advisor(factories.agency(name="Agence de Brest"), first_name="Yann", last_name="Le Bras")


def move(person: Claimant, to, *, now=NOW):
    return transfers.transfer(person.pk, to.agency_id, by=acting(person), now=now)


def owed_kinds(person_id: int) -> set[int]:
    return set(OutboxMessage.objects.filter(person_id=person_id).values_list("kind", flat=True))


def lines(**which) -> list[str]:
    return list(FollowUpTask.objects.filter(state="OPEN", **which).values_list("reason", flat=True))


# --- a transfer ----------------------------------------------------------------


def test_all_that_is_open_follows_whoever_had_it(camille, brest):
    absence, after = cast.absent(camille, starts_at=NOW + timedelta(days=3))
    cast.explained(absence, after, cast.document(camille))
    colleague = factories.advisor(camille.agency)
    Absence.objects.update(advisor=colleague)
    call = call_backs.ask(camille.pk, Asked("OTHER", "06", "ANY"), by=acting(camille), now=after)
    ahead = factories.convocation(camille, now=after, starts_at=after + timedelta(days=9))
    move(camille, brest, now=after)
    absence.refresh_from_db()
    call.refresh_from_db()
    ahead.refresh_from_db()
    assert (absence.advisor_id, absence.agency_id) == (brest.pk, brest.agency_id)
    assert Justificatif.objects.get().advisor_id == brest.pk
    assert call.advisor_id == brest.pk
    # The appointment stays with whom was named.
    assert ahead.advisor_id == camille.advisor_id


def test_three_people_are_told(camille, brest):
    ahead = factories.convocation(camille)
    old = camille.advisor_id
    move(camille, brest)
    assert deeds.MAIL_TRANSFERRED in owed_kinds(camille.pk)
    assert deeds.MAIL_TRANSFER_OLD_ADVISOR in owed_kinds(old)
    assert deeds.MAIL_TRANSFER_NEW_ADVISOR in owed_kinds(brest.pk)
    told = shown(
        deeds.MAIL_TRANSFERRED,
        NOW,
        facts=("Agence de Brest", "Yann Le Bras", "mercredi 2 décembre 2026", "15 jours"),
    )
    assert "n’est pas compté comme un report" in told.text
    for kind in (deeds.MAIL_TRANSFER_OLD_ADVISOR, deeds.MAIL_TRANSFER_NEW_ADVISOR):
        assert camille.user.last_name not in shown(kind, NOW).text
    assert ahead.pk


def test_first_interview_waits_until_an_appointment_with_the_new_advisor_is_fixed(camille, brest):
    old = camille.advisor
    move(camille, brest)
    assert lines(advisor=brest) == ["FIRST_INTERVIEW"]
    camille.refresh_from_db()
    # One with the former advisor is not it.
    changed = factories.draft(camille, advisor_id=old.pk, starts_at=NOW + timedelta(days=5))
    issue(changed, form_key=uuid.uuid4(), by=acting(old), now=NOW)
    assert lines() == ["FIRST_INTERVIEW"]
    factories.convocation(camille)
    assert lines() == []
    assert not Deadline.objects.filter(kind=deeds.DUE_FIRST_INTERVIEW, state=Deadline.State.PENDING).exists()


def test_first_interview_that_is_late_is_told_to_the_supervisor_once(camille, brest):
    boss = factories.advisor(brest.agency, is_supervisor=True)
    move(camille, brest)
    line = FollowUpTask.objects.get()
    deadlines.work(lambda: line.due_at - timedelta(minutes=1))
    assert deeds.MAIL_FIRST_INTERVIEW_LATE not in owed_kinds(boss.pk)
    after = line.due_at + timedelta(minutes=1)
    for _ in range(2):
        deadlines.work(lambda: after)
    line.refresh_from_db()
    assert line.escalated_at == after
    assert JournalEntry.objects.filter(code=deeds.FIRST_INTERVIEW_LATE.number).count() == 1
    shown(deeds.MAIL_FIRST_INTERVIEW_LATE, after, facts=("premier entretien est en retard",))


def test_first_interview_noted_by_hand_is_read_by_the_person(camille, brest):
    move(camille, brest)
    line = FollowUpTask.objects.get()
    owed.close_by_hand(line.pk, note="Vue à l’accueil.", by=acting(brest), now=NOW)
    with pytest.raises(owed.AlreadyClosed):
        owed.close_by_hand(line.pk, note="", by=acting(brest), now=NOW)
    entry = JournalEntry.objects.get(code=deeds.FOLLOW_UP_DONE.number)
    assert (entry.file_id, entry.data["note"]) == (camille.pk, "Vue à l’accueil.")


def test_absence_recorded_after_the_move_is_examined_where_the_person_is_followed(camille, brest):
    row, after = cast.past(camille, starts_at=NOW + timedelta(days=3))
    old = camille.advisor
    move(camille, brest, now=after)
    attendance.record(row.pk, ConvocationState.ABSENT, by=acting(old), now=after)
    assert (Absence.objects.get().advisor_id, Absence.objects.get().agency_id) == (brest.pk, brest.agency_id)


def test_person_told_of_another_advisor_of_the_same_agency(camille):
    boss, new = (factories.advisor(camille.agency, is_supervisor=n == 0) for n in range(2))
    portfolios.assign(camille.pk, new.pk, by=acting(boss), now=NOW)
    shown(deeds.MAIL_ADVISOR_CHANGED, NOW, facts=(str(new),))


def test_two_advisors_told_once_of_a_move_and_never_of_what_they_did_themselves(camille):
    boss, new = (factories.advisor(camille.agency, is_supervisor=n == 0) for n in range(2))
    old = camille.advisor
    two = [camille.pk, factories.claimant(old).pk]
    for pk in two:
        portfolios.assign(pk, new.pk, by=acting(boss), now=NOW)
    for person, kind in ((old, deeds.MAIL_PORTFOLIO_LEFT), (new, deeds.MAIL_PORTFOLIO_JOINED)):
        assert owed_kinds(person.pk) == {kind}
        assert camille.user.last_name not in shown(kind, NOW).text
    # She takes them over herself, two seconds later.
    portfolios.assign_all(two, boss.pk, by=acting(boss), now=NOW + timedelta(seconds=2))
    assert owed_kinds(boss.pk) == set()
    assert deeds.MAIL_PORTFOLIO_LEFT in owed_kinds(new.pk)


def test_advisors_told_of_who_comes_by_choosing_the_web(camille):
    old, willing = camille.advisor, factories.advisor(camille.agency, first_name="Ana")
    type(willing).objects.filter(pk=willing.pk).update(volunteers_for_web=True)
    able = modes.SelfTest(computer=True, camera=True, microphone=True, at_ease=True)
    modes.take_web(camille.pk, able, consents=True, by=acting(camille), now=NOW)
    assert owed_kinds(old.pk) == {deeds.MAIL_PORTFOLIO_LEFT}
    assert owed_kinds(willing.pk) == {deeds.MAIL_PORTFOLIO_JOINED}
    assert deeds.MAIL_ADVISOR_CHANGED not in owed_kinds(camille.pk)


# --- leaving the web -----------------------------------------------------------


@pytest.fixture
def by_video(camille):
    type(camille.advisor).objects.filter(pk=camille.advisor_id).update(volunteers_for_web=True)
    test = modes.SelfTest(computer=True, camera=True, microphone=True, at_ease=True)
    modes.take_web(camille.pk, test, consents=True, by=acting(camille), now=NOW)
    shown(deeds.MAIL_MODE_CHANGED, NOW, facts=("100 % web",))
    row = factories.convocation(camille, modality=Modality.VIDEO)
    ledger.consult(row.pk, by=acting(camille), now=NOW)
    return row


def leave(person, now=NOW):
    return modes.leave_web(person.pk, by=acting(person), now=now)


def test_video_ahead_becomes_a_proposal_in_person(camille, by_video):
    offered = factories.convocation(
        camille,
        modality=Modality.VIDEO,
        bindingness=Bindingness.INVITATION,
        starts_at=NOW + timedelta(days=12),
    )
    factories.convocation(camille, modality=Modality.PHONE, starts_at=NOW + timedelta(days=13))
    leave(camille)
    assert set(FollowUpTask.objects.values_list("convocation", flat=True)) == {by_video.pk, offered.pk}
    shown(deeds.MAIL_MODE_CHANGED, NOW, facts=("guidé",))
    shown(deeds.MAIL_IN_PERSON_TO_PROPOSE, NOW)
    with pytest.raises(owed.NotByHand):
        owed.close_by_hand(FollowUpTask.objects.first().pk, note="", by=acting(camille.advisor), now=NOW)


def test_no_absence_at_a_video_appointment_before_it_is_proposed_in_person(camille, by_video):
    leave(camille)
    deadlines.work(lambda: by_video.ends_at)
    after = by_video.ends_at + timedelta(hours=1)
    with pytest.raises(attendance.OwedInPerson):
        attendance.record(by_video.pk, ConvocationState.ABSENT, by=acting(camille.advisor), now=after)
    attendance.record(by_video.pk, ConvocationState.ATTENDED, by=acting(camille.advisor), now=after)
    assert FollowUpTask.objects.get().state == "DROPPED"


def test_proposing_in_person_moves_the_appointment_to_the_agency_of_now(camille, by_video, brest):
    leave(camille)
    move(camille, brest)
    line = FollowUpTask.objects.get(reason="IN_PERSON")
    how = {"starts_at": by_video.starts_at, "ends_at": by_video.ends_at, "by": acting(brest), "now": NOW}
    new = in_person.propose(line.pk, form_key=uuid.uuid4(), **how)
    assert (new.modality, new.advisor_id, new.agency_id) == (Modality.IN_PERSON, brest.pk, brest.agency_id)
    assert "Agence de Brest" in new.place
    line.refresh_from_db()
    assert line.state == "DONE"
    shown(deeds.MAIL_MOVED, NOW, facts=("en agence",))
    with pytest.raises(owed.AlreadyClosed):
        in_person.propose(line.pk, form_key=uuid.uuid4(), **how)


def test_proposal_follows_an_appointment_moved_by_video_and_ends_with_one_cancelled(camille, by_video):
    leave(camille)
    later = by_video.starts_at + timedelta(days=1)
    draft = factories.draft(camille, modality=Modality.VIDEO, starts_at=later)
    new = changing.move(
        by_video.pk, draft, reason="Réunion", form_key=uuid.uuid4(), by=acting(camille.advisor), now=NOW
    )
    assert FollowUpTask.objects.get(state="OPEN").convocation_id == new.pk
    changing.cancel(new.pk, reason="Réunion", by=acting(camille.advisor), now=NOW)
    assert lines() == []


def test_taking_the_web_again_leaves_video_as_it_was(camille, by_video):
    leave(camille)
    test = modes.SelfTest(computer=True, camera=True, microphone=True, at_ease=True)
    modes.take_web(camille.pk, test, consents=True, by=acting(camille), now=NOW)
    assert lines() == []
    assert FollowUpModeChange.objects.count() == 3


# --- call-backs ----------------------------------------------------------------


def ask(person, topic="BENEFITS", now=NOW, **said):
    return call_backs.ask(
        person.pk, Asked(topic, "06 11 22 33 44", "MORNING", **said), by=acting(person), now=now
    )


def test_call_back_is_on_the_list_with_a_receipt(camille):
    call = ask(camille, words="Mon versement")
    assert (call.advisor_id, call.convocation_id, call.state) == (camille.advisor_id, None, "OPEN")
    told = shown(deeds.MAIL_CALL_BACK_ASKED, NOW, facts=(str(call.ref), "mercredi 25 novembre 2026"))
    assert "versement" not in told.text
    assert "allocation" not in told.text


def test_asking_twice_about_the_same_makes_one_call(camille):
    assert ask(camille).pk == ask(camille).pk
    assert ask(camille, topic="OTHER").pk != ask(camille).pk
    assert CallTask.objects.count() == 2


def test_three_calls_in_vain_are_told_and_never_held_against_anyone(camille):
    call, by = ask(camille), acting(camille.advisor)
    for day in range(3):
        moment = NOW + timedelta(days=day)
        before = CallTask.objects.get(pk=call.pk).due_at
        calls.log_call(call.pk, reached=False, by=by, now=moment)
        assert deeds.MAIL_CALL_BACK_UNREACHED not in owed_kinds(camille.pk) or day == 2
        if day < 2:
            assert CallTask.objects.get(pk=call.pk).due_at >= before - timedelta(days=2)
    call.refresh_from_db()
    assert call.state == "UNREACHED"
    assert "Rien ne vous est reproché" in shown(deeds.MAIL_CALL_BACK_UNREACHED, NOW).text
    entry = JournalEntry.objects.filter(code=deeds.CALLED_BACK.number).last()
    assert "rien ne vous est reproché" in entry.data["outcome"]
    with pytest.raises(calls.CallClosed):
        calls.log_call(call.pk, reached=True, by=by, now=NOW)


def test_person_reached_has_been_in_contact(camille):
    calls.log_call(ask(camille).pk, reached=True, note="Fait", by=acting(camille.advisor), now=NOW)
    camille.refresh_from_db()
    assert camille.last_contact_at == NOW


def test_call_back_about_an_appointment_proves_nothing_of_it(camille):
    row = factories.convocation(camille)
    call = call_backs.ask(
        camille.pk, Asked("APPOINTMENT", "06", "ANY"), about=row, by=acting(camille), now=NOW
    )
    calls.log_call(call.pk, reached=True, by=acting(camille.advisor), now=NOW)
    assert Convocation.objects.get(pk=row.pk).known_at is None


def test_call_back_outlives_the_appointment_it_is_about(camille):
    row = factories.convocation(camille)
    call = call_backs.ask(
        camille.pk, Asked("APPOINTMENT", "06", "ANY"), about=row, by=acting(camille), now=NOW
    )
    changing.cancel(row.pk, reason="Réunion", by=acting(camille.advisor), now=NOW)
    call.refresh_from_db()
    assert call.state == "OPEN"


def test_call_back_is_withdrawn_once(camille):
    call = ask(camille)
    call_backs.withdraw(call.pk, by=acting(camille), now=NOW)
    with pytest.raises(call_backs.NothingToWithdraw):
        call_backs.withdraw(call.pk, by=acting(camille), now=NOW)
    assert ask(camille).pk != call.pk


# --- the night -----------------------------------------------------------------


def test_person_without_an_active_advisor_is_seen(camille):
    boss = factories.advisor(camille.agency, is_supervisor=True)
    assert nightly.check(NOW).unfollowed == 0
    User.objects.filter(pk=camille.advisor_id).update(is_active=False)
    factories.convocation(camille, now=NOW)
    found = nightly.check(NOW)
    assert (found.unfollowed, found.orphans) == (1, 1)
    assert nightly.unfollowed(camille.agency_id, 9)[0][0] == camille.pk
    (orphan,) = nightly.orphans(camille.agency_id, 9)
    assert orphan[0] == "convocations"
    assert nightly.unfollowed(factories.agency().pk, 9) == []
    assert "sans conseiller actif" in shown(deeds.MAIL_FOLLOWING_DIGEST, NOW).text
    assert boss.pk


def test_work_whose_owner_left_the_agency_is_seen(camille):
    absence, after = cast.absent(camille, starts_at=NOW + timedelta(days=3))
    cast.explained(absence, after, cast.document(camille))
    ask(camille)
    talk.ask(camille)
    assert nightly.orphans(camille.agency_id, 9) == []
    type(camille.advisor).objects.filter(pk=camille.advisor_id).update(agency=factories.agency())
    assert {row[0] for row in nightly.orphans(camille.agency_id, 9)} == {
        "absences",
        "justificatifs",
        "appels",
        "messages",
    }


def test_silence_is_on_the_advisors_list_once_until_a_contact(camille):
    Claimant.objects.update(last_contact_at=NOW - timedelta(days=61))
    factories.claimant(camille.advisor, last_contact_at=NOW - timedelta(days=59))
    for night in range(3):
        nightly.check(NOW + timedelta(hours=night))
    assert lines() == ["NO_CONTACT"]
    assert FollowUpTask.objects.get().claimant_id == camille.pk
    Claimant.objects.filter(pk=camille.pk).update(last_contact_at=NOW + timedelta(hours=5))
    nightly.check(NOW + timedelta(hours=6))
    assert lines() == []


def test_person_never_met_counts_from_their_registration_and_not_before(camille):
    Claimant.objects.update(registered_on=(NOW - timedelta(days=62)).date())
    assert nightly.check(NOW).silences == 1


def test_person_with_an_appointment_ahead_is_no_silence(camille):
    Claimant.objects.update(last_contact_at=NOW - timedelta(days=70))
    factories.convocation(camille)
    assert nightly.check(NOW).silences == 0


def test_silence_ends_when_an_appointment_is_fixed(camille):
    Claimant.objects.update(last_contact_at=NOW - timedelta(days=70))
    nightly.check(NOW)
    factories.convocation(camille)
    assert lines() == []


def test_digest_is_owed_once_a_day_and_says_nothing_when_all_is_done(camille):
    boss = factories.advisor(camille.agency, is_supervisor=True)
    Claimant.objects.update(last_contact_at=NOW - timedelta(days=70))
    for _ in range(2):
        nightly.check(NOW)
    assert OutboxMessage.objects.filter(person_id=boss.pk, kind=deeds.MAIL_FOLLOWING_DIGEST).count() == 1
    Claimant.objects.filter(pk=camille.pk).update(last_contact_at=NOW)
    nightly.check(NOW + timedelta(hours=1))
    with pytest.raises(KeyError):
        shown(deeds.MAIL_FOLLOWING_DIGEST, NOW)


def test_wish_without_a_volunteer_is_in_the_digest(camille):
    boss = factories.advisor(camille.agency, is_supervisor=True)
    test = modes.SelfTest(computer=True, camera=True, microphone=True, at_ease=True)
    modes.take_web(camille.pk, test, consents=True, by=acting(camille), now=NOW)
    nightly.check(NOW)
    assert "souhait de suivi web" in shown(deeds.MAIL_FOLLOWING_DIGEST, NOW).text
    assert boss.pk


@pytest.mark.parametrize("size", [1, 3])
def test_the_night_asks_the_same_for_one_and_for_many(camille, size, django_assert_max_num_queries):
    for _ in range(size):
        factories.claimant(camille.advisor, last_contact_at=NOW - timedelta(days=70))
    with django_assert_max_num_queries(20):
        nightly.check(NOW)
