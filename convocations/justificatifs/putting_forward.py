"""Put documents forward for what they back: an advisor reviews each, and the safe keeps them longer."""

from collections.abc import Sequence
from datetime import datetime

from convocations import deeds
from convocations.models import Absence, ChangeRequest, Explanation, Justificatif
from convocations.motives import RULES, Motive
from portal.core import journal, parameters
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.safe import retention
from portal.core.working_time import end_of_period


def put_forward(
    backed: Absence | ChangeRequest,
    documents: Sequence[Document],
    *,
    motive: str,
    explanation: Explanation | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Ask the advisor to review each document; one already put forward for the same thing is not asked again."""
    if not documents:
        return
    is_health = bool(motive) and RULES[Motive(motive)].is_health
    retention.keep_longer([document.pk for document in documents], is_health=is_health, now=now)
    absence = backed if isinstance(backed, Absence) else None
    request = backed if isinstance(backed, ChangeRequest) else None
    review_by = review_due(backed, now)
    Justificatif.objects.bulk_create(
        (
            Justificatif(
                document=document,
                absence=absence,
                request=request,
                explanation=explanation,
                claimant_id=backed.claimant_id,
                advisor_id=backed.advisor_id,
                sent_at=now,
                review_by=review_by,
            )
            for document in documents
        ),
        ignore_conflicts=True,
    )
    journal.record_all(
        (
            journal.Line(
                deeds.PUT_FORWARD if absence else deeds.PUT_FORWARD_FOR_REQUEST,
                file_id=backed.claimant_id,
                subject_id=backed.pk,
                data={"ref": str(backed.ref), "document": document.title},
            )
            for document in documents
        ),
        by=by,
        now=now,
    )


def review_due(backed: Absence | ChangeRequest, now: datetime) -> datetime:
    """Say by when the advisor is to have read a document sent now."""
    days = parameters.current().justificatif_review_jours_ouvrables
    return end_of_period(now, jours_ouvrables=days, territory=backed.agency.place)
