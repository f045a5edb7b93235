"""What two versions do not say alike, and which days change hands."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures.bareme import comparing, timeline
from measures.bareme.timeline import Days, Handover
from portal.core.working_time import Territory
from tests.factories import NOW
from tests.measures.bareme import scale
from tests.measures.bareme.scale import AHEAD

DAY = timedelta(days=1)


@pytest.mark.django_db
def test_a_copy_differs_by_its_days_alone():
    found = comparing.difference(scale.shipped(), scale.draft())
    assert [(field.label, field.after) for field in found.about] == [
        ("en vigueur à partir du", "mercredi 23\u00a0décembre 2026")
    ]
    assert (found.added, found.removed, found.changed) == ([], [], [])
    assert comparing.difference(scale.shipped(), scale.shipped()).is_empty


@pytest.mark.django_db
def test_each_rule_added_removed_or_said_otherwise_is_found_in_french_words():
    old, new = scale.shipped(), scale.draft(territory="MAYOTTE", repeat_months=12, valid_to=AHEAD)
    new.rules.filter(breach="FRAUD", outcome="RADIATION").delete()
    added = scale.rule(rank=3, outcome="SUPPRESSION")
    added.version = new
    added.save()
    new.rules.filter(breach="ASSIDUITY", situation="BENEFIT", rank=1).update(
        share_max=50, length_max=1, condition="seulement après un entretien"
    )
    new.rules.filter(breach="ASSIDUITY", situation="NO_BENEFIT", rank=1).update(article="R5412-3-3, I")
    found = comparing.difference(old, new)
    assert [(field.label, field.before, field.after) for field in found.about] == [
        ("territoire", "partout", "Mayotte"),
        ("en vigueur à partir du", "dimanche 1er\u00a0juin 2025", "mercredi 23\u00a0décembre 2026"),
        ("jusqu’au", "sans fin", "mercredi 23\u00a0décembre 2026"),
        ("récidive comptée sur", "24\u00a0mois", "12\u00a0mois"),
    ]
    assert found.added == [added]
    assert [(rule.breach, rule.outcome) for rule in found.removed] == [("FRAUD", "RADIATION")]
    said = [[(one.label, one.before, one.after) for one in changed.fields] for changed in found.changed]
    assert said == [
        [
            (
                "part de l’allocation",
                "de 30 à 100\u00a0% de l’allocation",
                "de 30 à 50\u00a0% de l’allocation",
            ),
            ("durée", "1 à 2\u00a0mois", "1\u00a0mois"),
            ("condition", "aucune", "seulement après un entretien"),
        ],
        [("article", "R5412-3-3", "R5412-3-3, I")],
    ]


# --- which days change hands --------------------------------------------------------------


@pytest.mark.django_db
def test_a_draft_for_everywhere_takes_over_where_no_version_of_their_own_stands():
    scale.published("mayotte", AHEAD - 5 * DAY, territory="MAYOTTE", valid_to=AHEAD + 5 * DAY)
    most = tuple(one for one in Territory if one != Territory.MAYOTTE)
    found = comparing.dry_run(scale.draft(), NOW)
    assert found == [
        Handover(most, AHEAD, None, "fr-2025-06-01", "suivante"),
        Handover((Territory.MAYOTTE,), AHEAD + 6 * DAY, None, "fr-2025-06-01", "suivante"),
    ]
    assert timeline.named(found[0].territories) == "partout sauf Mayotte"
    assert timeline.named(found[1].territories) == "Mayotte"
    assert timeline.named(tuple(Territory)) == "partout"
    assert timeline.named((Territory.GUYANE, Territory.MAYOTTE)) == "Guyane, Mayotte"


@pytest.mark.django_db
def test_a_passing_version_of_a_territory_takes_its_days_and_no_more():
    row = scale.draft(territory="GUYANE", valid_to=AHEAD + 5 * DAY)
    assert comparing.dry_run(row, NOW) == [
        Handover((Territory.GUYANE,), AHEAD, AHEAD + 5 * DAY, "fr-2025-06-01", "suivante")
    ]


EPOCH = date(2026, 1, 1)
SPANS = st.lists(
    st.tuples(st.sampled_from(["", "MAYOTTE", "GUYANE"]), st.integers(0, 25), st.none() | st.integers(0, 8)),
    max_size=5,
)


def _timeline(spans) -> list[Days]:
    """Versions that never overlap in one territory: what would is left out."""
    kept: list[Days] = []
    for number, (territory, start, length) in enumerate(spans):
        first = EPOCH + start * DAY
        days = Days(f"v{number}", territory, first, None if length is None else first + length * DAY)
        others = [one for one in kept if one.territory == territory]
        if not any(one.cover(days.first) or days.cover(one.first) for one in others):
            kept.append(days)
    return kept


@given(SPANS, SPANS)
@settings(max_examples=80, deadline=None)
def test_the_days_that_change_hands_are_those_a_calendar_shows(before, after):
    old, new = _timeline(before), _timeline(after)
    found = timeline.handovers(old, new)
    for territory in (Territory.MAYOTTE, Territory.GUYANE, Territory.METROPOLE):
        for day in (EPOCH + number * DAY for number in range(-2, 40)):
            was, will = (timeline.covering(one, day, territory) for one in (old, new))
            said = [
                (change.before, change.after)
                for change in found
                if territory in change.territories
                and change.first <= day
                and (change.last is None or day <= change.last)
            ]
            assert said == ([(was, will)] if was != will else [])


@given(SPANS, st.integers(0, 20), st.integers(0, 10))
@settings(max_examples=80, deadline=None)
def test_a_day_without_a_version_is_found(spans, start, length):
    days = _timeline(spans)
    first = EPOCH + start * DAY
    every = [first + number * DAY for number in range(length + 1)]
    naive = any(timeline.covering(days, day, Territory.GUYANE) is None for day in every)
    assert timeline.uncovered(days, [Territory.GUYANE], first, every[-1]) == naive
