"""Every number a deployment may change, typed, in one place, with its meaning and its bounds.

The defaults are the product's; `docs/parameters.md` is printed from `declared`. A deployment changes one
in the back office (`changing`): a `ParameterOverride` row, read at most every ten seconds by each process
(`in_force`). Numbers the law fixes are no parameters: they stand in the process that applies them, with
their article.
"""

from portal.core.parameters.declared import DEFAULTS, FIELDS, MEGABYTE, Parameters, printed
from portal.core.parameters.in_force import check_override, checked, current, forget, load_overrides, merged

__all__ = [
    "DEFAULTS",
    "FIELDS",
    "MEGABYTE",
    "Parameters",
    "check_override",
    "checked",
    "current",
    "forget",
    "load_overrides",
    "merged",
    "printed",
]
