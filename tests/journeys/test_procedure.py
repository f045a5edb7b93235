"""What follows a referral, in a browser: examined by somebody else, told, answered in ten days, decided by a person."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from portal.core.references import to_number
from tests.journeys.acts import MINUTE
from tests.journeys.stage import PARIS, link_in


def referred(portal, seat, name: str) -> str:
    """Let an advisor hand an absence without explanation on; give the reference of the procedure."""
    person, nadia = portal.cast[name], seat("nadia")
    absence = portal.missed(person)
    portal.go_to(datetime.fromisoformat(absence["due"]) + MINUTE)
    ended = "SELECT count(*) FROM convocations_absence WHERE claimant_id = %s AND period_ended_at IS NOT NULL"
    assert portal.wait(lambda: portal.number(ended, person.id), 40)
    nadia.sign_in(f"/conseiller/absences/{absence['ref']}/").choose("Transmettre pour examen")
    nadia.fill("Vos raisons", "Aucune réponse.")
    nadia.page.get_by_role("textbox", name="Rapport des faits").fill(
        "L’entretien était prévu et connu. Personne n’est venu."
    )
    nadia.press("Enregistrer ma décision").reads("Décision prise")
    # She sees where it stands, and no form to punish.
    nadia.go(f"/conseiller/absences/{absence['ref']}/").reads("transmise pour examen")
    odile = seat("odile").sign_in("/decisions/").follow(person.name)
    odile.reads("Personne ne l’examine encore", "Rien n’est décidé")
    odile.press("Prendre en main")
    return odile.last_part()


def test_referred_told_answered_and_decided_by_a_person(portal, seat):
    noe_in = portal.cast["noe"]
    ref = referred(portal, seat, "noe")
    odile = seat("odile").go(f"/decisions/{ref}/").follow("Écrire la lettre d’information")
    # Nothing is chosen for her; out of range is refused with the range, and what she wrote stays.
    expect(odile.page.locator("input[name=outcome]:checked")).to_have_count(0)
    odile.page.get_by_label("Les faits reprochés").fill("Vous n’êtes pas venu à votre entretien.")
    odile.choose("Suspension")
    odile.page.locator("[name=share]").fill("10")
    odile.page.locator("[name=length]").fill("1")
    odile.press("Voir ce que la personne lira").reads("Le barème permet ceci et rien d’autre")
    expect(odile.page.get_by_label("Les faits reprochés")).to_have_value(
        "Vous n’êtes pas venu à votre entretien."
    )
    odile.page.locator("[name=share]").fill("30")
    odile.press("Voir ce que la personne lira").reads("mot pour mot", "avant toute décision", "284,31")
    odile.press("Envoyer la lettre")
    portal.becomes("measures_case", ref, "NOTICE_SENT")

    # He follows the mail; the ten days begin when he reads, not before.
    told = portal.mail(noe_in, "Une lettre vous attend")
    noe = seat("noe").sign_in(link_in(told)).reads("Vous n’êtes pas venu", "R5412-1", "Il vous reste")
    portal.becomes("measures_case", ref, "NOTICE_RECEIVED")
    noe.page.get_by_label("Vos observations").fill("Je gardais ma mère, sortie de l’hôpital.")
    noe.press("Envoyer mes observations").reads("Vos observations sont reçues", "Empreinte")
    portal.becomes("measures_case", ref, "OBSERVATIONS_FILED")

    # Before the tenth day nobody can decide.
    seat("odile").go(f"/decisions/{ref}/").reads_not("Une mesure permise, ou aucune")
    (until,) = portal.sql(
        "SELECT observations_until FROM measures_notice JOIN measures_case c ON c.id = case_id"
        " WHERE c.claimant_id = %s",
        noe_in.id,
    )[0]
    portal.go_to(until + MINUTE)
    portal.becomes("measures_case", ref, "DECISION_DUE")
    odile = seat("odile").sign_in(f"/decisions/{ref}/").follow("Décider")
    odile.choose("Suspension")
    odile.page.locator("[name=share]").fill("30")
    odile.page.locator("[name=length]").fill("1")
    odile.page.get_by_label("Vos raisons, en fait").fill("L’entretien était connu.")
    odile.page.get_by_label("Vos raisons, en droit").fill("Article R5412-1 du code du travail.")
    odile.press("Voir ce que la personne lira").reads("réponse")
    odile.page.get_by_label("Votre réponse à la personne").fill(
        "Votre situation a compté : la durée est la plus courte."
    )
    odile.press("Voir ce que la personne lira").reads("la durée est la plus courte", "pour agir")
    odile.press("Envoyer la décision")

    decided = portal.mail(noe_in, "Une décision vous attend")
    noe = seat("noe").sign_in(link_in(decided)).reads("la durée est la plus courte", "Recours gracieux")
    portal.becomes("measures_case", ref, "NOTIFIED")
    portal.go_to(portal.now() + timedelta(days=1))
    portal.becomes("measures_case", ref, "IN_FORCE")
    contested_and_undone(portal, seat, ref)
    # Nobody else of the portal opens it.
    assert seat("rose").sign_in("/espace/").answers(f"/espace/procedures/{ref}/") == 404
    assert seat("nadia").sign_in("/conseiller/").answers(f"/decisions/{ref}/") == 404


def contested_and_undone(portal, seat, ref: str) -> None:
    """He contests the measure: somebody else looks again, and all of it is undone, with a day and a proof."""
    noe_in = portal.cast["noe"]
    noe = seat("noe").sign_in(f"/espace/procedures/{ref}/").follow("Contester la décision")
    noe.reads("Vous pouvez agir jusqu’au").follow("Recours gracieux")
    noe.page.get_by_label("Ce que vous demandez").fill("Le certificat de l’hôpital est au dossier.")
    noe.page.get_by_role("button", name="Envoyer mon recours").dblclick()
    noe.reads("Votre recours est bien reçu", "Votre délai est interrompu", "Empreinte")
    appeal = noe.last_part()
    portal.mail(noe_in, "Nous avons bien reçu votre recours gracieux")
    filed = "SELECT count(*) FROM measures_graciousappeal g JOIN measures_appealcase a ON a.id = g.appeal_id"
    assert portal.number(f"{filed} WHERE a.ref = %s", to_number("RC", appeal)) == 1

    # Who took the decision does not answer.
    seat("odile").sign_in(f"/decisions/recours/{appeal}/").reads("À répondre par une autre personne")
    basile = seat("basile").sign_in("/decisions/recours/").follow(noe_in.name)
    basile.reads("certificat de l’hôpital").follow("Répondre au recours gracieux")
    expect(basile.page.locator("input[name=verdict]:checked")).to_have_count(0)
    basile.choose("Accepter(?! en partie)")
    basile.page.get_by_label("Vos raisons, en fait").fill("Le certificat est de ce jour-là.")
    basile.page.get_by_label("Vos raisons, en droit").fill("Article R5412-1 du code du travail.")
    basile.press("Voir ce que la personne lira").reads("Votre recours est accepté")
    basile.press("Envoyer ma réponse").reads("Votre réponse est envoyée")
    portal.becomes("measures_case", ref, "ANNULLED")
    excused = "SELECT count(*) FROM convocations_absence WHERE claimant_id = %s AND state = 'EXCUSED'"
    assert portal.wait(lambda: portal.number(excused, noe_in.id), 40)

    won = portal.mail(noe_in, "Une réponse à votre recours vous attend")
    noe = seat("noe").sign_in(link_in(won))
    noe.reads("Vos droits sont rétablis", "Ce qui a été retiré vous est versé", "n’a plus d’effet")
    basile = seat("basile").sign_in(f"/decisions/recours/{appeal}/").follow("Noter que c’est fait")
    basile.page.get_by_label("La preuve").fill("Virement du service paiement, no 12.")
    basile.press("Noter que c’est fait").reads("avec sa preuve")
    portal.mail(noe_in, "Ce qui vous était dû est fait")
    seat("noe").sign_in(f"/espace/recours/{appeal}/").reads("C’est fait depuis le")


def test_contested_in_vain_down_to_the_court(portal, seat):
    ugo_in = portal.cast["ugo"]
    known = portal.decided(ugo_in)
    case, appeal = f"/espace/procedures/{known['ref']}/", f"/espace/recours/{known['appeal']}/"
    # A wish to end it early, refused with reasons.
    ugo = seat("ugo").sign_in(case).follow("J’ai fait le nécessaire")
    ugo.page.get_by_label("Ce que vous avez fait").fill("J’ai repris rendez-vous.")
    ugo.press("Envoyer ma demande").reads("Votre demande est examinée")
    odile = seat("odile").sign_in(f"/decisions/{known['ref']}/levee/").choose("Refuser")
    odile.page.get_by_label("Vos raisons, en fait").fill("Le rendez-vous n’a pas encore eu lieu.")
    odile.page.get_by_label("Vos raisons, en droit").fill("Article R5412-1 du code du travail.")
    odile.press("Voir ce que la personne lira").press("Envoyer ma réponse")
    refused = portal.mail(ugo_in, "Une réponse à votre demande de levée vous attend")
    seat("ugo").sign_in(link_in(refused)).reads("La levée est refusée", "n’a pas encore eu lieu")

    # A gracious appeal, rejected; the whole time to act begins anew when he reads why.
    ugo = seat("ugo").sign_in(appeal).follow("Recours gracieux")
    ugo.page.get_by_label("Ce que vous demandez").fill("Je conteste cette décision.")
    ugo.press("Envoyer mon recours").reads("Votre délai est interrompu")
    basile = seat("basile").sign_in(f"/decisions/recours/{known['appeal']}/repondre/").choose("Refuser")
    basile.page.get_by_label("Vos raisons, en fait").fill("L’entretien était connu de vous.")
    basile.page.get_by_label("Vos raisons, en droit").fill("Article R5412-1 du code du travail.")
    basile.press("Voir ce que la personne lira").reads("connu de vous").press("Envoyer ma réponse")
    said = portal.mail(ugo_in, "Une réponse à votre recours vous attend")
    ugo = seat("ugo").sign_in(link_in(said)).reads("connu de vous", "Vous pouvez agir jusqu’au")

    # Mediation without an agreement, then the court with the file that the portal puts together.
    today = portal.now().astimezone(PARIS).date().isoformat()
    ugo.follow("Médiation").page.get_by_label("Jour de votre demande").fill(today)
    ugo.press("Noter ma demande de médiation").follow("Noter la fin de la médiation")
    ugo.page.locator("[name=state]").select_option("FAILED")
    ugo.page.get_by_label("Jour de la fin").fill(today)
    ugo.press("Noter la fin de la médiation").reads("La fin de la médiation est notée")
    assert ugo.download("Préparer mon dossier").startswith(b"%PDF-")
    ugo.go(appeal).follow("Noter mon recours au tribunal").fill(
        "Nom du tribunal", "Tribunal administratif de Rennes"
    )
    ugo.page.get_by_label("Jour du dépôt").fill(today)
    ugo.press("Noter mon recours au tribunal").reads("Tribunal administratif de Rennes")
    portal.mail(ugo_in, "Votre recours au tribunal est noté")
    basile = seat("basile").sign_in(f"/decisions/recours/{known['appeal']}/").follow("Noter le jugement")
    basile.choose("Recours rejeté")
    basile.page.get_by_label("Jour du jugement").fill(today)
    basile.page.get_by_role("textbox", name="Ce que dit le jugement").fill(
        "Jugement no 27-1 : le recours est rejeté."
    )
    basile.press("Noter et appliquer le jugement")
    judged = portal.mail(ugo_in, "Le jugement sur votre recours est noté")
    seat("ugo").sign_in(link_in(judged)).reads("Jugement no 27-1")
    # The measure stood all the while.
    assert portal.state("measures_case", known["ref"]) in ("IN_FORCE", "LIFT_REFUSED")


def test_examined_and_closed_without_any_measure(portal, seat):
    rose_in = portal.cast["rose"]
    ref = referred(portal, seat, "rose")
    odile = seat("odile").go(f"/decisions/{ref}/").follow("Clore sans mesure")
    odile.page.get_by_label("Vos raisons").fill("Un seul rendez-vous manqué, et de vraies démarches.")
    odile.press("Clore sans mesure")
    if "clore" in odile.path:
        odile.press("Clore sans mesure")
    portal.becomes("measures_case", ref, "CLOSED")
    told = portal.mail(rose_in, ".*sans mesure")
    seat("rose").sign_in(link_in(told)).reads("de vraies démarches", "Vous n’avez rien à faire")
