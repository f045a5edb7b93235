"""A question compiled once answers as the queryset it was written with."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from convocations.models import Convocation
from portal.core.database.base import PatientConnection
from portal.core.models import Outage
from portal.core.prepared import ask, prepared
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@prepared
def coming(claimant_id: int, now: datetime) -> Any:
    return (
        Convocation.objects.filter(claimant_id=claimant_id, ends_at__gt=now, state__in=["ISSUED", "READ"])
        .order_by("starts_at")
        .values_list("ref", "starts_at", "content_hash", "agency__name")[:3]
    )


@prepared
def whole(claimant_id: int) -> Any:
    return Convocation.objects.filter(claimant_id=claimant_id).select_related(
        "agency", "advisor__user", "successor"
    )


def test_rows_are_those_of_the_queryset_for_every_value():
    people = [factories.claimant(), factories.claimant()]
    for person in people:
        for day in range(4):
            factories.convocation(person, starts_at=NOW + timedelta(days=5 + day))
    for person in people:
        for now in (NOW, NOW + timedelta(days=6), NOW + timedelta(days=60)):
            asked = {"claimant_id": person.pk, "now": now}
            rows = coming(**asked)
            expected = [tuple(row) for row in coming.queryset(**asked)]
            assert [tuple(map(_plain, row)) for row in rows] == [tuple(map(_plain, row)) for row in expected]
    assert coming(claimant_id=0, now=NOW) == []


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def test_instances_come_with_what_they_were_asked_with(django_assert_num_queries):
    convocation = factories.convocation()
    agency, first_name = convocation.agency.name, convocation.advisor.user.first_name
    (found,) = whole(claimant_id=convocation.claimant_id)
    with django_assert_num_queries(0):
        assert found == convocation
        assert found.ref == str(convocation.ref)
        assert found.agency.name == agency
        assert found.advisor.user.first_name == first_name
        assert found.successor is None
        assert found.is_binding
    assert not found._state.adding


def test_one_question_is_one_query(django_assert_num_queries):
    coming(claimant_id=1, now=NOW)
    with django_assert_num_queries(1):
        coming(claimant_id=1, now=NOW)


def test_a_function_that_looks_at_its_values_is_refused():
    @prepared
    def careless(now: datetime) -> Any:
        return Outage.objects.filter(pk=1) if now.year > 2000 else Outage.objects.all()

    with pytest.raises(TypeError, match="looks at now"):
        careless(now=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        coming(claimant_id=1)


@pytest.fixture
def kept_connection(transactional_db, settings):
    """The connection a thread of the pages kept from its last request, and how to end it from elsewhere."""
    connection.close()
    connection.settings_dict["CONN_HEALTH_CHECKS"] = True
    connection.ensure_connection()
    connection.close_if_unusable_or_obsolete()  # what begins each request

    def end() -> None:
        with connection.connection.cursor() as cursor:
            (pid,) = cursor.execute("SELECT pg_backend_pid()").fetchone()
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    yield end
    connection.settings_dict["CONN_HEALTH_CHECKS"] = False
    connection.close()


def test_first_question_of_a_request_is_asked_again_when_the_database_was_restarted(kept_connection):
    convocation = factories.convocation()
    connection.close_if_unusable_or_obsolete()
    kept_connection()
    (found,) = whole(claimant_id=convocation.claimant_id)
    assert found == convocation
    assert connection.health_check_done


def test_no_other_question_is_asked_to_see_whether_the_server_is_there(kept_connection, monkeypatch):
    monkeypatch.setattr(connection, "is_usable", lambda: pytest.fail("asked for nothing"))
    connection.close_if_unusable_or_obsolete()
    assert whole(claimant_id=0) == []
    assert connection.health_check_done


def test_a_question_inside_a_transaction_is_never_asked_twice(kept_connection):
    @transaction.atomic
    def both() -> None:
        kept_connection()
        whole(claimant_id=0)

    with pytest.raises(OperationalError):
        both()


def test_a_question_that_is_wrong_is_not_asked_twice(kept_connection):
    connection.close_if_unusable_or_obsolete()
    with CaptureQueriesContext(connection) as asked, pytest.raises(ProgrammingError):
        ask("SELECT nothing_of_ours", [])
    assert len(asked) == 1


def test_whoever_waited_for_a_silent_server_does_not_wait_twice(kept_connection, monkeypatch):
    monkeypatch.setattr(PatientConnection, "patience", 0.2)
    connection.close_if_unusable_or_obsolete()
    started = time.monotonic()
    with pytest.raises(OperationalError, match="did not answer in time"):
        ask("SELECT pg_sleep(%s)", [5])
    assert time.monotonic() - started < 3


def test_what_is_annotated_comes_with_the_instances():
    convocation = factories.convocation()

    @prepared
    def annotated(claimant_id: int) -> Any:
        found = Convocation.objects.filter(claimant_id=claimant_id).select_related("agency")
        return found.annotate(town=F("agency__city"))

    (found,) = annotated(claimant_id=convocation.claimant_id)
    assert found.town == convocation.agency.city
