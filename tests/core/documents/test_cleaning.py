"""The one door: what comes out, what is refused, and that the worker outlives both."""

import hashlib
import io

import pikepdf
import pytest
from PIL import Image

from portal.core.documents.cleaning import clean, clean_photos
from portal.core.documents.limits import Limits
from portal.core.documents.refusals import Refused
from portal.core.documents.sniffing import Kind


def photo(width=640, height=480, form="JPEG", **options):
    file = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(file, form, **options)
    return file


def test_clean_photo_keeps_the_picture_and_names_it(tmp_path):
    source = tmp_path / "original"
    source.write_bytes(photo().getvalue())
    with clean(source, declared_name="C:\\photos\\arrêt de travail.PNG") as cleaned:
        assert (cleaned.kind, cleaned.mime) == (Kind.JPEG, "image/jpeg")
        assert (cleaned.width, cleaned.height, cleaned.pages) == (640, 480, 1)
        assert cleaned.safe_name == "arrêt de travail.jpg"
        assert cleaned.original_sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
        content = cleaned.file.read()
        assert cleaned.cleaned_sha256 == hashlib.sha256(content).hexdigest()
        assert cleaned.size == len(content)


def test_clean_twice_gives_the_same_copy():
    with (
        clean(photo(form="PNG"), declared_name="a.png") as first,
        clean(photo(form="PNG"), declared_name="b") as second,
    ):
        assert first.cleaned_sha256 == second.cleaned_sha256


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(max_bytes=100), "too_large"),
        (Limits(max_pixels=640 * 480 - 1), "too_many_pixels"),
    ],
)
def test_clean_photo_beyond_a_limit_is_refused(limits, code):
    with pytest.raises(Refused) as refusal:
        clean(photo(), declared_name="a.jpg", limits=limits)
    assert refusal.value.code == code


def test_clean_photos_make_one_page_each_in_order():
    photos = [photo(300, 400), photo(400, 300), photo(300, 300, "PNG")]
    with clean_photos(photos, declared_name="ordonnance.jpg") as cleaned:
        assert (cleaned.kind, cleaned.pages, cleaned.safe_name) == (Kind.PDF, 3, "ordonnance.pdf")
        with pikepdf.open(cleaned.file) as pdf:
            shapes = [page.obj.Resources.XObject.Photo for page in pdf.pages]
            assert [(int(s.Width), int(s.Height)) for s in shapes] == [(300, 400), (400, 300), (300, 300)]


def test_clean_photos_with_a_pdf_among_them_is_refused():
    pdf = io.BytesIO()
    with pikepdf.new() as one:
        one.add_blank_page()
        one.save(pdf)
    with pytest.raises(Refused) as refusal:
        clean_photos([photo(), pdf], declared_name="a")
    assert refusal.value.code == "not_a_photo"


def test_clean_photos_too_many_is_refused():
    with pytest.raises(Refused, match="10 fichiers"):
        clean_photos([photo()] * 11, declared_name="a")
