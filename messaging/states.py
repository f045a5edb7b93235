"""The life cycles of threads (product §9), addresses and letters (§15), and what becomes of a mail: the only lists."""

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


class Outcome(models.IntegerChoices):
    """What came back about one mail, from the weakest word to the strongest.

    Words arrive late, twice and in any order: the strongest stands, and PostgreSQL refuses the way back
    (`outbox_outcome_never_goes_back`).
    """

    NOTHING = 0, "rien n’est revenu"
    DEFERRED = 1, "en attente chez sa messagerie"
    SOFT = 2, "non remis cette fois"
    DELIVERED = 3, "arrivé dans sa messagerie"
    BOUNCED = 4, "refusé par sa messagerie"
    COMPLAINED = 5, "signalé comme indésirable"


# What says that nothing more should be sent there.
CLOSING = frozenset({Outcome.BOUNCED, Outcome.COMPLAINED})


class AddressState(models.TextChoices):
    STOPPED = "STOPPED", "plus d’e-mails"
    REOPENED = "REOPENED", "rouverte"


ADDRESS_TRANSITIONS = transitions(
    {
        AddressState.STOPPED: {AddressState.REOPENED},
        AddressState.REOPENED: {AddressState.STOPPED},
    }
)


class LetterState(models.TextChoices):
    WAITING = "WAITING", "attend le prochain lot"
    BATCHED = "BATCHED", "dans un lot à poster"
    POSTED = "POSTED", "postée"
    DELIVERED = "DELIVERED", "remise"
    RETURNED = "RETURNED", "revenue"
    # Overtaken before its batch closed: never printed.
    CALLED_BACK = "CALLED_BACK", "retirée avant l’impression"


class BatchState(models.TextChoices):
    CLOSED = "CLOSED", "en préparation"
    PRINTED = "PRINTED", "prêt à imprimer"
    POSTED = "POSTED", "posté"
    EMPTIED = "EMPTIED", "vidé"


_L, _B = LetterState, BatchState

LETTER_TRANSITIONS = transitions(
    {
        _L.WAITING: {_L.BATCHED, _L.CALLED_BACK},
        # A spoilt print goes into the next batch.
        _L.BATCHED: {_L.WAITING, _L.POSTED},
        _L.POSTED: {_L.DELIVERED, _L.RETURNED},
        _L.DELIVERED: set(),
        _L.RETURNED: set(),
        _L.CALLED_BACK: set(),
    }
)
BATCH_TRANSITIONS = transitions(
    {
        _B.CLOSED: {_B.PRINTED},
        _B.PRINTED: {_B.POSTED, _B.EMPTIED},
        _B.POSTED: set(),
        _B.EMPTIED: set(),
    }
)
# What left the agency: the person may have it in hand.
SENT = frozenset({_L.POSTED, _L.DELIVERED, _L.RETURNED})
# What will not change any more but for what the post brings back.
SETTLED = SENT | {_L.CALLED_BACK}
