"""What people do in more than one story."""

import io
import re
from datetime import date, timedelta

from PIL import Image

from tests.journeys.stage import Seat, Someone

MINUTE = timedelta(minutes=1)
PURPOSE = "Faire le point sur votre recherche d’emploi"
ROOM = "https://visio.exemple/salle-12"


def note() -> dict:
    """A paper as a person sends it: a real PDF of one page."""
    from tests.access.conftest import PDF

    return {"name": "bulletin de retard.pdf", "mimeType": "application/pdf", "buffer": PDF}


def photo() -> dict:
    taken = io.BytesIO()
    Image.new("RGB", (900, 600), "white").save(taken, "JPEG")
    return {"name": "panneau de la gare.jpg", "mimeType": "image/jpeg", "buffer": taken.getvalue()}


def convoke(advisor: Seat, day: date, hour: str = "14:00") -> Seat:
    """Fill in the form of an appointment and look at its preview."""
    advisor.choose("Convocation").fill("Objet", PURPOSE)
    advisor.page.get_by_label(re.compile("^Jour")).fill(day.isoformat())
    advisor.page.get_by_label(re.compile("^Heure")).fill(hour)
    advisor.page.get_by_label("À apporter").fill("Votre CV")
    advisor.press("Voir l’aperçu avant l’envoi")
    return advisor.reads("Rien n’est encore envoyé")


def convoked(advisor: Seat, who: Someone, day: date, hour: str, manner: str = "") -> str:
    """Let the advisor convoke one person; the reference of what they get."""
    advisor.sign_in(f"/conseiller/demandeurs/{who.ref}/").follow("Convoquer")
    if manner:
        advisor.page.locator("[name=modality]").select_option(manner)
    if manner == "VIDEO":
        advisor.page.get_by_label(re.compile("^Lieu, lien")).fill(ROOM)
    convoke(advisor, day, hour)
    advisor.press("Envoyer à 1 personne").reads(f"C’est envoyé à {who.name}")
    return advisor.last_part()


def pick_an_hour(person: Seat, number: int = 0) -> Seat:
    """Click one of the free hours: it is kept while the person reads on."""
    with person.page.expect_navigation():
        person.page.locator("button[name=creneau]").nth(number).click()
    return person


def papers_checked(portal, who: Someone, count: int) -> None:
    """Wait until the worker has looked at what a person sent."""
    received = "SELECT count(*) FROM core_document WHERE owner_id = %s AND state = 'RECEIVED'"
    assert portal.wait(lambda: portal.number(received, who.id) == count, 40)


def accepts_the_papers(advisor: Seat, who: Someone, count: int = 1) -> None:
    """Open each paper that waits on the list, and accept it."""
    for _ in range(count):
        advisor.go("/conseiller/?nature=justificatifs").follow(who.name)
        assert advisor.download("Ouvrir le document").startswith((b"%PDF-", b"\xff\xd8"))
        advisor.choose("Accepter").press("Enregistrer ma réponse").reads("Votre réponse est enregistrée")
