"""E-mails about the end of a case without any effect, and the reminders that delegates get."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Count

from accounts.models import NoticeGroup
from measures import deeds
from measures.mails.sending import about, count_by, regions_of
from measures.models import Case
from measures.states import CaseState
from measures.told import letters
from messaging.emails import Mail, Row, composes
from messaging.mails.notices import digests
from portal.core import parameters

_NO_EFFECT = "Elle n’a aucune conséquence. Vous n’avez rien à faire."


@composes(
    deeds.MAIL_CLOSED,
    "measure_closed",
    label="procédure close sans mesure",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def closed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that their case is closed and that no measure is taken."""
    return _ended(
        rows,
        CaseState.CLOSED,
        "L’examen de votre situation est clos, sans mesure",
        ["Une personne a examiné votre situation. Aucune mesure n’est prise.", _NO_EFFECT],
    )


@composes(
    deeds.MAIL_LAPSED,
    "measure_lapsed",
    label="procédure close en votre faveur",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def lapsed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that the time to decide went by, so that their case has no consequence."""
    return _ended(
        rows,
        CaseState.LAPSED,
        "La procédure est close en votre faveur",
        ["Le délai prévu est passé. La procédure est donc close en votre faveur.", _NO_EFFECT],
    )


@composes(
    deeds.MAIL_WITHDRAWN,
    "measure_withdrawn",
    label="procédure retirée",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def withdrawn_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that what was begun or decided is taken back, with all of its effects."""
    return _ended(
        rows,
        CaseState.WITHDRAWN,
        "La procédure est retirée, avec tous ses effets",
        [
            "Une personne a retiré la procédure. Si une mesure était prise, elle est retirée aussi.",
            "Elle ne compte plus pour la suite. Vous n’avez rien à faire.",
        ],
    )


@composes(
    deeds.MAIL_ANNULLED,
    "measure_annulled",
    label="procédure annulée",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def annulled_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that what their case stood on was corrected, and that all of it is undone."""
    return _ended(
        rows,
        CaseState.ANNULLED,
        "La procédure est annulée, avec tous ses effets",
        [
            "Ce qui fondait la procédure a été corrigé. Elle est annulée, avec tout ce qui en dépendait.",
            "Elle ne compte plus pour la suite. Vous n’avez rien à faire.",
        ],
    )


@composes(deeds.MAIL_DECISIONS_SOON, "decisions_soon", label="décisions à prendre bientôt")
def soon_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Remind a delegate of the decisions that are due; what was sent meanwhile is not announced."""
    waiting = (
        Case.objects.filter(
            decider__in={row.subject_id for row in rows},
            state__in=[CaseState.DECISION_DUE, CaseState.DECIDED],
        )
        .exclude(decisions__set_aside_at__isnull=True, decisions__sent_at__isnull=False)
        .values_list("decider_id")
        .annotate(count=Count("pk", distinct=True))
        .order_by()
    )
    return digests(
        rows,
        dict(waiting),
        one="décision attendue bientôt",
        many="décisions attendues bientôt",
        sentence="Le délai de 15 jours se termine. Sans envoi à temps, la procédure se clôt en faveur de la personne.",
        path="/decisions/",
        action="Voir les procédures",
    )


@composes(deeds.MAIL_TO_EXAMINE, "cases_to_examine", label="procédures que personne n’examine")
def unexamined_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a delegate of the region's cases that nobody has taken for too long."""
    regions = regions_of(rows)
    late = now - timedelta(days=parameters.current().case_examine_days)
    referred = Case.objects.filter(state=CaseState.REFERRED, referred_at__lte=late)
    waiting = count_by(referred.filter(region__in=set(regions.values())), "region")
    return digests(
        rows,
        {pk: waiting[region] for pk, region in regions.items()},
        one="procédure à examiner attend depuis longtemps",
        many="procédures à examiner attendent depuis longtemps",
        sentence="Personne ne les examine encore. Ces personnes attendent de savoir si une procédure les concerne.",
        path="/decisions/?nature=examiner",
        action="Voir les procédures à examiner",
    )


def _ended(rows: Sequence[Row], state: str, title: str, paragraphs: Sequence[str]) -> dict[int, Mail]:
    cases = (
        Case.objects.filter(pk__in={row.subject_id for row in rows}, state=state)
        .select_related("agency")
        .in_bulk()
    )
    return {
        row.id: about(
            case,
            subject=title,
            title=title,
            preheader="Vous n’avez rien à faire.",
            paragraphs=[*paragraphs, "Les raisons sont écrites dans votre espace."],
            action="Lire les raisons",
            letter=partial(letters.ended, case, title, paragraphs),
        )
        for row in rows
        if (case := cases.get(row.subject_id)) is not None
    }
