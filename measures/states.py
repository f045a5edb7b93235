"""The life cycles of product §§7 and 8, one table each; the only lists of states in the code."""

from django.db import models

from portal.core.transitions import transitions


class VersionState(models.TextChoices):
    DRAFT = "DRAFT", "en préparation"
    PUBLISHED = "PUBLISHED", "publiée"
    # Taken back before any case used it.
    WITHDRAWN = "WITHDRAWN", "retirée"


_V = VersionState
VERSION_TRANSITIONS = transitions(
    {_V.DRAFT: {_V.PUBLISHED}, _V.PUBLISHED: {_V.WITHDRAWN}, _V.WITHDRAWN: set()}
)
