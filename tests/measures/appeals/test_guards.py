"""Every guard of liftings and appeals is attacked by name, straight at the table, in a world built once."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import transaction

from measures import models
from measures.appeals.court import declaring
from measures.appeals.court.declaring import Judgment
from measures.models import Annex, AppealExtension, Effect, HeldBy
from measures.states import CourtState, MediationState
from portal.core.models import Outage
from tests.core.guards.attacking import Attack, again, change, empty, hold_against, remove
from tests.measures.appeals.court_of import (
    answers,
    asks_lift,
    contested,
    ends,
    files,
    goes_to_court,
    mediates,
    reads,
    refused_lift,
    today,
)
from tests.measures.cast import DAY, Cast, acts, fresh
from tests.measures.test_guards import asleep
from tests.web.claimant.story import document

OF_APPEALS = (
    "measures_appealcase",
    "measures_appealextension",
    "measures_graciousappeal",
    "measures_mediation",
    "measures_courtappeal",
    "measures_liftrequest",
    "measures_effect",
    "measures_stay",
    "measures_annex",
)


@pytest.fixture(scope="module")
def standing(standing_database: None) -> SimpleNamespace:
    """One row of each kind in each of its moments, as the processes leave it; built once."""
    cast = Cast()
    w = SimpleNamespace(cast=cast)
    w.answered = _answered(cast)
    w.mediation = mediates(cast, contested(cast))
    w.ended = ends(cast, mediates(cast, contested(cast)), MediationState.AGREED, outcome="Une remise.")
    w.effect = Effect.objects.get()
    w.court = goes_to_court(cast, w.ended.appeal)
    w.judged = _judged(cast)
    w.waiting = asks_lift(cast, cast.in_force())
    w.waiting_case = fresh(w.waiting.case)
    w.against_refusal = refused_lift(cast)
    w.refused = w.against_refusal.lift
    # Last: silence would become a refusal while the others come to their moments.
    w.appeal = contested(cast)
    w.measure = fresh(w.appeal.case)
    w.filed = files(cast, w.appeal, document_ids=[document(cast.person, "Attestation").pk])
    w.annex = Annex.objects.get()
    w.ready = declaring.prepare(w.appeal.pk, by=acts(cast.delegate), now=cast.now)
    w.stay = declaring.hold_off(
        w.appeal.pk,
        held_by=HeldBy.JUDGE,
        reason="Ordonnance",
        since=today(cast),
        by=acts(cast.other),
        now=cast.now,
    )
    outage = Outage.objects.create(starts_at=cast.now, ends_at=cast.now + DAY, reason="Panne")
    w.extension = AppealExtension.objects.create(
        appeal=w.appeal, outage=outage, ended_at=cast.now, ends_at=cast.now + DAY, given_at=cast.now
    )
    for name in ("filed", "answered", "mediation", "ended", "court", "judged", "waiting", "refused"):
        getattr(w, name).refresh_from_db()
    return w


@pytest.fixture
def world(standing: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """What an attack does is taken back."""
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)


def _answered(cast: Cast):
    appeal = contested(cast)
    gracious = files(cast, appeal)
    answers(cast, gracious)
    reads(appeal, cast.now)
    return gracious


def _judged(cast: Cast):
    appeal = contested(cast)
    ends(cast, mediates(cast, appeal))
    goes_to_court(cast, appeal)
    judgment = Judgment(CourtState.REJECTED, today(cast), "Rejet.")
    return declaring.judge(appeal.pk, judgment, by=acts(cast.other), now=cast.now)


KEY = "gen_random_uuid()"
ANSWER = "author_id = %s, answered_at = now(), reasons_law = 'l', reasons_fact = 'f'"
_OTHER = lambda w: w.cast.other.pk  # noqa: E731
_AUTHOR = lambda w: w.cast.delegate.pk  # noqa: E731
_ADVISOR = lambda w: w.cast.advisor.pk  # noqa: E731


def word(row: str, *assignments: str) -> list[Attack]:
    """What was written once is written over, or deleted."""
    return [*(change(row, one) for one in assignments), remove(row)]


ATTACKS: dict[str, list[Attack]] = {
    # --- the time to act
    "measures_appealcase_ref_key": [again("appeal")],
    "measures_appealcase_decision_id_key": [again("appeal", ref="9")],
    "measures_appealcase_lift_id_key": [again("against_refusal", ref="9")],
    "appeal_is_against_one_decision": [
        again("appeal", ref="9", lift_id="(SELECT min(id) FROM measures_liftrequest)"),
    ],
    "appeal_is_against_what_was_received": [
        again("appeal", ref="9", decision_id="NULL"),
        again("appeal", ref="9", counts_from="counts_from - interval '1 day'"),
        again("appeal", ref="9", case_id="case_id + 1"),
        again(
            "against_refusal",
            ref="9",
            lift_id="(SELECT id FROM measures_liftrequest WHERE decided_at IS NULL)",
        ),
    ],
    "appeal_time_is_two_months": [again("appeal", ref="9", deadline="counts_from + interval '58 days'")],
    "appealcase_keeps_its_word": word(
        "appeal",
        "deadline = deadline - interval '1 minute'",
        "counts_from = counts_from - interval '1 minute'",
        "opened_at = now()",
        "ref = 9",
    ),
    "appeal_days_given_once": [again("extension")],
    "appeal_days_are_given": [again("extension", ends_at="ended_at")],
    "case_appealextension_refuse_change": word("extension", "ends_at = ends_at + interval '1 day'"),
    "case_appealextension_refuse_truncate": [empty("extension")],
    # --- the gracious appeal
    "measures_graciousappeal_form_key_key": [again("answered", interrupts="false")],
    "one_live_gracious_appeal": [again("filed", form_key=KEY, interrupts="false")],
    "gracious_appeal_interrupts_once": [again("answered", form_key=KEY)],
    "gracious_appeal_says_what_and_until_when": [
        again("filed", form_key=KEY, text="''"),
        again("filed", form_key=KEY, implicit_at="filed_at + interval '58 days'"),
    ],
    "late_appeal_interrupts_nothing": [again("filed", form_key=KEY, late="true")],
    "gracious_answer_has_author_and_reasons": [
        change("filed", "state = 'REJECTED'"),
        change(
            "filed",
            f"state = 'REJECTED', {ANSWER}, reasons_law = ''".replace("reasons_law = 'l', ", ""),
            _OTHER,
        ),
        change("filed", ANSWER, _OTHER),
    ],
    "gracious_is_answered_by_another": [
        change("filed", f"state = 'REJECTED', {ANSWER}", _AUTHOR),
        change("filed", f"state = 'REJECTED', {ANSWER}", _ADVISOR),
    ],
    "gracious_win_has_its_effects": [
        change("filed", f"state = 'GRANTED', {ANSWER}", _OTHER),
        change("filed", f"state = 'PARTIAL', share = 30, length = 1, unit = 'MONTHS', {ANSWER}", _OTHER),
    ],
    "partial_answer_says_what_is_left": [
        asleep(
            "graciousappeal.gracious_win_has_its_effects",
            then=lambda w: (
                "UPDATE measures_graciousappeal SET state = 'PARTIAL', share = 30, answered_at = now(), "
                f"author_id = {w.cast.other.pk}, reasons_law = 'l', reasons_fact = 'f' WHERE id = {w.filed.pk}",
                [],
            ),
        ),
        again("filed", form_key=KEY, interrupts="false", share="10"),
    ],
    "gracious_answer_received_says_how": [
        change("filed", "notified_at = now(), notified_how = 'CONSULTED'"),
        again("answered", form_key=KEY, interrupts="false", notified_how="''"),
    ],
    "graciousappeal_keeps_its_word": [
        *word("filed", "text = 'Autre'", "filed_at = now()", "implicit_at = now() + interval '9 years'"),
        *word("answered", "reasons_fact = 'Autre'", "state = 'FILED'", "notified_at = now()"),
    ],
    # --- mediation
    "measures_mediation_form_key_key": [again("ended", interrupts="false")],
    "one_live_mediation": [again("mediation", form_key=KEY, interrupts="false")],
    "mediation_interrupts_once": [again("ended", form_key=KEY)],
    "late_mediation_interrupts_nothing": [again("mediation", form_key=KEY, late="true")],
    "mediation_ends_on_a_day": [
        change("mediation", "state = 'FAILED'"),
        again("ended", form_key=KEY, interrupts="false", ended_on="asked_on - 1"),
    ],
    "agreement_has_its_effects": [
        change("mediation", "state = 'AGREED', ended_on = asked_on, end_declared_at = now()"),
    ],
    "mediation_keeps_its_word": [
        *word("mediation", "asked_on = asked_on - 1", "interrupts = false"),
        *word("ended", "ended_on = ended_on + 1", "outcome = 'Autre'"),
    ],
    # --- the court
    "measures_courtappeal_appeal_id_key": [again("ready")],
    "court_waits_for_a_mediation": [
        change("ready", "state = 'DECLARED_FILED', filed_on = '2030-01-01', court = 'TA'"),
        change("court", "filed_on = filed_on - 90"),
    ],
    "court_filing_has_its_day": [
        change("ready", "state = 'DECLARED_FILED'"),
        asleep(
            "courtappeal.courtappeal_keeps_its_word",
            then=lambda w: (f"UPDATE measures_courtappeal SET court = '' WHERE id = {w.court.pk}", []),
        ),
    ],
    "judgment_has_its_day": [
        change("court", "state = 'REJECTED'"),
        change("court", "state = 'REJECTED', judged_on = filed_on - 1, judgment = 'r', noted_at = now()"),
    ],
    "court_win_has_its_effects": [
        lambda w: (f"UPDATE measures_courtappeal SET state = 'ANNULLED' WHERE id = {w.judged.pk}", []),
    ],
    "reformed_decision_says_what_is_left": [
        asleep(
            "courtappeal.courtappeal_keeps_its_word",
            then=lambda w: (f"UPDATE measures_courtappeal SET share = 10 WHERE id = {w.judged.pk}", []),
        ),
    ],
    "courtappeal_keeps_its_word": [
        *word("court", "court = 'Autre'", "prepared_at = now()"),
        *word("judged", "judgment = 'Autre'"),
    ],
    # --- liftings
    "measures_liftrequest_form_key_key": [again("refused")],
    "one_lift_request_waits": [again("waiting", form_key=KEY)],
    "lift_is_decided_by_a_person": [
        change("waiting", "decided_at = now()"),
        change("waiting", "granted = true, effective_on = '2026-12-10'"),
    ],
    "lift_is_decided_by_a_delegate": [
        change(
            "waiting",
            "decided_at = now(), granted = true, effective_on = '2026-12-10', decided_by_id = %s",
            _ADVISOR,
        ),
    ],
    "lift_has_its_day_or_its_reasons": [
        change("waiting", "decided_at = now(), granted = true, decided_by_id = %s", _OTHER),
        change("waiting", "decided_at = now(), granted = false, decided_by_id = %s", _OTHER),
    ],
    "lift_received_says_how": [change("waiting", "notified_at = now(), notified_how = 'CONSULTED'")],
    "liftrequest_keeps_its_word": [
        *word("waiting", "text = 'Autre'", "answer_by = now()"),
        *word("refused", "reasons_fact = 'Autre'", "granted = true, effective_on = '2026-12-10'"),
    ],
    "measure_is_lifted_by_somebody": [change("waiting_case", "state = 'LIFTED'")],
    # --- what is owed, what is held off, what is joined
    "effect_follows_from_one_thing": [
        again("effect", appeal_id="NULL"),
        again("effect", lift_id="(SELECT min(id) FROM measures_liftrequest)"),
    ],
    "effect_has_its_time": [again("effect", due_at="owed_at"), again("effect", what="''")],
    "effect_amount_is_owed": [
        again("effect", amount="10"),
        again("effect", kind="'PAY_BACK'", amount="-1"),
    ],
    "effect_done_has_its_proof": [change("effect", "done_at = now()"), change("effect", "proof = 'p'")],
    "effect_keeps_its_word": word("effect", "what = 'Autre'", "due_at = due_at + interval '1 day'"),
    "one_stay_at_a_time": [again("stay")],
    "stay_has_reason_and_days": [
        again("stay", reason="''"),
        change("stay", "until = since - 1, ended_at = now()"),
    ],
    "stay_keeps_its_word": word("stay", "since = since - 1", "held_by = 'AGREEMENT'"),
    "annex_goes_with_one_act": [
        again("annex", gracious_id="NULL"),
        again("annex", lift_id="(SELECT min(id) FROM measures_liftrequest)"),
    ],
    "annex_once": [again("annex")],
    "case_annex_refuse_change": word("annex", "added_at = now()"),
    "case_annex_refuse_truncate": [empty("annex")],
}


@pytest.mark.parametrize(
    ("guard", "number"), [(name, n) for name, attacks in ATTACKS.items() for n in range(len(attacks))]
)
def test_the_guard_holds_against(world, guard, number):
    hold_against(ATTACKS[guard][number](world), guard)


@pytest.mark.parametrize("table", OF_APPEALS)
def test_a_guard_that_a_form_could_meet_speaks_french(table):
    (model,) = (
        one for one in vars(models).values() if getattr(getattr(one, "_meta", None), "db_table", "") == table
    )
    for constraint in model._meta.constraints:
        message = str(constraint.get_violation_error_message())
        assert message
        assert "contrainte" not in message.lower(), constraint.name
