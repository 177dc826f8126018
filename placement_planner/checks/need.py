"""Rules of what need is made from: homes of children, hidden need, need groups, new homes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.checks.study import UnsoundError, row_findings
from placement_planner.codes import code_table
from placement_planner.tables.vocabulary import NEED_TYPES, PHASES

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = [
    "check_area_caseload",
    "check_group_cover",
    "check_hidden_groups",
    "check_hidden_need",
    "check_housing_carried",
]

_SLACK = 1e-6
_HALF_A_CHILD = 0.5
_CELL = ["authority_code", "ncy", "need_type", "setting"]
_SOURCE = ["authority_code", "need_type", "phase", "setting"]
_RULE = ["need_type", "phase", "setting"]


def _at_base(study: CheckedStudy, name: str) -> pd.DataFrame:
    """Return children by cell at the base January of a table that is sound."""
    rows = study.whole(name, *_CELL, "january", "children")
    return rows[rows["january"] == study.choices().need.base_january]


def check_area_caseload(study: CheckedStudy) -> list[Finding]:
    """Report authorities whose children by area do not add up to their caseload.

    Compared at the base January, within the settings that an authority has by area.
    """
    lived, plans = _at_base(study, "area_caseload"), _at_base(study, "caseload")
    known = pd.MultiIndex.from_frame(lived[["authority_code", "setting"]])
    plans = plans[pd.MultiIndex.from_frame(plans[["authority_code", "setting"]]).isin(known)]
    sums = pd.DataFrame(
        {
            "lived": lived.groupby(_CELL)["children"].sum(),
            "plans": plans.groupby(_CELL)["children"].sum(),
        }
    ).fillna(0.0)
    wrong = sums[(sums["lived"] - sums["plans"]).abs() > _HALF_A_CHILD].reset_index()
    first = lived.assign(row=lived.index).groupby("authority_code")["row"].min()
    found = []
    for code, cells in wrong.groupby("authority_code", sort=True):
        cell = cells.iloc[0]
        words = (
            f"{len(cells)} year group(s), need(s) and setting(s) of {code} differ from caseload, "
            f"for example ncy {cell['ncy']:g}, {cell['need_type']}, {cell['setting']}: "
            f"{cell['lived']:g} by area, {cell['plans']:g} in caseload"
        )
        found.append((first[code], words))
    right = (
        "children by area, UNKNOWN among them, that add up to caseload at the base January in "
        "every setting that is given by area"
    )
    return row_findings(study.tables["area_caseload"].file, "children", found, right)


def check_hidden_need(study: CheckedStudy) -> list[Finding]:
    """Report more children of hidden need than the caseload has in their setting."""
    plans = _at_base(study, "caseload")
    phases = code_table("phases")[["ncy", "places_phase"]]
    plans = plans.merge(phases.rename(columns={"places_phase": "phase"}), on="ncy")
    there = plans.groupby(_SOURCE)["children"].sum()
    rows = study.rows("hidden_need", *_SOURCE, "children")
    rows = rows[rows["authority_code"].isin(plans["authority_code"])]
    hidden = rows.assign(row=rows.index).groupby(_SOURCE, as_index=False)
    hidden = hidden.agg(children=("children", "sum"), row=("row", "min"))
    held = there.reindex(pd.MultiIndex.from_frame(hidden[_SOURCE])).fillna(0.0)
    hidden = hidden.assign(held=held.to_numpy(dtype=float))
    wrong = hidden[hidden["children"] > hidden["held"] + _SLACK].set_index("row").sort_index()
    words = (
        "{children:g} children of {authority_code}, {need_type}, {phase}, in {setting}; caseload "
        "has {held:g} at the base January"
    )
    right = "no more children, for all reasons, than caseload has in that setting"
    return study.report("hidden_need", "children", wrong, words, right)


def check_hidden_groups(study: CheckedStudy) -> list[Finding]:
    """Report hidden need whose need group is the one that the rules give anyway."""
    rules = _rules(study).rename(columns={"need_group": "given"})
    rows = study.rows("hidden_need", *_RULE, "need_group")
    wrong = rows.assign(row=rows.index).merge(rules, on=_RULE)
    wrong = wrong[wrong["need_group"] == wrong["given"]].set_index("row").sort_index()
    words = "{need_group}, the group of {need_type}, {phase}, in {setting} without hidden need"
    right = "the need group of another kind of place, or no row"
    return study.report("hidden_need", "need_group", wrong, words, right)


def _rules(study: CheckedStudy) -> pd.DataFrame:
    """Return the study's need group rules, or those of `codes/` where it has none."""
    columns = [*_RULE, "need_group"]
    if "need_group_rules" in study.tables:
        return study.whole("need_group_rules", *columns)
    if "need_group_rules" in study.unreadable:
        raise UnsoundError("need_group_rules")
    return code_table("need_group_rules")[columns]


def check_group_cover(study: CheckedStudy) -> list[Finding]:
    """Report needs and phases in a specialist setting that no rule gives a need group."""
    rules = study.whole("need_group_rules", *_RULE)
    settings = code_table("settings").query("counted_as == 'to_place'")["setting"]
    known = set(rules.itertuples(index=False, name=None))
    lacking = [
        rule for rule in itertools.product(NEED_TYPES, PHASES, settings) if rule not in known
    ]
    found = [(None, f"no row for {', '.join(rule)}") for rule in lacking]
    right = "a need group for every need and phase in each specialist setting"
    return row_findings(study.tables["need_group_rules"].file, "need_group", found, right)


def check_housing_carried(study: CheckedStudy) -> list[Finding]:
    """Report authorities with planned homes for whom the homes carried are not known."""
    areas = study.whole("areas", "area_code", "authority_code")
    rows = study.rows("housing", "area_code", "academic_year")
    choices = study.choices()
    first, last = choices.need.base_january, choices.horizon.years[-1]
    rows = rows.assign(row=rows.index).merge(areas, on="area_code")
    rows = rows[rows["academic_year"].between(first, last)]
    carried = _carried_years(study)
    found = []
    for code, homes in rows.groupby("authority_code", sort=True):
        years = range(first, int(homes["academic_year"].max()) + 1)
        lacking = [str(year) for year in years if (code, year) not in carried]
        if lacking:
            words = f"homes planned in {code}; housing_carried lacks {', '.join(lacking)}"
            found.append((homes["row"].min(), words))
    right = (
        "the homes that the population projection carries, in every year from the first after "
        "the base to the last planned, 0 where none"
    )
    return row_findings(study.tables["housing"].file, "academic_year", found, right)


def _carried_years(study: CheckedStudy) -> set[tuple[str, int]]:
    """Return authority and year of every row of homes carried; none without the table."""
    if "housing_carried" in study.unreadable:
        raise UnsoundError("housing_carried")
    if "housing_carried" not in study.tables:
        return set()
    rows = study.whole("housing_carried", "authority_code", "academic_year")
    return {(str(code), int(year)) for code, year in rows.itertuples(index=False, name=None)}
