"""The versions that come with the product: the files say what the database holds, and are checked."""

import json
from datetime import date

import pytest

from measures.apps import MeasuresConfig
from measures.bareme import ranges, shipped
from measures.bareme.ranges import told
from measures.models import BaremeRule, BaremeVersion, Breach, Outcome, Situation
from portal.core.working_time import Territory
from tests import emptying
from tests.measures.bareme import scale

pytestmark = pytest.mark.django_db
_IDS = {"id", "version", "version_id"}


def columns(row) -> dict:
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("path", shipped.files(), ids=lambda path: path.stem)
def test_the_database_holds_what_the_file_says(path):
    said = shipped.read(path)
    row = scale.shipped(path.stem)
    rules = said.pop("rules")
    assert {name: columns(row)[name] for name in said} == said
    assert (row.state, row.published_by, row.closed_by) == ("PUBLISHED", None, None)
    held = [{k: v for k, v in columns(rule).items() if k not in _IDS} for rule in row.rules.all()]
    empty = {"share_min": 0, "share_max": 0, "length_min": 0, "length_max": 0}
    wanted = [empty | {"unit": "MONTHS", "condition": ""} | rule for rule in rules]
    order = lambda rule: tuple(map(str, rule.values()))  # noqa: E731
    by_key = lambda rows: sorted((dict(sorted(row.items())) for row in rows), key=order)  # noqa: E731
    assert by_key(held) == by_key(wanted)


def test_both_are_there_and_leave_no_day_between():
    assert [path.stem for path in shipped.files()] == ["progressif", "fr-2025-06-01"]
    assert scale.shipped("progressif").valid_to == date(2025, 5, 31)
    assert scale.shipped().valid_from == date(2025, 6, 1)
    assert "exemple" in scale.shipped("progressif").source


def test_what_was_lost_is_put_in_place_again_and_what_is_known_is_left_alone():
    kept = scale.shipped()
    shipped.put_in_place(MeasuresConfig, "default")
    assert BaremeVersion.objects.count() == 2
    assert scale.shipped() == kept


@pytest.mark.django_db(transaction=True)
def test_a_database_that_a_test_emptied_has_them_again():
    """After its tables are emptied they hear that `migrate` was done."""
    emptying.empty()
    assert set(BaremeVersion.objects.values_list("code", "state")) == {
        ("progressif", "PUBLISHED"),
        ("fr-2025-06-01", "PUBLISHED"),
    }
    assert BaremeRule.objects.count() == sum(len(shipped.read(path)["rules"]) for path in shipped.files())


def test_a_shipped_version_whose_days_are_taken_waits_as_a_draft(tmp_path, monkeypatch, caplog):
    said = json.loads((shipped.FOLDER / "fr-2025-06-01.json").read_text())
    said |= {"code": "fr-2027-01-01", "valid_from": "2027-01-01"}
    (tmp_path / "fr-2027-01-01.json").write_text(json.dumps(said))
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    shipped.put_in_place(MeasuresConfig, "default")
    assert scale.shipped("fr-2027-01-01").state == "DRAFT"
    assert "waits as a draft" in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        {"code": "autre"},
        {"title": ""},
        {"source": ""},
        {"rules": []},
        {"territory": "CORSE"},
        {"more": 1},
        {"rules": [{"breach": "ASSIDUITY"}]},
        {
            "rules": [
                {"breach": "X", "situation": "BENEFIT", "rank": 1, "outcome": "AVERTISSEMENT", "article": "a"}
            ]
        },
        {
            "rules": [
                {
                    "breach": "ASSIDUITY",
                    "situation": "BENEFIT",
                    "rank": 1,
                    "outcome": "RADIATION",
                    "article": "a",
                }
            ]
        },
    ],
)
def test_a_file_that_does_not_say_all_is_refused(tmp_path, change):
    said = json.loads((shipped.FOLDER / "progressif.json").read_text()) | change
    (tmp_path / "progressif.json").write_text(json.dumps(said))
    with pytest.raises(shipped.WrongFile):
        shipped.read(tmp_path / "progressif.json")


# --- the decree, line by line (CT R5412-1 to R5412-3-4) ---------------------------------


def permitted(breach, situation, rank) -> list[str]:
    version = ranges.in_force(date(2026, 11, 23), Territory.METROPOLE)
    rules = ranges.permitted(version, breach=Breach(breach), situation=Situation(situation), rank=rank)
    return [told(rule).replace("\u00a0", " ") for rule in rules]


WHOLE = "seulement avec la suppression de toute l’allocation, pour la même durée"


@pytest.mark.parametrize(
    ("breach", "situation", "rank", "sentences"),
    [
        (
            "ASSIDUITY",
            "BENEFIT",
            1,
            ["suspension de 30 à 100 % de l’allocation, pendant 1 à 2 mois (R5412-1)"],
        ),
        (
            "ASSIDUITY",
            "BENEFIT",
            3,
            [
                "radiation de la liste, pendant 4 mois, seulement avec une suppression de toute l’allocation "
                "pendant 4 mois (R5412-1)",
                "suppression de 30 à 100 % de l’allocation, pendant 1 à 4 mois (R5412-1)",
                "suspension de 30 à 100 % de l’allocation, pendant 1 à 4 mois (R5412-1)",
            ],
        ),
        (
            "CONTRACT",
            "BENEFIT",
            1,
            ["suspension de 30 à 100 % de l’allocation, pendant 1 à 2 mois (R5412-2)"],
        ),
        (
            "OFFER",
            "BENEFIT",
            1,
            [
                f"radiation de la liste, pendant 2 mois, {WHOLE} (R5412-3)",
                "suppression de toute l’allocation, pendant 2 mois (R5412-3)",
            ],
        ),
        (
            "FRAUD",
            "BENEFIT",
            2,
            [
                f"radiation de la liste, pendant 6 à 12 mois, {WHOLE} (R5412-3-1)",
                "suppression de toute l’allocation, pendant 6 à 12 mois (R5412-3-1)",
            ],
        ),
        (
            "UNDECLARED_ACTIVITY",
            "BENEFIT",
            1,
            ["suppression de toute l’allocation, pendant 1 mois (R5412-3-2)"],
        ),
        (
            "ASSIDUITY",
            "NO_BENEFIT",
            1,
            ["avertissement avec mise en demeure, sans perte d’allocation (R5412-3-3)"],
        ),
        ("ASSIDUITY", "NO_BENEFIT", 2, ["radiation de la liste, pendant 1 à 4 mois (R5412-3-3)"]),
        ("UNDECLARED_ACTIVITY", "NO_BENEFIT", 2, ["radiation de la liste, pendant 2 mois (R5412-3-3)"]),
        # What no article provides for somebody without an allowance is not permitted.
        ("CONTRACT", "NO_BENEFIT", 4, []),
        ("OFFER", "NO_BENEFIT", 4, []),
        ("FRAUD", "NO_BENEFIT", 4, []),
    ],
)
def test_the_decree_permits(breach, situation, rank, sentences):
    assert permitted(breach, situation, rank) == sentences


def test_nobody_loses_anything_at_first_without_an_allowance_and_nothing_is_for_ever():
    for rule in BaremeRule.objects.all():
        if rule.situation == Situation.NO_BENEFIT and rule.rank == 1:
            assert rule.outcome == Outcome.AVERTISSEMENT
        assert rule.length_max <= (56 if rule.unit == "DAYS" else 12)
        assert "définiti" not in told(rule)
