"""Which documents of a case its delegates may open; each opening is written down (`portal.core.safe.delivery`)."""

from datetime import datetime

from django.db.models import Q

from accounts.models import DecisionMaker
from measures.models import Case
from measures.states import CASE_WITHOUT_EFFECT
from portal.core.models import Document


def may_read(document: Document, delegate: DecisionMaker, *, now: datetime) -> bool:
    """Say whether a delegate may open a document: of a case of their region that is in sight and has an effect.

    One of health opens to whoever examines the case, and to who reads its decision a second time (product §5);
    sent with an appeal or a wish to lift, to those who may answer.
    """
    cases = (
        Case.objects.visible_to(delegate)
        .in_sight(now)
        .filter(
            Q(pieces__document_id=document.pk)
            | Q(lifts__annexes__document_id=document.pk)
            | Q(appeals__gracious__annexes__document_id=document.pk)
            | Q(appeals__mediations__annexes__document_id=document.pk)
        )
        .exclude(state__in=CASE_WITHOUT_EFFECT)
    )
    if document.is_health:
        reads_second = Case.objects.to_read_second(delegate).order_by().values("pk")
        cases = cases.filter(
            Q(decider=delegate)
            | Q(pk__in=reads_second)
            | Q(lifts__annexes__document_id=document.pk)
            | Q(appeals__gracious__annexes__document_id=document.pk)
        )
    return cases.exists()
