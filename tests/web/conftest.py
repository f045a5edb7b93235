"""The style page served by itself, and lists cut short enough to go on to a second page."""

import sys
import threading
from collections.abc import Callable, Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

from portal.core.prepared import Prepared, prepared


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def style_url(settings) -> Iterator[str]:
    """The style page by itself: no account, no row, the real middleware and the real static files."""
    settings.ROOT_URLCONF = "portal.web.style_page"
    application = StaticFilesHandler(get_wsgi_application())
    with make_server("127.0.0.1", 0, application, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/demo/style/"
        server.shutdown()
        thread.join()


@pytest.fixture
def short_pages(monkeypatch) -> Callable[[str], None]:
    """Cut the lists of a module to two rows a page.

    Questions compiled once keep the limit they were compiled with: they are compiled anew for this test, and what
    they were compiled to meanwhile goes with it.
    """

    def cut(module: str) -> None:
        monkeypatch.setattr(f"{module}.PAGE", 2)
        for name, question in list(vars(sys.modules[module]).items()):
            if isinstance(question, Prepared):
                monkeypatch.setattr(f"{module}.{name}", prepared(question.__wrapped__))

    return cut
