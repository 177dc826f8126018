"""The gap of the plannable study with its border, whose answer can be re-derived by hand.

Need is 28 children for a base in either authority, 28 for a special school in Westby and 26 in
Eastham. In 2029 there are 15 base places in Westby (16, one held by a child from elsewhere), 13
special ones in Eastham (16 less 3) and 4 special ones outside the region, beyond 45 minutes.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from placement_planner.inputs import read_inputs
from placement_planner.pipeline import measure_gap
from placement_planner.scenario import read_scenario
from placement_planner.storage import write_table
from placement_planner.tables import table_name
from placement_planner.tables.study import STUDY_TABLES
from tests.plannable_study import write_plannable_study
from tests.small_study import boundaries, schools

YEAR = 2029
BORDER = ("travel_matrix", "neighbouring_places", "cross_border")


@cache
def balance(profile="public"):
    with TemporaryDirectory() as folder:
        study = write_plannable_study(Path(folder) / "study")
        frames = boundaries() | schools()
        for model in STUDY_TABLES:
            if table_name(model) in BORDER:
                write_table(study, model, frames[table_name(model)])
        scenario = read_scenario(study / "scenario.toml")
        choices = scenario.with_choices(privacy={"profile": profile})
        return measure_gap(read_inputs(study), choices)
