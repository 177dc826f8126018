"""Rules of provision, caseload and transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.errors import Finding

if TYPE_CHECKING:
    from placement_planner.checks.study import CheckedStudy

__all__ = ["check_base_january", "check_closing_years", "check_roll", "check_steps"]


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
    january = study.choices().need.base_january
    held = sorted(study.whole("caseload", "january")["january"].unique())
    if january in held:
        return []
    found = "rows for " + ", ".join(map(str, held)) + " only"
    right = f"rows for January {january}, the scenario's need.base_january"
    return [Finding(study.tables["caseload"].file, None, "january", found, right)]


def check_steps(study: CheckedStudy) -> list[Finding]:
    """Report steps from one January to the next of other than one curriculum year."""
    rows = study.rows("transitions", "ncy_1", "ncy_2")
    wrong = rows[rows["ncy_2"] != rows["ncy_1"] + 1]
    words = "{ncy_2:g} after ncy_1 {ncy_1:g}"
    return study.report("transitions", "ncy_2", wrong, words, "ncy_1 plus one")
