"""What every door for machines has: a short body of one type, a signature, and answers that say what was wrong."""

import hmac
import re
import time
from collections.abc import Sequence
from hashlib import sha256

from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError

LARGEST = 256 * 1024
# A call older than this, or dated so far ahead, is somebody repeating what they saw.
WINDOW_SECONDS = 300
SHORTEST_SECRET = 32
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


class Refused(Exception):
    """The call changes nothing; `status` and the words say why."""

    def __init__(self, status: int, words: str) -> None:
        self.status, self.words = status, words
        super().__init__(words)

    def answer(self) -> JsonResponse:
        return JsonResponse({"erreur": self.words}, status=self.status)


def json_body(request: HttpRequest) -> bytes:
    """Give the body of a call, once its type and its length are right. Raises Refused."""
    if request.content_type != "application/json":
        raise Refused(415, "Le type attendu est application/json.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise Refused(413, f"Au plus {LARGEST} octets par appel.")
    try:
        return request.body
    except UnreadablePostError as error:
        raise Refused(400, "L’appel s’est interrompu.") from error


def check_signature(header: str, body: bytes, secrets: Sequence[str]) -> None:
    """Check that one of our secrets signed this very body, just now: `t=<seconds>,v1=<HMAC-SHA256 of "t.body">`.

    Raises Refused.
    """
    found = _SIGNATURE.fullmatch(header)
    if found is None:
        raise Refused(403, "La signature manque ou n’a pas la forme attendue.")
    signed = f"{found[1]}.".encode() + body
    good = [hmac.compare_digest(sign(secret, signed), found[2]) for secret in secrets]
    if not any(good):
        raise Refused(403, "La signature n’est pas la bonne.")
    check_fresh(int(found[1]))


def check_fresh(seconds: int) -> None:
    """Refuse a call that was signed too long ago, by the machine's own clock. Raises Refused."""
    if abs(time.time() - seconds) > WINDOW_SECONDS:
        raise Refused(403, "Cet appel a été signé il y a trop longtemps.")


def sign(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, sha256).hexdigest()
