"""The hour (and the place at a kiosk) a request wishes for is nobody else's until the request has its answer."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.following import transfers
from accounts.models import Kiosk
from convocations import deeds
from convocations.hours import slots
from convocations.hours.conflicts import HourTaken
from convocations.hours.holding import SlotGone
from convocations.hours.slots import Wanted
from convocations.models import ChangeRequest, Convocation, Modality, SlotHold
from convocations.requests import answering, changing_mind
from convocations.requests.answering import Offer
from convocations.scheduling import changing
from convocations.scheduling.issuing import issue
from convocations.states import RequestState
from messaging.models import OutboxMessage
from portal.core import deadlines
from portal.core.models import Deadline
from tests import factories
from tests.convocations import searching
from tests.convocations.requests.wishes import ASKED, Channel, Kind, open_all_week, postpone, slot
from tests.factories import NOW, acting

pytestmark = pytest.mark.django_db
WISHED = slot(12)["starts_at"]


@pytest.fixture
def kiosk():
    agency = factories.agency()
    open_all_week(agency)
    return Kiosk.objects.create(agency=agency, name="Poste 1")


@pytest.fixture
def advisor(kiosk):
    return factories.advisor(kiosk.agency)


@pytest.fixture
def convocation(advisor):
    return factories.convocation(factories.claimant(advisor))


def kiosk_wish(convocation: Convocation, days: int = 12, **more) -> ChangeRequest:
    """Ask for a place at the agency instead of an appointment in person, which an advisor answers."""
    wish = {"kind": Kind.MODALITY, "modality": Modality.KIOSK_VIDEO, "motive": "EQUIPMENT", **slot(days)}
    name = str(convocation.claimant.user)
    return postpone(convocation, **{**wish, "signed_name": name, **more})


def lost() -> list[int]:
    rows = OutboxMessage.objects.filter(kind=deeds.MAIL_REQUEST_HOUR_LOST)
    return list(rows.values_list("person_id", flat=True))


def free_at(advisor, person=None, modality=Modality.KIOSK_VIDEO) -> bool:
    found = searching.free_slots(
        advisor=advisor,
        claimant_id=person and person.pk,
        modality=modality,
        minutes=45,
        now=ASKED,
        first=WISHED,
        until=WISHED + timedelta(minutes=45),
    )
    return bool(found)


def fix(person, *, modality=Modality.KIOSK_VIDEO, advisor=None) -> Convocation:
    draft = factories.draft(
        person, starts_at=WISHED, minutes=45, modality=modality, advisor_id=(advisor or person.advisor).pk
    )
    return issue(draft, form_key=uuid.uuid4(), by=acting(person.advisor), now=ASKED)


def test_place_and_hour_are_kept_with_the_request_and_become_the_appointment(convocation, advisor, kiosk):
    request = kiosk_wish(convocation)
    assert request.state == RequestState.SUBMITTED
    kept = request.kept
    assert (kept.advisor, kept.kiosk, kept.starts_at) == (advisor, kiosk, WISHED)
    assert kept.expires_at == WISHED
    assert Deadline.objects.filter(kind=deeds.DUE_HOLD_END, subject_id=kept.pk, due_at=WISHED).exists()
    answering.accept(request.pk, Offer(), by=acting(advisor), now=ASKED)
    convocation.refresh_from_db()
    assert (convocation.successor.kiosk, convocation.successor.starts_at) == (kiosk, WISHED)
    assert kiosk.name in convocation.successor.place
    assert not SlotHold.objects.exists()


def test_nobody_else_gets_the_hour_or_the_place_meanwhile(convocation, advisor, kiosk):
    kiosk_wish(convocation)
    other, elsewhere = factories.claimant(advisor), factories.claimant(factories.advisor(kiosk.agency))
    assert not free_at(advisor, modality=Modality.PHONE)
    assert not free_at(elsewhere.advisor)  # the only kiosk
    assert free_at(elsewhere.advisor, modality=Modality.PHONE)
    with pytest.raises(SlotGone):
        searching.hold(
            other.pk,
            advisor=advisor,
            modality=Modality.PHONE,
            starts_at=WISHED,
            minutes=45,
            now=ASKED,
        )
    with pytest.raises(SlotGone):
        kiosk_wish(factories.convocation(elsewhere))
    assert ChangeRequest.objects.count() == 1  # the second one is nowhere half-done


def test_an_advisor_answers_the_request_first_or_takes_another_hour(convocation, advisor, kiosk):
    kiosk_wish(convocation)
    other, elsewhere = factories.claimant(advisor), factories.claimant(factories.advisor(kiosk.agency))
    for refused in (
        lambda: fix(other, modality=Modality.PHONE),
        lambda: fix(convocation.claimant, modality=Modality.PHONE, advisor=elsewhere.advisor),
    ):
        with pytest.raises(HourTaken) as said:
            refused()
        assert "gardée pour une demande qui attend sa réponse" in said.value.sentence
        assert "Répondez d’abord à la demande" in said.value.sentence
    with pytest.raises(HourTaken, match="Aucun espace numérique"):
        fix(elsewhere)
    assert fix(elsewhere, modality=Modality.PHONE).pk
    (planned,) = slots.plan([Wanted(other.pk, 45, WISHED)], advisor=advisor, first=ASKED)
    assert planned.taken
    # Nor does what has no hour of its own stand in anybody's way.
    assert fix(other, modality=Modality.ASYNC_MESSAGE).pk


def test_two_hours_of_one_person_do_not_meet(convocation, advisor):
    kiosk_wish(convocation)
    second = factories.convocation(convocation.claimant, starts_at=NOW + timedelta(days=20))
    with pytest.raises(SlotGone):
        kiosk_wish(second)
    assert not free_at(advisor, convocation.claimant, modality=Modality.PHONE)


@pytest.mark.parametrize("deed", ["withdrawn", "refused", "cancelled", "another hour"])
def test_the_hour_is_free_once_the_request_is_over(convocation, advisor, deed):
    request = kiosk_wish(convocation)
    by = acting(advisor)
    match deed:
        case "withdrawn":
            changing_mind.withdraw(request.pk, by=acting(convocation.claimant), now=ASKED)
        case "refused":
            answering.refuse(request.pk, reasons="Le poste est en panne.", by=by, now=ASKED)
        case "cancelled":
            changing.cancel(convocation.pk, reason="Agence fermée.", by=by, now=ASKED)
        case _:
            answering.accept(request.pk, Offer(**slot(16), modality=Modality.PHONE), by=by, now=ASKED)
    assert not SlotHold.objects.exists()
    assert free_at(advisor)
    assert not Deadline.objects.filter(kind=deeds.DUE_HOLD_END, state=Deadline.State.PENDING).exists()


def test_an_hour_that_came_without_an_answer_is_swept(convocation):
    request = kiosk_wish(convocation)
    deadlines.work(lambda: WISHED)
    assert not SlotHold.objects.exists()
    request.refresh_from_db()
    assert request.is_pending


def test_an_hour_noted_of_a_call_is_kept_where_it_is_free_and_noted_all_the_same(convocation, advisor):
    first = kiosk_wish(convocation, by=acting(advisor), channel=Channel.PHONE)
    assert first.kept
    other = factories.convocation(factories.claimant(advisor), starts_at=NOW + timedelta(days=20))
    second = kiosk_wish(other, by=acting(advisor), channel=Channel.PHONE)
    assert not SlotHold.objects.filter(request=second).exists()
    assert not second.keeps_hour


def test_the_hour_held_while_writing_becomes_the_one_that_is_kept(convocation, advisor):
    person = convocation.claimant
    searching.hold(person.pk, advisor=advisor, modality="IN_PERSON", starts_at=WISHED, minutes=45, now=ASKED)
    asking_again = {"motive": "CHILDCARE", "signed_name": str(person.user)}
    for days in (30, 31):  # the two that are tolerated
        used = factories.convocation(person, starts_at=NOW + timedelta(days=days))
        postpone(used, **slot(days + 10))
    searching.hold(person.pk, advisor=advisor, modality="IN_PERSON", starts_at=WISHED, minutes=45, now=ASKED)
    request = postpone(convocation, **slot(12), **asking_again)
    (kept,) = SlotHold.objects.all()
    assert (kept.request, kept.kiosk, kept.starts_at) == (request, None, WISHED)


def test_a_colleague_who_answers_now_keeps_the_hour_where_theirs_is_free(convocation, advisor, kiosk):
    request = kiosk_wish(convocation)
    free, taken = factories.advisor(kiosk.agency), factories.advisor(kiosk.agency)
    factories.convocation(factories.claimant(taken), starts_at=WISHED)
    how = {"reason": "Absence.", "by": acting(advisor), "now": ASKED}
    answering.reassign([request.pk], free, **how)
    kept = SlotHold.objects.get()
    assert (kept.request, kept.advisor, kept.kiosk) == (request, free, kiosk)
    assert not lost()
    answering.reassign([request.pk], taken, **how)
    assert not SlotHold.objects.exists()
    # Whose hour is lost is told, once; again when it is kept again and lost again.
    answering.reassign([request.pk], taken, **how)
    assert lost() == [convocation.claimant_id]


def test_an_hour_held_for_another_form_stays_when_a_request_changes_hands(convocation, advisor, kiosk):
    person, colleague = convocation.claimant, factories.advisor(kiosk.agency)
    request = kiosk_wish(convocation)
    at_another_hour = {"advisor": advisor, "modality": "PHONE", "minutes": 45, "now": ASKED}
    searching.hold(person.pk, starts_at=slot(15)["starts_at"], **at_another_hour)
    how = {"reason": "Absence.", "by": acting(advisor), "now": ASKED}
    answering.reassign([request.pk], colleague, **how)
    assert set(SlotHold.objects.values_list("request_id", "advisor_id")) == {
        (None, advisor.pk),
        (request.pk, colleague.pk),
    }


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_wish_for_two_places_at_once_two_have_them(kiosk):
    Kiosk.objects.create(agency=kiosk.agency, name="Poste 2")
    rows = [factories.convocation(factories.claimant(factories.advisor(kiosk.agency))) for _ in range(20)]
    together = Barrier(len(rows))

    def wish(row: Convocation) -> bool:
        together.wait(timeout=30)
        try:
            kiosk_wish(row)
        except SlotGone:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(rows)) as pool:
        given = list(pool.map(wish, rows))
    assert given.count(True) == 2
    assert ChangeRequest.objects.count() == SlotHold.objects.count() == 2
    assert len(set(SlotHold.objects.values_list("kiosk_id", flat=True))) == 2


def test_a_file_that_moves_keeps_the_hour_at_its_new_agency_where_it_is_free(convocation):
    request = kiosk_wish(convocation)
    new = factories.advisor(factories.agency())
    open_all_week(new.agency)
    place = Kiosk.objects.create(agency=new.agency, name="Poste 7")
    person = convocation.claimant
    transfers.transfer(person.pk, new.agency_id, by=acting(person), now=ASKED)
    kept = SlotHold.objects.get(request=request)
    assert (kept.advisor, kept.kiosk) == (new, place)
