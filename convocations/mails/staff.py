"""E-mails to advisors and supervisors: what is late, one mail a person and day, counted when it leaves."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count, QuerySet

from convocations import deeds
from convocations.models import Absence, Convocation
from convocations.states import ABSENCE_UNDECIDED, ConvocationState
from messaging.emails import Mail, Row, absolute, composes
from portal.core.french import plural

_WHY = "vous suivez ou encadrez ces dossiers."


@composes(deeds.MAIL_LATE_RECORDS, "late_records", label="présences non enregistrées")
def late_record_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor how many attendances of the agency wait to be recorded."""
    late = Convocation.objects.filter(state=ConvocationState.AWAITING_STATUS, record_due_at__lte=now)
    return _digest(
        rows,
        _counted(late, "agency_id", rows),
        one="présence à enregistrer est en retard",
        many="présences à enregistrer sont en retard",
        sentence="Tant qu’une présence n’est pas enregistrée, rien n’est retenu contre la personne.",
        path="/agence/",
        action="Voir les retards de l’agence",
    )


@composes(deeds.MAIL_LATE_DECISIONS_ADVISOR, "late_decisions", label="absences à décider")
def late_decision_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Remind an advisor of absences that wait for a decision."""
    late = Absence.objects.filter(state__in=ABSENCE_UNDECIDED, decide_by__lte=now)
    return _digest(
        rows,
        _counted(late, "advisor_id", rows),
        one="absence attend votre décision",
        many="absences attendent votre décision",
        sentence="Sans décision, l’absence se ferme en faveur de la personne.",
        path="/conseiller/",
        action="Ouvrir ma liste",
    )


@composes(deeds.MAIL_LATE_DECISIONS_SUPERVISOR, "late_decisions_agency", label="décisions en retard")
def late_agency_decision_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor how many absences of the agency wait beyond their time."""
    late = Absence.objects.filter(state__in=ABSENCE_UNDECIDED, decide_by__lte=now, escalated_at__isnull=False)
    return _digest(
        rows,
        _counted(late, "agency_id", rows),
        one="absence attend une décision en retard",
        many="absences attendent une décision en retard",
        sentence="Vous pouvez les confier à un autre conseiller de l’agence.",
        path="/agence/",
        action="Voir les retards de l’agence",
    )


def _counted(
    late: QuerySet[Convocation] | QuerySet[Absence], owner: str, rows: Sequence[Row]
) -> dict[int, int]:
    owners = {row.subject_id for row in rows}
    counted = late.filter(**{f"{owner}__in": owners}).values(owner).annotate(late=Count("pk"))
    return dict(counted.values_list(owner, "late"))


def _digest(
    rows: Sequence[Row],
    counts: Mapping[int, int],
    *,
    one: str,
    many: str,
    sentence: str,
    path: str,
    action: str,
) -> dict[int, Mail]:
    """One mail per row whose count is not zero; what was done meanwhile is not announced."""
    mails = {}
    for row in rows:
        if not (count := counts.get(row.subject_id, 0)):
            continue
        headline = plural(count, one, many)
        mails[row.id] = Mail(
            "notice",
            headline,
            {
                "title": headline,
                "preheader": sentence,
                "body": sentence,
                "action_url": absolute(path),
                "action_label": action,
                "why": _WHY,
            },
        )
    return mails
