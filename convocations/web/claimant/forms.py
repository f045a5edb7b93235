"""What a person fills in: the explanation of an absence, what completes a justificatif."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms

from convocations.motives import TO_EXPLAIN, choices
from portal.core.french import short_date
from portal.core.models import Document
from portal.core.models.document import DocumentState
from portal.core.safe.sending import FilesForm

SWORN = "Je déclare sur l’honneur que ce que j’écris ici est exact."


class DocumentsForm(FilesForm):
    """Documents already in the person's safe, and new files."""

    submit_label = "Envoyer"

    documents = forms.MultipleChoiceField(
        label="Reprendre un document déjà envoyé", required=False, widget=forms.CheckboxSelectMultiple
    )

    field_order: Sequence[str] = ("documents", "uploads", "as_one")

    def __init__(self, *args: Any, owned: Sequence[Document], tz: tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(document.ref), _named(document, tz)) for document in owned]
        if choices:
            self.fields["documents"].choices = choices  # type: ignore[attr-defined]
            self.fields["documents"].help_text = "Vous n’avez pas à renvoyer ce que nous avons déjà."
        else:
            del self.fields["documents"]


class ExplanationForm(DocumentsForm):
    """What happened, in the person's own words, with what backs it."""

    submit_label = "Envoyer mon explication"

    motive = forms.ChoiceField(
        label="Quelle est la raison de votre absence\u202f?",
        choices=choices(TO_EXPLAIN),
    )
    text = forms.CharField(
        label="Que s’est-il passé\u202f?",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Quelques phrases suffisent. Pour votre santé, n’écrivez jamais de diagnostic.",
    )
    sworn = forms.BooleanField(label=SWORN, required=False)

    field_order = ("motive", "text", "documents", "uploads", "as_one", "sworn")

    @property
    def helper(self) -> FormHelper:
        """Put what backs each reason right after the choice of the reason."""
        helper = super().helper
        rules = HTML('{% include "convocations/claimant/motive_rules.html" %}')
        rest = [name for name in self.fields if name != "motive"]
        helper.layout = Layout("motive", rules, *rest)
        return helper


def _named(document: Document, tz: tzinfo) -> str:
    sent = f"{document.title}, envoyé le {short_date(document.uploaded_at.astimezone(tz))}"
    return f"{sent} (vérification en cours)" if document.state == DocumentState.QUARANTINED else sent
