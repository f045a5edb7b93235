"""The advisor's answer, late answers, and the person's own second thoughts."""

from datetime import timedelta

import pytest

from convocations import attendance, deeds
from convocations.evidence import ledger
from convocations.justificatifs import reviewing
from convocations.models import ChangeRequest, Justificatif, Modality
from convocations.motives import Motive
from convocations.requests import answering, changing_mind, papers
from convocations.requests.answering import Offer
from convocations.scheduling import changing
from convocations.states import ConvocationState, RequestState, ReviewState
from messaging.models import OutboxMessage
from portal.core import deadlines
from portal.core.models import Deadline, Document
from portal.core.transitions import Refusal
from tests import factories
from tests.convocations.requests.wishes import ASKED, Channel, Kind, open_all_week, postpone, slot
from tests.factories import NOW, acting
from tests.web.claimant.story import document

pytestmark = pytest.mark.django_db


@pytest.fixture
def convocation():
    row = factories.convocation()
    ledger.consult(row.pk, by=acting(row.claimant), now=NOW + timedelta(hours=1))
    row.refresh_from_db()
    return row


@pytest.fixture
def request_(convocation):
    return postpone(convocation, text="Aucune heure proposée ne me convient.")


@pytest.fixture
def advisor(convocation):
    return acting(convocation.advisor)


def tick(now):
    deadlines.work(lambda: now)


def owed(kind: int) -> int:
    return OutboxMessage.objects.filter(kind=kind).count()


def a_document(person) -> Document:
    return document(person, "Attestation")


def test_yes_gives_the_new_appointment_and_says_so(convocation, request_, advisor):
    offer = Offer(**slot())
    answering.accept(request_.pk, offer, reasons="Bien sûr.", by=advisor, now=ASKED)
    convocation.refresh_from_db()
    request_.refresh_from_db()
    assert request_.state == RequestState.ACCEPTED  # they had left the hour to the advisor
    assert convocation.successor.starts_at == offer.starts_at
    assert owed(deeds.MAIL_REQUEST_DECIDED) == 1


def test_yes_at_another_hour_is_told_from_yes(convocation, advisor):
    open_all_week(convocation.agency)
    request = postpone(
        convocation,
        motive=Motive.EXAM,
        kind=Kind.MODALITY,
        modality=Modality.PHONE,
        document_ids=[a_document(convocation.claimant).pk],
        **slot(),
    )
    answering.accept(request.pk, Offer(**slot(13)), by=advisor, now=ASKED)
    request.refresh_from_db()
    assert request.state == RequestState.ACCEPTED_OTHER_SLOT
    convocation.refresh_from_db()
    assert convocation.successor.modality == Modality.PHONE
    assert Justificatif.objects.get().state == ReviewState.ACCEPTED


def test_an_hour_becomes_the_days_in_which_one_writes(convocation, advisor):
    wish = {"modality": Modality.ASYNC_MESSAGE, "motive": Motive.WORK, "signed_name": ""}
    document = a_document(convocation.claimant)
    request = postpone(convocation, kind=Kind.MODALITY, document_ids=[document.pk], **wish)
    answering.accept(request.pk, Offer(), by=advisor, now=ASKED)
    convocation.refresh_from_db()
    written = convocation.successor
    assert (written.modality, written.starts_at) == (Modality.ASYNC_MESSAGE, convocation.starts_at)
    # Wednesday 2 December, to the midnight that ends Friday.
    assert (
        written.ends_at.astimezone(convocation.agency.place.zone).isoformat() == "2026-12-05T00:00:00+01:00"
    )


def test_no_needs_reasons_and_leaves_the_appointment_as_it_was(convocation, request_, advisor):
    with pytest.raises(Refusal, match="raisons"):
        answering.refuse(request_.pk, reasons=" ", by=advisor, now=ASKED)
    answering.refuse(request_.pk, reasons="Aucune autre date ce mois-ci.", by=advisor, now=ASKED)
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.READ
    with pytest.raises(papers.AlreadyAnswered, match="a déjà répondu"):
        answering.accept(request_.pk, Offer(**slot()), by=advisor, now=ASKED)


def test_no_after_the_hour_cancels_what_was_frozen(convocation, request_, advisor):
    tick(convocation.ends_at)
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.RESCHEDULE_PENDING
    later = convocation.ends_at + timedelta(hours=1)
    with pytest.raises(attendance.Frozen):
        attendance.record(convocation.pk, ConvocationState.ABSENT, by=advisor, now=later)
    answering.refuse(request_.pk, reasons="Trop tard.", by=advisor, now=later)
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.CANCELLED
    assert not convocation.absences.exists()


def test_who_came_all_the_same_is_recorded_present(convocation, request_, advisor):
    attendance.record(convocation.pk, ConvocationState.ATTENDED, by=advisor, now=convocation.ends_at)
    request_.refresh_from_db()
    assert request_.state == RequestState.MOOT
    # A record made in error is taken back; the appointment stays frozen, for the database too.
    attendance.reopen(convocation.pk, reason="Erreur", by=advisor, now=convocation.ends_at)
    with pytest.raises(attendance.Frozen):
        attendance.record(
            convocation.pk, ConvocationState.ABSENT, by=advisor, now=convocation.ends_at + timedelta(hours=1)
        )


def test_what_the_agency_cancels_leaves_no_request_waiting(convocation, request_, advisor):
    changing.cancel(convocation.pk, reason="Fermeture", by=advisor, now=ASKED)
    request_.refresh_from_db()
    assert request_.state == RequestState.MOOT
    assert not Deadline.objects.filter(kind__in=deeds.OF_REQUEST, state=Deadline.State.PENDING).exists()


def test_a_technical_problem_is_never_refused(advisor):
    call = factories.convocation(modality=Modality.PHONE)
    request = postpone(call, kind=Kind.INCIDENT, wants_call=True)
    with pytest.raises(answering.NotRefused):
        answering.refuse(request.pk, reasons="Non.", by=acting(call.advisor), now=ASKED)


# --- the clock of the answer --------------------------------------------------------


def test_the_advisor_is_reminded_at_three_quarters_and_the_supervisor_told_at_the_end(convocation, request_):
    factories.advisor(convocation.agency, is_supervisor=True)
    # Asked on Tuesday 24 November: two jours ouvrables end with Thursday 26.
    rows = Deadline.objects.filter(kind=deeds.DUE_REQUEST_ANSWER).order_by("step")
    zone = convocation.agency.place.zone
    assert [row.due_at.astimezone(zone).strftime("%d %H:%M") for row in rows] == ["26 12:00", "27 00:00"]
    tick(rows[0].due_at)
    assert (owed(deeds.MAIL_LATE_REQUESTS_ADVISOR), owed(deeds.MAIL_LATE_REQUESTS_SUPERVISOR)) == (1, 0)
    tick(rows[1].due_at)
    request_.refresh_from_db()
    assert request_.escalated_at == rows[1].due_at
    assert owed(deeds.MAIL_LATE_REQUESTS_SUPERVISOR) == 1
    assert request_.state == RequestState.SUBMITTED  # nobody decides but a person


def test_an_answer_in_time_is_never_told_late(convocation, request_, advisor):
    answering.refuse(request_.pk, reasons="Non.", by=advisor, now=ASKED)
    tick(ASKED + timedelta(days=5))
    assert owed(deeds.MAIL_LATE_REQUESTS_ADVISOR) == 0


def test_documents_asked_for_rest_the_clock_and_start_it_anew(convocation, request_, advisor):
    with pytest.raises(Refusal, match="quels documents"):
        papers.ask_documents(request_.pk, what="", by=advisor, now=ASKED)
    papers.ask_documents(request_.pk, what="Une attestation.", by=advisor, now=ASKED)
    assert owed(deeds.MAIL_REQUEST_DOCS) == 1
    tick(ASKED + timedelta(days=4))
    assert owed(deeds.MAIL_LATE_REQUESTS_ADVISOR) == 0
    with pytest.raises(papers.NothingSent):
        papers.send_documents(request_.pk, document_ids=[], by=acting(convocation.claimant), now=ASKED)
    sent = ASKED + timedelta(days=4)
    papers.send_documents(
        request_.pk,
        document_ids=[a_document(convocation.claimant).pk],
        by=acting(convocation.claimant),
        now=sent,
    )
    request_.refresh_from_db()
    assert request_.state == RequestState.UNDER_REVIEW
    assert request_.decide_by > sent
    with pytest.raises(Refusal, match="attend votre examen"):
        answering.refuse(request_.pk, reasons="Non.", by=advisor, now=sent)
    with pytest.raises(Refusal, match="par la demande"):
        reviewing.review(
            Justificatif.objects.get().pk,
            ReviewState.INCOMPLETE,
            remark="Flou",
            complete_by=(sent + timedelta(days=3)).date(),
            by=advisor,
            now=sent,
        )


def test_documents_that_never_come_decide_nothing(convocation, request_, advisor):
    papers.ask_documents(request_.pk, what="Une attestation.", by=advisor, now=ASKED)
    request_.refresh_from_db()
    tick(request_.docs_due_at)
    request_.refresh_from_db()
    assert request_.state == RequestState.UNDER_REVIEW
    assert Deadline.objects.filter(kind=deeds.DUE_REQUEST_ANSWER, state=Deadline.State.PENDING).count() == 2


# --- second thoughts ------------------------------------------------------------------


def test_a_request_taken_back_leaves_everything_as_it_was(convocation, request_):
    changing_mind.withdraw(request_.pk, by=acting(convocation.claimant), now=ASKED + timedelta(hours=1))
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.READ
    request_.refresh_from_db()
    assert request_.state == RequestState.WITHDRAWN


def test_a_problem_told_after_the_start_and_taken_back_is_recorded_as_usual():
    call = factories.convocation(modality=Modality.PHONE)
    tick(call.ends_at)
    later = call.ends_at + timedelta(minutes=5)
    request = postpone(call, kind=Kind.INCIDENT, wants_call=True, now=later)
    changing_mind.withdraw(request.pk, by=acting(call.claimant), now=later)
    call.refresh_from_db()
    assert call.state == ConvocationState.AWAITING_STATUS


def test_what_was_noted_wrongly_is_corrected_and_read(convocation, advisor):
    request = postpone(
        convocation, by=advisor, channel=Channel.PHONE, text="Veut un mardi.", motive=Motive.OTHER
    )
    answering.refuse(request.pk, reasons="Pas le mardi.", by=advisor, now=ASKED)
    changing_mind.correct(request.pk, text="J’avais dit jeudi.", by=acting(convocation.claimant), now=ASKED)
    request.refresh_from_db()
    assert request.correction_open
    assert Deadline.objects.filter(kind=deeds.DUE_REQUEST_ANSWER, state=Deadline.State.PENDING).count() == 2
    changing_mind.answer_correction(request.pk, answer="Je vous rappelle.", by=advisor, now=ASKED)
    request.refresh_from_db()
    assert not request.correction_open
    assert owed(deeds.MAIL_REQUEST_CORRECTED) == 1


def test_what_the_person_wrote_themselves_is_withdrawn_not_corrected(convocation, request_):
    with pytest.raises(changing_mind.NothingNoted):
        changing_mind.correct(request_.pk, text="Non.", by=acting(convocation.claimant), now=ASKED)


def test_reading_a_request_is_noted_once(request_, advisor):
    assert answering.open_request(request_.pk, by=advisor, now=ASKED)
    assert not answering.open_request(request_.pk, by=advisor, now=ASKED)
    assert ChangeRequest.objects.get().opened_at == ASKED
