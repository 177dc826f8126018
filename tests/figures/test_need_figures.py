"""Need by group, authority and reason, as it may leave; worked out from the village's table."""

from dataclasses import replace

import pandas as pd
import pytest

from placement_planner.figures.areas import change_shown, children_by_year, need_by_year
from placement_planner.figures.need import (
    shown_latent,
    shown_need,
    shown_need_groups,
    shown_scope,
)
from placement_planner.figures.premises import policy_name, premises, study_sources
from placement_planner.privacy import WITHHELD
from tests.maps import need_village

INTERNAL = {"privacy": {"profile": "internal"}}


@pytest.fixture(scope="module")
def internal():
    return need_village.forecast(**INTERNAL)


def values(frame, year, **where):
    rows = frame[frame["academic_year"] == year]
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows.drop(columns="academic_year")


def test_groups_add_up_to_kinds_and_to_all(internal):
    frame = shown_need_groups(internal).frame
    last = values(frame, 2028).set_index("need_group")["mean"]

    assert last.index.tolist() == ["all", "base", "ci_base", "special", "asd_special"]
    assert last.tolist() == pytest.approx([114, 6, 6, 108, 108], rel=1e-6)


def test_percentiles_are_of_sums_made_in_every_draw(internal):
    """Two draws of 114 ± 11.4: the 5th percentile lies a twentieth of the way between them."""
    row = values(shown_need_groups(internal).frame, 2028, need_group="all").iloc[0]

    assert row["p5"] == pytest.approx(102.6 + 0.05 * 22.8, rel=1e-6)
    assert row["p95"] == pytest.approx(125.4 - 0.05 * 22.8, rel=1e-6)


def test_a_single_draw_has_no_range(internal):
    draws = internal.need_draws
    one = replace(internal, need_draws=replace(draws, children=draws.children[:, :, :1]))

    assert "p5" not in shown_need_groups(one).frame
    assert "p5" in shown_need_groups(internal).frame


def test_small_counts_are_withheld_with_their_range(internal):
    """With a tenth of the children, bases need 1.2 and 0.6 places, special schools 7.2 and 10.8."""
    draws = internal.need_draws
    few = replace(need_village.forecast(), need_draws=replace(draws, children=draws.children * 0.1))

    frame = shown_need_groups(few).frame.set_index(["need_group", "academic_year"])

    assert frame.loc[("base", 2028), ["mean", "p5", "p95"]].tolist() == [WITHHELD] * 3
    assert frame.loc[("special", 2028), "mean"] == 10
    assert shown_need_groups(few).withheld.withheld > 0


def test_authorities_add_up_to_the_region(internal):
    frame = shown_need(internal).frame
    for kind in ("all", "special"):
        last = values(frame, 2028, kind=kind).set_index("authority_code")["mean"]
        assert last["all"] == pytest.approx(last["A1"] + last["A2"])
    assert frame["authority_name"].unique().tolist() == ["All authorities", "Ashby", "Thorpe"]


def test_need_by_area_adds_up_to_the_draws(internal):
    areas = need_by_year(internal, need_village.YEARS).frame
    table = shown_need(internal).frame
    region = table[(table["authority_code"] == "all") & (table["kind"] == "all")]

    sums = areas[[str(year) for year in need_village.YEARS]].sum()
    assert sums.tolist() == pytest.approx(region["mean"].astype(float).tolist(), rel=1e-6)


def test_areas_without_need_are_told_as_nought(internal):
    table = children_by_year(internal, need_village.latent(), [2025], "Latent")

    assert table.frame["2025"].tolist() == [1.0] * 8 + [0.0] * 4


def test_a_reason_that_begins_later_is_nought_before(internal):
    support = shown_scope(internal).frame.query("counted_as == 'support_plan'")

    assert support["authority_code"].tolist() == ["all"] * 4 + ["A1"] * 4
    assert support["mean"].tolist() == [0, 0, 6, 6] * 2


def test_a_reason_without_a_name_is_made_readable(internal):
    scope = internal.scope.replace({"counted_as": {"mainstream": "on_a_roll"}})

    names = shown_scope(replace(internal, scope=scope)).frame["name"].unique().tolist()

    assert names[0] == "Need a specialist place"
    assert names[-1] == "On a roll"


def test_latent_demand_is_none_where_it_is_left_out(internal):
    assert shown_latent(internal) is None


def test_a_change_is_taken_from_what_is_shown():
    change = change_shown(pd.Series([10, WITHHELD, 0]), pd.Series([5, 10, WITHHELD]))

    assert change.tolist() == [-5, WITHHELD, WITHHELD]


@pytest.mark.parametrize(
    ("heading", "choices", "tables", "words"),
    [
        ("Policy", {"policy": {"scenario": "my_own"}}, {}, "My own: by levers of the study’s own"),
        ("Policy", {"policy": {"scenario": "white_paper"}}, {}, "children in mainstream classes"),
        (
            "Policy",
            {"policy": {"scenario": "white_paper", "bound": "special_unchanged"}},
            {},
            "As a bound, special need is left",
        ),
        ("New homes", {}, {"housing": need_village.homes()}, "are in the figures, above what"),
        (
            "New homes",
            {"need": {"new_homes": "left_out"}},
            {"housing": need_village.homes()},
            "left out by choice",
        ),
        (
            "Need that placements hide",
            {"need": {"hidden_need": "grown"}},
            {"hidden_need": pd.DataFrame({"basis": ["invented"]})},
            "grown with the children in the same placements",
        ),
    ],
)
def test_what_is_in_a_projection_is_said(heading, choices, tables, words):
    assert words in premises(need_village.forecast(tables, **choices))[heading]


def test_every_named_policy_has_words():
    for name in ("trend", "moderated", "inclusion_shift", "white_paper", "no_reform"):
        told = premises(need_village.forecast(policy={"scenario": name}))["Policy"]
        assert told.startswith(f"{policy_name(name)}: ")
        assert "levers of the study’s own" not in told


def test_tables_say_how_they_are_known_and_whose_they_are():
    told = list(study_sources(need_village.forecast({"housing": need_village.homes()})))

    assert "caseload.csv of the study: 100% of rows invented (sample region)" in told[0]
    assert told[-1].endswith("; Local plan, invented")
