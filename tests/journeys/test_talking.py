"""Writing to each other: live, both at their browsers; first, with a ready text, a file and a draft."""

from playwright.sync_api import expect

from tests.journeys.acts import note, papers_checked
from tests.journeys.stage import PAGE


def says(seat, *words: str) -> None:
    for one in words:
        expect(seat.page.locator(".talk")).to_contain_text(one, timeout=PAGE)


def test_two_who_write_to_each_other_see_it_at_once(portal, seat):
    lea_in = portal.cast["lea"]
    lea = seat("lea").sign_in("/espace/messages/nouveau/")
    lea.page.get_by_label("À quel sujet").select_option("JOB_SEARCH")
    lea.page.get_by_label("Objet").fill("Une formation de soudure")
    lea.page.get_by_role("textbox", name="Votre message").fill(
        "Est-ce que <b>cette</b> formation est prise en charge ?"
    )
    lea.press("Envoyer").reads("Reçu de votre message", "Est-ce que <b>cette</b> formation")
    thread = lea.path.split("/")[3]

    nadia = seat("nadia").sign_in("/conseiller/messages/").follow(lea_in.name)
    says(nadia, "prise en charge")
    # She has opened it: the person sees that, on the page as it stands, and that she is there.
    says(lea, "Lu le")
    expect(lea.page.get_by_text("a cette page ouverte en ce moment")).to_be_visible(timeout=PAGE)

    begun = "Avez-vous une date ?"
    lea.page.get_by_role("textbox", name="Votre message").fill(begun)
    expect(nadia.page.get_by_text(f"{lea_in.name} écrit…")).to_be_visible(timeout=PAGE)
    nadia.page.get_by_role("textbox", name="Votre message").fill("Oui, elle est prise en charge.")
    nadia.press("Envoyer").reads("C’est envoyé")
    says(lea, "Oui, elle est prise en charge.")
    lea.reads("Répondu")
    # What she has begun to write meanwhile is still there, and goes to an answer that knows it.
    expect(lea.page.get_by_role("textbox", name="Votre message")).to_have_value(begun)
    lea.press("Envoyer").reads("Reçu de votre message")
    says(nadia, begun)
    nadia.page.get_by_role("textbox", name="Votre message").fill("Le 1er février.")
    nadia.press("Envoyer").reads("C’est envoyé")

    # The line is cut and nobody holds it: the pages' own server is asked instead, and the word comes all the same.
    says(lea, "Le 1er février.")
    with portal.hands_off():
        portal.kill(portal.children["live"])
        lea.page.get_by_role("textbox", name="Votre message").fill("Merci.")
        lea.press("Envoyer").reads("Reçu de votre message")
    nadia.go(f"/conseiller/messages/{thread}/")
    says(nadia, "Merci.")
    # Started again, it goes on where it was.
    assert portal.wait(lambda: portal.children["live"].alive, 20)
    nadia.page.get_by_role("textbox", name="Votre message").fill("Bon courage.")
    nadia.press("Envoyer")
    says(lea, "Bon courage.")


def test_an_advisor_writes_first_with_a_ready_text_and_a_file_and_is_answered(portal, seat):
    maud_in = portal.cast["maud"]
    nadia = seat("nadia").sign_in("/conseiller/messages/reponses-types/nouvelle/")
    nadia.fill("Titre", "Fiche d’entretien")
    nadia.page.get_by_label("Texte").fill(
        "Bonjour {prénom},\n\nVoici une fiche pour vous aider.\n{signataire}"
    )
    nadia.press("Enregistrer").reads("La réponse type est gardée", "Fiche d’entretien")

    # Brought into the box it is filled for her, after what was typed; kept as a draft it is found again.
    nadia.go(f"/conseiller/demandeurs/{maud_in.ref}/").follow("Écrire")
    nadia.page.locator("[name=topic]").select_option("JOB_SEARCH")
    nadia.fill("Objet", "Votre entretien de jeudi")
    nadia.page.get_by_label("Partir d’une réponse type").select_option(label="Fiche d’entretien")
    nadia.press("Ajouter ce texte")
    box = nadia.page.get_by_role("textbox", name="Votre message")
    filled = f"Bonjour {maud_in.name.split()[0]},\n\nVoici une fiche pour vous aider.\nNadia Benali"
    expect(box).to_have_value(filled)
    nadia.press("Garder le brouillon").reads("Votre brouillon est gardé")
    nadia.go("/conseiller/messages/").follow(f"Écrire à {maud_in.name}")
    expect(nadia.page.get_by_label("Objet")).to_have_value("Votre entretien de jeudi")
    expect(box).to_have_value(filled)

    nadia.page.get_by_label("Joindre des fichiers").set_input_files([note()])
    nadia.press("Envoyer").reads("C’est envoyé. La personne est prévenue.", "bulletin de retard")
    thread = nadia.last_part()
    nadia.go("/conseiller/messages/").reads_not("Votre entretien de jeudi")

    papers_checked(portal, maud_in, 1)
    maud = seat("maud").sign_in("/espace/messages/").follow("Votre entretien de jeudi")
    maud.reads("Voici une fiche pour vous aider.")
    assert maud.download("bulletin de retard").startswith(b"%PDF-")
    maud.page.get_by_role("textbox", name="Votre message").fill("Merci, je l’ai lue.")
    maud.press("Envoyer").reads("Reçu de votre message")
    nadia.go(f"/conseiller/messages/{thread}/")
    says(nadia, "Merci, je l’ai lue.")
