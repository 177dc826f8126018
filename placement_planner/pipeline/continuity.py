"""From who is placed where to who stays, and how long those who come will stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placement_planner import supply
from placement_planner.need.groups import places_phases
from placement_planner.need.parts import phases_of
from placement_planner.need.survival import cohort_survival
from placement_planner.tables import checked, empty_table
from placement_planner.tables.continuity import Followers, Kept, Survival, diagonal_survival

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.ahead import Ahead
    from placement_planner.surroundings import Surroundings
    from placement_planner.tables.stages import Need

__all__ = ["Continuity", "look_on"]


@dataclass(frozen=True, kw_only=True)
class Continuity:
    """Who keeps a place, how long those who come stay, and what a reader must know of both."""

    kept: DataFrame[Kept]
    survival: DataFrame[Survival]
    followers: DataFrame[Followers]
    notes: tuple[str, ...]


def look_on(ahead: Ahead, around: Surroundings, need: DataFrame[Need]) -> Continuity:
    """Return who stays where, as the scenario says: continuity, or a snapshot of each year.

    Parameters
    ----------
    ahead
        Children ahead.
    around
        Who is placed where now, and in which pools.
    need
        Children who need a place, by unit of the siting level, in the planned years.
    """
    scenario = ahead.scenario
    years = scenario.horizon.years
    if scenario.siting.mode == "snapshot":
        return Continuity(
            kept=empty_table(Kept),
            survival=checked(Survival, diagonal_survival(need, years)),
            followers=empty_table(Followers),
            notes=("Snapshot: every child is placed afresh in every planned year.",),
        )
    base = scenario.need.base_january - 1
    inputs, placed = ahead.baseline.inputs, around.placed.placed
    by_year_group = ahead.need_by_year_group()
    now = _by_phase(by_year_group[by_year_group["academic_year"] == base])
    survival = cohort_survival(by_year_group, base, years, supply.placed_share(placed, now))
    kept = supply.kept_places(
        placed,
        survival,
        inputs.provision,
        around.register,
        need,
        units=around.units,
        base_year=base,
        independent_stays=scenario.siting.independent_stays,
    )
    cohorts = checked(Survival, survival[survival["entry_year"] != base])
    return Continuity(
        kept=kept,
        survival=cohorts,
        followers=supply.room_for_followers(need, kept, cohorts, years),
        notes=_notes(placed, kept, around, years[0]),
    )


def _by_phase(stock: pd.DataFrame) -> pd.DataFrame:
    phases = places_phases().set_index("phase")["places_phase"]
    return stock.assign(phase=phases_of(stock["ncy"]).map(phases))


def _notes(
    placed: pd.DataFrame, kept: pd.DataFrame, around: Surroundings, year: int
) -> tuple[str, ...]:
    still = kept.loc[kept["academic_year"] == year, "children"].sum()
    known = "estimated" if around.placed.gravity is not None else "observed"
    note = (
        f"Continuity: of {placed['children'].sum():,.0f} children who hold a place now ({known}), "
        f"{still:,.0f} still hold it in the first planned year; everybody who is placed stays "
        "until they leave their school."
    )
    return (note,)
