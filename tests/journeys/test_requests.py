"""Another date, another manner, a technical problem; who follows whom; where hours come from: told in a browser."""

import re

from playwright.sync_api import expect

from tests.journeys.acts import MINUTE, convoked
from tests.journeys.stage import at, link_in


def test_another_date_at_once_then_another_manner_by_the_advisors_answer(portal, seat):
    alma_in, nadia = portal.cast["alma"], seat("nadia")
    ref = convoked(nadia, alma_in, portal.weekday(11), "17:00")

    # Before any click the page says what is possible and what it counts for; a free hour moves it at once.
    alma = seat("alma").sign_in(f"/espace/convocations/{ref}/")
    alma.reads("Report 1 sur 2 sans justificatif").follow("Choisir une autre date")
    alma.reads("Heures libres de votre conseiller", "report 1 sur 2 sans justificatif")
    with alma.page.expect_navigation():
        alma.page.locator("button[name=creneau]").first.click()
    alma.reads("Vérifiez, puis confirmez")
    alma.page.get_by_role("button", name="Déplacer mon rendez-vous").dblclick()
    alma.reads("Votre nouveau rendez-vous", "report sans motif, dans la limite prévue")
    assert portal.state("convocations_convocation", ref) == "SUPERSEDED"
    assert "n’existe plus" in portal.mail(alma_in, "C’est oui")
    asked = "SELECT count(*) FROM convocations_changerequest WHERE claimant_id = %s"
    assert portal.number(asked, alma_in.id) == 1

    # Another manner needs an answer: signed on screen, frozen meanwhile, receipt at once.
    alma.follow("Lire ma convocation").press("Je confirme la réception").follow("Demander un autre moyen")
    new = alma.path.split("/")[3]
    alma.choose("Par téléphone").press("Continuer").reads("Je soussigné(e)")
    alma.page.get_by_label("Quelle est la raison").select_option("CONNECTIVITY")
    alma.page.get_by_label("Expliquez en quelques mots").fill("Le réseau coupe chez moi.")
    alma.page.get_by_label(re.compile("Pour signer")).fill(alma_in.name.lower())
    alma.press("Envoyer ma demande").reads("aucune absence ne peut être notée", "Reçu de votre demande")
    request = alma.last_part()
    assert alma.download("reçu").startswith(b"%PDF-")
    assert portal.state("convocations_convocation", new) == "RESCHEDULE_PENDING"
    portal.mail(alma_in, "Votre demande est bien reçue")

    nadia.go("/conseiller/?nature=demandes").follow(alma_in.name)
    nadia.reads(
        "Le réseau coupe chez moi.", "Déclaration sur l’honneur signée", "aucune absence n’est possible"
    )
    nadia.choose("Accepter ce qui est demandé").press("Envoyer ma réponse").reads("Votre réponse est envoyée")
    assert "par téléphone" in portal.mail(alma_in, "C’est oui", 2)
    alma.go(f"/espace/demandes/{request}/").reads("Acceptée", "Votre nouveau rendez-vous")
    portal.manage("verify_journal")


def test_an_answer_that_is_late_freezes_the_appointment_and_tells_the_supervisor(portal, seat):
    hugo_in, helene, nadia = portal.cast["hugo"], portal.cast["helene"], seat("nadia")
    day = portal.weekday(9)
    ref = convoked(nadia, hugo_in, day, "13:00")
    hugo = seat("hugo").sign_in(f"/espace/convocations/{ref}/").follow("Choisir une autre date")
    hugo.follow("Demander une autre date")
    hugo.page.get_by_label(re.compile("^Quand êtes-vous libre")).fill("Tous les jours sauf celui-là.")
    hugo.press("Envoyer ma demande").reads("Reçue")
    request = hugo.last_part()
    due = portal.sql("SELECT decide_by FROM convocations_changerequest WHERE claimant_id = %s", hugo_in.id)
    late = r"\d+ demandes? attend"
    before = len(portal.mails(helene, late))
    portal.go_to(due[0][0] + MINUTE)
    portal.mail(helene, late, before + 1)
    seat("helene").sign_in("/agence/?retards=demandes").reads(request)

    # Its hour passes: no absence can be recorded, whatever is answered.
    portal.go_to(at(day, 14))
    nadia.sign_in(f"/conseiller/convocations/{ref}/").reads("Rendez-vous gelé")
    expect(nadia.page.get_by_role("radio", name=re.compile("^Absent"))).to_have_count(0)
    nadia.follow("Voir la demande").choose("Ne pas accepter")
    nadia.fill("Vos raisons", "Je n’ai pas répondu à temps.").press("Envoyer ma réponse")
    portal.becomes("convocations_convocation", ref, "CANCELLED")
    assert "il ne compte pas" in portal.mail(hugo_in, "Réponse à votre demande")


def test_a_call_that_fails_gets_a_new_date_and_what_was_said_aloud_is_corrected(portal, seat):
    mila_in, nadia = portal.cast["mila"], seat("nadia")
    day = portal.weekday(9)
    ref = convoked(nadia, mila_in, day, "15:00", "PHONE")
    portal.go_to(at(day, 15, 5))
    mila = seat("mila").sign_in(f"/espace/convocations/{ref}/").follow("Signaler un problème technique")
    mila.page.get_by_role("radio").nth(1).check()
    mila.press("Envoyer").reads("nouveau rendez-vous après un problème technique", "jamais compté")
    new = re.search(r"CV-\w{4}-\w{4}", mila.follow("Lire ma convocation").path).group()

    # Asked aloud: written down by the advisor, confirmed in writing at once, corrected by the person.
    nadia.sign_in(f"/conseiller/convocations/{new}/").follow("Noter une demande")
    nadia.choose("Une autre date").fill("Ce que la personne a dit", "Préfère un mardi.")
    nadia.press("Enregistrer sa demande").reads("confirmation écrite")
    told = portal.mail(mila_in, "Ce que vous avez demandé est noté")
    mila.go(link_in(told)).reads("Préfère un mardi.")
    mila.page.get_by_text("Corriger ce qui a été noté").click()
    mila.page.get_by_label(re.compile("Qu’est-ce qui n’est pas juste")).fill("J’avais dit jeudi.")
    mila.press("Envoyer ma correction").reads("Votre correction est reçue", "J’avais dit jeudi.")
    nadia.page.reload()
    nadia.reads("J’avais dit jeudi.")


def test_an_agency_that_closes_a_day_shows_whom_to_move_and_moves_nobody_silently(portal, seat):
    zoe_in, nadia, helene = portal.cast["zoe"], seat("nadia"), seat("helene")
    day = portal.weekday(12)
    ref = convoked(nadia, zoe_in, day, "12:15")
    helene.sign_in("/agence/horaires/").follow("Ajouter un espace numérique")
    helene.fill("Nom", "Poste de la fenêtre").press("Enregistrer").reads("Poste de la fenêtre")
    helene.follow("Noter une fermeture")
    for label in ("Premier jour", "Dernier jour"):
        helene.page.get_by_label(re.compile(f"^{label}")).fill(day.isoformat())
    helene.page.get_by_label(re.compile("^Motif")).fill("Travaux")
    try:
        helene.press("Noter cette fermeture").reads("À déplacer", zoe_in.name)
        assert portal.state("convocations_convocation", ref) in {"ISSUED", "DELIVERED"}
        nadia.go("/conseiller/?nature=a-deplacer").reads(zoe_in.name, "agence fermée")
        # The person knows at once that nobody waits for them, and that another date costs them nothing.
        assert "Travaux" in portal.mail(zoe_in, "Impossible comme prévu")
        zoe = seat("zoe").sign_in(f"/espace/convocations/{ref}/")
        zoe.reads(
            "ne peut pas avoir lieu comme prévu", "Vous n’avez pas à venir", "pas compté comme un report"
        )
    finally:  # other stories need the day
        portal.sql("DELETE FROM convocations_displacement")
        portal.sql("DELETE FROM accounts_closure")

    # A place at the agency, its hour with it: kept from the moment it is asked for until it is given.
    zoe.go(f"/espace/convocations/{ref}/modalite/").choose("En vidéo depuis l’agence").press("Continuer")
    zoe.page.locator("[name=slot]").first.check()
    zoe.page.get_by_label("Quelle est la raison").select_option("EQUIPMENT")
    zoe.page.get_by_label(re.compile("Pour signer")).fill(zoe_in.name)
    zoe.reads("La place et l’heure que vous avez choisies sont gardées pour vous")
    zoe.press("Envoyer ma demande").reads("gardée jusqu’à la réponse")
    assert portal.number("SELECT count(*) FROM convocations_slothold WHERE claimant_id = %s", zoe_in.id) == 1
    nadia.go("/conseiller/?nature=demandes").follow(zoe_in.name).reads("gardée jusqu’à la réponse")
    nadia.choose("Accepter ce qui est demandé").press("Envoyer ma réponse").reads("Votre réponse est envoyée")
    assert "Poste de la fenêtre" in portal.mail(zoe_in, "C’est oui")
    assert portal.number("SELECT count(*) FROM convocations_slothold WHERE claimant_id = %s", zoe_in.id) == 0


def test_a_move_of_home_takes_the_whole_file_along(portal, seat):
    """The person says where they live now; the file goes to the other agency, and everybody is told."""
    elsa_in, remy_in = portal.cast["elsa"], portal.cast["remy"]
    elsa = seat("elsa").sign_in("/espace/profil/demenagement/")
    elsa.fill("Nouvelle adresse", "3 rue du Port").fill("Code postal", "29200").fill("Ville", "Brest")
    elsa.press("Voir ce qui va changer").reads("Agence de la Rade", "premier entretien")
    with elsa.page.expect_navigation():
        elsa.page.locator("button[name=etape][value=confirmer], button[value=confirmer]").first.click()
    elsa.reads("Agence de la Rade")
    (followed,) = portal.sql("SELECT advisor_id, city FROM accounts_claimant WHERE user_id = %s", elsa_in.id)
    assert followed == (remy_in.id, "Brest")
    for who in (elsa_in, remy_in, portal.cast["nadia"]):
        assert portal.wait(
            lambda who=who: any(
                "suivi" in mail["Subject"]
                or "dossier" in mail["Subject"].lower()
                or "agence" in mail["Subject"].lower()
                for mail in portal.sink.box.messages()
                if mail["Delivered-To"] == who.email
            ),
            60,
        ), who.email
    seat("remy").sign_in("/conseiller/?nature=suivis").reads(elsa_in.name)
