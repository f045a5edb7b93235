"""What a person may ask about an appointment, what is accepted at once, and what waits for an answer."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.hours import agencies
from convocations import attendance, deeds
from convocations.evidence import ledger
from convocations.hours import holding
from convocations.models import CallTask, ChangeRequest, Convocation, Modality, SwornStatement
from convocations.motives import Motive
from convocations.requests import asking
from convocations.requests.grounds import proving, signing
from convocations.scheduling import changing
from convocations.states import ConvocationState, RequestState
from messaging.models import OutboxMessage
from portal.core.models import Deadline, JournalEntry
from tests import factories
from tests.convocations.requests.wishes import ASKED, Channel, Kind, open_all_week, postpone, slot
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db
Rule = ChangeRequest.Rule


@pytest.fixture
def convocation():
    row = factories.convocation()
    open_all_week(row.agency)
    ledger.consult(row.pk, by=acting(row.claimant), now=NOW + timedelta(hours=1))
    row.refresh_from_db()
    return row


def owed(kind: int) -> int:
    return OutboxMessage.objects.filter(kind=kind).count()


def test_a_first_postponement_is_accepted_at_once_and_the_rule_is_named(convocation):
    request = postpone(convocation, **slot())
    assert (request.state, request.rule, request.counts) == (RequestState.ACCEPTED, Rule.TOLERATED, True)
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.SUPERSEDED
    new = convocation.successor
    assert new.starts_at == NOW + timedelta(days=12)
    assert (new.purpose, new.to_bring, new.modality) == (
        convocation.purpose,
        convocation.to_bring,
        convocation.modality,
    )
    assert owed(deeds.MAIL_REQUEST_DECIDED) == 1
    assert owed(deeds.MAIL_MOVED) == 0  # those words are for what the agency does
    assert not Deadline.objects.filter(
        subject_id=convocation.pk, kind__in=deeds.BEFORE_START, state=Deadline.State.PENDING
    ).exists()
    told = JournalEntry.objects.filter(subject_id=request.pk).values_list("code", flat=True)
    assert {deeds.REQUESTED.number, deeds.REQUEST_GRANTED_BY_RULE.number} <= set(told)


def test_the_same_form_sent_twice_asks_once(convocation):
    key = uuid.uuid4()
    first = postpone(convocation, key=key, **slot())
    assert postpone(convocation, key=key, **slot()).pk == first.pk
    assert ChangeRequest.objects.count() == 1


def test_the_third_postponement_needs_a_reason_and_waits(convocation):
    twice = [convocation]
    for days in (12, 14):
        postpone(twice[-1], **slot(days))
        twice[-1].refresh_from_db()
        twice.append(twice[-1].successor)
    third = twice[-1]
    with pytest.raises(proving.MotiveNeeded):
        postpone(third, **slot(16))
    with pytest.raises(proving.PaperNeeded):
        postpone(third, motive=Motive.EXAM, **slot(16))
    assert ChangeRequest.objects.filter(convocation=third).count() == 0
    name = str(third.claimant.user)
    request = postpone(third, motive=Motive.CHILDCARE, signed_name=name, **slot(16))
    assert (request.state, request.rule) == (RequestState.SUBMITTED, "")
    third.refresh_from_db()
    assert third.state == ConvocationState.RESCHEDULE_PENDING
    assert owed(deeds.MAIL_REQUEST_RECEIVED) == 1


def test_what_the_agency_moves_and_what_work_asks_for_is_never_counted(convocation):
    person = convocation.claimant
    moved = changing.move(
        convocation.pk,
        factories.draft(person, starts_at=NOW + timedelta(days=10)),
        reason="Réunion",
        form_key=uuid.uuid4(),
        by=acting(convocation.advisor),
        now=NOW,
    )
    ledger.consult(moved.pk, by=acting(person), now=NOW + timedelta(hours=2))
    moved.refresh_from_db()
    first = postpone(moved, motive=Motive.JOB_INTERVIEW, signed_name=str(person.user), **slot())
    assert (first.rule, first.counts) == (Rule.NOT_COUNTED, False)
    moved.refresh_from_db()
    second = postpone(moved.successor, **slot(14))
    assert second.counts
    assert Convocation.objects.get(successor__isnull=True).starts_at == NOW + timedelta(days=14)


def test_what_the_agency_cannot_hold_is_moved_at_once_and_never_counted(convocation):
    day = convocation.starts_at.date()
    supervisor = factories.advisor(convocation.agency, is_supervisor=True)
    agencies.close(
        convocation.agency_id, first_day=day, last_day=day, reason="Travaux", by=acting(supervisor), now=NOW
    )
    request = postpone(convocation, **slot())
    assert (request.rule, request.counts) == (Rule.DISPLACED, False)


def test_what_is_counted_leaves_the_rolling_months_date_to_date(convocation):
    postpone(convocation, **slot())
    person = convocation.claimant
    tz = convocation.agency.place.zone
    count = asking.counting.tolerance_of
    # Asked on 24 November 2026: counted until that date of the next year, not after.
    assert len(count(person.pk, tz=tz, now=ASKED + timedelta(days=364)).counted) == 1
    assert len(count(person.pk, tz=tz, now=ASKED + timedelta(days=366)).counted) == 0


def test_another_manner_waits_for_the_advisor_and_needs_are_remembered(convocation):
    request = postpone(
        convocation,
        kind=Kind.MODALITY,
        modality=Modality.PHONE,
        motive=Motive.EQUIPMENT,
        signed_name=str(convocation.claimant.user),
        needs=["SIGN_LANGUAGE"],
    )
    assert (request.state, request.counts, request.wished_modality) == ("SUBMITTED", False, "PHONE")
    convocation.claimant.refresh_from_db()
    assert convocation.claimant.accommodations == ["SIGN_LANGUAGE"]


def test_a_known_need_asks_for_no_document_again(convocation):
    person = convocation.claimant
    wish = {"kind": Kind.MODALITY, "modality": Modality.IN_PERSON, "motive": Motive.DISABILITY}
    video = factories.convocation(person, starts_at=NOW + timedelta(days=11), modality=Modality.VIDEO)
    with pytest.raises(proving.ProofNeeded):
        postpone(video, **wish)
    person.accommodations = ["SIGN_LANGUAGE"]
    person.save(update_fields=["accommodations"])
    assert postpone(video, **wish).is_pending


def test_a_sworn_statement_is_signed_with_the_persons_own_name(convocation):
    person = convocation.claimant
    wish = {"kind": Kind.MODALITY, "modality": Modality.PHONE, "motive": Motive.CONNECTIVITY}
    with pytest.raises(signing.NameNeeded, match=str(person.user)):
        postpone(convocation, signed_name="Quelqu’un d’autre", **wish)
    typed = f"{person.user.last_name.upper()}  {person.user.first_name.lower()}"
    request = postpone(convocation, signed_name=typed, **wish)
    signed = SwornStatement.objects.get(request=request)
    assert signed.text == signing.statement_of(str(person.user))
    assert (signed.signed_name, signed.signed_at, len(signed.content_hash)) == (typed, ASKED, 32)


def test_a_late_request_is_taken_and_marked(convocation):
    asked = convocation.starts_at - timedelta(hours=3)
    request = postpone(convocation, now=asked, text="Mon fils est malade.")
    assert request.is_late
    assert request.is_pending


def test_after_the_start_the_way_on_is_said(convocation):
    with pytest.raises(asking.TooLateToAsk, match="3949"):
        postpone(convocation, now=convocation.starts_at, **slot())


def test_one_request_waits_at_a_time(convocation):
    postpone(convocation, text="Aucune heure ne me convient.")
    with pytest.raises(asking.AlreadyAsked):
        postpone(convocation, **slot())


def test_what_was_cancelled_meanwhile_cannot_be_moved(convocation):
    changing.cancel(convocation.pk, reason="Fermeture", by=acting(convocation.advisor), now=ASKED)
    with pytest.raises(asking.NothingToChange):
        postpone(convocation, **slot())


def test_an_hour_taken_meanwhile_leaves_everything_as_it_was(convocation):
    factories.convocation(
        factories.claimant(convocation.advisor), starts_at=NOW + timedelta(days=12), now=NOW
    )
    with pytest.raises(holding.SlotGone) as gone, transaction.atomic():
        postpone(convocation, **slot())
    assert len(gone.value.nearest) == 3
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.READ
    assert not ChangeRequest.objects.exists()


# --- technical problems -----------------------------------------------------------


@pytest.fixture
def call():
    row = factories.convocation(modality=Modality.PHONE)
    open_all_week(row.agency)
    ledger.consult(row.pk, by=acting(row.claimant), now=NOW)
    row.refresh_from_db()
    return row


def test_a_technical_problem_during_the_call_gives_a_new_date_at_once_and_never_counts(call):
    during = call.starts_at + timedelta(minutes=10)
    request = postpone(call, kind=Kind.INCIDENT, now=during, **slot())
    assert (request.state, request.rule, request.counts) == (RequestState.ACCEPTED, Rule.INCIDENT, False)
    call.refresh_from_db()
    assert call.state == ConvocationState.SUPERSEDED


def test_who_prefers_a_call_is_on_the_list_now_and_cannot_be_absent(call):
    during = call.starts_at + timedelta(minutes=10)
    request = postpone(call, kind=Kind.INCIDENT, now=during, wants_call=True, text="Pas de son.")
    task = CallTask.objects.get()
    assert (task.reason, task.due_at) == (CallTask.Reason.TECH_INCIDENT, during)
    later = call.ends_at + timedelta(hours=1)
    with pytest.raises(attendance.Frozen):
        attendance.record(call.pk, ConvocationState.ABSENT, by=acting(call.advisor), now=later)
    attendance.record(call.pk, ConvocationState.TECH_INCIDENT, by=acting(call.advisor), now=later)
    request.refresh_from_db()
    assert (request.state, request.decided_by_id) == (RequestState.ACCEPTED, call.advisor_id)


def test_an_appointment_in_person_has_no_technical_problem(convocation):
    with pytest.raises(asking.OnlyByVideoOrPhone):
        postpone(convocation, kind=Kind.INCIDENT, **slot())


# --- told by phone or at the counter ------------------------------------------------


def test_what_is_said_by_phone_is_confirmed_in_writing_at_once(convocation):
    request = postpone(
        convocation,
        by=acting(convocation.advisor),
        channel=Channel.PHONE,
        text="Préfère un autre jour.",
        motive=Motive.TRANSPORT,
    )
    assert owed(deeds.MAIL_REQUEST_RECEIVED) == 1
    assert JournalEntry.objects.filter(code=deeds.REQUEST_NOTED.number, subject_id=request.pk).exists()


# --- frozen, in the database too ------------------------------------------------------


def test_the_database_itself_refuses_an_absence_while_a_request_waits(convocation):
    postpone(convocation, text="Aucune heure ne me convient.")
    with (
        pytest.raises(IntegrityError, match="frozen by a request"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE convocations_convocation SET state = 'ABSENT', recorded_at = now(), recorded_by_id = advisor_id"
            " WHERE id = %s",
            [convocation.pk],
        )
