"""The networks of a commune: published files taken in whole or not at all, and shown without judging anybody."""

import threading
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from hypothesis import given
from hypothesis import strategies as some

from convocations.coverage import drawing, names
from convocations.coverage.importing import SAMPLES, NotImported, import_file
from convocations.coverage.looking_up import coverage_of
from convocations.models import Commune, CommuneName, CoverageEdition, FixedCoverage, MobileCoverage
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

MOBILE = '"techno";"mcc_mnc";"commune";"couv_nc";"couv_cl";"couv_bc";"couv_tbc";"pop_nc";"pop_cl";"pop_bc";"pop_tbc"'
FIXED = (
    "code_insee;nom_com;code_dep;code_reg;nbr;type;inel_hd;elig_hd05;elig_hd3;elig_bhd8;elig_thd30;"
    "elig_thd100;elig_thd1g;date"
)
POST = "#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5"
M_LINE = '"4G";20801;"35211";0.18;4.48;69.08;26.26;0.00;14.72;78.38;6.90'
F_LINE = "35211;Paimpont;35;53;1010;all;61;949;888;828;666;515;505;2026-06-30"
P_LINE = "35211;PAIMPONT;35380;PAIMPONT;"


@pytest.fixture
def written(tmp_path):
    def write(name: str, *lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
        return path

    return write


@pytest.fixture
def samples():
    for path in sorted(SAMPLES.glob("*.csv")):
        import_file(path, is_sample=True, now=NOW)


def living_in(postcode: str, city: str):
    return factories.claimant(postcode=postcode, city=city)


def lines_at_fault(path: Path, **options) -> list[int]:
    with pytest.raises(NotImported) as refused:
        import_file(path, now=NOW, **options)
    return [line for line, _ in refused.value.faults.told]


# --- what comes in ----------------------------------------------------------------


def test_each_published_layout_comes_in(written):
    mobile, _ = import_file(written("2026T2_op_communes.csv", MOBILE, M_LINE), now=NOW)
    fixed, _ = import_file(written("commune_debit_filaire.csv", FIXED, F_LINE), now=NOW)
    post, _ = import_file(written("laposte_hexasmal.csv", POST, P_LINE, encoding="cp1252"), now=NOW)
    assert (mobile.source, mobile.quarter, mobile.lines) == ("MOBILE", "2026T2", 1)
    assert (fixed.source, fixed.quarter, fixed.lines) == ("FIXED", "2026T2", 1)
    assert (post.source, post.quarter, post.lines) == ("COMMUNES", "", 1)
    row = MobileCoverage.objects.get()
    assert (row.insee, row.operator, row.technology) == ("35211", 20801, "4G")
    assert (row.people_none, row.people_limited) == (0, Decimal("14.72"))
    assert FixedCoverage.objects.get().wired_30 == 666
    assert CommuneName.objects.get().key == "PAIMPONT"


def test_columns_are_found_by_name_and_a_mark_at_the_start_is_no_title(written):
    titles = FIXED.split(";")[::-1]
    values = F_LINE.split(";")[::-1]
    path = written("commune_debit_filaire.csv", "\ufeff" + ";".join(titles), ";".join(values))
    import_file(path, now=NOW)
    assert FixedCoverage.objects.get().premises == 1010


def test_the_same_file_again_changes_nothing_but_its_date(written):
    path = written("2026T2_op_communes.csv", MOBILE, M_LINE)
    import_file(path, now=NOW)
    before = list(MobileCoverage.objects.values_list("insee", "operator", "people_good"))
    import_file(path, now=NOW)
    assert list(MobileCoverage.objects.values_list("insee", "operator", "people_good")) == before
    assert CoverageEdition.objects.count() == 1


def test_a_later_quarter_takes_the_place_of_an_earlier_one_and_never_the_reverse(written):
    import_file(written("2026T1_op_communes.csv", MOBILE, M_LINE, M_LINE.replace("4G", "2G")), now=NOW)
    import_file(written("2026T2_op_communes.csv", MOBILE, M_LINE.replace("4G", "3G")), now=NOW)
    assert [row.technology for row in MobileCoverage.objects.all()] == ["3G"]
    with pytest.raises(NotImported, match="plus ancienne"):
        import_file(written("2026T1_op_communes.csv", MOBILE, M_LINE), now=NOW)
    assert [row.technology for row in MobileCoverage.objects.all()] == ["3G"]


def test_a_sample_is_marked_and_gives_way_to_the_real_and_never_the_reverse(written):
    path = written("2026T4_op_communes.csv", MOBILE, M_LINE)
    assert import_file(path, is_sample=True, now=NOW)[0].is_sample
    assert not import_file(written("2026T1_op_communes.csv", MOBILE, M_LINE), now=NOW)[0].is_sample
    with pytest.raises(NotImported, match="échantillon"):
        import_file(path, is_sample=True, now=NOW)


BAD_LINES = [
    M_LINE.replace("35211", "35 211"),
    M_LINE.replace("35211", "3521"),
    M_LINE.replace("20801", "Orange"),
    M_LINE.replace("4G", "6G"),
    M_LINE.replace("78.38", "abc"),
    M_LINE.replace("78.38", "NaN"),
    M_LINE.replace("78.38", "-1"),
    M_LINE.replace("78.38", "100.01"),
    M_LINE.replace("78.38", "50"),
    M_LINE + ";1",
    '"4G";20801',
    M_LINE.replace("35211", "352\x0011"),
    "x" * 10_000,
]


@pytest.mark.parametrize("bad", BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_bad_line_is_named_and_nothing_comes_in(written, bad):
    other = M_LINE.replace("4G", "3G")
    path = written("2026T2_op_communes.csv", MOBILE, M_LINE, bad, other)
    assert lines_at_fault(path) == [3]
    assert not MobileCoverage.objects.exists()
    assert not CoverageEdition.objects.exists()
    edition, faults = import_file(path, keep_good=True, now=NOW)
    assert (edition.lines, edition.left_out, faults.count) == (2, 1, 1)
    assert MobileCoverage.objects.count() == 2


@pytest.mark.parametrize(
    "bad",
    [
        F_LINE.replace("2026-06-30", "2026-05-31"),
        F_LINE.replace("2026-06-30", "2026-03-31").replace("35211", "35212"),
        F_LINE.replace(";666;", ";9999;").replace("35211", "35212"),
        F_LINE.replace(";1010;", ";-1;").replace("35211", "35212"),
    ],
)
def test_a_bad_line_of_the_fixed_file_is_named(written, bad):
    assert lines_at_fault(written("commune_debit_filaire.csv", FIXED, F_LINE, bad)) == [3]


@pytest.mark.parametrize("bad", ["35211;PAIMPONT;3538;;", "35211;;35380;;", "352;PAIMPONT;35380;;"])
def test_a_bad_line_of_the_communes_is_named(written, bad):
    assert lines_at_fault(written("laposte_hexasmal.csv", POST, P_LINE, bad)) == [3]


def test_a_line_said_twice_is_named(written):
    path = written("2026T2_op_communes.csv", MOBILE, M_LINE, M_LINE.replace("14.72", "14.71"))
    assert lines_at_fault(path) == [3]
    import_file(path, keep_good=True, now=NOW)
    assert MobileCoverage.objects.get().people_limited == Decimal("14.72")


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        ("2026T2_op_communes.csv", ["a;b;c", "1;2;3"], "colonnes"),
        ("2026T2_op_communes.csv", [], "colonnes"),
        ("2026T2_op_communes.csv", [MOBILE], "aucune ligne"),
        ("communes.csv", [MOBILE, M_LINE], "--quarter"),
        ("commune_debit.csv", [FIXED, F_LINE], "satellite"),
    ],
)
def test_a_file_that_is_none_of_them_says_so(written, name, lines, said):
    with pytest.raises(NotImported, match=said):
        import_file(written(name, *lines), now=NOW)


def test_levels_that_are_not_published_count_as_the_least(written):
    line = '"3G";20801;"35211";;;;;12,5;NA;NA;NA'
    import_file(written("2026T2_op_communes.csv", MOBILE, line), now=NOW)
    row = MobileCoverage.objects.get()
    assert (row.people_none, row.people_limited, row.people_very_good) == (
        Decimal("12.5"),
        Decimal("87.5"),
        0,
    )


def test_the_command_tells_each_line_and_fails(written):
    path = written("2026T2_op_communes.csv", MOBILE, *["x"] * 60)
    said = StringIO()
    with pytest.raises(CommandError, match="2026T2_op_communes.csv"):
        call_command("import_coverage", path, stderr=said)
    assert "2026T2_op_communes.csv:2: " in said.getvalue()
    assert "10 more lines" in said.getvalue()
    good, out = written("2026T3_op_communes.csv", MOBILE, M_LINE), StringIO()
    call_command("import_coverage", good, "--sample", stdout=out)
    assert "2026T3, 1 lines, 0 left out" in out.getvalue()
    with pytest.raises(CommandError, match="absent"):
        call_command("import_coverage", good.with_name("absent.csv"))


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_leave_one_edition(written):
    path = written("2026T2_op_communes.csv", MOBILE, M_LINE)
    failed = []

    def run() -> None:
        try:
            import_file(path, now=NOW)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert MobileCoverage.objects.count() == CoverageEdition.objects.count() == 1


def test_a_large_file_costs_the_same_questions_as_a_small_one(written, django_assert_max_num_queries):
    many = [M_LINE.replace("35211", f"{number:05}") for number in range(1000, 6000)]
    path = written("2026T2_op_communes.csv", MOBILE, *many)
    with django_assert_max_num_queries(12):
        import_file(path, now=NOW)
    assert MobileCoverage.objects.count() == 5000


# --- where a person lives ---------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Saint-Étienne", "ST ETIENNE"),
        ("Sainte-Foy-lès-Lyon", "ste foy les lyon"),
        ("L'Haÿ-les-Roses", "L’HAY LES ROSES"),
        ("Paris 12e", "PARIS 12"),
        ("Lyon 3e Arrondissement", "Lyon"),
        ("Rennes Cedex 7", "RENNES"),
        ("Œuilly", "OEUILLY"),
    ],
)
def test_one_spelling_for_many(one, other):
    assert names.key(one) == names.key(other)


def test_the_town_of_the_file_tells_communes_of_one_postcode_apart(samples):
    found = coverage_of(living_in("35380", "Plélan-le-Grand"))
    assert found.commune == "Plélan-le-Grand"
    assert found.why_not == ""
    assert {one.technology for one in found.mobile} == {"2G", "3G", "4G"}
    assert found.fixed is not None
    assert (found.mobile_when, found.fixed_when) == ("2e\u00a0trimestre 2026", "2e\u00a0trimestre 2026")
    assert found.is_sample
    assert coverage_of(living_in("35380", "Paimpont")).mobile != found.mobile


@pytest.mark.parametrize(
    ("postcode", "city", "said"),
    [
        ("35380", "Le Bourg", "Plusieurs communes"),
        ("99999", "Nulle-Part", "aucune commune connue"),
        ("", "Rennes", "pas de code postal"),
        ("F-35000x", "Rennes", "aucune commune connue"),
    ],
)
def test_an_unknown_commune_is_a_sentence(samples, postcode, city, said):
    found = coverage_of(living_in(postcode, city))
    assert said in found.why_not
    assert not found.mobile


def test_without_data_nothing_is_supposed(db):
    assert "Aucune donnée" in coverage_of(living_in("35000", "Rennes")).why_not


def test_a_commune_without_figures_says_so(samples):
    MobileCoverage.objects.all().delete()
    FixedCoverage.objects.all().delete()
    assert "Aucune donnée n’est publiée" in coverage_of(living_in("35000", "Rennes")).why_not


def test_a_district_has_the_figures_of_its_town_where_it_has_none_of_its_own(samples):
    Commune.objects.create(insee="75112", name="PARIS 12")
    CommuneName.objects.create(commune_id="75112", postcode="75012", key="PARIS")
    FixedCoverage.objects.create(insee="75056", premises=10, wired_3=10, wired_8=9, wired_30=8, wired_100=8)
    found = coverage_of(living_in("75012", "Paris 12e"))
    assert found.fixed is not None
    assert found.fixed.premises == 10


def test_looking_up_costs_four_questions(samples, django_assert_max_num_queries):
    person = living_in("35000", "Rennes")
    with django_assert_max_num_queries(4):
        coverage_of(person)


# --- how it is drawn --------------------------------------------------------------


@given(some.lists(some.integers(0, 10_000), min_size=4, max_size=4).filter(any))
def test_a_map_has_a_hundred_squares_near_the_shares(parts):
    shares = [Decimal(part) / 100 for part in parts]
    counts = drawing.hundred(shares)
    assert sum(counts) == 100
    for count, share in zip(counts, shares, strict=True):
        assert abs(count - 100 * share / sum(shares)) < 1


def test_all_is_said_of_all_alone(samples):
    FixedCoverage.objects.filter(insee="35238").update(
        premises=10_000, wired_3=10_000, wired_8=9_999, wired_30=9_999, wired_100=1
    )
    bars = drawing.panel(coverage_of(living_in("35000", "Rennes")))["bars"]
    assert [bar["value"] for bar in bars] == [100, 99, 99, 0]
