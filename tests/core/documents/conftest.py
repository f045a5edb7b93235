import pytest

from portal.core.documents.sandbox import caller


@pytest.fixture(scope="session", autouse=True)
def _closed_room():
    """The warm room serves a whole test process and leaves with it."""
    yield
    caller.close()
