"""Where a case stands, to those who work on it: short words for lists, never to the person themselves."""

from datetime import datetime

from measures.models import Case, Origin
from measures.states import CaseState
from portal.core.french import full_date

_S = CaseState
AT_MOST = 10
# A few words and a tone.
STANDS: dict[str, tuple[str, str]] = {
    _S.REFERRED: ("À examiner", "warning"),
    _S.EXAMINED: ("En examen", "info"),
    _S.NOTICE_PREPARED: ("Lettre à envoyer", "info"),
    _S.NOTICE_SENT: ("Lettre non lue", "info"),
    _S.NOTICE_RECEIVED: ("Réponse attendue", "neutral"),
    _S.OBSERVATIONS_FILED: ("Observations reçues", "neutral"),
    _S.HEARING_REQUESTED: ("Audition demandée", "warning"),
    _S.HEARING_HELD: ("Audition tenue", "neutral"),
    _S.PERIOD_ELAPSED: ("Délai fini", "neutral"),
    _S.DECISION_DUE: ("À décider", "warning"),
    _S.DECIDED: ("Décision préparée", "warning"),
    _S.NOTIFIED: ("Décision reçue", "neutral"),
    _S.IN_FORCE: ("Mesure en cours", "neutral"),
    _S.LIFT_REQUESTED: ("Levée demandée", "warning"),
    _S.LIFTED: ("Mesure levée", "success"),
    _S.LIFT_REFUSED: ("Levée refusée", "neutral"),
    _S.EXPIRED: ("Mesure finie", "neutral"),
    _S.CLOSED: ("Close sans mesure", "success"),
    _S.WITHDRAWN: ("Retirée", "success"),
    _S.LAPSED: ("Close en faveur de la personne", "success"),
    _S.ANNULLED: ("Annulée", "neutral"),
}
DECISION_SENT = ("Décision non lue", "info")
TO_READ_SECOND = ("Relecture attendue", "warning")
# What an advisor may know of a decision that nobody sent yet: nothing.
_QUIET = {_S.DECIDED: _S.DECISION_DUE, _S.NOTICE_PREPARED: _S.EXAMINED}
ONE_DECIDES = "Une personne décide. Le barème dit ce qui est permis : il ne propose et ne choisit rien."


def referred(case: Case) -> str:
    """Say in one line to whoever referred it where a case stands: «Transmise le …, en examen.»"""
    day = full_date(case.referred_at.astimezone(case.agency.place.zone))
    label, _ = STANDS[_QUIET.get(case.state, case.state)]  # type: ignore[call-overload]
    return f"Transmise le {day}, {label[:1].lower()}{label[1:]} (procédure {case.ref})."


def case_from(origin: Origin, origin_id: int) -> Case | None:
    """Find the case that examines these facts, the latest where an earlier one was annulled; one query."""
    rows = Case.objects.filter(origin=origin, origin_id=origin_id).select_related("agency")
    found: Case | None = rows.order_by("-pk").first()
    return found


def of_person(claimant_id: int, now: datetime) -> list[str]:
    """Say in a line each where a person's cases stand, to whoever follows them; the latest first, one query."""
    rows = Case.objects.filter(claimant_id=claimant_id).in_sight(now).select_related("agency")
    return [referred(row) for row in rows.order_by("-pk")[:AT_MOST]]
