"""What convocations put on an advisor's list: each kind of work, straight from its partial index."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from accounts import work
from accounts.models import Advisor
from accounts.work import Rows
from convocations import attendance
from convocations.models import (
    REQUEST_TO_ANSWER,
    Absence,
    Bindingness,
    CallTask,
    ChangeRequest,
    Convocation,
    Displacement,
    FollowUpTask,
    Justificatif,
    Modality,
)
from convocations.states import (
    HOLDS_TIME,
    RECORDABLE,
    UNREAD,
    AbsenceState,
    CallState,
    ConvocationState,
    FollowUpState,
    ReviewState,
)
from portal.core import parameters
from portal.core.journal import Actor
from portal.core.references import to_number
from portal.core.transitions import Refusal

# For so long the list offers to take back what was just recorded; later it takes a reason.
UNDO_FOR = timedelta(minutes=10)

# Numbers of the ranges 100–199, as for the journal; they stand in addresses of pages (`?apres=`).
TO_RECORD = 100
TO_DECIDE = 101
TO_REVIEW = 102
TO_CALL = 103
UNREAD_SOON = 104
TO_ANSWER = 105
TO_FOLLOW_UP = 106
TO_MOVE = 160


def work_for(advisor_ids: Collection[int], now: datetime) -> Mapping[int, Rows]:
    """Give what waits for these advisors, by kind, in the columns of `accounts.work.Work`."""
    return {
        TO_RECORD: work.part(
            Convocation.objects.filter(advisor_id__in=advisor_ids, state=ConvocationState.AWAITING_STATUS),
            TO_RECORD,
            since="ends_at",
            due_at="record_due_at",
            detail="modality",
        ),
        TO_DECIDE: work.part(
            _to_decide(advisor_ids), TO_DECIDE, since="recorded_at", due_at="decide_by", detail="state"
        ),
        TO_ANSWER: work.part(
            ChangeRequest.objects.filter(
                REQUEST_TO_ANSWER,
                advisor_id__in=advisor_ids,
            ),
            TO_ANSWER,
            since="submitted_at",
            due_at="decide_by",
            detail="kind",
        ),
        TO_REVIEW: work.part(
            Justificatif.objects.filter(advisor_id__in=advisor_ids, state=ReviewState.IN_REVIEW),
            TO_REVIEW,
            since="sent_at",
            due_at="review_by",
            detail="document__title",
        ),
        TO_CALL: work.part(
            CallTask.objects.filter(advisor_id__in=advisor_ids, state=CallState.OPEN),
            TO_CALL,
            since="opened_at",
            due_at="due_at",
            detail="reason",
        ),
        UNREAD_SOON: work.part(
            _unread_soon(advisor_ids, now),
            UNREAD_SOON,
            since="issued_at",
            due_at="starts_at",
            detail="modality",
        ),
        TO_FOLLOW_UP: work.part(
            _to_follow_up(advisor_ids), TO_FOLLOW_UP, since="opened_at", due_at="due_at", detail="reason"
        ),
        TO_MOVE: work.part(
            # Moved, cancelled or over, it leaves the list by itself.
            Convocation.objects.filter(
                displacement__isnull=False,
                advisor_id__in=advisor_ids,
                state__in=HOLDS_TIME,
                starts_at__gt=now,
            ),
            TO_MOVE,
            since="displacement__found_at",
            due_at="starts_at",
            detail="displacement__cause",
        ),
    }


def _to_follow_up(advisor_ids: Collection[int]) -> Rows:
    """Lines of follow-up; a silence that a contact has ended is gone before the night closes it."""
    return FollowUpTask.objects.filter(
        ~Q(reason=FollowUpTask.Reason.NO_CONTACT)
        | Q(claimant__last_contact_at__isnull=True)
        | Q(claimant__last_contact_at__lt=F("opened_at")),
        advisor_id__in=advisor_ids,
        state=FollowUpState.OPEN,
    )


def _to_decide(advisor_ids: Collection[int]) -> Rows:
    """Absences the person has explained, or whose time to explain is over: silence waits here too."""
    return Absence.objects.filter(
        Q(state=AbsenceState.EXPLAINED)
        | Q(state=AbsenceState.EXPLANATION_REQUESTED, period_ended_at__isnull=False),
        # Repeats the condition of the partial index, which PostgreSQL cannot deduce from the line above.
        state__in=[AbsenceState.EXPLANATION_REQUESTED, AbsenceState.EXPLAINED],
        advisor_id__in=advisor_ids,
    )


def _unread_soon(advisor_ids: Collection[int], now: datetime) -> Rows:
    """Convocations nobody has opened though they are near; not those for which a call already waits."""
    steps = parameters.current().reminder_steps_hours
    near = timedelta(hours=steps[0] if steps else 168)
    return Convocation.objects.filter(
        ~Exists(
            CallTask.objects.filter(convocation=OuterRef("pk"), state=CallState.OPEN).exclude(
                reason=CallTask.Reason.CALL_BACK
            )
        ),
        advisor_id__in=advisor_ids,
        state__in=UNREAD,
        bindingness=Bindingness.CONVOCATION,
        starts_at__gt=now,
        starts_at__lte=now + near,
    )


# --- in words -----------------------------------------------------------------


@dataclass(frozen=True)
class Sort:
    """How one kind of work reads on the list, and where it is done."""

    kind: int
    slug: str
    tab: str
    label: str
    icon: str
    prefix: str
    path: str
    words: Mapping[str, str] = field(default_factory=dict)
    since: str = "depuis le"
    with_hour: bool = False
    due: str = ""
    # Can be done from the list in one click.
    quick: bool = False

    def detail(self, code: str) -> str:
        """Say the detail of a line in words; a title stays as it is."""
        return self.words.get(code, code)


_MODALITIES = {str(value): str(label) for value, label in Modality.choices}
SORTS: Mapping[int, Sort] = {
    TO_RECORD: Sort(
        TO_RECORD,
        "presences",
        "Présences",
        "Présence à enregistrer",
        "clipboard-list",
        "CV",
        "/conseiller/convocations/",
        _MODALITIES,
        "terminé",
        with_hour=True,
        quick=True,
    ),
    TO_DECIDE: Sort(
        TO_DECIDE,
        "absences",
        "Absences",
        "Absence à examiner",
        "calendar-x",
        "AB",
        "/conseiller/absences/",
        {AbsenceState.EXPLAINED: "explications reçues", AbsenceState.EXPLANATION_REQUESTED: "sans réponse"},
    ),
    TO_ANSWER: Sort(
        TO_ANSWER,
        "demandes",
        "Demandes",
        "Demande à étudier",
        "calendar-clock",
        "DM",
        "/conseiller/demandes/",
        {str(value): str(label) for value, label in ChangeRequest.Kind.choices},
        since="reçue le",
        due="réponse",
    ),
    TO_REVIEW: Sort(
        TO_REVIEW,
        "justificatifs",
        "Justificatifs",
        "Justificatif à examiner",
        "file-text",
        "JU",
        "/conseiller/justificatifs/",
        since="reçu le",
    ),
    TO_CALL: Sort(
        TO_CALL,
        "appels",
        "Appels",
        "Appel à passer",
        "phone",
        "AP",
        "/conseiller/appels/",
        {str(value): str(label) for value, label in CallTask.Reason.choices},
    ),
    UNREAD_SOON: Sort(
        UNREAD_SOON,
        "non-lues",
        "Non lues",
        "Convocation non lue",
        "mail",
        "CV",
        "/conseiller/convocations/",
        _MODALITIES,
        since="envoyée le",
        due="rendez-vous",
    ),
    TO_FOLLOW_UP: Sort(
        TO_FOLLOW_UP,
        "suivis",
        "Suivis",
        "Suivi à faire",
        "users",
        "SU",
        "/conseiller/suivis/",
        {str(value): str(label) for value, label in FollowUpTask.Reason.choices},
    ),
    TO_MOVE: Sort(
        TO_MOVE,
        "a-deplacer",
        "À déplacer",
        "Rendez-vous à déplacer",
        "calendar-clock",
        "CV",
        "/conseiller/convocations/",
        {str(value): str(label) for value, label in Displacement.Cause.choices},
        since="constaté le",
        due="rendez-vous",
    ),
}


# --- from the list ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of one line of a bulk action."""

    ref: str
    name: str
    done: bool
    text: str


def record_attended(
    advisor_ids: Collection[int], refs: Sequence[str], *, by: Actor, now: datetime
) -> list[LineResult]:
    """Record «présent» at each of these appointments of these advisors, one transaction each."""
    rows = {
        str(row.ref): row
        for row in Convocation.objects.filter(
            ref__in=_readable(refs), advisor_id__in=advisor_ids
        ).select_related("claimant__user")
    }
    results = []
    for ref in refs:
        row = rows.get(ref)
        if row is None:
            results.append(
                LineResult(ref[:12], ref[:12], False, "Ce rendez-vous n’est pas dans votre liste.")
            )
            continue
        name = str(row.claimant)
        try:
            attendance.record(row.pk, ConvocationState.ATTENDED, by=by, now=now)
        except Refusal as refusal:
            results.append(LineResult(ref, name, False, refusal.sentence))
        else:
            results.append(LineResult(ref, name, True, "Présence enregistrée."))
    return results


def just_recorded(advisor: Advisor, ref: str, now: datetime) -> Convocation | None:
    """Give the appointment this advisor has just recorded, while taking it back is one click; else None."""
    if not ref or not _readable([ref]):
        return None
    row: Convocation | None = (
        Convocation.objects.filter(
            ref=ref,
            recorded_by=advisor.pk,
            recorded_at__gt=now - UNDO_FOR,
            state__in=RECORDABLE - {ConvocationState.ABSENT},
        )
        .select_related("claimant__user")
        .first()
    )
    return row


def _readable(refs: Sequence[str]) -> list[str]:
    found = []
    for ref in refs:
        try:
            to_number("CV", ref)
        except ValueError:
            continue
        found.append(ref)
    return found
