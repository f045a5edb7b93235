"""Keep what a person sends with a lifting, an appeal or a mediation, and its fingerprint."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from measures.models import Annex, Case
from portal.core.fingerprint import content_hash
from portal.core.models import Document
from portal.core.safe import retention


def documents_of(case: Case, document_ids: Sequence[int]) -> list[Document]:
    """Read the documents that are the person's own; anybody else's are not there."""
    return list(Document.objects.filter(pk__in=document_ids, owner_id=case.claimant_id).order_by("pk"))


def fingerprint(ref: str, text: str, documents: Sequence[Document], now: datetime) -> bytes:
    """Digest what was sent: what both sides' receipts print."""
    return content_hash(
        {
            "ref": ref,
            "text": text,
            "documents": [bytes(document.sha256).hex() for document in documents],
            "given_at": now.isoformat(),
        }
    )


def keep(documents: Sequence[Document], now: datetime, **act: Any) -> None:
    """Join documents to what they were sent with (`lift`, `gracious` or `mediation`), and keep them longer."""
    Annex.objects.bulk_create(Annex(document=document, added_at=now, **act) for document in documents)
    retention.keep_longer([document.pk for document in documents], is_health=False, now=now)
