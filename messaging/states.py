"""The life cycle of a thread (product §9); the only list of its states in the code."""

from django.db import models

from portal.core.transitions import transitions


class ThreadState(models.TextChoices):
    WAITING_ADVISOR = "WAITING_ADVISOR", "réponse attendue"
    # A reply or a document was asked for by a date: the clock rests.
    WAITING_CLAIMANT = "WAITING_CLAIMANT", "élément attendu de la personne"
    ANSWERED = "ANSWERED", "répondu"
    RESOLVED = "RESOLVED", "réglé"


_S = ThreadState

# Whose owner must be there: the nightly check and the handing over look at these.
OPEN = frozenset({_S.WAITING_ADVISOR, _S.WAITING_CLAIMANT, _S.ANSWERED})

THREAD_TRANSITIONS = transitions(
    {
        _S.WAITING_ADVISOR: {_S.WAITING_CLAIMANT, _S.ANSWERED, _S.RESOLVED},
        _S.WAITING_CLAIMANT: {_S.WAITING_ADVISOR, _S.ANSWERED, _S.RESOLVED},
        _S.ANSWERED: {_S.WAITING_ADVISOR, _S.WAITING_CLAIMANT, _S.RESOLVED},
        # Whoever writes again opens it again.
        _S.RESOLVED: {_S.WAITING_ADVISOR, _S.WAITING_CLAIMANT, _S.ANSWERED},
    }
)
