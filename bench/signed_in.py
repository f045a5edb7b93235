"""People already signed in: sessions written straight into the session table, second factor shown."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from accounts.models import Role, User
from accounts.sign_in import second_factor, sessions
from portal.core import clock

ADMIN = "administration@bench.example"
_KEY = "bench"


def sign_in(user_ids: Sequence[int]) -> list[str]:
    """Sign these accounts in; their session keys, in the same order."""
    users = User.objects.in_bulk(user_ids)
    store, expires, now = SessionStore(), timezone.now() + timedelta(hours=12), clock.now()
    rows = []
    for user_id in user_ids:
        user = users[user_id]
        data = {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
            "_auth_user_hash": user.get_session_auth_hash(),
            sessions.SEEN_AT: int(now.timestamp()),
            second_factor.SHOWN: user.pk,
            "account_authentication_methods": [{"method": "password", "at": now.timestamp()}],
        }
        rows.append(Session(session_key=_key(user_id), session_data=store.encode(data), expire_date=expires))
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    Session.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        # The row each sign-in leaves, touched once a minute while the person is there.
        cursor.execute("DELETE FROM usersessions_usersession WHERE user_id = ANY(%s)", [list(user_ids)])
        cursor.execute(
            """
            INSERT INTO usersessions_usersession
                (user_id, session_key, created_at, ip, last_seen_at, user_agent, data)
            SELECT id, key, %s, '192.0.2.7', %s, 'bench', '{}' FROM unnest(%s::bigint[], %s::text[]) AS one (id, key)
            """,
            [now, now, list(user_ids), [_key(user_id) for user_id in user_ids]],
        )
    return [_key(user_id) for user_id in user_ids]


def sign_in_again() -> None:
    """Sign everybody in anew who is signed in."""
    keys = Session.objects.filter(session_key__startswith=_KEY).values_list("session_key", flat=True)
    sign_in([int(key.removeprefix(_KEY)) for key in keys])


def administrator() -> int:
    """An administrator's account, for the plain admin of the references."""
    found = User.objects.filter(email=ADMIN).first()
    found = found or User.objects.create_user(
        ADMIN, None, role=Role.ADMIN, first_name="Andrea", last_name="Admin"
    )
    return found.pk


def _key(user_id: int) -> str:
    return f"{_KEY}{user_id:027d}"
