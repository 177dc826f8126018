"""The tables of a plan in words and rounded, to be read in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.effects import EFFECT_NAMES, shown_effects, shown_savings
from placement_planner.figures.plan import shown_builds, shown_measures, shown_pots
from placement_planner.figures.years import YEAR_NAMES, shown_years
from placement_planner.wording import measured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placement_planner.outcome import Outcome

__all__ = [
    "told_builds",
    "told_effects",
    "told_measures",
    "told_pots",
    "told_savings",
    "told_years",
]

_BUILDS = {
    "opens": "Opens",
    "action": "What",
    "place": "Where",
    "authority": "Authority",
    "designation": "For whom",
    "phases": "Phase",
    "places": "Places",
    "cost": "Capital",
    "children": "Children placed",
}
_POTS = {
    "pot": "Pot",
    "owner": "Owner",
    "expires": "Spend by",
    "funded_gbp": "Funded",
    "spent_gbp": "Spent",
    "left_gbp": "Left",
}
_COUNTS = {
    "places", "children", "children_in_need", "fallback_do_nothing", "fallback_plan", "need",
    "opening", "placed_do_nothing", "placed_plan", "left_do_nothing", "left_plan",
}  # fmt: skip


def _told(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Name the columns, write every number by its unit, and put the first column in front."""
    words = {
        name: frame[name] if not _unit(name) else [measured(v, _unit(name)) for v in frame[name]]
        for name in names
    }
    table = pd.DataFrame(words).rename(columns={name: _plain(names[name]) for name in names})
    return table.set_index(table.columns[0])


def _unit(column: str) -> str:
    if column.endswith("_gbp"):
        return "GBP"
    return "children" if column in _COUNTS else ""


def _plain(heading: str) -> str:
    return heading.removesuffix(" (£)")


def told_measures(**outcomes: Outcome) -> pd.DataFrame:
    """Return the measures of plans beside each other, by name; of one, beside nothing built.

    Parameters
    ----------
    outcomes
        By the words that stand over their column, underscores for spaces.
    """
    frames = {name: shown_measures(each).set_index("name") for name, each in outcomes.items()}
    first = next(iter(frames.values()))
    columns = {"Nothing built": first["do_nothing"]} if len(frames) == 1 else {}
    columns |= {name.replace("_", " ").capitalize(): each["plan"] for name, each in frames.items()}
    rows = {
        name: [measured(value, unit) for value, unit in zip(column, first["unit"], strict=True)]
        for name, column in columns.items()
    }
    return pd.DataFrame(rows, index=first.index.rename("Final planned year"))


def told_builds(outcome: Outcome) -> pd.DataFrame:
    """Return what would be built, in order of opening."""
    return _told(shown_builds(outcome), _BUILDS)


def told_pots(outcome: Outcome) -> pd.DataFrame:
    """Return what reaches each pot, what the plan spends of it, and what is left."""
    return _told(shown_pots(outcome), _POTS)


def told_years(outcome: Outcome) -> pd.DataFrame:
    """Return children in need, placed and not, year by year."""
    return _told(shown_years(outcome), YEAR_NAMES)


def told_effects(outcome: Outcome) -> pd.DataFrame:
    """Return what the plan does for each authority, and with whose money."""
    return _told(shown_effects(outcome), EFFECT_NAMES)


def told_savings(outcome: Outcome) -> pd.DataFrame:
    """Return what building saves, by the share of places that replace independent ones."""
    names = {"words": "If taken up", "benefit_gbp": "Building saves, all planned years"}
    return _told(shown_savings(outcome), names)
