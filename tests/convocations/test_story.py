"""The main story through the processes: convoked, reminded, missed, explained, decided by people."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from convocations import attendance, deeds
from convocations.absences import deciding, explaining
from convocations.evidence import ledger
from convocations.models import Absence, CallTask, Convocation, DeliveryEvidence
from convocations.motives import Motive
from convocations.states import AbsenceState, ConvocationState
from messaging.models import OutboxMessage
from portal.core import deadlines, journal
from portal.core.models import Deadline
from tests import factories
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db


def tick(now):
    deadlines.work(lambda: now)


def test_missed_appointment_is_examined_explained_and_excused():
    convocation = factories.convocation()
    person, advisor = convocation.claimant, convocation.advisor
    assert ledger.consult(convocation.pk, by=acting(person), now=NOW + timedelta(hours=1))
    ledger.acknowledge(convocation.pk, by=acting(person), now=NOW + timedelta(hours=1))
    tick(convocation.starts_at - timedelta(days=7))
    tick(convocation.starts_at - timedelta(days=2))
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_REMINDER).count() == 2
    tick(convocation.ends_at)
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.AWAITING_STATUS
    now = convocation.ends_at + timedelta(hours=1)
    attendance.record(convocation.pk, ConvocationState.ABSENT, by=acting(advisor), now=now)
    absence = Absence.objects.get()
    assert absence.state == AbsenceState.EXPLANATION_REQUESTED
    with pytest.raises(deciding.MayNotRefer):
        deciding.decide(
            absence.pk, AbsenceState.REFERRED, reasons="r", report="Faits.", by=acting(advisor), now=now
        )
    explaining.explain(
        absence.pk,
        motive=Motive.TRANSPORT,
        text="Le train a été supprimé.",
        sworn=True,
        document_ids=[],
        form_key=uuid.uuid4(),
        by=acting(person),
        now=now + timedelta(days=1),
    )
    deciding.decide(
        absence.pk, AbsenceState.EXCUSED, reasons="Grève.", by=acting(advisor), now=now + timedelta(days=2)
    )
    with pytest.raises(deciding.AlreadyDecided, match="a déjà décidé"):
        deciding.decide(
            absence.pk,
            AbsenceState.CLOSED_NO_ACTION,
            reasons="x",
            by=acting(advisor),
            now=now + timedelta(days=2),
        )
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.EXCUSED
    assert not Deadline.objects.filter(state=Deadline.State.PENDING).exists()
    journal.seal(now)


def test_absence_cannot_be_recorded_when_nobody_proved_the_person_knew():
    convocation = factories.convocation()
    tick(convocation.starts_at - timedelta(days=2))
    assert CallTask.objects.get().reason == CallTask.Reason.UNREAD
    tick(convocation.ends_at)
    now = convocation.ends_at + timedelta(hours=1)
    with pytest.raises(attendance.NotValidlyNotified, match="Rien ne prouve"):
        attendance.record(convocation.pk, ConvocationState.ABSENT, by=acting(convocation.advisor), now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Convocation.objects.filter(pk=convocation.pk).update(
            state="ABSENT", known_at=NOW, recorded_at=now, recorded_by=convocation.advisor.user
        )
    attendance.record(convocation.pk, ConvocationState.NOT_PROVEN, by=acting(convocation.advisor), now=now)
    assert CallTask.objects.filter(reason=CallTask.Reason.NOT_PROVEN, state="OPEN").exists()


def test_overlapping_appointment_is_refused_by_the_database():
    first = factories.convocation()
    with pytest.raises(Exception, match="déjà un rendez-vous") as caught:
        factories.convocation(factories.claimant(first.advisor))
    assert "Le conseiller" in caught.value.sentence
    assert DeliveryEvidence.objects.count() == 1
