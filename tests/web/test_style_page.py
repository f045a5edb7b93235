"""The components, looked at by machine in a real browser: the style page shows each in every state."""

import gzip
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

WIDTHS = (320, 768, 1440)
LOOKS = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "light", "contrast": "more"},
    {"color_scheme": "dark", "contrast": "more"},
]
# What sticks out of the window, apart from what only a screen reader meets.
STICKING_OUT = """() => {
  const edge = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.visually-hidden, thead, .skip-link') && e.getBoundingClientRect().width)
    .filter(e => e.getBoundingClientRect().right > edge + 1)
    .map(e => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`);
}"""
# WCAG 1.4.12: nobody's own text spacing may cut or hide a word.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
# Links within a sentence are exempt (WCAG 2.5.8); everything else is a target of 24 px.
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter(e => e.type !== 'hidden' && e.getClientRects().length)
  .filter(e => !(e.tagName === 'A' && e.closest('p, li li, dd, .notice-body') && !e.matches('.btn')))
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => !e.closest('.row-title') && (box.height < 24 || box.width < 24))
  .map(([e, box]) => `${e.tagName}.${e.className} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
# Every focus stop shows the ring and stands in the open.
FOCUS = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const seen = document.elementFromPoint(box.x + Math.min(box.width / 2, 40), box.y + box.height / 2);
  return {
    name: `${e.tagName}.${e.className} ${(e.textContent || e.name || '').trim().slice(0, 30)}`,
    ring: parseFloat(style.outlineWidth) >= 3 && style.outlineStyle !== 'none',
    open: !!seen && (seen === e || e.contains(seen) || seen.contains(e)),
  };
}"""


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(look.values()))
@pytest.mark.parametrize("width", WIDTHS)
def test_components_have_no_axe_violation(style_url, new_context, width, look):
    page = new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **look).new_page()
    page.goto(style_url)
    results = Axe().run(page, options={"resultTypes": ["violations", "incomplete"]}).response
    found = [
        (kind, rule["id"], [node["html"][:120] for node in rule["nodes"]])
        for kind in ("violations", "incomplete")
        for rule in results[kind]
        if not (kind == "incomplete" and rule["id"] == "color-contrast")  # measured in test_contrast.py
    ]
    assert found == []


@pytest.mark.parametrize("spaced", [False, True], ids=["plain", "spaced"])
@pytest.mark.parametrize("width", WIDTHS)
def test_components_stay_within_the_window(style_url, new_context, width, spaced):
    page = new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(style_url)
    if spaced:
        page.evaluate(SPACED)
    assert page.evaluate(STICKING_OUT) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_targets_are_large_enough(style_url, new_context, width):
    page = new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(style_url)
    assert page.evaluate(SMALL_TARGETS) == []


def test_keyboard_reaches_everything_with_a_visible_ring(style_url, new_context):
    page = new_context(viewport={"width": 1024, "height": 900}).new_page()
    page.goto(style_url)
    # A page without errors starts at the skip link; this one starts at its error summary.
    page.keyboard.press("Tab")
    page.locator(".skip-link").focus()
    stops = []
    while not page.evaluate("document.activeElement === document.body") and len(stops) < 120:
        stops.append(page.evaluate(FOCUS))
        page.keyboard.press("Tab")
    assert "Aller au contenu" in stops[0]["name"]
    assert "Accessibilité" in stops[-1]["name"]
    assert [stop["name"] for stop in stops if not (stop["ring"] and stop["open"])] == []


def test_error_summary_takes_the_focus_and_leads_to_the_fields(style_url, new_context):
    page = new_context(viewport={"width": 768, "height": 900}).new_page()
    page.goto(style_url)
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    for link in page.locator(".error-summary a").all():
        target = page.locator(f"[id='{link.get_attribute('href').removeprefix('#')}']")
        link.click()
        assert target.evaluate("e => e === document.activeElement || e.matches(':target')")


def test_page_works_without_javascript(style_url, new_context):
    page = new_context(viewport={"width": 320, "height": 900}, java_script_enabled=False).new_page()
    page.goto(style_url)
    page.locator(".nav-menu summary").click()
    assert page.locator(".nav-menu a").first.is_visible()
    assert not page.locator("[data-print]").first.is_visible()


def test_page_asks_nobody_else_and_obeys_its_own_policy(style_url, new_context):
    page = new_context().new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(style_url)
    page.wait_for_load_state("networkidle")
    assert {address.split("/")[2] for address in asked} == {style_url.split("/")[2]}
    assert [text for text in said if "Policy" in text or "Failed" in text] == []


def test_icons_are_all_in_the_sprite(style_url, new_context):
    page = new_context().new_page()
    page.goto(style_url)
    page.wait_for_load_state("networkidle")
    empty = page.evaluate(
        """() => [...document.querySelectorAll('svg.icon use')]
          .filter(use => use.closest('svg').getClientRects().length && !use.getBBox().width)
          .map(use => use.getAttribute('href'))"""
    )
    assert empty == []


def test_convocation_and_invitation_are_told_apart_by_a_screen_reader(style_url, new_context):
    page = new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(style_url)
    rows = page.get_by_role("listitem")
    assert rows.filter(has_text="Entretien de suivi").filter(has_text="Convocation").count() == 1
    assert rows.filter(has_text="Préparer un entretien").filter(has_text="Invitation").count() == 1


def test_first_visit_weighs_little(settings):
    settings.ROOT_URLCONF = "portal.web.style_page"
    html = Client().get("/demo/style/").content
    parts = [html]
    for address in set(re.findall(r"/static/([\w./-]+\.(?:css|js|svg))", html.decode())):
        parts.append((settings.BASE_DIR / "static" / address).read_bytes())
    first, later = (sum(len(gzip.compress(part)) for part in some) for some in (parts, parts[:1]))
    assert len(parts) == 7
    assert first <= 40_000  # of the 60 KB a page may have in all
    assert later <= 15_000
