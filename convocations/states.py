"""The life cycles of product §§3, 5 and 6, one table each; the only lists of states in the code."""

from django.db import models

from portal.core.transitions import transitions


class ConvocationState(models.TextChoices):
    ISSUED = "ISSUED", "envoyée"
    DELIVERED = "DELIVERED", "remise"
    READ = "READ", "consultée"
    ACKNOWLEDGED = "ACKNOWLEDGED", "accusé de réception fait"
    AWAITING_STATUS = "AWAITING_STATUS", "présence à enregistrer"
    ATTENDED = "ATTENDED", "présent"
    ABSENT = "ABSENT", "absence en examen"
    EXCUSED = "EXCUSED", "absence excusée"
    TECH_INCIDENT = "TECH_INCIDENT", "incident technique"
    NOT_PROVEN = "NOT_PROVEN", "notification non prouvée"
    CANCELLED_BY_AGENCY = "CANCELLED_BY_AGENCY", "annulé par l’agence"
    RESCHEDULE_PENDING = "RESCHEDULE_PENDING", "report demandé"
    SUPERSEDED = "SUPERSEDED", "déplacé"
    CANCELLED = "CANCELLED", "annulé"
    ACCEPTED = "ACCEPTED", "invitation acceptée"
    DECLINED = "DECLINED", "invitation déclinée"
    EXPIRED = "EXPIRED", "invitation passée"


_S = ConvocationState

# Sent, and its time has not come.
AHEAD = frozenset({_S.ISSUED, _S.DELIVERED, _S.READ, _S.ACKNOWLEDGED})
UNREAD = frozenset({_S.ISSUED, _S.DELIVERED})
# Holds its hour in two agendas: the exclusion constraints repeat this list.
HOLDS_TIME = AHEAD | {_S.RESCHEDULE_PENDING, _S.ACCEPTED}
OPEN = AHEAD | {_S.RESCHEDULE_PENDING, _S.AWAITING_STATUS}
# What an advisor may record once the hour has come.
RECORDABLE = frozenset(
    {_S.ATTENDED, _S.ABSENT, _S.EXCUSED, _S.TECH_INCIDENT, _S.NOT_PROVEN, _S.CANCELLED_BY_AGENCY}
)

_BEFORE = {_S.RESCHEDULE_PENDING, _S.SUPERSEDED, _S.CANCELLED, _S.AWAITING_STATUS}
_ANSWER = {_S.ACCEPTED, _S.DECLINED, _S.EXPIRED}

CONVOCATION_TRANSITIONS = transitions(
    {
        _S.ISSUED: {_S.DELIVERED, _S.READ, _S.ACKNOWLEDGED, *_BEFORE, *_ANSWER},
        _S.DELIVERED: {_S.READ, _S.ACKNOWLEDGED, *_BEFORE, *_ANSWER},
        _S.READ: {_S.ACKNOWLEDGED, *_BEFORE, *_ANSWER},
        _S.ACKNOWLEDGED: {*_BEFORE, *_ANSWER},
        _S.RESCHEDULE_PENDING: {_S.READ, _S.ACKNOWLEDGED, _S.SUPERSEDED, _S.CANCELLED},
        _S.AWAITING_STATUS: RECORDABLE,
        # A record made in error goes back to be made again; an absence is corrected with a reason.
        _S.ATTENDED: {_S.AWAITING_STATUS},
        _S.TECH_INCIDENT: {_S.AWAITING_STATUS},
        _S.NOT_PROVEN: {_S.AWAITING_STATUS},
        _S.CANCELLED_BY_AGENCY: {_S.AWAITING_STATUS},
        _S.EXCUSED: {_S.AWAITING_STATUS},
        _S.ABSENT: {_S.AWAITING_STATUS, _S.EXCUSED},
        _S.ACCEPTED: {_S.DECLINED, _S.CANCELLED, _S.SUPERSEDED},
        _S.DECLINED: {_S.ACCEPTED},
        _S.SUPERSEDED: set(),
        _S.CANCELLED: set(),
        _S.EXPIRED: set(),
    }
)


class AbsenceState(models.TextChoices):
    RECORDED = "RECORDED", "enregistrée"
    EXPLANATION_REQUESTED = "EXPLANATION_REQUESTED", "explications attendues"
    EXPLAINED = "EXPLAINED", "explications reçues"
    EXCUSED = "EXCUSED", "excusée"
    CLOSED_NO_ACTION = "CLOSED_NO_ACTION", "close sans suite"
    INVITED_TO_REGULARISE = "INVITED_TO_REGULARISE", "nouveau rendez-vous proposé"
    REFERRED = "REFERRED", "transmise pour examen"
    ANNULLED = "ANNULLED", "corrigée\u00a0: absence annulée"


_A = AbsenceState
ABSENCE_UNDECIDED = frozenset({_A.RECORDED, _A.EXPLANATION_REQUESTED, _A.EXPLAINED})
ABSENCE_DECIDED = frozenset({_A.EXCUSED, _A.CLOSED_NO_ACTION, _A.INVITED_TO_REGULARISE, _A.REFERRED})
_DECISIONS = set(ABSENCE_DECIDED)

ABSENCE_TRANSITIONS = transitions(
    {
        _A.RECORDED: {_A.EXPLANATION_REQUESTED, _A.ANNULLED},
        _A.EXPLANATION_REQUESTED: {_A.EXPLAINED, _A.ANNULLED, *_DECISIONS},
        _A.EXPLAINED: {_A.ANNULLED, *_DECISIONS},
        _A.EXCUSED: {_A.ANNULLED},
        _A.CLOSED_NO_ACTION: {_A.ANNULLED},
        _A.INVITED_TO_REGULARISE: {_A.ANNULLED},
        # Taken back by rule when an outage of the portal gives the person time it was decided within.
        _A.REFERRED: {_A.ANNULLED, _A.EXPLANATION_REQUESTED, _A.EXPLAINED},
        _A.ANNULLED: set(),
    }
)


class ReviewState(models.TextChoices):
    IN_REVIEW = "IN_REVIEW", "en cours d’examen"
    ACCEPTED = "ACCEPTED", "accepté"
    INCOMPLETE = "INCOMPLETE", "à compléter"
    REFUSED = "REFUSED", "non retenu"


_R = ReviewState
REVIEW_TRANSITIONS = transitions(
    {
        _R.IN_REVIEW: {_R.ACCEPTED, _R.INCOMPLETE, _R.REFUSED},
        _R.INCOMPLETE: {_R.IN_REVIEW, _R.ACCEPTED, _R.REFUSED},
        _R.ACCEPTED: set(),
        _R.REFUSED: set(),
    }
)


class CallState(models.TextChoices):
    OPEN = "OPEN", "à appeler"
    REACHED = "REACHED", "jointe"
    DROPPED = "DROPPED", "sans objet"
    UNREACHED = "UNREACHED", "non jointe"


_C = CallState
CALL_TRANSITIONS = transitions(
    {
        _C.OPEN: {_C.REACHED, _C.DROPPED, _C.UNREACHED},
        _C.REACHED: set(),
        _C.DROPPED: set(),
        _C.UNREACHED: set(),
    }
)


class FollowUpState(models.TextChoices):
    OPEN = "OPEN", "à faire"
    DONE = "DONE", "fait"
    DROPPED = "DROPPED", "sans objet"


_F = FollowUpState
FOLLOW_UP_TRANSITIONS = transitions({_F.OPEN: {_F.DONE, _F.DROPPED}, _F.DONE: set(), _F.DROPPED: set()})
