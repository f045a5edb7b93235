"""Each manner of an appointment, issued by the desk's form, says what to do on page, e-mail, paper and calendar."""

import re
from datetime import date

import pytest

from convocations import deeds
from convocations.calendar import entries
from convocations.evidence import ledger, receipts
from convocations.models import Bindingness, Convocation, Modality
from convocations.told import manners
from portal.core import deadlines
from portal.core.working_time import last_day
from tests.convocations.test_mails import composed
from tests.factories import NOW, acting
from tests.messaging.rendering import check_mail
from tests.paper import text_of
from tests.people import signed_in
from tests.web.desk.test_convoking import fields, look, send

pytestmark = pytest.mark.django_db

LINK = "https://visio.exemple.fr/salle/7"
TYPED: dict[str, dict[str, str]] = {
    Modality.VIDEO: {"place": LINK},
    Modality.ASYNC_MESSAGE: {"until": "2026-12-11"},
}
# What the person must find to be able to be there.
WAY = {
    Modality.IN_PERSON: "1 rue des Lilas",
    Modality.PHONE: "06 11 22 33 44",
    Modality.VIDEO: LINK,
    Modality.KIOSK_VIDEO: "1 rue des Lilas",
    Modality.ASYNC_MESSAGE: "par lettre à Agence des Tilleuls",
}


@pytest.fixture
def person(camille):
    camille.phone = "06 11 22 33 44"
    camille.save(update_fields=["phone"])
    return camille


def flat(text: str) -> str:
    """The words, whatever space is between them and however a line is folded."""
    return re.sub(
        r"[\s\u00a0\u202f]+", " ", text.replace("\r\n ", "").replace("\\,", ",").replace("\\n", " ")
    )


def issued(desk, person, modality: str, **more: str) -> Convocation:
    typed = {"modality": str(modality), **TYPED.get(modality, {}), **more}
    send(desk, look(desk, person, **typed), **typed)
    return Convocation.objects.select_related("agency", "advisor__user", "claimant__user").get()


@pytest.mark.parametrize("binding", list(Bindingness))
@pytest.mark.parametrize("modality", list(Modality))
def test_page_paper_and_calendar_say_how_and_what_follows(desk, person, modality, binding):
    row = issued(desk, person, modality, bindingness=str(binding))
    page = signed_in(person).get(f"/espace/convocations/{row.ref}/").content.decode()
    shown = flat(re.sub(r"<[^>]+>", " ", page)).replace("’", "'")
    for words in (manners.DO[modality], manners.CHECK.get(modality, ""), WAY[modality]):
        assert flat(words).replace("’", "'") in shown
    free = "il ne se passe rien"
    assert (free in shown) == (binding == Bindingness.INVITATION)
    assert 'href="#"' not in page
    assert "/visio" not in page.replace(LINK, "")
    row.refresh_from_db()
    paper = flat(text_of(receipts.of_appointment(row)))
    assert flat(manners.DO[modality])[:40] in paper
    calendar = flat(entries.of_appointment(row, now=NOW).decode())
    assert flat(manners.DO[modality])[:40] in calendar
    assert WAY[modality] in calendar


@pytest.mark.parametrize("modality", list(Modality))
def test_the_mail_says_how_and_keeps_number_and_link_for_the_space(desk, person, modality):
    issued(desk, person, modality)
    mail = check_mail(composed(deeds.MAIL_CONVOCATION, NOW), facts=())
    text = flat(mail.text)
    for words in (manners.DO[modality], manners.CHECK.get(modality, "")):
        assert flat(words) in text
    assert person.phone not in text
    assert LINK not in text


def test_a_written_exchange_lasts_to_the_midnight_of_its_last_day_and_shows_days_everywhere(desk, person):
    row = issued(desk, person, Modality.ASYNC_MESSAGE)
    assert last_day(row.ends_at, row.agency.place) == date(2026, 12, 11)
    period = "du mercredi 2 décembre 2026 au vendredi 11 décembre 2026 inclus"
    assert period in flat(composed(deeds.MAIL_CONVOCATION, NOW).subject)
    page = flat(signed_in(person).get(f"/espace/convocations/{row.ref}/").content.decode())
    assert period in page
    assert "Durée" not in page
    assert "Sans réponse, l’agence peut noter une absence" in page
    assert period in flat(text_of(receipts.of_appointment(row)))
    assert "TRANSP:TRANSPARENT" in entries.of_appointment(row, now=NOW).decode()
    assert period[1:] in flat(desk.get(f"/conseiller/convocations/{row.ref}/").content.decode())


def test_a_written_exchange_awaits_its_record_only_after_its_last_day(desk, person):
    row = issued(desk, person, Modality.ASYNC_MESSAGE)
    ledger.consult(row.pk, by=acting(person), now=NOW)
    deadlines.work(lambda: row.starts_at)
    row.refresh_from_db()
    assert row.state == "READ"
    deadlines.work(lambda: row.ends_at)
    row.refresh_from_db()
    assert row.state == "AWAITING_STATUS"


def test_a_written_exchange_leaves_the_hours_of_both_agendas_free(desk, person):
    issued(desk, person, Modality.ASYNC_MESSAGE)
    typed = {"day": "2026-12-03"}
    send(desk, look(desk, person, **typed), **typed)
    assert Convocation.objects.count() == 2


def test_moving_a_written_exchange_keeps_its_number_of_days(desk, person):
    row = issued(desk, person, Modality.ASYNC_MESSAGE)
    shown = desk.get(f"/conseiller/convocations/{row.ref}/deplacer/").content.decode()
    assert 'name="day"' in shown
    assert 'name="minutes"' not in shown
    answers = fields(day="2026-12-07", at="08:00", reason="Congés.")
    response = desk.post(f"/conseiller/convocations/{row.ref}/deplacer/", answers)
    assert response.status_code == 302, response.content.decode()[:500]
    row.refresh_from_db()
    assert row.successor is not None
    assert last_day(row.successor.ends_at, row.agency.place) == date(2026, 12, 16)


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("", "Choisissez le dernier jour de l’échange écrit."),
        ("2026-12-02", "Laissez de 2 à 31 jours"),
        ("2026-12-01", "Laissez de 2 à 31 jours"),
        ("2027-06-01", "Laissez de 2 à 31 jours"),
        ("31/02/2027", "n’est pas reconnue"),
    ],
)
def test_a_period_that_cannot_be_is_named_and_the_form_kept(desk, person, until, sentence):
    page = look(desk, person, modality="ASYNC_MESSAGE", until=until, purpose="Dire où vous en êtes")
    text = page.content.decode()
    assert page.status_code == 422
    assert sentence in text
    assert "Dire où vous en êtes" in text
    assert not Convocation.objects.exists()


def test_without_a_telephone_number_the_person_is_told_to_give_one(desk, camille):
    camille.phone = ""
    camille.save(update_fields=["phone"])
    row = issued(desk, camille, Modality.PHONE)
    assert "Donnez votre numéro à votre agence" in row.place
