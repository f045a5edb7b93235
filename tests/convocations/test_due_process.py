"""No sequence of acts and clock moves reaches an absence that was not validly notified.

A random walk plays claimant, advisor and time over real rows; after each step the evidence ledger is read
with plain SQL, written without the code it judges. A walk is named by its seed: a failure prints its steps.
"""

import random
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction

from convocations import attendance
from convocations.absences import deciding, explaining, opening
from convocations.evidence import calls, ledger
from convocations.models import Absence, Bindingness, CallTask, ChangeRequest, Convocation, Fact
from convocations.motives import Motive
from convocations.requests import answering, asking, changing_mind, papers
from convocations.scheduling import changing
from convocations.states import ABSENCE_DECIDED, RECORDABLE, AbsenceState, ConvocationState
from portal.core import deadlines
from tests import factories, walks
from tests.factories import NOW, acting

LEADS = [timedelta(hours=hours) for hours in (3, 30, 47, 49, 100, 200, 400)]
STEPS = [timedelta(hours=hours) for hours in (1, 5, 23, 47, 49, 100, 300)]


LENGTH = 50


class DueProcess(walks.Walk):
    """One walk: an advisor, a person, and whatever they and time may do next."""

    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        self.advisor = factories.advisor()
        self.person = factories.claimant(self.advisor)
        self.now = NOW
        self.ids: list[int] = []

    def begin(self) -> None:
        self.one_ordinary_convocation(self.draw.randrange(5))

    def holds(self) -> None:
        self.reached.update(Absence.objects.values_list("state", flat=True))
        self.reached.update(Convocation.objects.values_list("state", flat=True))
        self.every_absence_stands_on_proof()
        self.a_referral_waited_and_was_decided_by_a_person()
        self.time_alone_never_records_an_absence()
        self.nobody_is_absent_where_a_request_waited()
        self.no_postponement_is_counted_that_must_not_be()

    attempt = staticmethod(walks.attempt)

    def some(self, number):
        """Give one of the appointments; the newest are the likeliest."""
        return self.ids[number % len(self.ids)]

    def absence(self, number):
        found = list(Absence.objects.order_by("pk").values_list("pk", flat=True))
        return found[number % len(found)] if found else None

    def one_ordinary_convocation(self, depth):
        self.issue(lead=timedelta(hours=200), offer=False, agreed=False)
        if depth > 0:
            self.read(0)
        if depth > 1:
            self.its_hour_passes(0, timedelta(minutes=5))
        if depth > 2:
            self.not_there(0)
        if depth > 3:
            self.time_passes(timedelta(days=9), tick=True)

    def issue(self, lead, offer, agreed):
        drafted = factories.draft(
            self.person,
            starts_at=self.now + lead,
            bindingness=Bindingness.INVITATION if offer else Bindingness.CONVOCATION,
            short_notice_agreed="Accord donné par téléphone" if agreed else "",
        )
        issued = self.attempt(
            factories.issue, drafted, form_key=uuid.uuid4(), by=acting(self.advisor), now=self.now
        )
        if issued is not None:
            self.ids.append(issued.pk)

    def time_passes(self, step, tick):
        self.now += step
        if tick:
            deadlines.work(lambda: self.now)

    def its_hour_passes(self, number, late):
        ends_at = Convocation.objects.values_list("ends_at", flat=True).get(pk=self.some(number))
        self.now = max(self.now, ends_at + late)
        deadlines.work(lambda: self.now)

    def not_there(self, number):
        """The advisor tries to record an absence, and what is allowed when it is refused."""
        by = acting(self.advisor)
        for outcome in (ConvocationState.ABSENT, ConvocationState.NOT_PROVEN):
            self.attempt(attendance.record, self.some(number), outcome, by=by, now=self.now)

    def read(self, number):
        self.attempt(ledger.consult, self.some(number), by=acting(self.person), now=self.now)

    def acknowledge(self, number):
        self.attempt(ledger.acknowledge, self.some(number), by=acting(self.person), now=self.now)

    def letter(self, number, back, fact):
        self.attempt(
            ledger.note_letter,
            self.some(number),
            fact,
            at=self.now - back,
            detail="",
            by=acting(self.advisor),
            now=self.now,
        )

    def call(self, number, reached):
        found = list(CallTask.objects.order_by("pk").values_list("pk", flat=True))
        if found:
            task = found[number % len(found)]
            self.attempt(calls.log_call, task, reached=reached, by=acting(self.advisor), now=self.now)

    def record(self, number, outcome):
        self.attempt(
            attendance.record,
            self.some(number),
            ConvocationState(outcome),
            by=acting(self.advisor),
            now=self.now,
        )

    def reopen(self, number):
        self.attempt(
            attendance.reopen, self.some(number), reason="Erreur.", by=acting(self.advisor), now=self.now
        )

    def cancel(self, number):
        self.attempt(
            changing.cancel, self.some(number), reason="Grève.", by=acting(self.advisor), now=self.now
        )

    def move(self, number, lead):
        moved = self.attempt(
            changing.move,
            self.some(number),
            factories.draft(self.person, starts_at=self.now + lead),
            reason="Autre date.",
            form_key=uuid.uuid4(),
            by=acting(self.advisor),
            now=self.now,
        )
        if moved is not None:
            self.ids.append(moved.pk)

    def decide(self, number, outcome):
        if (absence := self.absence(number)) is not None:
            drafted = factories.draft(self.person, starts_at=self.now + timedelta(days=9, minutes=number))
            self.attempt(
                deciding.decide,
                absence,
                AbsenceState(outcome),
                reasons="Raisons.",
                report="Faits.",
                new_appointment=drafted,
                by=acting(self.advisor),
                now=self.now,
            )

    def explain(self, number):
        if (absence := self.absence(number)) is not None:
            self.attempt(
                explaining.explain,
                absence,
                motive=Motive.OTHER,
                text="J’ai été retenue.",
                sworn=True,
                document_ids=[],
                form_key=uuid.uuid4(),
                by=acting(self.person),
                now=self.now,
            )

    def correct(self, number):
        if (absence := self.absence(number)) is not None:
            self.attempt(
                opening.correct,
                absence,
                ConvocationState.ATTENDED,
                reason="Erreur.",
                by=acting(self.advisor),
                now=self.now,
            )

    def ask(self, number, kind, lead, motive):
        """The person asks for another date, another manner, or says that the technique failed."""
        hour = (
            {"starts_at": self.now + lead, "ends_at": self.now + lead + timedelta(minutes=45)} if lead else {}
        )
        asked = self.attempt(
            asking.ask,
            self.some(number),
            asking.Wish(
                kind=ChangeRequest.Kind(kind),
                motive=motive,
                modality="VIDEO" if kind == "MODALITY" else "",
                signed_name=str(self.person.user) if motive else "",
                **hour,
            ),
            form_key=uuid.uuid4(),
            by=acting(self.person),
            now=self.now,
        )
        if asked is not None:
            asked.convocation.refresh_from_db()
            if asked.convocation.successor_id:
                self.ids.append(asked.convocation.successor_id)

    def answer(self, number, deed):
        found = list(ChangeRequest.objects.order_by("-pk").values_list("pk", flat=True))
        if not found:
            return
        request, by = found[number % len(found)], acting(self.advisor)
        lead = self.now + timedelta(days=9, minutes=number)
        offer = answering.Offer(starts_at=lead, ends_at=lead + timedelta(minutes=45))
        deeds = {
            "accept": lambda: answering.accept(request, offer, by=by, now=self.now),
            "refuse": lambda: answering.refuse(request, reasons="Raisons.", by=by, now=self.now),
            "documents": lambda: papers.ask_documents(request, what="Un contrat.", by=by, now=self.now),
            "withdraw": lambda: changing_mind.withdraw(request, by=acting(self.person), now=self.now),
        }
        self.attempt(deeds[deed])

    def force_by_hand(self, number, state):
        """Go round every process: the database still refuses."""
        if self.ids:
            try:
                with transaction.atomic():
                    Convocation.objects.filter(pk=self.some(number)).update(
                        state=state,
                        known_at=NOW,
                        deposited_at=NOW,
                        recorded_at=self.now,
                        recorded_by=self.advisor.user,
                    )
            except Exception as error:
                known = ("validly", "nothing_follows", "evidence", "frozen by a request")
                assert any(word in str(error) for word in known), error

    def every_absence_stands_on_proof(self):
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT count(*) FROM convocations_convocation c
                LEFT JOIN convocations_absence a ON a.convocation_id = c.id
                WHERE (c.state = 'ABSENT' OR a.id IS NOT NULL)
                  AND (c.bindingness <> 'CONVOCATION'
                    OR c.issued_at + interval '48 hours' > c.starts_at
                    OR NOT EXISTS (SELECT 1 FROM convocations_deliveryevidence e
                        WHERE e.convocation_id = c.id AND e.at < c.starts_at
                          AND e.fact IN ('CONSULTED', 'ACKNOWLEDGED', 'LETTER_DELIVERED', 'PHONE_CONFIRMED')))
                """
            )
            assert cursor.fetchone()[0] == 0

    def a_referral_waited_and_was_decided_by_a_person(self):
        assert not Absence.objects.filter(state=AbsenceState.REFERRED, decided_by=None).exists()
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT count(*) FROM convocations_absence
                WHERE state = 'REFERRED' AND decided_at < recorded_at + interval '5 days'
                """
            )
            assert cursor.fetchone()[0] == 0

    def time_alone_never_records_an_absence(self):
        assert not Convocation.objects.filter(state__in=[*RECORDABLE], recorded_by=None).exists()

    def nobody_is_absent_where_a_request_waited(self):
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT count(*) FROM convocations_convocation c JOIN convocations_changerequest r
                  ON r.convocation_id = c.id
                WHERE c.state = 'ABSENT'
                  AND (r.closed_at IS NULL OR (r.submitted_at < c.starts_at AND r.closed_at >= c.starts_at))
                """
            )
            assert cursor.fetchone()[0] == 0

    def no_postponement_is_counted_that_must_not_be(self):
        exempt = ["JOB_INTERVIEW", "WORK", "TRAINING", "AGENCY_ERROR"]
        requests = ChangeRequest.objects.filter(claimant=self.person)
        assert not requests.filter(counts=True, motive__in=exempt).exists()
        assert not requests.filter(counts=True).exclude(kind="RESCHEDULE").exists()
        tolerated = requests.filter(rule="TOLERATED").order_by("submitted_at")
        for row in tolerated:
            since = row.submitted_at - timedelta(days=364)
            assert tolerated.filter(submitted_at__gt=since, submitted_at__lte=row.submitted_at).count() <= 2
        assert not requests.filter(state="REFUSED", decided_by=None).exists()


NUMBER = range(8)
CHOICES = {
    "issue": {"lead": LEADS, "offer": [False, False, True], "agreed": [False, True]},
    "time_passes": {"step": STEPS, "tick": [False, True]},
    "its_hour_passes": {"number": NUMBER, "late": [timedelta(minutes=5), timedelta(days=9)]},
    "not_there": {"number": NUMBER},
    "read": {"number": NUMBER},
    "acknowledge": {"number": NUMBER},
    "letter": {"number": NUMBER, "back": STEPS, "fact": [Fact.LETTER_POSTED, Fact.LETTER_DELIVERED]},
    "call": {"number": NUMBER, "reached": [False, True]},
    "record": {"number": NUMBER, "outcome": sorted(RECORDABLE)},
    "reopen": {"number": NUMBER},
    "cancel": {"number": NUMBER},
    "move": {"number": NUMBER, "lead": LEADS},
    "decide": {"number": NUMBER, "outcome": sorted(ABSENCE_DECIDED)},
    "explain": {"number": NUMBER},
    "correct": {"number": NUMBER},
    "ask": {
        "number": NUMBER,
        "kind": ["RESCHEDULE", "RESCHEDULE", "MODALITY", "INCIDENT"],
        "lead": [None, timedelta(hours=49), timedelta(days=8)],
        "motive": ["", "CHILDCARE", "JOB_INTERVIEW"],
    },
    "answer": {"number": NUMBER, "deed": ["accept", "refuse", "documents", "withdraw"]},
    "force_by_hand": {"number": NUMBER, "state": ["ABSENT", "EXCUSED"]},
}
ACTS = sorted(CHOICES)


@pytest.mark.django_db
def test_no_sequence_of_acts_reaches_an_absence_without_valid_notice():
    reached = walks.go(DueProcess, walks.seeds(45, new=5), LENGTH, ACTS, CHOICES)
    # A walk that never records an absence would prove nothing.
    for state in (
        "ABSENT",
        "NOT_PROVEN",
        "EXCUSED",
        "REFERRED",
        "ANNULLED",
        "CLOSED_NO_ACTION",
        "SUPERSEDED",
        "RESCHEDULE_PENDING",
    ):
        assert reached[state], f"the acts never reached {state}: {reached}"
