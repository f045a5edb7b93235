"""The back office: administrators only, every change in the journal, no way round the processes."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.back_office.site import site
from accounts.models import Advisor, Claimant, Role, User
from messaging.deeds import MAIL_WAYS
from messaging.models import OutboxMessage
from portal.core import parameters
from portal.core.models import ParameterOverride
from tests import people
from tests.accounts.back_office.reading import entries, form_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


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
