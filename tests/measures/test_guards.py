"""Every guard of a procedure is attacked by name, straight at the table, in a world of its own."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from measures.models import Case, Decision, Hearing, Notice, PeriodExtension, Piece
from measures.procedure.contradiction import hearing, noticing, receiving
from measures.procedure.outcome import deciding
from portal.core.models import Outage
from tests import factories
from tests.core.guards.attacking import Attack, again, change, empty, hold_against, remove
from tests.factories import NOW, acting
from tests.measures.cast import DAY, SUSPENSION, Cast, a_delegate, acts, fresh, work
from tests.web.claimant.story import document


@pytest.fixture(scope="module")
def standing(standing_database: None) -> SimpleNamespace:
    """Cases at each step, as the processes leave them; built once."""
    cast = Cast()
    w = SimpleNamespace(cast=cast, person=cast.person, advisor=cast.advisor.user)
    w.elsewhere = a_delegate("Corse")
    w.referred = cast.refer(documents=[document(cast.person, "Attestation").pk])
    w.piece = Piece.objects.get()
    w.taken = cast.taken()
    w.prepared = _prepared(cast)
    w.told = cast.told()
    w.other_told = cast.told(person=factories.claimant(cast.advisor, benefit_status="ARE"))
    heard = cast.received()
    w.hearing = hearing.ask_hearing(heard.pk, wishes="", assistant="", by=acting(cast.person), now=NOW)
    running = cast.received()
    w.running = Notice.objects.get(case=running)
    w.observations = cast.writes(running)
    w.outage = Outage.objects.create(starts_at=NOW, ends_at=NOW + DAY, reason="Panne")
    w.extension = PeriodExtension.objects.create(
        case=running, outage=w.outage, ended_at=NOW, ends_at=NOW + DAY, given_at=NOW
    )
    w.due, decided, sent, begun = (cast.received() for _ in range(4))
    cast.writes(w.due)
    cast.now = Notice.objects.get(case=w.due).observations_until + timedelta(minutes=5)
    work(cast.now)
    w.decision, w.sent, w.in_force = (cast.decides(case) for case in (decided, sent, begun))
    for case in (sent, begun):
        deciding.notify(case.pk, by=acts(cast.delegate), now=cast.now)
    receiving.consult(begun.pk, by=acting(cast.person), now=cast.now)
    work(cast.now + DAY)
    w.in_force_case = begun
    w.sent.refresh_from_db()
    w.in_force.refresh_from_db()
    for name in ("referred", "taken", "due", "in_force_case"):
        getattr(w, name).refresh_from_db()
    w.decided_case = fresh(decided)
    w.told_case = fresh(w.told.case)
    return w


@pytest.fixture
def world(standing: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """What an attack does is taken back."""
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)


def _prepared(cast: Cast) -> Notice:
    case = cast.taken()
    return noticing.prepare(case.pk, facts="Faits.", choice=SUSPENSION, by=acts(cast.delegate), now=cast.now)


def decide(**columns: str) -> Attack:
    """Write a decision by hand for the case that waits for one; `columns` are SQL values that differ."""

    def attack(w: Any) -> tuple[str, list[Any]]:
        wanted = {"case_id": str(w.due.pk), "answer": "'Réponse'", **columns}
        return again("decision", **wanted)(w)

    return attack


def asleep(*guards: str, then: Attack) -> Attack:
    """Attack past guards that would speak first."""

    def attack(w: Any) -> tuple[str, list[Any]]:
        sql, values = then(w)
        sleeping = ";".join(
            f"ALTER TABLE measures_{guard.split('.')[0]} DISABLE TRIGGER {guard.split('.')[1]}"
            for guard in guards
        )
        return f"SET CONSTRAINTS ALL IMMEDIATE; {sleeping}; {sql % tuple(values)}", []

    return attack


def without(table: str, check: str, then: Attack) -> Attack:
    """Attack where a check that would speak first is taken away."""

    def attack(w: Any) -> tuple[str, list[Any]]:
        sql, values = then(w)
        gone = f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE measures_{table} DROP CONSTRAINT {check}"
        return f"{gone}; {sql % tuple(values)}", []

    return attack


def _pk(of: Any) -> Any:
    return lambda w: of(w).pk


KEPT = ("decision.decision_keeps_its_word",)
NOTICE_KEPT = ("notice.notice_keeps_its_word",)
ATTACKS: dict[str, list[Attack]] = {
    # --- the case
    "measures_case_ref_key": [again("referred", origin_id="1")],
    "one_live_case_per_origin": [again("referred", ref="9")],
    "case_states_facts": [
        again("referred", ref="9", origin_id="1", report="''"),
        again("referred", ref="9", origin_id="1", evidence="'[]'"),
        change("referred", "rank = 0"),
    ],
    "case_is_examined_by_somebody": [
        change("referred", "state = 'EXAMINED'"),
        change("taken", "taken_at = NULL"),
        change("taken", "decider_id = NULL"),
    ],
    "case_is_never_examined_by_who_referred_it": [
        again(
            "taken",
            ref="9",
            origin_id="1",
            referred_by_id="decider_id",
        ),
    ],
    "case_is_examined_by_a_delegate": [
        change("referred", "decider_id = %s", _pk(lambda w: w.elsewhere)),
        # Somebody who decided on the same facts in a case that was annulled since.
        lambda w: (
            f"UPDATE measures_case SET state = 'ANNULLED', ended_at = now(), ending_reasons = 'r' WHERE id = "
            f"{w.in_force_case.pk}; INSERT INTO measures_case (ref, claimant_id, agency_id, region, state, origin, "
            f"origin_id, origin_ref, facts_on, report, evidence, referred_by_id, referred_at, bareme_id, breach, "
            f"situation, rank, decider_id, taken_at, ending_reasons) SELECT 9, claimant_id, agency_id, region, "
            f"'EXAMINED', origin, origin_id, origin_ref, facts_on, report, evidence, referred_by_id, referred_at, "
            f"bareme_id, breach, situation, 1, decider_id, now(), '' FROM measures_case "
            f"WHERE id = {w.in_force_case.pk}",
            [],
        ),
    ],
    "case_ends_with_date_and_reasons": [
        change("taken", "state = 'CLOSED', ended_by_id = decider_id, ended_at = now()"),
        change("taken", "state = 'ANNULLED', ending_reasons = 'r'"),
        change("due", "state = 'LAPSED'"),
    ],
    "case_is_closed_by_a_person": [
        change("taken", "state = 'CLOSED', ended_at = now(), ending_reasons = 'r'"),
        change("told_case", "state = 'WITHDRAWN', ended_at = now(), ending_reasons = 'r'"),
    ],
    "case_due_has_its_day": [change("due", "decide_by = NULL")],
    "case_allowance_is_positive": [change("referred", "daily_allowance = 0")],
    "case_keeps_what_was_referred": [
        change("referred", "report = 'Autre'"),
        change("referred", "evidence = '[1]'"),
        change("referred", "facts_on = facts_on - 1"),
        change("referred", "bareme_id = bareme_id + 1"),
        change("referred", "situation = 'NO_BENEFIT'"),
        change("referred", "breach = 'FRAUD'"),
        change("referred", "region = 'Corse'"),
        change("referred", "claimant_id = %s", lambda w: w.other_told.case.claimant_id),
    ],
    "case_is_never_deleted": [remove("referred")],
    "measure_stands_on_a_decision": [
        change("due", "state = 'IN_FORCE'"),
        change("decided_case", "state = 'NOTIFIED'"),
    ],
    # --- pieces, observations, extensions
    "piece_once": [again("piece")],
    "case_piece_refuse_change": [change("piece", "added_at = now()"), remove("piece")],
    "case_piece_refuse_truncate": [empty("piece")],
    "measures_observations_form_key_key": [again("observations")],
    "case_observations_refuse_change": [change("observations", "text = 'Autre'"), remove("observations")],
    "case_observations_refuse_truncate": [empty("observations")],
    "observation_days_given_once": [again("extension")],
    "observation_days_are_given": [again("extension", ends_at="ended_at")],
    "case_periodextension_refuse_change": [
        change("extension", "ends_at = ends_at + interval '1 day'"),
        remove("extension"),
    ],
    "case_periodextension_refuse_truncate": [empty("extension")],
    # --- the notice
    "measures_notice_case_id_key": [again("prepared")],
    "notice_figures_fit_the_outcome": [
        asleep("notice.notice_within_the_bareme", then=change("prepared", assignments))
        for assignments in (
            "share = 0",
            "share = 101",
            "length = 0",
            "outcome = ''",
            "comply_days = 15",
            "outcome = 'AVERTISSEMENT', share = 0, length = 0",
            "outcome = 'AVERTISSEMENT', length = 0, comply_days = 15",
            "outcome = 'RADIATION', share = 50",
        )
    ],
    "notice_within_the_bareme": [
        change("prepared", "share = 29"),
        change("prepared", "length = 3"),
        change("prepared", "unit = 'DAYS'"),
        change("prepared", "outcome = 'SUPPRESSION'"),
        change("prepared", "condition = 'autre'"),
        change("prepared", "breach = 'FRAUD'"),
        change("prepared", "outcome = 'RADIATION', share = 100, length = 4"),
    ],
    "notice_sent_states_facts": [
        change("prepared", "sent_at = now()"),
        change("prepared", "sent_at = now(), content_hash = '\\x00', facts = ''"),
    ],
    "notice_leaves_ten_days": [
        change(
            "told",
            "received_at = now(), received_how = 'CONSULTED', observations_until = now() + interval '9 days'",
        ),
        change("told", "received_at = now(), received_how = 'CONSULTED'"),
        change("told", "observations_until = now()"),
        change("told", "received_at = now(), observations_until = now() + interval '11 days'"),
        change(
            "prepared",
            "received_at = now(), received_how = 'CONSULTED', observations_until = now() + interval '11 days'",
        ),
    ],
    "notice_keeps_its_word": [
        change("told", "facts = 'Autre'"),
        change("told", "share = 100"),
        change("told", "sent_at = now()"),
        change("told", "estimate = 1"),
        change("running", "received_at = received_at - interval '1 day'"),
        change("running", "observations_until = observations_until - interval '1 minute'"),
        change("running", "received_at = NULL, received_how = '', observations_until = NULL"),
        remove("told"),
    ],
    # --- the hearing
    "one_hearing_a_case": [again("hearing")],
    "hearing_has_hour_and_place": [
        change("hearing", "at = now()"),
        change("hearing", "at = now(), fixed_at = now(), place = 'Agence'"),
        change("hearing", "at = now(), fixed_at = now(), fixed_by_id = %s", lambda w: w.advisor.pk),
    ],
    "hearing_held_has_minutes": [
        change("hearing", "held_at = now(), minutes = 'Dit.'"),
        change(
            "hearing",
            "held_at = now(), at = now(), fixed_at = now(), place = 'Agence', fixed_by_id = %s",
            lambda w: w.advisor.pk,
        ),
    ],
    "hearing_not_held_says_why": [change("hearing", "dropped_at = now()")],
    "hearing_keeps_its_minutes": [
        lambda w: (
            f"UPDATE measures_hearing SET dropped_at = now(), dropped_for = 'r' WHERE id = {w.hearing.pk};"
            f"UPDATE measures_hearing SET dropped_at = NULL, dropped_for = '' WHERE id = {w.hearing.pk}",
            [],
        ),
        change("hearing", "asked_at = now()"),
        remove("hearing"),
    ],
    # --- the decision
    "one_decision_a_case": [
        again("decision"),
    ],
    "decision_figures_fit_the_outcome": [
        asleep(
            "decision.decision_within_the_bareme",
            "decision.decision_never_exceeds_the_notice",
            then=decide(**columns),
        )
        for columns in (
            {"share": "0"},
            {"length": "0"},
            {"comply_days": "9"},
            {"outcome": "'AVERTISSEMENT'", "share": "0", "length": "0"},
            {"outcome": "''"},
            {"outcome": "''", "share": "0", "length": "0", "estimate": "5"},
        )
    ],
    "decision_within_the_bareme": [
        decide(share="29"),
        decide(length="30", unit="'DAYS'"),
        decide(outcome="'AVERTISSEMENT'", share="0", length="0", comply_days="15"),
        decide(condition="'autre'"),
        asleep("decision.decision_never_exceeds_the_notice", then=decide(length="3")),
        asleep("decision.decision_never_exceeds_the_notice", then=decide(outcome="'SUPPRESSION'")),
    ],
    "decision_at_the_counted_rank": [
        # Somebody who pushes the rank up meets it, whatever the barème then permits.
        lambda w: (
            f"UPDATE measures_case SET rank = 2 WHERE id = {w.due.pk};"
            + again("decision", case_id=str(w.due.pk), answer="'R'")(w)[0] % w.decision.pk,
            [],
        ),
    ],
    "decision_never_exceeds_the_notice": [
        decide(share="51"),
        decide(length="2"),
        asleep("decision.decision_within_the_bareme", then=decide(outcome="'SUPPRESSION'")),
    ],
    "decision_waits_for_the_ten_days": [
        decide(
            decided_at="(SELECT observations_until - interval '1 second' FROM measures_notice n WHERE n.case_id = "
            "(SELECT id FROM measures_case WHERE state = 'DECISION_DUE' LIMIT 1))"
        ),
        asleep(
            "decision.decision_answers_what_was_said",
            then=lambda w: again("decision", case_id=str(w.told.case_id))(w),
        ),
    ],
    "decision_waits_for_the_hearing": [
        lambda w: again("decision", case_id=str(w.hearing.case_id))(w),
    ],
    "decision_waits_for_outages": [
        lambda w: (
            "INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts, "
            f"last_error) VALUES (318, {w.outage.pk}, 77, 9, now(), now(), 0, 0, '');"
            + again("decision", case_id=str(w.due.pk), answer="'R'")(w)[0]
            % w.decision.pk,
            [],
        ),
    ],
    "decision_is_by_a_delegate": [
        decide(author_id=str(0)),
        lambda w: again("decision", case_id=str(w.due.pk), answer="'R'", author_id=str(w.elsewhere.pk))(w),
        lambda w: again("decision", case_id=str(w.due.pk), answer="'R'", author_id=str(w.advisor.pk))(w),
        change("decision", "second_reader_id = %s, second_read_at = now()", lambda w: w.elsewhere.pk),
        change("decision", "second_reader_id = %s, second_read_at = now()", lambda w: w.advisor.pk),
    ],
    "decision_has_reasons": [decide(reasons_fact="''"), decide(reasons_law="''")],
    "decision_answers_what_was_said": [decide(answer="''")],
    "decision_is_read_by_another": [
        change("decision", "second_reader_id = author_id, second_read_at = now()"),
        change("decision", "second_reader_id = %s", lambda w: w.cast.other.pk),
        change("decision", "second_read_at = now()"),
    ],
    "decision_that_takes_all_is_read_twice": [
        asleep(
            *KEPT,
            "decision.decision_within_the_bareme",
            "decision.decision_never_exceeds_the_notice",
            "decision.decision_is_sent_in_time",
            then=change("sent", f"{outcome}, share = 100"),
        )
        for outcome in ("outcome = 'RADIATION'", "outcome = 'SUPPRESSION'")
    ],
    "decision_is_sent_in_time": [
        change("decision", "sent_at = decided_at + interval '60 days', content_hash = '\\x00'"),
    ],
    "decision_sent_has_its_fingerprint": [
        change("decision", "sent_at = decided_at"),
        change("sent", "set_aside_at = now(), set_aside_for = 'r'"),
    ],
    "decision_set_aside_says_why": [change("decision", "set_aside_at = now()")],
    "decision_takes_effect_after_notification": [
        change("sent", f"notified_at = now(), notified_how = 'CONSULTED', {effect}")
        for effect in (
            "starts_at = NULL",
            "starts_at = now(), ends_at = now() + interval '1 day'",
            "starts_at = now() + interval '2 day', ends_at = now() + interval '1 day'",
        )
    ]
    + [
        change(
            "sent",
            "notified_at = now(), starts_at = now() + interval '1 day', ends_at = now() + interval '2 day'",
        ),
        change("sent", "starts_at = now(), ends_at = now() + interval '2 day'"),
        change(
            "decision",
            "notified_at = now(), notified_how = 'CONSULTED', starts_at = now() + interval '1 day', "
            "ends_at = now() + interval '2 day'",
        ),
    ],
    "decision_keeps_its_word": [
        change("decision", "reasons_fact = 'Autre'"),
        change("decision", "share = 40"),
        change("sent", "sent_at = sent_at - interval '1 minute'"),
        change("sent", "sent_at = NULL, content_hash = NULL"),
        change("in_force", "notified_at = notified_at + interval '1 minute'"),
        change("in_force", "starts_at = starts_at - interval '1 minute'"),
        change("in_force", "notified_at = NULL, notified_how = '', starts_at = NULL, ends_at = NULL"),
        remove("decision"),
    ],
}


@pytest.mark.parametrize(
    ("guard", "number"), [(name, n) for name, attacks in ATTACKS.items() for n in range(len(attacks))]
)
def test_the_guard_holds_against(world, guard, number):
    hold_against(ATTACKS[guard][number](world), guard)


@pytest.mark.parametrize("model", [Case, Decision, Hearing, Notice, PeriodExtension, Piece])
def test_a_guard_that_a_form_could_meet_speaks_french(model):
    for constraint in model._meta.constraints:
        message = str(constraint.get_violation_error_message())
        assert message
        assert "enfreinte" not in message, constraint.name
        assert "contrainte" not in message.lower(), constraint.name
