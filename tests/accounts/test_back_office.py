"""The back office: administrators only, every change in the journal, no way round the processes."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.back_office.site import site
from accounts.models import Advisor, Claimant, Role, User
from convocations import deeds as convoked
from messaging.deeds import MAIL_WAYS
from messaging.models import OutboxMessage
from portal.core import clock, outages, parameters
from portal.core.models import Deadline, JournalEntry, Outage, ParameterOverride
from portal.core.parameters import changing
from portal.core.working_time import Territory
from tests import people

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def admin():
    return people.make_admin()


@pytest.fixture
def office(admin):
    return people.signed_in(admin)


@pytest.fixture(autouse=True)
def _parameters_are_read_anew():
    parameters.forget()
    yield
    parameters.forget()


def form_of(response) -> dict[str, str]:
    """Give what a change form would send unchanged."""
    context = response.context["adminform"].form
    data = {}
    forms = [
        context,
        *(form for formset in response.context["inline_admin_formsets"] for form in formset.formset),
    ]
    for formset in response.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        data |= {management.add_prefix(name): management.initial[name] for name in management.fields}
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            if value is True:
                data[form.add_prefix(name)] = "on"
            elif value is not None and value is not False:
                data[form.add_prefix(name)] = value
    return data


def entries(code: int) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(code=code))


# --- the door ------------------------------------------------------------------------------


def every_list() -> list[str]:
    names = [f"admin:{model._meta.app_label}_{model._meta.model_name}" for model in site._registry]
    return ["admin:index", *(f"{name}_changelist" for name in names)]


@pytest.mark.parametrize(
    "role", ["claimant", "advisor", "supervisor", "decision_maker", "controller", "partner"]
)
def test_back_office_answers_404_to_every_other_role(role):
    client = people.signed_in(getattr(people, f"make_{role}")())
    answers = {name: client.get(reverse(name)).status_code for name in every_list()}
    assert answers == dict.fromkeys(every_list(), 404)


@pytest.mark.parametrize("name", every_list())
def test_every_list_opens_to_an_administrator(office, name):
    people.make_claimant()
    assert office.get(reverse(name)).status_code == 200


def test_stranger_is_sent_to_the_portals_own_door(client):
    page = client.get("/admin/accounts/agency/", follow=True)
    assert page.request["PATH_INFO"] == "/connexion/"
    assert page.request["QUERY_STRING"] == "next=%2Fadmin%2Faccounts%2Fagency%2F"


def test_admin_signs_in_by_the_ordinary_pages_and_arrives_there(admin):
    client = Client()
    assert (
        client.post("/connexion/", {"login": admin.email, "password": people.PASSWORD})["Location"]
        == "/admin/"
    )


@pytest.mark.parametrize("name", every_list()[1:])
def test_nothing_can_be_removed(office, name):
    people.make_claimant()
    page = office.get(reverse(name)).content.decode()
    assert "delete_selected" not in page


def test_people_cannot_be_deleted_by_address(office):
    claimant = people.make_claimant()
    for address in (
        reverse("admin:accounts_user_delete", args=[claimant.pk]),
        reverse("admin:accounts_claimant_delete", args=[claimant.pk]),
        reverse("admin:accounts_agency_delete", args=[claimant.agency_id]),
    ):
        assert office.post(address, {"post": "yes"}).status_code == 403
    assert Claimant.objects.filter(pk=claimant.pk).exists()


# --- accounts ------------------------------------------------------------------------------------


def test_new_advisor_is_added_with_role_row_and_journal(office, admin):
    agency = people.make_agency()
    address = reverse("admin:accounts_user_add")
    data = form_of(office.get(address)) | {
        "first_name": "Dominique",
        "last_name": "Lefèvre",
        "email": "Dominique.Lefevre@exemple.fr",
        "role": Role.ADVISOR,
        "advisor-0-agency": agency.pk,
    }
    assert office.post(address, data).status_code == 302
    user = User.objects.get(email="dominique.lefevre@exemple.fr")
    assert user.advisor.agency == agency
    assert not user.has_usable_password()
    (entry,) = entries(10)
    assert (entry.actor_id, entry.subject_id, entry.file_id) == (admin.pk, user.pk, None)


def test_role_without_its_row_is_refused(office):
    address = reverse("admin:accounts_user_add")
    data = form_of(office.get(address)) | {
        "first_name": "Dominique",
        "last_name": "Lefèvre",
        "email": "d@exemple.fr",
        "role": Role.ADVISOR,
    }
    answer = office.post(address, data)
    assert answer.status_code == 200
    assert "Complétez cette partie" in answer.content.decode()
    assert not User.objects.filter(email="d@exemple.fr").exists()


def test_new_claimant_goes_to_an_advisor_of_the_agency_who_has_room(office):
    advisor, other = people.make_advisor(), people.make_advisor()
    address = reverse("admin:accounts_user_add")
    data = form_of(office.get(address)) | {
        "first_name": "Inès",
        "last_name": "Martin",
        "email": "",
        "role": Role.CLAIMANT,
        "claimant-0-agency": advisor.agency_id,
        "claimant-0-advisor": other.pk,
        "claimant-0-registered_on": "01/12/2026",
    }
    assert "Choisissez un conseiller de cette agence" in office.post(address, data).content.decode()
    assert office.post(address, data | {"claimant-0-advisor": advisor.pk}).status_code == 302
    claimant = Claimant.objects.get(user__last_name="Martin")
    assert claimant.user.email is None
    assert entries(10)[0].file_id == claimant.pk


def test_corrected_address_ends_sessions_and_forgets_proved_ones(office):
    claimant = people.make_claimant()
    EmailAddress.objects.create(user=claimant.user, email=claimant.user.email, verified=True, primary=True)
    client = Client()
    client.post("/connexion/", {"login": claimant.user.email, "password": people.PASSWORD})
    address = reverse("admin:accounts_user_change", args=[claimant.pk])
    answer = office.post(address, form_of(office.get(address)) | {"email": "Neuve@exemple.fr"})
    assert answer.status_code == 302
    assert User.objects.get(pk=claimant.pk).email == "neuve@exemple.fr"
    assert not EmailAddress.objects.exists()
    assert client.get("/espace/profil/").status_code == 302
    assert entries(11)[0].data == {"fields": ["email"]}


def test_address_somebody_has_is_refused_in_french(office):
    taken, claimant = people.make_claimant(), people.make_claimant()
    address = reverse("admin:accounts_user_change", args=[claimant.pk])
    answer = office.post(address, form_of(office.get(address)) | {"email": taken.user.email.upper()})
    assert "existe déjà" in answer.content.decode()


def test_changed_role_asks_for_its_row_ends_sessions_and_is_journalled(office):
    controller = people.make_controller()
    client = people.signed_in(controller)
    agency = people.make_agency()
    address = reverse("admin:accounts_user_change", args=[controller.pk])
    data = form_of(office.get(address)) | {"role": Role.ADVISOR}
    assert "Complétez cette partie" in office.post(address, data).content.decode()
    assert office.post(address, data | {"advisor-0-agency": agency.pk}).status_code == 302
    assert Advisor.objects.get(pk=controller.pk).agency == agency
    assert client.get("/compte/").status_code == 302
    assert entries(12)[0].data == {"before": "CONTROLLER", "after": "ADVISOR"}


@pytest.mark.parametrize(
    ("role", "wanted", "sentence"),
    [
        ("claimant", Role.ADMIN, "le reste"),
        ("controller", Role.CLAIMANT, "le reste"),
        ("advisor_with_people", Role.CONTROLLER, "Confiez d’abord"),
    ],
)
def test_role_that_cannot_change_is_refused_with_the_reason(office, role, wanted, sentence):
    if role == "advisor_with_people":
        person = people.make_claimant().advisor
    else:
        person = getattr(people, f"make_{role}")()
    address = reverse("admin:accounts_user_change", args=[person.pk])
    answer = office.post(address, form_of(office.get(address)) | {"role": wanted})
    assert sentence in answer.content.decode()
    assert User.objects.get(pk=person.pk).role == person.user.role


def test_administrator_cannot_close_or_demote_oneself(office, admin):
    address = reverse("admin:accounts_user_change", args=[admin.pk])
    data = form_of(office.get(address))
    data.pop("is_active")
    assert "votre propre accès" in office.post(address, data).content.decode()
    answer = office.post(address, form_of(office.get(address)) | {"role": Role.PARTNER})
    assert "votre propre rôle" in answer.content.decode()


def test_closed_access_is_journalled_and_can_be_reopened(office):
    claimant = people.make_claimant()
    address = reverse("admin:accounts_user_change", args=[claimant.pk])
    data = form_of(office.get(address))
    office.post(address, {name: value for name, value in data.items() if name != "is_active"})
    assert not User.objects.get(pk=claimant.pk).is_active
    office.post(address, data)
    assert User.objects.get(pk=claimant.pk).is_active
    assert [len(entries(code)) for code in (13, 14)] == [1, 1]


def test_second_factor_of_somebody_else_is_reset_but_not_ones_own(office, admin):
    advisor = people.make_advisor().user
    for user in (advisor, admin):
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    address = reverse("admin:accounts_user_changelist")
    chosen = {"action": "reset_second_factor", "_selected_action": [advisor.pk, admin.pk]}
    office.post(address, chosen)
    assert list(Authenticator.objects.values_list("user_id", flat=True)) == [admin.pk]
    assert [entry.subject_id for entry in entries(15)] == [advisor.pk]


# --- search costs what an index costs ---------------------------------------------------------------


@pytest.mark.parametrize("model", ["user", "claimant"])
def test_people_are_found_by_reference_address_or_beginning_of_name(office, model):
    wanted = people.make_claimant(user=people.make_user(last_name="Ozanne"))
    people.make_claimant()
    address = reverse(f"admin:accounts_{model}_changelist")
    for term in (wanted.ref, wanted.ref.lower(), wanted.user.email.upper(), "oza"):
        found = office.get(address, {"q": term}).context["cl"].result_list
        assert [row.pk for row in found] == [wanted.pk], term
    for term in ("anne", "DE-0000-0000", "x@exemple.fr", "%", "\\"):
        assert list(office.get(address, {"q": term}).context["cl"].result_list) == []


@pytest.mark.parametrize("model", ["user", "claimant", "advisor"])
def test_list_costs_the_same_queries_for_one_row_and_for_three(office, model, django_assert_max_num_queries):
    address = reverse(f"admin:accounts_{model}_changelist")
    for _ in range(3):
        people.make_claimant()
        with django_assert_max_num_queries(10):
            office.get(address)


def test_name_is_found_through_its_index(office):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = User.objects.filter(last_name__istartswith="oza").order_by()
        assert "user_by_last_name" in rows.explain()


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


# --- those who are followed ---------------------------------------------------------------------------------


def test_changed_advisor_goes_through_the_portfolios(office):
    claimant = people.make_claimant()
    new = people.make_advisor(claimant.agency)
    address = reverse("admin:accounts_claimant_change", args=[claimant.pk])
    assert office.post(address, form_of(office.get(address)) | {"advisor": new.pk}).status_code == 302
    assert Claimant.objects.get(pk=claimant.pk).advisor == new
    assert entries(23)[0].data["new_advisor_id"] == new.pk


def test_advisor_without_room_is_refused_until_a_reason_is_given(office):
    ParameterOverride.objects.create(key="portfolio_min", value=1)
    ParameterOverride.objects.create(key="portfolio_max", value=1)
    parameters.forget()
    claimant = people.make_claimant()
    new = people.make_advisor(claimant.agency)
    people.make_claimant(new)
    address = reverse("admin:accounts_claimant_change", args=[claimant.pk])
    data = form_of(office.get(address)) | {"advisor": new.pk}
    assert "dépasserait le repère" in office.post(address, data).content.decode()
    assert Claimant.objects.get(pk=claimant.pk).advisor_id == claimant.advisor_id
    assert office.post(address, data | {"reason": "Départ"}).status_code == 302
    assert Claimant.objects.get(pk=claimant.pk).advisor == new


def test_claimants_change_names_fields_not_content_in_the_journal(office):
    claimant = people.make_claimant()
    address = reverse("admin:accounts_claimant_change", args=[claimant.pk])
    office.post(address, form_of(office.get(address)) | {"street": "3 rue du Port"})
    (entry,) = entries(11)
    assert entry.file_id == claimant.pk
    assert entry.data["changes"] == [{"field": "street"}]
    assert "rue du Port" not in str(entry.data)


def test_how_a_person_is_told_goes_through_the_process_and_is_confirmed(office):
    claimant = people.make_claimant()
    address = reverse("admin:accounts_claimant_change", args=[claimant.pk])
    answers = form_of(office.get(address)) | {"answers_by": "BOTH", "reminders_by": "SPACE"}
    assert office.post(address, answers).status_code == 302
    after = Claimant.objects.get(pk=claimant.pk)
    assert (after.answers_by, after.reminders_by, after.appointments_by) == ("BOTH", "SPACE", "EMAIL")
    assert entries(17)[0].data["after"] == {"answers_by": "BOTH", "reminders_by": "SPACE"}
    assert OutboxMessage.objects.filter(person=claimant.user, kind=MAIL_WAYS).count() == 1
    # Saved again as it stands, it is no new choice.
    office.post(address, form_of(office.get(address)))
    assert len(entries(17)) == 1


def test_reference_and_agency_of_a_claimant_cannot_be_posted(office):
    claimant = people.make_claimant()
    address = reverse("admin:accounts_claimant_change", args=[claimant.pk])
    other = people.make_agency()
    office.post(address, form_of(office.get(address)) | {"agency": other.pk, "ref": "DE-0000-0001"})
    after = Claimant.objects.get(pk=claimant.pk)
    assert (after.ref, after.agency_id) == (claimant.ref, claimant.agency_id)


def test_advisor_becomes_supervisor_through_the_process(office):
    advisor = people.make_advisor()
    address = reverse("admin:accounts_advisor_change", args=[advisor.pk])
    assert office.post(address, form_of(office.get(address)) | {"is_supervisor": "on"}).status_code == 302
    assert Advisor.objects.get(pk=advisor.pk).is_supervisor
    assert entries(12)[0].data == {"supervisor_before": False, "supervisor_after": True}


def test_advisor_with_people_stays_in_the_agency(office):
    advisor = people.make_claimant().advisor
    address = reverse("admin:accounts_advisor_change", args=[advisor.pk])
    answer = office.post(address, form_of(office.get(address)) | {"agency": people.make_agency().pk})
    assert "Confiez d’abord" in answer.content.decode()


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
