"""What the demo's people ask about their appointments, and what their advisors answer."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from accounts.models import Advisor
from convocations.models import Bindingness, ChangeRequest, Convocation, Modality
from convocations.motives import Motive
from convocations.requests import answering, asking, changing_mind, papers
from convocations.requests.asking import Wish
from convocations.scheduling.drafts import Draft
from convocations.states import REQUEST_WAITS_FOR_ADVISOR, ConvocationState
from portal.core.transitions import Refusal
from portal.web.demo.past.history import Replay, advisor, claimant

Kind, Channel = ChangeRequest.Kind, ChangeRequest.Channel
_REFUSED = "L’atelier de ce jour ne revient pas avant deux mois. Venez, nous verrons la suite ensemble."
_DOCS = "Votre contrat de travail, ou une attestation de votre employeur."


class Wishes:
    """Follows each request from its asking to its answer; draws for itself, so that nothing else changes."""

    def __init__(self, replay: Replay, free: Callable[[Advisor, datetime], datetime | None]) -> None:
        self.replay, self.free = replay, free
        self.draw = random.Random(11)  # noqa: S311 - the same people ask each time
        # One advisor is behind with answers: what their supervisor sees.
        self.slow = replay.cast.advisors[3].pk
        self.go_on: Callable[[int, Draft, datetime], None]

    def plan(self) -> None:
        """Let one request of each agency wait for documents today, whatever was drawn."""
        for agency in self.replay.cast.agencies:
            moment = self.replay.now - timedelta(days=4)
            self.replay.at_work(agency.pk, moment, partial(self._still_wanted, agency.pk))

    def _still_wanted(self, agency_id: int, moment: datetime) -> None:
        waiting = ChangeRequest.objects.filter(
            state__in=REQUEST_WAITS_FOR_ADVISOR,
            agency_id=agency_id,
            convocation__starts_at__gt=self.replay.now,
        )
        row = waiting.exclude(kind=Kind.INCIDENT).select_related("advisor__user").order_by("pk").last()
        row = row or self._asked_now(agency_id, moment)
        if row is not None:
            papers.ask_documents(row.pk, what=_DOCS, by=advisor(row.advisor), now=moment)
            self.replay.post(moment)

    def _asked_now(self, agency_id: int, moment: datetime) -> ChangeRequest | None:
        """Note a wish told on the phone, at an hour when none happens to wait."""
        ahead = Convocation.objects.filter(
            agency_id=agency_id,
            bindingness=Bindingness.CONVOCATION,
            state__in=[ConvocationState.READ, ConvocationState.ACKNOWLEDGED],
            starts_at__gt=self.replay.now,
        )
        found = ahead.select_related("advisor__user").order_by("pk").last()
        if found is None:
            return None
        wish = Wish(Kind.RESCHEDULE, motive=Motive.WORK, text="Commence un remplacement d’une semaine.")
        return self._ask(found.pk, wish, found.advisor, moment, Channel.PHONE)

    def follow(self, pk: int, draft: Draft, person: Advisor, read: datetime) -> None:
        """Decide whether a person who has read their convocation asks for something."""
        chance, asked = self.draw.random(), read + timedelta(hours=self.draw.randrange(3, 40))
        if chance < 0.06:
            self.replay.awake(person.agency_id, asked, partial(self._postpone, pk, draft, person))
        elif chance < 0.10:
            self.replay.awake(person.agency_id, asked, partial(self._another_manner, pk, draft, person))
        elif chance < 0.12:
            self.replay.at_work(person.agency_id, asked, partial(self._by_phone, pk, draft, person))
        elif chance < 0.16 and draft.modality == Modality.PHONE:
            during = draft.starts_at + timedelta(minutes=8)
            self.replay.at(during, partial(self._technical, pk, draft, person))

    def _ask(
        self,
        pk: int,
        wish: Wish,
        person: Advisor,
        moment: datetime,
        channel: ChangeRequest.Channel = Channel.WEB,
    ) -> ChangeRequest | None:
        by = (
            advisor(person)
            if channel != Channel.WEB
            else claimant(Convocation.objects.get(pk=pk).claimant_id)
        )
        try:
            row = asking.ask(
                pk, wish, form_key=self.replay.form_key_of(self.draw), by=by, now=moment, channel=channel
            )
        except Refusal:
            return None
        self.replay.post(moment)
        if row.is_pending:
            days = 30 if person.pk == self.slow else self.draw.choice([0, 1, 1, 2])
            answered = moment + timedelta(days=days, hours=3)
            self.replay.at_work(person.agency_id, answered, partial(self._answer, row.pk, person))
        return row

    def _postpone(self, pk: int, draft: Draft, person: Advisor, moment: datetime) -> None:
        starts_at = self.free(person, moment) if self.draw.random() < 0.7 else None
        wish = Wish(
            Kind.RESCHEDULE,
            text="" if starts_at else "Je garde ma petite-fille ce jour-là. Plutôt un matin.",
            motive="" if starts_at else Motive.CHILDCARE,
            starts_at=starts_at,
            ends_at=starts_at + (draft.ends_at - draft.starts_at) if starts_at else None,
        )
        row = self._ask(pk, wish, person, moment)
        if row is not None and not row.is_pending:
            self._go_on(row, draft, moment)

    def _another_manner(self, pk: int, draft: Draft, person: Advisor, moment: datetime) -> None:
        phone = draft.modality != Modality.PHONE
        name = str(Convocation.objects.select_related("claimant__user").get(pk=pk).claimant.user)
        wish = Wish(
            Kind.MODALITY,
            motive=Motive.TRANSPORT if phone else Motive.CONNECTIVITY,
            text="Le car ne passe plus chez moi le matin." if phone else "Le réseau coupe dans mon village.",
            modality=Modality.PHONE if phone else Modality.IN_PERSON,
            signed_name=name,
        )
        row = self._ask(pk, wish, person, moment)
        if row is not None and self.draw.random() < 0.15:
            later = moment + timedelta(minutes=30)
            by = claimant(draft.claimant_id)
            self.replay.at(later, lambda now: changing_mind.withdraw(row.pk, by=by, now=now))

    def _by_phone(self, pk: int, draft: Draft, person: Advisor, moment: datetime) -> None:
        wish = Wish(
            Kind.RESCHEDULE, motive=Motive.WORK, text="A trouvé trois jours d’intérim cette semaine-là."
        )
        row = self._ask(pk, wish, person, moment, Channel.PHONE)
        if row is not None and self.draw.random() < 0.4:
            by = claimant(draft.claimant_id)
            said = "C’est quatre jours, pas trois."
            self.replay.awake(
                person.agency_id,
                moment + timedelta(hours=5),
                lambda now: changing_mind.correct(row.pk, text=said, by=by, now=now),
            )

    def _technical(self, pk: int, draft: Draft, person: Advisor, moment: datetime) -> None:
        self._ask(pk, Wish(Kind.INCIDENT, text="Ça sonne, puis plus rien.", wants_call=True), person, moment)

    def _answer(self, request_id: int, person: Advisor, moment: datetime) -> None:
        row = ChangeRequest.objects.select_related("convocation").get(pk=request_id)
        if row.state not in REQUEST_WAITS_FOR_ADVISOR:
            return
        by = advisor(person)
        answering.open_request(row.pk, by=by, now=moment)
        try:
            self._decide(row, person, moment)
        except Refusal:
            return
        self.replay.post(moment)

    def _decide(self, row: ChangeRequest, person: Advisor, moment: datetime) -> None:
        by, chance = advisor(person), self.draw.random()
        if chance < 0.2 and row.kind != Kind.INCIDENT:
            papers.ask_documents(row.pk, what=_DOCS, by=by, now=moment)
            return
        if chance < 0.32 and row.kind != Kind.INCIDENT:
            answering.refuse(row.pk, reasons=_REFUSED, by=by, now=moment)
            return
        old = row.convocation
        lasts = old.ends_at - old.starts_at
        keeps = row.kind == Kind.MODALITY and old.starts_at > moment + timedelta(days=2)
        starts_at = None if keeps else self.free(person, moment)
        if not keeps and starts_at is None:
            return
        offer = answering.Offer(starts_at, starts_at + lasts) if starts_at else answering.Offer()
        if row.kind == Kind.MODALITY and chance > 0.7:
            offer = replace(offer, modality=Modality.KIOSK_VIDEO)
        answering.accept(row.pk, offer, reasons="C’est possible, à bientôt.", by=by, now=moment)

    def _go_on(self, row: ChangeRequest, draft: Draft, moment: datetime) -> None:
        successor = Convocation.objects.get(pk=row.convocation_id).successor
        if successor is None or successor.state != ConvocationState.ISSUED:
            return
        anew = Draft(
            **{
                **{name: getattr(draft, name) for name in draft.__slots__},
                "starts_at": successor.starts_at,
                "ends_at": successor.ends_at,
            }
        )
        self.go_on(successor.pk, anew, moment)
