"""A person's private feed: opened, renewed and stopped by them; read by whoever brings its key.

The key is drawn from the server's secret and a number of the row. The row keeps the key's fingerprint alone:
who reads the database opens no feed, and its person can still see the address again.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import Claimant
from convocations import deeds
from convocations.calendar import entries
from convocations.models import CalendarFeed, Convocation
from convocations.scheduling import displacing
from convocations.states import ConvocationState
from messaging import outbox
from messaging.emails import absolute
from portal.core import journal
from portal.core.journal import Actor

# What has been is shown for this long, so that a calendar that read rarely learns of what was called off.
PAST = timedelta(days=90)
# More than anybody has in store; a bound on what one reading costs.
MOST = 500
KEY = re.compile(r"[A-Za-z0-9_-]{43}")


@transaction.atomic
def open_feed(claimant_id: int, *, by: Actor, now: datetime) -> CalendarFeed:
    """Give a person an address of their own for their calendar; one that is open stays as it is."""
    feed = _locked(claimant_id)
    if feed is not None and feed.is_open:
        return feed
    return _draw(feed, claimant_id, deeds.FEED_OPENED, by=by, now=now)


@transaction.atomic
def renew(claimant_id: int, generation: int, *, by: Actor, now: datetime) -> CalendarFeed | None:
    """Give an open feed another address; the earlier one gives nothing from now on.

    `generation` is the one the person saw: a second click renews nothing more.
    """
    feed = _locked(claimant_id)
    if feed is None or not feed.is_open or feed.generation != generation:
        return feed
    return _draw(feed, claimant_id, deeds.FEED_RENEWED, by=by, now=now)


@transaction.atomic
def close(claimant_id: int, *, by: Actor, now: datetime) -> CalendarFeed | None:
    """Stop a feed: its address gives nothing any more, and calendars that read it stand still."""
    feed = _locked(claimant_id)
    if feed is None or not feed.is_open:
        return feed
    feed.key_hash, feed.closed_at = None, now
    feed.save(update_fields=["key_hash", "closed_at"])
    journal.record(deeds.FEED_CLOSED, by=by, now=now, file_id=claimant_id, data={})
    return feed


def _locked(claimant_id: int) -> CalendarFeed | None:
    # The person's row holds two first clicks apart.
    Claimant.objects.select_for_update(no_key=True, of=("self",)).get(pk=claimant_id)
    return CalendarFeed.objects.filter(claimant_id=claimant_id).first()


def _draw(
    feed: CalendarFeed | None, claimant_id: int, deed: journal.JournalCode, *, by: Actor, now: datetime
) -> CalendarFeed:
    nonce = secrets.token_bytes(16)
    feed, _ = CalendarFeed.objects.update_or_create(
        claimant_id=claimant_id,
        defaults={
            "nonce": nonce,
            "key_hash": _fingerprint(_key(settings.SECRET_KEY, claimant_id, nonce)),
            "generation": feed.generation + 1 if feed is not None else 1,
            "opened_at": now,
            "closed_at": None,
        },
    )
    journal.record(deed, by=by, now=now, file_id=claimant_id, data={})
    outbox.enqueue(
        [outbox.Owed(deeds.MAIL_FEED, claimant_id, claimant_id, occurrence=feed.generation)], now=now
    )
    return feed


# --- the address ----------------------------------------------------------------


def address_of(feed: CalendarFeed) -> str:
    """Give the address of an open feed, to its person; empty when the secret it was drawn from is gone."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        key = _key(secret, feed.claimant_id, bytes(feed.nonce))
        if feed.key_hash is not None and hmac.compare_digest(_fingerprint(key), bytes(feed.key_hash)):
            return absolute(f"/agenda/{key}.ics")
    return ""


def _key(secret: str, claimant_id: int, nonce: bytes) -> str:
    drawn = hmac.digest(secret.encode(), b"convocations.calendar:%d:" % claimant_id + nonce, "sha256")
    return urlsafe_b64encode(drawn).rstrip(b"=").decode()


def _fingerprint(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


# --- reading --------------------------------------------------------------------


def owner_of(key: str) -> Claimant | None:
    """Find whose feed a key opens; nobody's once it was renewed or stopped, or the account was closed."""
    if not KEY.fullmatch(key):
        return None
    found = CalendarFeed.objects.filter(key_hash=_fingerprint(key), claimant__user__is_active=True)
    feed = found.select_related("claimant__agency").first()
    return feed.claimant if feed is not None else None


def read(claimant: Claimant, *, now: datetime) -> bytes:
    """Write a person's coming appointments and those of the last ninety days; two queries.

    Reading proves nothing: a machine reads, and what it shows is not what is notified.
    """
    rows = (
        Convocation.objects.filter(claimant_id=claimant.pk, ends_at__gt=now - PAST)
        .exclude(state=ConvocationState.SUPERSEDED)
        .select_related("agency", *displacing.READ_WITH)
        .order_by("-starts_at", "-id")[:MOST]
    )
    identities = entries.identities_of(claimant.pk)
    return entries.of_person(list(rows), identities, home=claimant.agency.place.zone, now=now)
