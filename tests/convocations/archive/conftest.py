"""Whole files as they are after years: one row of everything, all of it closed, dated and sealed long ago."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from accounts.models import FileOpening
from convocations.models import CallTry
from messaging.models import DeliveryEvent
from portal.core import journal
from portal.core.models import DocumentReading
from portal.core.safe import storing
from tests.core.guards.world import build
from tests.core.journal.conftest import as_master, other, seal_all  # noqa: F401
from tests.factories import NOW
from tests.measures import ended
from tests.web.claimant.story import document

YEARS = 12
# What the people of these tests are called, nobody else is.
SECRETS = ("Zéphyrine", "Quatrepoint", "zephyrine.quatrepoint", "12 venelle du Secret", "06 98 76 54 32")

CLOSED = """
UPDATE convocations_convocation SET state = 'CANCELLED'
    WHERE state IN ('ISSUED', 'DELIVERED', 'READ', 'ACKNOWLEDGED', 'AWAITING_STATUS', 'RESCHEDULE_PENDING');
UPDATE convocations_absence SET state = 'CLOSED_NO_ACTION', decided_at = recorded_at, decided_by_id = advisor_id,
    reasons = 'Vu.' WHERE state IN ('RECORDED', 'EXPLANATION_REQUESTED', 'EXPLAINED');
UPDATE convocations_changerequest SET state = 'WITHDRAWN', closed_at = submitted_at
    WHERE state IN ('SUBMITTED', 'UNDER_REVIEW', 'DOCS_REQUESTED');
UPDATE convocations_justificatif SET state = 'DROPPED' WHERE state = 'IN_REVIEW';
UPDATE convocations_calltask SET state = 'DROPPED', closed_at = opened_at WHERE state = 'OPEN';
UPDATE convocations_followuptask SET state = 'DROPPED', closed_at = opened_at WHERE state = 'OPEN';
UPDATE messaging_thread SET state = 'ANSWERED', waiting_since = NULL, answer_due_at = NULL, reminded_at = NULL,
    escalated_at = NULL WHERE state = 'WAITING_ADVISOR';
UPDATE messaging_letter SET state = 'POSTED', posted_at = written_at, batch_id = %(batch)s
    WHERE state IN ('WAITING', 'BATCHED');
UPDATE messaging_outboxmessage SET state = 2, settled_at = created_at WHERE state = 0;
UPDATE core_deadline SET state = 2, closed_at = due_at WHERE state IN (0, 5);
UPDATE core_document SET state = 'REJECTED_TECH', rejection = 'Illisible', settled_at = uploaded_at
    WHERE state = 'QUARANTINED';
"""


def shift(cursor, years: int) -> None:
    """Let everything the portal holds have happened so many years earlier; the law keeps its own days."""
    cursor.execute(
        """
        SELECT table_name, string_agg(format('%%1$I = %%1$I - interval ''%s years''', column_name), ', ')
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'
          AND data_type IN ('timestamp with time zone', 'date')
          AND table_name NOT IN ('django_migrations', 'measures_baremeversion')
        GROUP BY table_name
        """,
        [years],
    )
    for table, changes in cursor.fetchall():
        cursor.execute(f"UPDATE {table} SET {changes}")


@pytest.fixture
def old(db, settings, tmp_path) -> SimpleNamespace:
    """The world of the guards as it is twelve years later, all closed, in the archive for nine."""
    settings.MEDIA_ROOT = tmp_path
    w = build()
    w.user.first_name, w.user.last_name = SECRETS[:2]
    w.user.email = f"{SECRETS[2]}@exemple.fr"
    w.user.save()
    w.person.street, w.person.phone = SECRETS[3:]
    w.person.save()
    EmailAddress.objects.create(user=w.user, email=w.user.email, verified=True, primary=True)
    FileOpening.objects.create(reader=w.advisor.user, claimant=w.person, at=NOW)
    CallTry.objects.create(task=w.call, at=NOW, by=w.advisor.user, reached=False, note="Rien")
    DeliveryEvent.objects.create(
        provider=1, event_id="e2", message_id=w.mail.pk, nature=4, at=NOW, received_at=NOW
    )
    w.key = storing.keep(ContentFile(b"%PDF-1.7 Quatrepoint"), "documents")
    w.kept = document(w.person, "Attestation de Quatrepoint", clean_key=w.key)
    DocumentReading.objects.create(document=w.kept, reader=w.advisor.user, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        ended.write(w.person, w.advisor.user, w.kept, w.outage, NOW)
        for statement in CLOSED.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"batch": w.letter_batch.pk})
        # What the world of the guards wrote by hand.
        cursor.execute("DELETE FROM core_journalseal; DELETE FROM core_erasedline; DELETE FROM core_erasure")
        shift(cursor, YEARS)
        cursor.execute(
            "UPDATE accounts_claimant SET archived_at = %s", [NOW - timedelta(days=round(365.25 * 9))]
        )
        cursor.execute("SET session_replication_role = origin")
    seal_all(NOW - timedelta(days=round(365.25 * YEARS)))
    assert journal.verify().intact
    w.ref = w.person.ref
    w.now = timezone.now()
    return w


def touch(sql: str, values=()) -> None:
    """Change a row behind every guard's back."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = origin")
