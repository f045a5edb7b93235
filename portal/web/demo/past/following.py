"""Who follows whom in the demo: people who ask to be called back, move, take or leave the web; the nights."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from accounts.following import modes, transfers
from accounts.models import Claimant
from convocations.evidence import call_backs
from convocations.evidence.call_backs import Asked
from convocations.following import nightly
from convocations.models import Bindingness, Kind, Modality
from convocations.scheduling.drafts import Draft
from convocations.scheduling.issuing import issue
from portal.core.transitions import Refusal
from portal.web.demo.past.history import Replay, advisor, claimant

_ASKED = (
    Asked("BENEFITS", "06 39 98 00 11", "MORNING", "Mon dernier versement"),
    Asked("APPOINTMENT", "06 39 98 00 12", "ANY"),
    Asked("FOLLOW_UP", "06 39 98 00 13", "AFTERNOON", "Je voudrais parler de mon projet"),
    Asked("DOCUMENTS", "06 39 98 00 14", "ANY", "Quel document faut-il\u202f?"),
)
Deed = Callable[[Claimant, datetime], None]
_READY = modes.SelfTest(computer=True, camera=True, microphone=True, at_ease=True, seen=True)
_HOMES = {
    "Rennes": ("8 rue du Dôme", "67000", "Strasbourg"),
    "Strasbourg": ("14 rue Saint-Malo", "35000", "Rennes"),
    "Saint-Denis": ("3 quai des Bateliers", "67100", "Strasbourg"),
}


class Following:
    """Plans what people do about who follows them; takes no luck of the others'."""

    def __init__(self, replay: Replay) -> None:
        self.replay, self.now = replay, replay.now

    def plan(self) -> None:
        """Plan it for each agency, and the check of the last night."""
        for agency in self.replay.cast.agencies:
            people = [
                one for one in self.replay.cast.claimants if one.agency_id == agency.pk and one.user.email
            ]
            for number, asked in enumerate(_ASKED):
                self._awake(people[3 + 11 * number], number + 1, partial(self._ask, asked))
            self._awake(people[5], 20, self._take_web)
            # Her advisor's deed, in the agency's hours; a day later when there are none left.
            fixed = self.now - timedelta(days=5, hours=1)
            self.replay.at_work(people[5].agency_id, fixed, partial(self._do, self._fix_video, people[5]))
            self._awake(people[5], 2, self._leave_web)
            self._awake(people[7], 18, self._take_web)
            self._awake(people[9], 4, self._move)
        night = self.now.replace(hour=3, minute=10)
        self.replay.at(night if night <= self.now else night - timedelta(days=1), nightly.check)

    def _awake(self, person: Claimant, days: int, deed: Deed) -> None:
        moment = self.now - timedelta(days=days, hours=1)
        self.replay.awake(person.agency_id, moment, partial(self._do, deed, person))

    def _do(self, deed: Deed, person: Claimant, moment: datetime) -> None:
        try:
            deed(person, moment)
        except Refusal:
            return
        self.replay.post(moment)

    def _ask(self, asked: Asked, person: Claimant, moment: datetime) -> None:
        call_backs.ask(person.pk, asked, by=claimant(person.pk), now=moment)

    def _take_web(self, person: Claimant, moment: datetime) -> None:
        modes.take_web(person.pk, _READY, consents=True, by=claimant(person.pk), now=moment)

    def _fix_video(self, person: Claimant, moment: datetime) -> None:
        """The advisor who follows them by web fixes a video appointment, late in the day, when few have one."""
        followed_by = Claimant.objects.select_related("advisor__agency").get(pk=person.pk).advisor
        day = (self.now + timedelta(days=9)).astimezone(followed_by.agency.place.zone)
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        starts_at = day.replace(hour=17, minute=0)
        draft = Draft(
            claimant_id=person.pk,
            advisor_id=followed_by.pk,
            bindingness=Bindingness.CONVOCATION,
            kind=Kind.INTERVIEW,
            modality=Modality.VIDEO,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
            purpose="Faire le point sur votre recherche d’emploi",
        )
        issue(draft, form_key=self.replay.form_key(), by=advisor(followed_by), now=moment)

    def _leave_web(self, person: Claimant, moment: datetime) -> None:
        modes.leave_web(person.pk, by=claimant(person.pk), now=moment)

    def _move(self, person: Claimant, moment: datetime) -> None:
        street, postcode, city = _HOMES[person.agency.city]
        to = next(one for one in self.replay.cast.agencies if one.city == city)
        address = {"street": street, "postcode": postcode, "city": city}
        transfers.transfer(person.pk, to.pk, by=claimant(person.pk), now=moment, address=address)
