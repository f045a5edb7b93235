"""The 100 % web follow-up: taken with a self-test and a dated consent, left at any time without a reason."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts import deeds, portfolios, signals
from accounts.following import choosing, wishes
from accounts.models import Advisor, Claimant, FollowUpModeChange, WebWish
from portal.core import journal
from portal.core.french import plural
from portal.core.journal import Actor
from portal.core.transitions import Refusal

MODES = Claimant.FollowUpMode


class NotYet(Refusal):
    """Something is missing for the web follow-up; the sentence says what, and what to do."""


class NotInWeb(Refusal):
    sentence = "Vous n’êtes pas suivi à 100\u00a0% par le web\u00a0: il n’y a rien à quitter."


class StillFollowing(Refusal):
    """An advisor who follows people by web cannot stop volunteering before they are in other hands."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What the person has; `seen` when their own browser found camera and microphone, else it is declared."""

    computer: bool
    camera: bool
    microphone: bool
    at_ease: bool
    seen: bool = False

    @property
    def missing(self) -> list[str]:
        """Say what is missing, in the words of the page."""
        needed = (
            (self.computer, "un ordinateur à vous"),
            (self.camera, "une caméra"),
            (self.microphone, "un micro"),
            (self.at_ease, "être à l’aise avec la vidéo"),
        )
        return [words for there, words in needed if not there]


@transaction.atomic
def take_web(claimant_id: int, self_test: SelfTest, *, consents: bool, by: Actor, now: datetime) -> Claimant:
    """Let a person be followed entirely by web: with their advisor if they volunteer, else with one who does.

    When nobody who volunteers has room, the wish is kept and the supervisor sees it. Raises NotYet.
    """
    # Advisors before people, the order in which portfolios are given: two givings cannot deadlock.
    choosing.active(Claimant.objects.values_list("agency_id", flat=True).get(pk=claimant_id), lock=True)
    person = Claimant.objects.hold(claimant_id)
    if self_test.missing:
        raise NotYet(
            f"Il manque pour ce suivi\u00a0: {', '.join(self_test.missing)}. Votre suivi actuel continue. "
            "Votre agence peut aussi vous prêter un espace équipé."
        )
    if not consents:
        raise NotYet("Cochez votre accord pour choisir ce suivi. Sans accord, votre suivi actuel continue.")
    if person.follow_up_mode == MODES.WEB:
        return person
    advisor = who_would_follow(person)
    data = asdict(self_test)
    if advisor is None:
        if wishes.keep(person, data, now=now):
            journal.record(deeds.WEB_WISHED, by=by, now=now, file_id=person.pk, subject_id=person.pk)
        return person
    WebWish.objects.filter(claimant=person).delete()
    old = person.advisor
    if advisor.pk != old.pk:
        portfolios.give([person], advisor, by=by, now=now, because=signals.BY_MODE)
    wishes.change_mode(person, MODES.WEB, by=by, now=now, consent_at=now, self_test=data)
    told = {"advisor": str(advisor), "old_advisor_id": old.pk, "new_advisor_id": advisor.pk}
    journal.record(deeds.WEB_TAKEN, by=by, now=now, file_id=person.pk, subject_id=person.pk, data=told)
    return person


def who_would_follow(person: Claimant) -> Advisor | None:
    """Say who would follow this person by web: their own advisor first; None when nobody can for now."""
    if person.advisor.volunteers_for_web and person.advisor.user.is_active:
        return person.advisor
    return choosing.volunteer(person.agency_id)


@transaction.atomic
def leave_web(claimant_id: int, *, by: Actor, now: datetime) -> Claimant:
    """Let a person leave the web follow-up, or take back the wish of it: at once, whatever the reason.

    Their advisor stays. What of video is ahead becomes a proposal in person, above. Raises NotInWeb.
    """
    person = Claimant.objects.hold(claimant_id)
    taken_back, _ = WebWish.objects.filter(claimant=person).delete()
    if person.follow_up_mode != MODES.WEB:
        if not taken_back:
            raise NotInWeb
    else:
        wishes.change_mode(person, before_web(person), by=by, now=now)
    after = person.get_follow_up_mode_display()
    journal.record(
        deeds.WEB_LEFT, by=by, now=now, file_id=person.pk, subject_id=person.pk, data={"after": after}
    )
    return person


def before_web(person: Claimant) -> str:
    """Give the mode a person returns to: the one they had before the web, guided when nobody knows."""
    last = FollowUpModeChange.objects.filter(claimant=person, after=MODES.WEB).order_by("-at", "-pk").first()
    return last.before if last else MODES.GUIDED


@transaction.atomic
def set_volunteer(advisor_id: int, volunteers: bool, *, by: Actor, now: datetime) -> Advisor:
    """Let an advisor say that they volunteer for the web follow-up, or no longer. Raises StillFollowing."""
    advisor = (
        Advisor.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=advisor_id)
    )
    if advisor.volunteers_for_web == volunteers:
        return advisor
    followed = Claimant.objects.followed().filter(advisor=advisor, follow_up_mode=MODES.WEB).count()
    if not volunteers and followed:
        raise StillFollowing(
            f"Vous suivez {plural(followed, 'personne')} à 100\u00a0% par le web. Demandez d’abord à votre "
            "responsable de les confier à un autre volontaire."
        )
    advisor.volunteers_for_web = volunteers
    advisor.save(update_fields=["volunteers_for_web"])
    journal.record(deeds.VOLUNTEERED, by=by, now=now, subject_id=advisor.pk, data={"after": volunteers})
    hoping = Claimant.objects.select_for_update(of=("self",), no_key=True).filter(
        advisor=advisor, web_wish__isnull=False
    )
    wishes.grant(list(hoping.select_related("user").order_by("pk")), advisor, by=by, now=now)
    return advisor
