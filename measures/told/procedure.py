"""Where a case stands, what the person may do and until when, who decides: for its page, its mails and its letters."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from measures.models import Case, Decision, Hearing, Notice
from measures.procedure.calendar import OBSERVATION_DAYS
from measures.states import CaseState
from portal.core.french import days_left, full_date, full_datetime, full_deadline

_S = CaseState
Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """Where a case stands: a few words, a tone, and a sentence that says what follows."""

    label: str
    tone: str
    sentence: str


_NOTHING_DECIDED = "Rien n’est décidé."
STATES: dict[str, Said] = {
    _S.REFERRED: Said(
        "Examen demandé", "info", f"Une personne va examiner votre situation. {_NOTHING_DECIDED}"
    ),
    _S.EXAMINED: Said("En examen", "info", f"Une personne examine votre situation. {_NOTHING_DECIDED}"),
    _S.NOTICE_PREPARED: Said(
        "En examen", "info", f"Une personne examine votre situation. {_NOTHING_DECIDED}"
    ),
    _S.NOTICE_SENT: Said("Lettre à lire", "warning", f"Lisez la lettre, puis répondez. {_NOTHING_DECIDED}"),
    _S.NOTICE_RECEIVED: Said(
        "À vous de répondre",
        "warning",
        f"Écrivez vos observations ou demandez une audition. {_NOTHING_DECIDED}",
    ),
    _S.OBSERVATIONS_FILED: Said(
        "Observations reçues", "info", f"Vous pouvez encore les compléter. {_NOTHING_DECIDED}"
    ),
    _S.HEARING_REQUESTED: Said(
        "Audition demandée", "info", f"Vous serez entendu avant toute décision. {_NOTHING_DECIDED}"
    ),
    _S.HEARING_HELD: Said("Audition tenue", "info", f"Vous avez été entendu. {_NOTHING_DECIDED}"),
    _S.PERIOD_ELAPSED: Said(
        "Décision attendue", "info", f"Votre délai est fini. Vous pouvez encore écrire. {_NOTHING_DECIDED}"
    ),
    _S.DECISION_DUE: Said(
        "Décision attendue", "info", f"Vous pouvez encore écrire jusqu’à la décision. {_NOTHING_DECIDED}"
    ),
    _S.DECIDED: Said("Décision à lire", "warning", "Lisez la décision, ses raisons et vos recours."),
    _S.NOTIFIED: Said(
        "Décision reçue", "warning", "La mesure commence demain. Vous pouvez agir contre elle."
    ),
    _S.IN_FORCE: Said("Mesure en cours", "warning", "Lisez ses raisons, et ce que vous pouvez faire."),
    _S.LIFT_REQUESTED: Said("Levée demandée", "info", "Votre demande de levée est examinée."),
    _S.LIFTED: Said("Mesure levée", "success", "La mesure est finie avant sa date."),
    _S.LIFT_REFUSED: Said("Levée refusée", "warning", "Vous pouvez agir contre ce refus."),
    _S.EXPIRED: Said("Mesure finie", "neutral", "La mesure est arrivée à son dernier jour."),
    _S.CLOSED: Said("Close sans mesure", "success", "Aucune mesure n’est prise. Vous n’avez rien à faire."),
    _S.WITHDRAWN: Said(
        "Retirée", "success", "La procédure n’a aucune conséquence. Vous n’avez rien à faire."
    ),
    _S.LAPSED: Said(
        "Close en votre faveur", "success", "Elle n’a aucune conséquence. Vous n’avez rien à faire."
    ),
    _S.ANNULLED: Said("Annulée", "success", "Elle n’a aucune conséquence. Vous n’avez rien à faire."),
}
# CT R5412-7; CRPA L121-1, L122-1, L122-2.
RIGHTS = (
    f"Vous avez {OBSERVATION_DAYS} jours pour répondre, à partir du jour où vous avez lu ou reçu cette lettre.",
    "Vous pouvez écrire vos observations, avec des documents, autant de fois que vous le souhaitez.",
    "Vous pouvez aussi demander à être entendu. Une personne de votre choix peut vous assister.",
    "Vous pouvez lire tout votre dossier. Demandez-le aussi à l’accueil ou au 3949.",
)
WHAT_THEN = (
    "Une personne lit votre réponse, puis décide avec des raisons écrites. "
    "Sans décision dans les 15 jours qui suivent votre délai, la procédure est close en votre faveur."
)
LAW_OF_NOTICE = (
    "Articles L5412-1, R5412-7 et R5412-7-1 du code du travail : vous êtes informé avant toute décision, "
    "et vous pouvez répondre."
)


def standing(case: Case, decision: Decision | None = None) -> Said:
    """Say where a case stands, as its person may know it: what is not sent yet is not told."""
    if case.state == _S.DECIDED and (decision is None or decision.sent_at is None):
        return STATES[_S.DECISION_DUE]
    return STATES[case.state]


def named(case: Case) -> list[Line]:
    """Give the facts that stand at the head of all that is written about a case."""
    return [("Procédure", str(case.ref)), ("Date des faits", full_date(case.facts_on))]


def answer_by(notice: Notice, now: datetime) -> str:
    """Say until when the person may answer, with the days left; empty while the time does not run or is over."""
    if notice.observations_until is None or notice.period_is_over(now):
        return ""
    zone = notice.case.agency.place.zone
    until = full_deadline(notice.observations_until, zone)
    return f"Répondez jusqu’au {until} : {days_left(notice.observations_until, now, zone)}."


def evidence(case: Case) -> list[Line]:
    """List the dated facts that the referral stands on: the day and hour, and what happened."""
    zone = case.agency.place.zone
    return [
        (full_datetime(datetime.fromisoformat(row["at"]), zone), str(row["what"])) for row in case.evidence
    ]


def said_before(case: Case) -> list[Line]:
    """List what the person wrote of the facts before they were referred: the day and hour, and their words."""
    zone = case.agency.place.zone
    return [
        (full_datetime(datetime.fromisoformat(row["at"]), zone), str(row["said"]))
        for row in case.evidence
        if row.get("said")
    ]


def signed(author: User, region: str) -> str:
    """Name who signs and in what capacity (CRPA L212-1)."""
    return f"{author}, délégataire du directeur régional ({region})"


def hearing_when(hearing: Hearing) -> str:
    """Say when a hearing takes place, on the clock of the agency; empty while it is not fixed."""
    return full_datetime(hearing.at, hearing.case.agency.place.zone) if hearing.at else ""
