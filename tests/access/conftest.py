"""The cast of the access table: the person convoked, her advisor, and everybody who must see nothing of hers."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from convocations import attendance
from convocations.absences import explaining
from convocations.calendar import feed
from convocations.evidence import call_backs, ledger
from convocations.evidence.call_backs import Asked
from convocations.models import Absence, CallTask, ChangeRequest, FollowUpTask, Justificatif
from convocations.motives import Motive
from convocations.requests import asking
from convocations.scheduling.issuing import issue_many
from convocations.states import ConvocationState
from measures.models import AppealCase, Effect
from measures.states import GraciousState
from messaging.ready import keeping
from portal.core import clock, deadlines, safe
from portal.core.documents.sandbox import caller
from portal.core.safe.receiving import DUE_CHECK
from tests import factories, people
from tests.factories import acting
from tests.measures.appeals import court_of
from tests.measures.cast import Cast
from tests.messaging.posting import made
from tests.messaging.threads import talk

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def _closing(ask):
    """Close each answer once it is read, as a server does: a download holds a file open until then."""

    def asked(**request):
        answer = ask(**request)
        # Not `answer.close()`: it would end the request, and with it the test's database connection.
        for close in answer._resource_closers:
            close()
        return answer

    return asked


@dataclass
class World:
    """One file with something of everything, and a browser for each kind of person."""

    browsers: dict[str, Client]
    # What a part of an address stands for: its name in the URL conf, by the page it belongs to.
    parts: dict[str, str]


def _owed(advisor, delegate, since: datetime) -> Effect:
    """What is owed to somebody else of hers whose appeal was granted."""
    person = factories.claimant(advisor, benefit_status="ARE", daily_allowance=Decimal("31.59"))
    won = Cast(advisor, person, delegate, now=since)
    filed = court_of.files(won, court_of.contested(won))
    court_of.answers(won, filed, GraciousState.GRANTED)
    return Effect.objects.filter(case=filed.appeal.case, done_at=None).earliest("pk")


@pytest.fixture
def world(db, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    cache.clear()
    now = clock.now()
    agency, elsewhere = factories.agency(), factories.agency()
    advisor, colleague = factories.advisor(agency), factories.advisor(agency)
    supervisor = factories.advisor(agency, is_supervisor=True)
    person = factories.claimant(advisor, benefit_status="ARE", daily_allowance=Decimal("31.59"))
    stranger = factories.claimant(advisor)
    deciding = Cast(advisor, person, people.make_decision_maker("Bretagne"), now=now - timedelta(days=40))
    # Answered, decided, in force: each paper of a procedure is there.
    procedure = deciding.in_force(says="Mon train était supprimé.")
    # And what follows: she asks to lift it, and contests it.
    court_of.asks_lift(deciding, procedure)
    court_of.files(deciding, AppealCase.objects.get(case=procedure))
    owed_by_us = _owed(advisor, deciding.delegate, now - timedelta(days=40))
    coming = factories.convocation(person, now=now, starts_at=now + timedelta(days=9))
    missed = factories.convocation(person, now=now - timedelta(days=20), starts_at=now - timedelta(days=9))
    ledger.consult(missed.pk, by=acting(person), now=now - timedelta(days=19))
    attendance.record(missed.pk, ConvocationState.ABSENT, by=acting(advisor), now=now - timedelta(days=8))
    absence = Absence.objects.get()
    sent = safe.receive(
        [SimpleUploadedFile("mot.pdf", PDF)], owner=person.user, by=acting(person), title="Mot", now=now
    )
    deadlines.work_slowly(DUE_CHECK, lambda: now)
    explaining.explain(
        absence.pk,
        motive=Motive.TRANSPORT,
        text="Le train.",
        sworn=True,
        document_ids=[sent.documents[0].pk],
        form_key=uuid.uuid4(),
        by=acting(person),
        now=now,
    )
    call = CallTask.objects.create(
        convocation=coming, claimant=person, advisor=advisor, reason="UNREAD", opened_at=now, due_at=now
    )
    asked = call_backs.ask(person.pk, Asked("OTHER", "06 11 22 33 44", "ANY"), by=acting(person), now=now)
    owed = FollowUpTask.objects.create(
        claimant=person,
        advisor=advisor,
        agency=agency,
        reason="IN_PERSON",
        convocation=coming,
        opened_at=now,
        due_at=now,
    )
    another = factories.convocation(person, now=now, starts_at=now + timedelta(days=15))
    wanted = asking.ask(
        another.pk,
        asking.Wish(ChangeRequest.Kind.RESCHEDULE, text="Un autre jour."),
        form_key=uuid.uuid4(),
        by=acting(person),
        now=now,
    )
    said = talk.ask(person, now=now)
    text = keeping.add(
        advisor.pk, title="Accueil", body="Bonjour {prénom}", shared=False, by=acting(advisor), now=now
    )
    key = uuid.uuid4()
    issue_many(
        [factories.draft(person, starts_at=now + timedelta(days=11))],
        form_key=key,
        by=acting(advisor),
        now=now,
    )
    batch, on_paper = made.some(advisor, by=acting(supervisor), now=now)
    browsers = {
        "nobody": Client(),
        "person": people.signed_in(person),
        "stranger": people.signed_in(stranger),
        "advisor": people.signed_in(advisor),
        "colleague": people.signed_in(colleague),
        "supervisor": people.signed_in(supervisor),
        "other agency": people.signed_in(factories.advisor(elsewhere)),
        "other supervisor": people.signed_in(factories.advisor(elsewhere, is_supervisor=True)),
        "decision maker": people.signed_in(deciding.delegate),
        "other region": people.signed_in(people.make_decision_maker()),
        "controller": people.signed_in(people.make_controller()),
        "partner": people.signed_in(people.make_partner()),
        "admin": people.signed_in(people.make_admin()),
    }
    for browser in browsers.values():
        browser.raise_request_exception = False
        browser.request = _closing(browser.request)
    parts = {
        "convocations": str(coming.ref),
        "absences": str(absence.ref),
        "demandeurs": str(person.ref),
        "justificatifs": str(Justificatif.objects.get().ref),
        "appels": str(call.ref),
        "rappel": str(asked.ref),
        "messages": str(said.ref),
        "reponses-types": str(text.ref),
        "demandes": str(wanted.ref),
        "suivis": str(owed.ref),
        "documents": str(sent.documents[0].ref),
        "piece": str(Justificatif.objects.get().ref),
        "lots": str(batch.ref),
        "lettres": str(on_paper.ref),
        "procedures": str(procedure.ref),
        "recours": str(AppealCase.objects.get(decision__case=procedure).ref),
        "decisions": str(procedure.ref),
        "number": "1",
        "owed": str(owed_by_us.pk),
        "key": str(key),
        "feed": feed.address_of(feed.open_feed(person.pk, by=acting(person), now=now)).split("/")[-1][:-4],
    }
    yield World(browsers, parts)
    caller.close()
