"""The siting model in arrays: its rows, the columns that stand from the start, those of arcs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array, vstack

from placement_planner.siting.arcs import stays_of
from placement_planner.siting.decompose.blocks import Charges
from placement_planner.siting.decompose.families import FAMILIES, UNIT_GBP, fill_rows
from placement_planner.siting.decompose.openings import matches
from placement_planner.siting.highs import INFINITY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.arcs import Stays
    from placement_planner.siting.decompose.openings import Openings
    from placement_planner.siting.problem import Problem

__all__ = ["Columns", "Layout", "arc_columns", "charges_of", "lay_out", "rows_used"]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Columns of a model: cost, bounds and entries."""

    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    entries: csc_array


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Rows of the model, and the columns that stand from the start.

    Attributes
    ----------
    rows, columns
        Where each kind of rows, and of static columns, stands.
    lower, upper
        Bounds of the rows.
    static
        The columns that stand from the start: all but arcs.
    fill_cell
        Pool and year, as pool × T + year, of each fill row.
    route_group, route_row, route_share
        Groups, the routes with a limit that they count in, and their shares.
    constant
        Cost if everybody were in fallback, thousands of £.
    """

    rows: dict[str, slice]
    columns: dict[str, slice]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    static: Columns
    fill_cell: NDArray[np.int64]
    route_group: NDArray[np.int64]
    route_row: NDArray[np.int64]
    route_share: NDArray[np.float64]
    constant: float


def charges_of(
    problem: Problem, layout: Layout, duals: NDArray[np.float64], openings: Openings
) -> Charges:
    """Return what rows charge those who use them.

    Parameters
    ----------
    duals
        Of the rows of the layout, and of those of openings, which follow.
    """
    rows, years = layout.rows, len(problem.years)
    pool = -duals[rows["pool"]]
    np.subtract.at(pool, layout.fill_cell, duals[rows["fill"]])
    return Charges(
        pool=pool.reshape(-1, years),
        border=-duals[rows["border"]].reshape(-1, years),
        route=-duals[rows["route"]].reshape(-1, years),
        openings=openings,
        opening=np.maximum(-duals[len(layout.lower) :], 0.0),
    )


Part = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.float64]"]
"""Entries of a matrix: rows, columns, values."""


def lay_out(problem: Problem) -> Layout:
    """Lay out the rows of a problem, and every column but those of arcs."""
    families = [family(problem) for family in FAMILIES]
    bounds = {kind: each for family in families for kind, each in family.rows.items()}
    costs = {kind: each for family in families for kind, each in family.columns.items()}
    rows = _slices({kind: len(lower) for kind, (lower, _) in bounds.items()})
    columns = _slices({kind: len(cost) for kind, (cost, _) in costs.items()})
    lower, upper = (np.concatenate(each) for each in zip(*bounds.values(), strict=True))
    cost, most = (np.concatenate(each) for each in zip(*costs.values(), strict=True))
    parts = [
        (rows[e.row_kind].start + e.rows, columns[e.column_kind].start + e.columns, e.values)
        for family in families
        for e in family.entries
    ]
    fill, _ = fill_rows(problem)
    share = problem.routes.table["share"].to_numpy(dtype=float)
    members = problem.routes.groups
    route = np.repeat(np.arange(len(members)), [len(each) for each in members])
    fallback = problem.groups.children * problem.fallback_gbp[:, None] * problem.weights
    return Layout(
        rows=rows,
        columns=columns,
        lower=lower,
        upper=upper,
        static=Columns(
            cost=cost,
            lower=np.zeros(len(cost)),
            upper=most,
            entries=_matrix(parts, len(lower), len(cost)),
        ),
        fill_cell=(fill["pool"] * len(problem.years) + fill["year"]).to_numpy(dtype=np.int64),
        route_group=np.concatenate([np.zeros(0, dtype=np.int64), *members]),
        route_row=route,
        route_share=share[route],
        constant=float(fallback.sum()) / UNIT_GBP,
    )


def _slices(sizes: dict[str, int]) -> dict[str, slice]:
    ends = np.cumsum(list(sizes.values())).tolist()
    starts = [0, *ends[:-1]]
    return dict(zip(sizes, map(slice, starts, ends), strict=True))


def _matrix(parts: list[Part], rows: int, columns: int) -> csc_array:
    row, column, value = (np.concatenate(each) for each in zip(*parts, strict=True))
    return csc_array(coo_array((value, (row, column)), shape=(rows, columns)))


def arc_columns(
    problem: Problem,
    layout: Layout,
    link: NDArray[np.int64],
    entry: NDArray[np.int64],
    openings: Openings | None = None,
) -> Columns:
    """Return the columns of arcs: links and years of entry.

    Parameters
    ----------
    openings
        Rows that follow those of the layout.
    """
    stays = stays_of(problem, link, entry)
    arc = stays.arc
    gbp = problem.link_gbp[link[arc], stays.phases_on] - problem.fallback_gbp[stays.group]
    weighed = gbp * stays.share * problem.weights[stays.year]
    entries = _matrix(_uses(problem, layout, link, stays), len(layout.lower), len(link))
    if openings is not None:
        entries = csc_array(vstack([entries, openings.of_stays(problem, stays, len(link))]))
    return Columns(
        cost=np.bincount(arc, weights=weighed, minlength=len(link)) / UNIT_GBP,
        lower=np.zeros(len(link)),
        upper=np.full(len(link), INFINITY),
        entries=entries,
    )


def rows_used(
    problem: Problem,
    layout: Layout,
    link: NDArray[np.int64],
    entry: NDArray[np.int64],
    children: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return what children placed on arcs use of every row of the layout."""
    parts = _uses(problem, layout, link, stays_of(problem, link, entry))
    row, arc, value = (np.concatenate(each) for each in zip(*parts, strict=True))
    return np.bincount(row, value * children[arc], minlength=len(layout.lower)).astype(float)


def _uses(problem: Problem, layout: Layout, link: NDArray[np.int64], stays: Stays) -> list[Part]:
    """Return what arcs count for in rows: rows, arcs, and the share of a child who entered."""
    years, rows = len(problem.years), layout.rows
    arc, share = stays.arc, stays.share
    cell = stays.pool * years + stays.year
    filled, fill = matches(layout.fill_cell, cell)
    routed, route = matches(layout.route_group, stays.group)
    limit = problem.exchange.of_link[link[arc]]
    crosses = np.flatnonzero(limit >= 0)
    border = limit[crosses] * years + stays.year[crosses]
    relieved = layout.route_row[route] * years + stays.year[routed]
    return [
        (rows["group"].start + stays.group * years + stays.year, arc, share),
        (rows["pool"].start + cell, arc, share),
        (rows["fill"].start + fill, arc[filled], share[filled]),
        (rows["border"].start + border, arc[crosses], share[crosses]),
        (rows["route"].start + relieved, arc[routed], -layout.route_share[route] * share[routed]),
    ]
