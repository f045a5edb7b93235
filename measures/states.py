"""The life cycles of product §§7 and 8, one table each; the only lists of states in the code."""

from django.db import models

from portal.core.transitions import transitions


class VersionState(models.TextChoices):
    DRAFT = "DRAFT", "en préparation"
    PUBLISHED = "PUBLISHED", "publiée"
    # Taken back before any case used it.
    WITHDRAWN = "WITHDRAWN", "retirée"


_V = VersionState
VERSION_TRANSITIONS = transitions(
    {_V.DRAFT: {_V.PUBLISHED}, _V.PUBLISHED: {_V.WITHDRAWN}, _V.WITHDRAWN: set()}
)


class CaseState(models.TextChoices):
    REFERRED = "REFERRED", "transmise pour examen"
    EXAMINED = "EXAMINED", "en cours d’examen"
    CLOSED = "CLOSED", "close sans mesure"
    NOTICE_PREPARED = "NOTICE_PREPARED", "lettre d’information en préparation"
    NOTICE_SENT = "NOTICE_SENT", "lettre d’information envoyée"
    NOTICE_RECEIVED = "NOTICE_RECEIVED", "observations attendues"
    OBSERVATIONS_FILED = "OBSERVATIONS_FILED", "observations reçues"
    HEARING_REQUESTED = "HEARING_REQUESTED", "audition demandée"
    HEARING_HELD = "HEARING_HELD", "audition tenue"
    PERIOD_ELAPSED = "PERIOD_ELAPSED", "délai d’observations fini"
    DECISION_DUE = "DECISION_DUE", "décision attendue"
    DECIDED = "DECIDED", "décision prise"
    NOTIFIED = "NOTIFIED", "décision reçue"
    IN_FORCE = "IN_FORCE", "mesure en cours"
    LIFT_REQUESTED = "LIFT_REQUESTED", "levée demandée"
    LIFTED = "LIFTED", "mesure levée"
    LIFT_REFUSED = "LIFT_REFUSED", "levée refusée"
    EXPIRED = "EXPIRED", "mesure finie"
    WITHDRAWN = "WITHDRAWN", "retirée"
    # Nobody decided in time: over, in the person's favour.
    LAPSED = "LAPSED", "close en votre faveur"
    # What it stood on was corrected: nothing of it counts.
    ANNULLED = "ANNULLED", "annulée"


_C = CaseState

# In the hands of whoever takes it, before the person was told anything by it.
CASE_BEFORE_NOTICE = frozenset({_C.EXAMINED, _C.NOTICE_PREPARED})
# The person's time to answer runs.
CASE_ANSWERING = frozenset({_C.NOTICE_RECEIVED, _C.OBSERVATIONS_FILED, _C.HEARING_REQUESTED, _C.HEARING_HELD})
# What the person says is still read before anybody decides.
CASE_HEARS = CASE_ANSWERING | {_C.NOTICE_SENT, _C.PERIOD_ELAPSED, _C.DECISION_DUE}
CASE_UNDECIDED = CASE_HEARS | CASE_BEFORE_NOTICE | {_C.REFERRED}
# Nobody is done with it: undecided, or decided and not received yet.
CASE_OPEN = CASE_UNDECIDED | {_C.DECIDED}
# A measure that runs, whatever the person asked about it.
CASE_RUNNING = frozenset({_C.IN_FORCE, _C.LIFT_REQUESTED, _C.LIFT_REFUSED})
# A measure the person was notified of: it counts for the rank of the next (CT R5412-3-4). A trigger repeats this.
CASE_COUNTED = CASE_RUNNING | {_C.NOTIFIED, _C.LIFTED, _C.EXPIRED}
# Ended without any effect. The constraints repeat this list.
CASE_WITHOUT_EFFECT = frozenset({_C.CLOSED, _C.LAPSED, _C.WITHDRAWN, _C.ANNULLED})

_UNDONE = {_C.WITHDRAWN, _C.ANNULLED}
CASE_TRANSITIONS = transitions(
    {
        _C.REFERRED: {_C.EXAMINED, _C.ANNULLED},
        _C.EXAMINED: {_C.CLOSED, _C.NOTICE_PREPARED, _C.ANNULLED},
        _C.NOTICE_PREPARED: {_C.CLOSED, _C.NOTICE_SENT, _C.ANNULLED},
        _C.NOTICE_SENT: {_C.NOTICE_RECEIVED, *_UNDONE},
        _C.NOTICE_RECEIVED: {_C.OBSERVATIONS_FILED, _C.HEARING_REQUESTED, _C.PERIOD_ELAPSED, *_UNDONE},
        _C.OBSERVATIONS_FILED: {_C.HEARING_REQUESTED, _C.DECISION_DUE, *_UNDONE},
        # A hearing that was not held (given up, not come) gives way to what there was before it.
        _C.HEARING_REQUESTED: {
            _C.HEARING_HELD,
            _C.NOTICE_RECEIVED,
            _C.OBSERVATIONS_FILED,
            _C.LAPSED,
            *_UNDONE,
        },
        _C.HEARING_HELD: {_C.DECISION_DUE, *_UNDONE},
        _C.PERIOD_ELAPSED: {_C.DECISION_DUE, *_UNDONE},
        # Back by rule, when an outage of the portal gives the person time it was due within.
        _C.DECISION_DUE: {
            _C.DECIDED,
            _C.CLOSED,
            _C.LAPSED,
            _C.NOTICE_RECEIVED,
            _C.OBSERVATIONS_FILED,
            _C.HEARING_HELD,
            *_UNDONE,
        },
        # Sent back by the second reader, or by rule as above; received by the person once it was sent.
        _C.DECIDED: {_C.DECISION_DUE, _C.NOTIFIED, _C.LAPSED, *_UNDONE},
        _C.NOTIFIED: {_C.IN_FORCE, *_UNDONE},
        _C.IN_FORCE: {_C.LIFT_REQUESTED, _C.EXPIRED, *_UNDONE},
        _C.LIFT_REQUESTED: {_C.LIFTED, _C.LIFT_REFUSED, _C.EXPIRED, *_UNDONE},
        _C.LIFT_REFUSED: {_C.LIFT_REQUESTED, _C.EXPIRED, *_UNDONE},
        _C.LIFTED: {*_UNDONE},
        _C.EXPIRED: {*_UNDONE},
        _C.CLOSED: set(),
        _C.LAPSED: set(),
        _C.WITHDRAWN: set(),
        _C.ANNULLED: set(),
    }
)
