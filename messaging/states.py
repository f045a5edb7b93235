"""What becomes of a mail after the server took it, and whether an address is still written to."""

from django.db import models

from portal.core.transitions import transitions


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
