"""What our figures are held against does the same work: a reference that writes less would make us look slow."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import transaction

from bench.references import engines
from convocations.scheduling.issuing import issue_many
from tests import factories
from tests.factories import NOW, acting

WRITTEN = (
    *("convocations.Convocation", "convocations.DeliveryEvidence", "convocations.CallTask"),
    *("core.Deadline", "core.JournalEntry", "messaging.OutboxMessage"),
)


def rows() -> dict[str, int]:
    """Count what stands in each table that a sending writes."""
    return {name: apps.get_model(name)._default_manager.count() for name in WRITTEN}


def written(do: Callable[[], object]) -> dict[str, int]:
    """Do it, count what it wrote in each table, and undo it."""
    before = rows()
    with transaction.atomic():
        do()
        after = rows()
        transaction.set_rollback(True)
    return {name: after[name] - before[name] for name in WRITTEN}


@pytest.mark.django_db
def test_a_statement_a_table_writes_as_many_rows_as_a_sending_does():
    advisor = factories.advisor()
    factories.convocation(factories.claimant(advisor))
    # Who is told by letter is called too.
    people = [factories.claimant(advisor), factories.claimant(advisor, appointments_by="LETTER")]
    start = factories.draft(people[0]).starts_at
    drafts = [
        factories.draft(person, starts_at=start + timedelta(days=14, hours=hour))
        for hour, person in enumerate(people)
    ]
    by = acting(advisor)
    refused = []

    def sent() -> None:
        results = issue_many(drafts, form_key=uuid.uuid4(), by=by, now=NOW)
        refused.extend(result.refused for result in results if result.refused)

    engines.prepare_drafts(drafts)
    ours, theirs = written(sent), written(lambda: engines.issue_by_statements(by.person_id, NOW))
    assert not refused
    assert theirs == ours
    assert (ours["convocations.Convocation"], ours["convocations.CallTask"]) == (2, 1)
