"""Every pair of colours that meets on a page keeps its contrast, in each way the page can be shown."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
TEXT = [
    *[
        (ink, ground)
        for ink in ("ink", "ink-soft", "brand", "brand-strong")
        for ground in ("page", "surface")
    ],
    *[(ink, "sunken") for ink in ("ink", "ink-soft", "brand")],
    *[(ink, "brand-soft") for ink in ("ink", "ink-soft", "brand", "brand-strong")],
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("on-convocation", "convocation"),
    ("invitation", "invitation-soft"),
    *[
        (ink, f"{tone}-soft")
        for tone in ("info", "success", "warning", "danger")
        for ink in (tone, "ink", "ink-soft")
    ],
    *[("danger", ground) for ground in ("page", "surface")],
]
EDGES = [
    *[("line-strong", ground) for ground in ("page", "surface", "sunken")],
    *[("focus", ground) for ground in ("page", "surface", "sunken", "brand-soft", "danger-soft")],
    *[("danger", ground) for ground in ("page", "surface")],
    *[("convocation", "surface"), ("invitation", "surface"), ("brand", "surface"), ("brand", "sunken")],
]


def modes() -> dict[str, dict[str, str]]:
    """The tokens as each reader gets them: later blocks overlay the earlier ones that also apply."""
    css = (STATIC / "css" / "tokens.css").read_text()
    css = css[: css.index("/* Bootstrap reads its own names")]
    blocks: dict[str, dict[str, str]] = {}
    for condition, body in re.findall(r"(?:@media ([^{]+) )?\{?\s*:root \{(.*?)\}", css, re.DOTALL):
        blocks[condition.strip()] = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", body))
    light = blocks[""]
    dark = light | blocks["(prefers-color-scheme: dark)"]
    more = light | blocks["(prefers-contrast: more)"]
    both = dark | blocks["(prefers-contrast: more)"]
    return {
        "light": light,
        "dark": dark,
        "more contrast": more,
        "more contrast, dark": both | blocks["(prefers-contrast: more) and (prefers-color-scheme: dark)"],
        "print": light | blocks["print"],
    }


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_says():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", modes())
def test_text_is_readable_on_every_ground(mode):
    tokens, least = modes()[mode], 7 if "more" in mode else 4.5
    poor = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in TEXT}
    assert {pair: round(value, 2) for pair, value in poor.items() if value < least} == {}


@pytest.mark.parametrize("mode", modes())
def test_edges_and_focus_can_be_seen_on_every_ground(mode):
    tokens = modes()[mode]
    poor = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in EDGES}
    assert {pair: round(value, 2) for pair, value in poor.items() if value < 3} == {}


def test_colours_are_written_in_the_tokens_alone():
    app = re.sub(r'url\(".*?"\)', "", (STATIC / "css" / "app.css").read_text())
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", app)) <= {"#000"}
