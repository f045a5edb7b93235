"""The product as deploy/ puts it into production: its settings, its units' commands, its nginx.conf."""

import contextlib
import http.client
import re
import secrets
import shlex
import socket
import ssl
import subprocess
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

from stack.places import PROJECT
from stack.processes import Child
from tests.conftest import nginx
from tests.faults.portal import Portal, Visitor
from tests.faults.standing import a_port

DEPLOY = PROJECT / "deploy"
NAME = "emploi.example.org"


def unit(name: str, key: str) -> list[str]:
    """The words of a line of a systemd unit; none where it has no such line."""
    lines = (DEPLOY / f"systemd/espace-emploi-{name}.service").read_text().splitlines()
    return [
        word for line in lines if line.startswith(f"{key}=") for word in shlex.split(line.partition("=")[2])
    ]


class Deployed(Portal):
    """A portal under the production settings, behind nginx with a certificate of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.http_port, self.tls_port = a_port(), a_port()
        self.static = folder / "staticfiles"
        self.pages_socket, self.live_socket = self.sockets / "web", self.sockets / "live"
        self.access_log, self.error_log = folder / "access.log", folder / "error.log"
        self._secret = secrets.token_urlsafe(64)
        self.people: dict[str, str] = {}

    @property
    def address(self) -> str:
        return f"https://localhost:{self.tls_port}"

    @property
    def environment(self) -> dict[str, str]:
        unset = ("LIVE_URL", "CLOCK_FILE", "MAIL_DIR", "DEMO_ACCOUNTS")
        inherited = {name: value for name, value in super().environment.items() if name not in unset}
        return inherited | {
            "DJANGO_SETTINGS_MODULE": "portal.settings.base",
            "SECRET_KEY": self._secret,
            "ALLOWED_HOSTS": "localhost",
            "PUBLIC_URL": self.address,
            "STATIC_ROOT": str(self.static),
            "TRUSTED_PROXY_COUNT": "1",
            "CLAMAV_URL": "none",
            "DOCUMENTS_UNSCANNED": "accept",
        }

    def __enter__(self) -> "Deployed":
        super().__enter__()
        try:
            self._come_up()
        except BaseException:
            # Whoever does not come up is left by nobody: what was begun would outlive the tests.
            self.__exit__()
            raise
        return self

    def _come_up(self) -> None:
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.people = self.run("tests.deploy.household")
        for name, place in (("web", self.pages_socket), ("live", self.live_socket)):
            words = unit(name, "ExecStart")
            words[words.index("--uds") + 1] = str(place)
            self._start(name, [PROJECT / ".venv/bin/granian", *words[1:]])
        self._start("nginx", [nginx(), "-c", self._configured()])
        assert self.wait(
            lambda: self.pages_socket.exists() and self.asked("/healthz?only=web").status == 200, 90
        )
        # Its socket is there before it has read the code; the first line would wait for that.
        assert self.wait(self._live_answers, 90)

    def _live_answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(30)
            try:
                line.connect(str(self.live_socket))
                line.sendall(
                    b"GET /espace/messages/x/direct/ HTTP/1.1\r\nHost: localhost\r\n"
                    b"X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
                )
                return line.recv(65536).startswith(b"HTTP/1.1 ")
            except OSError:
                return False

    def _start(self, name: str, argv: list) -> None:
        child = Child(
            name, argv, log=self.folder / f"{name}.log", env=self.environment, cwd=PROJECT, grace=30
        )
        child.start()
        self.children[name] = child

    def _configured(self) -> Path:
        """deploy/nginx.conf, at places of our own and with a lower rate; nothing else is changed."""
        site = (DEPLOY / "nginx.conf").read_text()
        # The project may lie in a folder with a blank in its name, which this file would have to quote.
        files = self.folder / "deploy"
        files.symlink_to(DEPLOY)
        for there, here in {
            "unix:/run/espace-emploi-web/sock": f"unix:{self.pages_socket}",
            "unix:/run/espace-emploi-live/sock": f"unix:{self.live_socket}",
            "/etc/ssl/espace-emploi/": f"{self.folder}/",
            "/srv/espace-emploi/staticfiles/": f"{self.static}/",
            "/srv/espace-emploi/deploy/": f"{files}/",
            "listen 80;": f"listen 127.0.0.1:{self.http_port};",
            "listen 443 ": f"listen 127.0.0.1:{self.tls_port} ",
            NAME: "localhost",
            # Few calls are too many here: a busy machine would never come to the real figure.
            "rate=50r/s": "rate=1r/s",
            "burst=500 ": "burst=3 ",
        }.items():
            assert there in site, there
            site = site.replace(there, here)
        site = re.sub(r"^ *listen \[::\]:.*\n", "", site, flags=re.MULTILINE)
        (self.folder / "site.conf").write_text(site)
        _certify(self.folder)
        places = "".join(
            f"{kind}_temp_path {self.folder}/nginx-{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = self.folder / "nginx.conf"
        main.write_text(
            f"daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log {self.error_log} info;\n"
            # Root's workers become somebody who may not pass through this test's folders.
            + ("user root;\n" if Path(self.folder).stat().st_uid == 0 else "")
            + "events { worker_connections 1024; }\n"
            + f"http {{ include /etc/nginx/mime.types; default_type application/octet-stream;\n{places}"
            + f"access_log {self.access_log}; include {self.folder}/site.conf; }}\n"
        )
        return main

    # --- asking -------------------------------------------------------------------

    def asked(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> "Answer":
        """One request over TLS, headers and all."""
        connection = http.client.HTTPSConnection("localhost", self.tls_port, timeout=30, context=_trusting())
        return _answer(connection, method, path, body, headers)

    def asked_in_the_clear(self, path: str, **headers: str) -> "Answer":
        return _answer(
            http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=30), "GET", path, None, headers
        )

    def line(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.tls_port), timeout=20)
        return _trusting().wrap_socket(plain, server_hostname="localhost")

    @contextlib.contextmanager
    def away(self, *names: str) -> Iterator[None]:
        """Without these processes for a while; afterwards everybody answers again."""
        for name in names:
            self.children[name].stop()
        try:
            yield
        finally:
            for name in names:
                self.children[name].start()
            assert self.wait(lambda: self.asked("/healthz?only=web").status == 200, 90)


class Answer:
    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()

    @property
    def text(self) -> str:
        return self.body.decode()


def _answer(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
) -> Answer:
    with contextlib.closing(connection):
        connection.request(
            method, path, body, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        return Answer(connection.getresponse())


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Person(Visitor):
    """Somebody with a password and a browser, at a production: no one-click door here."""

    def __init__(self, portal: Deployed, **headers: str) -> None:
        super().__init__(portal.address)
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar), urllib.request.HTTPSHandler(context=_trusting())
        )
        self.opener.addheaders += [("Referer", f"{portal.address}/"), *headers.items()]

    def signs_in(self, email: str, password: str) -> tuple[int, str]:
        _, page = self.get("/connexion/")
        return self.sends("/connexion/", page, login=email, password=password)

    def sends(self, path: str, page: str, **fields: str) -> tuple[int, str]:
        """POST a form with the token of the page it stands on."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page[:500]
        fields = {"csrfmiddlewaretoken": token[1], "form_key": str(uuid.uuid4()), **fields}
        body = urllib.parse.urlencode(fields).encode()
        return self.open(urllib.request.Request(self.address + path, data=body))

    def uploads(self, path: str, page: str, name: str, content: bytes, **fields: str) -> tuple[int, str]:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        edge = "----un-bord-de-formulaire"
        fields = {"csrfmiddlewaretoken": token[1], "form_key": str(uuid.uuid4()), **fields}
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="uploads"; filename="{name}"\r\n\r\n'
        body = b"".join([*parts, head.encode(), content, f"\r\n--{edge}--\r\n".encode()])
        request = urllib.request.Request(self.address + path, data=body)
        request.add_header("Content-Type", f"multipart/form-data; boundary={edge}")
        return self.open(request)

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)


def _certify(folder: Path) -> None:
    """A certificate that nobody vouches for."""
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
            ),
            *("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )
