"""A file goes to another agency, whole and in one transaction; the person is never without an advisor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import deeds, people, portfolios, signals
from accounts.access import SUPERVISOR
from accounts.following import choosing, wishes
from accounts.following.choosing import Choice
from accounts.models import Agency, Claimant, FollowUpModeChange, Role, Transfer
from portal.core import journal
from portal.core.journal import Actor
from portal.core.transitions import Refusal

MODES = Claimant.FollowUpMode


class RefusedTransfer(Refusal):
    """The file cannot go there."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a transfer would do, said before the click; who follows is chosen again at the click."""

    agency: Agency
    choice: Choice


def preview(person: Claimant, agency: Agency) -> Preview:
    """Say who would follow a person in another agency. Raises RefusedTransfer, NobodyThere."""
    _refuse_place(person, agency)
    return Preview(agency, choosing.choose(agency.pk, person.follow_up_mode))


@transaction.atomic
def transfer(
    claimant_id: int,
    agency_id: int,
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
    address: Mapping[str, Any] | None = None,
) -> Transfer:
    """Move a person's file to another agency: advisor, open work and counters go with it.

    The person may do it for themselves, with their new address; a supervisor or administrator with a
    reason. Nobody there is overloaded: when all are full, the supervisor there holds the file and
    chooses. Raises RefusedTransfer, NobodyThere.
    """
    # The advisors first, then the person: the order in which portfolios are given.
    agency = Agency.objects.get(pk=agency_id)
    choosing.active(agency.pk, lock=True)
    person = Claimant.objects.hold(claimant_id)
    _refuse_actor(person, by, reason)
    _refuse_place(person, agency)
    choice = choosing.choose(agency.pk, person.follow_up_mode)
    moved = Transfer.objects.create(
        claimant=person,
        old_agency=person.agency,
        new_agency=agency,
        old_advisor=person.advisor,
        new_advisor=choice.advisor,
        at=now,
        by_id=by.person_id,
        reason=reason.strip(),
        to_assign=choice.to_assign,
    )
    if address:
        people.change_contact(person.pk, address, by=by, now=now)
    _go(person, agency, choice, by=by, now=now)
    journal.record(deeds.TRANSFERRED, by=by, now=now, **_about(moved))
    signals.transferred.send(sender=Transfer, transfer=moved, by=by, now=now)
    return moved


def _go(person: Claimant, agency: Agency, choice: Choice, *, by: Actor, now: datetime) -> None:
    person.agency = agency
    person.save(update_fields=["agency"])
    if choice.without_web and person.follow_up_mode == MODES.WEB:
        last = FollowUpModeChange.objects.filter(claimant=person, after=MODES.WEB).order_by("-at").first()
        wishes.keep(person, (last and last.self_test) or {}, now=now)
        wishes.change_mode(person, last.before if last else MODES.GUIDED, by=by, now=now)
    portfolios.give([person], choice.advisor, by=by, now=now, because=signals.BY_TRANSFER)
    wishes.grant([person], choice.advisor, by=by, now=now)


def _refuse_actor(person: Claimant, by: Actor, reason: str) -> None:
    if by.user_id == person.pk:
        return
    if by.role not in (SUPERVISOR, Role.ADMIN):
        raise RefusedTransfer("Seul le responsable de l’agence transfère un dossier.")
    if not reason.strip():
        raise RefusedTransfer("Indiquez le motif du transfert\u00a0: la personne le lira.")


def _refuse_place(person: Claimant, agency: Agency) -> None:
    if agency.pk == person.agency_id:
        raise RefusedTransfer(f"Le dossier est déjà suivi par {agency.name}.")
    if not agency.is_active:
        raise RefusedTransfer(f"{agency.name} est fermée\u00a0: choisissez une autre agence.")


def _about(moved: Transfer) -> dict[str, Any]:
    return {
        "file_id": moved.claimant_id,
        "subject_id": moved.pk,
        "data": {
            "ref": str(moved.ref),
            "old_agency": moved.old_agency.name,
            "new_agency": moved.new_agency.name,
            "old_advisor_id": moved.old_advisor_id,
            "new_advisor_id": moved.new_advisor_id,
            "new_advisor": str(moved.new_advisor),
            "reason": moved.reason,
        },
    }
