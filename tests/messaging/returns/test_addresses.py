"""A stopped address: what still goes there, and the two ways it is reopened."""

import re
from datetime import timedelta

import pytest

from accounts.models import Claimant
from messaging import account_mails
from messaging.delivery import send_due
from messaging.models import OutboxMessage, StoppedAddress
from messaging.returns import addresses
from messaging.returns.reported import Nature
from messaging.states import AddressState
from portal.core import clock
from portal.core.journal import PORTAL
from portal.core.models import JournalEntry
from tests import people
from tests.messaging.conftest import NOW, owe
from tests.messaging.returns.conftest import LATER, hear, sent, word

State = OutboxMessage.State


def stopped(user, **fields) -> StoppedAddress:
    given = {"address": user.email, "person": user, "reason": "BOUNCED", "stopped_at": NOW}
    return StoppedAddress.objects.create(**(given | fields))


def test_what_is_owed_to_a_stopped_address_is_closed_as_not_sent_and_said(
    claimant, composer, to_the_sink, said
):
    hear(word(sent(claimant, 1)[0], Nature.BOUNCED))
    (row,) = owe(claimant, 2)
    assert send_due(lambda: LATER) == (1, False)
    row.refresh_from_db()
    assert (row.state, row.last_error, row.payload) == (
        State.WITHHELD,
        "adresse qui a refusé nos e-mails",
        None,
    )
    assert (said["withheld"], len(to_the_sink.box.files())) == ([row.pk], 1)


def test_staff_whose_address_is_stopped_is_not_written_to_either(claimant, composer, to_the_sink, said):
    stopped(claimant.advisor.user)
    (row,) = owe(claimant.advisor, 1)
    send_due(lambda: LATER)
    row.refresh_from_db()
    assert (row.state, said["withheld"]) == (State.WITHHELD, [row.pk])


def test_a_file_given_a_stopped_address_by_hand_says_so_at_the_next_mail(claimant, composer, to_the_sink):
    stopped(claimant.user)
    owe(claimant, 1)
    send_due(lambda: LATER)
    claimant.refresh_from_db()
    assert claimant.email_bounced_at == LATER


@pytest.mark.parametrize("reason", ["BOUNCED", "COMPLAINED"])
def test_a_code_to_sign_in_still_goes_to_a_stopped_address(client, db, to_the_sink, reason):
    person = people.make_claimant(email_bounced_at=clock.now())
    stopped(person.user, reason=reason, stopped_at=clock.now())
    client.post("/connexion/code/", {"email": person.user.email})
    send_due(clock.now)
    (mail,) = to_the_sink.box.messages()
    assert "code" in str(mail["Subject"])
    assert OutboxMessage.objects.get().kind == account_mails.KIND


def test_a_receiver_that_fails_holds_up_its_own_mail_only(claimant, composer, to_the_sink, said):
    from messaging.signals import messages_withheld

    stopped(claimant.user)
    rows = owe(claimant, 1, 2, 3)

    def fails(withheld, **_) -> None:
        if rows[1].pk in [each.id for each in withheld]:
            raise ValueError("this one")

    messages_withheld.connect(fails)
    try:
        send_due(lambda: LATER)
    finally:
        messages_withheld.disconnect(fails)
    states = list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))
    assert states == [State.WITHHELD, State.PENDING, State.WITHHELD]


# --- reopened -------------------------------------------------------------------------


def test_reopen_with_a_reason_lets_mails_leave_and_is_in_the_journal(claimant, composer, to_the_sink):
    hear(word(sent(claimant, 1)[0], Nature.BOUNCED))
    row = addresses.reopen(StoppedAddress.objects.get().pk, why="Boîte vidée.", by=PORTAL, now=LATER)
    assert (row.state, row.reopened_at) == (AddressState.REOPENED, LATER)
    entry = JournalEntry.objects.get(code=251)
    assert (entry.file_id, entry.data["why"]) == (claimant.pk, "Boîte vidée.")
    claimant.refresh_from_db()
    assert claimant.email_bounced_at is None
    (owed,) = owe(claimant, 2)
    send_due(lambda: LATER)
    owed.refresh_from_db()
    assert owed.state == State.ACCEPTED


@pytest.mark.parametrize("why", ["", "   "])
def test_reopen_without_a_reason_is_refused(claimant, why):
    row = stopped(claimant.user)
    with pytest.raises(addresses.ReasonMissing):
        addresses.reopen(row.pk, why=why, by=PORTAL, now=LATER)


def test_reopen_twice_is_refused_the_second_time(claimant):
    row = stopped(claimant.user)
    addresses.reopen(row.pk, why="Boîte vidée.", by=PORTAL, now=LATER)
    with pytest.raises(addresses.NotStopped):
        addresses.reopen(row.pk, why="Encore.", by=PORTAL, now=LATER)


def test_a_mail_that_comes_back_after_the_proof_stops_the_address_again(claimant, composer, to_the_sink):
    hear(word(sent(claimant, 1)[0], Nature.BOUNCED))
    addresses.reopen(StoppedAddress.objects.get().pk, why="Vidée.", by=PORTAL, now=LATER)
    (row,) = owe(claimant, 2)
    after = LATER + timedelta(hours=1)
    send_due(lambda: after)
    row.refresh_from_db()
    hear(word(row, Nature.COMPLAINED, at=after), now=after)
    again = StoppedAddress.objects.get()
    assert (again.state, again.reason, again.stopped_at) == (AddressState.STOPPED, "COMPLAINED", after)
    assert JournalEntry.objects.filter(code=250).count() == 2


def code_in(sink) -> str:
    text = sink.box.messages()[-1].get_body(("plain",)).get_content()
    return re.search(r"\b\d{6}\b", text.replace("\u202f", "").replace(" ", "")).group()


def test_a_person_is_told_and_proves_their_address_with_a_code(db, to_the_sink):
    person = people.make_claimant(email_bounced_at=clock.now())
    stopped(person.user, stopped_at=clock.now())
    browser = with_password(person.user)
    for page in ("/espace/", "/espace/profil/"):
        shown = browser.get(page).content.decode()
        assert "Nos e-mails ne vous arrivent plus" in shown
        assert "/compte/adresse-e-mail/retablir/" in shown
    page = browser.get("/compte/adresse-e-mail/retablir/").content.decode()
    assert person.user.email in page
    answer = browser.post("/compte/adresse-e-mail/retablir/")
    assert answer["Location"] == "/compte/adresse-e-mail/code/"
    send_due(clock.now)
    typed = browser.post("/compte/adresse-e-mail/code/", {"code": code_in(to_the_sink)})
    assert typed.status_code == 302
    assert StoppedAddress.objects.get().state == AddressState.REOPENED
    assert Claimant.objects.get(pk=person.pk).email_bounced_at is None
    entry = JournalEntry.objects.get(code=251)
    assert (entry.actor_id, entry.file_id) == (person.pk, person.pk)
    assert "Nos e-mails ne vous arrivent plus" not in browser.get("/espace/").content.decode()


def test_a_wrong_code_proves_nothing(db, to_the_sink):
    person = people.make_claimant(email_bounced_at=clock.now())
    stopped(person.user, stopped_at=clock.now())
    browser = with_password(person.user)
    browser.post("/compte/adresse-e-mail/retablir/")
    browser.post("/compte/adresse-e-mail/code/", {"code": "000000"})
    assert StoppedAddress.objects.get().state == AddressState.STOPPED


def test_an_address_that_works_is_sent_no_code(db):
    browser = with_password(people.make_claimant().user)
    assert "Vous n’avez rien à faire" in browser.get("/compte/adresse-e-mail/retablir/").content.decode()
    browser.post("/compte/adresse-e-mail/retablir/")
    assert not OutboxMessage.objects.exists()


def with_password(user):
    from tests.accounts.test_own_account import with_password as signed

    return signed(user)


# --- the back office --------------------------------------------------------------------


def test_an_administrator_reopens_an_address_for_a_reason_that_stays(claimant):
    row = stopped(claimant.user)
    admin = people.signed_in(people.make_admin())
    listed = admin.get("/admin/messaging/stoppedaddress/").content.decode()
    assert row.address in listed
    door = f"/admin/messaging/stoppedaddress/{row.pk}/rouvrir/"
    assert door in listed
    assert admin.get(door).status_code == 200
    assert admin.post(door, {"why": " "}).status_code == 422
    assert StoppedAddress.objects.get().state == AddressState.STOPPED
    assert admin.post(door, {"why": "La personne a appelé."}).status_code == 302
    entry = JournalEntry.objects.get(code=251)
    assert (entry.data["why"], entry.file_id) == ("La personne a appelé.", claimant.pk)
    assert admin.get(door).status_code == 404
    assert row.address in admin.get("/admin/messaging/stoppedaddress/?etat=rouvertes").content.decode()


@pytest.mark.parametrize("key", ["0", "999999999", "x", "9" * 40, "-1"])
def test_an_address_that_is_not_there_is_answered_404(db, key):
    admin = people.signed_in(people.make_admin())
    assert admin.get(f"/admin/messaging/stoppedaddress/{key}/rouvrir/").status_code == 404


def test_an_administrator_sees_what_came_back_about_mails_that_are_not_ours(mail):
    hear(
        word(mail, Nature.BOUNCED),
        word(mail, Nature.BOUNCED, message_id="<7.7@ailleurs.example>", event_id="x9"),
    )
    admin = people.signed_in(people.make_admin())
    unknown = admin.get("/admin/messaging/deliveryevent/?message=inconnu").content.decode()
    assert "x9" in unknown
    assert unknown.count('class="field-event_id"') == 1
