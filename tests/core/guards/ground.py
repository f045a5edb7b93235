"""Attacks on what the ground keeps: deadlines, the journal, whole files."""

from typing import Any

from tests.core.guards.attacking import Attack, again, change, empty, remove

_ASLEEP = "SET LOCAL session_replication_role = replica"
# Begun past the guard that asks whether it is due, and never closed.
_BEGUN = """SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE core_erasure DISABLE TRIGGER erasure_is_due;
    SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO core_erasure (at, file_id, transaction, mark, active_years, archive_years, counts, lines, digest)
    VALUES (now(), {person}, 0, '', 3, 7, '{{}}', 0, ''); SET CONSTRAINTS ALL IMMEDIATE"""


def _given_in_archive(w: Any) -> str:
    later = {"starts_at": "starts_at + interval '90 days'", "ends_at": "ends_at + interval '90 days'"}
    sql, (pk,) = again("ahead", ref="9", **later)(w)
    away = f"UPDATE accounts_claimant SET archived_at = now() WHERE user_id = {w.person.pk}"
    return f"{away}; {sql.replace('%s', str(pk))}"


ATTACKS: dict[str, list[Attack]] = {
    # --- what the ground keeps
    "deadline_falls_due_once": [again("deadline")],
    "outage_ends_after_start": [change("outage", "ends_at = starts_at")],
    "core_parameteroverride_key_key": [again("parameter")],
    # --- the journal
    "journal_seal_once": [again("seal")],
    "journalentry_refuse_change": [change("entry", "data = '{}'"), remove("entry")],
    "journalentry_refuse_truncate": [empty("entry")],
    "journalseal_refuse_change": [change("seal", "first_id = 0"), remove("seal")],
    "journalseal_refuse_truncate": [empty("seal")],
    # --- whole files (more of it in tests/convocations/archive)
    "erasure_is_due": [lambda w: again("erasure", file_id=str(w.person.pk))(w)],
    "erasure_waits_for_both_periods": [
        lambda w: (f"{_ASLEEP}; UPDATE core_erasure SET active_years = 0", []),
        lambda w: (f"{_ASLEEP}; UPDATE core_erasure SET archive_years = 0", []),
    ],
    "erasure_is_whole": [lambda w: (_BEGUN.format(person=w.person.pk), [])],
    "erasure_refuse_change": [change("erasure", "lines = 5"), remove("erasure")],
    "erasure_refuse_truncate": [empty("erasure")],
    "erased_line_is_of_its_file": [lambda w: again("erased_line", entry_id=str(w.entry.pk))(w)],
    "erasedline_refuse_change": [
        change("erased_line", "digest = '0'"),
        lambda w: ("DELETE FROM core_erasedline WHERE entry_id = %s", [w.erased_line.pk]),
    ],
    "erasedline_refuse_truncate": [empty("erased_line")],
    "archived_file_is_reopened_first": [lambda w: (_given_in_archive(w), [])],
}
