"""One SMTP conversation, cut into steps so that neither side waits for the other.

smtplib opens it (TLS, sign-in, features); the mails themselves are spoken here, because `sendmail` waits
idle at each of its four answers and tells a refused address from a server in trouble too roughly. With a server
that takes several words at once (PIPELINING), the next mail is offered in one breath with a mail's text, as
RFC 2920 §3.1 allows: the server is never without work, and still no text leaves before the last one's yes.
"""

import re
import smtplib
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from messaging.delivery.rendering import Letter

_LONGEST_REPLY = 8_192


class NotNow(Exception):
    """The server could not take this mail; later it may. The connection still stands."""


class Dropped(Exception):
    """The conversation broke off; nobody knows whether the mail in hand was taken."""


class Unreachable(Exception):
    """No conversation came about: down, hanging, or it refuses us altogether."""


class AddressRefused(Exception):
    """The server says that this person can't be reached at this address."""


# «550 5.1.1 no such person», «552 5.2.1 mailbox disabled», or no detail at all. But «5.7.1 relaying denied»,
# «5.3.4 too big», «5.5.1 bad sequence» speak of us or of the server: an address that is right would be marked
# as bounced, perhaps everybody's at once after one mistake in the server's configuration.
_ABOUT_US = re.compile(rb"^5\.[34567]\.\d")


def _is_about_the_address(code: int, words: bytes) -> bool:
    return 500 <= code < 600 and not _ABOUT_US.match(words)


class Line:
    """A conversation with the configured server (EMAIL_URL)."""

    def __init__(self) -> None:
        self._smtp = _open()
        self._socket: socket.socket = self._smtp.sock  # type: ignore[assignment]
        self._pipelining = self._smtp.has_extn("pipelining")
        self._sized = self._smtp.has_extn("size")
        self._replies: Any = self._smtp.file
        # The mail whose first words have left, and its text not yet.
        self.offered: Letter | None = None

    def offer(self, mail: Letter) -> None:
        """Say a mail's first words, unless they have left with the text before; no answer is awaited."""
        if self.offered is not mail:
            self._say(self._first_words(mail))
            self.offered = mail

    def _first_words(self, mail: Letter) -> str:
        words = f"MAIL FROM:<{mail.sender}>" + (f" SIZE={len(mail.content)}" if self._sized else "") + "\r\n"
        return words + (f"RCPT TO:<{mail.recipient}>\r\nDATA\r\n" if self._pipelining else "")

    def permission(self) -> None:
        """Come to the point where the text of the mail that was offered may be sent."""
        assert self.offered is not None
        greeted = self._answer()
        if not self._pipelining and greeted[0] == 250:
            self._say(f"RCPT TO:<{self.offered.recipient}>\r\n")
        to = self._answer() if self._pipelining or greeted[0] == 250 else greeted
        taken = greeted[0] == 250 and to[0] in (250, 251)
        if not self._pipelining and taken:
            self._say("DATA\r\n")
        data = self._answer() if self._pipelining or taken else to
        if data[0] != 354:
            self._reset()
            self._refuse(greeted, to, data)
        elif not taken:
            # Sent all three at once, a server may say 354 though nobody is left: an empty text, for nobody.
            self._say(".\r\n")
            self._answer()
            self._reset()
            self._refuse(greeted, to, data)

    def _refuse(self, greeted: tuple[int, bytes], to: tuple[int, bytes], data: tuple[int, bytes]) -> None:
        if greeted[0] == 250 and _is_about_the_address(*to):
            raise AddressRefused(_said(to))
        for answer in (greeted, to, data):
            if answer[0] not in (250, 251, 354):
                raise NotNow(_said(answer))
        raise NotNow("unexpected answers")

    def text(self, upcoming: Letter | None = None) -> None:
        """Send the text of the mail that was offered; `verdict` says what became of it.

        `upcoming` is offered with it, where the server can take that.
        """
        assert self.offered is not None
        text = self.offered.content.replace(b"\r\n.", b"\r\n..") + b".\r\n"
        if upcoming is not None and self._pipelining:
            self._send(text + self._first_words(upcoming).encode("ascii"))
            self.offered = upcoming
        else:
            self._send(text)
            self.offered = None

    def verdict(self) -> None:
        """Return once the server has taken the mail into its care."""
        answer = self._answer()
        if answer[0] == 250:
            return
        # Some servers know their people only now; there only a plain word about the address counts.
        if answer[0] >= 500 and answer[1].startswith(b"5.1."):
            raise AddressRefused(_said(answer))
        raise NotNow(_said(answer))

    def close(self) -> None:
        """Take leave; never fails. A mail that was offered is not sent: the server forgets it with the connection."""
        if self.offered is not None:
            self._smtp.close()
            return
        try:
            self._smtp.quit()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()

    def _reset(self) -> None:
        self._say("RSET\r\n")
        self._answer()
        self.offered = None

    def _say(self, words: str) -> None:
        self._send(words.encode("ascii"))

    def _send(self, content: bytes) -> None:
        try:
            self._socket.sendall(content)
        except OSError as error:
            raise Dropped(type(error).__name__) from error

    def _answer(self) -> tuple[int, bytes]:
        words = []
        try:
            while True:
                line = self._replies.readline(_LONGEST_REPLY)
                words.append(line[4:].strip())
                if line[3:4] != b"-":
                    break
            code = int(line[:3])
        except (OSError, ValueError) as error:
            raise Dropped(type(error).__name__) from error
        if code == 421:
            raise Dropped(_said((code, words[0])))
        return code, b" ".join(words)


def _said(answer: tuple[int, bytes]) -> str:
    return f"{answer[0]} {answer[1].decode('utf-8', 'replace')}"[:500]


def _open() -> smtplib.SMTP:
    try:
        context = _tls() if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL else None
        place: dict[str, Any] = {
            "host": settings.EMAIL_HOST,
            "port": settings.EMAIL_PORT,
            "local_hostname": _our_name(),
            "timeout": settings.EMAIL_TIMEOUT or 10,
        }
        smtp = smtplib.SMTP_SSL(**place, context=context) if settings.EMAIL_USE_SSL else smtplib.SMTP(**place)
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}"[:500]) from error
    try:
        smtp.ehlo_or_helo_if_needed()
        if settings.EMAIL_USE_TLS:
            smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
        if settings.EMAIL_HOST_USER and settings.EMAIL_HOST_PASSWORD:
            smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except (smtplib.SMTPException, OSError) as error:
        smtp.close()
        raise Unreachable(f"{type(error).__name__}: {error}"[:500]) from error
    return smtp


def _our_name() -> str:
    # Not the machine's name: asking for that one may wait on a name server for seconds.
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"[{host}]" if re.fullmatch(r"[0-9.]+", host) else host


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.EMAIL_SSL_CERTFILE:
        context.load_cert_chain(settings.EMAIL_SSL_CERTFILE, settings.EMAIL_SSL_KEYFILE)
    return context
