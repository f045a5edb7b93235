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
# What is not over: undecided, decided, or a measure from its reception to its end. An index repeats this list.
CASE_LIVE = CASE_OPEN | CASE_RUNNING | {_C.NOTIFIED}
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
        # Lifted after all, when an appeal against the refusal is won.
        _C.LIFT_REFUSED: {_C.LIFT_REQUESTED, _C.LIFTED, _C.EXPIRED, *_UNDONE},
        _C.LIFTED: {*_UNDONE},
        _C.EXPIRED: {*_UNDONE},
        _C.CLOSED: set(),
        _C.LAPSED: set(),
        _C.WITHDRAWN: set(),
        _C.ANNULLED: set(),
    }
)


class WindowState(models.TextChoices):
    """The time to act against a decision: it runs, waits for an answer, is over, or does not run at all."""

    RUNNING = "RUNNING", "délai en cours"
    INTERRUPTED = "INTERRUPTED", "délai interrompu par un recours"
    OVER = "OVER", "délai fini"
    UNLIMITED = "UNLIMITED", "sans délai : la décision ne dit pas les recours"
    SETTLED = "SETTLED", "plus rien à contester"


_W = WindowState
# The person's time can still grow: the constraints and indexes repeat this list.
WINDOW_OPEN = frozenset({_W.RUNNING, _W.INTERRUPTED, _W.UNLIMITED})
WINDOW_TRANSITIONS = transitions(
    {
        _W.RUNNING: {_W.INTERRUPTED, _W.OVER, _W.UNLIMITED, _W.SETTLED},
        _W.INTERRUPTED: {_W.RUNNING, _W.UNLIMITED, _W.SETTLED},
        # Back, when an outage is found out late or the person lives farther away than was known.
        _W.OVER: {_W.RUNNING, _W.UNLIMITED, _W.SETTLED},
        _W.UNLIMITED: {_W.SETTLED},
        _W.SETTLED: set(),
    }
)


class GraciousState(models.TextChoices):
    FILED = "FILED", "en cours d’examen"
    GRANTED = "GRANTED", "accepté"
    PARTIAL = "PARTIAL", "accepté en partie"
    REJECTED = "REJECTED", "refusé"
    IMPLICIT_REJECTION = "IMPLICIT_REJECTION", "refusé par silence"
    MOOT = "MOOT", "sans objet"


_G = GraciousState
# Won, in whole or in part: it has effects. A trigger repeats this.
GRACIOUS_WON = frozenset({_G.GRANTED, _G.PARTIAL})
GRACIOUS_ANSWERED = GRACIOUS_WON | {_G.REJECTED}
GRACIOUS_TRANSITIONS = transitions(
    {
        _G.FILED: {_G.GRANTED, _G.PARTIAL, _G.REJECTED, _G.IMPLICIT_REJECTION, _G.MOOT},
        # Silence binds nobody to go on refusing.
        _G.IMPLICIT_REJECTION: {_G.GRANTED, _G.PARTIAL, _G.MOOT},
        _G.GRANTED: set(),
        _G.PARTIAL: set(),
        _G.REJECTED: set(),
        _G.MOOT: set(),
    }
)


class MediationState(models.TextChoices):
    FILED = "FILED", "demandée"
    IN_MEDIATION = "IN_MEDIATION", "en cours"
    AGREED = "AGREED", "finie par un accord"
    RECOMMENDATION = "RECOMMENDATION", "finie par une recommandation"
    FAILED = "FAILED", "finie sans accord"
    NOT_ADMISSIBLE = "NOT_ADMISSIBLE", "non recevable"


_M = MediationState
MEDIATION_LIVE = frozenset({_M.FILED, _M.IN_MEDIATION})
# Each opens the way to the court. The constraints repeat this list.
MEDIATION_ENDED = frozenset({_M.AGREED, _M.RECOMMENDATION, _M.FAILED, _M.NOT_ADMISSIBLE})
MEDIATION_TRANSITIONS = transitions(
    {
        _M.FILED: {_M.IN_MEDIATION, *MEDIATION_ENDED},
        _M.IN_MEDIATION: MEDIATION_ENDED,
        _M.AGREED: set(),
        _M.RECOMMENDATION: set(),
        _M.FAILED: set(),
        _M.NOT_ADMISSIBLE: set(),
    }
)


class CourtState(models.TextChoices):
    EXPORT_READY = "EXPORT_READY", "dossier prêt"
    DECLARED_FILED = "DECLARED_FILED", "recours déposé"
    ANNULLED = "ANNULLED", "décision annulée par le juge"
    REFORMED = "REFORMED", "décision changée par le juge"
    REJECTED = "REJECTED", "recours rejeté par le juge"


_J = CourtState
COURT_WON = frozenset({_J.ANNULLED, _J.REFORMED})
COURT_JUDGED = COURT_WON | {_J.REJECTED}
COURT_TRANSITIONS = transitions(
    {
        _J.EXPORT_READY: {_J.DECLARED_FILED},
        _J.DECLARED_FILED: COURT_JUDGED,
        _J.ANNULLED: set(),
        _J.REFORMED: set(),
        _J.REJECTED: set(),
    }
)
