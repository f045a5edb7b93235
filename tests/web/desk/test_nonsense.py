"""No input gives an error 500: nonsense in every field of every form of the desk and in every address."""

import re

import pytest

from tests import factories
from tests.factories import NOW
from tests.people import signed_in
from tests.web.desk import conftest as cast
from tests.web.desk.conftest import timedelta

pytestmark = pytest.mark.django_db

NASTY = [
    "\x00",
    "x" * 100_000,
    "-1",
    "9" * 30,
    "1e400",
    "٣",
    "NaN",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
    "24:00",
    "ABSENT",
    "REFERRED",
    "'\"--; DROP TABLE x",
    "<script>alert(1)</script>",
    "%s %d {0} {{ x }}",
    "\u202e\u0000\uffff"[:1],
    "DE-0000-0000",
]
# One field at a time, the others as they were: what the first wrong field would otherwise hide.
NASTIEST = ["\x00", "9" * 30, "9999-12-31"]


@pytest.fixture
def forms(at, nadia, helene, camille):
    """Who opens which page with a form."""
    ahead = factories.convocation(camille)
    row, after = cast.past(camille, starts_at=NOW + timedelta(days=5))
    absence, later = cast.absent(camille, starts_at=NOW + timedelta(days=3))
    link = cast.explained(absence, later, cast.document(camille))
    alone = factories.claimant(nadia, user_fields={"email": None})
    call = factories.convocation(alone, starts_at=NOW + timedelta(days=12)).calls.get()
    at.now = after
    mine, office = signed_in(nadia), signed_in(helene)
    return [
        (mine, "/conseiller/", "/conseiller/"),
        (mine, f"/conseiller/convocations/{row.ref}/", f"/conseiller/convocations/{row.ref}/presence/"),
        *(
            (mine, f"/conseiller/convocations/{ahead.ref}/{page}/", None)
            for page in ("annuler", "deplacer", "lettre", "telephone", "corriger")
        ),
        (mine, f"/conseiller/absences/{absence.ref}/", None),
        (mine, f"/conseiller/absences/{absence.ref}/corriger/", None),
        (mine, f"/conseiller/absences/{absence.ref}/explications/", None),
        (mine, f"/conseiller/justificatifs/{link.ref}/", None),
        (mine, f"/conseiller/appels/{call.ref}/", None),
        (
            mine,
            f"/conseiller/convocations/nouvelle/?pour={camille.ref}",
            "/conseiller/convocations/nouvelle/",
        ),
        (mine, "/conseiller/convocations/nouvelle/?fichier=1", "/conseiller/convocations/nouvelle/"),
        (mine, "/conseiller/portefeuille/", "/conseiller/convocations/nouvelle/"),
        (office, "/agence/", "/agence/"),
    ]


def fields_of(page: str) -> dict[str, str]:
    """The names of a page's fields, with the values the page itself would send."""
    main = page[page.index("<main") : page.index("</main")]
    names = re.findall(
        r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"[^>]*?(?: value="([^"]*)")?[^>]*>', main
    )
    return {name: value for name, value in names if name != "csrfmiddlewaretoken"}


def test_nonsense_in_every_field_is_answered_calmly(forms):
    for client, address, target in forms:
        fields = fields_of(client.get(address).content.decode())
        for name in fields:
            for nasty in NASTIEST:
                response = client.post(target or address, {**fields, name: nasty})
                assert response.status_code < 500, (address, name, nasty[:20])
        for nasty in NASTY:
            response = client.post(target or address, dict.fromkeys(fields, nasty))
            assert response.status_code < 500, (address, nasty[:20])


@pytest.mark.parametrize("step", ["choisir", "apercu", "modifier", "envoyer", "x", ""])
def test_nonsense_at_every_step_of_convoking_is_answered_calmly(desk, camille, step):
    for nasty in NASTY:
        for name in ("personnes", "lignes", "pour", "form_key", "etape2"):
            response = desk.post("/conseiller/convocations/nouvelle/", {"etape": step, name: nasty})
            assert response.status_code < 500, (step, name, nasty[:20])


def test_nonsense_in_every_address_is_answered_calmly(desk, camille):
    pages = {
        "/conseiller/": ("nature", "retard", "personne", "apres", "fait"),
        "/conseiller/agenda/": ("jour",),
        "/conseiller/portefeuille/": ("q", "tri", "agence", "apres", "jour", "heure"),
        f"/conseiller/demandeurs/{camille.ref}/": ("avant",),
        "/conseiller/convocations/nouvelle/": ("pour", "fichier", "jour", "heure", "modalite"),
    }
    for address, names in pages.items():
        for name in names:
            for nasty in NASTY:
                extra = {"pour": camille.ref} if "nouvelle" in address and name != "pour" else {}
                response = desk.get(address, {**extra, name: nasty[:900]})
                assert response.status_code < 500, (address, name, nasty[:20])
