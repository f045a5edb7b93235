"""A person's appointments through their addresses: read, confirm, answer, keep the proof."""

import io
import re
import uuid
from datetime import timedelta

import pikepdf
import pytest

from convocations.evidence import ledger
from convocations.models import Bindingness, DeliveryEvidence, Fact, Modality
from convocations.scheduling import changing
from convocations.states import ConvocationState
from tests import factories
from tests.factories import NOW, acting
from tests.paper import tags_of, text_of
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def without_token(answer):
    """The page as read: the token of the sign-out form differs on each."""
    return re.sub(r'value="[^"]{64}"', "", answer.text)


def page(convocation, tail=""):
    return f"/espace/convocations/{convocation.ref}/{tail}"


def test_opening_a_convocation_is_the_first_consultation(camille, browser_of_camille):
    convocation = factories.convocation(camille)
    answer = browser_of_camille.get(page(convocation))
    assert answer.status_code == 200
    convocation.refresh_from_db()
    assert convocation.state == ConvocationState.READ
    assert convocation.read_at == NOW
    assert "Vous avez ouvert cette page pour la première fois" in answer.text
    browser_of_camille.get(page(convocation))
    assert DeliveryEvidence.objects.filter(fact=Fact.CONSULTED).count() == 1


@pytest.mark.parametrize("header", [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}])
def test_a_page_fetched_ahead_is_no_consultation(camille, browser_of_camille, header):
    convocation = factories.convocation(camille)
    assert browser_of_camille.get(page(convocation), headers=header).status_code == 200
    assert browser_of_camille.head(page(convocation)).status_code == 200
    convocation.refresh_from_db()
    assert convocation.read_at is None


def test_acknowledging_twice_writes_it_once(camille, browser_of_camille):
    convocation = factories.convocation(camille)
    for _ in range(2):
        answer = browser_of_camille.post(page(convocation, "accuser-reception/"), follow=True)
        assert answer.redirect_chain == [(page(convocation), 302)]
    assert "Confirmé" in answer.text
    assert "Je confirme la réception" not in answer.text
    assert DeliveryEvidence.objects.filter(fact=Fact.ACKNOWLEDGED).count() == 1


def test_acknowledging_a_cancelled_convocation_says_why_not(camille, browser_of_camille):
    convocation = factories.convocation(camille)
    changing.cancel(convocation.pk, reason="Fermeture", by=acting(camille.advisor), now=NOW)
    answer = browser_of_camille.post(page(convocation, "accuser-reception/"), follow=True)
    assert "n’attend plus d’accusé de réception" in answer.text


def test_convocation_and_invitation_say_what_follows(camille, browser_of_camille):
    binding = browser_of_camille.get(page(factories.convocation(camille))).text
    offered = browser_of_camille.get(
        page(
            factories.convocation(
                camille, bindingness=Bindingness.INVITATION, starts_at=NOW + timedelta(days=12)
            )
        )
    ).text
    assert "Votre présence est attendue" in binding
    assert "L5412-1" in binding
    assert "badge-convocation" in binding
    assert "badge-invitation" not in binding
    assert "Si vous ne venez pas, il ne se passe rien" in offered
    assert "L5412-1" not in offered
    assert "J’accepte" in offered
    assert "Je confirme la réception" not in offered


def test_answering_an_invitation_can_be_changed(camille, browser_of_camille):
    invitation = factories.convocation(camille, bindingness=Bindingness.INVITATION)
    for given, state in (("oui", "ACCEPTED"), ("non", "DECLINED"), ("oui", "ACCEPTED")):
        answer = browser_of_camille.post(page(invitation, "repondre/"), {"reponse": given}, follow=True)
        assert answer.status_code == 200
        invitation.refresh_from_db()
        assert invitation.state == state
    nothing = browser_of_camille.post(page(invitation, "repondre/"), {"reponse": "peut-être"}, follow=True)
    assert "Choisissez" in nothing.text


def test_a_convocation_is_not_answered_like_an_invitation(camille, browser_of_camille):
    convocation = factories.convocation(camille)
    answer = browser_of_camille.post(page(convocation, "repondre/"), {"reponse": "non"}, follow=True)
    assert "est une convocation" in answer.text


def test_a_moved_appointment_leads_to_the_new_date(camille, browser_of_camille):
    convocation = factories.convocation(camille)
    successor = changing.move(
        convocation.pk,
        factories.draft(camille, starts_at=NOW + timedelta(days=15)),
        reason="Salle fermée",
        form_key=uuid.uuid4(),
        by=acting(camille.advisor),
        now=NOW,
    )
    answer = browser_of_camille.get(page(convocation))
    assert page(successor) in answer.text
    assert "Déplacé" in answer.text


@pytest.mark.parametrize("state", [state for state in ConvocationState if state != ConvocationState.ABSENT])
def test_every_state_is_told_in_plain_words(camille, browser_of_camille, state):
    from convocations.told.words import said

    for binding in (True, False):
        told = said(state, binding, False)
        assert told.label
        assert told.sentence.endswith(".")
        assert "_" not in told.label


@pytest.mark.parametrize("tail", ["", "recu.pdf", "calendrier.ics"])
def test_a_stranger_finds_nothing_as_if_it_did_not_exist(camille, at, tail):
    theirs = factories.convocation()
    browser = signed_in(camille)
    stranger = browser.get(page(theirs, tail))
    missing = browser.get("/espace/convocations/CV-0000-0000/" + tail)
    other_kind = browser.get("/espace/convocations/AB-0000-0000/" + tail)
    assert stranger.status_code == missing.status_code == other_kind.status_code == 404
    assert without_token(stranger) == without_token(missing) == without_token(other_kind)
    theirs.refresh_from_db()
    assert theirs.read_at is None


@pytest.mark.parametrize("tail", ["accuser-reception/", "repondre/"])
def test_a_stranger_can_act_on_nothing(camille, browser_of_camille, tail):
    theirs = factories.convocation()
    assert browser_of_camille.post(page(theirs, tail), {"reponse": "oui"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == ConvocationState.ISSUED


def test_the_receipt_is_an_accessible_paper_with_the_fingerprint(camille, browser_of_camille):
    convocation = factories.convocation(camille, purpose='Point #import "x" & <b>suite</b>')
    ledger.acknowledge(convocation.pk, by=acting(camille), now=NOW)
    answer = browser_of_camille.get(page(convocation, "recu.pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert convocation.ref in answer.headers["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr-FR"
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert str(convocation.ref) in metadata["dc:title"]
    text = text_of(answer.content)
    assert 'Point #import "x" & <b>suite</b>' in text
    assert "Réception confirmée par la personne" in text
    assert "Déposée dans l’espace personnel" in text
    assert convocation.content_hash.hex() in text.replace(" ", "")
    tags = tags_of(answer.content)
    assert tags.count("H1") == 1
    assert {"H2", "P", "Table", "TR", "TH", "TD"} <= set(tags)
    assert browser_of_camille.get(page(convocation, "recu.pdf")).content == answer.content


def test_the_list_shows_coming_and_past_apart(camille, browser_of_camille, at):
    coming = factories.convocation(camille)
    assert page(coming) in browser_of_camille.get("/espace/convocations/").text
    assert page(coming) not in browser_of_camille.get("/espace/convocations/?vue=passes").text
    at(NOW + timedelta(days=30))
    later = signed_in(camille)
    assert page(coming) not in later.get("/espace/convocations/").text
    assert page(coming) in later.get("/espace/convocations/?vue=passes").text


def test_the_list_steps_through_pages_by_key(camille, browser_of_camille, short_pages):
    short_pages("convocations.web.claimant.appointments")
    made = [factories.convocation(camille, starts_at=NOW + timedelta(days=5 + n)) for n in range(5)]
    seen, address = [], "/espace/convocations/"
    while address:
        answer = browser_of_camille.get(address)
        seen += [row["url"] for row in answer.context["rows"]]
        address = answer.context["next_url"]
    assert seen == [page(convocation) for convocation in made]


@pytest.mark.parametrize("key", ["", "x", "1.", "9" * 60, f"{10**17}.1", "-1.-1", "1.2.3", "٣.١"])
def test_a_rewritten_list_address_gives_the_first_page(camille, browser_of_camille, key):
    factories.convocation(camille)
    answer = browser_of_camille.get("/espace/convocations/", {"apres": key, "vue": "x"})
    assert answer.status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_keep_their_query_budget(camille, browser_of_camille, django_assert_max_num_queries, rows):
    made = [factories.convocation(camille, starts_at=NOW + timedelta(days=5 + n)) for n in range(rows)]
    browser_of_camille.get(page(made[0]))  # first consultation, and the minute's mark on the session
    for address in (page(made[0]), "/espace/convocations/", "/espace/"):
        with django_assert_max_num_queries(8):
            assert browser_of_camille.get(address).status_code == 200


@pytest.mark.parametrize(
    ("days", "old", "replaces", "note"),
    [
        (1, Modality.IN_PERSON, "Le rendez-vous du mercredi 2 décembre 2026 à 10 h", "Il n’existe plus."),
        (0, Modality.VIDEO, "Le même rendez-vous, qui était prévu en vidéo", "Le jour et l’heure restent"),
        (
            1,
            Modality.ASYNC_MESSAGE,
            "L’échange par écrit du mercredi 2 décembre 2026 au",
            "Il n’existe plus.",
        ),
    ],
)
def test_a_moved_appointment_says_what_it_replaces_within_its_budget(
    camille, browser_of_camille, django_assert_max_num_queries, days, old, replaces, note
):
    minutes = 62 * 60 if old == Modality.ASYNC_MESSAGE else 45
    before = factories.convocation(camille, modality=old, minutes=minutes)
    draft = factories.draft(camille, starts_at=before.starts_at + timedelta(days=days))
    by = acting(camille.advisor)
    new = changing.move(before.pk, draft, reason="Réunion.", form_key=uuid.uuid4(), by=by, now=NOW)
    first = browser_of_camille.get(page(before)).text
    assert "Remplace" not in first
    browser_of_camille.get(page(new))
    with django_assert_max_num_queries(8):
        text = browser_of_camille.get(page(new)).text.replace("\u00a0", " ")
    assert replaces in text
    assert note in text


def test_a_written_exchange_is_told_as_a_period(camille, browser_of_camille):
    convocation = factories.convocation(camille, modality=Modality.ASYNC_MESSAGE, minutes=3 * 24 * 60)
    text = browser_of_camille.get(page(convocation)).text
    assert "Du mercredi 2" in text
    assert "Durée" not in text
