"""The ground's rows: deadlines, journal, documents, parameters."""

from portal.core.models.deadline import Deadline
from portal.core.models.document import Document, DocumentFile, DocumentReading
from portal.core.models.erasure import ErasedLine, Erasure
from portal.core.models.journal import JournalEntry, JournalMark, JournalSeal
from portal.core.models.operations import Heartbeat, Outage, ParameterOverride

__all__ = [
    "Deadline",
    "Document",
    "DocumentFile",
    "DocumentReading",
    "ErasedLine",
    "Erasure",
    "Heartbeat",
    "JournalEntry",
    "JournalMark",
    "JournalSeal",
    "Outage",
    "ParameterOverride",
]
