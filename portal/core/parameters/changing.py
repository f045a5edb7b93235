"""A deployment changes one of its numbers."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from portal.core import journal
from portal.core.models import ParameterOverride
from portal.core.parameters.declared import DEFAULTS, FIELDS
from portal.core.parameters.in_force import check_override, forget, load_overrides, merged
from portal.core.transitions import Refusal

CHANGED = journal.code(
    40,
    "parameter_changed",
    "{actor} a changé le paramètre «\u00a0{label}\u00a0»\u00a0: {after} au lieu de {before}.",
    shown_to_claimant=False,
)


class ParameterRefused(Refusal):
    """The value is mistyped, out of bounds, or at odds with another parameter; `sentence` says which."""


@transaction.atomic
def change(key: str, value: object, *, by: journal.Actor, now: datetime) -> None:
    """Put one number of this deployment in force, in every process within ten seconds.

    The value of the default, like None, takes the override away. Raises `ParameterRefused`.
    """
    # Two administrators may change two numbers that depend on each other: they come one after the other.
    # No row may exist yet to lock; readers do not wait for this lock.
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE core_parameteroverride IN SHARE ROW EXCLUSIVE MODE")
    if value is None and key in FIELDS:
        value = getattr(DEFAULTS, key)
    try:
        value = check_override(key, value)
    except ValidationError as refused:
        raise ParameterRefused(" ".join(refused.messages)) from refused
    before = getattr(merged(load_overrides()), key)
    if value == getattr(DEFAULTS, key):
        ParameterOverride.objects.filter(key=key).delete()
    else:
        ParameterOverride.objects.update_or_create(key=key, defaults={"value": value})
    data = {"key": key, "label": FIELDS[key].metadata["label"], "before": before, "after": value}
    journal.record(CHANGED, by=by, now=now, data=data)
    transaction.on_commit(forget)
