"""People who can sign in, one a role; the rows themselves come from `tests.factories`."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import Advisor, Agency, Claimant, Controller, DecisionMaker, Partner, Role, User
from accounts.sign_in import second_factor
from tests import factories

PASSWORD = "une phrase assez longue"  # noqa: S105


def make_agency(**fields: Any) -> Agency:
    return factories.agency(**fields)


def make_user(role: Role = Role.CLAIMANT, password: str | None = PASSWORD, **fields: Any) -> User:
    """An account that can sign in."""
    return factories.user(role, password=password, **fields)


def make_advisor(agency: Agency | None = None, user: User | None = None, **fields: Any) -> Advisor:
    user = user or make_user(Role.ADVISOR, first_name="Dominique")
    return Advisor.objects.create(user=user, agency=agency or make_agency(), **fields)


def make_supervisor(agency: Agency | None = None, **fields: Any) -> Advisor:
    return make_advisor(agency, is_supervisor=True, **fields)


def make_claimant(advisor: Advisor | None = None, user: User | None = None, **fields: Any) -> Claimant:
    advisor = advisor or make_advisor()
    return factories.claimant(advisor, user=user or make_user(), **fields)


def make_admin(**fields: Any) -> User:
    return make_user(Role.ADMIN, first_name="Andrea", **fields)


def make_decision_maker(region: str = "Île-de-France", **fields: Any) -> DecisionMaker:
    return DecisionMaker.objects.create(user=make_user(Role.DECISION_MAKER), region=region, **fields)


def make_controller(**fields: Any) -> Controller:
    return Controller.objects.create(user=make_user(Role.CONTROLLER), region="Île-de-France", **fields)


def make_partner(**fields: Any) -> Partner:
    return Partner.objects.create(user=make_user(Role.PARTNER), organisation="Mission Locale", **fields)


def signed_in(person: Any, client: Client | None = None) -> Client:
    """Give a browser where this person is signed in, second factor shown: an account or a role's row."""
    user = person if isinstance(person, User) else person.user
    client = client or Client()
    client.force_login(user)
    session = client.session
    session[second_factor.SHOWN] = user.pk
    session.save()
    # What allauth writes at a sign-in through its pages: the place stands in the list of devices.
    UserSession.objects.create(user=user, session_key=session.session_key, ip="192.0.2.7")
    return client


def totp_code(secret: str, step: int = 0) -> str:
    """Give the code that an application with this key shows now (or some steps from now)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))
