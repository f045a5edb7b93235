"""What people ask about an appointment and how it is answered: papers, manners, needs, calls; told in a browser."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from tests.journeys.acts import (
    accepts_the_papers,
    convoked,
    note,
    papers_checked,
    photo,
    pick_an_hour,
)
from tests.journeys.stage import PARIS, at, link_in

NEED = re.compile("^interprète dans une autre langue", re.IGNORECASE)
SIGN = re.compile("^Pour signer")


def asked_of(portal, who) -> tuple[int, str]:
    """How many hours are kept for this person's requests, and the state of the last one."""
    kept = portal.number("SELECT count(*) FROM convocations_slothold WHERE claimant_id = %s", who.id)
    last = "SELECT state FROM convocations_changerequest WHERE claimant_id = %s ORDER BY id DESC LIMIT 1"
    return kept, portal.sql(last, who.id)[0][0]


def test_a_third_postponement_needs_a_reason_and_a_paper_and_gets_another_hour(portal, seat):
    anna_in, marc = portal.cast["anna"], seat("marc")
    moved = [convoked(marc, anna_in, portal.weekday(20), "10:00")]
    anna = seat("anna").sign_in(f"/espace/convocations/{moved[0]}/")
    for number in (1, 2):
        anna.reads(f"Report {number} sur 2 sans justificatif").follow("Choisir une autre date")
        anna.reads(f"report {number} sur 2 sans justificatif")
        pick_an_hour(anna).press("Déplacer mon rendez-vous").reads("Votre nouveau rendez-vous")
        moved.append(re.search(r"CV-\w{4}-\w{4}", anna.follow("Lire ma convocation").path).group())

    # The third time the page says what is needed before any click, and which ones were counted.
    anna.reads("Report avec motif et justificatif. Votre conseiller répond.").follow("Choisir une autre date")
    anna.reads("Vous avez déjà déplacé 2 rendez-vous en 12 mois", "a besoin d’une raison et d’un document")
    anna.page.get_by_text("Voir ce qui a été compté").click()
    counted = anna.page.locator(".panel details li")
    expect(counted).to_have_count(2)
    expect(counted.first).to_contain_text("Report demandé le")
    pick_an_hour(anna, 1).reads(
        "heure que vous avez choisie est gardée pour vous jusqu’à la réponse", "Votre demande"
    )
    why = anna.page.get_by_label("Quelle est la raison")
    why.select_option("OFFICIAL_SUMMONS")
    anna.reads("À joindre à votre demande\u00a0: la convocation reçue.")
    anna.page.get_by_label(re.compile("^Expliquez")).fill("Je suis convoquée au tribunal ce jour-là.")
    anna.press("Envoyer ma demande").reads("Pour cette raison, un document est nécessaire")
    expect(why).to_have_value("OFFICIAL_SUMMONS")
    anna.page.get_by_label("Ajouter des fichiers").set_input_files([note()])
    anna.page.get_by_role("button", name="Envoyer ma demande").dblclick()
    anna.reads("Reçu de votre demande", "gardée jusqu’à la réponse", "bulletin de retard", "Elle est comptée")
    request = anna.last_part()
    assert asked_of(portal, anna_in) == (1, "SUBMITTED")
    portal.mail(anna_in, "Votre demande est bien reçue")

    # The advisor sees what was counted, and asks for one paper more; the answer waits for it.
    marc.go("/conseiller/?nature=demandes").follow(anna_in.name).reads(
        "Reports comptés", "la convocation reçue"
    )
    marc.choose("Demander des documents").fill("Quels documents\u202f?", "La page avec l’heure de l’audience")
    marc.press("Envoyer ma réponse").reads("La personne est prévenue", "Documents attendus")
    missing = portal.mail(anna_in, "Documents à envoyer avant le")
    assert "La liste est dans votre espace" in missing
    anna.go(link_in(missing)).reads("La page avec l’heure de l’audience", "À envoyer au plus tard")
    anna.page.get_by_label("Ajouter des fichiers").set_input_files([photo()])
    anna.press("Envoyer").reads("C’est reçu", "panneau de la gare")

    # Papers first, then yes, at an hour the advisor has; what was kept for the wish is free again.
    papers_checked(portal, anna_in, 2)
    accepts_the_papers(marc, anna_in, 2)
    marc.go(f"/conseiller/demandes/{request}/").choose("Accepter autrement")
    marc.page.get_by_label(re.compile("^Jour")).fill(portal.weekday(26).isoformat())
    marc.page.get_by_label(re.compile("^Heure")).fill("15:45")
    marc.fill("Vos raisons", "L’audience est bien ce jour-là.").press("Envoyer ma réponse")
    marc.reads("Votre réponse est envoyée", "L’audience est bien ce jour-là.")
    assert "15 h 45" in portal.mail(anna_in, "C’est oui", 3)
    anna.go(f"/espace/demandes/{request}/").reads("Acceptée, autre date", "15\u00a0h\u00a045")
    anna.reads("L’audience est bien ce jour-là.").follow("Lire ma convocation").reads("15\u00a0h\u00a045")
    assert asked_of(portal, anna_in) == (0, "ACCEPTED_OTHER_SLOT")
    anna.follow("Choisir une autre date").reads("Vous avez déjà déplacé 3 rendez-vous en 12 mois")
    portal.manage("verify_journal")


def test_a_need_is_told_once_and_a_no_comes_with_reasons_and_remedies(portal, seat):
    bilal_in, marc = portal.cast["bilal"], seat("marc")
    convocation = convoked(marc, bilal_in, portal.weekday(20), "11:15", "VIDEO")
    bilal = seat("bilal").sign_in(f"/espace/convocations/{convocation}/").follow("Demander un autre moyen")
    bilal.choose("En agence").press("Continuer").reads("De quoi avez-vous besoin pour participer")
    bilal.page.get_by_label(NEED).check()
    bilal.page.get_by_label("Quelle est la raison").select_option("DISABILITY")
    bilal.page.get_by_label("Ajouter des fichiers").set_input_files([note()])
    bilal.press("Envoyer ma demande").reads("Reçu de votre demande", "interprète dans une autre langue")
    papers_checked(portal, bilal_in, 1)
    marc.go("/conseiller/?nature=demandes").follow(bilal_in.name)
    marc.reads("Moyen souhaité", "Aménagements connus", "interprète dans une autre langue")
    request = marc.last_part()
    accepts_the_papers(marc, bilal_in)
    marc.go(f"/conseiller/demandes/{request}/").choose("Accepter ce qui est demandé")
    marc.press("Envoyer ma réponse").reads("Votre réponse est envoyée")
    assert "Où : Agence du Canal" in portal.mail(bilal_in, "C’est oui")
    bilal.go(f"/espace/demandes/{request}/").follow("Lire ma convocation")
    bilal.reads("Agence du Canal", "Présentez-vous à l’accueil")
    bilal.go("/espace/profil/").reads("Interprète dans une autre langue", "ni à les justifier de nouveau")

    # The next time it is known, ticked already, and backed by nothing more.
    convocation = convoked(marc, bilal_in, portal.weekday(24), "11:15", "VIDEO")
    bilal.go(f"/espace/convocations/{convocation}/").follow("Demander un autre moyen")
    bilal.choose("Par téléphone").press("Continuer")
    bilal.reads("Déjà connu", "Vous n’avez pas de document à renvoyer")
    expect(bilal.page.get_by_label(NEED)).to_be_checked()
    bilal.page.get_by_label("Quelle est la raison").select_option("DISABILITY")
    bilal.press("Envoyer ma demande").reads("Reçu de votre demande", "aucune absence ne peut être notée")
    request = bilal.last_part()
    assert portal.state("convocations_convocation", convocation) == "RESCHEDULE_PENDING"

    # A no says why, and where one turns.
    marc.go(f"/conseiller/demandes/{request}/").choose("Ne pas accepter").press("Envoyer ma réponse")
    marc.reads("Écrivez vos raisons")
    marc.choose("Ne pas accepter").fill("Vos raisons", "L’interprète ne vient qu’à l’agence.")
    marc.press("Envoyer ma réponse").reads("Votre réponse est envoyée")
    told = portal.mail(bilal_in, "Réponse à votre demande")
    assert "reste comme il était" in told
    assert "médiateur" in told
    assert "L’interprète ne vient" not in told  # what was said stands behind the sign-in
    bilal.go(link_in(told)).reads("Non acceptée", "L’interprète ne vient qu’à l’agence.", "médiateur")
    bilal.reads("Réponse de Marc Leroux", "jamais comptée")
    assert portal.state("convocations_convocation", convocation) == "READ"


def test_an_hour_becomes_days_in_which_one_writes(portal, seat):
    chloe_in, marc = portal.cast["chloe"], seat("marc")
    convocation = convoked(marc, chloe_in, portal.weekday(20), "12:15")
    chloe = seat("chloe").sign_in(f"/espace/convocations/{convocation}/modalite/")
    chloe.choose("Par échange écrit").press("Continuer").reads("Je soussigné(e)")
    chloe.page.get_by_label("Quelle est la raison").select_option("CONNECTIVITY")
    chloe.page.get_by_label(SIGN).fill(chloe_in.name)
    chloe.press("Envoyer ma demande").reads("Reçu de votre demande", "Par échange écrit")
    request = chloe.last_part()
    marc.go("/conseiller/?nature=demandes").follow(chloe_in.name)
    marc.reads("Déclaration sur l’honneur signée", "elle suffit pour cette raison")
    marc.choose("Accepter ce qui est demandé").press("Envoyer ma réponse")
    marc.reads("Votre réponse est envoyée")
    told = portal.mail(chloe_in, "C’est oui : nouveau rendez-vous du")
    assert "inclus" in told
    assert "par échange écrit" in told
    chloe.go(f"/espace/demandes/{request}/").reads("Acceptée", "inclus").follow("Lire ma convocation")
    chloe.reads(
        "Vous ne pouvez pas répondre par écrit",
        "Vous n’avez pas à vous déplacer",
        "Sans réponse, l’agence peut noter une absence",
    )


def test_a_video_that_fails_beforehand_becomes_a_call(portal, seat):
    dario_in, marc = portal.cast["dario"], seat("marc")
    convocation = convoked(marc, dario_in, portal.weekday(20), "13:15", "VIDEO")
    dario = seat("dario").sign_in(f"/espace/convocations/{convocation}/")
    dario.follow("Signaler un problème technique").reads("ne compte jamais contre vous")
    dario.choose("Qu’on m’appelle au 06 11 22 33 44").fill("Que se passe-t-il\u202f?", "Pas d’image.")
    dario.press("Envoyer").reads("Votre conseiller vous appelle dès qu’il peut", "jamais comptée")
    request = dario.last_part()
    assert portal.state("convocations_convocation", convocation) == "RESCHEDULE_PENDING"
    # It stands on the list of calls at once; a problem of technique cannot be answered with a no.
    marc.go("/conseiller/?nature=appels").follow(dario_in.name).reads("06 11 22 33 44", "incident technique")
    marc.choose("Oui, je lui ai parlé").press("Noter cet appel").reads("Appel clos")
    marc.follow("Répondre à sa demande").reads("Pas d’image.", "Oui, la personne le préfère")
    expect(marc.page.get_by_role("radio", name=re.compile("^Ne pas accepter"))).to_be_disabled()
    marc.choose("Accepter autrement").page.locator("[name=modality]").select_option("PHONE")
    marc.page.get_by_label(re.compile("^Jour")).fill(portal.weekday(20).isoformat())
    marc.page.get_by_label(re.compile("^Heure")).fill("14:15")
    marc.press("Envoyer ma réponse").reads("Votre réponse est envoyée")
    assert "par téléphone" in portal.mail(dario_in, "C’est oui")
    dario.go(f"/espace/demandes/{request}/").reads("14\u00a0h\u00a015", "jamais comptée")
    dario.follow("Lire ma convocation").reads("Votre conseiller vous appelle au", "Report 1 sur 2")


def test_a_call_asked_for_is_tried_on_three_days_and_ends_in_writing(portal, seat):
    emma_in, marc = portal.cast["emma"], seat("marc")
    portal.go_to(at(portal.weekday(1, (0,)), 15))
    emma = seat("emma").sign_in("/espace/").follow("Être rappelé")
    emma.page.get_by_label(re.compile("^À quel sujet")).select_option("BENEFITS")
    emma.fill("À quel numéro\u202f?", "06 99 88 77 66")
    emma.page.get_by_label(re.compile("^Quand êtes-vous joignable")).select_option("AFTERNOON")
    emma.page.get_by_role("button", name="Demander à être rappelé").dblclick()
    emma.reads("Marc Leroux vous appelle au plus tard le", "06 99 88 77 66", "rien ne vous est reproché")
    call = emma.last_part()
    told = portal.mail(emma_in, "Nous avons reçu votre demande de rappel")
    assert call in told
    asked = "SELECT count(*) FROM convocations_calltask WHERE claimant_id = %s"
    assert portal.number(asked, emma_in.id) == 1

    for number in (1, 2, 3):
        marc.sign_in("/conseiller/?nature=appels").follow(emma_in.name)
        marc.reads("06 99 88 77 66", "Plutôt l’après-midi", "À appeler avant la fin du")
        marc.choose("Non, sans réponse").page.get_by_label(re.compile(r"^Note\b")).fill(f"Essai {number}.")
        marc.press("Noter cet appel").reads("L’essai est noté", f"Essai {number}.")
        emma.sign_in(f"/espace/rappel/{call}/")
        expect(emma.page.get_by_text("Appel sans réponse")).to_have_count(number)
        if number < 3:
            marc.reads(f"Encore {3 - number} essai")
            emma.reads("À venir")
            portal.go_to(at(portal.weekday(1, range(5)), 15))

    # After the third nobody calls for ever: it is written, held against nobody, and asked again in one click.
    assert "Rien ne vous est reproché" in portal.mail(emma_in, "Nous n’avons pas réussi à vous joindre")
    emma.reads("Sans réponse", "Nous avons appelé trois fois", "Demander un autre appel")
    marc.go("/conseiller/?nature=appels").reads_not(emma_in.name)
    tried = "SELECT at FROM convocations_calltry t JOIN convocations_calltask c ON c.id = t.task_id"
    days = {
        row[0].astimezone(PARIS).date() for row in portal.sql(f"{tried} WHERE c.claimant_id = %s", emma_in.id)
    }
    assert len(days) == 3
    assert max(days) - min(days) == timedelta(days=2)


def test_the_reasons_are_read_by_somebody_who_is_not_signed_in(portal, new_context):
    page = new_context(locale="fr-FR").new_page()
    page.goto(portal.address)
    page.get_by_role("link", name="Motifs et justificatifs").click()
    expect(page).to_have_url(f"{portal.address}/motifs/")
    main = page.locator("main")
    for words in (
        "pas de liste fermée",
        "2 reports sans donner de raison",
        "12\u00a0mois",
    ):
        expect(main).to_contain_text(words)
    summons = page.get_by_role("row", name=re.compile("^Convocation d’une administration"))
    expect(summons).to_contain_text("la convocation reçue")
    expect(summons).to_contain_text("Votre conseiller vous demandera un document")
    expect(summons).to_contain_text("ce report compte")
    hired = page.get_by_role("row", name=re.compile("^Entretien d’embauche"))
    expect(hired).to_contain_text("Une déclaration sur l’honneur suffit")
    expect(hired).to_contain_text("ce report ne compte pas")
