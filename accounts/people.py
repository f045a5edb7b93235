"""What happens to a person's account and contact data."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import deeds, signals, telling
from accounts.models import Advisor, Claimant, Role, User
from accounts.sign_in import second_factor, sessions
from portal.core import journal, parameters
from portal.core.journal import Actor
from portal.core.models import JournalEntry
from portal.core.transitions import Refusal

CONTACT_FIELDS = ("phone", "street", "postcode", "city")


class RefusedChange(Refusal):
    """The account may not be changed so."""


class TooManyCopies(Refusal):
    """The person took as many copies of their data as a day has."""

    sentence = (
        "Vous avez déjà téléchargé plusieurs copies aujourd’hui. Réessayez demain, ou appelez le 3949\u00a0: "
        "nous vous en remettrons une."
    )


@transaction.atomic
def change_contact(claimant_id: int, data: Mapping[str, Any], *, by: Actor, now: datetime) -> Claimant:
    """Correct where a person is reached, and how they are told; the journal names the fields, not their content."""
    claimant = telling.choose_ways(claimant_id, data, by=by, now=now)
    changed = [name for name in CONTACT_FIELDS if name in data and getattr(claimant, name) != data[name]]
    if not changed:
        return claimant
    for name in changed:
        setattr(claimant, name, data[name])
    claimant.save(update_fields=changed)
    journal.record(deeds.CONTACT_CHANGED, by=by, now=now, file_id=claimant.pk, data={"fields": changed})
    return claimant


@transaction.atomic
def record_accommodations(
    claimant_id: int, needs: Collection[str], detail: str, *, by: Actor, now: datetime
) -> Claimant:
    """Note what a person needs to take part in an appointment; they read it on their profile and in their journal."""
    claimant = Claimant.objects.select_for_update(no_key=True).get(pk=claimant_id)
    wanted = [one.value for one in Claimant.Accommodation if one.value in needs]
    if (claimant.accommodations, claimant.accommodation_detail) == (wanted, detail.strip()):
        return claimant
    before = claimant.accommodation_labels
    claimant.accommodations, claimant.accommodation_detail = wanted, detail.strip()
    claimant.save(update_fields=["accommodations", "accommodation_detail"])
    after = claimant.accommodation_labels
    data = {"what": ", ".join(after) or "aucun", "before": before, "after": after}
    journal.record(deeds.ACCOMMODATIONS_CHANGED, by=by, now=now, file_id=claimant.pk, data=data)
    return claimant


def note_news_read(claimant_id: int, *, now: datetime) -> None:
    """Put the news of a person's first page away: they have read what was there until now."""
    Claimant.objects.filter(pk=claimant_id).update(news_read_at=now)


@transaction.atomic
def take_copy(claimant_id: int, *, by: Actor, now: datetime) -> Claimant:
    """Let a person take a copy of everything held about them: written down, told by e-mail, not too often.

    The copy itself is written while it is sent (`portal.core.personal_data.packing`). The day's number
    stands in the journal: two clicks at once count one after the other. Raises TooManyCopies.
    """
    claimant = Claimant.objects.hold(claimant_id)
    lately = JournalEntry.objects.filter(
        file_id=claimant.pk, code=deeds.COPY_TAKEN.number, at__gt=now - timedelta(days=1)
    )
    if lately.count() >= parameters.current().copies_per_day:
        raise TooManyCopies
    _note(deeds.COPY_TAKEN, claimant.user, by, now, {})
    if claimant.user.email:
        signals.account_mail.send(
            sender=Claimant,
            email=claimant.user.email,
            user=claimant.user,
            template_prefix=signals.COPY_TAKEN,
            context={},
            now=now,
        )
    return claimant


@transaction.atomic
def change_role(user_id: int, role: Role, *, by: Actor, now: datetime) -> User:
    """Give an account another role, and end its sessions. Raises RefusedChange."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.role == role:
        return user
    refuse_role(user, role, by=by)
    before = user.role
    user.role = role
    user.save(update_fields=["role"])
    sessions.end_all(user)
    _note(deeds.ROLE_CHANGED, user, by, now, {"before": before, "after": role.value})
    return user


def refuse_role(user: User, role: Role, *, by: Actor) -> None:
    """Raise RefusedChange where this account may not take this role."""
    _refuse_own(user, by, "Vous ne pouvez pas changer votre propre rôle.")
    if Role.CLAIMANT in (user.role, role):
        raise RefusedChange(
            "Un compte de demandeur d’emploi le reste\u00a0: créez un autre compte pour un autre rôle."
        )
    if user.role == Role.ADVISOR and Claimant.objects.followed().filter(advisor_id=user.pk).exists():
        raise RefusedChange("Confiez d’abord son portefeuille à d’autres conseillers.")


@transaction.atomic
def close(user_id: int, *, by: Actor, now: datetime) -> User:
    """Close an account's access and end its sessions; nothing of its history goes. Raises RefusedChange."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not user.is_active:
        return user
    _refuse_own(user, by, "Vous ne pouvez pas fermer votre propre accès.")
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user)
    _note(deeds.ACCOUNT_CLOSED, user, by, now, {})
    return user


@transaction.atomic
def reopen(user_id: int, *, by: Actor, now: datetime) -> User:
    """Open an account's access again."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.is_active:
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    _note(deeds.ACCOUNT_REOPENED, user, by, now, {})
    return user


@transaction.atomic
def reset_second_factor(user_id: int, *, by: Actor, now: datetime) -> User:
    """Take the second factor of somebody who lost their phone away; they enrol again at the next sign-in."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    _refuse_own(user, by, "Un autre administrateur doit réinitialiser votre deuxième étape.")
    second_factor.reset(user)
    sessions.end_all(user)
    _note(deeds.SECOND_FACTOR_RESET, user, by, now, {})
    return user


@transaction.atomic
def correct_account(user_id: int, data: Mapping[str, Any], *, by: Actor, now: datetime) -> User:
    """Correct name or address of an account; a new address ends its sessions."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    fields = ("first_name", "last_name", "email")
    changed = [name for name in fields if name in data and getattr(user, name) != data[name]]
    if not changed:
        return user
    for name in changed:
        setattr(user, name, data[name])
    user.save(update_fields=changed)
    if "email" in changed:
        # The address of the account is the one it signs in with; addresses proved before no longer count.
        EmailAddress.objects.filter(user=user).delete()
        Claimant.objects.filter(pk=user.pk).update(email_bounced_at=None)
        sessions.end_all(user)
    _note(deeds.ACCOUNT_EDITED, user, by, now, {"fields": changed})
    return user


@transaction.atomic
def set_supervisor(advisor_id: int, is_supervisor: bool, *, by: Actor, now: datetime) -> Advisor:
    """Let an advisor run the agency, or no longer; their sessions end, as their rights change."""
    advisor = Advisor.objects.select_for_update(no_key=True).select_related("user").get(pk=advisor_id)
    if advisor.is_supervisor == is_supervisor:
        return advisor
    advisor.is_supervisor = is_supervisor
    advisor.save(update_fields=["is_supervisor"])
    sessions.end_all(advisor.user)
    data = {"supervisor_before": not is_supervisor, "supervisor_after": is_supervisor}
    _note(deeds.ROLE_CHANGED, advisor.user, by, now, data)
    return advisor


def _refuse_own(user: User, by: Actor, sentence: str) -> None:
    if by.user_id == user.pk:
        raise RefusedChange(sentence)


def _note(code: journal.JournalCode, user: User, by: Actor, now: datetime, data: dict[str, Any]) -> None:
    file_id = user.pk if user.role == Role.CLAIMANT else None
    journal.record(code, by=by, now=now, file_id=file_id, subject_id=user.pk, data=data)
