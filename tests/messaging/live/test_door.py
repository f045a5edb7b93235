"""The live door of a thread: for who may read it, and no longer than they may."""

import asyncio
import logging

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, connections

from accounts.sign_in.sessions import SEEN_AT
from messaging.live import hints, watching
from portal import live
from tests import factories
from tests.messaging.live.alone import alone
from tests.messaging.threads.talk import answer, ask, fresh
from tests.people import signed_in


@pytest.fixture
def thread(db):
    return ask(factories.claimant())


def door(thread, who: str = "espace") -> str:
    return f"/{who}/messages/{thread.ref}/direct/"


def test_who_has_seen_it_all_hears_that_nothing_is_new_and_else_that_something_is(thread):
    person = signed_in(thread.claimant)
    now = watching.of(fresh(thread)).name
    said = person.get(door(thread), {"vu": now})
    assert said["Content-Type"] == "text/event-stream; charset=utf-8"
    assert said.text == f"retry: 15000\nid: {now}\nevent: calm\ndata: \n\n"
    answer(thread, "Oui.")
    after = watching.of(fresh(thread)).name
    assert after != now
    # The last event a cut line had brought says more than the page it began on.
    said = person.get(door(thread), {"vu": after}, headers={"Last-Event-ID": now})
    assert said.text == f"retry: 15000\nid: {after}\nevent: change\ndata: 2\n\n"
    assert "Oui." not in said.text


def test_opening_what_was_written_is_another_situation(thread):
    before = watching.of(fresh(thread)).name
    signed_in(thread.advisor).get(f"/conseiller/messages/{thread.ref}/")
    assert watching.of(fresh(thread)).name != before


@pytest.mark.parametrize("tail", ["direct/", "saisie/"])
def test_somebody_elses_thread_is_not_there(thread, tail, client):
    stranger, far = factories.claimant(), factories.advisor()
    method = "get" if tail == "direct/" else "post"
    for who, space in ((stranger, "espace"), (far, "conseiller"), (thread.claimant, "conseiller")):
        told = getattr(signed_in(who), method)(f"/{space}/messages/{thread.ref}/{tail}")
        assert told.status_code == 404, who
    assert getattr(client, method)(f"/espace/messages/{thread.ref}/{tail}").status_code == 302


def test_a_page_that_listens_is_no_sign_of_anybody(thread):
    person = signed_in(thread.claimant)
    person.get(f"/espace/messages/{thread.ref}/")
    seen = person.session[SEEN_AT]
    session = person.session
    session[SEEN_AT] = seen - 90 * 60
    session.save()
    assert person.get(door(thread)).status_code == 200
    assert person.session[SEEN_AT] == seen - 90 * 60
    # Past the silence of claimants the door is shut, like every other.
    session = person.session
    session[SEEN_AT] = seen - 121 * 60
    session.save()
    assert person.get(door(thread)).status_code == 302


def test_who_types_is_told_of_through_the_broker_and_nothing_is_kept(thread):
    heard = hints.redis.Redis.from_url(settings.REDIS_CLIENT_URL).pubsub()
    heard.subscribe(hints.CHANNEL)
    assert signed_in(thread.claimant).post(f"/espace/messages/{thread.ref}/saisie/").status_code == 204
    words = [one["data"] for _ in range(20) if (one := heard.get_message(timeout=0.2))]
    assert b'{"thread": %d, "typing": "CLAIMANT"}' % thread.pk in words
    heard.close()
    assert fresh(thread).last_number == 1


def test_a_broker_that_is_down_holds_nobody_up(thread, settings, caplog):
    hints._client, hints._silent_until = None, 0.0
    settings.REDIS_CLIENT_URL = "redis://127.0.0.1:1/0"
    try:
        with caplog.at_level(logging.WARNING):
            assert (
                signed_in(thread.claimant).post(f"/espace/messages/{thread.ref}/saisie/").status_code == 204
            )
        assert "they look for themselves" in caplog.text
    finally:
        hints._client, hints._silent_until = None, 0.0


# --- the process ------------------------------------------------------------------


class Protocol:
    """What granian gives a request, kept: status, headers, what is sent, and when the browser leaves."""

    def __init__(self) -> None:
        self.status, self.headers, self.sent = 0, {}, []
        self.left = asyncio.Event()

    async def client_disconnect(self) -> None:
        await self.left.wait()

    def response_stream(self, status, headers):
        self.status, self.headers = status, dict(headers)
        return self

    def response_bytes(self, status, headers, body) -> None:
        self.status, self.headers, self.sent = status, dict(headers), [body]

    async def send_bytes(self, words) -> None:
        self.sent.append(words)

    async def wait_for(self, words: bytes) -> None:
        async with asyncio.timeout(10):
            while words not in b"".join(self.sent):
                await asyncio.sleep(0.02)


class Scope:
    proto, http_version, scheme, method, query_string, authority = (
        "http",
        "1.1",
        "http",
        "GET",
        "",
        "testserver",
    )
    server, client = "127.0.0.1:80", "127.0.0.1:9"

    def __init__(self, path: str, browser) -> None:
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        self.path = path
        self.headers = {
            "cookie": f"{settings.SESSION_COOKIE_NAME}={session}",
            "origin": settings.PUBLIC_URL,
        }


def opened(path: str, browser, story) -> Protocol:
    """Open a line in the process's own application and play a story beside it."""

    async def play() -> Protocol:
        app, protocol = live.Live(1), Protocol()
        round_ = asyncio.ensure_future(app.board.run())
        line = asyncio.ensure_future(app.__rsgi__(Scope(path, browser), protocol))
        try:
            await story(protocol, line)
        finally:
            protocol.left.set()
            async with asyncio.timeout(10):
                await line
            round_.cancel()
            for pool in (app._threads, app._own):
                await asyncio.get_running_loop().run_in_executor(pool, connections.close_all)
                pool.shutdown()
        assert not app.board.lines
        return protocol

    return alone(play)


@pytest.mark.django_db(transaction=True)
def test_a_line_brings_each_change_until_the_browser_leaves(thread, monkeypatch):
    person = signed_in(thread.claimant)

    def advisor_answers() -> None:
        try:
            answer(thread, "Oui.")
        finally:
            connection.close()

    async def story(protocol: Protocol, line) -> None:
        await protocol.wait_for(b"retry: 2000")
        await asyncio.to_thread(advisor_answers)
        await protocol.wait_for(b"event: change\ndata: 2\n\n")

    told = opened(door(thread), person, story)
    assert told.status == 200
    assert told.headers["access-control-allow-origin"] == settings.PUBLIC_URL
    assert told.headers["X-Accel-Buffering"] == "no"


@pytest.mark.django_db(transaction=True)
def test_a_line_ends_with_the_right_to_it(thread, monkeypatch):
    monkeypatch.setattr(live, "STILL_THEIRS_SECONDS", 0.1)
    person = signed_in(thread.claimant)

    def sign_out() -> None:
        try:
            Session.objects.all().delete()
        finally:
            connection.close()

    async def story(protocol: Protocol, line) -> None:
        await protocol.wait_for(b"retry: 2000")
        await asyncio.sleep(0.5)
        assert not line.done()
        await asyncio.to_thread(sign_out)
        async with asyncio.timeout(10):
            await asyncio.shield(line)

    opened(door(thread), person, story)


@pytest.mark.django_db(transaction=True)
def test_nobody_listens_at_a_strangers_door(thread):
    async def story(protocol: Protocol, line) -> None:
        async with asyncio.timeout(10):
            await asyncio.shield(line)

    told = opened(door(thread), signed_in(factories.claimant()), story)
    assert told.status == 404
    assert "access-control-allow-origin" not in told.headers
