"""Attacks on the versions of the barème, and the versions they are made on."""

from types import SimpleNamespace
from typing import Any

from measures.models import BaremeVersion
from tests.core.guards.attacking import Attack, again, change, empty, remove
from tests.measures.bareme import scale

_PUBLISHED = "state = 'PUBLISHED', published_at = '2026-11-23', published_by_id = %s"


def build(w: SimpleNamespace) -> None:
    """A version in force, the one that follows it, one withdrawn, and a draft."""
    w.bareme = scale.shipped()
    w.bareme_rule = w.bareme.rules.first()
    w.old_bareme = scale.shipped("progressif")
    w.bareme_ahead = scale.published()
    w.bareme.refresh_from_db()
    w.bareme_draft = scale.draft("brouillon", scale.AHEAD, territory="MAYOTTE")
    w.bareme_draft_rule = w.bareme_draft.rules.filter(outcome="SUSPENSION").first()


def _pk(row: str) -> Any:
    return lambda w: getattr(w, row).pk


def _admin(w: SimpleNamespace) -> int:
    return BaremeVersion.objects.get(pk=w.bareme_ahead.pk).published_by_id


def _closed(w: SimpleNamespace) -> tuple[str, list[Any]]:
    """Give an end for the sake of a draft, and never publish it: the database asks at the end."""
    dates = "valid_from = '2030-01-01', territory = ''"
    later = f"UPDATE measures_baremeversion SET {dates} WHERE id = {w.bareme_draft.pk}"
    closed = (
        f"UPDATE measures_baremeversion SET valid_to = '2029-12-31', closed_by_id = {w.bareme_draft.pk}"
        f" WHERE id = {w.bareme_ahead.pk}"
    )
    return f"{later}; {closed}; SET CONSTRAINTS ALL IMMEDIATE", []


def _still_closed(w: SimpleNamespace) -> tuple[str, list[Any]]:
    """Withdraw what gave another its end, and leave the end there."""
    withdrawn = "state = 'WITHDRAWN', withdrawn_at = '2026-11-24', withdrawal_reason = 'r'"
    sql = f"UPDATE measures_baremeversion SET {withdrawn} WHERE id = {w.bareme_ahead.pk}"
    return f"{sql}; SET CONSTRAINTS ALL IMMEDIATE", []


def _moved_rule(w: SimpleNamespace) -> tuple[str, list[Any]]:
    """Slip a rule of a draft into a published version."""
    sql = "UPDATE measures_baremerule SET version_id = %s, rank = 9 WHERE id = %s"
    return sql, [w.bareme.pk, w.bareme_draft_rule.pk]


def _past(other: str, assignments: str) -> Attack:
    """Break a rule of a draft where another guard, asked first, would speak."""

    def attack(w: SimpleNamespace) -> tuple[str, list[Any]]:
        gone = f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE measures_baremerule DROP CONSTRAINT {other}"
        return f"{gone}; UPDATE measures_baremerule SET {assignments} WHERE id = {w.bareme_draft_rule.pk}", []

    return attack


def _takes(assignments: str) -> Attack:
    return change("bareme_draft_rule", assignments)


ATTACKS: dict[str, list[Attack]] = {
    "bareme_code_once": [change("bareme_draft", "code = 'fr-2025-06-01'")],
    "bareme_ends_after_it_begins": [change("bareme_draft", "valid_to = valid_from - 1")],
    "bareme_published_is_dated_and_sourced": [
        change("bareme_draft", "state = 'PUBLISHED'"),
        change("bareme_draft", f"source = '', {_PUBLISHED}", _admin),
    ],
    "bareme_withdrawal_has_a_reason": [
        change("bareme_ahead", "state = 'WITHDRAWN', withdrawn_at = '2026-11-24'"),
    ],
    "bareme_withdrawn_before_it_begins": [
        lambda w: (
            # Past its end being another's; it has long begun.
            f"SET LOCAL session_replication_role = replica; UPDATE measures_baremeversion SET closed_by_id = NULL"
            f" WHERE id = {w.bareme.pk}; SET LOCAL session_replication_role = origin; UPDATE measures_baremeversion"
            f" SET state = 'WITHDRAWN', withdrawn_at = '2026-11-24', withdrawal_reason = 'r' WHERE id = {w.bareme.pk}",
            [],
        ),
        # On its first day it has begun.
        change(
            "bareme_ahead",
            "state = 'WITHDRAWN', withdrawn_at = valid_from + interval '1 hour', withdrawal_reason = 'r'",
        ),
    ],
    "bareme_closed_has_an_end": [change("bareme_draft", "closed_by_id = %s", _pk("bareme_ahead"))],
    "bareme_published_ahead": [
        change("bareme_draft", f"valid_from = '2026-11-23', {_PUBLISHED}", _admin),
    ],
    "bareme_one_version_a_day": [
        change("bareme_draft", f"territory = '', {_PUBLISHED}", _admin),
        change("bareme_draft", f"territory = '', valid_from = valid_from - 5, {_PUBLISHED}", _admin),
    ],
    "bareme_version_keeps_its_word": [
        *(
            change("bareme", assignment)
            for assignment in (
                "title = 't'",
                "valid_from = valid_from - 1",
                "repeat_months = 12",
                "state = 'DRAFT'",
                "territory = 'MAYOTTE'",
                # An end of its own, moved, taken away, or given for nobody's sake.
                "valid_to = valid_to - 1",
                "valid_to = NULL, closed_by_id = NULL",
            )
        ),
        change("bareme_ahead", "valid_to = valid_from"),
        change("bareme_ahead", "valid_to = valid_from + 9, closed_by_id = %s", _pk("bareme_draft")),
        change("old_bareme", "valid_to = NULL"),
        change("bareme_ahead", "published_at = now()"),
        remove("bareme"),
        remove("bareme_ahead"),
    ],
    "bareme_published_has_rules": [
        lambda w: (
            f"DELETE FROM measures_baremerule WHERE version_id = {w.bareme_draft.pk};"
            f" UPDATE measures_baremeversion SET {_PUBLISHED % _admin(w)} WHERE id = {w.bareme_draft.pk}",
            [],
        ),
        # Born published, it permits nothing yet.
        again("bareme_ahead", code="'autre'"),
    ],
    "bareme_closed_by_a_published_one": [_closed, _still_closed],
    "bareme_rule_keeps_its_word": [
        change("bareme_rule", "share_min = 1"),
        change("bareme_rule", "version_id = %s, rank = 9", _pk("bareme_draft")),
        _moved_rule,
        remove("bareme_rule"),
        again("bareme_rule", rank="9"),
    ],
    "bareme_rule_once": [again("bareme_draft_rule")],
    "bareme_share_is_a_range": [
        _takes("share_max = share_min - 1"),
        _takes("share_max = 101"),
    ],
    "bareme_length_is_a_range": [_takes("length_max = length_min - 1")],
    "bareme_rule_has_rank_and_article": [_takes("rank = 0"), _takes("article = ''")],
    "bareme_rule_says_what_it_takes": [
        _takes("share_min = 0"),
        _takes("length_min = 0"),
        _takes("outcome = 'AVERTISSEMENT', rank = 9"),
        _takes("outcome = 'RADIATION', rank = 9, share_min = 50"),
        _takes("outcome = 'RADIATION', rank = 9, share_min = 0, share_max = 0, length_min = 0"),
    ],
    "measures_baremeversion_repeat_months_check": [change("bareme_draft", "repeat_months = -1")],
    "measures_baremerule_rank_check": [_past("bareme_rule_has_rank_and_article", "rank = -1")],
    "measures_baremerule_share_min_check": [_past("bareme_rule_says_what_it_takes", "share_min = -1")],
    "measures_baremerule_share_max_check": [
        _past("bareme_rule_says_what_it_takes", "share_min = -2, share_max = -1")
    ],
    "measures_baremerule_length_min_check": [_past("bareme_rule_says_what_it_takes", "length_min = -1")],
    "measures_baremerule_length_max_check": [
        _past("bareme_rule_says_what_it_takes", "length_min = -2, length_max = -1")
    ],
    "baremeversion_refuse_truncate": [empty("bareme")],
    "baremerule_refuse_truncate": [empty("bareme_rule")],
}
