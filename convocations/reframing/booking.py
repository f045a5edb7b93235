"""Fix the interview at an hour the person picks: an invitation they have accepted, which nobody must keep."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Claimant
from convocations.hours import holding
from convocations.hours.free import Search
from convocations.models import Bindingness, Convocation, Kind, Modality
from convocations.scheduling.changing import answer_invitation
from convocations.scheduling.drafts import Draft
from convocations.scheduling.issuing import issue
from convocations.states import HOLDS_TIME, ConvocationState
from convocations.told.manners import default_place
from measures.lifting import requesting
from portal.core.french import full_datetime
from portal.core.journal import Actor
from portal.core.transitions import Refusal

MINUTES = 45
# What a person may pick by themselves; a video at the agency is asked for from the appointment's own page.
MANNERS = (Modality.IN_PERSON, Modality.PHONE, Modality.VIDEO)
PURPOSE = "Faire le point sur ce que vous avez fait et sur la suite, pendant que votre demande est examinée."
TO_BRING = "Tout ce qui montre ce que vous avez fait, si vous en avez."


class NothingToDiscuss(Refusal):
    sentence = (
        "Cet entretien accompagne une demande de levée. Aucune mesure n’est en cours pour vous. "
        "Pour parler à votre conseiller, demandez à être rappelé."
    )


class AlreadyFixed(Refusal):
    """The interview has its hour: says which, and that it can be moved."""


def wanted(claimant_id: int) -> bool:
    """Say whether a measure runs for the person: only then the interview is of use to them."""
    return requesting.runs_for(claimant_id)


def fixed(claimant_id: int, now: datetime) -> Convocation | None:
    """Give the interview to come, if there is one."""
    found: Convocation | None = (
        Convocation.objects.filter(
            claimant_id=claimant_id, kind=Kind.REFRAMING, state__in=HOLDS_TIME, starts_at__gt=now
        )
        .select_related("agency")
        .order_by("starts_at")
        .first()
    )
    return found


def search(claimant: Claimant, modality: str, *, now: datetime, first: datetime | None = None) -> Search:
    """Say which hours are looked for: those the advisor keeps for this kind, in this manner."""
    return Search(
        advisor=claimant.advisor,
        claimant_id=claimant.pk,
        kind=Kind.REFRAMING,
        modality=modality,
        minutes=MINUTES,
        now=now,
        first=first,
    )


def book(
    claimant_id: int, starts_at: datetime, modality: str, *, form_key: uuid.UUID, by: Actor, now: datetime
) -> Convocation:
    """Fix the interview at that hour; a second click finds the first.

    Raises `NothingToDiscuss`, `AlreadyFixed`, `SlotGone`.
    """
    with transaction.atomic():
        person = Claimant.objects.hold(claimant_id)
        if (coming := fixed(claimant_id, now)) is not None:
            if coming.starts_at == starts_at:
                return coming
            when = full_datetime(coming.starts_at, coming.agency.place.zone)
            raise AlreadyFixed(
                f"Votre entretien est déjà fixé au {when}. Ouvrez ce rendez-vous pour le changer."
            )
        if not wanted(claimant_id):
            raise NothingToDiscuss
        draft = Draft(
            claimant_id=claimant_id,
            advisor_id=person.advisor_id,
            bindingness=Bindingness.INVITATION,
            kind=Kind.REFRAMING,
            modality=Modality(modality),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=MINUTES),
            purpose=PURPOSE,
            place=default_place(person, modality)[:240],
            to_bring=TO_BRING,
        )

        def take(ready: Draft) -> Convocation:
            return issue(ready, form_key=form_key, by=by, now=now)

        made = holding.redeem(draft, take, now=now)
        answer_invitation(made.pk, ConvocationState.ACCEPTED, by=by, now=now)
        return Convocation.objects.select_related("agency").get(pk=made.pk)
