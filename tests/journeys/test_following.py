"""When an advisor receives, who stands in, who follows whom, and the web follow-up: told in a browser."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from tests.journeys.acts import ROOM, convoked, pick_an_hour
from tests.journeys.stage import at, link_in, plain

TUESDAY, WEDNESDAY = 1, 2


def offered(person, ref: str) -> list[tuple[str, list[str]]]:
    """The days and hours this person may pick for an appointment, as the page says them."""
    person.go(f"/espace/convocations/{ref}/reporter/").reads("Aucune heure ne vous convient")
    days = person.page.locator(".slot-days > li")
    return [
        (
            one.locator("h3").inner_text().split()[0],
            [plain(hour.inner_text()).partition(",")[0].strip() for hour in one.locator("button").all()],
        )
        for one in days.all()
    ]


def test_an_advisors_week_exception_and_leave_decide_what_people_are_offered(portal, seat):
    fanny_in, sara, marc = portal.cast["fanny"], seat("sara"), seat("marc")
    ref = convoked(sara, fanny_in, portal.weekday(20), "10:00")
    fanny = seat("fanny").sign_in(f"/espace/convocations/{ref}/")
    assert len({day for day, _ in offered(fanny, ref)}) > 2  # the agency's own hours, every day it is open

    # One stretch in the week, and only in person: nothing else is offered, by no other manner.
    sara.go("/conseiller/disponibilites/").reads("Votre semaine est vide").follow("Ajouter à ma semaine")
    sara.page.get_by_label(re.compile("^Jour")).select_option(label="mardi")
    sara.page.get_by_label("De", exact=True).fill("14:00")
    sara.page.get_by_label("À", exact=True).fill("16:00")
    sara.page.get_by_label("En agence", exact=True).check()
    sara.press("Ajouter à ma semaine").reads("Mardi de 14 h à 16 h", "Aucune")
    days = offered(fanny, ref)
    assert {day for day, _ in days} == {"Mardi"}
    assert days[0][1] == ["14 h", "14 h 45"]

    # A Tuesday on which she is not there, a Wednesday on which she is.
    first = fanny.page.locator(".slot-days h3").first.inner_text()
    gone = portal.weekday(2, (TUESDAY,))
    extra = portal.weekday(3, (WEDNESDAY,))
    for day, words, hours in (
        (gone, "Je ne suis pas disponible", None),
        (extra, "Je suis disponible en plus", ("10:00", "10:45")),
    ):
        sara.go("/conseiller/disponibilites/").follow("Noter une exception")
        sara.page.get_by_label(re.compile("^Jour")).fill(day.isoformat())
        sara.choose(words)
        if hours:
            sara.page.get_by_label(re.compile("^De")).fill(hours[0])
            sara.page.get_by_label(re.compile("^À( |$)")).fill(hours[1])
            sara.page.get_by_label("En agence", exact=True).check()
        sara.press("Noter cette exception").reads("C’est noté")
    days = offered(fanny, ref)
    assert ("Mercredi", ["10 h"]) in days
    assert fanny.page.locator(".slot-days h3").first.inner_text() != first

    # A leave with a deputy. What she asked before it waits on the deputy's list for those days, not before.
    fanny.follow("Demander une autre date")
    fanny.page.get_by_label(re.compile("^Quand êtes-vous libre")).fill("Plutôt le matin.")
    fanny.press("Envoyer ma demande").reads("Reçue")
    request = fanny.last_part()
    away = portal.weekday(5, (TUESDAY,))
    sara.go("/conseiller/disponibilites/").follow("Noter une absence")
    sara.fill("Premier jour d’absence", away.isoformat())
    sara.fill("Dernier jour d’absence", (away + timedelta(days=1)).isoformat())
    sara.page.get_by_label(re.compile("^Qui vous remplace")).select_option(label="Marc Leroux")
    sara.press("Noter mon absence").reads("Marc Leroux vous remplace")
    hers = [f"/conseiller/demandes/{request}/", f"/conseiller/demandeurs/{fanny_in.ref}/"]
    for instant, status in (
        (None, 404),
        (at(away, 9), 200),
        (at(away + timedelta(days=2), 9), 404),
    ):
        if instant:
            portal.go_to(instant)
        marc.sign_in("/conseiller/")
        assert [marc.answers(page) for page in hers] == [status, status]
        if status == 200:
            marc.reads("Vous remplacez Sara Nguyen", fanny_in.name).follow(fanny_in.name)
            marc.choose("Ne pas accepter").fill("Vos raisons", "Sara ne reçoit pas le matin.")
            marc.press("Envoyer ma réponse").reads("Votre réponse est envoyée")
    marc.reads_not("Vous remplacez")
    told = portal.mail(fanny_in, "Réponse à votre demande")
    fanny.sign_in(link_in(told)).reads("Réponse de Marc Leroux", "Sara ne reçoit pas le matin.")


def test_a_leave_without_a_deputy_leaves_appointments_to_move(portal, seat):
    gael_in, sara = portal.cast["gael"], seat("sara")
    day = portal.weekday(30)
    ref = convoked(sara, gael_in, day, "11:00")
    sara.go("/conseiller/disponibilites/absence/")
    for label in ("Premier jour d’absence", "Dernier jour d’absence"):
        sara.fill(label, day.isoformat())
    sara.press("Noter mon absence").reads("Sans remplaçant", "Personne ne vous remplace")
    assert "absent" in portal.mail(gael_in, "Impossible comme prévu")
    sara.go("/conseiller/?nature=a-deplacer").reads(gael_in.name)
    iris = seat("iris").sign_in("/agence/horaires/")
    iris.reads("À déplacer", gael_in.name, "Sara Nguyen, le", "Sans remplaçant")
    gael = seat("gael").sign_in(f"/espace/convocations/{ref}/")
    gael.reads("ne peut pas avoir lieu comme prévu", "Vous n’avez pas à venir", "pas compté comme un report")
    gael.page.get_by_role("link", name="Choisir une autre date").first.click()
    pick_an_hour(gael).press("Déplacer mon rendez-vous").reads("Votre nouveau rendez-vous", "pas comptée")
    sara.go("/conseiller/?nature=a-deplacer").reads_not(gael_in.name)
    iris.go("/agence/horaires/").reads_not(gael_in.name)


def test_a_supervisor_opens_a_day_and_moves_one_person_then_several(portal, seat):
    hana_in, ivan_in, jade_in = (portal.cast[name] for name in ("hana", "ivan", "jade"))
    theo, iris, vera = seat("theo"), seat("iris"), seat("vera")
    ref = convoked(theo, hana_in, portal.weekday(20), "10:00")
    hana = seat("hana").sign_in(f"/espace/convocations/{ref}/")
    assert "Vendredi" not in {day for day, _ in offered(hana, ref)}
    iris.sign_in("/agence/horaires/").follow("Ajouter un horaire")
    iris.choose("Sur rendez-vous")
    iris.page.get_by_label(re.compile("^Jour")).select_option(label="vendredi")
    iris.fill("Ouvre à", "09:00").fill("Ferme à", "12:00").press("Ajouter cet horaire")
    iris.reads("Vendredi de 9 h à 12 h", "Aucun rendez-vous n’est à déplacer")
    assert "Vendredi" in {day for day, _ in offered(hana, ref)}
    hana.follow("Demander une autre date")
    hana.page.get_by_label(re.compile("^Quand êtes-vous libre")).fill("Le vendredi.")
    hana.press("Envoyer ma demande").reads("Reçue")
    request = hana.last_part()

    # One person: seen before the click, with what follows them.
    iris.go("/agence/portefeuilles/").reads("100 à 150 personnes par conseiller", "70 suivis renforcés")
    line = iris.page.get_by_role("row", name=re.compile("^Théo Blanc"))
    expect(line).to_contain_text("3")
    expect(line).to_contain_text("sous le repère")
    chooses(iris, "Théo Blanc", hana_in, to="Vera Costa", why="Théo part à mi-temps.")
    iris.reads(
        "Rien n’est fait tant que vous n’avez pas confirmé", "Vera Costa suivra 2 personnes, 1 aujourd’hui"
    )
    iris.reads("1 chose en cours suit")
    assert follows(portal, hana_in) == portal.cast["theo"].id
    iris.press("Confier 1 personne à Vera Costa").reads("1 personne confiée à Vera Costa", hana_in.name)
    assert follows(portal, hana_in) == portal.cast["vera"].id
    told = portal.mail(hana_in, "Votre conseiller référent est maintenant Vera Costa")
    hana.go(link_in(told)).reads("Vera Costa")
    hana.go("/espace/journal/").reads("Théo part à mi-temps.")
    # What waits goes with the person: hers now, and no longer his.
    vera.sign_in("/conseiller/?nature=demandes").reads(hana_in.name)
    assert vera.answers(f"/conseiller/demandes/{request}/") == 200
    assert theo.answers(f"/conseiller/demandes/{request}/") == 404
    assert theo.answers(f"/conseiller/demandeurs/{hana_in.ref}/") == 404

    # Several at once; one of them was moved meanwhile in another window: each line says what became of it.
    chooses(iris, "Théo Blanc", ivan_in, jade_in, to="Vera Costa")
    iris.reads("Vera Costa suivra 4 personnes", ivan_in.name, jade_in.name)
    window = seat("iris")
    chooses(window, "Théo Blanc", jade_in, to="Vera Costa")
    window.press("Confier 1 personne à Vera Costa").reads("1 personne confiée")
    iris.press("Confier 2 personnes à Vera Costa").reads("1 personne confiée à Vera Costa")
    iris.reads("Vera Costa suit déjà cette personne", "Confié à Vera Costa")
    for one in (ivan_in, jade_in):
        assert follows(portal, one) == portal.cast["vera"].id
        portal.mail(one, "Votre conseiller référent est maintenant Vera Costa")
        assert len(portal.mails(one, "Votre conseiller référent")) == 1
    # An e-mail a move to each of the two advisors (two within a second are one), none to her who did it.
    for name, words in (("theo", "Votre portefeuille s’allège"), ("vera", "Votre portefeuille s’agrandit")):
        portal.mail(portal.cast[name], words, 2)
        assert len(portal.mails(portal.cast[name], words)) <= 3
    assert not portal.mails(portal.cast["iris"], "Votre portefeuille")
    vera.go("/conseiller/portefeuille/").reads(hana_in.name, ivan_in.name, jade_in.name)


def chooses(supervisor, whose: str, *people, to: str, why: str = "") -> None:
    """Tick people of one portfolio and look at what moving them would do."""
    supervisor.go("/agence/portefeuilles/").follow(whose)
    for one in people:
        supervisor.page.get_by_label(re.compile(f"^Cocher {one.name}")).check()
    supervisor.page.get_by_label(re.compile("^Confier à")).select_option(label=to)
    supervisor.page.get_by_label(re.compile("^Pourquoi")).fill(why)
    supervisor.press("Voir avant de confier")


def follows(portal, who) -> int:
    return portal.number("SELECT advisor_id FROM accounts_claimant WHERE user_id = %s", who.id)


def test_the_web_follow_up_waits_for_a_volunteer_and_is_left_at_any_time(portal, seat):
    kim_in, vera_in, vera = portal.cast["kim"], portal.cast["vera"], seat("vera")
    mode = "SELECT follow_up_mode FROM accounts_claimant WHERE user_id = %s"
    kim = seat("kim").sign_in("/espace/suivi/").reads("Aucun conseiller volontaire n’a de place")
    kim.press("Choisir le suivi").reads("Il manque pour ce suivi")
    for box in kim.page.get_by_role("checkbox").all():
        box.check()
    kim.press("Choisir le suivi").reads("Votre demande est gardée", "Votre suivi actuel continue")
    assert portal.sql(mode, kim_in.id) == [("GUIDED",)]
    seat("iris").sign_in("/agence/suivis/").reads("Souhaits de suivi", kim_in.name)

    # Her advisor volunteers: it begins, and it is written.
    vera.sign_in("/conseiller/suivi-web/").page.get_by_label(re.compile("^Je suis volontaire")).check()
    vera.press("Enregistrer").reads("Vous êtes volontaire")
    portal.mail(kim_in, "Votre suivi 100 % web commence")
    assert portal.sql(mode, kim_in.id) == [("WEB",)]
    kim.go("/espace/suivi/").reads("suivi 100\u00a0% web", "Vera Costa", "Accord donné le")
    seat("iris").sign_in("/agence/suivis/").reads_not(kim_in.name)

    # She leaves it with a video appointment ahead: no reason is asked, her advisor owes her one in person.
    day = portal.weekday(12)
    ref = convoked(vera, kim_in, day, "10:30", "VIDEO")
    kim.go(f"/espace/convocations/{ref}/").reads(ROOM)
    kim.go("/espace/suivi/").press("Quitter le suivi").reads("rien ne vous est reproché")
    kim.reads("Votre conseiller va vous les proposer en agence", "aucune absence ne peut y être retenue")
    assert portal.sql(mode, kim_in.id) == [("GUIDED",)]
    assert "vous les proposer en agence" in portal.mail(kim_in, "Vous n’êtes plus suivi à 100 % par le web")
    portal.mail(vera_in, "Des rendez-vous vidéo sont à proposer en agence")
    vera.go("/conseiller/?nature=suivis").follow(kim_in.name).follow("Proposer en agence")
    expect(vera.page.get_by_label("Heure", exact=True)).to_have_value("10:30")
    vera.press("Proposer en agence").reads("Le rendez-vous est proposé en agence", "Agence du Canal")
    told = portal.mail(kim_in, "Votre rendez-vous du .* se fait en agence")
    assert "Même jour, même heure" in told
    kim.go(link_in(told)).reads("Agence du Canal", "10\u00a0h\u00a030", "Présentez-vous à l’accueil")
    assert portal.state("convocations_convocation", ref) == "SUPERSEDED"
    kim.go("/espace/suivi/").reads_not("va vous les proposer")
    vera.go("/conseiller/?nature=suivis").reads_not(kim_in.name)
    # Nobody is followed by web now: she may stop volunteering.
    vera.go("/conseiller/suivi-web/").page.get_by_label(re.compile("^Je suis volontaire")).uncheck()
    vera.press("Enregistrer").reads("Vous n’êtes plus volontaire")
