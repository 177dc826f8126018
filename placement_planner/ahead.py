"""Children ahead under a scenario: projected, with new homes and policy, counted, at home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from placement_planner.need.areas import area_draws, area_need, latent_need
from placement_planner.need.cube import Cube
from placement_planner.need.groups import COUNTED_CELL, TO_PLACE, count_scope, places_phases
from placement_planner.need.parts import by_phase, phases_of
from placement_planner.tables import checked
from placement_planner.tables.stages import Need, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandera.typing import DataFrame

    from placement_planner.inputs import Inputs
    from placement_planner.need import Origins
    from placement_planner.need.areas import AreaDraws, AreaWeights
    from placement_planner.need.hidden import HiddenShares
    from placement_planner.need.housing import NewHomes
    from placement_planner.need.policy import PolicyOutcome
    from placement_planner.scenario import Scenario

__all__ = ["Ahead", "Baseline"]

_GROUP = ["authority_code", "need_group", "phase"]
_PHASE_CELL = ["authority_code", "phase", "need_type", "setting"]


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What every policy starts from: children with plans ahead, and where they come from.

    Attributes
    ----------
    method
        "transitions", "published" or "held".
    cube
        Every year from the base, without new homes.
    origins
        Where the children of each cell were a January before.
    homes
        New homes above what the projection carries; None without any.
    population
        Children by authority, academic year and age, new homes included.
    weights
        Shares of the small areas in every cell of their authority.
    """

    inputs: Inputs
    method: str
    cube: Cube
    origins: Origins
    homes: NewHomes | None
    population: pd.DataFrame
    weights: AreaWeights


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """Children ahead under one scenario, each of them counted once.

    Attributes
    ----------
    policy
        Children with plans in every draw, with new homes and under the policy.
    expected, shares
        Their means by phase, need and setting; what they are counted as (`counted_shares`).
    support, support_shares
        The same of children with an individual support plan; without rows where there are none.
    hidden
        Need that placements hide, as the study counts it.
    """

    baseline: Baseline
    scenario: Scenario
    policy: PolicyOutcome
    expected: pd.DataFrame
    shares: pd.DataFrame
    support: pd.DataFrame
    support_shares: pd.DataFrame
    hidden: HiddenShares

    def need(self, years: Sequence[int]) -> DataFrame[Need]:
        """Return children to place by small area in some years: means."""
        parts = [
            area_need(_of_years(told, years), shares, self.baseline.weights)
            for told, shares in self._counted()
        ]
        every = pd.concat(parts, ignore_index=True)
        keys = [name for name in every.columns if name != "children"]
        return checked(Need, every.groupby(keys, as_index=False)["children"].sum())

    def need_by_year_group(self) -> pd.DataFrame:
        """Return children to place by authority, need group and year group, in every year: means.

        Returns
        -------
        DataFrame
            authority_code, need_group, ncy, academic_year, children, from the base year on.
        """
        cubes = [(self.policy.cube, self.shares)]
        if self.policy.support_plans is not None:
            cubes.append((self.policy.support_plans, self.support_shares))
        keys = ["authority_code", "need_group", "ncy", "academic_year"]
        parts = []
        for cube, shares in cubes:
            told = cube.expected()
            told = told.assign(phase=phases_of(told["ncy"]))
            sought = shares[shares["counted_as"] == TO_PLACE]
            told = told.merge(sought, on=COUNTED_CELL)
            parts.append(told.assign(children=told["children"] * told["share"]))
        every = pd.concat(parts, ignore_index=True)
        return every.groupby(keys, as_index=False)["children"].sum()

    def latent(self, years: Sequence[int]) -> pd.DataFrame:
        """Return latent demand by small area, beside the projection; no rows if left out."""
        return latent_need(
            _of_years(self.expected, years),
            self.shares,
            self.baseline.weights,
            self.scenario.need.latent_demand,
        )

    def scope(self, years: Sequence[int]) -> DataFrame[Scope]:
        """Return every child once: to place, or why not."""
        counted = self.counted(years)
        keys = ["authority_code", "academic_year", "counted_as"]
        return checked(Scope, counted.groupby(keys, as_index=False)["children"].sum())

    def counted(self, years: Sequence[int]) -> pd.DataFrame:
        """Return what children are counted as, by authority, need group and phase of places."""
        parts = [count_scope(_of_years(told, years), shares) for told, shares in self._counted()]
        every = pd.concat(parts, ignore_index=True)
        keys = [name for name in every.columns if name != "children"]
        return every.groupby(keys, as_index=False)["children"].sum()

    def need_draws(self) -> Cube:
        """Return children to place by authority, need group and phase of places, in every draw."""
        cubes = [(by_phase(self.policy.cube), self.shares)]
        if self.policy.support_plans is not None:
            cubes.append((by_phase(self.policy.support_plans), self.support_shares))
        told = [(cube, _to_place(shares)) for cube, shares in cubes]
        groups = pd.concat([shares[_GROUP] for _, shares in told]).drop_duplicates()
        groups = groups.sort_values(_GROUP, ignore_index=True)
        cube = self.policy.cube
        children = np.zeros(
            (len(cube.academic_years), len(groups), cube.children.shape[2]), dtype=np.float32
        )
        index = pd.MultiIndex.from_frame(groups)
        for cells, shares in told:
            for place, year in enumerate(cells.academic_years):
                counted = _shares_matrix(shares[shares["academic_year"] == year], cells, index)
                children[place] += counted @ cells.children[place]
        return Cube(cells=groups, academic_years=cube.academic_years, children=children)

    def area_draws(self, years: Sequence[int]) -> Iterator[AreaDraws]:
        """Go through every draw of children to place, by authority and year, area by area."""
        seed, weights = self.scenario.need.seed, self.baseline.weights
        draws = area_draws(self.policy.cube, self.shares, weights, seed, years)
        if self.policy.support_plans is None:
            return draws
        more = area_draws(self.policy.support_plans, self.support_shares, weights, seed, years)
        return _together(draws, more)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of homes, policy, hidden need and small areas."""
        homes = self.baseline.homes
        return (
            *(() if homes is None else homes.notes),
            *self.policy.notes,
            *self.hidden.notes,
            *self.baseline.weights.notes,
        )

    def _counted(self) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
        both = [(self.expected, self.shares), (self.support, self.support_shares)]
        return both if len(self.support) else both[:1]


def _of_years(expected: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    return expected[expected["academic_year"].isin(list(years))]


def _to_place(shares: pd.DataFrame) -> pd.DataFrame:
    """Keep what is to be placed, by the phase of the places."""
    sought = shares[shares["counted_as"] == TO_PLACE].merge(places_phases(), on="phase")
    return sought.assign(cell_phase=sought["phase"], phase=sought["places_phase"])


def _shares_matrix(shares: pd.DataFrame, cube: Cube, groups: pd.MultiIndex) -> csr_array:
    """Lay out the shares of cells (columns) that are counted in each group (row)."""
    cells = pd.MultiIndex.from_frame(cube.cells[_PHASE_CELL])
    names = ["cell_phase" if name == "phase" else name for name in _PHASE_CELL]
    column = cells.get_indexer(pd.MultiIndex.from_frame(shares[names]))
    row = groups.get_indexer(pd.MultiIndex.from_frame(shares[_GROUP]))
    return csr_array((shares["share"], (row, column)), shape=(len(groups), len(cells)))


def _together(draws: Iterator[AreaDraws], more: Iterator[AreaDraws]) -> Iterator[AreaDraws]:
    """Add a second kind of children to the first; both go by authority and year."""
    further = next(more, None)
    for one in draws:
        place = (one.authority_code, one.academic_year)
        while further is not None and (further.authority_code, further.academic_year) < place:
            further = next(more, None)
        if further is None or (further.authority_code, further.academic_year) != place:
            yield one
        else:
            yield _added(one, further)


def _added(one: AreaDraws, more: AreaDraws) -> AreaDraws:
    groups = pd.concat([one.groups, more.groups]).drop_duplicates()
    groups = groups.sort_values(list(groups.columns), ignore_index=True)
    index = pd.MultiIndex.from_frame(groups)
    children = np.zeros((len(one.areas), len(groups), one.children.shape[2]), dtype=np.float32)
    for part in (one, more):
        children[:, index.get_indexer(pd.MultiIndex.from_frame(part.groups))] += part.children
    return type(one)(
        authority_code=one.authority_code,
        academic_year=one.academic_year,
        areas=one.areas,
        groups=groups,
        children=children,
    )
