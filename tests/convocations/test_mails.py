"""Each e-mail of this room, owed by its own process, says the same in both parts and gives nothing away."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from accounts.models import Claimant
from convocations import attendance, deeds
from convocations.absences import deciding, explaining, opening
from convocations.calendar import feed
from convocations.evidence import ledger
from convocations.justificatifs import reviewing
from convocations.models import Absence, Bindingness, Convocation, Justificatif, Modality
from convocations.motives import Motive
from convocations.scheduling import changing
from convocations.states import AbsenceState, ConvocationState, ReviewState
from messaging import emails
from messaging.emails import Mail, Row
from messaging.models import OutboxMessage
from portal.core import deadlines, outages
from portal.core.models import Document
from portal.core.models.document import DocumentState
from tests import factories
from tests.factories import NOW, acting
from tests.messaging.rendering import Shown, check_mail

pytestmark = pytest.mark.django_db

SECRET = "certificat-cancer.pdf"


def composed(kind: int, now: datetime) -> Mail:
    """The mail of this kind that was owed last, written at `now`."""
    owed = OutboxMessage.objects.filter(kind=kind).latest("id")
    row = Row(owed.id, owed.person_id, owed.subject_id, owed.occurrence, owed.step, owed.payload)
    known = emails.kind(kind)
    assert known is not None
    return known.compose([row], now)[owed.id]


def shown(kind: int, now: datetime, *, facts: tuple[str, ...] = ()) -> Shown:
    owed = OutboxMessage.objects.filter(kind=kind).select_related("person").latest("id")
    return check_mail(composed(kind, now), facts=facts, owed=owed, now=now)


def known_convocation(**fields) -> Convocation:
    convocation = factories.convocation(**fields)
    ledger.consult(convocation.pk, by=acting(convocation.claimant), now=NOW + timedelta(hours=1))
    return convocation


def work(now: datetime) -> None:
    deadlines.work(lambda: now)


@pytest.fixture
def absence() -> Absence:
    convocation = known_convocation()
    work(convocation.ends_at)
    now = convocation.ends_at + timedelta(hours=1)
    attendance.record(convocation.pk, ConvocationState.ABSENT, by=acting(convocation.advisor), now=now)
    return Absence.objects.select_related("convocation", "claimant__user", "advisor").get()


# --- an appointment -------------------------------------------------------------------


@pytest.mark.parametrize("modality", list(Modality))
@pytest.mark.parametrize(
    ("bindingness", "kind", "word"),
    [
        (Bindingness.CONVOCATION, deeds.MAIL_CONVOCATION, "Convocation"),
        (Bindingness.INVITATION, deeds.MAIL_INVITATION, "Invitation"),
    ],
)
def test_announcing_an_appointment(modality, bindingness, kind, word):
    facts = ("mercredi 2 décembre 2026 à 10 h", "45 minutes", "Camille")
    minutes = 45
    if modality == Modality.ASYNC_MESSAGE:
        # From 10 h on the 2nd to the midnight that ends the 4th.
        minutes = 62 * 60
        facts = ("du mercredi 2 décembre 2026 au vendredi 4 décembre 2026 inclus", "11 jours", "Camille")
    factories.convocation(modality=modality, bindingness=bindingness, minutes=minutes)
    mail = shown(kind, NOW, facts=facts)
    assert mail.message["Subject"].startswith(word)
    assert word.lower() in mail.text.lower()
    assert ("sans conséquence" in mail.text) == (bindingness == Bindingness.INVITATION)


@pytest.mark.parametrize("before", [timedelta(days=7), timedelta(days=2), timedelta(hours=2)])
def test_reminding_of_an_appointment(before):
    convocation = known_convocation()
    now = convocation.starts_at - before
    work(now)
    shown(deeds.MAIL_REMINDER, now, facts=("mercredi 2 décembre 2026 à 10 h",))


def test_reminding_of_what_has_begun_says_nothing():
    convocation = known_convocation()
    work(convocation.starts_at - timedelta(hours=2))
    with pytest.raises(KeyError):
        composed(deeds.MAIL_REMINDER, convocation.starts_at)


def test_writing_again_about_an_unread_convocation():
    convocation = factories.convocation()
    now = convocation.starts_at - timedelta(days=2)
    work(now)
    shown(deeds.MAIL_UNREAD, now, facts=("mercredi 2 décembre 2026 à 10 h",))


def test_cancelling_an_appointment():
    convocation = known_convocation()
    changing.cancel(convocation.pk, reason="Réunion.", by=acting(convocation.advisor), now=NOW)
    shown(deeds.MAIL_CANCELLED, NOW, facts=("mercredi 2 décembre 2026 à 10 h",))
    assert not composed(deeds.MAIL_CANCELLED, NOW).context["kind"], (
        "a summons above an appointment that is off"
    )


def test_moving_an_appointment():
    convocation = known_convocation()
    draft = factories.draft(convocation.claimant, starts_at=convocation.starts_at + timedelta(days=1))
    changing.move(
        convocation.pk,
        draft,
        reason="Réunion.",
        form_key=uuid.uuid4(),
        by=acting(convocation.advisor),
        now=NOW,
    )
    facts = ("mercredi 2 décembre 2026 à 10 h", "jeudi 3 décembre 2026 à 10 h")
    shown(deeds.MAIL_MOVED, NOW, facts=facts)


def test_moving_an_appointment_to_an_exchange_in_writing_gives_its_days_and_no_hour():
    convocation = known_convocation()
    draft = factories.draft(
        convocation.claimant,
        starts_at=convocation.starts_at + timedelta(days=1),
        minutes=62 * 60,
        modality=Modality.ASYNC_MESSAGE,
    )
    by = acting(convocation.advisor)
    changing.move(convocation.pk, draft, reason="Réunion.", form_key=uuid.uuid4(), by=by, now=NOW)
    days = "du jeudi 3 décembre 2026 au samedi 5 décembre 2026 inclus"
    mail = shown(deeds.MAIL_MOVED, NOW, facts=("mercredi 2 décembre 2026 à 10 h", days))
    assert "jeudi 3 décembre 2026 à 10 h" not in mail.text


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (ConvocationState.NOT_PROVEN, deeds.MAIL_NOT_PROVEN),
        (ConvocationState.TECH_INCIDENT, deeds.MAIL_TECH_INCIDENT),
    ],
)
def test_an_appointment_that_counts_for_nothing(outcome, kind):
    convocation = factories.convocation()
    work(convocation.ends_at)
    now = convocation.ends_at + timedelta(hours=1)
    attendance.record(convocation.pk, outcome, by=acting(convocation.advisor), now=now)
    shown(kind, now, facts=("mercredi 2 décembre 2026 à 10 h",))
    assert not composed(kind, now).context["kind"], "a summons above «il ne compte pas»"


# --- an absence -----------------------------------------------------------------------


def test_asking_to_explain_an_absence(absence):
    mail = shown(deeds.MAIL_ABSENCE_OPENED, absence.recorded_at, facts=("mercredi 2 décembre 2026 à 10 h",))
    assert "il vous reste" in mail.text
    assert "rien n’est décidé" in mail.text.lower()
    assert "annulé" not in mail.text


def explain(absence: Absence, now: datetime, documents: tuple[int, ...] = ()) -> None:
    explaining.explain(
        absence.pk,
        motive=Motive.HEALTH_SELF,
        text="Je suis soignée pour un cancer.",
        sworn=False,
        document_ids=documents,
        form_key=uuid.uuid4(),
        by=acting(absence.claimant),
        now=now,
    )


def test_receipt_of_an_explanation(absence):
    now = absence.recorded_at + timedelta(days=1)
    explain(absence, now)
    mail = shown(deeds.MAIL_ABSENCE_EXPLAINED, now, facts=("jeudi 3 décembre 2026",))
    assert "cancer" not in mail.text, "the content stays in the person's space"


@pytest.mark.parametrize(
    "outcome",
    [
        AbsenceState.EXCUSED,
        AbsenceState.CLOSED_NO_ACTION,
        AbsenceState.INVITED_TO_REGULARISE,
        AbsenceState.REFERRED,
    ],
)
def test_telling_a_decision(absence, outcome):
    now = absence.explanation_due_at + timedelta(hours=1)
    work(now)
    deciding.decide(
        absence.pk,
        outcome,
        reasons="Madame est soignée pour un cancer.",
        report="Faits." if outcome == AbsenceState.REFERRED else "",
        new_appointment=factories.draft(absence.claimant, starts_at=now + timedelta(days=9))
        if outcome == AbsenceState.INVITED_TO_REGULARISE
        else None,
        form_key=uuid.uuid4(),
        by=acting(absence.advisor),
        now=now,
    )
    mail = shown(deeds.MAIL_ABSENCE_DECIDED, now)
    assert "cancer" not in mail.text


def test_telling_that_nobody_decided_in_time(absence):
    now = absence.closes_at
    work(now)
    assert "en votre faveur" in shown(deeds.MAIL_ABSENCE_CLOSED, now).text


def test_telling_that_an_absence_was_an_error(absence):
    now = absence.recorded_at + timedelta(days=1)
    opening.correct(
        absence.pk, ConvocationState.ATTENDED, reason="Erreur.", by=acting(absence.advisor), now=now
    )
    shown(deeds.MAIL_ABSENCE_ANNULLED, now)


# --- a justificatif -------------------------------------------------------------------


def document(owner: Claimant, now: datetime) -> Document:
    return Document.objects.create(
        owner=owner.user,
        uploaded_by=owner.user,
        uploaded_at=now,
        title=SECRET,
        sha256=b"0" * 32,
        size=10,
        state=DocumentState.RECEIVED,
        clean_key="copie",
        scan="propre",
        settled_at=now,
        keep_until=now.date() + timedelta(days=100),
    )


@pytest.mark.parametrize("outcome", [ReviewState.ACCEPTED, ReviewState.INCOMPLETE, ReviewState.REFUSED])
def test_telling_what_became_of_a_justificatif(absence, outcome):
    now = absence.recorded_at + timedelta(days=1)
    explain(absence, now, (document(absence.claimant, now).pk,))
    reviewing.review(
        Justificatif.objects.get().pk,
        outcome,
        remark="" if outcome == ReviewState.ACCEPTED else "La date du traitement du cancer manque.",
        complete_by=now.date() + timedelta(days=8) if outcome == ReviewState.INCOMPLETE else None,
        by=acting(absence.advisor),
        now=now,
    )
    incomplete = ("vendredi 11 décembre 2026",) if outcome == ReviewState.INCOMPLETE else ()
    mail = shown(deeds.MAIL_REVIEW, now, facts=incomplete)
    assert "cancer" not in mail.text, "neither a remark nor the name of a file belongs in an e-mail"


def test_telling_that_a_file_could_not_be_read(absence):
    now = absence.recorded_at + timedelta(days=1)
    sent = document(absence.claimant, now)
    explain(absence, now, (sent.pk,))
    reviewing.tell_rejected(sent, now=now)
    assert "cancer" not in shown(deeds.MAIL_DOCUMENT_REJECTED, now).text


def test_telling_that_a_file_of_the_safe_could_not_be_read(absence):
    now = absence.recorded_at + timedelta(days=1)
    reviewing.tell_rejected(document(absence.claimant, now), now=now)
    assert "cancer" not in shown(deeds.MAIL_SAFE_DOCUMENT_REJECTED, now).text


# --- staff ----------------------------------------------------------------------------


def test_telling_a_supervisor_of_late_records():
    convocation = known_convocation()
    factories.advisor(convocation.agency, is_supervisor=True)
    work(convocation.ends_at)
    convocation.refresh_from_db()
    now = convocation.record_due_at + timedelta(minutes=1)
    work(now)
    mail = shown(deeds.MAIL_LATE_RECORDS, now)
    assert convocation.claimant.user.last_name not in mail.text


def test_telling_of_late_decisions(absence):
    factories.advisor(absence.agency, is_supervisor=True)
    now = absence.decide_by + timedelta(minutes=1)
    work(now)
    shown(deeds.MAIL_LATE_DECISIONS_ADVISOR, now)
    now += timedelta(days=10)
    work(now)
    shown(deeds.MAIL_LATE_DECISIONS_SUPERVISOR, now)


def test_giving_back_the_time_an_outage_took(absence):
    since = absence.explanation_due_at - timedelta(hours=10)
    until = since + timedelta(hours=1)
    outages.record(since, until, "Panne", by=acting(absence.advisor), now=until)
    work(until)
    mail = shown(
        deeds.MAIL_PERIOD_EXTENDED,
        until,
        facts=(
            "mercredi 9 décembre 2026, de 14 h à 15 h",
            "jeudi 10 décembre 2026 avant minuit",
            "demain avant minuit",
        ),
    )
    assert "Vous n’y êtes pour rien" in mail.text
    # Decided meanwhile, or too late to be of use: nothing is said.
    with pytest.raises(KeyError):
        composed(deeds.MAIL_PERIOD_EXTENDED, until + timedelta(days=3))


def test_no_kind_of_mail_is_forgotten_here():
    here = Path(__file__).parent
    others = (
        "test_following.py",
        "test_late_call_backs.py",
        "test_told_not_to_come.py",
        "requests/test_mails.py",
    )
    files = (Path(__file__), *(here / name for name in others))
    written = "".join(file.read_text() for file in files)
    kinds = [name for name in dir(deeds) if name.startswith("MAIL_")]
    assert len(kinds) > 10
    assert [name for name in kinds if f"deeds.{name}" not in written] == []


# --- a person's own calendar ----------------------------------------------------------


def test_a_new_address_of_the_calendar_is_told_and_never_written():
    claimant = factories.claimant()
    opened = feed.open_feed(claimant.pk, by=acting(claimant), now=NOW)
    told = shown(deeds.MAIL_FEED, NOW, facts=("lundi 23 novembre 2026 à 10 h", "/espace/agenda/"))
    key = feed.address_of(opened).rpartition("/")[2]
    assert key
    assert key not in told.html
    assert key not in told.text


def test_an_address_replaced_since_is_not_told_any_more():
    claimant = factories.claimant()
    opened = feed.open_feed(claimant.pk, by=acting(claimant), now=NOW)
    feed.renew(claimant.pk, opened.generation, by=acting(claimant), now=NOW + timedelta(minutes=1))
    owed = OutboxMessage.objects.filter(kind=deeds.MAIL_FEED).order_by("id")
    rows = [Row(one.id, one.person_id, one.subject_id, one.occurrence, one.step, None) for one in owed]
    known = emails.kind(deeds.MAIL_FEED)
    assert known is not None
    assert list(known.compose(rows, NOW)) == [rows[1].id]
