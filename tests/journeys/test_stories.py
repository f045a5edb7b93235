"""What people live through with the portal, told once in a real browser on the whole of it, as the clock moves on.

Each story has people of its own and takes the clock where it stands: any order will do.
"""

import re
from datetime import datetime, timedelta

import icalendar
from playwright.sync_api import expect

from portal.core.references import to_number
from tests import paper
from tests.journeys.acts import MINUTE, PURPOSE, accepts_the_papers, convoke, note, papers_checked, photo
from tests.journeys.stage import at, link_in


def test_convoked_reminded_missed_explained_decided(portal, seat):
    camille_in, nadia, helene = portal.cast["camille"], seat("nadia"), portal.cast["helene"]
    day = portal.weekday(9)
    start = at(day, 14)

    # The advisor convokes her; a double click sends once.
    nadia.sign_in().go("/conseiller/portefeuille/").follow("Camille Moreau").follow("Convoquer")
    convoke(nadia, day)
    nadia.page.get_by_role("button", name="Envoyer à 1 personne").dblclick()
    nadia.reads("C’est envoyé à Camille Moreau")
    ref = nadia.last_part()
    assert (
        portal.number("SELECT count(*) FROM convocations_convocation WHERE claimant_id = %s", camille_in.id)
        == 1
    )

    # She reads the mail, follows it, signs in with a code of another mail, and stands before the page.
    told = portal.mail(camille_in, "Convocation :")
    assert "votre présence est attendue" in told
    camille = seat("camille").go(link_in(told))
    camille.follow("Recevoir un code par e-mail").fill("Adresse e-mail", camille_in.email)
    camille.press("Recevoir un code")
    code = re.search(r"\b\d{6}\b", portal.mail(camille_in, "Votre code")).group()
    camille.fill("Code reçu par e-mail", code).press("Me connecter")
    expect(camille.page).to_have_url(re.compile(f"/espace/convocations/{ref}/$"))
    camille.reads(PURPOSE, "Votre CV", "Nadia Benali", "Ce qui est prouvé")
    assert portal.state("convocations_convocation", ref) == "READ"
    camille.press("Je confirme la réception").reads("vous avez confirmé la réception")
    portal.becomes("convocations_convocation", ref, "ACKNOWLEDGED")
    keep_the_proof(portal, camille, ref)
    calendar_entry(camille, start, ref)

    # Reminded at each step, once.
    for number, before in enumerate((timedelta(days=7), timedelta(days=2), timedelta(hours=2)), start=1):
        portal.go_to(start - before + MINUTE)
        portal.mail(camille_in, "Rappel :", number)

    # The hour passes. Nobody came and nobody records: that is no absence; the supervisor hears of it.
    portal.go_to(start + timedelta(minutes=50))
    portal.becomes("convocations_convocation", ref, "AWAITING_STATUS")
    nadia.sign_in("/conseiller/").reads("Camille Moreau", "Présence à enregistrer")
    due = portal.sql(
        "SELECT record_due_at FROM convocations_convocation WHERE claimant_id = %s", camille_in.id
    )
    late = r"\d+ présences? à enregistrer"
    before = len(portal.mails(helene, late))
    portal.go_to(due[0][0] + MINUTE)
    assert "/agence/" in portal.mail(helene, late, before + 1)
    assert portal.state("convocations_convocation", ref) == "AWAITING_STATUS"
    portal.go_to(at(portal.weekday(1), 9))
    nadia.sign_in("/conseiller/").follow("Camille Moreau")
    nadia.choose("Absent").press("Enregistrer").reads("La personne n’a pas encore répondu")

    # She reads that nothing is decided, and explains with papers.
    asked = portal.mail(camille_in, "Dites-nous ce qui s’est passé")
    assert "Rien n’est décidé" in asked
    camille.sign_in(link_in(asked)).reads("Rien n’est décidé", "À expliquer au plus tard")
    absence = camille.last_part()
    explains(portal, camille, camille_in)

    # The advisor looks at the papers, then decides with reasons.
    accepts_the_papers(nadia, camille_in, 2)
    nadia.go(f"/conseiller/absences/{absence}/").reads("Le train de 13 h 12 a été supprimé.", "accepté")
    nadia.choose("Excuser l’absence").fill("Vos raisons", "Le bulletin montre que le train a été supprimé.")
    nadia.press("Enregistrer ma décision").reads("Décision prise")

    # She reads what was decided and why, and who did what.
    decided = portal.mail(camille_in, "Votre absence est excusée")
    camille.go(link_in(decided)).reads(
        "Ce qui a été décidé", "Le bulletin montre que le train a été supprimé."
    )
    camille.reads("Nadia Benali", "sans conséquence")
    camille.follow("Journal").reads("Nadia Benali", ref, absence)
    assert len(portal.mails(camille_in, "Rappel :")) == 3
    assert len(portal.mails(camille_in, "Convocation :")) == 1
    portal.manage("verify_journal")


def keep_the_proof(portal, camille, ref):
    receipt = camille.download("Télécharger le reçu (PDF)")
    assert receipt.startswith(b"%PDF-")
    words = re.sub(r"\s", "", paper.text_of(receipt))
    (shown,) = portal.sql(
        "SELECT encode(shown_hash, 'hex') FROM convocations_deliveryevidence e JOIN convocations_convocation c"
        " ON c.id = e.convocation_id WHERE c.ref = %s AND e.fact = 'CONSULTED'",
        to_number("CV", ref),
    )
    assert shown[0] in words, words
    assert ref in words


def calendar_entry(camille, start, ref):
    calendar = icalendar.Calendar.from_ical(camille.download("Ajouter à mon agenda"))
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("DTSTART") == start
    assert ref in f"{event['UID']} {event.get('DESCRIPTION', '')}"


def explains(portal, camille, camille_in):
    """She sends words, a paper and a photo; they wait behind the check until the worker has seen them."""
    camille.page.get_by_label("Quelle est la raison").select_option("TRANSPORT")
    camille.page.get_by_label("Que s’est-il passé").fill("Le train de 13 h 12 a été supprimé.")
    camille.page.get_by_label("Ajouter des fichiers").set_input_files([note(), photo()])
    with portal.worker_asleep():
        camille.page.get_by_role("button", name="Envoyer mon explication").dblclick()
        camille.reads("Votre explication est reçue", "bulletin de retard", "panneau de la gare")
        receipt = camille.page.url
        camille.follow("Revenir à mon absence").reads("Vérification en cours")
    portal.mail(camille_in, "Nous avons bien reçu votre explication")
    papers_checked(portal, camille_in, 2)
    camille.page.reload()
    camille.reads("En cours d’examen").reads_not("Vérification en cours")
    # Back to the form as it was sent, and sent again: the same receipt, nothing twice.
    camille.go(receipt).reads("Votre explication est reçue")
    assert camille.download("reçu").startswith(b"%PDF-")
    said = (
        "SELECT count(*) FROM convocations_explanation e JOIN convocations_absence a ON a.id = e.absence_id"
    )
    assert portal.number(f"{said} WHERE a.claimant_id = %s", camille_in.id) == 1


# --- many at once ---------------------------------------------------------------


def test_selection_and_file_say_line_by_line_what_became_of_each(portal, seat):
    def convoked(who) -> int:
        return portal.number("SELECT count(*) FROM convocations_convocation WHERE claimant_id = %s", who.id)

    paul, day = seat("paul"), portal.weekday(10)
    mine = [portal.cast[name] for name in ("jeanne", "tomas")]
    portal.sql(
        "UPDATE accounts_claimant SET advisor_id = %s WHERE user_id = ANY(%s)",
        portal.cast["paul"].id,
        [one.id for one in mine],
    )
    paul.sign_in().go("/conseiller/portefeuille/")
    for one in mine:
        paul.page.get_by_role("checkbox", name=f"Cocher {one.name}").check()
    convoke(paul.press("Convoquer les personnes cochées"), day).reads("Partiront")
    paul.press("Envoyer à 2 personnes").reads("2 envois faits", "Tout est parti")
    for one in mine:
        paul.reads(one.name)
        portal.mail(one, "Convocation :")

    # The same by file: one good line, one that cannot be read, one that is somebody else's.
    later = portal.weekday(20)
    lines = [
        "reference;date;heure;duree;objet;a_apporter",
        f"{mine[0].ref};{later:%d/%m/%Y};15:30;30;Préparer votre atelier;",
        f"{mine[1].ref};le 35 mai;15:30;30;;",
        f"{portal.cast['omar'].ref};{later:%d/%m/%Y};16:30;30;;",
    ]
    before = [convoked(one) for one in (mine[1], portal.cast["omar"])]
    paul.go("/conseiller/convocations/nouvelle/?fichier=1")
    file = {"name": "liste.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode()}
    paul.page.get_by_label("Fichier CSV").set_input_files([file])
    convoke(paul, later, "14:00").reads("Ligne 3", "Ligne 4", "la raison est dite")
    paul.press("Envoyer à 1 personne").reads(f"C’est envoyé à {mine[0].name}")
    assert [convoked(one) for one in (mine[1], portal.cast["omar"])] == before
    portal.mail(mine[0], "Convocation :", 2)


# --- what time and proof decide ---------------------------------------------------


def test_silence_is_chased_by_people_handed_over_and_closed_in_favour(portal, seat):
    nour, nadia, helene = portal.cast["nour"], portal.cast["nadia"], portal.cast["helene"]
    absence = portal.missed(nour)
    portal.mail(nour, "Dites-nous ce qui s’est passé")
    chased, told = (
        r"\d+ absences? attend(ent)? votre décision",
        r"\d+ absences? attend(ent)? une décision en retard",
    )
    before = len(portal.mails(nadia, chased))
    portal.go_to(datetime.fromisoformat(absence["decide_by"]) + MINUTE)
    assert "Ouvrir ma liste" in portal.mail(nadia, chased, before + 1)
    before = len(portal.mails(helene, told))
    portal.go_to(datetime.fromisoformat(absence["escalate"]) + MINUTE)
    portal.mail(helene, told, before + 1)
    office = seat("helene").sign_in("/agence/?retards=absences").reads(nour.name, nadia.name)
    office.page.get_by_role("checkbox", name=re.compile(f"Cocher {nour.name}")).check()
    office.page.get_by_label("Confier à").select_option(label="Paul Keller")
    office.fill("Pourquoi\u202f?", "Nadia est en congé.").press("Confier")
    office.reads("1 ligne confiée à Paul Keller", "Fait")
    paul = seat("paul").sign_in("/conseiller/?nature=absences").reads(nour.name, "sans réponse")
    assert portal.state("convocations_absence", absence["ref"]) == "EXPLANATION_REQUESTED"

    # Nobody decides: on the thirtieth day it is over, in her favour, by rule.
    portal.go_to(datetime.fromisoformat(absence["closes"]) + MINUTE)
    closed = portal.mail(nour, "Votre absence est close en votre faveur")
    assert "Elle n’a aucune conséquence" in closed
    portal.becomes("convocations_absence", absence["ref"], "CLOSED_NO_ACTION")
    seat("nour").sign_in(link_in(closed)).reads("Close sans suite", "faveur")
    paul.sign_in(f"/conseiller/absences/{absence['ref']}/").reads("en faveur de la personne")


def test_not_proven_to_know_cannot_be_absent(portal, seat):
    sofia, nadia, day = portal.cast["sofia"], seat("nadia"), portal.weekday(4)
    start = at(day, 15)
    nadia.sign_in().go(f"/conseiller/convocations/nouvelle/?pour={sofia.ref}")
    convoke(nadia, day, "15:00").press("Envoyer à 1 personne").reads("C’est envoyé")
    ref = nadia.last_part()
    portal.mail(sofia, "Convocation :")
    # Two days before she has not opened it: another mail, and a call for the advisor.
    portal.go_to(start - timedelta(days=2) + MINUTE)
    portal.mail(sofia, "À lire :")
    nadia.sign_in("/conseiller/?nature=appels").reads(sofia.name)
    portal.go_to(start + timedelta(hours=1))
    portal.becomes("convocations_convocation", ref, "AWAITING_STATUS")
    nadia.sign_in(f"/conseiller/convocations/{ref}/").reads("L’absence ne peut pas être enregistrée")
    nadia.reads("Rien ne prouve que la personne")
    expect(nadia.page.get_by_role("radio", name=re.compile("^Absent"))).to_be_disabled()
    nadia.choose("Notification non prouvée").press("Enregistrer").reads("Une nouvelle date est à proposer")
    assert portal.state("convocations_convocation", ref) == "NOT_PROVEN"
    assert portal.number("SELECT count(*) FROM convocations_absence WHERE claimant_id = %s", sofia.id) == 0
    assert "ne compte donc pas" in portal.mail(sofia, "Nous allons vous proposer une nouvelle date")
    nadia.follow("Proposer une nouvelle date").reads("Rien n’est envoyé avant l’aperçu")
    convoke(nadia, portal.weekday(9), "15:00").press("Envoyer à 1 personne").reads("C’est envoyé")


def test_late_record_is_handed_over_by_the_supervisor(portal, seat):
    karim, nadia, day = portal.cast["karim"], seat("nadia"), portal.weekday(4)
    nadia.sign_in().go(f"/conseiller/convocations/nouvelle/?pour={karim.ref}")
    convoke(nadia, day, "16:00").press("Envoyer à 1 personne").reads("C’est envoyé")
    ref = nadia.last_part()
    portal.go_to(at(day, 17))
    portal.becomes("convocations_convocation", ref, "AWAITING_STATUS")
    portal.go_to(at(day, 17) + timedelta(days=7))
    helene = seat("helene").sign_in("/agence/")
    line = helene.page.get_by_role("row", name=re.compile(karim.name))
    line.get_by_role("checkbox").check()
    helene.page.get_by_label("Confier à").select_option(label="Paul Keller")
    helene.fill("Pourquoi\u202f?", "Pour répartir.").press("Confier").reads("1 ligne confiée à Paul Keller")
    paul = seat("paul").sign_in(f"/conseiller/?personne={karim.name.split()[0]}")
    paul.press(f"Présent : {karim.name}").reads("Annuler cet enregistrement")
    assert portal.state("convocations_convocation", ref) == "ATTENDED"


def test_referral_waits_for_the_period_states_facts_and_decides_nothing(portal, seat):
    lea, nadia = portal.cast["lea"], seat("nadia")
    absence = portal.missed(lea)
    page = f"/conseiller/absences/{absence['ref']}/"
    nadia.sign_in(page).reads("La transmission n’est pas possible pour le moment", "peut encore s’expliquer")
    expect(nadia.page.get_by_role("radio", name=re.compile("^Transmettre"))).to_be_disabled()
    portal.go_to(datetime.fromisoformat(absence["due"]) + MINUTE)
    ended = "SELECT count(*) FROM convocations_absence WHERE claimant_id = %s AND period_ended_at IS NOT NULL"
    assert portal.wait(lambda: portal.number(ended, lea.id), 40)
    nadia.sign_in(page).choose("Transmettre pour examen").fill("Vos raisons", "Aucune réponse.")
    nadia.page.get_by_role("textbox", name="Rapport des faits").fill("Je propose 30 % pendant un mois.")
    nadia.press("Enregistrer ma décision").reads("retirez tout montant")
    expect(nadia.page.get_by_role("textbox", name="Rapport des faits")).to_have_value(
        "Je propose 30 % pendant un mois."
    )
    nadia.choose("Transmettre pour examen")
    nadia.page.get_by_role("textbox", name="Rapport des faits").fill(
        "L’entretien était prévu. La personne n’est pas venue."
    )
    nadia.press("Enregistrer ma décision").reads("Décision prise")
    assert portal.state("convocations_absence", absence["ref"]) == "REFERRED"
    told = portal.mail(lea, "Votre situation va être examinée")
    assert "Rien n’est décidé" in told
    seat("lea").sign_in(link_in(told)).reads("Aucune mesure n’est prise", "dix jours", "Aucune réponse.")


# --- what people's hands and browsers do --------------------------------------------


def test_two_decide_a_session_ends_and_the_back_button_nothing_is_lost(portal, seat):
    omar, nadia, helene = portal.cast["omar"], seat("nadia"), seat("helene")
    absence = portal.missed(omar)
    page = f"/conseiller/absences/{absence['ref']}/"
    nadia.sign_in(page).choose("Clore sans suite").fill("Vos raisons", "Mes raisons à moi.")
    # She is called away; the session ends in mid-form, and what she wrote comes back.
    portal.go_to(portal.now() + timedelta(minutes=40))
    nadia.press("Enregistrer ma décision")
    nadia.fill("Adresse e-mail", nadia.who.email).fill("Mot de passe", nadia.who.password).press(
        "Me connecter"
    )
    nadia.fill("Code de votre application", nadia.who.code()).press("Me connecter")
    nadia.reads("Votre session avait pris fin")
    expect(nadia.page.get_by_label("Vos raisons")).to_have_value("Mes raisons à moi.")
    expect(nadia.page.get_by_role("radio", name=re.compile("^Clore"))).to_be_checked()
    assert portal.state("convocations_absence", absence["ref"]) == "EXPLANATION_REQUESTED"
    # Meanwhile the supervisor decides: the second is told what the first decided, and keeps her words.
    helene.sign_in(page).choose("Excuser l’absence").fill("Vos raisons", "Le train était supprimé.")
    helene.press("Enregistrer ma décision").reads("Décision prise")
    nadia.press("Enregistrer ma décision").reads("Hélène Roy a déjà décidé", "excusée", "Mes raisons à moi.")
    # The back button leads to what is true now, not to a form that could be sent again.
    helene.page.go_back()
    helene.reads("Décision prise", "Le train était supprimé.")
    expect(helene.page.get_by_label("Vos raisons")).to_have_count(0)
    assert portal.state("convocations_absence", absence["ref"]) == "EXCUSED"
    portal.mail(omar, "Votre absence est excusée")
    assert len(portal.mails(omar, "Votre absence")) == 1
    seat("omar").sign_in(f"/espace/absences/{absence['ref']}/").reads("Le train était supprimé.")


# --- the back office ------------------------------------------------------------------


def test_administrator_adds_an_agency_a_person_and_changes_a_number(portal, seat):
    andrea = seat("andrea").sign_in()
    expect(andrea.page).to_have_url(re.compile("/admin/$"))
    office = andrea.page
    andrea.go("/admin/accounts/agency/add/")
    for name, words in {
        "code": "B9",
        "name": "Agence du Port",
        "region": "Bretagne",
        "street": "3 quai du Port",
        "postcode": "56100",
        "city": "Lorient",
        "phone": "02 97 00 00 00",
        "hours-0-opens": "08:30",
        "hours-0-closes": "12:30",
    }.items():
        office.locator(f"[name='{name}']").fill(words)
    office.locator("[name='territory']").select_option("METROPOLE")
    office.locator("[name='hours-0-kind']").select_option("WALK_IN")
    office.locator("[name='hours-0-weekday']").select_option("0")
    office.locator("[name='_save']").click()
    (agency,) = portal.sql("SELECT id FROM accounts_agency WHERE name = 'Agence du Port'")
    assert portal.number("SELECT count(*) FROM accounts_openinghours WHERE agency_id = %s", agency[0]) == 1
    andrea.go(f"/admin/accounts/agency/{agency[0]}/history/")
    expect(office.locator("body")).to_contain_text("Andrea")

    andrea.go("/admin/accounts/user/add/")
    for name, words in {
        "first_name": "Inès",
        "last_name": "Ollivier",
        "email": "ines@courriel.exemple",
    }.items():
        office.locator(f"[name='{name}']").fill(words)
    office.locator("[name='role']").select_option("ADVISOR")
    office.locator("[name='advisor-0-agency']").select_option(str(agency[0]))
    office.locator("[name='_save']").click()
    assert portal.wait(
        lambda: portal.number("SELECT count(*) FROM accounts_user WHERE last_name = 'Ollivier'"), 10
    )
    andrea.go("/admin/accounts/user/?q=oll")
    expect(office.locator("body")).to_contain_text("ines@courriel.exemple")

    # A number changes for everybody within seconds, is remembered, and goes back to what it was.
    andrea.go("/admin/core/parameteroverride/notice_default_days/")
    office.locator("[name='value']").fill("12")
    office.locator("[name='value']").press("Enter")
    expect(office.locator("body")).to_contain_text("enregistré")
    changed = "SELECT count(*) FROM core_journalentry WHERE actor_id = %s AND data::text LIKE '%%notice_default_days%%'"
    assert portal.number(changed, andrea.who.id) == 1
    nadia = seat("nadia").sign_in()
    proposed = nadia.go(f"/conseiller/convocations/nouvelle/?pour={portal.cast['omar'].ref}").page
    assert portal.wait(lambda: proposed.reload() and _days_ahead(portal, proposed) >= 12, 20)
    andrea.go("/admin/core/parameteroverride/notice_default_days/")
    office.locator("[name='reset']").click()
    expect(office.locator("body")).to_contain_text("enregistré")
    portal.manage("verify_journal")


def _days_ahead(portal, page) -> int:
    day = datetime.fromisoformat(page.get_by_label("Jour", exact=True).input_value())
    return (day.date() - portal.now().date()).days
