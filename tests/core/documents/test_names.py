"""The name a file is shown and downloaded under."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.documents.names import safe_name


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("arrêt de travail.pdf", "arrêt de travail.pdf"),
        ("Attestation CAF 2026-11.PDF", "Attestation CAF 2026-11.pdf"),
        ("IMG_4032.HEIC", "IMG_4032.pdf"),
        ("bulletin.2026.11.pdf", "bulletin.2026.11.pdf"),
        ("e\u0301tat civil.pdf", "état civil.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\Renée\\photo.jpg", "photo.pdf"),
        ("/", "document.pdf"),
        ("..", "document.pdf"),
        ("", "document.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("facture.pdf.exe", "facture.pdf"),
        ("facture.exe.pdf.scr", "facture.pdf"),
        ("facture. exe", "facture.pdf"),
        ("page.html", "page.pdf"),
        ("fdp\u202egpj.exe", "fdpgpj.pdf"),
        ("\u2067facture\u2069.pdf", "facture.pdf"),
        ("fact\u200bure.pdf", "facture.pdf"),
        ("facture\0.pdf", "facture.pdf"),
        ("a\r\nContent-Type: text/html\r\n\r\n.pdf", "document.pdf"),
        ('a"; filename="b.html', "a- filename=-b.pdf"),
        ("<script>alert(1)<script>.pdf", "script-alert(1)-script.pdf"),
        ("%2e%2e%2fpasswd", "2e-2e-2fpasswd.pdf"),
        ("con.pdf", "document con.pdf"),
        ("COM1", "document COM1.pdf"),
        ("nul.txt", "document nul.pdf"),
        ("   .pdf", "document.pdf"),
        ("\ud800surrogate.pdf", "surrogate.pdf"),
        ("\ue000private.pdf", "private.pdf"),
        ("عقد.pdf", "عقد.pdf"),
        ("証明書.pdf", "証明書.pdf"),
        ("👩‍💻 preuve.pdf", "👩💻 preuve.pdf"),
    ],
)
def test_safe_name_keeps_the_words_and_drops_the_tricks(declared, shown):
    assert safe_name(declared, "pdf") == shown


def test_safe_name_of_three_hundred_characters_is_shortened():
    name = safe_name("é" * 300 + ".pdf", "pdf")
    assert name.endswith(".pdf")
    assert len(name) <= 124
    assert len(name.encode()) <= 255


@given(st.text(st.characters(), max_size=400))
def test_safe_name_of_anything_is_one_plain_line(declared):
    name = safe_name(declared, "jpg")
    stem = name.removesuffix(".jpg")
    assert stem
    assert stem == stem.strip()
    assert not stem.startswith((".", "-"))
    assert not {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} & {unicodedata.category(c) for c in name}
    assert not set('/\\:*?"<>|;%') & set(name)
    assert len(name.encode()) <= 255
    assert safe_name(name, "jpg") == name


def test_safe_name_of_a_hundred_thousand_characters_takes_no_time():
    assert safe_name("a." * 50_000, "pdf").endswith(".pdf")
