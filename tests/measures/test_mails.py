"""Each message of a procedure: what waits is said, its content is not; the letter says all of it."""

from datetime import timedelta

import pytest

from measures import deeds
from measures.models import Notice, Origin
from measures.procedure.contradiction import hearing, receiving
from measures.procedure.opening import examining
from measures.procedure.outcome import annulling, deciding, withdrawing
from messaging.models import OutboxMessage
from portal.core import outages
from portal.core.journal import PORTAL
from tests import factories
from tests.factories import NOW, acting
from tests.measures.cast import DAY, FACT, SUSPENSION, WARNING, Cast, a_delegate, acts, fresh, work
from tests.measures.written import composed, on_paper, shown
from tests.messaging.rendering import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def discreet(said: Shown) -> None:
    for word in ("suspension", "473", "50 %", "train"):
        assert word not in said.text.lower()


def test_a_notice_waits_and_its_letter_says_all(cast):
    cast.told()
    discreet(shown(deeds.MAIL_NOTICE, NOW, facts=("10 jours",)))
    paper = on_paper(deeds.MAIL_NOTICE, NOW)
    for needed in (
        FACT,
        "Suspension de 50 % de votre allocation pendant 1 mois",
        "Environ 473,85 € en moins",
        "demander à être entendu",
        "R5412-7",
        "de 30 à 100 %",
    ):
        assert needed in paper
    assert "Convocation déposée" in paper


def test_a_notice_of_a_warning_takes_nothing(cast):
    person = factories.claimant(cast.advisor, benefit_status="NONE")
    cast.told(WARNING, person=person)
    shown(deeds.MAIL_NOTICE, NOW)
    assert "ne retire rien" in on_paper(deeds.MAIL_NOTICE, NOW)


def test_a_notice_unread_goes_on_paper_and_no_more_once_it_is_read(cast):
    case = fresh(cast.told().case)
    at = NOW + 10 * DAY
    work(at)
    shown(deeds.MAIL_NOTICE_UNREAD, at)
    receiving.consult(case.pk, by=acting(cast.person), now=at)
    assert composed(deeds.MAIL_NOTICE_UNREAD, at) is None


def test_observations_have_their_receipt(cast):
    case = cast.received()
    filed = cast.writes(case)
    facts = (str(case.ref), filed.content_hash.hex()[:16], "lundi 23 novembre 2026 à 10 h")
    discreet(shown(deeds.MAIL_OBSERVATIONS, NOW, facts=facts))


def test_a_hearing_is_acknowledged_then_dated(cast):
    case = cast.received()
    hearing.ask_hearing(case.pk, wishes="", assistant="Mme Roux", by=acting(cast.person), now=NOW)
    shown(deeds.MAIL_HEARING_ASKED, NOW, facts=("lundi 23 novembre 2026 à 10 h",))
    by = acts(cast.delegate)
    hearing.fix(case.pk, at=NOW + 9 * DAY, place="Agence de Rennes", by=by, now=NOW)
    shown(deeds.MAIL_HEARING_FIXED, NOW, facts=("mercredi 2 décembre 2026 à 10 h", "Agence de Rennes"))
    assert "Mme Roux" in on_paper(deeds.MAIL_HEARING_FIXED, NOW)
    # Its hour is past: nothing is announced any more.
    assert composed(deeds.MAIL_HEARING_FIXED, NOW + 10 * DAY) is None


def test_a_decision_waits_and_its_letter_has_reasons_and_remedies(cast):
    case = cast.due(says="Mon train était supprimé.")
    cast.decides(case)
    deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    discreet(shown(deeds.MAIL_DECISION, cast.now, facts=("2 mois",)))
    paper = on_paper(deeds.MAIL_DECISION, cast.now)
    for needed in (
        "Article R5412-1",
        "Le train circulait ce jour-là.",
        "Vous avez 2 mois pour agir",
        "Recours gracieux",
        "gratuite, et obligatoire avant le tribunal",
        "délégataire du directeur régional (Bretagne)",
        str(cast.delegate),
    ):
        assert needed in paper
    at = cast.now + 14 * DAY
    work(at)
    shown(deeds.MAIL_DECISION_UNREAD, at)


def test_a_decision_overseas_leaves_a_month_more():
    cast = Cast(advisor=factories.advisor(factories.agency(territory="REUNION")))
    case = cast.due()
    cast.decides(case)
    deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    shown(deeds.MAIL_DECISION, cast.now, facts=("3 mois",))


def test_a_case_closed_before_any_notice(cast):
    case = cast.taken()
    examining.close(case.pk, reasons="Le train était supprimé.", by=acts(cast.delegate), now=NOW)
    discreet(shown(deeds.MAIL_CLOSED, NOW))
    assert "Le train était supprimé." in on_paper(deeds.MAIL_CLOSED, NOW)


def test_a_case_that_lapsed_in_favour(cast):
    case = cast.due()
    work(case.decide_by)
    shown(deeds.MAIL_LAPSED, case.decide_by)


def test_a_case_withdrawn(cast):
    case = cast.in_force()
    withdrawing.withdraw(case.pk, reasons="Erreur de date.", by=acts(cast.delegate), now=cast.now)
    shown(deeds.MAIL_WITHDRAWN, cast.now)


def test_a_case_annulled_with_its_ground(cast):
    cast.received(origin_id=7)
    annulling.annul(Origin.ABSENCE, 7, reason="L’absence AB-0000-0001 a été corrigée.", by=PORTAL, now=NOW)
    shown(deeds.MAIL_ANNULLED, NOW)


def test_days_given_back_after_an_outage(cast):
    case = cast.received()
    end = Notice.objects.get(case=case).observations_until
    now = end - timedelta(hours=6)
    outages.record(end - timedelta(hours=10), end - timedelta(hours=8), "Panne", by=PORTAL, now=now)
    work(now)
    facts = ("vendredi 4 décembre 2026", "jeudi 3 décembre 2026")
    shown(deeds.MAIL_DAYS_GIVEN, now, facts=facts)


def test_delegates_are_told_of_what_nobody_examines_each_week_until_somebody_does(cast):
    case = cast.refer()
    work(NOW + 14 * DAY)
    assert not OutboxMessage.objects.filter(kind=deeds.MAIL_TO_EXAMINE).exists()
    first = NOW + 17 * DAY
    work(first)
    told = shown(deeds.MAIL_TO_EXAMINE, first).message["Subject"].replace("\u00a0", " ")
    assert told == "1 procédure à examiner attend depuis longtemps"
    # Both delegates of the region, and nobody elsewhere.
    a_delegate("Occitanie")
    work(first + 7 * DAY)
    people = OutboxMessage.objects.filter(kind=deeds.MAIL_TO_EXAMINE).values_list("person_id", flat=True)
    assert sorted(people) == sorted([cast.delegate.pk, cast.other.pk] * 2)
    examining.take(case.pk, by=acts(cast.delegate), now=first + 8 * DAY)
    work(first + 30 * DAY)
    assert OutboxMessage.objects.filter(kind=deeds.MAIL_TO_EXAMINE).count() == 4
    assert composed(deeds.MAIL_TO_EXAMINE, first + 30 * DAY) is None


def test_delegates_are_reminded_of_what_waits_and_of_nothing_else(cast):
    case = cast.due()
    at = case.decide_by - 4 * DAY
    work(at)
    assert "1 décision attendue bientôt" in shown(deeds.MAIL_DECISIONS_SOON, at).message["Subject"].replace(
        "\u00a0", " "
    )
    cast.now = at
    cast.decides(case, SUSPENSION)
    deciding.notify(case.pk, by=acts(cast.delegate), now=at)
    assert composed(deeds.MAIL_DECISIONS_SOON, at) is None
