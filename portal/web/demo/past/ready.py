"""What the demo's advisors keep ready to answer with, a file one of them joined, and a first message begun."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Advisor, Claimant
from messaging.models import Message, Topic
from messaging.ready import blanks, keeping
from messaging.threads import answering, drafts, joined
from messaging.threads.answering import Answer
from messaging.threads.joined import Files
from messaging.threads.messages import Text
from portal.web.demo.past.history import Replay, advisor
from portal.web.demo.past.papers import pdf

# Luck of its own, so that nobody else's changes.
SEED = 20_261_128

_OF_THE_AGENCY = (
    (
        "Horaires et adresse",
        "Bonjour {prénom},\n\nVotre agence vous reçoit au {adresse}.\n\nNos horaires : {horaires}.\n\n"
        "Vous ne pouvez pas vous déplacer ? Appelez le {téléphone}, ou répondez à ce message.\n\n{signataire}",
    ),
    (
        "Rien à faire de votre côté",
        "Bonjour {prénom},\n\nNous avons bien reçu ce que vous avez envoyé. Vous n’avez rien d’autre à faire. "
        "Je vous écris dès que votre dossier avance.\n\n{signataire}",
    ),
    (
        "Venir accompagné",
        "Bonjour {prénom},\n\nOui, vous pouvez venir avec la personne de votre choix. Un interprète, un siège "
        "ou un peu plus de temps vous aideraient ? Dites-le-moi, nous l’organisons.\n\n{signataire}",
    ),
)
_OF_AN_ADVISOR = (
    (
        "Rappel du prochain rendez-vous",
        "Bonjour {prénom},\n\nVotre prochain rendez-vous : {date du prochain rendez-vous}.\n\n"
        "Cette date ne vous va pas ? Vous pouvez en choisir une autre dans votre espace, "
        "ou m’appeler au {téléphone}.\n\nÀ bientôt,\n{signataire}",
    ),
    (
        "Un CV à relire",
        "Bonjour {prénom},\n\nMerci pour votre CV. Je le relis et je vous dis ce que j’en pense avant la fin "
        "de la semaine.\n\n{signataire}",
    ),
    (
        "Félicitations, vous reprenez un emploi",
        "Bonjour {prénom},\n\nBravo, et bon courage pour vos premiers jours ! Pensez à votre actualisation : "
        "c’est elle qui met à jour votre paiement. Une question ? Je suis là.\n\n{signataire}",
    ),
)
_GUIDE = (
    "Préparer son entretien",
    "Relisez l’annonce. Choisissez trois réussites à raconter. Préparez deux questions à poser.",
)


class Ready:
    """Plans the texts of each agency, and what one advisor does with hers."""

    def __init__(self, replay: Replay) -> None:
        self.replay, self.now = replay, replay.now
        self.draw = random.Random(SEED)  # noqa: S311

    def plan(self) -> None:
        """Keep the texts weeks ago; join a file some days ago; begin a message this last working day."""
        for agency in self.replay.cast.agencies:
            team = [one for one in self.replay.cast.advisors if one.agency_id == agency.pk]
            weeks = self.now - timedelta(weeks=6)
            self.replay.at_work(agency.pk, weeks, partial(self._keep, team[0], _OF_THE_AGENCY, True))
            self.replay.at_work(agency.pk, weeks, partial(self._keep, team[1], _OF_AN_ADVISOR, False))
            reached = [
                one for one in self.replay.cast.claimants if one.advisor_id == team[1].pk and one.user.email
            ]
            days = self.now - timedelta(days=5)
            self.replay.at_work(agency.pk, days, partial(self._send_guide, team[1], reached[1]))
            self.replay.at_work(
                agency.pk, days + timedelta(hours=1), partial(self._begin, team[1], reached[2])
            )

    def _keep(self, who: Advisor, texts: tuple[tuple[str, str], ...], shared: bool, moment: datetime) -> None:
        for title, body in texts:
            keeping.add(who.pk, title=title, body=body, shared=shared, by=advisor(who), now=moment)

    def _send_guide(self, who: Advisor, person: Claimant, moment: datetime) -> None:
        """Write first, with a sheet joined: the person's own from then on."""
        title, words = _GUIDE
        file = SimpleUploadedFile(f"{title}.pdf", pdf(title, words, moment), "application/pdf")
        key = self.replay.form_key_of(self.draw)
        body = (
            "Bonjour {prénom},\n\nVotre entretien approche. Voici une fiche d’une page pour le préparer. "
            "Nous pouvons aussi répéter ensemble, par téléphone ou à l’agence.\n\n{signataire}"
        )
        filled = blanks.fill(body, [person], who, moment)[person.pk].text

        def write(documents: Sequence[int]) -> Message:
            return answering.open_for(
                person.pk,
                Answer(Text(filled, key, documents)),
                topic=Topic.JOB_SEARCH,
                subject="Une fiche pour préparer votre entretien",
                by=advisor(who),
                now=moment,
            )

        joined.sent(Files([file]), person, key, write, by=advisor(who), now=moment)
        self.replay.post(moment)

    def _begin(self, who: Advisor, person: Claimant, moment: datetime) -> None:
        typed = {
            "topic": str(Topic.JOB_SEARCH),
            "subject": "Le forum de l’emploi",
            "body": f"Bonjour {person.user.first_name},\n\nUn forum de l’emploi a lieu près de chez vous.",
        }
        drafts.save(who.pk, person.pk, None, typed, now=moment)
