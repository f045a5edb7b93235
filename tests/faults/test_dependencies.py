"""Each dependency refuses, hangs, is two seconds slow, or cuts off: people read on, and nothing fails open."""

import json
import time
from datetime import timedelta

import pytest

from tests.core.documents.corpora.pdf_writer import plain
from tests.faults.portal import Visitor
from tests.faults.proxy import CUT, FAULTS, HANG, PASS, REFUSE, SLOW
from tests.faults.standing import SOON, timed, upload


def reads_on(portal, visitor) -> None:
    """A person who is signed in reads: their first page, and an appointment they know."""
    for path in ("/espace/", f"/espace/convocations/{portal.people['read']}/"):
        seen = timed(visitor, path)
        assert (seen.status, seen.seconds < SOON) == (200, True), (path, seen.status, seen.seconds)


def acknowledges(portal, visitor) -> None:
    """A person's word is kept, whatever is away beside the database."""
    pk, ref = portal.people["to_acknowledge"].pop()
    told = timed(visitor, f"/espace/convocations/{ref}/accuser-reception/", x="1")
    assert told.status == 200
    assert "vous avez confirmé la réception" in told.page
    assert told.seconds < 2 * SOON
    kept = "SELECT count(*) FROM convocations_deliveryevidence WHERE fact = 'ACKNOWLEDGED' AND convocation_id = %s"
    assert portal.number(kept, pk) == 1


def health(portal) -> dict[str, str]:
    seen = portal.asked("/healthz")
    assert seen.seconds < 5, "the page of health itself answers within a bounded time"
    found = json.loads(seen.page)["checks"]
    assert (seen.status == 200) == (set(found.values()) == {"ok"})
    return found


# --- Redis -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
def test_redis_away_stops_signing_in_and_nothing_else(portal, fault):
    portal.empty_valkey()  # the tries of the tests before
    camille, stranger = portal.camille(), Visitor(portal.address)
    stranger.get("/connexion/")
    portal.proxies["redis"].turn(fault)
    reads_on(portal, camille)
    acknowledges(portal, camille)
    refused = timed(stranger, "/connexion/", login=portal.people["emails"][0], password="une phrase fausse")
    assert refused.status == 503
    assert "momentanément impossible" in refused.page
    assert "3949" in refused.page
    assert refused.seconds < 3 * SOON
    assert timed(stranger, "/espace/").page.count('name="login"') == 1, "nobody came in"
    assert health(portal)["broker"] == "down"
    portal.proxies["redis"].turn(PASS)

    def answered() -> bool:
        wrong = timed(stranger, "/connexion/", login=portal.people["emails"][0], password="une phrase fausse")
        # A count cut off in the middle stays locked for some seconds: nobody tries meanwhile.
        assert wrong.status in (200, 429)
        return wrong.status == 200

    assert portal.wait(answered, 15), "tries are counted again, and answered"
    # Worker and beat find their way back by themselves.
    before = portal.last_tick()
    assert portal.wait(lambda: portal.last_tick() != before, 30), "no tick after Redis came back"


# --- SMTP ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
def test_mail_server_away_keeps_the_mail_and_sends_it_once_in_the_books(portal, fault):
    camille, stranger = portal.camille(), Visitor(portal.address)
    stranger.get("/connexion/code/")
    proxy = portal.proxies["smtp"]
    proxy.turn(fault)
    email = portal.people["emails"].pop()
    asked = timed(stranger, "/connexion/code/", email=email)
    assert (asked.status, asked.seconds < 2 * SOON) == (200, True), (asked.status, asked.seconds)
    reads_on(portal, camille)
    acknowledges(portal, camille)

    def copies() -> int:
        return sum(email in str(message["To"]) for message in portal.sink.box.messages())

    if fault != SLOW:
        time.sleep(6)  # a tick has tried
        assert copies() == 0
        portal.proxies["smtp"].turn(PASS)
    assert portal.wait(copies, 90), "owed, and never sent"
    ((person_id,),) = portal.sql("SELECT id FROM accounts_user WHERE email = %s", email)
    books = "SELECT state FROM messaging_outboxmessage WHERE person_id = %s"
    assert portal.wait(lambda: portal.sql(books, person_id) == [(1,)], 30), portal.sql(books, person_id)
    assert copies() <= 2, "at most the mail in hand is repeated"


# --- the antivirus ---------------------------------------------------------------------------------


@pytest.mark.clamav
@pytest.mark.parametrize("fault", FAULTS)
def test_antivirus_away_keeps_documents_closed_and_looks_into_them_after(portal, fault):
    camille = portal.camille()
    camille.get("/espace/documents/")
    portal.proxies["clamav"].turn(fault)
    sent = upload(camille, "/espace/documents/", "papier.pdf", plain(pages=1), title=f"Papier {fault}")
    assert sent.status == 200, sent.page
    assert "est envoyé" in sent.page
    assert sent.seconds < 2 * SOON
    state = "SELECT state, scan FROM core_document WHERE title = %s"
    reads_on(portal, camille)
    if fault != SLOW:
        assert portal.wait(lambda: portal.proxies["clamav"].met or fault == REFUSE, 15)
        ((stands, scan),) = portal.sql(state, f"Papier {fault}")
        assert (stands, scan) == ("QUARANTINED", "")
        portal.proxies["clamav"].turn(PASS)
    assert portal.wait(lambda: portal.sql(state, f"Papier {fault}") == [("RECEIVED", "clean")], 60), (
        portal.sql(state, f"Papier {fault}")
    )


# --- PostgreSQL ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "patience"), [(REFUSE, SOON), (CUT, SOON), (HANG, 16)])
def test_database_away_says_so_gives_back_what_was_typed_and_recovers(portal, fault, patience):
    camille = portal.camille()
    portal.proxies["postgres"].turn(fault)
    pk, ref = portal.people["to_acknowledge"].pop()
    deed = f"/espace/convocations/{ref}/accuser-reception/"
    for seen in (timed(camille, "/espace/"), timed(camille, deed, note="Je serai là.")):
        assert (seen.status, seen.seconds < patience) == (503, True), (seen.status, seen.seconds)
        assert "ne répond pas pour le moment" in seen.page
        assert "3949" in seen.page
    assert "n’a pas été confirmé" in seen.page
    assert "Je serai là." in seen.page
    assert "Envoyer à nouveau" in seen.page
    assert health(portal) == {"web": "ok", "database": "down", "broker": "ok", "beat": "down"}
    assert timed(camille, "/static/css/app.css").status == 200
    portal.proxies["postgres"].turn(PASS)
    assert timed(camille, "/espace/").status == 200, "back without a restart"
    again = timed(camille, deed, note="Je serai là.")
    assert "vous avez confirmé la réception" in again.page


def test_database_two_seconds_slow_answers_late_and_without_an_error(portal):
    camille = portal.camille()
    portal.proxies["postgres"].turn(SLOW)
    seen = timed(camille, "/espace/")
    assert seen.status == 200
    assert seen.seconds > 2
    health(portal)


def test_database_that_only_reads_lets_people_read_and_says_what_was_not_kept(portal):
    camille = portal.camille()
    (name, ref) = portal.people["to_acknowledge"].pop()
    unread = f"/espace/convocations/{portal.people['unread']}/"
    entries = portal.number("SELECT count(*) FROM core_journalentry")
    portal.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    portal.sql("SELECT pg_reload_conf()")
    try:
        # The minute is over after which a session is written anew.
        portal.move_clock(timedelta(minutes=2))
        time.sleep(1.5)
        reads_on(portal, camille)
        for seen in (
            timed(camille, unread),
            timed(camille, f"/espace/convocations/{ref}/accuser-reception/", note="Je serai là."),
        ):
            assert seen.status == 503
            assert "en lecture seule" in seen.page
            assert "3949" in seen.page
        assert "n’a pas été enregistré" in seen.page
        assert "Envoyer à nouveau" in seen.page
        assert portal.number("SELECT count(*) FROM core_journalentry") == entries
    finally:
        portal.sql("ALTER SYSTEM RESET default_transaction_read_only")
        portal.sql("SELECT pg_reload_conf()")
    assert portal.wait(lambda: timed(camille, unread).status == 200, 10)


def test_database_restarted_causes_no_error(portal):
    visitors = [portal.camille() for _ in range(4)]
    for visitor in visitors * 8:  # every thread has a connection by now
        assert visitor.get("/espace/")[0] == 200
    portal.postgres.child.stop()
    portal.postgres.start()
    answers = [visitor.get("/espace/")[0] for visitor in visitors * 12]
    assert set(answers) == {200}


@pytest.mark.clamav
def test_health_page_answers_soon_while_redis_the_mail_server_and_the_antivirus_hang(portal):
    admin = Visitor(portal.address)
    assert admin.enter(portal.people["admin"])
    for name in ("redis", "smtp", "clamav"):
        portal.proxies[name].turn(HANG)
    seen = timed(admin, "/admin/sante/")
    assert seen.status == 200
    assert seen.seconds < 4, "all parts are asked at once"
    assert "File de messages (Redis)\u00a0: en panne." in seen.page
    assert "Antivirus\u00a0: en panne." in seen.page
    portal.proxies["postgres"].turn(HANG)
    told = timed(admin, "/admin/sante/")
    assert (told.status, told.seconds < 16) == (503, True), (told.status, told.seconds)
