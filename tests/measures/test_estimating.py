"""The estimate in euros: to the cent, half a cent up, against whole cents counted by hand; and its words."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures.models import Notice
from measures.procedure.estimating import estimate
from measures.told import measure
from portal.core.french import NARROW, NBSP, euros

ALLOWANCE = st.integers(1, 99_999_99).map(lambda cents: Decimal(cents) / 100)


@given(ALLOWANCE, st.integers(1, 100), st.integers(1, 366), st.sampled_from(["DAYS", "MONTHS"]))
@settings(max_examples=300, deadline=None)
def test_an_estimate_is_the_allowance_times_the_days_times_the_share(daily, share, length, unit):
    days = length * 30 if unit == "MONTHS" else length
    # In hundredths of a cent, which are whole numbers; half a cent counts up.
    hundredths = int(daily * 100) * days * share
    wanted = Decimal((hundredths + 50) // 100) / 100
    found = estimate(daily, share=share, length=length, unit=unit)
    assert found == wanted
    assert found.as_tuple().exponent == -2


@given(ALLOWANCE, st.integers(1, 99), st.integers(1, 300))
@settings(max_examples=100, deadline=None)
def test_a_heavier_measure_is_never_estimated_lower(daily, share, length):
    given_ = estimate(daily, share=share, length=length, unit="DAYS")
    assert estimate(daily, share=share + 1, length=length, unit="DAYS") >= given_
    assert estimate(daily, share=share, length=length + 1, unit="DAYS") >= given_


@pytest.mark.parametrize(("daily", "share"), [(None, 50), (Decimal("30"), 0)])
def test_nothing_is_estimated_where_the_allowance_is_unknown_or_untouched(daily, share):
    assert estimate(daily, share=share, length=1, unit="MONTHS") is None


def test_an_amount_is_written_to_the_cent():
    assert euros(Decimal("473.50")) == f"473,50{NBSP}€"
    assert euros(Decimal("12345.6")) == f"12{NARROW}345,60{NBSP}€"


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (
            {"outcome": "SUSPENSION", "share": 50, "length": 1},
            "suspension de 50 % de votre allocation pendant 1 mois",
        ),
        (
            {"outcome": "SUPPRESSION", "share": 100, "length": 21, "unit": "DAYS"},
            "suppression de toute votre allocation pendant 21 jours",
        ),
        (
            {"outcome": "RADIATION", "share": 100, "length": 4},
            "radiation de la liste des demandeurs d’emploi pendant 4 mois, avec la suppression de toute votre "
            "allocation pour la même durée",
        ),
        (
            {"outcome": "RADIATION", "length": 2},
            "radiation de la liste des demandeurs d’emploi pendant 2 mois",
        ),
        (
            {"outcome": "AVERTISSEMENT", "comply_days": 15},
            "avertissement, sans perte d’allocation, avec 15 jours pour vous mettre en règle",
        ),
        ({}, "aucune mesure"),
    ],
)
def test_a_measure_is_said_in_words(figures, words):
    assert measure.said(Notice(**figures)).replace(NBSP, " ") == words


def test_an_estimate_says_that_it_is_one_and_how_it_was_made():
    row = Notice(outcome="SUSPENSION", share=50, length=1, estimate=Decimal("473.85"))
    said = " ".join(measure.cost(row, Decimal("31.59"))).replace(NBSP, " ")
    assert said == (
        "Environ 473,85 € en moins. C’est une estimation. Calcul : 31,59 € par jour, 30 jours, 50 %. "
        "Un mois compte 30 jours dans ce calcul."
    )
    assert "pas connue" in measure.cost(Notice(outcome="SUSPENSION", share=50, length=1), None)[0]
    assert "ne retire rien" in measure.cost(Notice(outcome="AVERTISSEMENT", comply_days=15), None)[0]
