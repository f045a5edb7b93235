"""What is due: convocations and their proof, absences, justificatifs, calls."""

from convocations.models.absence import Absence, Explanation
from convocations.models.call import CallTask, CallTry
from convocations.models.convocation import Bindingness, Convocation, ConvocationBatch, Kind, Modality
from convocations.models.displacement import Displacement
from convocations.models.evidence import DeliveryEvidence, Fact
from convocations.models.extension import Extension
from convocations.models.follow_up import FollowUpTask
from convocations.models.hold import SlotHold
from convocations.models.justificatif import Justificatif

__all__ = [
    "Absence",
    "Bindingness",
    "CallTask",
    "CallTry",
    "Convocation",
    "ConvocationBatch",
    "DeliveryEvidence",
    "Displacement",
    "Explanation",
    "Extension",
    "Fact",
    "FollowUpTask",
    "Justificatif",
    "Kind",
    "Modality",
    "SlotHold",
]
