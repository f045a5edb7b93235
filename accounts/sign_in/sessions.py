"""Sessions end: after a silence, on request, when rights change."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.db import InternalError
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from psycopg.errors import ReadOnlySqlTransaction

from accounts import access
from accounts.models import User
from portal.core import parameters
from portal.core.personal_data import erase

SEEN_AT = "seen_at"
# How exactly the silence is measured: a session is written at most once a minute.
GRAIN_SECONDS = 60
# The end of the addresses that a page asks for by itself, whether anybody sits before it or not.
ASKED_BY_THE_PAGE = "/direct/"


def idle_minutes(user: User) -> int:
    """Give after how many minutes of silence this person is signed out."""
    numbers = parameters.current()
    return numbers.staff_idle_minutes if access.is_staff_member(user) else numbers.claimant_idle_minutes


def touch(request: HttpRequest, user: User, *, now: datetime) -> bool:
    """Note that the person is there; False when the silence was too long and the session has ended.

    What a page asks by itself is no sign of anybody.
    """
    second = int(now.timestamp())
    seen_at = request.session.get(SEEN_AT)
    if isinstance(seen_at, int):
        silence = second - seen_at
        if silence > idle_minutes(user) * 60:
            logout(request)
            return False
        if 0 <= silence < GRAIN_SECONDS:
            return True
        if request.path_info.endswith(ASKED_BY_THE_PAGE):
            return True
    try:
        known = UserSession.objects.filter(session_key=request.session.session_key)
        if not known.update(last_seen_at=timezone.now()):
            # Whichever way the person came in, the place stands in their list of devices.
            UserSession.objects.create_from_request(request)
    except InternalError as error:
        # A database that only reads for now: people read on, and the silence keeps counting.
        if not isinstance(error.__cause__, ReadOnlySqlTransaction):
            raise
        return True
    request.session[SEEN_AT] = second
    return True


def of(user: User) -> list[UserSession]:
    """List the sessions of an account that still live, the latest first."""
    alive = UserSession.objects.purge_and_list(user)
    return sorted(alive, key=lambda session: session.last_seen_at, reverse=True)


def end(sessions: Iterable[UserSession]) -> int:
    """End these sessions: their next request is a stranger's. The number ended."""
    ended = 0
    for session in sessions:
        session.end()
        ended += 1
    return ended


def end_all(user: User) -> int:
    """End every session of an account: its rights have changed."""
    return end(UserSession.objects.filter(user=user))


def purge(*, dry_run: bool = False) -> int:
    """Forget the sessions whose time is over, a few thousand at a time; the number forgotten.

    By the machine's own time, as Django dates them.
    """
    forgotten = erase(Session.objects.filter(expire_date__lt=timezone.now()), dry_run=dry_run)
    long_ago = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    living = Session.objects.filter(pk=OuterRef("session_key"))
    erase(UserSession.objects.filter(~Exists(living), last_seen_at__lt=long_ago), dry_run=dry_run)
    return forgotten
