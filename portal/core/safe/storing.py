"""Put files into the store and take them out, whatever store it is and whatever it does."""

import logging
import secrets
from collections.abc import Collection
from functools import partial
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from portal.core.transitions import Refusal

log = logging.getLogger(__name__)


class StoreUnavailable(Refusal):
    """The store takes or gives nothing now: full, read-only, or far away and silent."""

    sentence = (
        "Nous ne pouvons pas enregistrer de fichier pour le moment. Ce n’est pas de votre fait. "
        "Vos fichiers ne sont pas envoyés. Réessayez dans quelques minutes, "
        "ou apportez-les à votre agence. Besoin d’aide\u202f? Appelez le 3949."
    )


def new_key(folder: str) -> str:
    """Draw a place nobody can guess; two levels, so that no folder grows without end."""
    name = secrets.token_hex(20)
    return f"{folder}/{name[:2]}/{name}"


def keep(content: Any, folder: str) -> str:
    """Store an open file whole, or nothing of it; where it is. Raises StoreUnavailable."""
    wanted = new_key(folder)
    try:
        content.seek(0)
        return default_storage.save(wanted, content if isinstance(content, File) else File(content))
    except Exception as error:
        # Every store has exceptions of its own, and a full disk leaves the beginning of a file behind.
        log.exception("the store of documents did not take a file")
        discard([wanted])
        raise StoreUnavailable from error


def discard(keys: Collection[str]) -> None:
    """Delete files nobody refers to; one that cannot be deleted now is taken by the nightly sweep."""
    for key in keys:
        try:
            default_storage.delete(key)
        except Exception:
            log.exception("file %s stays until the nightly sweep", key)


def delete_later(keys: Collection[str]) -> None:
    """Delete files when the transaction that forgets them is committed."""
    transaction.on_commit(partial(discard, list(keys)))
