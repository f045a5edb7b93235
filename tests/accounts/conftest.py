"""What the tests of «who» share: no waiting, and the mails that were owed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from accounts import signals
from accounts.models import User
from accounts.web import entrance


@dataclass
class OwedMail:
    email: str
    user: User
    template_prefix: str
    context: dict[str, Any]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer at once: the tests of the equal time set their own."""
    monkeypatch.setattr(entrance, "UNIFORM_SECONDS", 0)


@pytest.fixture
def owed_mails() -> Iterator[list[OwedMail]]:
    """The account mails owed during the test, in order."""
    mails: list[OwedMail] = []

    def receive(sender: Any, email: str, user: User, template_prefix: str, context: dict, **_: Any) -> None:
        mails.append(OwedMail(email, user, template_prefix, context))

    signals.account_mail.connect(receive)
    yield mails
    signals.account_mail.disconnect(receive)
