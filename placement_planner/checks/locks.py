"""Rules of options that are locked in or out, and of what a lock brings with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.checks.study import row_findings
from placement_planner.tables import split_list

if TYPE_CHECKING:
    import pandas as pd

    from placement_planner.checks.study import CheckedStudy
    from placement_planner.errors import Finding

__all__ = [
    "check_excluding_locks",
    "check_locked_starts",
    "check_locks",
    "check_locks_of_sets",
    "check_required_locks",
]


def check_locks(study: CheckedStudy) -> list[Finding]:
    """Report options locked both in and out."""
    rows = study.rows("options", "option_id", "locked_in", "locked_out")
    both = rows[rows["locked_in"].astype(bool) & rows["locked_out"].astype(bool)]
    words, right = "{option_id} locked both in and out", "true in one of them at most"
    return study.report("options", "locked_in, locked_out", both, words, right)


def check_required_locks(study: CheckedStudy) -> list[Finding]:
    """Report options locked in that require, straight or by way of others, one locked out."""
    options = _options(study)
    found = [
        (options.loc[asker, "row"], f"{asker} locked in, which needs {option}, locked out")
        for option, asker in _must_be_built(options).items()
        if options.loc[option, "locked_out"]
    ]
    right = "options that may be built, or false in locked_in"
    return row_findings(study.tables["options"].file, "requires", sorted(found), right)


def check_excluding_locks(study: CheckedStudy) -> list[Finding]:
    """Report pairs of options that must both be built and exclude each other."""
    options = _options(study)
    must = _buildable(options)
    pairs = {
        tuple(sorted((option, other))): (options.loc[option, "row"], option, other)
        for option in reversed(must)
        for other in split_list(options.loc[option, "excludes"])
        if other in must and other != option
    }
    found = [
        (row, f"{other}, but {option} and {other} must both be built")
        for row, option, other in sorted(pairs.values())
    ]
    right = "options of which one at most is locked in, or required by one that is"
    return row_findings(study.tables["options"].file, "excludes", found, right)


def check_locks_of_sets(study: CheckedStudy) -> list[Finding]:
    """Report sets of which more options must be built than may be."""
    must = set(_buildable(_options(study)))
    rows = study.rows("option_sets", "options", "at_most").dropna()
    named = [sorted(must.intersection(split_list(cell))) for cell in rows["options"]]
    number = np.array([len(each) for each in named], dtype=int)
    rows = rows.assign(named=[", ".join(each) for each in named], must=number)
    wrong = rows[number > rows["at_most"].to_numpy(dtype=float)]
    words = "{at_most:g}, but {must:g} must be built: {named}"
    right = "at least as many as are locked in, or required by one that is"
    return study.report("option_sets", "at_most", wrong, words, right)


def check_locked_starts(study: CheckedStudy) -> list[Finding]:
    """Report options that must be built and that no start opens in a planned year."""
    years = study.choices().horizon.years
    must = _buildable(_options(study))
    rows = study.rows("options", "option_id", "lead_years", "earliest_start", "latest_start")
    rows = rows[rows["option_id"].isin(must) & (rows["earliest_start"] <= rows["latest_start"])]
    rows = rows.assign(
        first=rows["earliest_start"] + rows["lead_years"],
        last=rows["latest_start"] + rows["lead_years"],
    )
    wrong = rows[
        [not any(row.first <= year <= row.last for year in years) for row in rows.itertuples()]
    ]
    words = "{option_id}, which must be built, could open from {first:g} to {last:g} only"
    right = "starts such that start plus lead_years is one of the planned years " + ", ".join(
        map(str, years)
    )
    return study.report("options", "earliest_start, latest_start", wrong, words, right)


def _options(study: CheckedStudy) -> pd.DataFrame:
    """Return row, requires, excludes and locks of the options that are not locked both ways."""
    columns = ("option_id", "requires", "excludes", "locked_in", "locked_out")
    rows = study.rows("options", *columns)
    options = rows.assign(row=rows.index).drop_duplicates("option_id").set_index("option_id")
    options = options.astype({"locked_in": bool, "locked_out": bool})
    return options[~(options["locked_in"] & options["locked_out"])]


def _must_be_built(options: pd.DataFrame) -> dict[str, str]:
    """Return the options that must be built, each with the locked-in one that asks for it."""
    must = {str(option): str(option) for option in options.index[options["locked_in"]]}
    waiting = list(must)
    while waiting:
        asker = waiting.pop(0)
        for option in split_list(options.loc[asker, "requires"]):
            if option in options.index and option not in must:
                must[option] = must[asker]
                waiting.append(option)
    return must


def _buildable(options: pd.DataFrame) -> list[str]:
    return [option for option in _must_be_built(options) if not options.loc[option, "locked_out"]]
