"""The conversation with servers of every kind: what each answer means for the mail, and for the person."""

import socket
import threading
from collections.abc import Iterator

import pytest

from messaging.delivery.wire import AddressRefused, Dropped, Line, NotNow, Unreachable

GOOD = {
    "": "220 ready",
    "EHLO": "250 hello",
    "HELO": "250 hello",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class Scripted:
    """A server that answers each word as it was told; an empty answer closes the conversation."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = GOOD | answers
        self.said: list[str] = []
        self.texts: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            while True:
                connection, _ = self._socket.accept()
                with connection, connection.makefile("rwb") as stream:
                    self._converse(stream)
        except OSError:
            return

    def _converse(self, stream) -> None:
        if not self._answer(stream, ""):
            return
        for line in stream:
            word = line.decode().strip().split(" ")[0].split(":")[0].upper()
            self.said.append(line.decode().strip())
            if not self._answer(stream, word):
                return
            if word == "DATA" and self.answers["DATA"].startswith("354"):
                text = []
                while (part := stream.readline()) not in (b".\r\n", b""):
                    text.append(part.decode())
                self.texts.append("".join(text))
                if not self._answer(stream, "."):
                    return
            if word == "QUIT":
                return

    def _answer(self, stream, word: str) -> bool:
        answer = self.answers[word]
        if answer:
            stream.write(answer.replace("\n", "\r\n").encode() + b"\r\n")
            stream.flush()
        return bool(answer)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def server(settings) -> Iterator:
    made = []

    def make(**answers: str) -> Scripted:
        scripted = Scripted({word.replace("TEXT", "."): answer for word, answer in answers.items()})
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", scripted.port, 2
        made.append(scripted)
        return scripted

    yield make
    for scripted in made:
        scripted.close()


def send(line: Line, recipient: str = "nour@exemple.fr") -> None:
    line.offer("nous@exemple.fr", recipient, 100, meanwhile=lambda: None)
    line.text(b"Subject: bonjour\r\n\r\n.\r\nVoici.\r\n")
    line.verdict()


PIPELINING = "250-hello\n250-PIPELINING\n250 SIZE 1000"


@pytest.mark.parametrize("hello", ["250 hello", "250-hello\n250 SIZE 1000", PIPELINING])
def test_a_mail_is_taken(server, hello):
    scripted = server(EHLO=hello)
    line = Line()
    send(line)
    send(line)
    line.close()
    assert scripted.texts == ["Subject: bonjour\r\n\r\n..\r\nVoici.\r\n"] * 2
    assert [said.split(" ")[0] for said in scripted.said[1:]] == ["MAIL", "RCPT", "DATA"] * 2 + ["quit"]


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://emploi.example.fr", "emploi.example.fr"), ("http://127.0.0.1:8000", "[127.0.0.1]")],
)
def test_we_greet_under_our_public_name(server, settings, url, name):
    settings.PUBLIC_URL = url
    scripted = server()
    Line().close()
    assert scripted.said[0] == f"ehlo {name}"


def test_a_server_of_the_old_days_is_greeted_its_way(server):
    scripted = server(EHLO="502 what?")
    line = Line()
    send(line)
    line.close()
    assert len(scripted.texts) == 1


ANSWERS = [
    ("RCPT", "550 5.1.1 no such person", AddressRefused),
    ("RCPT", "550 no such person", AddressRefused),
    ("RCPT", "552 5.2.1 mailbox disabled", AddressRefused),
    ("RCPT", "553 5.1.3 bad address", AddressRefused),
    ("RCPT", "550 5.7.1 relaying denied", NotNow),
    ("RCPT", "554 5.7.1 your server is on a list", NotNow),
    ("RCPT", "503 5.5.1 bad sequence", NotNow),
    ("RCPT", "450 4.2.1 try later", NotNow),
    ("RCPT", "451 greylisted", NotNow),
    ("MAIL", "530 5.7.0 authentication required", NotNow),
    ("MAIL", "550 5.1.8 sender rejected", NotNow),
    ("MAIL", "452 4.3.1 disk full", NotNow),
    ("DATA", "451 4.3.0 not now", NotNow),
    ("DATA", "554 5.5.1 no valid recipients", NotNow),
    ("TEXT", "451 4.3.0 not now", NotNow),
    ("TEXT", "554 5.7.1 looks like spam", NotNow),
    ("TEXT", "550 5.1.1 no such person after all", AddressRefused),
    ("TEXT", "552 5.3.4 too big", NotNow),
    ("MAIL", "421 4.7.0 too many", Dropped),
    ("RCPT", "421 4.7.0 too many", Dropped),
    ("TEXT", "421 4.3.2 shutting down", Dropped),
    ("MAIL", "", Dropped),
    ("RCPT", "", Dropped),
    ("DATA", "", Dropped),
    ("TEXT", "", Dropped),
]


@pytest.mark.parametrize("hello", ["250 hello", PIPELINING])
@pytest.mark.parametrize(("word", "answer", "meaning"), ANSWERS)
def test_each_answer_has_its_meaning(server, hello, word, answer, meaning):
    scripted = server(EHLO=hello, **{word: answer})
    line = Line()
    with pytest.raises(meaning):
        send(line)
    if meaning is not Dropped:
        # The conversation goes on with the next mail.
        scripted.answers = GOOD | {"EHLO": hello}
        send(line)
    line.close()


def test_the_time_between_is_used_whatever_the_answer(server):
    server(MAIL="550 5.7.1 no")
    line, used = Line(), []
    with pytest.raises(NotNow):
        line.offer("nous@exemple.fr", "nour@exemple.fr", 100, meanwhile=lambda: used.append(1))
    line.close()
    assert used == [1]


@pytest.mark.parametrize(
    "answers", [{"": "554 go away"}, {"": ""}, {"EHLO": "", "HELO": ""}, {"EHLO": "421 no", "HELO": "421 no"}]
)
def test_a_server_that_won_t_talk_is_unreachable(server, answers):
    server(**answers)
    with pytest.raises(Unreachable):
        Line()


def test_a_server_that_hangs_is_unreachable_in_time(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", silent.getsockname()[1]
        settings.EMAIL_TIMEOUT = 0.2
        with pytest.raises(Unreachable):
            Line()


def test_a_wrong_password_is_the_server_s_trouble(server, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portail", "faux"
    server(EHLO="250-hello\n250 AUTH PLAIN", AUTH="535 5.7.8 wrong")
    with pytest.raises(Unreachable):
        Line()
