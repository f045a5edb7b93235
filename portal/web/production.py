"""What a production may not be: checks of `manage.py check --deploy`, and one refusal to start at all."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from portal.core.documents import scanning

# How the secrets of demo and tests begin; everybody can read them in the source.
KNOWN_SECRETS = ("demo-only", "tests-only")
SHORTEST_SECRET = 50
SHORTEST_RETURNS_SECRET = 32
# Its local part leaves room for what names a row, in the 64 characters a server takes.
RETURN_ADDRESS = re.compile(r"[a-z0-9._-]{1,16}@[a-z0-9.-]{1,253}")


def refuse_known_secret() -> None:
    """Stop any process of a production that would sign sessions with a secret printed in the source."""
    if settings.SECRET_KEY.startswith(KNOWN_SECRETS) and not (settings.DEMO or settings.TESTS):
        raise ImproperlyConfigured("SECRET_KEY is the demo's or the tests': make one of your own.")


@register(Tags.security, deploy=True)
def check_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse what would be unsafe or untrue in front of real people."""
    found: list[CheckMessage] = []
    if settings.DEMO or settings.DEBUG or settings.TESTS:
        found.append(
            Error(
                "These are the settings of the demo, of the tests or of debugging.",
                hint="DJANGO_SETTINGS_MODULE=portal.settings.base",
                id="portal.E001",
            )
        )
    if settings.SECRET_KEY.startswith(KNOWN_SECRETS) or len(settings.SECRET_KEY) < SHORTEST_SECRET:
        found.append(
            Error(
                "SECRET_KEY is known or too short.",
                hint="python -c 'import secrets; print(secrets.token_urlsafe(64))'",
                id="portal.E002",
            )
        )
    return [*found, *_check_antivirus(), *_check_addresses(), *_check_returns()]


def _check_antivirus() -> list[CheckMessage]:
    url = settings.CLAMAV_URL
    if url == scanning.NO_SCANNER and settings.DOCUMENTS_UNSCANNED != "accept":
        return [
            Error(
                "This deployment goes without an antivirus, but has not said so twice.",
                hint="Set CLAMAV_URL to clamd's address, or DOCUMENTS_UNSCANNED=accept.",
                id="portal.E003",
            )
        ]
    if url != scanning.NO_SCANNER and urlsplit(url).scheme not in ("unix", "tcp"):
        return [
            Error(
                "Nothing says who scans the documents people send.",
                hint="CLAMAV_URL=unix:///run/clamav/clamd.ctl or tcp://host:3310, or DOCUMENTS_UNSCANNED=accept.",
                id="portal.E004",
            )
        ]
    return []


def _check_addresses() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme != "https" or not public.hostname or public.path:
        found.append(
            Error(
                "PUBLIC_URL is not an https address without a path.",
                hint="PUBLIC_URL=https://emploi.example.org: every link in an e-mail begins with it.",
                id="portal.E005",
            )
        )
    elif not any(_allows(host, public.hostname) for host in settings.ALLOWED_HOSTS):
        found.append(Error("ALLOWED_HOSTS lacks the host of PUBLIC_URL.", id="portal.E006"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS lets any host pass.", id="portal.E007"))
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith(".invalid"):
        found.append(
            Error("DEFAULT_FROM_EMAIL is not set.", hint="The sender of every e-mail.", id="portal.E008")
        )
    return found


def _check_returns() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if any(len(secret) < SHORTEST_RETURNS_SECRET for secret in settings.RETURNS_SECRETS):
        found.append(
            Error(
                "A secret of RETURNS_SECRETS is too short: whoever guesses it says what became of our mails.",
                hint="python -c 'import secrets; print(secrets.token_urlsafe(48))'",
                id="portal.E010",
            )
        )
    address = settings.RETURN_ADDRESS
    if address and not RETURN_ADDRESS.fullmatch(address):
        found.append(
            Error(
                "RETURN_ADDRESS is no address.", hint="RETURN_ADDRESS=retours@example.org", id="portal.E011"
            )
        )
    return found


def _allows(pattern: str, host: str) -> bool:
    return pattern == host or (pattern.startswith(".") and (host == pattern[1:] or host.endswith(pattern)))


@register(Tags.database, deploy=True)
def check_role(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a database role that could rewrite the journal; `manage.py check --deploy --database default`.

    The owner's role, which migrates, is not the one to serve with.
    """
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """
            SELECT to_regclass('core_journalentry') IS NOT NULL
               AND (has_table_privilege('core_journalentry', 'UPDATE')
                 OR has_table_privilege('core_journalentry', 'DELETE')
                 OR has_table_privilege('core_journalentry', 'TRUNCATE'))
            """
        )
        (powerful,) = cursor.fetchone()
    if powerful:
        return [
            Error(
                "The database role can alter evidence.",
                hint="Serve with the role that deploy/roles.sql makes.",
                id="portal.E009",
            )
        ]
    return []
