from __future__ import annotations

import pytest

CELL = ["authority_code", "ncy", "need_type", "setting"]


def _stock(caseload, january):
    now = caseload[caseload["january"] == january]
    return now.set_index(CELL)["children"].sort_index()


def _side(transitions, january, side):
    """Count children on one side of a step, in the cells of the caseload."""
    steps = transitions[
        (transitions["january"] == january) & (transitions[f"setting_{side}"] != "NONSEND")
    ]
    names = {f"ncy_{side}": "ncy", f"need_{side}": "need_type", f"setting_{side}": "setting"}
    plain = steps[["authority_code", *names, "children"]].rename(columns=names)
    return plain.groupby(CELL)["children"].sum().sort_index()


@pytest.mark.parametrize("january", range(2021, 2026))
def test_transitions_balance_with_the_caseload_on_both_sides(tables, january):
    caseload, transitions = tables["caseload"], tables["transitions"]
    assert _side(transitions, january, 1).equals(_stock(caseload, january))
    assert _side(transitions, january, 2).equals(_stock(caseload, january + 1))


def test_children_are_a_year_older_after_each_step(tables):
    transitions = tables["transitions"]
    assert (transitions["ncy_2"] == transitions["ncy_1"] + 1).all()


def test_caseload_grows_like_the_country(tables):
    total = tables["caseload"].groupby("january")["children"].sum()
    assert total.index.tolist() == list(range(2021, 2027))
    assert total[2026] == pytest.approx(9500, abs=150)
    # England: 430,697 in January 2021, about 718,600 in January 2026 (DfE).
    assert total[2026] / total[2021] == pytest.approx(718_600 / 430_697, rel=0.04)


# England, January 2025, % of plans (DfE, EHC plans, reporting year 2025).
@pytest.mark.parametrize(
    ("column", "codes", "percent", "within"),
    [
        ("need_type", ["ASD"], 31.5, 2),
        ("need_type", ["SLCN"], 21.3, 2),
        ("need_type", ["SEMH"], 20.7, 2.5),
        ("need_type", ["MLD"], 10.6, 1.5),
        ("need_type", ["SLD"], 4.0, 1),
        ("setting", ["mainstream", "independent_mainstream"], 39.7, 2),
        ("setting", ["resourced_provision", "sen_unit"], 3.8, 1),
        ("setting", ["state_special"], 25.0, 2.5),
        ("setting", ["independent_special", "non_maintained_special"], 5.3, 1),
        ("setting", ["further_education", "specialist_post_16"], 13.8, 1.5),
    ],
)
def test_mix_of_january_2025_is_near_the_national_one(tables, column, codes, percent, within):
    caseload = tables["caseload"]
    now = caseload[caseload["january"] == 2025]
    share = now.loc[now[column].isin(codes), "children"].sum() / now["children"].sum()
    assert 100 * share == pytest.approx(percent, abs=within)


# England, January 2025: under 5, 5-10, 11-15, 16-19, 20-25 (DfE, reporting year 2025).
def test_age_mix_of_january_2025_is_near_the_national_one(tables):
    caseload = tables["caseload"]
    now = caseload[caseload["january"] == 2025]
    for low, high, percent in ((0, 4, 4.3), (5, 10, 33.3), (11, 15, 36.5), (16, 19, 20.0)):
        share = now.loc[(now["ncy"] + 4).between(low, high), "children"].sum()
        assert 100 * share / now["children"].sum() == pytest.approx(percent, abs=2.5)


def test_authorities_differ_as_authorities_do(tables):
    caseload = tables["caseload"]
    now = caseload[caseload["january"] == 2026]
    wide = now.pivot_table(
        index="authority_code", columns="setting", values="children", aggfunc="sum"
    )
    bases = wide[["resourced_provision", "sen_unit"]].sum(axis=1) / wide.sum(axis=1)
    assert bases.max() > 2 * bases.min()


def test_new_plans_of_requests_are_the_joiners(tables):
    transitions, requests = tables["transitions"], tables["requests"]
    joined = transitions[transitions["setting_1"] == "NONSEND"]
    keys = [joined["authority_code"], joined["january"], joined["ncy_2"] + 4]
    counted = joined.groupby(keys)["children"].sum().tolist()
    later = requests[requests["calendar_year"] >= 2021].sort_values(
        ["authority_code", "calendar_year", "age"]
    )
    assert later["new_plans"].tolist() == counted
    assert sorted(requests["calendar_year"].unique()) == list(range(2020, 2026))
    assert (requests["requests"] >= requests["assessments"]).all()
    assert (requests["assessments"] >= requests["new_plans"]).all()
