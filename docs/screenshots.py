"""Take the pictures of the README from the running demo: `make screenshots`, then look at docs/images/."""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
WIDE, NARROW = ViewportSize(width=1280, height=860), ViewportSize(width=360, height=780)


@dataclass(frozen=True)
class Picture:
    """One picture: who looks (a role, or nobody), at what address, following the first link that begins so."""

    name: str
    role: str
    address: str
    follow: str = ""
    narrow: bool = False
    dark: bool = False


PICTURES = (
    Picture("connexion", "", "/connexion/"),
    Picture("demonstration", "", "/demo/"),
    Picture("espace", "claimant", "/espace/"),
    Picture("espace-telephone", "claimant", "/espace/", narrow=True),
    Picture("espace-sombre", "claimant", "/espace/", dark=True),
    Picture("convocation", "claimant", "/espace/convocations/", follow="/espace/convocations/CV-"),
    Picture("bureau", "advisor", "/conseiller/"),
    Picture("agenda", "advisor", "/conseiller/agenda/"),
    Picture("dossier", "advisor", "/conseiller/portefeuille/", follow="/conseiller/demandeurs/"),
)


def main() -> int:
    address = os.environ["DEMO_URL"]
    IMAGES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("A browser is needed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            _take(browser, address, picture)
        browser.close()
    return 0


def _take(browser: Browser, address: str, picture: Picture) -> None:
    context = browser.new_context(
        base_url=address,
        viewport=NARROW if picture.narrow else WIDE,
        color_scheme="dark" if picture.dark else "light",
        locale="fr-FR",
    )
    page = context.new_page()
    if picture.role:
        _enter(page, picture.role)
    found = page.goto(picture.address)
    if picture.follow and found is not None and found.status == 200:
        link = page.locator(f'a[href^="{picture.follow}"]').first
        found = page.goto(link.get_attribute("href", timeout=5000) or "")
    expected = picture.follow or picture.address
    if found is None or found.status != 200 or not page.url.startswith(address + expected):
        sys.exit(f"{picture.name}: wanted {expected}, {page.url} answered {found and found.status}")
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()


def _enter(page: Page, role: str) -> None:
    """Sign in by the demo's one-click door as the first person of `role`."""
    accounts = json.loads(Path(os.environ["DEMO_ACCOUNTS"]).read_text())["accounts"]
    email = next(account["email"] for account in accounts if account["role"] == role)
    page.goto("/demo/")
    page.get_by_role("listitem").filter(has_text=email).get_by_role("button").click()


if __name__ == "__main__":
    sys.exit(main())
