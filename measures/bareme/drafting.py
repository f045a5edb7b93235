"""Prepare the next version of the barème: a draft is copied from a version, and changed until it is published."""

import re
from datetime import date, datetime

from django.db import transaction

from measures import deeds
from measures.models import BaremeRule, BaremeVersion
from measures.states import VersionState
from portal.core import journal
from portal.core.journal import Actor
from portal.core.transitions import Refusal

# As long as the column is.
_CODE = re.compile(r"(?=.{1,40}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
_COPIED = ("title", "source", "territory", "repeat_months")


class CodeTaken(Refusal):
    sentence = "Ce code est déjà celui d’une autre version. Choisissez-en un autre."


class WrongCode(Refusal):
    sentence = "Écrivez le code en minuscules sans accent, chiffres et tirets. Exemple : fr-2027-01-01."


class NoLongerADraft(Refusal):
    """Somebody published or withdrew it meanwhile."""

    def __init__(self, version: BaremeVersion) -> None:
        super().__init__(
            f"La version « {version.code} » est {version.get_state_display()} : elle ne change plus. "
            "Préparez une nouvelle version à partir de celle-ci."
        )


def draft_from(version_id: int, *, code: str, valid_from: date, by: Actor, now: datetime) -> BaremeVersion:
    """Copy a version, with all it permits, as a draft that nobody is measured by.

    Its end stays open: the version after it will set it. Raises `WrongCode`, `CodeTaken`.
    """
    with transaction.atomic():
        # Held in one order with who publishes: of two who take one code, the second is told so.
        copied = hold_all()[version_id]
        if not _CODE.fullmatch(code):
            raise WrongCode
        if BaremeVersion.objects.filter(code=code).exists():
            raise CodeTaken
        draft = BaremeVersion.objects.create(
            code=code, valid_from=valid_from, **{name: getattr(copied, name) for name in _COPIED}
        )
        rules = list(copied.rules.all())
        for rule in rules:
            rule.pk, rule.version = None, draft
        BaremeRule.objects.bulk_create(rules)
        data = {"code": code, "copied": copied.code}
        journal.record(deeds.BAREME_DRAFTED, by=by, now=now, subject_id=draft.pk, data=data)
        return draft


def hold(version_id: int) -> BaremeVersion:
    """Hold a draft while its fields and rules are changed. Raises `NoLongerADraft`."""
    version: BaremeVersion = BaremeVersion.objects.select_for_update(no_key=True).get(pk=version_id)
    if version.state != VersionState.DRAFT:
        raise NoLongerADraft(version)
    return version


def hold_all() -> dict[int, BaremeVersion]:
    """Hold every version, in one order everywhere: they are few, and what one may do depends on the others."""
    rows = BaremeVersion.objects.select_for_update(no_key=True).order_by("pk")
    return {version.pk: version for version in rows}
