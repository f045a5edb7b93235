"""The conversation with servers of every kind: what each answer means for the mail, and for the person."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from messaging.delivery.rendering import Letter
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
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            # Who hangs up before they have read our last words ends that conversation, not the server.
            with contextlib.suppress(OSError), connection, connection.makefile("rwb") as stream:
                self._converse(stream)

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
                if part == b"":
                    return
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
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", scripted.port, 10
        made.append(scripted)
        return scripted

    yield make
    for scripted in made:
        scripted.close()


def mail(
    recipient: str = "nour@exemple.fr", text: bytes = b"Subject: bonjour\r\n\r\n.\r\nVoici.\r\n"
) -> Letter:
    return Letter("nous@exemple.fr", recipient, text)


def send(line: Line, upcoming: Letter | None = None, *, offered: Letter | None = None) -> None:
    line.offer(offered or mail())
    line.permission()
    line.text(upcoming)
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


FIRST, SECOND = mail(text=b"Subject: un\r\n\r\n"), mail("sam@exemple.fr", b"Subject: deux\r\n\r\n")


@pytest.mark.parametrize("hello", ["250 hello", PIPELINING])
def test_a_mail_offered_with_the_text_before_is_taken_after_it(server, hello):
    scripted = server(EHLO=hello)
    line = Line()
    send(line, SECOND, offered=FIRST)
    assert line.offered is (SECOND if hello == PIPELINING else None)
    send(line, offered=SECOND)
    line.close()
    assert scripted.texts == ["Subject: un\r\n\r\n", "Subject: deux\r\n\r\n"]
    assert [said.split(" ")[0] for said in scripted.said[1:]] == ["MAIL", "RCPT", "DATA"] * 2 + ["quit"]


@pytest.mark.parametrize(
    ("answer", "meaning"), [("451 4.3.0 not now", NotNow), ("550 5.1.1 nobody", AddressRefused)]
)
def test_a_mail_offered_with_a_text_that_is_refused_is_taken_all_the_same(server, answer, meaning):
    scripted = server(EHLO=PIPELINING, TEXT=answer)
    line = Line()
    with pytest.raises(meaning):
        send(line, SECOND, offered=FIRST)
    scripted.answers = GOOD | {"EHLO": PIPELINING}
    send(line, offered=SECOND)
    line.close()
    assert scripted.texts == ["Subject: un\r\n\r\n", "Subject: deux\r\n\r\n"]


def test_a_mail_offered_and_refused_leaves_the_conversation_to_the_next(server):
    scripted = server(EHLO=PIPELINING)
    line = Line()
    scripted.answers["RCPT"] = "250 ok"
    line.offer(FIRST)
    line.permission()
    scripted.answers["RCPT"] = "550 5.1.1 nobody"
    line.text(SECOND)
    line.verdict()
    with pytest.raises(AddressRefused):
        send(line, offered=SECOND)
    assert line.offered is None
    scripted.answers["RCPT"] = "250 ok"
    send(line, offered=FIRST)
    line.close()
    assert [text for text in scripted.texts if text] == ["Subject: un\r\n\r\n"] * 2


def test_a_mail_offered_and_not_sent_is_forgotten_with_the_conversation(server):
    scripted = server(EHLO=PIPELINING)
    line = Line()
    send(line, SECOND, offered=FIRST)
    line.close()
    send(again := Line())
    again.close()
    # Not even «quit» was said: after its 354 the server would take that for the text.
    assert [text for text in scripted.texts if text] == [
        "Subject: un\r\n\r\n",
        "Subject: bonjour\r\n\r\n..\r\nVoici.\r\n",
    ]


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
