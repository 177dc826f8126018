"""Rules of children with plans against the population that they are part of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.checks.study import row_findings
from placement_planner.codes import code_table

if TYPE_CHECKING:
    import pandas as pd

    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = ["check_phase_population", "check_plans_per_head"]

_SLACK = 1e-6
_TO_PLACE = "to_place"
_CELL = ["authority_code", "january", "ncy"]
_PHASE = ["authority_code", "places_phase"]


def check_plans_per_head(study: CheckedStudy) -> list[Finding]:
    """Report ages at which more children have plans than live in the authority.

    One finding an authority and age, of the last January in which it is so.
    """
    plans = study.rows("caseload", *_CELL, "children")
    plans = plans.assign(row=plans.index).groupby(_CELL, as_index=False)
    cells = plans.agg(children=("children", "sum"), row=("row", "min"))
    cells = cells.merge(code_table("phases")[["ncy", "age"]], on="ncy")
    cells["academic_year"] = cells["january"] - 1
    keys = ["authority_code", "academic_year", "age"]
    people = study.rows("population_projection", *keys, "children")
    cells = cells.merge(people.rename(columns={"children": "people"}), on=keys)
    wrong = cells[cells["children"] > cells["people"] + _SLACK].sort_values("january")
    last = wrong.drop_duplicates(["authority_code", "age"], keep="last").set_index("row")
    words = (
        "{children:g} children of ncy {ncy:g} in {authority_code}, January {january:g}; "
        "population_projection has {people:g} of age {age:g} in {academic_year:g}"
    )
    right = "no more children with plans, all needs and settings, than there are of that age"
    return study.report("caseload", "children", last.sort_index(), words, right)


def check_phase_population(study: CheckedStudy) -> list[Finding]:
    """Report authorities with children to place of a phase of which nobody lives in their areas."""
    areas = study.whole("areas", "area_code", "authority_code")
    people = study.whole("population", "area_code", "age", "children").merge(areas, on="area_code")
    lived = people.merge(_phases(), on="age").groupby(_PHASE)["children"].sum()
    sought = _children_to_place(study)
    has_areas = sought.index.get_level_values("authority_code").isin(areas["authority_code"])
    here = lived.reindex(sought.index)
    empty = sought[(here == 0) | (here.isna() & ~has_areas)].reset_index()
    words = "nobody of {} age in the areas of {}, whose caseload has {:g} such children to place"
    found = [
        (None, words.format(", ".join(group["places_phase"]), code, group["children"].sum()))
        for code, group in empty.groupby("authority_code", sort=True)
    ]
    right = "areas of the authority with children of those ages"
    return row_findings(study.tables["population"].file, "children", found, right)


def _children_to_place(study: CheckedStudy) -> pd.Series:
    """Return children in specialist places at the base January, by authority and phase."""
    settings = code_table("settings").query("counted_as == @_TO_PLACE")["setting"]
    plans = study.rows("caseload", *_CELL, "setting", "children")
    plans = plans[
        (plans["january"] == study.choices().need.base_january)
        & plans["setting"].isin(settings)
        & (plans["children"] > 0)
    ]
    sought: pd.Series = plans.merge(_phases(), on="ncy").groupby(_PHASE)["children"].sum()
    return sought


def _phases() -> pd.DataFrame:
    phases = code_table("phases")[["ncy", "age", "places_phase"]]
    return phases[phases["places_phase"] != ""]
