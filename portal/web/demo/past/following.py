"""Who follows whom in the demo: people who ask to be called back, move, take or leave the web; the nights."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from accounts.following import modes, transfers
from accounts.models import Claimant
from convocations.evidence import call_backs
from convocations.evidence.call_backs import Asked
from convocations.following import nightly
from convocations.models import Convocation, Modality
from convocations.states import AHEAD
from portal.core.transitions import Refusal
from portal.web.demo.past.history import Replay, claimant

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
            self.replay.at(self.now - timedelta(days=4), partial(self._leave_a_video, agency.pk))
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

    def _leave_a_video(self, agency_id: int, moment: datetime) -> None:
        """Somebody with a video appointment ahead tries the web follow-up, and leaves it a day later."""
        ahead = Convocation.objects.filter(
            agency_id=agency_id,
            modality=Modality.VIDEO,
            state__in=AHEAD,
            starts_at__gt=self.now + timedelta(days=2),
        )
        row = ahead.select_related("claimant").order_by("pk").first()
        if row is not None:
            self._awake(row.claimant, 3, self._take_web)
            self._awake(row.claimant, 2, self._leave_web)

    def _leave_web(self, person: Claimant, moment: datetime) -> None:
        modes.leave_web(person.pk, by=claimant(person.pk), now=moment)

    def _move(self, person: Claimant, moment: datetime) -> None:
        street, postcode, city = _HOMES[person.agency.city]
        to = next(one for one in self.replay.cast.agencies if one.city == city)
        address = {"street": street, "postcode": postcode, "city": city}
        transfers.transfer(person.pk, to.pk, by=claimant(person.pk), now=moment, address=address)
