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
    RESCHEDULE_PENDING = "RESCHEDULE_PENDING", "demande en cours"
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
# A calendar takes its entry away: the trigger that keeps SEQUENCE repeats this list.
CALLED_OFF = frozenset({_S.CANCELLED, _S.CANCELLED_BY_AGENCY, _S.DECLINED})
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
        _S.RESCHEDULE_PENDING: {
            *AHEAD,
            _S.AWAITING_STATUS,
            _S.SUPERSEDED,
            _S.CANCELLED,
            # The person came all the same, or the picture failed: never an absence, the appointment is frozen.
            _S.ATTENDED,
            _S.TECH_INCIDENT,
        },
        # Told of a technical problem, the appointment waits for its new date and is not recorded.
        _S.AWAITING_STATUS: {*RECORDABLE, _S.RESCHEDULE_PENDING},
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
        # Taken back by rule when an outage of the portal gives the person time it was decided within; excused when
        # the measure it was referred for is annulled after an appeal.
        _A.REFERRED: {_A.ANNULLED, _A.EXPLANATION_REQUESTED, _A.EXPLAINED, _A.EXCUSED},
        _A.ANNULLED: set(),
    }
)


class ReviewState(models.TextChoices):
    IN_REVIEW = "IN_REVIEW", "en cours d’examen"
    ACCEPTED = "ACCEPTED", "accepté"
    INCOMPLETE = "INCOMPLETE", "à compléter"
    REFUSED = "REFUSED", "non retenu"
    # The request it backed ended before anybody had to read it.
    DROPPED = "DROPPED", "sans objet"


_R = ReviewState
REVIEW_TRANSITIONS = transitions(
    {
        _R.IN_REVIEW: {_R.ACCEPTED, _R.INCOMPLETE, _R.REFUSED, _R.DROPPED},
        _R.INCOMPLETE: {_R.IN_REVIEW, _R.ACCEPTED, _R.REFUSED, _R.DROPPED},
        _R.ACCEPTED: set(),
        _R.REFUSED: set(),
        _R.DROPPED: set(),
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


class RequestState(models.TextChoices):
    SUBMITTED = "SUBMITTED", "envoyée"
    UNDER_REVIEW = "UNDER_REVIEW", "à l’étude"
    DOCS_REQUESTED = "DOCS_REQUESTED", "documents demandés"
    ACCEPTED = "ACCEPTED", "acceptée"
    ACCEPTED_OTHER_SLOT = "ACCEPTED_OTHER_SLOT", "acceptée à une autre date"
    REFUSED = "REFUSED", "non acceptée"
    WITHDRAWN = "WITHDRAWN", "retirée"
    # What it asked about went another way: cancelled or moved by the agency, or the person came.
    MOOT = "MOOT", "sans objet"


_D = RequestState
REQUEST_WAITS_FOR_ADVISOR = frozenset({_D.SUBMITTED, _D.UNDER_REVIEW})
# Nobody has answered: the appointment is frozen meanwhile. The constraints and triggers repeat this list.
REQUEST_PENDING = REQUEST_WAITS_FOR_ADVISOR | {_D.DOCS_REQUESTED}
REQUEST_GRANTED = frozenset({_D.ACCEPTED, _D.ACCEPTED_OTHER_SLOT})
_ENDS = {_D.ACCEPTED, _D.ACCEPTED_OTHER_SLOT, _D.REFUSED, _D.WITHDRAWN, _D.MOOT}

REQUEST_TRANSITIONS = transitions(
    {
        _D.SUBMITTED: {_D.UNDER_REVIEW, _D.DOCS_REQUESTED, *_ENDS},
        _D.UNDER_REVIEW: {_D.DOCS_REQUESTED, *_ENDS},
        _D.DOCS_REQUESTED: {_D.UNDER_REVIEW, *_ENDS},
        _D.ACCEPTED: set(),
        _D.ACCEPTED_OTHER_SLOT: set(),
        _D.REFUSED: set(),
        _D.WITHDRAWN: set(),
        _D.MOOT: set(),
    }
)


class FollowUpState(models.TextChoices):
    OPEN = "OPEN", "à faire"
    DONE = "DONE", "fait"
    DROPPED = "DROPPED", "sans objet"


_F = FollowUpState
FOLLOW_UP_TRANSITIONS = transitions({_F.OPEN: {_F.DONE, _F.DROPPED}, _F.DONE: set(), _F.DROPPED: set()})
