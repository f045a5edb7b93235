"""What follows a referral, in a browser: examined by somebody else, told, answered in ten days, decided by a person."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.journeys.acts import MINUTE
from tests.journeys.stage import link_in


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
    noe = seat("noe").sign_in(link_in(told)).reads("Vous n’êtes pas venu", "R5412-1", "10 jours")
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
    # Nobody else of the portal opens it.
    assert seat("rose").sign_in("/espace/").answers(f"/espace/procedures/{ref}/") == 404
    assert seat("nadia").sign_in("/conseiller/").answers(f"/decisions/{ref}/") == 404


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
