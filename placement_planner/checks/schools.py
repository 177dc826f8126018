"""Rules of provision, caseload and transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.checks.study import row_findings
from placement_planner.errors import Finding
from placement_planner.storage import SCENARIO_FILE
from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy

__all__ = [
    "check_authorities_counted",
    "check_base_january",
    "check_closing_years",
    "check_horizon",
    "check_outside",
    "check_roll",
    "check_steps",
]


def check_closing_years(study: CheckedStudy) -> list[Finding]:
    """Report provision that closes before it has opened."""
    rows = study.rows("provision", "opens", "closes").dropna()
    wrong = rows[rows["closes"] <= rows["opens"]]
    right = "a year after the one in opens, or blank"
    return study.report("provision", "closes", wrong, "{closes:g}, opened in {opens:g}", right)


def check_roll(study: CheckedStudy) -> list[Finding]:
    """Report provision with more children from elsewhere than are on roll."""
    rows = study.rows("provision", "roll", "from_elsewhere").dropna()
    wrong = rows[rows["from_elsewhere"] > rows["roll"]]
    words = "{from_elsewhere:g} of a roll of {roll:g}"
    return study.report("provision", "from_elsewhere", wrong, words, "at most the number in roll")


def check_base_january(study: CheckedStudy) -> list[Finding]:
    """Report a caseload without the January that the scenario starts from."""
    january, held = _januaries(study)
    if january in held:
        return []
    found = "rows for " + ", ".join(map(str, held)) + " only"
    right = f"rows for January {january}, the scenario's need.base_january"
    return [Finding(study.tables["caseload"].file, None, "january", found, right)]


def check_authorities_counted(study: CheckedStudy) -> list[Finding]:
    """Report authorities without a row of the caseload at the base January."""
    base, held = _januaries(study)
    if base not in held:
        return []
    rows = study.whole("caseload", "authority_code", "january")
    there = rows.loc[rows["january"] == base, "authority_code"]
    every = study.whole("authorities", "authority_code")["authority_code"]
    words = "no row of authority {} for January {}, the base January"
    missing = sorted(set(every) - set(there))
    found = [(None, words.format(code, base)) for code in missing]
    right = "children with plans of every authority at need.base_january"
    return row_findings(study.tables["caseload"].file, "authority_code", found, right)


def check_horizon(study: CheckedStudy) -> list[Finding]:
    """Report planned years before the academic year of the base January."""
    base, held = _januaries(study)
    early = [year for year in study.choices().horizon.years if year < base - 1]
    if base not in held or not early:
        return []
    found = f"planned years before the base: {', '.join(map(str, early))}"
    right = f"{base - 1}, the academic year of need.base_january {base}, or later years"
    return [Finding(SCENARIO_FILE, None, "horizon.years", found, right)]


def _januaries(study: CheckedStudy) -> tuple[int, list[int]]:
    """Return the January that the scenario starts from, and those of the caseload."""
    held = study.whole("caseload", "january")["january"].unique()
    return study.choices().need.base_january, sorted(map(int, held))


def check_steps(study: CheckedStudy) -> list[Finding]:
    """Report steps from one January to the next of other than one curriculum year."""
    rows = study.rows("transitions", "ncy_1", "ncy_2")
    wrong = rows[rows["ncy_2"] != rows["ncy_1"] + 1]
    words = "{ncy_2:g} after ncy_1 {ncy_1:g}"
    return study.report("transitions", "ncy_2", wrong, words, "ncy_1 plus one")


def check_outside(study: CheckedStudy) -> list[Finding]:
    """Report steps that are outside by setting and not by need, or the other way round."""
    columns = ["setting_1", "need_1", "setting_2", "need_2"]
    rows = study.rows("transitions", *columns)
    found = []
    for side in (1, 2):
        setting, need = f"setting_{side}", f"need_{side}"
        wrong = rows[(rows[setting] == OUTSIDE) != (rows[need] == OUTSIDE)]
        words = f"{{{need}}} with {setting} {{{setting}}}"
        right = f"{OUTSIDE} in both {setting} and {need}, or in neither"
        found += study.report("transitions", need, wrong, words, right)
    return found
