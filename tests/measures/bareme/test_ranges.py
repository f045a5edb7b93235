"""Which version, which rank, which bounds: against a naive reading of the law, day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures.bareme import ranges
from measures.bareme.ranges import NoBareme, told
from measures.models import BaremeVersion, Breach, Situation
from portal.core.working_time import Territory
from tests.measures.bareme import scale

DAYS = st.dates(date(2023, 1, 1), date(2030, 12, 31))


# --- the rank ------------------------------------------------------------------------


def counts(notified: date, facts: date, months: int) -> bool:
    """Walk from the notification day by day until the same date (or the month's last day) comes round."""
    day, gone = notified, 0
    while day < facts:
        day += timedelta(days=1)
        last_of_month = (day + timedelta(days=1)).day == 1
        gone = (day.year - notified.year) * 12 + day.month - notified.month
        if gone == months and (day.day == notified.day or (last_of_month and day.day < notified.day)):
            return False
    return notified < facts


@given(st.lists(DAYS, max_size=5), DAYS, st.sampled_from([1, 6, 24]))
@settings(max_examples=150, deadline=None)
def test_rank_is_one_more_than_the_measures_notified_in_the_months_before(notified, facts, months):
    version = BaremeVersion(repeat_months=months)
    wanted = 1 + sum(counts(day, facts, months) for day in notified)
    assert ranges.rank(notified, facts_on=facts, version=version) == wanted


@pytest.mark.parametrize(
    ("notified", "facts", "rank"),
    [
        (date(2025, 6, 10), date(2025, 6, 10), 1),  # known that very day: it repeats nothing
        (date(2025, 6, 10), date(2025, 6, 11), 2),
        (date(2025, 6, 10), date(2027, 6, 9), 2),
        (date(2025, 6, 10), date(2027, 6, 10), 1),  # 24 months are over
        (date(2024, 2, 29), date(2026, 2, 27), 2),
        (date(2024, 2, 29), date(2026, 2, 28), 1),
        (date(2026, 1, 1), date(2025, 12, 31), 1),  # the facts came first
    ],
)
def test_rank_runs_date_to_date_from_the_notification(notified, facts, rank):
    assert ranges.rank([notified], facts_on=facts, version=BaremeVersion(repeat_months=24)) == rank


# --- what is permitted -----------------------------------------------------------------


RULES = st.lists(
    st.tuples(
        st.sampled_from(["ASSIDUITY", "OFFER"]),
        st.sampled_from(Situation.values),
        st.integers(1, 4),
        st.sampled_from(["SUSPENSION", "SUPPRESSION"]),
    ),
    unique=True,
    max_size=10,
)


@pytest.mark.django_db
@given(RULES, st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_permitted_are_the_rules_of_the_highest_rank_reached(rules, rank):
    version = BaremeVersion.objects.create(
        code=f"d{BaremeVersion.objects.count()}", valid_from=scale.AHEAD, source="s", title="t"
    )
    for breach, situation, of, outcome in rules:
        row = scale.rule(breach=breach, situation=situation, rank=of, outcome=outcome)
        row.version = version
        row.save()
    found = ranges.permitted(version, breach=Breach.ASSIDUITY, situation=Situation.BENEFIT, rank=rank)
    mine = [rule for rule in rules if rule[:2] == ("ASSIDUITY", "BENEFIT")]
    reached: set[str] = set()
    for step in range(1, rank + 1):  # climbing: each rank that says something replaces what was before
        reached = {rule[3] for rule in mine if rule[2] == step} or reached
    assert {rule.outcome for rule in found} == reached


@pytest.mark.django_db
def test_there_is_no_rank_before_the_first():
    with pytest.raises(ValueError, match="rank 1"):
        ranges.permitted(scale.shipped(), breach=Breach.OFFER, situation=Situation.BENEFIT, rank=0)


# --- in force ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_facts_are_measured_by_the_version_of_their_day():
    place = Territory.METROPOLE
    assert ranges.in_force(date(2025, 5, 31), place).code == "progressif"
    assert ranges.in_force(date(2025, 6, 1), place).code == "fr-2025-06-01"
    later = scale.published()
    assert ranges.in_force(scale.AHEAD - timedelta(days=1), place).code == "fr-2025-06-01"
    assert ranges.in_force(scale.AHEAD, place) == later


@pytest.mark.django_db
def test_a_territorys_own_version_goes_before_the_one_for_everywhere():
    own = scale.published(territory="MAYOTTE", valid_to=scale.AHEAD + timedelta(days=9))
    assert ranges.in_force(scale.AHEAD, Territory.MAYOTTE) == own
    assert ranges.in_force(scale.AHEAD, Territory.GUYANE).code == "fr-2025-06-01"
    assert ranges.in_force(scale.AHEAD + timedelta(days=10), Territory.MAYOTTE).code == "fr-2025-06-01"


@pytest.mark.django_db
def test_a_draft_measures_nobody():
    scale.draft()
    assert ranges.in_force(scale.AHEAD, Territory.METROPOLE).code == "fr-2025-06-01"


@pytest.mark.django_db
def test_a_day_without_a_version_says_so_and_who_can_mend_it():
    with pytest.raises(NoBareme) as refused:
        ranges.in_force(date(2014, 12, 31), Territory.REUNION)
    assert "mercredi 31\u00a0décembre 2014 (La Réunion)" in refused.value.sentence
    assert "Prévenez un administrateur" in refused.value.sentence


# --- in words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "suspension de 30 à 100\u00a0% de l’allocation, pendant 1 à 2\u00a0mois (R5412-1)"),
        (
            {"share_max": 30, "length_min": 1, "length_max": 1, "unit": "DAYS"},
            "suspension de 30\u00a0% de l’allocation, pendant 1\u00a0jour (R5412-1)",
        ),
        (
            {"share_min": 100, "length_min": 7, "length_max": 56, "unit": "DAYS", "outcome": "SUPPRESSION"},
            "suppression de toute l’allocation, pendant 7 à 56\u00a0jours (R5412-1)",
        ),
        (
            {"outcome": "RADIATION", "condition": "seulement en cas de récidive"},
            "radiation de la liste, pendant 1 à 2\u00a0mois, seulement en cas de récidive (R5412-1)",
        ),
        (
            {"outcome": "AVERTISSEMENT"},
            "avertissement avec mise en demeure, sans perte d’allocation (R5412-1)",
        ),
    ],
)
def test_a_rule_is_told_in_one_sentence(fields, sentence):
    assert told(scale.rule(**fields)) == sentence
