"""Each e-mail about a request, owed by its own process."""

from datetime import timedelta

import pytest

from accounts.models import Kiosk
from convocations import deeds
from convocations.evidence import ledger
from convocations.models import Modality
from convocations.motives import Motive
from convocations.requests import answering, changing_mind, papers
from convocations.requests.answering import Offer
from portal.core import deadlines, outages
from tests import factories
from tests.convocations.requests.wishes import ASKED, Channel, Kind, open_all_week, postpone, slot
from tests.convocations.test_mails import composed, shown
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def convocation():
    row = factories.convocation()
    open_all_week(row.agency)
    ledger.consult(row.pk, by=acting(row.claimant), now=NOW)
    row.refresh_from_db()
    return row


@pytest.fixture
def advisor(convocation):
    return acting(convocation.advisor)


def test_a_request_is_acknowledged_with_the_date_of_its_answer(convocation):
    row = postpone(convocation, text="Je travaille ce jour-là.")
    mail = shown(
        deeds.MAIL_REQUEST_RECEIVED,
        ASKED,
        facts=("jeudi 26 novembre 2026", str(row.ref), "aucune absence ne peut être notée"),
    )
    assert "Je travaille" not in mail.text


def test_what_was_said_aloud_is_confirmed_and_can_be_corrected(convocation, advisor):
    postpone(convocation, by=advisor, channel=Channel.PHONE, text="Veut un mardi.")
    shown(deeds.MAIL_REQUEST_RECEIVED, ASKED, facts=("par téléphone", "Corrigez-la dans votre espace"))


def test_what_a_rule_accepts_names_the_rule_and_says_what_it_counts_for(convocation):
    postpone(convocation, **slot())
    shown(
        deeds.MAIL_REQUEST_DECIDED,
        ASKED,
        facts=(
            "samedi 5 décembre 2026 à 10 h",
            "report sans motif, dans la limite prévue",
            "Elle est comptée",
        ),
    )


def test_yes_gives_the_new_hour(convocation, advisor):
    row = postpone(convocation, text="Un autre jour.")
    answering.accept(row.pk, Offer(**slot(13)), by=advisor, now=ASKED)
    shown(deeds.MAIL_REQUEST_DECIDED, ASKED, facts=("dimanche 6 décembre 2026 à 10 h",))


def test_no_says_that_the_appointment_stands_and_whom_to_turn_to(convocation, advisor):
    row = postpone(convocation, text="Un autre jour.")
    answering.refuse(row.pk, reasons="Raison confidentielle.", by=advisor, now=ASKED)
    mail = shown(
        deeds.MAIL_REQUEST_DECIDED,
        ASKED,
        facts=("mercredi 2 décembre 2026", "reste comme il était", "médiateur"),
    )
    assert "confidentielle" not in mail.text


def test_no_after_the_hour_says_that_nothing_counts(convocation, advisor):
    row = postpone(convocation, text="Un autre jour.")
    later = convocation.ends_at + timedelta(hours=1)
    answering.refuse(row.pk, reasons="Trop tard.", by=advisor, now=later)
    shown(deeds.MAIL_REQUEST_DECIDED, later, facts=("il ne compte pas",))


def test_documents_are_asked_for_until_a_date(convocation, advisor):
    row = postpone(convocation, text="Un autre jour.")
    papers.ask_documents(row.pk, what="Votre contrat.", by=advisor, now=ASKED)
    mail = shown(deeds.MAIL_REQUEST_DOCS, ASKED, facts=("mercredi 2 décembre 2026",))
    assert "contrat" not in mail.text
    changing_mind.withdraw(row.pk, by=acting(convocation.claimant), now=ASKED)
    with pytest.raises(KeyError):
        composed(deeds.MAIL_REQUEST_DOCS, ASKED)


def test_an_hour_lost_with_a_change_of_hands_is_told_with_what_comes(convocation, advisor):
    wish = {"kind": Kind.MODALITY, "modality": Modality.KIOSK_VIDEO, "motive": Motive.EQUIPMENT, **slot()}
    Kiosk.objects.create(agency=convocation.agency, name="Poste 1")
    row = postpone(convocation, signed_name=str(convocation.claimant.user), **wish)
    colleague = factories.advisor(convocation.agency)
    factories.convocation(factories.claimant(colleague), starts_at=wish["starts_at"])
    answering.reassign([row.pk], colleague, reason="Absence.", by=advisor, now=ASKED)
    wished = "samedi 5 décembre 2026 à 10 h"
    facts = (wished, str(colleague.user), "jeudi 26 novembre 2026", "reste en cours")
    shown(deeds.MAIL_REQUEST_HOUR_LOST, ASKED, facts=facts)
    papers.ask_documents(row.pk, what="Une attestation.", by=acting(colleague), now=ASKED)
    shown(deeds.MAIL_REQUEST_HOUR_LOST, ASKED, facts=(wished, "Les documents demandés restent attendus"))
    # Answered meanwhile: nothing is lost any more.
    changing_mind.withdraw(row.pk, by=acting(convocation.claimant), now=ASKED)
    with pytest.raises(KeyError):
        composed(deeds.MAIL_REQUEST_HOUR_LOST, ASKED)


def test_an_outage_gives_more_time_and_says_until_when(convocation, advisor):
    row = postpone(convocation, text="Un autre jour.")
    last = papers.ask_documents(row.pk, what="Votre contrat.", by=advisor, now=ASKED).docs_due_at
    assert last is not None
    since, until = last - timedelta(hours=10), last - timedelta(hours=9)
    outages.record(since, until, "Panne", by=advisor, now=until)
    deadlines.work(lambda: until)
    mail = shown(deeds.MAIL_REQUEST_DOCS_EXTENDED, until, facts=("jeudi 3 décembre 2026", "interrompu"))
    assert "contrat" not in mail.text
    changing_mind.withdraw(row.pk, by=acting(convocation.claimant), now=until)
    with pytest.raises(KeyError):
        composed(deeds.MAIL_REQUEST_DOCS_EXTENDED, until)


def test_a_correction_that_was_read_is_told(convocation, advisor):
    row = postpone(convocation, by=advisor, channel=Channel.PHONE, text="Veut un mardi.", motive=Motive.OTHER)
    changing_mind.correct(row.pk, text="Jeudi.", by=acting(convocation.claimant), now=ASKED)
    changing_mind.answer_correction(row.pk, answer="Je vous rappelle.", by=advisor, now=ASKED)
    mail = shown(deeds.MAIL_REQUEST_CORRECTED, ASKED)
    assert "rappelle" not in mail.text


def test_a_technical_problem_that_was_noted_is_told_apart(advisor):
    call = factories.convocation(modality=Modality.PHONE)
    postpone(call, kind=Kind.INCIDENT, wants_call=True, now=call.starts_at)
    shown(deeds.MAIL_REQUEST_RECEIVED, call.starts_at)


def test_late_answers_are_told_to_the_advisor_then_to_the_supervisor(convocation):
    factories.advisor(convocation.agency, is_supervisor=True)
    row = postpone(convocation, text="Un autre jour.")
    deadlines.work(lambda: row.decide_by)
    shown(deeds.MAIL_LATE_REQUESTS_ADVISOR, row.decide_by, facts=("1 demande attend votre réponse",))
    shown(
        deeds.MAIL_LATE_REQUESTS_SUPERVISOR, row.decide_by, facts=("1 demande attend une réponse en retard",)
    )
