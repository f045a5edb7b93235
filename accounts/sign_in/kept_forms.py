"""What was typed when the session had ended is kept, for the same person only, until they sign in again.

Every form of ours carries `form_owner`: the account it was shown to, signed. A POST without a session
puts its texts (never files, never passwords) into the visitor's anonymous session; after sign-in the
page gives them back with `restored(request)`, if the account is the one the form was shown to.
"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest

from accounts.models import User

FIELD = "form_owner"
_SALT = "accounts.kept_forms"
_KEPT = "kept_form"
# Set on a request whose session the idle middleware has just ended: the form may be older than the field.
_ENDED = "_session_ended_of"
_LARGEST = 50_000
_NEVER = ("csrfmiddlewaretoken", FIELD, "form_key")


def owner_token(user: User) -> str:
    """Sign for whom a form is shown."""
    return signing.dumps(user.pk, salt=_SALT)


def note_ended(request: HttpRequest, user: User) -> None:
    """Remember, for this one request, whose session has just ended."""
    setattr(request, _ENDED, user.pk)


def owner_of(request: HttpRequest) -> int | None:
    """Give the account the posted form was shown to; None when it does not say."""
    token = request.POST.get(FIELD, "")
    if token:
        try:
            return int(signing.loads(token, salt=_SALT, max_age=7 * 24 * 3600))
        except (signing.BadSignature, TypeError, ValueError):
            return None
    return getattr(request, _ENDED, None)


def keep(request: HttpRequest) -> bool:
    """Keep the texts of a posted form; False when its owner is unknown or it is too large."""
    owner = owner_of(request)
    if owner is None:
        return False
    texts = {
        name: values
        for name, values in request.POST.lists()
        if name not in _NEVER and "password" not in name and any(values)
    }
    if not texts or sum(len(text) for values in texts.values() for text in values) > _LARGEST:
        return False
    request.session[_KEPT] = {
        "owner": owner,
        "path": request.path,
        "texts": texts,
        "had_files": bool(request.FILES),
    }
    return True


def restored(request: HttpRequest) -> dict[str, Any]:
    """Give back, once, what this person had typed on this page: the form's `initial`. Says so in a message.

    A field sent once is a text, one sent several times a list.
    """
    kept = request.session.get(_KEPT)
    if not kept or request.method != "GET" or kept["path"] != request.path:
        return {}
    del request.session[_KEPT]
    if kept["owner"] != request.user.pk:
        return {}
    sentence = (
        "Votre session avait pris fin. Ce que vous aviez écrit a été gardé\u00a0: relisez, puis envoyez."
    )
    if kept["had_files"]:
        sentence += " Joignez à nouveau vos fichiers."
    messages.info(request, sentence)
    return {name: values[0] if len(values) == 1 else values for name, values in kept["texts"].items()}


def forget_strangers(request: HttpRequest, user: User) -> None:
    """Throw away, at sign-in, what somebody else had typed in this browser."""
    kept = request.session.get(_KEPT)
    if kept and kept["owner"] != user.pk:
        del request.session[_KEPT]
