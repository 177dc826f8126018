"""The small study, made so that it can be planned and its answer re-derived by hand.

Each authority has four autistic children in a SEN unit and four in a special school in each of the
seven year groups from Reception to Year 6, in both Januaries, the population stands still, and
rates are held: so need is the same in every year. Per authority 7 × 4 = 28 children for a base
and 28 for a special school; two of Eastham's (flows) are placed out of the region and stay there.
In all 56 + 54 = 110 children to place.
"""

import pandas as pd

from placement_planner.scenario import Scenario, scenario_template
from placement_planner.storage import write_table
from placement_planner.tables import table_name
from placement_planner.tables.study import STUDY_TABLES
from tests.small_study import EASTHAM, WESTBY, boundaries, money, option, schools

YEARS = (2027, 2028, 2029)
IN_NEED = 110


def caseload():
    return pd.DataFrame(
        {
            "authority_code": code,
            "january": january,
            "ncy": ncy,
            "need_type": "ASD",
            "setting": setting,
            "children": 4.0,
            "basis": "invented",
        }
        for code in (WESTBY, EASTHAM)
        for january in (2025, 2026)
        for ncy in range(7)
        for setting in ("sen_unit", "state_special")
    )


def projection():
    return pd.DataFrame(
        {
            "authority_code": code,
            "academic_year": year,
            "age": age,
            "children": 40.0,
            "basis": "invented",
        }
        for code in (WESTBY, EASTHAM)
        for year in range(2024, 2032)
        for age in range(26)
    )


def options():
    """A base at S1 and a new school at S3; either, at 16 places, costs £386,000."""
    return pd.DataFrame(
        [
            option("O1", "S1", "adapt_rooms", "ci_base"),
            option("O2", "S3", "new_special", "asd_special", pots="POT1;POT2"),
        ]
    )


def write_plannable_study(folder):
    """Write the study; it breaks no rule."""
    frames = boundaries() | schools() | money()
    frames |= {
        "caseload": caseload(),
        "population_projection": projection(),
        "options": options(),
    }
    left_out = {
        "agreements",
        "option_sets",
        "area_caseload",
        "hidden_need",
        "travel_matrix",
        "neighbouring_places",
        "cross_border",
        "transport_mix",
        "transport_totals",
    }
    for model in STUDY_TABLES:
        if table_name(model) in frames.keys() - left_out:
            write_table(folder, model, frames[table_name(model)])
    scenario = Scenario(name="Plannable study").with_choices(
        horizon={"years": YEARS}, need={"method": "held"}
    )
    (folder / "scenario.toml").write_text(scenario_template(scenario), encoding="utf-8")
    return folder
