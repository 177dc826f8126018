"""Children to place by small area: expected, draw by draw, and the latent demand beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.need.areas.cells import PHASE_CELL, kinds_of
from placement_planner.need.areas.history import KINDS
from placement_planner.need.areas.people import PHASE_OF_AGE, PHASES, ages_of
from placement_planner.tables import checked
from placement_planner.tables.stages import Need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.areas.weights import AreaWeights, LocalWeights
    from placement_planner.need.cube import Cube

__all__ = ["AreaDraws", "area_draws", "area_need", "latent_need", "sum_to_units"]

TO_PLACE = "to_place"
DEPRIVED_DECILES = (1, 2, 3)
"""Deciles where fewer plans than expected may mean need that nobody has identified."""

LATENT = "latent demand, not in the projection"
SLACK = 1e-6
_GROUP = ["need_group", "phase"]
_PLACE = ["authority_code", "academic_year"]
_NEED = ["area_code", "authority_code", "need_group", "phase", "academic_year"]
_STREAM = 7


@dataclass(frozen=True, kw_only=True)
class AreaDraws:
    """Children to place in one authority and year, in every draw.

    Attributes
    ----------
    areas
        Codes of the areas; A of them.
    groups
        need_group, phase (early years kept apart): G rows, sorted.
    children
        (A, G, D).
    """

    authority_code: str
    academic_year: int
    areas: tuple[str, ...]
    groups: pd.DataFrame
    children: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class _Entries:
    """Which share of which cell is counted in which group."""

    cells: pd.DataFrame
    groups: pd.DataFrame
    cell: NDArray[np.int64]
    group: NDArray[np.int64]
    share: NDArray[np.float64]


def _entries(
    place: tuple[str, int],
    shares: Mapping[tuple[str, int], pd.DataFrame],
    cells: pd.DataFrame,
    mean: NDArray[np.float64],
) -> _Entries:
    """Look up the shares of some cells of an authority and year; none with children may lack them.

    `mean` are the cells' children.
    """
    code, year = place
    index = pd.MultiIndex.from_frame(cells)
    rows = shares.get(place)
    if rows is None:
        rows = pd.DataFrame(columns=[*PHASE_CELL, "counted_as", "need_group", "share"])
    spot = index.get_indexer(pd.MultiIndex.from_frame(rows[PHASE_CELL]))
    without = np.isin(np.arange(len(cells)), spot, invert=True) & (mean > 0)
    if mean[without].sum() > SLACK:
        raise DataError(
            f"counted shares lack {int(without.sum())} cell(s) with {mean[without].sum():,.1f} "
            f"children of authority {code} in {year}, for example "
            f"{index[int(without.argmax())]}; right would be shares that sum to 1 in every cell"
        )
    rows = rows.assign(cell=spot)
    rows = rows[(spot >= 0) & (rows["counted_as"] == TO_PLACE) & (rows["share"] > 0)]
    groups = rows[_GROUP].drop_duplicates().sort_values(_GROUP, ignore_index=True)
    group = pd.MultiIndex.from_frame(groups).get_indexer(pd.MultiIndex.from_frame(rows[_GROUP]))
    return _Entries(
        cells=cells,
        groups=groups,
        cell=rows["cell"].to_numpy(dtype=np.int64),
        group=group.astype(np.int64),
        share=rows["share"].to_numpy(dtype=float),
    )


def _spread(
    entries: _Entries,
    weights: NDArray[np.float64],
    children: NDArray[np.float64],
    relative: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    r"""Spread children by cell and draw (C, D) to areas and groups: (A, G, D).

    .. math:: x_{igd} = \sum_c \frac{w_{ic} r_{ikd}}{\sum_j w_{jc} r_{jkd}} s_{cg} n_{cd}

    with weights :math:`w` (A, C), shares :math:`s` and the draws of an area's factor relative to
    its mean, :math:`r` (A, kinds, D). Without these, :math:`x = \sum_c w s n`.
    """
    kind = kinds_of(entries.cells)
    spread = np.zeros((len(weights), len(entries.groups), children.shape[1]))
    counted = children
    if relative is not None:
        counted = np.zeros(children.shape)
        for k in np.unique(kind):
            alike = np.flatnonzero(kind == k)
            counted[alike] = children[alike] / (weights[:, alike].T @ relative[:, k])
    bins = entries.group * len(KINDS) + kind[entries.cell]
    for both in np.unique(bins):
        g, k = divmod(int(both), len(KINDS))
        cell, share = entries.cell[bins == both], entries.share[bins == both]
        part = (weights[:, cell] * share) @ counted[cell]
        spread[:, g] += part if relative is None else part * relative[:, k]
    return spread


def _by_place(shares: pd.DataFrame) -> dict[tuple[str, int], pd.DataFrame]:
    return {(str(code), int(year)): rows for (code, year), rows in shares.groupby(_PLACE)}


def _expected_rows(
    expected: pd.DataFrame,
    shares: pd.DataFrame,
    weights: AreaWeights,
    share_of: Callable[[str, LocalWeights, pd.DataFrame], NDArray[np.float64]],
) -> pd.DataFrame:
    """Spread expected children by what `share_of` gives each area of each cell; no noughts."""
    by_place, parts = _by_place(shares), []
    for (name, number), rows in expected[expected["children"] > 0].groupby(_PLACE, sort=True):
        code, year = str(name), int(number)
        local = weights.of(code, year)
        cells = rows.groupby(PHASE_CELL, as_index=False)["children"].sum()
        mean = cells.pop("children").to_numpy(dtype=float)
        entries = _entries((code, year), by_place, cells, mean)
        spread = _spread(entries, share_of(code, local, cells), mean[:, None])[:, :, 0]
        area, group = np.nonzero(spread > 0)
        parts.append(
            entries.groups.iloc[group].assign(
                area_code=np.array(local.areas, dtype=object)[area],
                authority_code=code,
                academic_year=year,
                children=spread[area, group],
            )
        )
    if not parts:
        return pd.DataFrame({name: [] for name in [*_NEED, "children"]})
    return _in_places_phases(pd.concat(parts, ignore_index=True))


def _in_places_phases(rows: pd.DataFrame) -> pd.DataFrame:
    """Add early years to the phase whose places they need."""
    phases = code_table("phases").drop_duplicates("phase").set_index("phase")["places_phase"]
    rows = rows.assign(phase=rows["phase"].map(phases))
    lost = rows["phase"] == ""
    if lost.any():
        raise DataError(
            f"{rows.loc[lost, 'children'].sum():,.1f} children who are older than any place is for "
            f"are counted as to place, for example in {rows.loc[lost, 'area_code'].iloc[0]}; right "
            "would be another counted_as"
        )
    return rows.groupby(_NEED, as_index=False)["children"].sum()


def area_need(
    expected: pd.DataFrame, shares: pd.DataFrame, weights: AreaWeights
) -> DataFrame[Need]:
    """Spread expected children to place over small areas; an authority's areas add up to it.

    Parameters
    ----------
    expected
        authority_code, academic_year, phase (of `codes/phases.csv`), need_type, setting, children.
    shares
        Counted shares: authority_code, academic_year, phase, need_type, setting, counted_as,
        need_group, share. In every cell with children they sum to 1.
    weights
        As from `area_weights`.

    Returns
    -------
    DataFrame
        Children by area, need group, phase of the places they need (early years in primary), year.

    Raises
    ------
    DataError
        If a cell with children has no shares, or an authority no weights.
    """
    need = _expected_rows(
        expected, shares, weights, lambda _, local, cells: local.weights.of(cells)
    )
    return checked(Need, need)


def latent_need(
    expected: pd.DataFrame, shares: pd.DataFrame, weights: AreaWeights, latent_demand: float
) -> pd.DataFrame:
    r"""Estimate the need that may not have been identified in deprived areas: beside, not within.

    In areas of deciles 1 to 3 whose smoothed factor is below 1, fewer children have plans than
    age and deprivation lead to expect:

    .. math:: x_{ig} = \lambda \sum_c (1 - \theta_{ik})^+ \, m_{ic} \, s_{cg} \, n_c

    with shares by people and deprivation alone :math:`m`, counted shares :math:`s` and the
    authority's children :math:`n`. These children are in no margin and no total of a projection.

    Parameters
    ----------
    expected, shares, weights
        As in `area_need`.
    latent_demand
        Share of the shortfall that is taken to be need, :math:`\lambda`.

    Returns
    -------
    DataFrame
        Columns as in `area_need`, and `label`: "latent demand, not in the projection". Empty at 0.
    """

    def shortfall(code: str, local: LocalWeights, cells: pd.DataFrame) -> NDArray[np.float64]:
        deprived = np.isin(weights.people[code].deprived, DEPRIVED_DECILES)
        missing = np.where(deprived[:, None], 1.0 - local.factors.mean(), 0.0).clip(min=0.0)
        short: NDArray[np.float64] = missing[:, kinds_of(cells)] * local.seed.of(cells)
        return latent_demand * short

    asked = expected if latent_demand > 0 else expected.iloc[:0]
    extra = _expected_rows(asked, shares, weights, shortfall)
    return extra.assign(label=LATENT)


def _phase_cells(cells: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the cells of phases that cells of NCYs lie in, and each one's number among them."""
    phase = np.array(PHASES, dtype=object)[PHASE_OF_AGE[ages_of(cells["ncy"])]]
    groups = cells.assign(phase=phase).groupby(PHASE_CELL, sort=True)
    return groups.size().reset_index()[PHASE_CELL], groups.ngroup().to_numpy(dtype=np.int64)


def _sums(values: NDArray[np.float32], number: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum rows by number, in double precision; every number occurs."""
    order = np.argsort(number, kind="stable")
    first = np.searchsorted(number[order], np.arange(number.max() + 1))
    sums: NDArray[np.float64] = np.add.reduceat(values[order].astype(np.float64), first)
    return sums


def area_draws(
    cube: Cube,
    shares: pd.DataFrame,
    weights: AreaWeights,
    seed: int,
    years: Sequence[int] | None = None,
) -> Iterator[AreaDraws]:
    """Spread every draw of the children to place over small areas, an authority and year at a time.

    How far each area departs from what its people lead to expect is drawn too, the same in all
    years of a draw; shares are made whole again in every draw, so that in each the areas add up to
    the authority.

    Parameters
    ----------
    cube
        Children in every draw.
    shares, weights
        As in `area_need`.
    seed
        Seed of the areas' draws: with an authority's code it gives the same numbers, whatever else
        is drawn beside it.
    years
        Academic years wanted; all of the cube if None.

    Yields
    ------
    AreaDraws
        By authority, then year; early years apart from primary.
    """
    by_place, wanted = _by_place(shares), cube.academic_years if years is None else years
    n_draws = cube.children.shape[2]
    for name, rows in cube.cells.reset_index(drop=True).groupby("authority_code", sort=True):
        code = str(name)
        cells, number = _phase_cells(rows)
        relative = None
        for place, year in enumerate(cube.academic_years):
            if year not in wanted:
                continue
            children = _sums(cube.children[place, rows.index], number)
            mean = children.mean(axis=1)
            if not mean.any():
                continue
            local = weights.of(code, year)
            if relative is None:
                rng = np.random.default_rng([seed, _STREAM, *code.encode()])
                relative = local.factors.draws(n_draws, rng) / local.factors.mean()[:, :, None]
            entries = _entries((code, year), by_place, cells, mean)
            spread = _spread(entries, local.weights.of(cells), children, relative)
            yield AreaDraws(
                authority_code=code,
                academic_year=year,
                areas=local.areas,
                groups=entries.groups,
                children=spread.astype(np.float32),
            )


def sum_to_units(area_need: pd.DataFrame, units: pd.Series) -> pd.DataFrame:
    """Sum need by small area to the units of the siting level.

    Parameters
    ----------
    area_need
        As from `area_need`.
    units
        Code of the unit of each small area, by area_code.
    """
    summed = area_need.assign(area_code=area_need["area_code"].map(units))
    return summed.groupby(_NEED, as_index=False)["children"].sum()
