"""The back office: agencies, parameters, what stands still and outages, each change in the journal."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from convocations import deeds as convoked
from measures import deeds as measured
from messaging import deeds as messages
from messaging.models import OutboxMessage
from portal.core import clock, outages, parameters
from portal.core.models import Deadline, Outage, ParameterOverride
from portal.core.parameters import changing
from portal.core.working_time import Territory
from tests import people
from tests.accounts.back_office.reading import entries, form_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


# --- reference data ------------------------------------------------------------------------------------


def test_agency_hours_are_added_and_journalled_with_values(office):
    agency = people.make_agency()
    address = reverse("admin:accounts_agency_change", args=[agency.pk])
    data = form_of(office.get(address)) | {
        "phone": "01 00 00 00 00",
        "hours-0-kind": "WALK_IN",
        "hours-0-weekday": "0",
        "hours-0-opens": "08:30",
        "hours-0-closes": "12:30",
    }
    assert office.post(address, data).status_code == 302
    assert agency.hours.count() == 1
    (entry,) = entries(31)
    assert {"field": "phone", "before": "02 99 00 00 00", "after": "01 00 00 00 00"} in entry.data["changes"]
    assert {"added": "lundi 08:30–12:30"} in entry.data["changes"]


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"),
    [("12:00", "14:00", "se chevauchent"), ("14:00", "13:00", "doit venir après")],
)
def test_hours_that_make_no_sense_are_refused(office, opens, closes, sentence):
    agency = people.make_agency()
    agency.hours.create(kind="WALK_IN", weekday=0, opens="08:30", closes="12:30")
    address = reverse("admin:accounts_agency_change", args=[agency.pk])
    data = form_of(office.get(address)) | {
        "hours-1-kind": "WALK_IN",
        "hours-1-weekday": "0",
        "hours-1-opens": opens,
        "hours-1-closes": closes,
    }
    assert sentence in office.post(address, data).content.decode()
    assert agency.hours.count() == 1


def test_saving_without_a_change_writes_nothing_in_the_journal(office):
    address = reverse("admin:accounts_agency_change", args=[people.make_agency().pk])
    assert office.post(address, form_of(office.get(address))).status_code == 302
    assert entries(31) == []


# --- parameters -------------------------------------------------------------------------------------------------


def test_every_parameter_is_listed_with_value_and_default(office):
    page = office.get(reverse("admin:core_parameteroverride_changelist")).content.decode()
    for declared in parameters.FIELDS.values():
        assert declared.metadata["label"].replace("\u00a0", "\u00a0") in page


def test_parameter_is_changed_journalled_and_put_back(office):
    address = reverse("admin:core_parameteroverride_change", args=["portfolio_max"])
    assert office.post(address, {"value": "180"}).status_code == 302
    assert ParameterOverride.objects.get(key="portfolio_max").value == 180
    assert office.post(address, {"value": "", "reset": "1"}).status_code == 302
    assert not ParameterOverride.objects.exists()
    assert [(entry.data["before"], entry.data["after"]) for entry in entries(changing.CHANGED.number)] == [
        (150, 180),
        (180, 150),
    ]


def test_list_of_steps_is_changed(office):
    address = reverse("admin:core_parameteroverride_change", args=["reminder_steps_hours"])
    assert office.post(address, {"value": "240, 72, 3"}).status_code == 302
    assert ParameterOverride.objects.get().value == [240, 72, 3]


@pytest.mark.parametrize("value", ["", "beaucoup", "0", "99999999", "1,2", "-5", "1e3", "٣٣٣٣", "9" * 5_000])
def test_value_out_of_bounds_is_refused_in_french(office, value):
    address = reverse("admin:core_parameteroverride_change", args=["portfolio_max"])
    answer = office.post(address, {"value": value})
    assert answer.status_code == 422
    assert not ParameterOverride.objects.exists()


def test_unknown_parameter_answers_404(office):
    assert office.get(reverse("admin:core_parameteroverride_change", args=["rien"])).status_code == 404


# --- what stands still --------------------------------------------------------------------------------------------


def test_stuck_deadlines_are_shown_first_and_put_back_to_work(office):
    common = {"kind": 1, "due_at": NOW, "run_at": NOW}
    stuck = Deadline.objects.create(subject_id=1, state=Deadline.State.STUCK, attempts=8, **common)
    Deadline.objects.create(subject_id=2, state=Deadline.State.DONE, closed_at=NOW, **common)
    address = reverse("admin:core_deadline_changelist")
    assert [row.pk for row in office.get(address).context["cl"].result_list] == [stuck.pk]
    office.post(address, {"action": "retry", "_selected_action": [stuck.pk]})
    stuck.refresh_from_db()
    assert (stuck.state, stuck.attempts) == (Deadline.State.PENDING, 0)
    assert entries(34)[0].data == {"count": 1}


@pytest.mark.parametrize("term", ["1", "abc", "9" * 40, "-1"])
def test_deadlines_are_searched_by_number_and_nothing_breaks(office, term):
    assert office.get(reverse("admin:core_deadline_changelist"), {"q": term}).status_code == 200


def test_mail_given_up_is_sent_again_and_its_content_is_never_shown(office):
    person = people.make_claimant().user
    mail = OutboxMessage.objects.create(
        kind=1,
        person=person,
        subject_id=person.pk,
        state=OutboxMessage.State.GIVEN_UP,
        created_at=NOW,
        run_at=NOW,
        settled_at=NOW,
        last_error="451 plus tard",
    )
    address = reverse("admin:messaging_outboxmessage_changelist")
    page = office.get(address).content.decode()
    assert "451 plus tard" in page
    assert "payload" not in page
    office.post(address, {"action": "retry", "_selected_action": [mail.pk]})
    mail.refresh_from_db()
    assert mail.state == OutboxMessage.State.PENDING
    assert entries(35)[0].data == {"count": 1}


# --- outages ----------------------------------------------------------------------------------


OUTAGES = "/admin/core/outage/"


def outage_answers(since: datetime, until: datetime | None, **changed) -> dict[str, str]:
    paris = Territory.METROPOLE.zone
    times = {}
    for name, at in (("starts_at", since), ("ends_at", until)):
        local = at.astimezone(paris) if at else None
        times[f"{name}_0"] = f"{local:%d/%m/%Y}" if local else ""
        times[f"{name}_1"] = f"{local:%H:%M:%S}" if local else ""
    return times | {"reason": "Panne du réseau"} | changed


def test_an_outage_is_recorded_by_its_process_and_journaled(office, admin):
    now = clock.now().replace(microsecond=0)
    since, until = now - timedelta(hours=3), now - timedelta(hours=2)
    page = office.post(f"{OUTAGES}add/", outage_answers(since, until), follow=True)
    assert "chacune est prévenue de sa nouvelle date" in page.content.decode()
    outage = Outage.objects.get()
    assert (outage.starts_at, outage.ends_at, outage.reason) == (since, until, "Panne du réseau")
    (entry,) = entries(outages.RECORDED.number)
    assert (entry.actor_id, entry.subject_id) == (admin.pk, outage.pk)
    kinds = Deadline.objects.filter(subject_id=outage.pk).values_list("kind", flat=True)
    assert set(kinds) == {
        convoked.DUE_EXTEND_EXPLANATIONS,
        convoked.DUE_EXTEND_COMPLETIONS,
        convoked.DUE_EXTEND_REQUEST_DOCS,
        measured.DUE_EXTEND_OBSERVATIONS,
        measured.DUE_EXTEND_WINDOWS,
        messages.DUE_EXTEND_THREADS,
    }
    assert not entries(30)


def test_an_outage_that_lasts_is_ended_later_and_cannot_be_begun_again(office):
    now = clock.now().replace(microsecond=0)
    since = now - timedelta(hours=3)
    page = office.post(f"{OUTAGES}add/", outage_answers(since, None), follow=True)
    assert "Tant que l’interruption dure" in page.content.decode()
    assert "en cours" in page.content.decode()
    outage = Outage.objects.get()
    office.post(f"{OUTAGES}{outage.pk}/change/", outage_answers(since, now))
    outage.refresh_from_db()
    assert (outage.ends_at, outage.revision) == (now, 1)
    assert "depuis le" in entries(outages.CORRECTED.number)[0].data["before"]
    page = office.post(f"{OUTAGES}{outage.pk}/change/", outage_answers(since, None))
    assert "Cette interruption est finie" in page.content.decode()
    assert Outage.objects.get().ends_at == now


def test_an_outage_yet_to_come_is_refused_beside_its_field(office):
    later = clock.now() + timedelta(days=1)
    page = office.post(f"{OUTAGES}add/", outage_answers(later, None))
    assert "Le début ne peut pas être à venir." in page.content.decode()
    assert not Outage.objects.exists()


def test_an_outage_is_never_removed(office):
    outage = Outage.objects.create(starts_at=NOW, ends_at=NOW + timedelta(hours=1), reason="Panne")
    assert office.post(f"{OUTAGES}{outage.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Outage.objects.exists()
