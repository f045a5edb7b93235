"""What is due: convocations and their proof, absences, justificatifs, calls."""

from convocations.models.absence import Absence, Explanation
from convocations.models.call import CallTask, CallTry
from convocations.models.convocation import Bindingness, Convocation, ConvocationBatch, Kind, Modality
from convocations.models.coverage import (
    Commune,
    CommuneName,
    CoverageEdition,
    FixedCoverage,
    MobileCoverage,
)
from convocations.models.displacement import Displacement
from convocations.models.evidence import DeliveryEvidence, Fact
from convocations.models.extension import Extension
from convocations.models.feed import CalendarFeed
from convocations.models.follow_up import FollowUpTask
from convocations.models.hold import SlotHold
from convocations.models.justificatif import Justificatif
from convocations.models.request import REQUEST_TO_ANSWER, ChangeRequest, SwornStatement

__all__ = [
    "REQUEST_TO_ANSWER",
    "Absence",
    "Bindingness",
    "CalendarFeed",
    "CallTask",
    "CallTry",
    "ChangeRequest",
    "Commune",
    "CommuneName",
    "Convocation",
    "ConvocationBatch",
    "CoverageEdition",
    "DeliveryEvidence",
    "Displacement",
    "Explanation",
    "Extension",
    "Fact",
    "FixedCoverage",
    "FollowUpTask",
    "Justificatif",
    "Kind",
    "MobileCoverage",
    "Modality",
    "SlotHold",
    "SwornStatement",
]
