"""Look at one page by machine: axe, our own checks, the standard's parser; in light, dark, large, narrow, printed.

    eye = Eye(context)
    eye.open(address)
    assert eye.wrong() == []

`wrong()` costs about a second: everything is asked of one loaded page, which is resized and recoloured
instead of being loaded again.
"""

from pathlib import Path
from typing import Any

import html5lib
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Response

LOOKS = (Path(__file__).parent / "looks.js").read_text()
# Half a megabyte: every document finds it at its start, instead of being sent it before each look.
AXE = Axe().axe_script
# All rules; of their results what is read. (Those that passed and those that found nothing are ten times as many.)
# No sheets and films fetched beforehand, a tenth of the time: for a rule that is off and for films, which no page has.
RUN_AXE = """async () => {
  const { violations, incomplete } = await axe.run({ resultTypes: ["violations", "incomplete"], preload: false });
  return { violations, incomplete };
}"""
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1440, "height": 900}
# A screen 1,280 px wide at 200 % zoom.
ZOOMED = {"width": 640, "height": 450}
# WCAG 1.4.12: nobody's own text spacing may cut or hide a word.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
PLAIN = "() => { document.adoptedStyleSheets = [] }"
LARGE_TEXT = "() => { document.documentElement.style.fontSize = '200%' }"
PLAIN_TEXT = "() => { document.documentElement.style.removeProperty('font-size') }"

# What axe leaves to a person's eye, and who has looked: (rule, its reason) -> why it is well.
# Colours are measured for every pair of tokens, in each look, by tests/web/test_contrast.py.
EXPLAINED = {
    ("color-contrast", "bgOverlap"): "a focus ring or a stretched link lies over the words",
    ("color-contrast", "pseudoContent"): "an icon drawn by ::before, not behind the words",
    ("color-contrast", "shortTextContent"): "a single sign: ›, ·",
    ("color-contrast", "elmPartiallyObscured"): "a checkbox of the list stands beside its stretched link",
    ("color-contrast", "elmPartiallyObscuring"): "the same, from the other side",
    ("color-contrast", "bgGradient"): "the edge of a ticket",
    ("th-has-data-cells", None): "an empty table of Django's: its headers wait for rows",
    ("color-contrast", "bgImage"): "the arrow of a list to choose from stands beside its words",
    (
        "frame-tested",
        None,
    ): "the demo shows a mail in a frame without scripts; the mail is looked at by itself",
}

# A busy browser may paint the page once more as it was: looked at only once it says what it is and nothing is on
# its way any more, for two frames, when every rule of the new look has been drawn.
SETTLED = """look => new Promise(done => {
  const end = performance.now() + 10_000;
  const ready = () => matchMedia(look).matches && !document.getAnimations().some(one => one instanceof CSSTransition);
  let frames = -1;
  const ask = () => {
    frames = ready() ? frames + 1 : -1;
    if (frames === 2 || performance.now() > end) done();
    else requestAnimationFrame(ask);
  };
  ask();
})"""


class Eye:
    """One tab, opened on page after page."""

    def __init__(self, context: BrowserContext) -> None:
        context.set_default_timeout(30_000)
        context.add_init_script(AXE)
        context.add_init_script(LOOKS)
        self.page: Page = context.new_page()
        self._size: Any = None
        self._media: dict[str, Any] = {}
        self.answer: Response | None = None
        self.said: list[str] = []
        self.page.on("response", self._keep)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _keep(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.answer = response

    def _hear(self, message: Any) -> None:
        # A page that answers 4xx or 5xx on purpose is itself said to have failed.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.said.append(message.text)

    def open(self, address: str) -> Response:
        """Go to a page, narrow and light."""
        self._dress(NARROW, color_scheme="light", media="screen", forced_colors="none")
        self.said.clear()
        answer = self.page.goto(address)
        assert answer is not None, address
        return answer

    def _look(self, size: Any, **media: Any) -> None:
        self._dress(size, **media)
        said = [self._media["media"], f"(width: {self._size['width']}px)"]
        if said[0] == "screen" and self._media["forced_colors"] == "none":
            said.append(f"(prefers-color-scheme: {self._media['color_scheme']})")
        self.page.evaluate(SETTLED, " and ".join(said))

    def _dress(self, size: Any, **media: Any) -> None:
        """Ask the browser for another look, of what is not so yet."""
        if media.items() - self._media.items():
            self._media |= media
            self.page.emulate_media(reduced_motion="reduce", **media)
        if size != self._size:
            self._size = size
            self.page.set_viewport_size(size)

    def wrong(self, *, thoroughly: bool = True) -> list[Any]:
        """Say all that is wrong with the page as it stands."""
        wrong = self._all_wrong(thoroughly)
        if self.page.url.endswith("/html"):
            # A mail alone: its frame, its focus and its paper are those of the reader's own programme.
            theirs = {"landmark-one-main", "region", "frame", "focus", "on paper paper"}
            wrong = [one for one in wrong if not theirs & set(map(str, _flat(one)))]
        return wrong

    def _all_wrong(self, thoroughly: bool) -> list[Any]:
        self._look(NARROW, color_scheme="light", media="screen", forced_colors="none")
        wrong: list[Any] = [*self.said, *self._axe()]
        wrong += self._see("overflow", "cut", "small", "frame", "typography")
        if not thoroughly:
            return wrong
        wrong += self._validity()
        self.page.keyboard.press("Tab")
        wrong += self._see("focus", "moving")
        self.page.evaluate(SPACED)
        wrong += self._see("overflow", "cut", under="spaced ")
        self.page.evaluate(PLAIN)
        self._look(ZOOMED)
        wrong += self._see("overflow", under="at 200 % ")
        self.page.evaluate(LARGE_TEXT)
        self._look({"width": 1280, "height": 900})
        wrong += self._see("overflow", "cut", under="text at 200 % ")
        self.page.evaluate(PLAIN_TEXT)
        self._look(WIDE, color_scheme="dark")
        wrong += [("dark", one) for one in self._axe()]
        wrong += self._see("overflow", "cut", "small", under="wide ")
        self._look(WIDE, forced_colors="active")
        wrong += self._see("forced")
        self._look({"width": 718, "height": 1000}, media="print", forced_colors="none")
        wrong += self._see("overflow", "paper", under="on paper ")
        self._look(NARROW, media="screen", color_scheme="light")
        return wrong

    def _see(self, *checks: str, under: str = "") -> list[tuple[str, str]]:
        found = self.page.evaluate(
            "names => Object.fromEntries(names.map(name => [name, window.looks[name]()]))", list(checks)
        )
        return [(under + name, one) for name, several in found.items() for one in several[:8]]

    def _axe(self) -> list[Any]:
        results = self.page.evaluate(RUN_AXE)
        wrong: list[Any] = [
            (rule["id"], [node["html"][:160] for node in rule["nodes"]][:4]) for rule in results["violations"]
        ]
        for rule in results["incomplete"]:
            for node in rule["nodes"]:
                said = [one.get("data") for one in node["any"]]
                reasons = {one.get("messageKey") for one in said if isinstance(one, dict)} or {None}
                if any((rule["id"], reason) not in EXPLAINED for reason in reasons):
                    wrong.append(("incomplete", rule["id"], sorted(map(str, reasons)), node["html"][:160]))
        return wrong

    def _validity(self) -> list[Any]:
        """Read the page as it came, as strictly as the standard does: no tag out of place, none left open."""
        assert self.answer is not None
        parser = html5lib.HTMLParser()
        parser.parse(self.answer.text())
        return [("invalid HTML", place, error, facts) for place, error, facts in parser.errors][:6]


def _flat(finding: Any) -> list[Any]:
    return (
        [part for one in finding for part in _flat(one)] if isinstance(finding, tuple | list) else [finding]
    )


def together(wrong: dict[str, list[Any]]) -> str:
    """The findings of many pages, for people to read: each once, with the pages it stands on."""
    pages: dict[str, list[str]] = {}
    for page, several in wrong.items():
        for one in several:
            pages.setdefault(str(one), []).append(page)
    return "\n".join(
        f"{finding}\n    on {', '.join(sorted(set(on))[:6])} ({len(on)})" for finding, on in pages.items()
    )
