"""A sworn statement signed on screen: the whole text shown, the name typed, the date and a fingerprint."""

import unicodedata
from datetime import datetime

from accounts.models import Claimant
from convocations.models import ChangeRequest, SwornStatement
from portal.core.fingerprint import content_hash
from portal.core.journal import Actor
from portal.core.transitions import Refusal


class NameNeeded(Refusal):
    """The name typed below a statement is not the person's."""

    def __init__(self, claimant: Claimant) -> None:
        super().__init__(
            f"Pour signer, tapez votre prénom et votre nom comme dans votre dossier\u00a0: {claimant.user}."
        )


def statement_of(name: str) -> str:
    """Write the text a person signs, the same on the screen and in the books."""
    return (
        f"Je soussigné(e) {name} déclare sur l’honneur que la raison choisie et ce qui est écrit "
        "dans cette demande sont exacts. "
        "Je sais que mon conseiller peut me demander un document pour le vérifier."
    )


def sign(row: ChangeRequest, claimant: Claimant, typed: str, *, by: Actor, now: datetime) -> SwornStatement:
    """Keep a person's signed word for their request. Raises `NameNeeded` when it is not their name."""
    if not row.motive:
        raise Refusal("Choisissez la raison avant de signer la déclaration.")
    if _plain(typed) not in {
        _plain(f"{claimant.user.first_name} {claimant.user.last_name}"),
        _plain(f"{claimant.user.last_name} {claimant.user.first_name}"),
    }:
        raise NameNeeded(claimant)
    text = statement_of(str(claimant.user))
    signed = {
        "request": str(row.ref),
        "text": text,
        "signed_name": typed.strip(),
        "signed_at": now.isoformat(),
        "signed_by": by.person_id,
    }
    return SwornStatement.objects.create(
        request=row,
        text=text,
        signed_name=typed.strip(),
        signed_at=now,
        signed_by_id=by.person_id,
        content_hash=content_hash(signed),
    )


def _plain(name: str) -> str:
    """Set capitals, accents, hyphens and blanks aside: a name is typed on many keyboards."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(bare.casefold().replace("-", " ").replace("’", "'").split())
