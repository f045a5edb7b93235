"""What the demo's people and their advisors have written to each other: answered, asked for, late, settled."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from accounts.models import Claimant
from messaging.models import Thread, Topic, Via
from messaging.threads import answering, drafts, reading, writing
from messaging.threads.answering import Answer
from messaging.threads.messages import Expected, Text
from messaging.waiting import clocks
from portal.core.transitions import Refusal
from portal.web.demo.past.history import Replay, advisor, claimant

# Luck of their own, so that nobody else's changes.
SEED = 20_261_124
EVERY = 4


@dataclass(frozen=True, slots=True)
class _Talk:
    """One exchange: what the person asks, what they get."""

    topic: Topic
    subject: str
    question: str
    answer: str
    expected: str = ""
    reply: str = ""


_TALKS = (
    _Talk(
        Topic.BENEFITS,
        "Mon versement de ce mois",
        "Bonjour,\n\nMon versement est plus faible que le mois dernier. Pouvez-vous m’expliquer pourquoi ?\n\nMerci.",
        "Bonjour,\n\nVous avez déclaré 42 heures de travail. Elles réduisent le versement de ce mois, "
        "mais elles prolongent vos droits d’autant.\n\nBonne journée.",
    ),
    _Talk(
        Topic.JOB_SEARCH,
        "Une formation de cariste",
        "Bonjour, j’ai trouvé une formation de cariste à côté de chez moi. Est-ce que je peux la suivre ?",
        "Bonjour,\n\nC’est un beau projet. Pour l’étudier, j’ai besoin du devis du centre de formation.",
        expected="Le devis du centre de formation, avec les dates et le prix",
        reply="Bonjour,\n\nLe centre m’a donné le devis : 1 890 €, du 4 au 22 janvier.",
    ),
    _Talk(
        Topic.APPOINTMENT,
        "Venir avec mon fils",
        "Bonjour, je n’ai pas de garde pour mon fils mercredi. Est-ce que je peux venir avec lui ?",
        "Bonjour,\n\nOui, bien sûr. Nous avons un coin pour les enfants à l’accueil.",
    ),
    _Talk(
        Topic.DOCUMENTS,
        "Attestation pour la CAF",
        "Bonjour,\nLa CAF me demande une attestation d’inscription. Où la trouver ?",
        "Bonjour,\n\nElle est dans votre espace, rubrique « Mes documents ». Vous pouvez l’imprimer.",
    ),
    _Talk(
        Topic.COMPLAINT,
        "Trois conseillers en six mois",
        "Bonjour,\n\nJ’ai eu trois conseillers en six mois. Je dois tout raconter à chaque fois. C’est fatigant.",
        "Bonjour,\n\nJe comprends, et je vous présente nos excuses. Je vous suis désormais, et j’ai lu tout votre "
        "dossier. Vous n’aurez rien à répéter.",
    ),
    _Talk(
        Topic.OTHER,
        "Mon ordinateur est en panne",
        "Bonjour, mon ordinateur est en panne. Comment faire mes démarches en attendant ?",
        "Bonjour,\n\nDes ordinateurs sont à votre disposition à l’agence, sans rendez-vous, tous les matins.",
    ),
)


class Threads:
    """Plans what one person in four writes, and what becomes of it."""

    def __init__(self, replay: Replay) -> None:
        self.replay, self.now = replay, replay.now
        self.draw = random.Random(SEED)  # noqa: S311

    def plan(self) -> None:
        """Plan one exchange a person; the latest wait for an answer, two of them for too long."""
        for agency in self.replay.cast.agencies:
            people = [
                one for one in self.replay.cast.claimants if one.agency_id == agency.pk and one.user.email
            ]
            for number, person in enumerate(people[::EVERY]):
                talk = _TALKS[number % len(_TALKS)]
                # From two months ago to an hour ago, thicker towards today.
                hours = 1 + int(58 * 24 * self.draw.random() ** 2)
                moment = self.now - timedelta(hours=hours)
                self.replay.awake(agency.pk, moment, partial(self._ask, talk, person, number))

    def _ask(self, talk: _Talk, person: Claimant, number: int, moment: datetime) -> None:
        text = Text(talk.question, self.replay.form_key_of(self.draw))
        message = writing.open_thread(
            person.pk,
            topic=talk.topic,
            subject=talk.subject,
            text=text,
            by=claimant(person.pk),
            now=moment,
        )
        self.replay.post(moment)
        if number % 13 == 12:
            return  # nobody answers: the clock says so
        days = self.draw.choice((0.2, 0.8, 1, 1.5, 2))
        self.replay.at_work(
            person.agency_id,
            moment + timedelta(days=days),
            partial(self._answer, talk, message.thread_id, number),
        )

    def _answer(self, talk: _Talk, thread_id: int, number: int, moment: datetime) -> None:
        thread = Thread.objects.select_related("agency", "advisor", "claimant").get(pk=thread_id)
        by = advisor(thread.advisor)
        reading.opened_by_service(thread, by=by, now=moment)
        expected = None
        if talk.expected:
            day = (moment + timedelta(days=8)).astimezone(thread.agency.place.zone).date()
            expected = Expected(talk.expected, clocks.day_end(day, thread.agency.place))
        said = Answer(
            Text(talk.answer, self.replay.form_key_of(self.draw)),
            via=Via.PHONE if number % 9 == 8 and not expected else Via.WEB,
            expected=expected,
            settles=number % 5 == 4 and not expected,
        )
        try:
            answering.answer(thread_id, said, seen=thread.as_seen, by=by, now=moment)
        except Refusal:
            return
        self.replay.post(moment)
        if number % 3:
            later = moment + timedelta(hours=self.draw.randrange(3, 60))
            self.replay.awake(thread.agency_id, later, partial(self._read, talk, thread_id))

    def _read(self, talk: _Talk, thread_id: int, moment: datetime) -> None:
        thread = Thread.objects.get(pk=thread_id)
        by = claimant(thread.claimant_id)
        reading.opened_by_person(thread, by=by, now=moment)
        if talk.reply:
            text = Text(talk.reply, self.replay.form_key_of(self.draw))
            writing.write(thread_id, text, by=by, now=moment)
            later = moment + timedelta(days=1)
            self.replay.at_work(thread.agency_id, later, partial(self._finish, thread_id))
        elif thread_id % 6 == 0:
            typed = {"body": "Bonjour, merci pour votre réponse. Une dernière question"}
            drafts.save(thread.claimant_id, thread.claimant_id, thread_id, typed, now=moment)

    def _finish(self, thread_id: int, moment: datetime) -> None:
        thread = Thread.objects.select_related("advisor").get(pk=thread_id)
        by = advisor(thread.advisor)
        reading.opened_by_service(thread, by=by, now=moment)
        text = Text(
            "Bonjour,\n\nMerci, le dossier est complet. La formation est acceptée. Bravo pour votre démarche !",
            self.replay.form_key_of(self.draw),
        )
        answering.answer(thread_id, Answer(text, settles=True), seen=thread.as_seen, by=by, now=moment)
        self.replay.post(moment)
