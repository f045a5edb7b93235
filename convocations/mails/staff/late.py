"""E-mails to advisors and supervisors about what is late: one a person and day, counted when it leaves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from convocations import deeds
from convocations.following import nightly
from convocations.mails.notices import to_colleague
from convocations.models import REQUEST_TO_ANSWER, Absence, CallTask, ChangeRequest, Convocation
from convocations.states import ABSENCE_UNDECIDED, CallState, ConvocationState
from messaging.emails import Mail, Row, composes
from messaging.mails.notices import digests
from portal.core.french import plural


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


@composes(deeds.MAIL_FOLLOWING_DIGEST, "following_digest", label="suivis à regarder dans l’agence")
def digest_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor once a day what the night found in the agency; nothing when it is all done."""
    mails = {}
    for row in rows:
        found = nightly.counts(row.subject_id, now)
        if not any(found.values()):
            continue
        mails[row.id] = to_colleague(
            "Des suivis de l’agence sont à regarder",
            preheader="La vérification de la nuit a trouvé des dossiers à regarder.",
            paragraphs=[
                " ".join(
                    f"{plural(count, one, many)}."
                    for (one, many), count in zip(_FOUND, found.values(), strict=True)
                    if count
                ),
                "Rien n’est retenu contre ces personnes.",
            ],
            path="/agence/suivis/",
            action="Voir ces dossiers",
        )
    return mails


_FOUND = (
    ("personne sans conseiller actif", "personnes sans conseiller actif"),
    ("ligne de travail sans responsable", "lignes de travail sans responsable"),
    ("personne sans contact depuis longtemps", "personnes sans contact depuis longtemps"),
    ("dossier dont le conseiller est à choisir", "dossiers dont le conseiller est à choisir"),
    ("premier entretien en retard", "premiers entretiens en retard"),
    ("souhait de suivi web sans volontaire", "souhaits de suivi web sans volontaire"),
)


@composes(deeds.MAIL_FIRST_INTERVIEW_LATE, "first_interview_late", label="premier entretien en retard")
def first_interview_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor how many people who changed agency have no first interview in time."""
    return digests(
        rows,
        {row.subject_id: nightly.counts(row.subject_id, now)["late"] for row in rows},
        one="premier entretien est en retard",
        many="premiers entretiens sont en retard",
        sentence="Ces personnes ont changé d’agence et attendent un premier rendez-vous.",
        path="/agence/suivis/",
        action="Voir ces dossiers",
    )


def _counted(
    late: QuerySet[Convocation] | QuerySet[Absence] | QuerySet[ChangeRequest] | QuerySet[CallTask],
    owner: str,
    rows: Sequence[Row],
) -> dict[int, int]:
    owners = {row.subject_id for row in rows}
    counted = late.filter(**{f"{owner}__in": owners}).values(owner).annotate(late=Count("pk"))
    return dict(counted.values_list(owner, "late"))
