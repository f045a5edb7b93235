"""The small marks that templates ask for: an icon, the list of what is wrong in a form."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from hashlib import sha384
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.forms import BaseForm
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """`{% icon "phone" %}`: a drawing from static/vendor/lucide, silent for screen readers.

    The word beside it carries the meaning; there is no icon without a word.
    """
    return _drawing(name, extra)


@register.simple_tag
@cache
def script(path: str) -> SafeString:
    """`{% script "js/app.js" %}`: one of our scripts, run once the page is read.

    With the digest of what it is: a browser runs nothing that was changed on the way.
    """
    return format_html('<script src="{}" integrity="sha384-{}" defer></script>', static(path), _digest(path))


def _digest(path: str) -> str:
    """Give the SHA-384 of a static file as it is served."""
    if isinstance(staticfiles_storage, ManifestFilesMixin):
        with staticfiles_storage.open(staticfiles_storage.stored_name(path)) as file:
            content = file.read()
    else:
        content = Path(str(finders.find(path))).read_bytes()
    return b64encode(sha384(content).digest()).decode()


@cache
def _drawing(name: str, extra: str) -> SafeString:
    """Lists draw the same few icons a hundred times: each is put together once."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        extra,
        static("vendor/lucide/icons.svg"),
        name,
    )


# What a tone shows beside its colour.
TONE_ICONS = {
    "info": "info",
    "success": "circle-check",
    "warning": "hourglass",
    "danger": "circle-alert",
    "neutral": "",
}
LEVEL_TONES = {"urgent": "danger", "soon": "warning"}


@register.simple_tag
@cache
def bindingness_badge(binding: bool) -> SafeString:
    """`{% bindingness_badge c.is_binding %}`: convocation (full, square) or invitation (open, dashed), in words."""
    name, word, drawing = (
        ("convocation", "Convocation", "calendar-check")
        if binding
        else ("invitation", "Invitation", "mail-open")
    )
    return format_html('<span class="badge badge-{}">{}{}</span>', name, _drawing(drawing, ""), word)


@register.simple_tag
def state_badge(label: str, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """`{% state_badge "À confirmer" "warning" %}`: where a thing stands; the tone also shows as an icon."""
    return _badge(str(label), tone or "neutral", icon_name or TONE_ICONS[tone or "neutral"])


@register.simple_tag
def time_badge(left: str, level: str = "calm") -> SafeString:
    """`{% time_badge "demain" "urgent" %}`: what remains of a deadline, in a line of a list."""
    return _badge(left, LEVEL_TONES.get(level, "neutral"), "circle-alert" if level == "urgent" else "clock")


@lru_cache(maxsize=1024, typed=True)
def _badge(label: str, tone: str, icon_name: str) -> SafeString:
    """The few states of a list come back on every line: each badge is put together once.

    `typed`, or a trusted text would lend its trust to the same characters from a stranger.
    """
    drawing = _drawing(icon_name, "") if icon_name else ""
    return format_html('<span class="badge tone-{}">{}{}</span>', tone, drawing, label)


@register.simple_tag
def error_links(form: BaseForm) -> list[dict[str, str]]:
    """`{% error_links form as links %}`: each thing wrong, in the order of the page, and where to repair it.

    A group of radio buttons has no id of its own: its link goes to the first button.
    """
    links = [{"target": "", "text": str(text)} for text in form.non_field_errors()]
    for field in form:
        if not field.errors:
            continue
        target = "" if field.is_hidden else field.id_for_label or f"{field.auto_id}_0"
        label = "" if field.is_hidden else str(field.label).rstrip(" .:")
        label += " " if label.endswith("?") else "\u00a0: " if label else ""
        links += [{"target": target, "text": f"{label}{text}"} for text in field.errors]
    return links


@register.filter
def beside(columns: Sequence[object], cells: Iterable[object]) -> Iterable[tuple[object, object]]:
    """`{% for column, cell in columns|beside:line %}`: each cell with the column it stands in."""
    return zip(columns, cells, strict=True)


@register.inclusion_tag("components/bar_plot.html")
def bar_plot(
    title: str,
    rows: Sequence[dict[str, Any]],
    unit: str = "",
    reference: float | None = None,
    scale: float | None = None,
    *,
    figures: bool = True,
) -> dict[str, Any]:
    """`{% bar_plot "Charge par conseiller" rows "personnes" 150 %}`: bars drawn by the server in a table.

    Each row is {label, value, note}; `reference` draws a dashed line (a bar to reach or not to pass),
    `scale` is what a whole bar stands for, else the longest; without `figures` the note alone says the figure.
    """
    top = scale or max([row["value"] for row in rows] + [reference or 0, 1])
    bars = [
        {
            **row,
            "width": str(round(1000 * row["value"] / top)),
            "over": reference is not None and row["value"] > reference,
        }
        for row in rows
    ]
    mark = str(round(1000 * reference / top)) if reference else ""
    return {
        "title": title,
        "bars": bars,
        "unit": unit,
        "reference": reference,
        "mark": mark,
        "figures": figures,
    }
