"""The versions of the barème that come with the product: files, checked, put into the database by `migrate`.

A file is never changed once it was shipped: what changes is a new file, with a code of its own.
"""

import json
import logging
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps as installed
from django.db import transaction

from measures.models import EVERYWHERE, Breach, Outcome, Situation, Unit
from portal.core.working_time import Territory

FOLDER = Path(__file__).parent / "data"
_HEAD = {"code", "title", "source", "territory", "valid_from", "valid_to", "repeat_months", "rules"}
_RULE = {"breach", "situation", "rank", "outcome", "article"}
_TAKES = {"share", "length", "unit"}
_CHOICES = {"breach": Breach, "situation": Situation, "outcome": Outcome, "unit": Unit}
_log = logging.getLogger(__name__)


class WrongFile(ValueError):
    """A shipped file does not say what a version has to say."""


def files() -> list[Path]:
    """Every version that comes with the product, the oldest first."""
    return sorted(FOLDER.glob("*.json"), key=lambda path: str(read(path)["valid_from"]))


def codes() -> set[str]:
    """The codes of the versions that come with the product."""
    return {path.stem for path in FOLDER.glob("*.json")}


def read(path: Path) -> dict[str, Any]:
    """Read one file: the columns of a version, and under `rules` those of each rule. Raises `WrongFile`."""
    said = json.loads(path.read_text(encoding="utf-8"))
    _require(set(said) == _HEAD, path, f"keys {sorted(set(said) ^ _HEAD)}")
    _require(said["code"] == path.stem, path, "its name is not its code")
    _require(
        bool(said["title"] and said["source"] and said["rules"]), path, "title, source or rules are empty"
    )
    _require(said["territory"] in {EVERYWHERE, *Territory.values}, path, "its territory is unknown")
    days = {name: said[name] and date.fromisoformat(said[name]) for name in ("valid_from", "valid_to")}
    return {**said, **days, "rules": [_rule(path, rule) for rule in said["rules"]]}


def put_in_place(sender: Any, using: str, apps: Any = installed, **kwargs: Any) -> None:
    """After `migrate`, write the versions whose code is not known yet; those known are never touched.

    After `migrate` and not in one: a database emptied by a test, or by hand, has them again. One whose days
    another version already covers stays a draft: an administrator publishes it, and closes the other.
    """
    try:
        version, rule = apps.get_model("measures", "BaremeVersion"), apps.get_model("measures", "BaremeRule")
    except LookupError:  # a database on its way back to before this table
        return
    known = set(version._base_manager.using(using).values_list("code", flat=True))
    for path in files():
        if path.stem not in known:
            with transaction.atomic(using=using):
                _write(version._base_manager.using(using), rule._base_manager.using(using), read(path))


def _write(versions: Any, rules: Any, said: Mapping[str, Any]) -> None:
    row = versions.create(**{name: value for name, value in said.items() if name != "rules"})
    rules.bulk_create(rules.model(version_id=row.pk, **rule) for rule in said["rules"])
    covered = versions.filter(territory=row.territory, state="PUBLISHED").exclude(valid_to__lt=row.valid_from)
    if row.valid_to is not None:
        covered = covered.filter(valid_from__lte=row.valid_to)
    if covered.exists():
        _log.warning("bareme %s waits as a draft: another version covers its days", row.code)
        return
    # In force since its first day: the product states the past, nobody publishes it (`published_by` is empty).
    at = datetime.combine(row.valid_from, datetime.min.time(), ZoneInfo("Europe/Paris"))
    versions.filter(pk=row.pk).update(**{"state": "PUBLISHED", "published_at": at})


def _rule(path: Path, said: dict[str, Any]) -> dict[str, Any]:
    takes_nothing = said.get("outcome") == Outcome.AVERTISSEMENT
    wanted = _RULE if takes_nothing else _RULE | _TAKES
    _require(set(said) - {"condition"} == wanted, path, f"a rule's keys {sorted(set(said) ^ wanted)}")
    for name, choices in _CHOICES.items():
        _require(said.get(name, Unit.MONTHS) in choices.values, path, f"{name} {said.get(name)}")
    columns = {name: value for name, value in said.items() if name not in ("share", "length")}
    for name in ("share", "length"):
        columns[f"{name}_min"], columns[f"{name}_max"] = said.get(name, (0, 0))
    return columns


def _require(holds: bool, path: Path, what: str) -> None:
    if not holds:
        raise WrongFile(f"{path.name}: {what}")
