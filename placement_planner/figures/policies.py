"""Policy scenarios side by side, as may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.demand import Shown, shown_counts
from placement_planner.figures.premises import policy_name
from placement_planner.privacy import WITHHELD

if TYPE_CHECKING:
    from placement_planner.scenario import PrivacyChoices

__all__ = ["MEASURES", "SHARE", "shown_policies"]

SHARE = "share_of_pupils"
MEASURES = {
    "plans": "Children with a plan",
    SHARE: "Share of pupils with a plan",
    "to_place_special": "Need a place in a special school",
    "to_place_base": "Need a place in a specialist base",
    "support_plans": "Support plan instead of an EHC plan",
}
"""Measures of a comparison in the order they are told, and what people call them."""
_FIGURES = ["mean", "p5", "p95"]
_DECIMALS_OF_SHARES = 3


def shown_policies(frame: pd.DataFrame, choices: PrivacyChoices) -> Shown:
    """Return a comparison of scenarios as it may leave.

    Parameters
    ----------
    frame
        scenario, academic_year, measure (a key of `MEASURES`), mean, p5, p95: counts of children,
        shares of pupils from 0 to 1.
    choices
        Choices of disclosure control. Shares are rounded to 0.1 points, since with the population
        they would tell the count, and withheld with the plans of the same scenario and year.

    Returns
    -------
    Shown
        The same columns with name (of the scenario) and measure_name; measures in the order of
        `MEASURES`, scenarios in the order of `frame`.
    """
    measures = {name: place for place, name in enumerate(MEASURES)}
    scenarios = {name: place for place, name in enumerate(dict.fromkeys(frame["scenario"]))}
    order = pd.DataFrame(
        {
            "measure": frame["measure"].map(measures),
            "scenario": frame["scenario"].map(scenarios),
            "academic_year": frame["academic_year"],
        }
    ).sort_values(["measure", "scenario", "academic_year"])
    rows = frame.loc[order.index].reset_index(drop=True)
    is_share = rows["measure"] == SHARE
    title, level = "Policy scenarios side by side", "scenario, measure and year"
    counts = shown_counts(title, level, rows[~is_share], _FIGURES, choices)
    shares = _shown_shares(rows[is_share], counts.frame, choices)
    shown = pd.concat([counts.frame, shares.astype(dict.fromkeys(_FIGURES, object))]).sort_index()
    shown.insert(1, "name", shown["scenario"].map(policy_name))
    shown.insert(shown.columns.get_loc("measure") + 1, "measure_name",
                 shown["measure"].map(MEASURES))  # fmt: skip
    return Shown(shown, counts.withheld)


def _shown_shares(
    shares: pd.DataFrame, counts: pd.DataFrame, choices: PrivacyChoices
) -> pd.DataFrame:
    """Round shares, and withhold those whose plans are."""
    if choices.profile == "internal":
        return shares
    keys = ["scenario", "academic_year"]
    plans = counts[(counts["measure"] == "plans") & (counts["mean"] == WITHHELD)]
    hidden = pd.MultiIndex.from_frame(shares[keys]).isin(pd.MultiIndex.from_frame(plans[keys]))
    shown = {
        name: shares[name].round(_DECIMALS_OF_SHARES).astype(object).mask(hidden, WITHHELD)
        for name in _FIGURES
    }
    return shares.assign(**shown)
