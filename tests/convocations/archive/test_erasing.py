"""A file whose two periods are over is erased whole, by the owner alone; nothing younger, held or open is."""

import io
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Claimant, User, WebWish
from convocations.archive import erasing
from convocations.models import Convocation
from portal.core import journal, parameters, personal_data
from portal.core.models import Deadline, Document, ErasedLine, Erasure, JournalEntry
from portal.core.parameters import DEFAULTS
from tests import factories
from tests.convocations.archive.conftest import SECRETS, touch
from tests.core.journal.conftest import NOW, SEEN, seal_all

pytestmark = pytest.mark.django_db(transaction=True)

TEN_YEARS = DEFAULTS.retention_file_years + DEFAULTS.retention_archive_years


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("erase_files", *arguments, stdout=out)
    return out.getvalue()


def everything_written() -> str:
    """Every value of every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        told = []
        for table in tables:
            cursor.execute(f'SELECT string_agg(row_to_json(t)::text, %s) FROM "{table}" t', ["\n"])
            told.append(cursor.fetchone()[0] or "")
    return "\n".join(told)


def columns_of_people() -> list[tuple]:
    return [
        (model, field.attname)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in (User, Claimant) or field.name == "file_id"
    ]


def test_nothing_of_the_file_is_left_but_a_proof_that_names_nobody(old):
    before = everything_written()
    LogEntry.objects.create(
        user=factories.user("ADMIN"),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(old.person.pk),
        object_repr=f"{old.user}",
        action_flag=2,
    )
    others = Convocation.objects.exclude(claimant=old.person).count()
    for secret in SECRETS:
        assert secret in before
    assert old.ref
    assert default_storage.exists(old.key)
    said = command("--erase", "--limit", "1")
    assert "1 files erased" in said
    after = everything_written()
    for secret in SECRETS:
        assert secret not in after
    for model, column in columns_of_people():
        rows = model._base_manager.filter(**{column: old.person.pk})
        assert not rows.exists() or model is User, (model, column)
    assert not default_storage.exists(old.key)
    shell = User.objects.get(pk=old.person.pk)
    assert (shell.email, shell.first_name, shell.last_name, shell.is_active) == (None, "", "", False)
    assert not shell.has_usable_password()
    # Everybody else's is untouched.
    assert Convocation.objects.count() == others
    proof = Erasure.objects.get()
    assert proof.file_id is None
    assert proof.counts["convocations_convocation"] >= 6
    assert proof.counts["messaging_message"] == 1
    assert proof.counts["convocations_deliveryevidence"] > 0
    assert proof.counts["core_deadline"] > 0
    assert proof.lines == ErasedLine.objects.count() > 10


def ways_to_people(model, seen=()) -> list[str]:
    """Give every way from a row of this table to an account or a file, through other tables too."""
    ways = []
    for field in model._meta.concrete_fields:
        target = field.related_model
        if target in (User, Claimant):
            ways.append(field.attname)
        elif target is not None and target not in seen and target is not model:
            ways += [f"{field.name}__{way}" for way in ways_to_people(target, (*seen, model))]
    return ways


def rows_of(person_id: int) -> dict:
    """Give the rows of every table from which some way leads to this person."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        for way in ways_to_people(model):
            found.setdefault(model, set()).update(
                model._base_manager.filter(**{way: person_id}).values_list("pk", flat=True)
            )
    return found


# One that waits keeps its file from going at all (`test_a_file_stays_for_a_wish`).
NOT_IN_A_CLOSED_FILE = {WebWish}


def test_no_way_through_any_table_leads_to_an_erased_person(old):
    Authenticator.objects.create(user=old.user, type=Authenticator.Type.TOTP, data={})
    then = old.now - timedelta(days=4300)
    UserSession.objects.create(
        user=old.user, session_key="k", ip="127.0.0.1", user_agent="x", created_at=then, last_seen_at=then
    )
    before = rows_of(old.person.pk)
    held = {part.model for part in personal_data.parts()} & before.keys()
    # The world holds a row of each, or this would find nothing because nothing was there.
    assert {model for model in held if not before[model]} <= NOT_IN_A_CLOSED_FILE
    command("--erase", "--limit", "1")
    after = rows_of(old.person.pk)
    assert {model: rows for model, rows in after.items() if rows} == {}
    for model, rows in before.items():
        # Lines of the journal stay, empty.
        left = model._base_manager.filter(pk__in=rows)
        assert not left.exists() or model is JournalEntry, model


def test_the_chain_verifies_before_and_after_and_tells_the_erasure(old, capsys):
    entries, head = journal.verify().entries, journal.head()
    command("--erase", "--limit", "1")
    seal_all(old.now)
    verdict = journal.verify()
    assert verdict.intact, verdict.breaks
    assert verdict.entries == entries + 1
    assert (verdict.erasures, verdict.emptied) == (1, Erasure.objects.get().lines)
    assert journal.knows(head)
    call_command("verify_journal")
    assert "(erased files): 1" in capsys.readouterr().out
    line = JournalEntry.objects.get(code=journal.ERASED.number)
    assert (line.actor_id, line.file_id, line.ip) == (None, None, None)
    assert not any(secret in str(line.data) for secret in (*SECRETS, old.ref))


def test_a_run_without_erase_reports_and_changes_nothing(old):
    before = everything_written()
    said = command()
    assert "would be erased" in said
    assert everything_written() == before


def test_a_second_run_finds_nothing_more(old):
    command("--erase")
    left = everything_written()
    assert "0 files erased" in command("--erase")
    assert everything_written() == left
    assert journal.verify().intact


def test_the_proof_answers_who_has_the_reference_and_nobody_else(old):
    with pytest.raises(CommandError, match="No erased file"):
        command("--was", old.ref)
    command("--erase", "--limit", "1")
    assert f"Erased on {old.now:%Y-%m-%d}" in command("--was", old.ref.lower())
    with pytest.raises(CommandError, match="No erased file"):
        command("--was", "DE-0000-0000")
    assert old.ref not in everything_written()
    assert str(Claimant._meta.get_field("ref").get_prep_value(old.ref)) not in everything_written()


# --- what stays --------------------------------------------------------------------

DAY = timedelta(days=1)


def _younger(old, sql: str, *more) -> None:
    """Something of the file happened one day after the day its time would be over."""
    edge = old.now.replace(year=old.now.year - TEN_YEARS) + DAY
    touch(sql, [edge, *more, old.person.pk])


YOUNGER = {
    "appointment": "UPDATE convocations_convocation SET ends_at = %s"
    " WHERE id = (SELECT max(id) FROM convocations_convocation WHERE claimant_id = %s)",
    "message": "UPDATE messaging_thread SET last_at = %s WHERE claimant_id = %s",
    "sign-in": "UPDATE accounts_user SET last_login = %s WHERE id = %s",
    "contact": "UPDATE accounts_claimant SET last_contact_at = %s WHERE user_id = %s",
    "registration": "UPDATE accounts_claimant SET registered_on = %s WHERE user_id = %s",
    "document": "UPDATE core_document SET uploaded_at = %s WHERE owner_id = %s",
    "absence": "UPDATE convocations_absence SET decided_at = %s WHERE claimant_id = %s",
}


@pytest.mark.parametrize("what", YOUNGER)
def test_a_file_with_something_one_day_younger_stays(old, what):
    _younger(old, YOUNGER[what])
    _is_kept(old, "erasure_is_due")


def test_a_file_in_which_a_line_was_written_during_the_archive_stays(old):
    with transaction.atomic():
        journal.record(SEEN, by=journal.PORTAL, now=old.now - timedelta(days=400), file_id=old.person.pk)
    seal_all(old.now)
    _is_kept(old, "erasure_is_due")


def test_a_file_that_came_out_of_the_archive_stays(old):
    touch("UPDATE accounts_claimant SET archived_at = NULL WHERE user_id = %s", [old.person.pk])
    _is_kept(old, "erasure_is_due")


HELD = {
    "an appeal": "UPDATE core_document SET hold = true WHERE owner_id = %s",
    "an appointment": "UPDATE convocations_convocation SET state = 'AWAITING_STATUS', record_due_at = ends_at"
    " WHERE id = (SELECT min(id) FROM convocations_convocation WHERE claimant_id = %s)",
    "a request": "UPDATE convocations_changerequest SET state = 'UNDER_REVIEW', closed_at = NULL"
    " WHERE id = (SELECT min(id) FROM convocations_changerequest WHERE claimant_id = %s)",
    "a review": "UPDATE convocations_justificatif SET state = 'IN_REVIEW' WHERE claimant_id = %s",
    "a call": "UPDATE convocations_calltask SET state = 'OPEN', closed_at = NULL WHERE id ="
    " (SELECT min(id) FROM convocations_calltask WHERE claimant_id = %s)",
    "a follow-up": "UPDATE convocations_followuptask SET state = 'OPEN', closed_at = NULL"
    " WHERE reason = 'IN_PERSON' AND claimant_id = %s",
    "an e-mail": "UPDATE messaging_outboxmessage SET state = 0, settled_at = NULL WHERE id ="
    " (SELECT min(id) FROM messaging_outboxmessage WHERE person_id = %s)",
    "a letter": "UPDATE messaging_letter SET state = 'BATCHED', posted_at = NULL WHERE id ="
    " (SELECT min(id) FROM messaging_letter WHERE claimant_id = %s)",
    "a deadline": "UPDATE core_deadline SET state = 0, closed_at = NULL WHERE kind = 102 AND subject_id IN"
    " (SELECT id FROM convocations_convocation WHERE claimant_id = %s)",
    "a stuck deadline": "UPDATE core_deadline SET state = 5, closed_at = NULL WHERE kind = 121 AND subject_id IN"
    " (SELECT id FROM convocations_absence WHERE claimant_id = %s)",
}


@pytest.mark.parametrize("what", HELD)
def test_a_file_stays_for(old, what):
    touch(HELD[what], [old.person.pk])
    _is_kept(old, "erasure_meets_no_hold")


def test_a_file_stays_for_a_wish(old):
    WebWish.objects.create(claimant=old.person, wished_at=NOW, self_test={})
    _is_kept(old, "erasure_meets_no_hold")


def _is_kept(old, guard: str) -> None:
    before = everything_written()
    with pytest.raises(erasing.StillKept) as refused:
        erasing.erase(old.person.pk, now=old.now)
    assert refused.value.__cause__.__cause__.diag.constraint_name == guard
    # Asked by the command, it is not among those that go.
    assert "files stay" in command() or guard == "erasure_is_due"
    assert everything_written() == before


def test_who_is_beyond_the_years_of_a_longer_parameter_only_waits(old):
    touch(
        "INSERT INTO core_parameteroverride (key, value, updated_at)"
        " VALUES ('retention_archive_years', '20', now())"
    )
    parameters.forget()
    try:
        assert "0 files would be erased" in command()
        _is_kept(old, "erasure_is_due")
    finally:
        parameters.forget()


def test_the_database_knows_the_default_years_the_parameters_declare():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('erasure_is_due'::regproc)")
        (definition,) = cursor.fetchone()
    assert f"'retention_file_years', {DEFAULTS.retention_file_years})" in definition
    assert f"'retention_archive_years', {DEFAULTS.retention_archive_years})" in definition


def test_a_moved_clock_erases_nothing_before_its_time(old, monkeypatch):
    _younger(old, YOUNGER["sign-in"])
    monkeypatch.setattr("portal.core.clock.now", lambda: old.now + timedelta(days=4000))
    # Of the others' files the database's own clock says that they are over.
    command("--erase")
    assert Claimant.objects.filter(pk=old.person.pk).exists()
    with pytest.raises(erasing.StillKept):
        erasing.erase(old.person.pk, now=old.now + timedelta(days=4000))


# --- half a file, or another way -----------------------------------------------------


def test_what_is_begun_and_not_closed_is_not_committed(old):
    with pytest.raises(IntegrityError, match="is not at its end"), transaction.atomic():
        Erasure.objects.create(
            at=old.now, file_id=old.person.pk, mark=b"0" * 32, active_years=3, archive_years=7
        )
    assert not Erasure.objects.exists()


def test_an_erasure_that_fails_half_way_leaves_the_file_whole(old, monkeypatch):
    before = everything_written()
    monkeypatch.setattr(journal, "record_erasure", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erasing.erase(old.person.pk, now=old.now)
    assert everything_written() == before
    assert default_storage.exists(old.key)


def while_erasing(old, sql: str, *values) -> None:
    """Do something more in the transaction that erases a file."""
    with transaction.atomic():
        Erasure.objects.create(
            at=old.now, file_id=old.person.pk, mark=b"0" * 32, active_years=3, archive_years=7
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, values)


def test_while_one_file_is_erased_no_row_of_another_goes(old):
    theirs = (
        "DELETE FROM convocations_deliveryevidence WHERE convocation_id IN"
        " (SELECT id FROM convocations_convocation WHERE claimant_id = %s)"
    )
    with pytest.raises(DatabaseError, match="append-only"):
        while_erasing(old, theirs, old.unread.claimant_id)


@pytest.mark.parametrize(
    "change",
    [
        """data = '{"what": "a lie"}'""",
        "file_id = NULL, subject_id = NULL, actor_id = NULL, actor_role = '', data = '{}', ip = NULL, code = 1",
        "file_id = NULL, subject_id = NULL, actor_id = NULL, actor_role = '', data = '{}', ip = NULL, at = now()",
        # Emptied as it should be, but its digest was not kept.
        "file_id = NULL, subject_id = NULL, actor_id = NULL, actor_role = '', data = '{}', ip = NULL",
    ],
)
def test_while_a_file_is_erased_its_lines_only_become_empty(old, change):
    with pytest.raises(DatabaseError, match="append-only"):
        while_erasing(old, f"UPDATE core_journalentry SET {change} WHERE file_id = %s", old.person.pk)


def test_deadlines_of_other_subjects_with_the_same_number_stay(old):
    stranger = Deadline.objects.create(kind=280, subject_id=old.ahead.pk, due_at=NOW, run_at=NOW, state=1)
    command("--erase", "--limit", "1")
    assert Deadline.objects.filter(pk=stranger.pk).exists()
    assert not Document.objects.filter(owner_id=old.person.pk).exists()
