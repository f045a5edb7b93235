"""Take the pictures of the README from the running demo: `make screenshots`, then look at docs/pictures/."""

import io
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

PICTURES_DIR = Path(__file__).resolve().parent / "pictures"
WIDE, NARROW = ViewportSize(width=1280, height=860), ViewportSize(width=360, height=780)
COLOURS = 128  # flat pages lose nothing, and a picture stays below MOST_BYTES
MOST_BYTES = 150_000


@dataclass(frozen=True)
class Picture:
    """One picture: the first person of `role` whose page at `address` has a link that begins like `follow`.

    `shows`: what the page reached must hold, or the next person is asked.
    """

    name: str
    role: str
    address: str
    follow: str = ""
    shows: str = "h1"
    narrow: bool = False
    dark: bool = False


_SUMMONS = ("/espace/convocations/", "/espace/convocations/CV-")
_EXPLAIN = ("/espace/", "/espace/absences/AB-", "#expliquer")
PICTURES = (
    Picture("demonstration", "", "/demo/"),
    Picture("espace", "claimant", "/espace/", shows="ol.todo"),
    Picture("espace-telephone", "claimant", "/espace/", shows="ol.todo", narrow=True),
    Picture("espace-sombre", "claimant", "/espace/", shows="ol.todo", dark=True),
    Picture("convocation", "claimant", *_SUMMONS),
    Picture("convocation-telephone", "claimant", *_SUMMONS, narrow=True),
    Picture("absence", "claimant", *_EXPLAIN),
    Picture("absence-telephone", "claimant", *_EXPLAIN, narrow=True),
    Picture("bureau", "advisor", "/conseiller/"),
    Picture("bureau-telephone", "advisor", "/conseiller/", narrow=True),
    Picture("agence", "supervisor", "/agence/"),
    Picture("e-mail", "", "/demo/mails/", follow="/demo/mails/", shows="iframe"),
)


def main() -> int:
    address = os.environ["DEMO_URL"]
    PICTURES_DIR.mkdir(exist_ok=True)
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
    for email in _people(picture.role):
        context = browser.new_context(
            base_url=address,
            viewport=NARROW if picture.narrow else WIDE,
            color_scheme="dark" if picture.dark else "light",
            locale="fr-FR",
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        if email:
            page.goto("/demo/")
            page.get_by_role("listitem").filter(has_text=email).get_by_role("button").click()
        if found := _reach(page, picture):
            _keep(page.screenshot(), picture.name)
        context.close()
        if found:
            return
    sys.exit(f"{picture.name}: nobody of the demo has this page")


def _reach(page: Page, picture: Picture) -> bool:
    answer = page.goto(picture.address)
    if picture.follow:
        links = page.locator(f'main a[href^="{picture.follow}"]')
        if not links.count():
            return False
        answer = page.goto(links.first.get_attribute("href") or "")
    if answer is None or answer.status != 200:
        sys.exit(f"{picture.name}: {page.url} answered {answer and answer.status}")
    return page.locator(picture.shows).count() > 0


def _people(role: str) -> list[str]:
    """The addresses of everybody in `role`, or of nobody in particular for a page that is open to all."""
    if not role:
        return [""]
    accounts = json.loads(Path(os.environ["DEMO_ACCOUNTS"]).read_text())["accounts"]
    return [account["email"] for account in accounts if account["role"] == role]


def _keep(png: bytes, name: str) -> None:
    """Write a picture with few colours, and refuse one that would weigh on every clone."""
    file = PICTURES_DIR / f"{name}.png"
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    if file.stat().st_size > MOST_BYTES:
        sys.exit(f"{file.name} weighs {file.stat().st_size} bytes, more than {MOST_BYTES}")


if __name__ == "__main__":
    sys.exit(main())
