"""Each notice is looked at as an e-mail, on the page it leads to, and as a letter, whose whole text is kept."""

from pathlib import Path

from messaging import emails
from tests.messaging import golden, in_space

ROOT = Path(__file__).resolve().parents[3]
# What goes by no post is shown by tests of these files all the same.
BY_EMAIL_ALONE = {"reminder": "MAIL_REMINDER", "unread": "MAIL_UNREAD", "calendar_feed": "MAIL_FEED"}


def test_each_kind_of_letter_has_its_golden_texts_and_no_other_has_any():
    kept = {folder.name for folder in golden.FOLDER.iterdir() if any(folder.iterdir())}
    assert kept == {kind.name for kind in emails.kinds().values() if kind.by_post}


def test_what_goes_by_no_post_is_looked_at_as_an_email_and_on_its_page():
    """A letter's kind is shown with its row, or has no golden text; the others are shown by name."""
    alone = {kind.name for kind in emails.kinds().values() if in_space.has_a_page(kind) and not kind.by_post}
    assert alone == set(BY_EMAIL_ALONE)
    shown = (ROOT / "tests/convocations/test_mails.py").read_text()
    assert all(f"shown(deeds.{name}," in shown for name in BY_EMAIL_ALONE.values())


def test_a_golden_text_holds_nothing_drawn_by_lot():
    for file in golden.FOLDER.glob("*/*.txt"):
        text = file.read_text()
        assert text.count("\n") > 20, file
        for drawn, instead in ((pattern, instead) for pattern, instead in golden._DRAWN):
            assert drawn.sub(instead, text) == text, file
