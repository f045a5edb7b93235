"""The form people send files with: several at once, photos as pages of one document, the good ones always kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from portal.core import parameters
from portal.core.documents.limits import MEGABYTE
from portal.core.forms import HouseForm
from portal.core.french import NBSP
from portal.core.journal import Actor
from portal.core.models import Document
from portal.core.safe.receiving import receive

# A phone offers its camera for these; what a file really is decides in the end (documents.sniffing).
_ACCEPTED = "application/pdf,image/jpeg,image/png,image/heic,image/heif,.pdf,.jpg,.jpeg,.png,.heic,.heif"


class _SeveralFiles(forms.ClearableFileInput):
    """One field for several files."""

    allow_multiple_selected = True


class FilesForm(HouseForm, forms.Form):
    """Files to send. The form is given the texts only (`request.POST`); its files go through `keep`."""

    one_time = True

    uploads = forms.FileField(label="Ajouter des fichiers", required=False)
    as_one = forms.BooleanField(label="Ces photos sont les pages d’un même document", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = parameters.current()
        field = self.fields["uploads"]
        field.widget = _SeveralFiles(attrs={"multiple": True, "accept": _ACCEPTED})
        field.help_text = (
            "Une photo lisible convient. PDF, JPEG, PNG ou HEIC, "
            f"{numbers.upload_max_bytes // MEGABYTE}{NBSP}Mo et {numbers.upload_max_files}{NBSP}fichiers au plus."
        )

    def keep(
        self,
        files: Sequence[UploadedFile[bytes]],
        *,
        owner: Any,
        by: Actor,
        title: str = "",
        is_health: bool = False,
        now: datetime,
    ) -> tuple[list[Document], list[str]]:
        """Keep the good files in the person's safe; give them, and a sentence for each of the others.

        Raises a Refusal when the store takes nothing now.
        """
        as_one = self["as_one"].value() in (True, "on")
        sent = receive(files, owner=owner, by=by, title=title, is_health=is_health, as_one=as_one, now=now)
        return sent.documents, [f"«{NBSP}{file.name}{NBSP}»{NBSP}: {file.sentence}" for file in sent.refused]
