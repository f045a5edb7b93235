"""E-mails to advisors and supervisors: what is late, one a person and day, counted when it leaves; who came or left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from convocations import deeds
from convocations.models import REQUEST_TO_ANSWER, Absence, CallTask, ChangeRequest, Convocation
from convocations.states import ABSENCE_UNDECIDED, CallState, ConvocationState
from messaging.emails import Mail, Row, composes
from messaging.mails.notices import digests, to_staff


@composes(deeds.MAIL_LATE_RECORDS, "late_records", label="présences non enregistrées")
def late_record_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor how many attendances of the agency wait to be recorded."""
    late = Convocation.objects.filter(state=ConvocationState.AWAITING_STATUS, record_due_at__lte=now)
    return digests(
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
    return digests(
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
    return digests(
        rows,
        _counted(late, "agency_id", rows),
        one="absence attend une décision en retard",
        many="absences attendent une décision en retard",
        sentence="Vous pouvez les confier à un autre conseiller de l’agence.",
        path="/agence/",
        action="Voir les retards de l’agence",
    )


@composes(deeds.MAIL_LATE_REQUESTS_ADVISOR, "late_requests", label="demandes à étudier")
def late_request_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Remind an advisor of requests whose answer is nearly due."""
    soon = ChangeRequest.objects.filter(REQUEST_TO_ANSWER, decide_by__lte=now + timedelta(days=2))
    return digests(
        rows,
        _counted(soon, "advisor_id", rows),
        one="demande attend votre réponse",
        many="demandes attendent votre réponse",
        sentence="Tant qu’une demande attend, le rendez-vous est gelé et aucune absence n’est possible.",
        path="/conseiller/?nature=demandes",
        action="Ouvrir ma liste",
    )


@composes(deeds.MAIL_LATE_REQUESTS_SUPERVISOR, "late_requests_agency", label="demandes en retard")
def late_agency_request_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor how many requests of the agency wait beyond their time."""
    late = ChangeRequest.objects.filter(REQUEST_TO_ANSWER, decide_by__lte=now)
    return digests(
        rows,
        _counted(late, "agency_id", rows),
        one="demande attend une réponse en retard",
        many="demandes attendent une réponse en retard",
        sentence="Vous pouvez les confier à un autre conseiller de l’agence.",
        path="/agence/?retards=demandes",
        action="Voir les retards de l’agence",
    )


@composes(deeds.MAIL_LATE_CALL_BACKS_SUPERVISOR, "late_call_backs", label="rappels en retard")
def late_call_back_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor how many people of the agency asked for a call and had none in time."""
    late = CallTask.objects.filter(reason=CallTask.Reason.CALL_BACK, state=CallState.OPEN, due_at__lte=now)
    return digests(
        rows,
        _counted(late, "advisor__agency_id", rows),
        one="personne attend un appel en retard",
        many="personnes attendent un appel en retard",
        sentence="Elles ont demandé à être rappelées. Vous pouvez confier ces appels à un autre conseiller.",
        path="/agence/?retards=rappels",
        action="Voir les retards de l’agence",
    )


# --- portfolios -----------------------------------------------------------------


@composes(deeds.MAIL_PORTFOLIO_LEFT, "portfolio_left", label="personnes confiées à un autre conseiller")
def portfolio_left_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell an advisor that people of theirs are followed by a colleague now; who, behind their second factor."""
    mail = to_staff(
        "Votre portefeuille s’allège",
        "Une ou plusieurs personnes que vous suiviez sont maintenant suivies par un autre conseiller de l’agence.",
        "Ce qui attendait une décision les suit. Les rendez-vous déjà annoncés avec vous restent avec vous.",
        path="/conseiller/portefeuille/",
        action="Ouvrir mon portefeuille",
    )
    return {row.id: mail for row in rows}


@composes(deeds.MAIL_PORTFOLIO_JOINED, "portfolio_joined", label="personnes confiées par un autre conseiller")
def portfolio_joined_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell an advisor that they follow more people now, and where what these wait for stands."""
    mail = to_staff(
        "Votre portefeuille s’agrandit",
        "Vous suivez maintenant une ou plusieurs personnes de plus.",
        "Ce qui attendait une décision pour elles est dans votre liste. Leurs rendez-vous déjà annoncés "
        "restent avec la personne qui y est nommée.",
        path="/conseiller/portefeuille/",
        action="Ouvrir mon portefeuille",
    )
    return {row.id: mail for row in rows}


# --- writing ----------------------------------------------------------------------


def _counted(
    late: QuerySet[Convocation] | QuerySet[Absence] | QuerySet[ChangeRequest] | QuerySet[CallTask],
    owner: str,
    rows: Sequence[Row],
) -> dict[int, int]:
    owners = {row.subject_id for row in rows}
    counted = late.filter(**{f"{owner}__in": owners}).values(owner).annotate(late=Count("pk"))
    return dict(counted.values_list(owner, "late"))
