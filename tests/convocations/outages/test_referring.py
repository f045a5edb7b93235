"""Neither a referral nor a document to complete comes before the time an outage gave back is over."""

import uuid
from datetime import date, datetime, time

import pytest
from django.db import IntegrityError, transaction

from convocations import deeds
from convocations.absences import deciding, explaining
from convocations.justificatifs import reviewing
from convocations.models import Absence, Extension, Justificatif
from convocations.motives import Motive
from convocations.states import AbsenceState, ReviewState
from messaging.models import OutboxMessage
from portal.core import outages
from portal.core.models import Deadline, Document, JournalEntry
from portal.core.models.document import DocumentState
from portal.core.transitions import Refusal
from tests.convocations.outages.days import (
    OFFICE,
    REUNION,
    absence_of,
    down,
    last_day_of,
    paris,
    refer,
)
from tests.factories import acting

pytestmark = pytest.mark.django_db


# --- referring ----------------------------------------------------------------------------


def test_a_referral_waits_for_the_extended_period_in_the_process_and_in_the_database(absence):
    down(paris(9, 14), paris(9, 15))
    now = paris(10, 9)
    with pytest.raises(deciding.MayNotRefer, match="peut encore s’expliquer jusqu’au"):
        refer(absence, now)
    with (
        pytest.raises(IntegrityError, match="referral_waits_for_the_explanation_period"),
        transaction.atomic(),
    ):
        Absence.objects.filter(pk=absence.pk).update(
            state="REFERRED", decided_at=now, decided_by=absence.advisor.user, reasons="r", report="r"
        )
    assert refer(absence, paris(11, 0, 1)).state == AbsenceState.REFERRED


def test_a_referral_waits_for_an_outage_not_yet_worked_through(absence):
    outages.record(paris(9, 14), paris(9, 15), "Panne", by=OFFICE, now=paris(10, 8))
    now = paris(10, 9)
    with pytest.raises(deciding.MayNotRefer, match="va être prolongé"):
        refer(absence, now)
    with pytest.raises(IntegrityError, match="may still grow"), transaction.atomic():
        Absence.objects.filter(pk=absence.pk).update(
            state="REFERRED", decided_at=now, decided_by=absence.advisor.user, reasons="r", report="r"
        )


def test_a_referral_made_within_the_time_given_is_taken_back_by_rule(absence):
    referred = refer(absence, paris(10, 9))
    down(paris(9, 14), paris(9, 15), now=paris(10, 15))
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLANATION_REQUESTED
    assert (absence.decided_at, absence.decided_by, absence.reasons, absence.report) == (None, None, "", "")
    line = JournalEntry.objects.get(code=deeds.REFERRAL_TAKEN_BACK.number)
    assert line.data["reasons"] == referred.reasons
    assert line.data["decided_by"] == absence.advisor_id
    pending = Deadline.objects.filter(subject_id=absence.pk, state=0, kind__in=deeds.OF_ABSENCE)
    assert sorted(pending.values_list("kind", "step")) == [
        (deeds.DUE_EXPLANATION_END, 0),
        (deeds.DUE_DECISION, 1),
        (deeds.DUE_DECISION, 2),
        (deeds.DUE_ABSENCE_CLOSE, 0),
    ]
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_PERIOD_EXTENDED).count() == 1
    assert refer(absence, paris(12, 0, 1)).state == AbsenceState.REFERRED


def test_a_referral_taken_back_keeps_what_the_person_had_said(absence):
    explaining.explain(
        absence.pk,
        motive=Motive.TRANSPORT,
        text="Le train a été supprimé.",
        sworn=True,
        document_ids=[],
        form_key=uuid.uuid4(),
        by=acting(absence.claimant),
        now=paris(4, 9),
    )
    refer(absence, paris(10, 9))
    down(paris(9, 14), paris(9, 15), now=paris(10, 15))
    absence.refresh_from_db()
    assert absence.state == AbsenceState.EXPLAINED


def test_a_referral_made_after_the_time_that_was_due_stands(absence):
    refer(absence, paris(15, 9))
    down(paris(9, 14), paris(9, 15), now=paris(16, 9))
    absence.refresh_from_db()
    assert absence.state == AbsenceState.REFERRED
    assert last_day_of(absence) == date(2026, 12, 9)


def test_time_given_is_never_taken_back_and_its_proof_never_changed(absence):
    down(paris(9, 14), paris(9, 15))
    with pytest.raises(IntegrityError, match="never taken back"), transaction.atomic():
        Absence.objects.filter(pk=absence.pk).update(explanation_due_at=paris(10))
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Extension.objects.update(ends_at=paris(20))


# --- completing a document -------------------------------------------------------------------


def incomplete(absence: Absence, until: date) -> Justificatif:
    document = Document.objects.create(
        owner=absence.claimant.user,
        title="Certificat.pdf",
        uploaded_at=paris(3),
        uploaded_by=absence.claimant.user,
        sha256=b"0" * 32,
        size=10,
        state=DocumentState.RECEIVED,
        clean_key="k",
        scan="OK",
        settled_at=paris(3),
        keep_until=date(2028, 1, 1),
    )
    explaining.explain(
        absence.pk,
        motive=Motive.OTHER,
        text="Voici.",
        sworn=False,
        document_ids=[document.pk],
        form_key=uuid.uuid4(),
        by=acting(absence.claimant),
        now=paris(3, 10),
    )
    return reviewing.review(
        Justificatif.objects.get().pk,
        ReviewState.INCOMPLETE,
        remark="Il manque la page 2.",
        complete_by=until,
        by=acting(absence.advisor),
        now=paris(4, 9),
    )


def test_the_time_to_complete_a_document_is_extended_and_told(absence):
    row = incomplete(absence, date(2026, 12, 16))
    down(paris(16, 9), paris(16, 10))
    row.refresh_from_db()
    assert row.complete_by == date(2026, 12, 17)
    extension = Extension.objects.get()
    assert (extension.absence_id, extension.justificatif_id) == (absence.pk, row.pk)
    line = JournalEntry.objects.get(code=deeds.COMPLETION_EXTENDED.number)
    assert (line.file_id, line.data["ref"]) == (absence.claimant_id, str(row.ref))
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_PERIOD_EXTENDED).count() == 1


def test_the_last_day_to_complete_is_read_on_the_clock_overseas():
    row = absence_of("REUNION")
    piece = incomplete(row, date(2026, 12, 16))
    down(paris(16, 21), paris(16, 22))
    piece.refresh_from_db()
    assert piece.complete_by == date(2026, 12, 16)
    down(paris(15, 20, 30), paris(16, 1), now=paris(16, 22))
    piece.refresh_from_db()
    assert piece.complete_by == date(2026, 12, 18)
    assert datetime.combine(piece.complete_by, time(), REUNION) > paris(16, 22)


def test_a_referral_waits_until_a_document_asked_for_can_no_longer_be_completed(absence):
    incomplete(absence, date(2026, 12, 16))
    with pytest.raises(Refusal, match="compléter un justificatif jusqu’au mercredi"):
        refer(absence, paris(16, 23))
    assert refer(absence, paris(17, 0, 1)).state == AbsenceState.REFERRED
