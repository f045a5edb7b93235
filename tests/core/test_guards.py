"""Every guard of the database is attacked by name: a new one without an attack fails here.

The list is read from PostgreSQL itself (constraints, unique indexes, triggers of our tables); each attack goes
straight to the table, round every process, and must meet the guard it is named for, no other.
"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from accounts.models import (
    Availability,
    AvailabilityException,
    BreakGlass,
    Closure,
    FollowUpModeChange,
    Kiosk,
    Leave,
    OpeningHours,
    ReadingAlert,
    Transfer,
)
from convocations import attendance, deeds
from convocations.evidence import ledger
from convocations.models import (
    Absence,
    Bindingness,
    CalendarFeed,
    CallTask,
    ChangeRequest,
    Commune,
    CommuneName,
    Convocation,
    CoverageEdition,
    Displacement,
    Explanation,
    Extension,
    FixedCoverage,
    FollowUpTask,
    Justificatif,
    MobileCoverage,
    SlotHold,
    SwornStatement,
)
from convocations.states import ConvocationState
from messaging.models import (
    DeliveryEvent,
    Draft,
    Letter,
    LetterBatch,
    OutboxMessage,
    ReadyText,
    StoppedAddress,
)
from messaging.threads import drafts, reading
from portal.core import deadlines
from portal.core.models import (
    Deadline,
    Document,
    DocumentFile,
    ErasedLine,
    Erasure,
    JournalEntry,
    JournalSeal,
    Outage,
    ParameterOverride,
)
from tests import factories
from tests.core import guards_of_measures
from tests.core.attacking import Attack, again, change, empty, hold_against, remove
from tests.factories import NOW, acting
from tests.measures.appeals.test_guards import ATTACKS as OF_APPEALS
from tests.measures.test_guards import ATTACKS as OF_CASES
from tests.messaging.threads import talk
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db

OURS = ("core_", "accounts_", "messaging_", "measures_", "convocations_")
# Keeps the summary of the ledger and refuses nothing: its own test below.
KEEPERS = {"evidence_summary"}


@pytest.fixture
def world() -> SimpleNamespace:
    """One row of everything, as the processes leave it."""
    advisor = factories.advisor()
    person = factories.claimant(advisor)
    w = SimpleNamespace(advisor=advisor, person=person, user=person.user)
    w.missed = factories.convocation(person)
    ledger.consult(w.missed.pk, by=acting(person), now=NOW + timedelta(hours=1))
    deadlines.work(lambda: w.missed.ends_at)
    w.now = w.missed.ends_at + timedelta(hours=1)
    attendance.record(w.missed.pk, ConvocationState.ABSENT, by=acting(advisor), now=w.now)
    w.absence = Absence.objects.get()
    # Over, known in time, and waiting for its record.
    w.over = factories.convocation(person, starts_at=w.missed.starts_at + timedelta(hours=3))
    ledger.consult(w.over.pk, by=acting(person), now=NOW + timedelta(hours=1))
    deadlines.work(lambda: w.over.ends_at)
    # The same, but a request of the person waited when its hour came.
    w.frozen = factories.convocation(person, starts_at=w.missed.starts_at + timedelta(hours=4))
    ledger.consult(w.frozen.pk, by=acting(person), now=NOW + timedelta(hours=1))
    deadlines.work(lambda: w.frozen.ends_at)
    w.owed = factories.convocation(person, starts_at=w.missed.starts_at + timedelta(hours=5))
    ledger.consult(w.owed.pk, by=acting(person), now=NOW + timedelta(hours=1))
    deadlines.work(lambda: w.owed.ends_at)
    w.unread = factories.convocation(
        factories.claimant(factories.advisor(advisor.agency)), starts_at=NOW + timedelta(days=9)
    )
    deadlines.work(lambda: w.unread.ends_at)
    w.ahead = factories.convocation(person, starts_at=NOW + timedelta(days=20))
    w.offer = factories.convocation(
        person, starts_at=NOW + timedelta(days=21), bindingness=Bindingness.INVITATION
    )
    _documents(w)
    _requests(w)
    _talk(w)
    w.outage = Outage.objects.create(starts_at=NOW, ends_at=NOW + timedelta(hours=1), reason="Panne")
    w.proof = w.missed.evidence.first()
    w.extension = Extension.objects.create(
        absence=w.absence, outage=w.outage, ended_at=NOW, ends_at=w.now, given_at=NOW
    )
    w.call = CallTask.objects.create(
        convocation=w.ahead, claimant=person, advisor=advisor, reason="UNREAD", opened_at=NOW, due_at=NOW
    )
    w.feed = CalendarFeed.objects.create(claimant=person, nonce=b"n" * 16, key_hash=b"k" * 32, opened_at=NOW)
    w.town = CommuneName.objects.create(
        commune=Commune.objects.create(insee="35211", name="PAIMPONT"), postcode="35380", key="PAIMPONT"
    )
    w.edition = CoverageEdition.objects.create(source="MOBILE", file_name="f", lines=1, imported_at=NOW)
    w.mobile = MobileCoverage.objects.create(
        insee="35211",
        operator=20801,
        technology="4G",
        people_none=10,
        people_limited=20,
        people_good=30,
        people_very_good=40,
    )
    w.fixed = FixedCoverage.objects.create(
        insee="35211", premises=100, wired_3=90, wired_8=80, wired_30=70, wired_100=60
    )
    w.hours = OpeningHours.objects.create(
        agency=advisor.agency, kind="WALK_IN", weekday=0, opens="08:30", closes="12:30"
    )
    w.closure = Closure.objects.create(
        agency=advisor.agency, first_day=NOW.date(), last_day=NOW.date(), reason="Pont"
    )
    _hours(w)
    w.glass = BreakGlass.objects.create(
        advisor=advisor, claimant=person, reason="Urgence", opened_at=NOW, until=NOW + timedelta(hours=1)
    )
    _following(w)
    w.alert = ReadingAlert.objects.create(reader=advisor.user, hour=NOW, opened=70)
    w.mail = OutboxMessage.objects.filter(person_id=person.pk).first()
    _returns(w)
    _letters(w)
    w.deadline = Deadline.objects.filter(kind=deeds.DUE_ENDED).first()
    _erased(w)
    guards_of_measures.build(w)
    w.parameter = ParameterOverride.objects.create(key="free_reschedules", value=3)
    w.entry = JournalEntry.objects.first()
    # Written by hand: a real one waits for every transaction of the server, other tests' too.
    w.seal = JournalSeal.objects.create(
        first_id=w.entry.pk, last_id=w.entry.pk, entries=1, digest=b"0" * 32, sealed_at=w.now
    )
    return w


def _erased(w: SimpleNamespace) -> None:
    """A proof and a digest, behind the guards' backs: a real one waits ten years (tests/convocations/archive)."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    w.erasure = Erasure.objects.create(at=NOW, mark=b"0" * 32, active_years=3, archive_years=7)
    w.erased_line = ErasedLine.objects.create(entry_id=0, digest=b"0" * 32, erasure=w.erasure)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")


def _hours(w: SimpleNamespace) -> None:
    agency, day = w.advisor.agency, NOW.date()
    w.colleague = w.unread.advisor
    w.kiosk = Kiosk.objects.create(agency=agency, name="Poste 1")
    w.week = Availability.objects.create(
        advisor=w.advisor, weekday=0, starts="13:00", ends="15:00", modalities=["PHONE"]
    )
    w.exception = AvailabilityException.objects.create(
        advisor=w.advisor,
        day=day,
        starts="13:00",
        ends="15:00",
        is_free=True,
        modalities=["PHONE"],
        kinds=["INTERVIEW"],
    )
    w.day_off = AvailabilityException.objects.create(advisor=w.advisor, day=day + timedelta(days=1))
    w.leave = Leave.objects.create(advisor=w.advisor, first_day=day, last_day=day, deputy=w.colleague)
    w.stranger = factories.advisor()
    w.at_kiosk = factories.convocation(w.person, starts_at=NOW + timedelta(days=24), modality="KIOSK_VIDEO")
    w.hold = SlotHold.objects.create(
        claimant=w.person,
        advisor=w.advisor,
        kiosk=w.kiosk,
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        held_at=NOW,
        expires_at=NOW + timedelta(minutes=10),
    )
    w.displaced = Displacement.objects.create(
        convocation=w.ahead, cause="CLOSURE", closure=w.closure, found_at=NOW
    )


def _letters(w: SimpleNamespace) -> None:
    """One that waits, one in a batch, one posted."""
    w.letter_batch = LetterBatch.objects.create(agency=w.advisor.agency, day=NOW.date(), closed_at=NOW)
    w.other_batch = LetterBatch.objects.create(agency=w.stranger.agency, day=NOW.date(), closed_at=NOW)
    about = {"kind": 100, "claimant": w.person, "agency": w.advisor.agency, "subject_id": w.ahead.pk}
    about |= {"words": {}, "content_hash": b"0" * 32, "recipient": ["A"], "written_at": NOW}
    w.waiting_letter = Letter.objects.create(message_id=1, **about)
    w.letter = Letter.objects.create(message_id=2, step=2, batch=w.letter_batch, state="BATCHED", **about)
    w.posted_letter = Letter.objects.create(
        message_id=3, step=3, batch=w.letter_batch, state="POSTED", posted_at=NOW, **about
    )


def _following(w: SimpleNamespace) -> None:
    """Who followed the person, and what that leaves to do."""
    new = factories.advisor()
    w.transfer = Transfer.objects.create(
        claimant=w.person,
        old_agency=w.advisor.agency,
        new_agency=new.agency,
        old_advisor=w.advisor,
        new_advisor=new,
        at=NOW,
        by=w.advisor.user,
        reason="Fermeture",
    )
    w.mode = FollowUpModeChange.objects.create(
        claimant=w.person, before="GUIDED", after="WEB", at=NOW, by=w.user, consent_at=NOW, self_test={}
    )
    w.call_back = CallTask.objects.create(
        claimant=w.person,
        advisor=w.advisor,
        reason="CALL_BACK",
        topic="OTHER",
        phone="06",
        reachable="ANY",
        content_hash=b"0" * 32,
        opened_at=NOW,
        due_at=NOW,
    )
    line = {"claimant": w.person, "advisor": w.advisor, "agency": w.advisor.agency}
    line |= {"opened_at": NOW, "due_at": NOW}
    w.silence = FollowUpTask.objects.create(reason="NO_CONTACT", **line)
    # By hand, for an appointment that is over: an absence there is what the guard refuses.
    w.in_person = FollowUpTask.objects.create(reason="IN_PERSON", convocation=w.owed, **line)


def _returns(w: SimpleNamespace) -> None:
    w.returned = OutboxMessage.objects.filter(person_id=w.person.pk).last()
    OutboxMessage.objects.filter(pk=w.returned.pk).update(outcome=4, outcome_at=NOW)
    w.event = DeliveryEvent.objects.create(provider=1, event_id="e1", nature=4, at=NOW, received_at=NOW)
    w.stopped = StoppedAddress.objects.create(
        address="camille@exemple.fr", person=w.user, reason="BOUNCED", stopped_at=NOW
    )
    w.address_call = CallTask.objects.create(
        claimant=w.person, advisor=w.advisor, reason="ADDRESS", opened_at=NOW, due_at=NOW
    )
    w.procedure_call = CallTask.objects.create(
        claimant=w.person, advisor=w.advisor, reason="PROCEDURE", opened_at=NOW, due_at=NOW
    )


def _talk(w: SimpleNamespace) -> None:
    paper = document(w.person, "Attestation")
    w.thread = talk.ask(w.person, documents=[paper.pk])
    reading.opened_by_service(w.thread, by=acting(w.advisor), now=NOW)
    w.message = w.thread.messages.get()
    w.joined, w.reading = w.message.attachments.get(), w.message.reading
    fields = {"title": "Accueil", "body": "Bonjour", "place": 0, "changed_at": NOW}
    w.ready = ReadyText.objects.create(owner=w.advisor, **fields)
    w.shared_ready = ReadyText.objects.create(agency=w.advisor.agency, **fields)
    for thread_id in (w.thread.pk, None):
        drafts.save(w.person.pk, w.person.pk, thread_id, {"body": "Commencé"}, now=NOW)
    w.draft, w.first_draft = Draft.objects.get(thread=w.thread), Draft.objects.get(thread=None)


def _documents(w: SimpleNamespace) -> None:
    w.document = Document.objects.create(
        owner=w.user,
        title="Certificat.pdf",
        uploaded_at=NOW,
        uploaded_by=w.user,
        sha256=b"0" * 32,
        size=10,
        keep_until=NOW.date(),
    )
    w.file = DocumentFile.objects.create(document=w.document, position=0, key="k", name="n", size=1)
    w.explanation = Explanation.objects.create(
        absence=w.absence,
        form_key="00000000-0000-0000-0000-000000000001",
        motive="OTHER",
        given_at=NOW,
        given_by=w.user,
        content_hash=b"0" * 32,
    )
    w.justificatif = Justificatif.objects.create(
        document=w.document,
        absence=w.absence,
        explanation=w.explanation,
        claimant=w.person,
        advisor=w.advisor,
        sent_at=NOW,
        review_by=NOW,
    )


def _requests(w: SimpleNamespace) -> None:
    fields = {
        "claimant": w.person,
        "advisor": w.advisor,
        "agency": w.advisor.agency,
        "state_before": "ISSUED",
        "submitted_at": NOW,
        "submitted_by": w.user,
        "content_hash": b"0" * 32,
        "decide_by": w.now,
    }
    w.request = ChangeRequest.objects.create(
        convocation=w.ahead,
        kind="RESCHEDULE",
        form_key="00000000-0000-0000-0000-000000000002",
        motive="OTHER",
        **fields,
    )
    w.kept = SlotHold.objects.create(
        claimant=w.request.claimant,
        request=w.request,
        advisor=w.advisor,
        starts_at=NOW + timedelta(days=40),
        ends_at=NOW + timedelta(days=40, hours=1),
        held_at=NOW,
        expires_at=NOW + timedelta(days=40),
    )
    w.late_request = ChangeRequest.objects.create(
        convocation=w.frozen,
        kind="INCIDENT",
        form_key="00000000-0000-0000-0000-000000000003",
        state="WITHDRAWN",
        closed_at=w.frozen.starts_at,
        **{**fields, "submitted_at": w.frozen.starts_at - timedelta(hours=1)},
    )
    w.sworn = SwornStatement.objects.create(
        request=w.request,
        text="Je déclare.",
        signed_name="Camille",
        signed_at=NOW,
        signed_by=w.user,
        content_hash=b"0" * 32,
    )


def say(**other: str) -> Attack:
    """Write another message by hand, past the trigger that lets only the next one in."""

    def attack(w: Any) -> tuple[str, list[Any]]:
        sql, (pk,) = again("message", **{"number": "2", "form_key": "gen_random_uuid()", **other})(w)
        asleep = "ALTER TABLE messaging_message DISABLE TRIGGER message_speaks_for_its_side"
        return f"SET CONSTRAINTS ALL IMMEDIATE; {asleep}; {sql.replace('%s', str(pk))}", []

    return attack


_ASLEEP = "SET LOCAL session_replication_role = replica"
# Begun past the guard that asks whether it is due, and never closed.
_BEGUN = """SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE core_erasure DISABLE TRIGGER erasure_is_due;
    SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO core_erasure (at, file_id, transaction, mark, active_years, archive_years, counts, lines, digest)
    VALUES (now(), {person}, 0, '', 3, 7, '{{}}', 0, ''); SET CONSTRAINTS ALL IMMEDIATE"""


def _given_in_archive(w: Any) -> str:
    later = {"starts_at": "starts_at + interval '90 days'", "ends_at": "ends_at + interval '90 days'"}
    sql, (pk,) = again("ahead", ref="9", **later)(w)
    away = f"UPDATE accounts_claimant SET archived_at = now() WHERE user_id = {w.person.pk}"
    return f"{away}; {sql.replace('%s', str(pk))}"


_NOW = lambda w: w.now  # noqa: E731
_BY = lambda w: w.advisor.pk  # noqa: E731
_DECIDED = "decided_at = %s, decided_by_id = %s, reasons = 'r', report = 'r'"
_RECORDED = "recorded_at = %s, recorded_by_id = %s"


def _by_web(w: SimpleNamespace) -> str:
    """Statements that make the person be followed by web, by an advisor who volunteered."""
    return (
        f"UPDATE accounts_advisor SET volunteers_for_web = true WHERE user_id = {w.advisor.pk};"
        f" UPDATE accounts_claimant SET follow_up_mode = 'WEB' WHERE user_id = {w.person.pk};"
    )


ATTACKS: dict[str, list[Attack]] = {
    # --- who and where
    "accounts_agency_code_key": [
        lambda w: (
            "INSERT INTO accounts_agency (code, name, region, territory, street, postcode, city, phone, is_active)"
            " SELECT code, name, region, territory, street, postcode, city, phone, is_active FROM accounts_agency",
            [],
        )
    ],
    "accounts_claimant_ref_key": [
        lambda w: ("UPDATE accounts_claimant SET ref = (SELECT min(ref) FROM accounts_claimant)", [])
    ],
    "break_glass_ends": [change("glass", "until = opened_at")],
    "break_glass_has_a_reason": [change("glass", "reason = ''")],
    "closure_ends_after_start": [change("closure", "last_day = first_day - 1")],
    "closed_hours_end_after_start": [
        change("closure", "starts = '10:00', ends = '10:00'"),
        change("closure", "starts = '10:00', ends = NULL"),
        change("closure", "starts = NULL, ends = '10:00'"),
    ],
    # --- where hours come from
    "kiosk_named_once": [again("kiosk", name="upper(name)")],
    "kiosk_has_a_name": [change("kiosk", "name = ''")],
    "availability_ends_after_start": [
        change("week", "ends = starts"),
        # Across midnight.
        change("week", "starts = '22:00', ends = '02:00'"),
    ],
    "availability_says_how": [
        change("week", "modalities = '{}'"),
        change("week", "modalities = '{PHONE,ASYNC_MESSAGE}'"),
    ],
    "availability_says_what_for": [
        change("week", "kinds = '{}'"),
        change("week", "kinds = '{INTERVIEW,WORKSHOP}'"),
    ],
    "availability_never_twice": [
        again("week"),
        again("week", starts="ends - interval '1 second'", ends="'23:00'"),
    ],
    "exception_ends_after_start": [
        change("exception", "ends = starts"),
        change("exception", "ends = NULL"),
        change("exception", "starts = NULL, ends = NULL"),
    ],
    "exception_says_how_when_free": [
        change("exception", "modalities = '{}'"),
        change("exception", "modalities = '{FAX}'"),
        change("exception", "is_free = false"),
        change("day_off", "modalities = '{PHONE}'"),
    ],
    "exception_says_what_for_when_free": [
        change("exception", "kinds = '{}'"),
        change("exception", "kinds = '{WORKSHOP}'"),
        change("exception", "is_free = false, modalities = '{}'"),
        change("day_off", "kinds = '{INTERVIEW}'"),
    ],
    "exception_never_twice": [
        again("exception"),
        again("day_off"),
        # Some hours of a day that is taken whole.
        again("day_off", starts="'10:00'", ends="'11:00'"),
    ],
    "leave_ends_after_start": [change("leave", "last_day = first_day - 1")],
    "deputy_is_somebody_else": [change("leave", "deputy_id = advisor_id")],
    "deputy_is_of_the_same_agency": [change("leave", "deputy_id = %s", lambda w: w.stranger.pk)],
    "leave_never_twice": [again("leave"), again("leave", last_day="last_day + 9")],
    "kiosk_is_for_video_at_the_agency": [change("unread", "kiosk_id = %s", lambda w: w.kiosk.pk)],
    "kiosk_has_one_appointment_at_a_time": [
        lambda w: again(
            "at_kiosk", ref="1", claimant_id=str(w.unread.claimant_id), advisor_id=str(w.colleague.pk)
        )(w),
    ],
    "hold_ends_after_start": [change("hold", "ends_at = starts_at")],
    "hold_expires": [change("hold", "expires_at = held_at")],
    "advisor_hour_held_once": [
        lambda w: again("hold", claimant_id=str(w.unread.claimant_id), kiosk_id="NULL")(w)
    ],
    "kiosk_hour_held_once": [
        lambda w: again("hold", claimant_id=str(w.unread.claimant_id), advisor_id=str(w.colleague.pk))(w)
    ],
    "one_hour_held_while_a_form_is_open": [
        again("hold", starts_at="ends_at", ends_at="ends_at + interval '1 hour'")
    ],
    "convocations_slothold_request_id_key": [
        lambda w: again("kept", starts_at="ends_at", ends_at="ends_at + interval '1 hour'", kiosk_id="NULL")(
            w
        )
    ],
    "displaced_founds_no_absence": [
        # A closure that fell on an appointment after all: put there by hand.
        lambda w: (
            "INSERT INTO convocations_displacement (convocation_id, cause, found_at) VALUES (%s, 'HOURS', %s);"
            " UPDATE convocations_convocation SET state = 'ABSENT', recorded_at = ends_at,"
            f" recorded_by_id = {w.advisor.pk} WHERE id = {w.over.pk}",
            [w.over.pk, w.now],
        )
    ],
    "displacement_has_its_cause": [
        change("displaced", "closure_id = NULL"),
        change("displaced", "cause = 'LEAVE'"),
        change("displaced", "cause = 'HOURS'"),
        change("displaced", "leave_id = %s", lambda w: w.leave.pk),
    ],
    "hours_close_after_opening": [change("hours", "closes = opens")],
    "hours_once": [again("hours")],
    "one_reading_alert_an_hour": [again("alert")],
    "no_email_is_null": [change("user", "email = ''")],
    "notices_come_by_a_way_they_may_take": [
        change("person", "appointments_by = 'SPACE'"),
        change("person", "reminders_by = 'BOTH'"),
        change("person", "messages_by = ''"),
    ],
    "accommodations_are_of_the_list": [change("person", "accommodations = '{DIABETE}'")],
    "one_account_per_email": [
        lambda w: (
            "UPDATE accounts_user SET email = upper(%s) WHERE id = %s",
            [w.user.email, w.advisor.pk],
        )
    ],
    "accounts_transfer_ref_key": [again("transfer")],
    "transfer_goes_elsewhere": [change("transfer", "new_agency_id = old_agency_id")],
    "transfer_by_another_has_a_reason": [change("transfer", "reason = ''")],
    "mode_change_changes": [change("mode", "before = after")],
    "web_follow_up_is_consented": [
        change("mode", "consent_at = NULL"),
        change("mode", "self_test = NULL"),
    ],
    # --- what is due
    "absent_only_if_validly_notified": [
        change("over", f"state = 'ABSENT', known_at = NULL, {_RECORDED}", _NOW, _BY),
        change("over", f"state = 'ABSENT', deposited_at = NULL, {_RECORDED}", _NOW, _BY),
        change("over", f"state = 'ABSENT', known_at = starts_at, {_RECORDED}", _NOW, _BY),
    ],
    "absent_needs_evidence": [
        # The summary written by hand: the ledger itself is asked.
        change("unread", f"state = 'ABSENT', known_at = issued_at, {_RECORDED}", _NOW, _BY),
        change("offer", f"state = 'ABSENT', known_at = issued_at, {_RECORDED}", _NOW, _BY),
    ],
    "convocation_keeps_its_word": [
        change("ahead", "starts_at = starts_at - interval '1 hour'"),
        change("ahead", "ends_at = ends_at + interval '1 hour'"),
        change("ahead", "bindingness = 'INVITATION'"),
        change("offer", "bindingness = 'CONVOCATION'"),
        change("ahead", "claimant_id = %s", lambda w: w.unread.claimant_id),
        change("ahead", "modality = 'PHONE'"),
        change("ahead", "place = 'ailleurs'"),
        change("ahead", "purpose = 'autre chose'"),
        change("ahead", "notice_deadline = starts_at"),
        change("ahead", "issued_at = issued_at - interval '9 days'"),
        change("ahead", r"content_hash = '\x00'"),
    ],
    "convocation_ends_after_start": [
        again("ahead", ref="1", ends_at="starts_at"),
        again("ahead", ref="1", ends_at="starts_at - interval '1 hour'"),
    ],
    "advisor_has_one_appointment_at_a_time": [
        lambda w: again("ahead", ref="1", claimant_id=str(w.unread.claimant_id))(w),
        lambda w: again(
            "ahead",
            ref="1",
            claimant_id=str(w.unread.claimant_id),
            starts_at="ends_at - interval '1 second'",
            ends_at="ends_at + interval '1 hour'",
        )(w),
    ],
    "claimant_has_one_appointment_at_a_time": [
        lambda w: again("ahead", ref="1", advisor_id=str(w.unread.advisor_id))(w),
        # A workshop never holds its advisor's hours, always the person's.
        again("ahead", ref="1", kind="'WORKSHOP'"),
    ],
    "convocation_is_not_answered_like_an_invitation": [
        change("ahead", f"state = '{state}'") for state in ("ACCEPTED", "DECLINED", "EXPIRED")
    ],
    "nothing_follows_from_declining_an_invitation": [
        change("offer", f"state = '{state}', {_RECORDED}", _NOW, _BY) for state in ("EXCUSED", "NOT_PROVEN")
    ],
    "attendance_is_recorded_by_somebody": [
        change("over", f"state = '{state}', {half}", value)
        for state in ("ATTENDED", "ABSENT", "EXCUSED", "TECH_INCIDENT", "NOT_PROVEN", "CANCELLED_BY_AGENCY")
        for half, value in (("recorded_at = %s", _NOW), ("recorded_by_id = %s", _BY))
    ],
    "convocations_convocation_ref_key": [again("over")],
    "convocations_convocation_successor_id_key": [
        lambda w: (
            "UPDATE convocations_convocation SET successor_id = %s WHERE id IN (%s, %s)",
            [w.ahead.pk, w.missed.pk, w.over.pk],
        )
    ],
    "convocations_convocationbatch_form_key_key": [
        lambda w: (
            "INSERT INTO convocations_convocationbatch (form_key, issued_by_id, issued_at, results)"
            " SELECT form_key, issued_by_id, issued_at, results FROM convocations_convocationbatch",
            [],
        )
    ],
    "evidence_refuse_change": [
        lambda w: ("UPDATE convocations_deliveryevidence SET at = at - interval '1 day'", []),
        lambda w: ("DELETE FROM convocations_deliveryevidence", []),
    ],
    "evidence_refuse_truncate": [empty("proof", "evidence_refuse_truncate")],
    "evidence_once": [
        lambda w: (
            "INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, message_id, detail)"
            " SELECT %s, 'EMAIL_ACCEPTED', %s, %s, 7, '' FROM generate_series(1, 2)",
            [w.ahead.pk, w.now, w.now],
        )
    ],
    "evidence_first_of_its_kind": [
        lambda w: (
            "INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, message_id, detail)"
            " VALUES (%s, 'CONSULTED', %s, %s, 0, '')",
            [w.missed.pk, w.now, w.now],
        )
    ],
    "evidence_of_arrival_once": [
        lambda w: (
            "INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, message_id, detail)"
            " SELECT %s, 'EMAIL_DELIVERED', %s::timestamptz + n * interval '1 second', %s, 7, ''"
            " FROM generate_series(1, 2) AS n",
            [w.ahead.pk, w.now, w.now],
        )
    ],
    "calendar_sequence_never_falls": [
        change("ahead", "sequence = sequence - 1"),
        change("ahead", "sequence = sequence - 1, state = 'CANCELLED'"),
    ],
    "calendar_key_opens_one_feed": [
        lambda w: again("feed", claimant_id=str(w.unread.claimant_id))(w),
    ],
    "closed_calendar_has_no_key": [
        change("feed", "closed_at = opened_at"),
        change("feed", "key_hash = NULL"),
    ],
    "call_asked_once": [again("call", ref="1")],
    "convocations_calltask_ref_key": [again("call", reason="'BOUNCED'")],
    # --- communes and networks
    "commune_is_named_once": [again("town")],
    "one_edition_per_source": [again("edition")],
    "mobile_coverage_once": [again("mobile")],
    "mobile_shares_make_a_whole": [
        change("mobile", "people_none = 12"),
        change("mobile", "people_none = 8"),
        change("mobile", "people_good = -1, people_none = 41"),
    ],
    "fixed_premises_are_among_all": [
        change("fixed", "wired_3 = premises + 1"),
        change("fixed", "wired_8 = wired_3 + 1"),
        change("fixed", "wired_30 = wired_8 + 1"),
        change("fixed", "wired_100 = wired_30 + 1"),
        change("fixed", "wired_100 = -1"),
    ],
    "one_call_back_a_topic": [again("call_back", ref="1")],
    "one_call_about_a_procedure": [again("procedure_call", ref="9")],
    "one_call_about_an_address": [again("address_call", ref="1")],
    "call_has_an_appointment_or_was_asked": [change("call", "convocation_id = NULL")],
    "call_back_says_what_and_where": [
        change("call_back", f"{column} = {nothing}")
        for column, nothing in (
            ("topic", "''"),
            ("phone", "''"),
            ("reachable", "''"),
            ("content_hash", "NULL"),
        )
    ],
    "convocations_followuptask_ref_key": [again("silence", reason="'FIRST_INTERVIEW'")],
    "one_follow_up_a_reason": [again("silence", ref="1")],
    "one_follow_up_an_appointment": [again("in_person", ref="1")],
    "follow_up_of_an_appointment": [
        change("in_person", "convocation_id = NULL"),
        change("in_person", "reason = 'ASSIGN'"),
        change("silence", "reason = 'IN_PERSON'"),
    ],
    "follow_up_closed_is_dated": [
        change("silence", "state = 'DONE'"),
        change("silence", "closed_at = opened_at"),
        change("silence", "state = 'DONE', closed_at = opened_at - interval '1 day'"),
    ],
    "no_absence_while_in_person_is_owed": [change("owed", f"state = 'ABSENT', {_RECORDED}", _NOW, _BY)],
    # --- absences
    "absence_needs_absent": [
        lambda w: again("absence", ref="1", convocation_id=str(w.over.pk))(w),
        lambda w: again("absence", ref="1", claimant_id=str(w.unread.claimant_id))(w),
    ],
    "one_live_absence_per_convocation": [again("absence", ref="1")],
    "convocations_absence_ref_key": [
        again("absence", state="'ANNULLED'", annulled_at="recorded_at", annulment_reason="'r'")
    ],
    "convocations_absence_new_appointment_id_key": [
        lambda w: (
            again(
                "absence",
                ref="1",
                state="'ANNULLED'",
                annulled_at="recorded_at",
                annulment_reason="'r'",
                new_appointment_id=str(w.ahead.pk),
            )(w)[0]
            + f"; UPDATE convocations_absence SET new_appointment_id = {w.ahead.pk}",
            [w.absence.pk],
        )
    ],
    "absence_decision_has_reasons": [
        change("absence", f"state = '{state}', {_DECIDED.replace(column, nothing)}, {wait}", *values)
        for state in ("EXCUSED", "CLOSED_NO_ACTION", "INVITED_TO_REGULARISE")
        for column, nothing, values in (
            ("reasons = 'r'", "reasons = ''", (_NOW, _BY)),
            ("decided_at = %s", "decided_at = NULL", (_BY,)),
        )
        for wait in ("explained_at = NULL",)
    ],
    "absence_is_decided_by_a_person": [
        change("absence", f"state = '{state}', decided_at = explanation_due_at, reasons = 'r', report = 'r'")
        for state in ("EXCUSED", "INVITED_TO_REGULARISE", "REFERRED")
    ],
    "referral_waits_for_the_explanation_period": [
        change("absence", f"state = 'REFERRED', {_DECIDED}", _NOW, _BY),
        change(
            "absence",
            "state = 'REFERRED', decided_at = explanation_due_at, decided_by_id = %s, reasons = 'r'",
            _BY,
        ),
        change(
            "absence",
            f"state = 'REFERRED', {_DECIDED}",
            lambda w: w.absence.explanation_due_at - timedelta(microseconds=1),
            _BY,
        ),
    ],
    "referral_waits_for_outages": [
        lambda w: (
            "INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts,"
            f" last_error) SELECT {deeds.DUE_EXTEND_EXPLANATIONS}, id, 0, 0, starts_at, starts_at, 0, 0, ''"
            f" FROM core_outage; UPDATE core_outage SET ends_at = NULL WHERE id = {w.outage.pk};"
            " UPDATE convocations_absence SET state = 'REFERRED', decided_at = explanation_due_at,"
            f" decided_by_id = {w.advisor.pk}, reasons = 'r', report = 'r'",
            [],
        )
    ],
    "explanation_period_is_never_shortened": [
        change("absence", "explanation_due_at = explanation_due_at - interval '1 second'")
    ],
    "annulment_has_a_reason": [
        change("absence", "state = 'ANNULLED', annulled_at = recorded_at"),
        change("absence", "state = 'ANNULLED', annulment_reason = 'r'"),
    ],
    "convocations_explanation_form_key_key": [again("explanation")],
    "extension_given_once": [again("extension")],
    "extension_gives_time": [again("extension", ended_at="ends_at")],
    "extension_refuse_change": [change("extension", "ends_at = ended_at"), remove("extension")],
    "extension_refuse_truncate": [empty("extension", "extension_refuse_truncate")],
    # --- requests
    "convocations_changerequest_ref_key": [
        lambda w: again("late_request", form_key="gen_random_uuid()", convocation_id=str(w.offer.pk))(w)
    ],
    "convocations_changerequest_form_key_key": [again("late_request", ref="1")],
    "one_pending_request_per_appointment": [again("request", ref="1", form_key="gen_random_uuid()")],
    "request_needs_an_open_appointment": [
        lambda w: again(
            "late_request", ref="1", form_key="gen_random_uuid()", convocation_id=str(w.missed.pk)
        )(w),
        lambda w: again(
            "late_request", ref="1", form_key="gen_random_uuid()", convocation_id=str(w.unread.pk)
        )(w),
    ],
    "absent_not_while_a_request_waits": [
        change("frozen", f"state = 'ABSENT', {_RECORDED}", _NOW, _BY),
        lambda w: (
            "UPDATE convocations_changerequest SET convocation_id = convocation_id, state = 'UNDER_REVIEW',"
            f" closed_at = NULL WHERE id = {w.late_request.pk};"
            " UPDATE convocations_convocation SET state = 'ABSENT', recorded_at = ends_at,"
            f" recorded_by_id = {w.advisor.pk} WHERE id = {w.frozen.pk}",
            [],
        ),
    ],
    "request_ends_on_a_date": [change("late_request", "closed_at = NULL")],
    "request_is_granted_by_a_person_or_a_named_rule": [
        change("request", f"state = '{state}', closed_at = %s", _NOW)
        for state in ("ACCEPTED", "ACCEPTED_OTHER_SLOT")
    ],
    "request_is_refused_by_a_person_with_reasons": [
        change("request", "state = 'REFUSED', closed_at = %s, reasons = 'r'", _NOW),
        change("request", "state = 'REFUSED', closed_at = %s, decided_by_id = %s", _NOW, _BY),
        change(
            "request",
            "state = 'REFUSED', closed_at = %s, decided_by_id = %s, reasons = 'r', rule = 'TOLERATED'",
            _NOW,
            _BY,
        ),
    ],
    "documents_are_asked_with_a_date": [
        change("request", "state = 'DOCS_REQUESTED', docs_asked = 'Un contrat.'"),
        change("request", "state = 'DOCS_REQUESTED', docs_due_at = %s", _NOW),
    ],
    "only_a_postponement_counts": [change("late_request", "counts = true")],
    "wished_hour_ends_after_start": [
        lambda w, end=end: again(
            "late_request",
            ref="1",
            form_key="gen_random_uuid()",
            convocation_id=str(w.offer.pk),
            wished_start="submitted_at",
            wished_end=end,
        )(w)
        for end in ("submitted_at", "NULL")
    ],
    "change_of_manner_names_one": [
        lambda w: again(
            "late_request",
            ref="1",
            form_key="gen_random_uuid()",
            convocation_id=str(w.offer.pk),
            kind="'MODALITY'",
        )(w)
    ],
    "correction_says_what": [
        change("request", "correction_open = true, correction = 'Non.'"),
        change("request", "correction_open = true, corrected_at = %s", _NOW),
    ],
    "request_keeps_its_word": [
        change("request", "text = 'autre chose'"),
        change("request", "motive = 'WORK'"),
        change("request", "kind = 'INCIDENT'"),
        change("request", "channel = 'PHONE'"),
        change("request", "convocation_id = %s", lambda w: w.offer.pk),
        change("request", "claimant_id = %s", lambda w: w.unread.claimant_id),
        change("request", "submitted_at = submitted_at - interval '1 day'"),
        change("request", "submitted_by_id = %s", _BY),
        change("request", "wished_modality = 'PHONE'"),
        change("request", "wished_start = submitted_at, wished_end = decide_by"),
        change("request", r"content_hash = '\x00'"),
    ],
    "request_is_never_deleted": [remove("late_request")],
    "convocations_swornstatement_request_id_key": [again("sworn")],
    "sworn_statement_is_signed": [
        lambda w: again("sworn", request_id=str(w.late_request.pk), text="''")(w),
        lambda w: again("sworn", request_id=str(w.late_request.pk), signed_name="''")(w),
    ],
    "sworn_refuse_change": [change("sworn", "text = 'autre chose'"), remove("sworn")],
    "sworn_refuse_truncate": [empty("sworn", "sworn_refuse_truncate")],
    # --- justificatifs and documents
    "document_put_forward_once_for_a_request": [
        lambda w: (
            "INSERT INTO convocations_justificatif (ref, document_id, request_id, claimant_id, advisor_id, state,"
            " sent_at, review_by, remark) SELECT generate_series(1, 2), document_id, %s, claimant_id, advisor_id,"
            " state, sent_at, review_by, '' FROM convocations_justificatif",
            [w.request.pk],
        )
    ],
    "justificatif_backs_one_thing": [
        change("justificatif", "absence_id = NULL"),
        change("justificatif", "absence_id = NULL, explanation_id = NULL"),
        change("justificatif", "request_id = %s", lambda w: w.request.pk),
    ],
    "convocations_justificatif_ref_key": [again("justificatif")],
    "document_put_forward_once": [again("justificatif", ref="1")],
    "incomplete_has_a_date": [
        change(
            "justificatif",
            "state = 'INCOMPLETE', remark = 'r', reviewed_at = sent_at, reviewed_by_id = %s",
            _BY,
        )
    ],
    "review_is_made_by_a_person": [
        change("justificatif", "state = 'ACCEPTED', reviewed_at = sent_at"),
        change("justificatif", "state = 'ACCEPTED', reviewed_by_id = %s", _BY),
    ],
    "review_says_why": [
        change("justificatif", "state = 'REFUSED', reviewed_at = sent_at, reviewed_by_id = %s", _BY)
    ],
    "core_document_ref_key": [again("document")],
    "document_purge_is_dated": [
        change("document", "state = 'PURGED'"),
        change("document", "state = 'PURGED', purged_at = uploaded_at, clean_key = 'k'"),
    ],
    "document_readable_only_once_checked": [
        change("document", "state = 'RECEIVED', clean_key = 'k', scan = 'OK'"),
        change("document", "state = 'RECEIVED', clean_key = 'k', settled_at = uploaded_at"),
        change("document", "state = 'RECEIVED', scan = 'OK', settled_at = uploaded_at"),
    ],
    "document_rejection_is_explained": [change("document", "state = 'REJECTED_TECH'")],
    "document_file_position_once": [again("file")],
    "web_is_followed_by_a_volunteer": [
        change("person", "follow_up_mode = 'WEB'"),
        lambda w: (f"{_by_web(w)} UPDATE accounts_claimant SET advisor_id = {w.colleague.pk}", []),
    ],
    "volunteer_leaves_nobody_behind": [
        lambda w: (f"{_by_web(w)} UPDATE accounts_advisor SET volunteers_for_web = false", [])
    ],
    # --- what the ground keeps
    "deadline_falls_due_once": [again("deadline")],
    "outage_ends_after_start": [change("outage", "ends_at = starts_at")],
    "core_parameteroverride_key_key": [again("parameter")],
    "outbox_says_it_once": [again("mail")],
    "outbox_settled_is_dated": [change("mail", "state = 1")],
    "outbox_keeps_no_secret": [change("mail", "state = 1, settled_at = created_at, payload = '{}'")],
    "outbox_outcome_is_dated": [change("mail", "outcome = 3")],
    "outbox_outcome_never_goes_back": [
        change("returned", f"outcome = {weaker}, outcome_at = outcome_at + interval '1 day'")
        for weaker in range(4)
    ],
    "delivery_event_counts_once": [again("event")],
    "address_is_stopped_once": [again("stopped")],
    "stopped_address_is_in_lower_case": [change("stopped", "address = upper(address)")],
    "reopened_address_is_dated": [change("stopped", "state = 'REOPENED'")],
    "messaging_thread_ref_key": [again("thread")],
    "thread_is_due_while_it_waits": [
        change("thread", "answer_due_at = NULL"),
        change("thread", "waiting_since = NULL"),
        change("thread", "state = 'ANSWERED'"),
    ],
    "thread_asks_for_something_by_a_date": [
        change("thread", "state = 'WAITING_CLAIMANT', answer_due_at = NULL"),
        change("thread", "expected = 'Un papier'"),
        change("thread", "days_left = 1"),
    ],
    "thread_is_late_only_while_it_waits": [
        change("thread", "state = 'ANSWERED', answer_due_at = NULL, escalated_at = now()")
    ],
    "thread_is_resolved_by_somebody": [
        change("thread", "state = 'RESOLVED', answer_due_at = NULL, resolved_at = now()"),
        change("thread", "resolved_at = now()"),
    ],
    "thread_has_days_left_or_none": [
        change(
            "thread",
            "state = 'WAITING_CLAIMANT', answer_due_at = NULL, expected = 'x', expected_by = now(), days_left = -1",
        )
    ],
    "thread_counts_from_zero": [
        change("thread", "claimant_unread = -1"),
        change("thread", "advisor_unread = -1"),
    ],
    "thread_has_a_subject": [again("thread", ref="ref + 1", subject="''")],
    "thread_stays_its_persons": [
        change("thread", "claimant_id = %s", lambda w: w.unread.claimant_id),
        change("thread", "subject = 'Autre'"),
        change("thread", "last_number = 0"),
    ],
    "message_is_numbered_once": [say(number="1")],
    "message_numbers_begin_at_one": [say(number="0")],
    "message_says_something_bounded": [say(body="''"), say(body="repeat('é', 10001)")],
    "message_hash_is_sha256": [say(content_hash="'short'::bytea")],
    "message_is_somebodys_or_automatic": [
        say(author_id="NULL"),
        say(form_key="NULL"),
        say(side="'AUTOMATIC'"),
    ],
    "message_of_a_talk_is_noted_by_the_service": [say(via="'PHONE'")],
    "message_asks_for_something_by_a_date": [
        say(expected="'Un papier'"),
        say(side="'SERVICE'", expected_by="now()"),
    ],
    "messaging_readytext_ref_key": [again("ready", place="1", title="'Autre'")],
    "ready_text_is_somebodys_or_an_agencys": [
        change("ready", "owner_id = NULL"),
        change("ready", "agency_id = %s", lambda w: w.advisor.agency_id),
    ],
    "ready_text_says_something_bounded": [
        change("ready", "title = ''"),
        change("ready", "body = ''"),
        change("ready", "body = repeat('a', 10001)"),
    ],
    "ready_texts_are_few": [change("ready", "place = 60"), change("ready", "place = -1")],
    "ready_text_has_its_place": [again("ready", ref="ref + 1", title="'Autre'")],
    "shared_ready_text_has_its_place": [again("shared_ready", ref="ref + 1", title="'Autre'")],
    "ready_text_is_titled_once": [again("ready", ref="ref + 1", place="1", title="'ACCUEIL'")],
    "shared_ready_text_is_titled_once": [again("shared_ready", ref="ref + 1", place="1", title="'ACCUEIL'")],
    "messaging_message_form_key_key": [say(form_key='"form_key"')],
    "message_speaks_for_its_side": [
        again("message", number="2", form_key="gen_random_uuid()", side="'SERVICE'"),
        again("message", number="2", form_key="gen_random_uuid()", author_id="NULL"),
    ],
    "message_refuse_change": [change("message", "body = 'Autre'"), remove("message")],
    "message_refuse_truncate": [empty("message", "message_refuse_truncate")],
    "attachment_has_its_place": [again("joined")],
    "attachment_is_joined_once": [again("joined", position="1")],
    "attachments_are_few": [again("joined", position="12"), again("joined", position="-1")],
    "attachment_is_the_persons": [
        lambda w: again("joined", position="1", document_id=str(document(w.unread.claimant).pk))(w)
    ],
    "attachment_refuse_change": [change("joined", "position = 3"), remove("joined")],
    "attachment_refuse_truncate": [empty("joined", "attachment_refuse_truncate")],
    "messaging_messagereading_message_id_key": [again("reading")],
    "reading_refuse_change": [change("reading", "at = now()"), remove("reading")],
    "reading_refuse_truncate": [empty("reading", "reading_refuse_truncate")],
    "one_draft_per_author_and_thread": [again("draft")],
    "one_draft_per_author_and_new_thread": [again("first_draft")],
    # --- letters
    "messaging_letter_ref_key": [again("waiting_letter", message_id="9")],
    "letter_settles_one_message": [again("waiting_letter", ref="9")],
    "letter_says_it_once": [again("waiting_letter", ref="9", message_id="9")],
    "letter_waits_or_is_in_a_batch": [
        change("waiting_letter", "state = 'BATCHED'"),
        change("letter", "batch_id = NULL"),
        change("letter", "state = 'WAITING'"),
    ],
    "letter_called_back_says_why": [
        change("waiting_letter", "state = 'CALLED_BACK', called_back_at = written_at"),
        change("waiting_letter", "state = 'CALLED_BACK', called_back_for = 'Annulé'"),
        change("waiting_letter", "called_back_for = 'Annulé'"),
    ],
    "letter_posting_is_dated": [
        change("letter", "state = 'POSTED'"),
        change("letter", "posted_at = written_at"),
        change("posted_letter", "state = 'BATCHED'"),
    ],
    "only_a_registered_letter_is_proven_delivered": [
        change("posted_letter", "state = 'DELIVERED', delivered_at = posted_at"),
        change("posted_letter", "state = 'DELIVERED', is_registered = true"),
    ],
    "letter_return_has_a_reason": [
        change("posted_letter", "state = 'RETURNED', returned_at = posted_at"),
        change("posted_letter", "state = 'RETURNED', return_reason = 'Parti'"),
    ],
    "registered_number_is_of_a_registered_letter": [change("letter", "registered_number = '1A'")],
    "letter_keeps_its_words": [
        change("letter", 'words = \'{"title": "Autre"}\''),
        change("letter", "content_hash = '\\x00'"),
        change("letter", "claimant_id = %s", lambda w: w.unread.claimant_id),
        change("letter", "message_id = 8"),
        change("letter", "written_at = now()"),
        change("posted_letter", "recipient = '{B}'"),
        change("posted_letter", "posted_at = now()"),
    ],
    "letter_is_in_its_agencys_batch": [
        change("letter", "batch_id = %s", lambda w: w.other_batch.pk),
        change("letter", "agency_id = %s", lambda w: w.stranger.agency_id),
    ],
    "messaging_letterbatch_ref_key": [again("letter_batch", day="DATE '2026-01-01'")],
    "one_batch_an_agency_and_day": [again("letter_batch", ref="9")],
    "printed_batch_has_its_file": [
        change("letter_batch", "state = 'PRINTED', printed_at = closed_at"),
        change("letter_batch", "state = 'PRINTED', pdf_key = 'k'"),
    ],
    "batch_is_posted_by_somebody": [
        change("letter_batch", "state = 'POSTED', posted_at = closed_at"),
        change("letter_batch", "state = 'POSTED', posted_by_id = %s", lambda w: w.user.pk),
        change("letter_batch", "posted_at = closed_at"),
    ],
    "journal_seal_once": [again("seal")],
    "journalentry_refuse_change": [change("entry", "data = '{}'"), remove("entry")],
    "journalentry_refuse_truncate": [empty("entry", "journalentry_refuse_truncate")],
    "journalseal_refuse_change": [change("seal", "first_id = 0"), remove("seal")],
    "journalseal_refuse_truncate": [empty("seal", "journalseal_refuse_truncate")],
    # --- whole files (more of it in tests/convocations/archive)
    "erasure_is_due": [lambda w: again("erasure", file_id=str(w.person.pk))(w)],
    "erasure_waits_for_both_periods": [
        lambda w: (f"{_ASLEEP}; UPDATE core_erasure SET active_years = 0", []),
        lambda w: (f"{_ASLEEP}; UPDATE core_erasure SET archive_years = 0", []),
    ],
    "erasure_is_whole": [lambda w: (_BEGUN.format(person=w.person.pk), [])],
    "erasure_refuse_change": [change("erasure", "lines = 5"), remove("erasure")],
    "erasure_refuse_truncate": [empty("erasure", "erasure_refuse_truncate")],
    "erased_line_is_of_its_file": [lambda w: again("erased_line", entry_id=str(w.entry.pk))(w)],
    "erasedline_refuse_change": [
        change("erased_line", "digest = '0'"),
        lambda w: ("DELETE FROM core_erasedline WHERE entry_id = %s", [w.erased_line.pk]),
    ],
    "erasedline_refuse_truncate": [empty("erased_line", "erasedline_refuse_truncate")],
    "archived_file_is_reopened_first": [lambda w: (_given_in_archive(w), [])],
    **guards_of_measures.ATTACKS,
}
# A trigger whose guard has a name of its own.
TRIGGERS = {
    "convocation_absent_needs_evidence": "absent_needs_evidence",
    "convocation_absent_waits_for_requests": "absent_not_while_a_request_waits",
}


def guards() -> set[str]:
    """Ask PostgreSQL for every CHECK, unique, exclusion constraint, unique index and trigger of our tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype IN ('c', 'u', 'x')
            UNION SELECT indrelid::regclass::text, indexrelid::regclass::text FROM pg_index
                WHERE indisunique AND NOT indisprimary
                  AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
            UNION SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal
            """
        )
        found = {name for table, name in cursor.fetchall() if table.startswith(OURS)}
    return {TRIGGERS.get(name, name) for name in found} - KEEPERS


def test_every_guard_of_the_database_is_attacked_by_name():
    # Those of a procedure are attacked in a world of their own.
    assert guards() == set(ATTACKS) | set(OF_CASES) | set(OF_APPEALS)


@pytest.mark.parametrize(
    ("guard", "number"), [(name, n) for name, attacks in ATTACKS.items() for n in range(len(attacks))]
)
def test_the_guard_holds_against(world, guard, number):
    hold_against(ATTACKS[guard][number](world), guard)


def test_the_summary_of_the_ledger_follows_what_is_written_straight_into_it(world):
    row = Convocation.objects.get(pk=world.ahead.pk)
    assert row.known_at is None
    for at in (NOW + timedelta(hours=5), NOW + timedelta(hours=2)):
        row.evidence.create(fact="PHONE_CONFIRMED", at=at, written_at=at)
    row.refresh_from_db()
    assert row.known_at == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    "model",
    [
        Absence,
        CalendarFeed,
        CallTask,
        ChangeRequest,
        Closure,
        Convocation,
        Extension,
        FollowUpTask,
        Justificatif,
        OpeningHours,
        Outage,
    ],
)
def test_a_guard_that_a_form_could_meet_speaks_french(model):
    default = "enfreinte"
    for constraint in model._meta.constraints:
        message = str(constraint.get_violation_error_message())
        assert message
        assert default not in message, constraint.name
        assert "Constraint" not in message, constraint.name
        assert "contrainte" not in message.lower(), constraint.name
