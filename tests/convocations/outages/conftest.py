"""An absence whose period an outage may touch."""

from datetime import date

import pytest

from convocations.models import Absence
from tests.convocations.outages.days import absence_of, last_day_of


@pytest.fixture
def absence() -> Absence:
    """Wednesday 2 December: the last day to explain is Wednesday 9."""
    row = absence_of()
    assert last_day_of(row) == date(2026, 12, 9)
    return row
