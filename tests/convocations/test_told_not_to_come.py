"""Nobody comes to a closed door: who is told that an appointment cannot be as announced, where, and how it ends."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from accounts.hours import agencies
from accounts.models import Kiosk
from convocations import deeds
from convocations.calendar import entries
from convocations.evidence import ledger
from convocations.models import Bindingness, CallTask, Convocation, Modality
from convocations.requests.grounds import counting
from convocations.scheduling import changing
from messaging.models import OutboxMessage
from portal.core import clock, deadlines
from portal.core.models import Deadline
from tests import factories
from tests.convocations.requests.wishes import open_all_week
from tests.convocations.test_mails import composed, shown
from tests.factories import NOW, acting
from tests.people import signed_in

pytestmark = pytest.mark.django_db

# Thursday 3 December 2026, 13 o'clock in Paris.
ONE = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
WHY = "l’agence est fermée le jeudi 3 décembre 2026 (Travaux)"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def supervisor():
    return factories.advisor(is_supervisor=True)


@pytest.fixture
def camille(supervisor):
    return factories.claimant(supervisor)


@pytest.fixture
def appointment(camille):
    return factories.convocation(camille, starts_at=ONE)


def close(supervisor, now=LATER):
    day, by = ONE.date(), acting(supervisor)
    return agencies.close(supervisor.agency_id, first_day=day, last_day=day, reason="Travaux", by=by, now=now)


def reopen(closure, supervisor, now=LATER):
    agencies.reopen(closure.pk, agency_id=supervisor.agency_id, by=acting(supervisor), now=now)


def sent(kind: int) -> None:
    OutboxMessage.objects.filter(kind=kind).update(accepted_at=LATER)


def owed(kind: int) -> int:
    return OutboxMessage.objects.filter(kind=kind).count()


def test_the_person_is_written_to_at_once_with_the_reason_and_what_to_do(supervisor, appointment):
    close(supervisor)
    mail = shown(
        deeds.MAIL_DISPLACED,
        LATER,
        facts=("jeudi 3 décembre 2026 à 13 h", WHY, "Vous n’avez pas à venir", "Rien ne vous est reproché"),
    )
    assert "n’est pas compté" in mail.text
    assert "acceptée tout de suite" in mail.text


@pytest.mark.parametrize(
    ("modality", "words"),
    [(Modality.PHONE, "Vous ne serez pas appelé"), (Modality.VIDEO, "Vous n’avez pas à vous connecter")],
)
def test_an_invitation_is_not_moved_by_its_person_and_says_so(supervisor, camille, modality, words):
    factories.convocation(camille, starts_at=ONE, modality=modality, bindingness=Bindingness.INVITATION)
    close(supervisor)
    mail = shown(deeds.MAIL_DISPLACED, LATER, facts=(words, "Votre conseiller vous propose une autre date"))
    assert "acceptée tout de suite" not in mail.text


def test_what_was_closed_by_mistake_and_opened_at_once_is_told_to_nobody(supervisor, appointment):
    reopen(close(supervisor), supervisor)
    for kind in (deeds.MAIL_DISPLACED, deeds.MAIL_HOLDS_AGAIN):
        with pytest.raises(KeyError):  # nothing is written, the row closes as moot
            composed(kind, LATER)


def test_who_was_told_not_to_come_is_told_when_it_takes_place_after_all(supervisor, appointment):
    closure = close(supervisor)
    sent(deeds.MAIL_DISPLACED)
    reopen(closure, supervisor, LATER + timedelta(days=1))
    shown(
        deeds.MAIL_HOLDS_AGAIN,
        LATER + timedelta(days=1),
        facts=("jeudi 3 décembre 2026 à 13 h", "a lieu comme prévu"),
    )
    # Moved meanwhile, there is nothing to take back.
    changing.cancel(appointment.pk, reason="Autre chose", by=acting(supervisor), now=LATER)
    with pytest.raises(KeyError):
        composed(deeds.MAIL_HOLDS_AGAIN, LATER + timedelta(days=1))


def test_nobody_is_reminded_to_come_to_a_closed_door(supervisor, appointment):
    close(supervisor)
    deadlines.work(lambda: ONE - timedelta(days=2) + timedelta(seconds=1))
    assert owed(deeds.MAIL_REMINDER) == owed(deeds.MAIL_UNREAD) == 0
    assert not CallTask.objects.exists()
    steps = Deadline.objects.filter(
        kind__in=[deeds.DUE_REMINDER, deeds.DUE_UNREAD], due_at__lt=ONE - timedelta(days=1)
    )
    assert set(steps.values_list("state", flat=True)) <= {Deadline.State.MOOT, Deadline.State.TOO_LATE}


def test_a_reminder_on_its_way_when_the_day_closes_is_not_written(supervisor, appointment):
    deadlines.work(lambda: ONE - timedelta(days=7) + timedelta(seconds=1))
    assert owed(deeds.MAIL_REMINDER) == 1
    close(supervisor, ONE - timedelta(days=7) + timedelta(seconds=2))
    with pytest.raises(KeyError):
        composed(deeds.MAIL_REMINDER, ONE - timedelta(days=7) + timedelta(seconds=3))


def test_every_page_of_the_person_says_it_and_the_other_date_counts_for_nothing(
    supervisor, camille, appointment
):
    open_all_week(supervisor.agency)
    ledger.consult(appointment.pk, by=acting(camille), now=NOW)
    close(supervisor)
    browser = signed_in(camille)
    home = browser.get("/espace/").text
    assert "Votre rendez-vous ne peut pas avoir lieu comme prévu" in home
    assert "Confirmez votre convocation" not in home
    assert "À déplacer" in browser.get("/espace/convocations/").text
    here = f"/espace/convocations/{appointment.ref}/"
    page = browser.get(here).text.replace("\u00a0", " ")
    assert WHY.replace("l’agence", "L’agence", 1) in page
    assert "Vous n’avez pas à venir à cette heure" in page
    assert "Votre présence est attendue" not in page
    assert "Je confirme la réception" not in page
    assert "Ce n’est pas compté comme un report" in page
    pick = browser.get(f"{here}reporter/").text
    assert "L’agence ne peut pas tenir ce rendez-vous" in pick
    assert "report 1 sur 2" not in pick
    assert counting.tolerance_of(camille.pk, tz=UTC, now=LATER).left == 2


def test_moved_it_is_an_ordinary_appointment_again(supervisor, camille, appointment):
    close(supervisor)
    draft = factories.draft(camille, starts_at=ONE + timedelta(days=1))
    new = changing.move(
        appointment.pk, draft, reason="Travaux", form_key=uuid.uuid4(), by=acting(supervisor), now=LATER
    )
    browser = signed_in(camille)
    for ref in (appointment.ref, new.ref):
        assert "ne peut pas avoir lieu comme prévu" not in browser.get(f"/espace/convocations/{ref}/").text
    assert "À déplacer" not in browser.get("/espace/convocations/").text


def test_the_calendar_says_it_too_and_rings_for_nothing(supervisor, camille, appointment):
    close(supervisor)
    row = Convocation.objects.select_related("agency", "advisor__user").get(pk=appointment.pk)
    for written in (
        entries.of_appointment(row, now=LATER),
        entries.of_person([row], {}, home=camille.agency.place.zone, now=LATER),
    ):
        text = written.decode().replace("\r\n ", "")
        assert "SUMMARY:À déplacer" in text
        assert "STATUS:TENTATIVE" in text
        assert "BEGIN:VALARM" not in text
        assert "Impossible comme prévu" in text


def test_a_broken_kiosk_is_told_like_a_closed_door(supervisor, camille):
    kiosk = Kiosk.objects.create(agency=supervisor.agency, name="Poste 1")
    factories.convocation(camille, starts_at=ONE, modality=Modality.KIOSK_VIDEO, kiosk_id=kiosk.pk)
    by = acting(supervisor)
    agencies.keep_kiosk(
        pk=kiosk.pk,
        agency_id=supervisor.agency_id,
        name="Poste 1",
        has_video=True,
        is_active=False,
        by=by,
        now=LATER,
    )
    shown(deeds.MAIL_DISPLACED, LATER, facts=("l’espace numérique n’est plus en service",))
