"""What a person writes: a new message, or the next one."""

from collections.abc import Sequence
from typing import Any

from django import forms

from messaging.models import BODY_MAX, SUBJECT_MAX, Topic
from messaging.threads.messages import TooLong
from portal.core.french import first_up
from portal.core.safe.choosing import DocumentsForm


class WriteForm(DocumentsForm):
    """The next message of a thread, with documents."""

    submit_label = "Envoyer mon message"
    draft_label = "Garder le brouillon"

    body = forms.CharField(
        label="Votre message",
        max_length=BODY_MAX,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="Si vous parlez de votre santé, n’écrivez jamais de diagnostic.",
        error_messages={"required": "Écrivez votre message.", "max_length": TooLong.sentence},
    )

    field_order: Sequence[str] = ("body", "documents", "uploads", "as_one")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "documents" in self.fields:
            self.fields["documents"].label = "Joindre un document déjà envoyé"
        self.fields["uploads"].label = "Joindre des fichiers"


class NewForm(WriteForm):
    """The first message of a thread: about what, and its subject in a few words."""

    topic = forms.ChoiceField(
        label="À quel sujet\u202f?",
        choices=[
            ("", "Choisissez un sujet"),
            *((value, first_up(label)) for value, label in Topic.choices),
        ],
        help_text="Pour une réclamation, le délai de réponse est plus long\u00a0: elle est étudiée à part.",
    )
    subject = forms.CharField(
        label="Objet",
        max_length=SUBJECT_MAX,
        help_text="En quelques mots, pour retrouver cet échange.",
        error_messages={"required": "Écrivez en quelques mots l’objet de votre message."},
    )

    field_order = ("topic", "subject", "body", "documents", "uploads", "as_one")
