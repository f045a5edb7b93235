"""Every guard of the database is attacked by name: a new one without an attack fails here.

The list is read from PostgreSQL itself (constraints, unique indexes, triggers of our tables); each attack goes
straight to the table, round every process, and must meet the guard it is named for, no other.
"""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from accounts.models import Closure, OpeningHours
from convocations.models import (
    Absence,
    CalendarFeed,
    CallTask,
    ChangeRequest,
    Convocation,
    Extension,
    FollowUpTask,
    Justificatif,
)
from portal.core.models import Outage
from tests.core.guards import appointments, bareme, examinations, ground, messages, people
from tests.core.guards.attacking import Attack, hold_against
from tests.core.guards.world import build
from tests.factories import NOW
from tests.measures.appeals.test_guards import ATTACKS as OF_APPEALS
from tests.measures.test_guards import ATTACKS as OF_CASES

OURS = ("core_", "accounts_", "messaging_", "measures_", "convocations_")
# Keeps the summary of the ledger and refuses nothing: its own test below.
KEEPERS = {"evidence_summary"}


ATTACKS: dict[str, list[Attack]] = {}
for room in (people, appointments, bareme, examinations, messages, ground):
    assert not ATTACKS.keys() & room.ATTACKS.keys()
    ATTACKS |= room.ATTACKS
# A trigger whose guard has a name of its own.
TRIGGERS = {
    "convocation_absent_needs_evidence": "absent_needs_evidence",
    "convocation_absent_waits_for_requests": "absent_not_while_a_request_waits",
}


@pytest.fixture(scope="module")
def standing(standing_database: None) -> SimpleNamespace:
    return build()


@pytest.fixture
def world(standing: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """The world, built once; what an attack does to it is taken back."""
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)


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


def test_every_guard_of_the_database_is_attacked_by_name(standing_database):
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
