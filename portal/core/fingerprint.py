"""The fingerprint of what a person was shown or sent: what both sides' receipts print."""

import hashlib
import json
from typing import Any


def content_hash(shown: dict[str, Any]) -> bytes:
    """Digest what a person is shown: SHA-256 of its sorted JSON, the same on both sides' receipts."""
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).digest()
