"""The address a mail is returned to: it names its row, and only we can have written it.

`retours+<row>-<recipient>-<signature>@…` is the envelope's sender. A bounce comes back to it, so the row is known
whatever the bounce says, and nobody can forge one for a mail they have not seen. The recipient is a digest: it
tells whether the mail went to the address the account has today.
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac

_RETURNED = re.compile(r"[^@\s]{1,60}\+(\d{1,18})-([0-9a-f]{8})-([0-9a-f]{16})@[^@\s]{1,253}")


@dataclass(frozen=True, slots=True)
class Returned:
    """Which row a mail came back about, and a digest of the address it went to."""

    row_id: int
    recipient: str


def return_address(row_id: int, recipient: str) -> str:
    """Make the envelope's sender of one mail; empty where the deployment takes no returns in by e-mail."""
    local, _, domain = str(settings.RETURN_ADDRESS).rpartition("@")
    if not local:
        return ""
    digest = recipient_digest(recipient)
    return f"{local}+{row_id}-{digest}-{_signature(row_id, digest, settings.SECRET_KEY)}@{domain}"


def read(address: str) -> Returned | None:
    """Read an address that we wrote; None for any other."""
    found = _RETURNED.fullmatch(address.strip().strip("<>").lower())
    if found is None:
        return None
    row_id, digest, signature = int(found[1]), found[2], found[3]
    if not any(hmac.compare_digest(signature, _signature(row_id, digest, key)) for key in _keys()):
        return None
    return Returned(row_id, digest)


def recipient_digest(address: str) -> str:
    """Tell addresses apart without writing them down."""
    return _hmac("recipient", normal(address), settings.SECRET_KEY)[:8]


def is_recipient(returned: Returned, address: str) -> bool:
    """Say whether the mail went to this very address."""
    given = normal(address)
    return any(hmac.compare_digest(returned.recipient, _hmac("recipient", given, key)[:8]) for key in _keys())


def normal(address: str) -> str:
    """Write an address as two of them are compared: lower case, the domain as servers write it."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return f"{local}@{domain}"


def _signature(row_id: int, digest: str, key: str) -> str:
    return _hmac("row", f"{row_id}-{digest}", key)[:16]


def _hmac(purpose: str, value: str, key: str) -> str:
    return salted_hmac(f"messaging.returns.{purpose}", value, secret=key, algorithm="sha256").hexdigest()


def _keys() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from map(str, settings.SECRET_KEY_FALLBACKS)
