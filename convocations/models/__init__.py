"""What is due: convocations and their proof, absences, justificatifs, calls."""

from convocations.models.absence import Absence, Explanation
from convocations.models.call import CallTask, CallTry
from convocations.models.convocation import Bindingness, Convocation, ConvocationBatch, Kind, Modality
from convocations.models.displacement import Displacement
from convocations.models.evidence import DeliveryEvidence, Fact
from convocations.models.extension import Extension
from convocations.models.hold import SlotHold
from convocations.models.justificatif import Justificatif
from convocations.models.request import ChangeRequest, SwornStatement

__all__ = [
    "Absence",
    "Bindingness",
    "CallTask",
    "CallTry",
    "ChangeRequest",
    "Convocation",
    "ConvocationBatch",
    "DeliveryEvidence",
    "Displacement",
    "Explanation",
    "Extension",
    "Fact",
    "Justificatif",
    "Kind",
    "Modality",
    "SlotHold",
    "SwornStatement",
]
