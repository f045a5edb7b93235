"""A production with a demo secret, without a decision on the antivirus or over plain HTTP is refused."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg import sql

from portal.web import production
from tests.deploy.conftest import ROOT

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "portal.settings.base",
    "SECRET_KEY": "k7" * 40 + "Zq-4",
    "ALLOWED_HOSTS": "emploi.example.org",
    "PUBLIC_URL": "https://emploi.example.org",
    "DATABASE_URL": "postgresql://portal_app@db.example.org/portal",
    "REDIS_URL": "redis://redis.example.org/0",
    "EMAIL_URL": "smtp+tls://portal:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Espace Emploi <ne-pas-repondre@emploi.example.org>",
    "CLAMAV_URL": "unix:///run/clamav/clamd.ctl",
}


def check(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, **changed}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *(arguments or ("--deploy", "--fail-level", "WARNING"))],
        env={name: value for name, value in environment.items() if value},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_production_settings_pass_the_deployment_check():
    done = check()
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("secret", ["demo-only-never-a-secret", "tests-only-never-a-secret"])
def test_production_refuses_to_start_with_a_known_secret(secret):
    done = check("--tag", "models", SECRET_KEY=secret)
    assert done.returncode != 0
    assert "make one of your own" in done.stderr


@pytest.mark.parametrize(
    "variable", ["SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"]
)
def test_production_refuses_to_start_without_what_it_needs(variable):
    done = check("--tag", "models", **{variable: ""})
    assert done.returncode != 0
    assert variable in done.stderr


def test_demo_and_tests_may_start_with_theirs(settings):
    production.refuse_known_secret()
    settings.TESTS = False
    with pytest.raises(ImproperlyConfigured):
        production.refuse_known_secret()
    settings.DEMO = True
    production.refuse_known_secret()


@pytest.fixture
def deployed(settings):
    """The settings of a production that passes."""
    settings.DEMO = settings.DEBUG = settings.TESTS = False
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    settings.ALLOWED_HOSTS = ["emploi.example.org"]
    settings.PUBLIC_URL = "https://emploi.example.org"
    settings.CLAMAV_URL, settings.DOCUMENTS_UNSCANNED = "tcp://clamd:3310", ""
    settings.DEFAULT_FROM_EMAIL = "Espace Emploi <ne-pas-repondre@emploi.example.org>"
    assert production.check_settings(None) == []
    return settings


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"DEMO": True}, "E001"),
        ({"DEBUG": True}, "E001"),
        ({"TESTS": True}, "E001"),
        ({"SECRET_KEY": "short"}, "E002"),
        ({"SECRET_KEY": "demo-only-" + "x" * 60}, "E002"),
        ({"CLAMAV_URL": "none"}, "E003"),
        ({"CLAMAV_URL": ""}, "E004"),
        ({"CLAMAV_URL": "http://clamd"}, "E004"),
        ({"PUBLIC_URL": "http://emploi.example.org"}, "E005"),
        ({"PUBLIC_URL": "emploi.example.org"}, "E005"),
        ({"PUBLIC_URL": "https://emploi.example.org/portail"}, "E005"),
        ({"ALLOWED_HOSTS": ["other.example.org"]}, "E006"),
        ({"ALLOWED_HOSTS": ["emploi.example.org", "*"]}, "E007"),
        ({"DEFAULT_FROM_EMAIL": "Espace Emploi <ne-pas-repondre@espace-emploi.invalid>"}, "E008"),
    ],
)
def test_check_refuses(deployed, changed, found):
    for name, value in changed.items():
        setattr(deployed, name, value)
    assert [message.id for message in production.check_settings(None)] == [f"portal.{found}"]


def test_check_takes_an_explicit_word_for_no_antivirus(deployed):
    deployed.CLAMAV_URL, deployed.DOCUMENTS_UNSCANNED = "none", "accept"
    assert production.check_settings(None) == []


def test_check_takes_a_host_of_an_allowed_domain(deployed):
    deployed.ALLOWED_HOSTS = [".example.org"]
    assert production.check_settings(None) == []


@pytest.mark.django_db(transaction=True)
def test_check_refuses_a_role_that_can_alter_evidence(app_role):
    (found,) = production.check_role(None, databases=["default"])
    assert found.id == "portal.E009"
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SET ROLE {}").format(sql.Identifier(app_role)).as_string(connection.connection)
        )
        assert production.check_role(None, databases=["default"]) == []
        cursor.execute("RESET ROLE")
