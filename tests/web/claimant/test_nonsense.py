"""No input gives an error 500: nonsense in every field of a claimant's forms and in every address."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from convocations.models import Bindingness
from tests import factories
from tests.factories import NOW
from tests.web.claimant import story
from tests.web.desk.test_nonsense import NASTIEST, NASTY, fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def forms(camille, at):
    """Each page with a form, and where that posts."""
    pages = story.tell(camille)
    invited = factories.convocation(
        camille, bindingness=Bindingness.INVITATION, starts_at=NOW + timedelta(days=40)
    )
    return [
        ("/espace/", "/espace/nouveautes/lues/"),
        ("/espace/documents/", None),
        (pages["unread"], pages["unread"] + "accuser-reception/"),
        (f"/espace/convocations/{invited.ref}/", f"/espace/convocations/{invited.ref}/repondre/"),
        (pages["absence_to_explain"], None),
        (pages["absence_excused"], None),
        (pages["complete"], None),
    ]


def test_nonsense_in_every_field_is_answered_calmly(browser_of_camille, forms):
    for address, target in forms:
        fields = fields_of(browser_of_camille.get(address).text)
        for name in fields:
            for nasty in NASTIEST:
                response = browser_of_camille.post(target or address, {**fields, name: nasty})
                assert response.status_code < 500, (address, name, nasty[:20])
        for nasty in NASTY:
            response = browser_of_camille.post(target or address, dict.fromkeys(fields, nasty))
            assert response.status_code < 500, (address, nasty[:20])


@pytest.mark.parametrize(
    "name", ["", ".", "../../etc/passwd", "a" * 300 + ".pdf", "x\r\nSet-Cookie: a=b.pdf", "\u202efdp.exe"]
)
def test_a_file_with_a_strange_name_is_answered_calmly(browser_of_camille, forms, name):
    for address in ("/espace/documents/", forms[4][0], forms[6][0]):
        file = SimpleUploadedFile("x", b"%PDF-1.7 nonsense", "text/html")
        file._name = name  # as a program would send it: the client's own check would refuse it first
        sent = {"uploads": [file], "form_key": str(uuid.uuid4()), "motive": "WORK", "text": "x"}
        assert browser_of_camille.post(address, sent).status_code < 500, (address, name)


def test_nonsense_in_every_address_is_answered_calmly(browser_of_camille, camille, at):
    pages = story.tell(camille)
    asked = {
        "/espace/convocations/": ("vue", "apres"),
        "/espace/documents/": ("apres",),
        "/espace/journal/": ("avant",),
        pages["absence_explained"] + "recu.pdf": ("envoi",),
    }
    for address, names in asked.items():
        for name in names:
            for nasty in NASTY:
                response = browser_of_camille.get(address, {name: nasty[:900]})
                assert response.status_code < 500, (address, name, nasty[:20])
