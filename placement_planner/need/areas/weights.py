"""Weights of small areas: how each of an authority's cells is shared between its areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError
from placement_planner.need.areas.cells import cell_shares, kinds_of
from placement_planner.need.areas.factors import Factors, History, estimate_strengths
from placement_planner.need.areas.history import KINDS, NO_HISTORY
from placement_planner.need.areas.people import (
    AGES,
    PHASE_OF_AGE,
    PHASES,
    age_mix_strength,
    area_shares,
    smoothed_ages,
)
from placement_planner.need.areas.raking import capped, rake
from placement_planner.need.areas.stock import expected_children, stock_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.areas.cells import CellShares
    from placement_planner.need.areas.factors import Strengths
    from placement_planner.need.areas.people import AreaPeople
    from placement_planner.need.areas.stock import Stock
    from placement_planner.tables.study import PopulationProjection

__all__ = ["AreaWeights", "LocalWeights", "area_weights"]

SMALLEST_SHOWN = 0.05
"""Children under which a cell's adjustment is not looked at: little is a large factor there."""


@dataclass(frozen=True, kw_only=True)
class LocalWeights:
    """Weights of one authority's areas.

    Attributes
    ----------
    areas
        Codes of the areas, sorted; A of them.
    weights, seed
        Shares of the areas in every cell: raked, and by people and deprivation alone.
    children
        Children at the base January by area and cell of `weights.cells`, raked.
    factors
        What the areas' history says, with its uncertainty.
    adjustments
        What raking came to: phase, rounds, largest_gap, largest_factor and where that is
        (area_code, need_type, setting, seed).
    notes
        What a reader should know, in sentences.
    """

    areas: tuple[str, ...]
    weights: CellShares
    seed: CellShares
    children: NDArray[np.float64]
    factors: Factors
    adjustments: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AreaWeights:
    """Weights of every authority's areas.

    Attributes
    ----------
    local
        By authority.
    with_homes
        By authority and academic year, where new homes shift people between areas.
    people
        People of every authority's areas.
    strengths
        How strongly history is pooled.
    pooling
        A row an area: authority_code, area_code, children with plans at the base January
        from_people alone and, as children, raked; then as from `Factors.table`.
    adjustments
        authority_code, and as in `LocalWeights.adjustments`; of `local` alone.
    """

    local: Mapping[str, LocalWeights]
    with_homes: Mapping[tuple[str, int], LocalWeights]
    people: Mapping[str, AreaPeople]
    strengths: Strengths
    pooling: pd.DataFrame
    adjustments: pd.DataFrame

    def of(self, authority_code: str, academic_year: int) -> LocalWeights:
        """Return the weights of an authority's areas in a year.

        Raises
        ------
        DataError
            If the authority has no weights.
        """
        year = self.with_homes.get((authority_code, academic_year))
        local = year or self.local.get(authority_code)
        if local is None:
            raise DataError(
                f"authority {authority_code} has children with plans in {academic_year} and none "
                "at the base January, so there are no weights of its areas; right would be a "
                "caseload of the base January"
            )
        return local

    @property
    def largest_adjustment(self) -> float:
        """Largest factor by which raking changed a cell, up or down, new homes included."""
        every = [*self.local.values(), *self.with_homes.values()]
        return max(float(local.adjustments["largest_factor"].max()) for local in every)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know, in sentences."""
        every = [*self.local.values(), *self.with_homes.values()]
        return tuple(dict.fromkeys(note for local in every for note in local.notes))


def _history(
    stock: Stock, people: AreaPeople, seed: NDArray[np.float64], homes: pd.DataFrame
) -> History:
    """Set children seen by area and kind beside those expected, of the same total by kind."""
    middle = pd.Index(people.middle).factorize(sort=True)[0]
    kind = kinds_of(stock.cells)
    expected = np.stack([seed[:, kind == k].sum(axis=1) for k in range(len(KINDS))], axis=1)
    observed = np.zeros(expected.shape)
    place = pd.Index(people.areas).get_indexer(homes["area_code"])
    of_kind = pd.Index(KINDS).get_indexer(homes["kind"])
    np.add.at(observed, (place, of_kind), homes["children"].to_numpy(dtype=float))
    total = expected.sum(axis=0)
    told = expected * np.divide(
        observed.sum(axis=0), total, out=np.zeros(len(KINDS)), where=total > 0
    )
    observed = observed * (total > 0)
    read_from = str(homes["read_from"].iloc[0]) if len(homes) else NO_HISTORY
    return History(middle=middle, observed=observed, expected=told, read_from=read_from)


def _raked(
    stock: Stock,
    people: AreaPeople,
    by_age: NDArray[np.float64],
    factors: Factors,
    prevalence_cap: float,
) -> LocalWeights:
    """Rake seed times factors to every cell's children and every area's total of a phase."""
    shares = area_shares(by_age, people.rate)
    seed = expected_children(stock, people, by_age)
    departed = seed * factors.mean()[:, kinds_of(stock.cells)]
    children = np.empty(seed.shape)
    rows, notes = [], []
    for number, there in stock.of_phases():
        start, whole = departed[:, there], stock.children[there]
        totals = start.sum(axis=1) * (whole.sum() / start.sum())
        ceilings = prevalence_cap * by_age[:, number == PHASE_OF_AGE].sum(axis=1)
        totals, holds = capped(totals, ceilings)
        if not holds:
            notes.append(
                f"More than {prevalence_cap:.0%} of all children in {PHASES[number]} have a plan "
                f"in authority {stock.authority_code}: the cap on an area's share "
                "(need.prevalence_cap) cannot hold there."
            )
        raked = rake(start, {(0,): totals, (1,): whole})
        children[:, there] = raked.table
        rows.append(
            {"phase": PHASES[number], "rounds": raked.rounds, "largest_gap": raked.largest_gap}
            | _largest_factor(start, raked.table, people.areas, stock.cells.iloc[there])
        )
    return LocalWeights(
        areas=people.areas,
        weights=cell_shares(stock.cells, children, shares),
        seed=cell_shares(stock.cells, seed, shares),
        children=children,
        factors=factors,
        adjustments=pd.DataFrame(rows),
        notes=tuple(notes),
    )


def _largest_factor(
    start: NDArray[np.float64],
    table: NDArray[np.float64],
    areas: tuple[str, ...],
    cells: pd.DataFrame,
) -> dict[str, object]:
    """Find where raking changed most, up or down, among cells that are not tiny."""
    shown = start >= SMALLEST_SHOWN
    factor = np.divide(table, start, out=np.ones(start.shape), where=shown & (table > 0))
    size = np.maximum(factor, 1.0 / factor)
    area, cell = np.unravel_index(int(size.argmax()), size.shape)
    return {
        "largest_factor": float(size[area, cell]),
        "area_code": areas[area],
        "need_type": cells["need_type"].iloc[cell],
        "setting": cells["setting"].iloc[cell],
        "seed": float(start[area, cell]),
    }


def _extra_people(local: AreaPeople, homes: pd.DataFrame) -> NDArray[np.float64]:
    """Set the people of new homes out by area and age of `AGES`."""
    extra = np.zeros(local.children.shape)
    homes = homes[homes["age"].isin(AGES)]
    place = pd.Index(local.areas).get_indexer(homes["area_code"])
    if (place < 0).any():
        raise DataError(
            f"{int((place < 0).sum())} row(s) of new homes' people are in areas outside their "
            f"authority, for example {homes.loc[place < 0, 'area_code'].iloc[0]}"
        )
    np.add.at(extra, (place, homes["age"].to_numpy(dtype=np.int64)), homes["children"].to_numpy())
    return extra


def _growth(
    projection: DataFrame[PopulationProjection], code: str, base_year: int, year: int
) -> NDArray[np.float64]:
    """Growth of an authority's people since the base year, by age; 1 where there was nobody."""
    own = projection[projection["authority_code"] == code]
    by_age = own.set_index(["academic_year", "age"])["children"]
    now, then = (
        by_age.reindex([(one, age) for age in AGES]).fillna(0.0).to_numpy(dtype=float)
        for one in (year, base_year)
    )
    growth: NDArray[np.float64] = np.divide(now, then, out=np.ones(len(AGES)), where=then > 0)
    return growth


def area_weights(
    base: pd.DataFrame,
    people: Mapping[str, AreaPeople],
    homes: pd.DataFrame,
    prevalence_cap: float,
    *,
    projection: DataFrame[PopulationProjection] | None = None,
    new_people: pd.DataFrame | None = None,
    base_year: int = 0,
) -> AreaWeights:
    """Weigh an authority's small areas by people of each age, deprivation and own history.

    The children that people (single ages shrunk, `smoothed_ages`) and deprivation lead to expect
    (`expected_children`), times the area's factor (`Factors`), then raked: every cell of phase,
    need and setting keeps the authority's children, and every area has the phase's total that its
    factors give it, no more than `prevalence_cap` of its children of the phase. So authority, age,
    need and placement keep their totals.

    Parameters
    ----------
    base
        Children with plans at the base January: authority_code, ncy, need_type, setting, children.
    people
        As from `area_people`.
    homes
        As from `known_homes`.
    prevalence_cap
        Largest share of an area's children of a phase that may have a plan.
    projection, base_year
        Population by authority and year, and the year of the base January: for new homes alone.
    new_people
        People of new homes above the projection: authority_code, area_code, academic_year, age,
        children. They shift weights in their years.

    Raises
    ------
    DataError
        If an authority has children with plans and no areas, nobody has a plan, or margins cannot
        be met.
    """
    base = base[base["children"] > 0]
    if base.empty:
        raise DataError("nobody has a plan at the base January: areas cannot be weighed")
    lacking = sorted(set(base["authority_code"]) - set(people))
    if lacking:
        number = base.loc[base["authority_code"].isin(lacking), "children"].sum()
        raise DataError(
            f"{number:,.1f} children with plans have no area to live in: {len(lacking)} "
            f"authority(ies) without small areas, for example {lacking[0]}"
        )
    kappa = age_mix_strength(people)
    stock = {str(code): stock_of(str(code), rows) for code, rows in base.groupby("authority_code")}
    smooth = {code: smoothed_ages(people[code].children, kappa) for code in stock}
    past = {
        code: _history(
            one,
            people[code],
            expected_children(one, people[code], smooth[code]),
            homes[homes["authority_code"] == code],
        )
        for code, one in stock.items()
    }
    strengths = estimate_strengths(list(past.values()))
    factors = {code: Factors(history=one, strengths=strengths) for code, one in past.items()}

    def local(code: str, by_age: NDArray[np.float64]) -> LocalWeights:
        return _raked(stock[code], people[code], by_age, factors[code], prevalence_cap)

    plain = {code: local(code, smooth[code]) for code in stock}
    shifted = {}
    if new_people is not None and projection is not None:
        some = new_people[(new_people["children"] > 0) & new_people["authority_code"].isin(stock)]
        for (code, year), rows in some.groupby(["authority_code", "academic_year"]):
            grown = people[code].children * _growth(projection, code, base_year, year)
            grown = smoothed_ages(grown + _extra_people(people[code], rows), kappa)
            shifted[str(code), int(year)] = local(code, grown)
    return AreaWeights(
        local=plain,
        with_homes=shifted,
        people=people,
        strengths=strengths,
        pooling=_stacked({code: _pooling(one) for code, one in plain.items()}),
        adjustments=_stacked({code: one.adjustments for code, one in plain.items()}),
    )


def _pooling(local: LocalWeights) -> pd.DataFrame:
    """Return a row an area: children by people alone and as raked, and what history came to."""
    whole = local.children.sum(axis=0)
    table = local.factors.table(local.areas)
    table.insert(1, "from_people", local.seed.known @ whole)
    table.insert(2, "children", local.children.sum(axis=1))
    return table


def _stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put authorities' tables under one another, their code first."""
    return (
        pd.concat(tables, names=["authority_code", "row"])
        .reset_index("authority_code")
        .reset_index(drop=True)
    )
