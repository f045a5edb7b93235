"""References survive the telephone and never meet one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Claimant
from portal.core import references
from portal.core.references import ALPHABET, BITS, ReferenceConverter, draw, to_number, to_text
from tests.people import make_claimant

numbers = st.integers(0, 2**BITS - 1)
prefixes = st.sampled_from(["CV", "DE", "DO", "AB", "OI", "LO"])


@given(prefixes, numbers)
def test_written_and_read_back_is_the_same(prefix, number):
    assert to_number(prefix, to_text(prefix, number)) == number


@given(prefixes, numbers)
def test_text_has_one_shape_and_no_letter_that_misleads(prefix, number):
    text = to_text(prefix, number)
    assert len(text) == 12
    assert (text[:2], text[2], text[7]) == (prefix, "-", "-")
    assert set(text[3:].replace("-", "")) <= set(ALPHABET)
    assert not set(text[3:]) & set("ILOU")


@given(prefixes, numbers, st.data())
def test_read_aloud_and_typed_by_another_it_is_still_the_same(prefix, number, data):
    heard = []
    for character in to_text(prefix, number)[3:]:
        alike = {"0": "0Oo", "1": "1IiLl"}.get(character, character + character.lower())
        heard.append(data.draw(st.sampled_from(alike)))
    typed = data.draw(st.sampled_from([prefix, prefix.lower()])) + "-" + "".join(heard)
    spaces = data.draw(st.sampled_from(["", " ", "\t", "\n"]))
    assert to_number(prefix, spaces + typed + spaces) == number


@given(numbers, numbers)
def test_two_numbers_never_share_a_text(one, other):
    assert (to_text("CV", one) == to_text("CV", other)) == (one == other)


@given(prefixes, prefixes, numbers)
def test_reference_of_one_kind_is_none_of_another(prefix, other, number):
    if prefix == other:
        return
    assert to_text(prefix, number) != to_text(other, number)
    with pytest.raises(ValueError, match="not a reference"):
        to_number(other, to_text(prefix, number))


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_reference_or_a_value_error(text):
    try:
        number = to_number("CV", text)
    except ValueError:
        return
    assert 0 <= number < 2**BITS


@pytest.mark.parametrize(
    "text", ["", "CV", "CV-7K3M-92QU", "CV-7K3M-92Q", "CV-7K3M-92QDD", "CV7K3M92QD", "CV-７K3M-92QD"]
)
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(ValueError, match="not a reference"):
        to_number("CV", text)


def test_prefixes_of_the_product_are_all_different():
    from django.apps import apps

    prefixes = [
        (field.prefix, model.__name__)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, references.ReferenceField)
    ]
    assert len(prefixes) >= 4
    assert len({prefix for prefix, _ in prefixes}) == len(prefixes), prefixes
    assert all(len(prefix) == 2 and prefix.isalpha() and prefix.isupper() for prefix, _ in prefixes)


def test_drawn_numbers_fill_the_whole_range():
    drawn = [draw() for _ in range(2_000)]
    assert len(set(drawn)) == 2_000
    assert min(drawn) < 2**BITS // 50
    assert max(drawn) > 2**BITS - 2**BITS // 50


@pytest.mark.django_db
def test_row_is_found_by_its_reference_however_it_is_typed():
    claimant = make_claimant()
    assert claimant.ref.startswith("DE-")
    assert Claimant.objects.get(ref=claimant.ref.lower()) == claimant
    claimant.refresh_from_db()
    assert Claimant.objects.get(ref=claimant.ref).ref == claimant.ref


@pytest.mark.django_db
def test_references_drawn_together_are_new_and_all_different(monkeypatch):
    taken = to_number("DE", Claimant.objects.get(pk=make_claimant().pk).ref)
    lots = iter([taken, 7, 7, 8, taken, 9, 10])
    monkeypatch.setattr(references, "draw", lambda: next(lots))
    assert sorted(references.draw_free(Claimant, 3)) == [7, 8, 9]


@pytest.mark.django_db
def test_references_drawn_together_cost_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(set(references.draw_free(Claimant, 1_000))) == 1_000


@pytest.mark.django_db
def test_row_saved_again_keeps_its_reference():
    claimant = make_claimant()
    before = Claimant.objects.get(pk=claimant.pk).ref
    again = Claimant.objects.get(pk=claimant.pk)
    again.save()
    assert Claimant.objects.get(pk=claimant.pk).ref == before


def test_converter_writes_an_address_one_way_only():
    converter = ReferenceConverter()
    assert converter.to_python("cv-7k3m-92qd") == "CV-7K3M-92QD"
    assert converter.to_python("CV-OIL0-0000") == "CV-0110-0000"
    with pytest.raises(ValueError, match="not a reference"):
        converter.to_python("CV-UUUU-0000")


def test_converter_is_registered():
    from django.urls.converters import get_converters

    assert isinstance(get_converters()["ref"], ReferenceConverter)
