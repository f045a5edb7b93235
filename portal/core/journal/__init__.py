"""The journal: who did what to which file, sealed in batches into a hash chain (docs/journal.md)."""

from portal.core.journal.erasing import ERASED, empty_lines, record_erasure
from portal.core.journal.sealing import seal
from portal.core.journal.verifying import Break, Verdict, head, knows, verify
from portal.core.journal.writing import (
    PORTAL,
    Actor,
    JournalCode,
    Line,
    code,
    codes,
    record,
    record_all,
    sentence,
)

__all__ = [
    "ERASED",
    "PORTAL",
    "Actor",
    "Break",
    "JournalCode",
    "Line",
    "Verdict",
    "code",
    "codes",
    "empty_lines",
    "head",
    "knows",
    "record",
    "record_all",
    "record_erasure",
    "seal",
    "sentence",
    "verify",
]
