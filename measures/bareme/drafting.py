"""Prepare the next version of the barème: a draft is a copy, changed until it is published, or dropped."""

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


class NoLongerThere(Refusal):
    """Somebody dropped it meanwhile."""

    sentence = "Ce brouillon n’existe plus : quelqu’un l’a supprimé."


def draft_from(version_id: int, *, code: str, valid_from: date, by: Actor, now: datetime) -> BaremeVersion:
    """Copy a version, with all it permits, as a draft that nobody is measured by.

    Its end stays open: the version after it will set it. Raises `WrongCode`, `CodeTaken`, `NoLongerThere`.
    """
    with transaction.atomic():
        # Held in one order with who publishes: of two who take one code, the second is told so.
        copied = held(version_id)[0]
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


def drop(version_id: int, *, by: Actor, now: datetime) -> None:
    """Remove a draft with all it would have permitted: nobody was ever measured by it.

    The journal keeps that it was there, and who removed it. Raises `NoLongerThere`, `NoLongerADraft`.
    """
    with transaction.atomic():
        version = hold(version_id)
        version.rules.all().delete()
        version.delete()
        data = {"code": version.code}
        journal.record(deeds.BAREME_DROPPED, by=by, now=now, subject_id=version_id, data=data)


def hold(version_id: int) -> BaremeVersion:
    """Hold a draft while its fields and rules are changed. Raises `NoLongerThere`, `NoLongerADraft`."""
    version: BaremeVersion | None = (
        BaremeVersion.objects.select_for_update(no_key=True).filter(pk=version_id).first()
    )
    if version is None:
        raise NoLongerThere
    if version.state != VersionState.DRAFT:
        raise NoLongerADraft(version)
    return version


def held(version_id: int) -> tuple[BaremeVersion, list[BaremeVersion]]:
    """Hold every version, in one order everywhere, and give one of them and all.

    They are few, and what one may do depends on the others. Raises `NoLongerThere`.
    """
    rows = list(BaremeVersion.objects.select_for_update(no_key=True).order_by("pk"))
    version = next((row for row in rows if row.pk == version_id), None)
    if version is None:
        raise NoLongerThere
    return version, rows
