"""What comes between: a session that ends in mid-form, two clicks at the same instant."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from convocations.models import Explanation, Justificatif
from portal.core.models import Document
from tests.factories import NOW
from tests.people import signed_in
from tests.web.claimant import story
from tests.web.claimant.test_sending import answers, photo


@pytest.mark.django_db
def test_a_session_ended_in_mid_form_gives_the_words_back(camille, at):
    absence = story.missed(camille, NOW - timedelta(days=3))
    address = f"/espace/absences/{absence.ref}/"
    shown = signed_in(camille).get(address).text
    owner = re.search(r'name="form_owner" value="([^"]+)"', shown)[1]
    browser = Client()
    sent = answers(form_owner=owner, motive="TRANSPORT", text="Le bus n’est pas venu.", sworn="on")
    refused = browser.post(address, sent)
    assert refused.status_code == 302
    assert refused.headers["Location"].startswith("/connexion/")
    assert not Explanation.objects.exists()
    back = signed_in(camille, browser).get(address)
    assert "Le bus n’est pas venu." in back.text
    assert "Votre session avait pris fin" in back.text
    form = back.context["form"]
    assert form["motive"].value() == "TRANSPORT"
    assert form["sworn"].value() == "on"


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_instant_explain_once(camille, at):
    absence = story.missed(camille, NOW - timedelta(days=3))
    browsers, key = [signed_in(camille) for _ in range(4)], str(uuid.uuid4())

    def click(browser: Client) -> str:
        try:
            sent = answers(form_key=key, uploads=[photo()])
            return browser.post(f"/espace/absences/{absence.ref}/", sent).headers["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(browsers)) as pool:
        ends = set(pool.map(click, browsers))
    assert ends == {f"/espace/absences/{absence.ref}/envois/1/"}
    assert Explanation.objects.count() == Justificatif.objects.count() == Document.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_opened_at_the_same_instant_are_one_first_consultation(camille, at):
    from convocations.models import DeliveryEvidence, Fact
    from tests import factories

    convocation = factories.convocation(camille)
    browsers = [signed_in(camille) for _ in range(4)]

    def read(browser: Client) -> int:
        try:
            return browser.get(f"/espace/convocations/{convocation.ref}/").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(browsers)) as pool:
        assert set(pool.map(read, browsers)) == {200}
    assert DeliveryEvidence.objects.filter(fact=Fact.CONSULTED).count() == 1
