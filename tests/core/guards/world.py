"""One row of everything, as the processes leave it."""

from datetime import timedelta
from types import SimpleNamespace

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
from tests.core.guards import bareme
from tests.factories import NOW, acting
from tests.messaging.threads import talk
from tests.web.claimant.story import document


def build() -> SimpleNamespace:
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
    bareme.build(w)
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
    w.interview_call = CallTask.objects.create(
        claimant=w.person, advisor=w.advisor, reason="REFRAMING", opened_at=NOW, due_at=NOW
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
