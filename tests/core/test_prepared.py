"""A question compiled once answers as the queryset it was written with."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from convocations.models import Convocation
from portal.core.models import Outage
from portal.core.prepared import prepared
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
