"""Families of rows and columns of the model in arrays: each states one kind of rule.

The same rules as `siting.model`, with the children in fallback left out as variables: those of a
group and year are its children less those placed, so that a child placed earns the fallback's £.
£ are in thousands, as there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.siting.highs import INFINITY
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from placement_planner.siting.problem import Problem

__all__ = ["FAMILIES", "UNIT_GBP", "Entries", "Family", "fill_rows"]

UNIT_GBP = 1000.0


@dataclass(frozen=True, kw_only=True)
class Entries:
    """Entries of rows of one kind in columns of another."""

    row_kind: str
    rows: NDArray[np.int64]
    column_kind: str
    columns: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Family:
    """Rows by kind (lower and upper bounds), columns by kind (cost, upper bound), and entries.

    Columns are at least nought, and all are bounded.
    """

    rows: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=dict)
    columns: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(
        default_factory=dict
    )
    entries: tuple[Entries, ...] = ()


def _at_most(limits: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    upper = np.ravel(limits).astype(float)
    return np.full(len(upper), -INFINITY), upper


def _equal(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.zeros(count), np.zeros(count)


def groups(problem: Problem) -> Family:
    """Place no more children of a group than there are."""
    return Family(rows={"group": _at_most(problem.groups.children)})


def decisions(problem: Problem) -> Family:
    """Take decisions, each at its cost."""
    cost = problem.decisions["gbp"].to_numpy(dtype=float) / UNIT_GBP
    return Family(columns={"built": (cost, np.ones(len(cost)))})


def places(problem: Problem) -> Family:
    """Place no more children in a pool than it has places, those opened and those above them."""
    opens, years = problem.opens, len(problem.years)
    over = np.argwhere(problem.pools.extra > 0)
    cost = problem.weights[over[:, 1]] * problem.over_gbp / UNIT_GBP
    return Family(
        rows={"pool": _at_most(problem.pools.places)},
        columns={"over": (cost, problem.pools.extra[over[:, 0], over[:, 1]])},
        entries=(
            Entries(
                row_kind="pool",
                rows=(opens["pool"] * years + opens["year"]).to_numpy(dtype=np.int64),
                column_kind="built",
                columns=opens["decision"].to_numpy(dtype=np.int64),
                values=-opens["places"].to_numpy(dtype=float),
            ),
            Entries(
                row_kind="pool",
                rows=over[:, 0] * years + over[:, 1],
                column_kind="over",
                columns=np.arange(len(over)),
                values=-np.ones(len(over)),
            ),
        ),
    )


def lending(problem: Problem) -> Family:
    """Let pools of a site lend a share of their places; one that is not open borrows none."""
    share, years = problem.flexible_share, len(problem.years)
    lends = np.argwhere(problem.lends)
    pool, year = lends[:, 0], lends[:, 1]
    one, number = np.ones(len(lends)), np.arange(len(lends))
    sites, site = np.unique(problem.pools.sites[pool] * years + year, return_inverse=True)
    opens = problem.opens
    cell = (opens["pool"] * years + opens["year"]).to_numpy()
    position = np.full(problem.pools.places.size, -1)
    position[pool * years + year] = number
    opened = position[cell] >= 0
    decision = opens["decision"].to_numpy()[opened]
    size = opens["places"].to_numpy(dtype=float)[opened]
    row = position[cell][opened]
    most = problem.pools.places.ravel()[pool * years + year].astype(float)
    np.add.at(most, row, size)
    lendable = np.bincount(site, weights=share * most, minlength=len(sites)).astype(float)[site]
    new = np.flatnonzero(~problem.pools.exists[pool, year])
    new_row = np.full(len(lends), -1)
    new_row[new] = np.arange(len(new))
    into_new = new_row[row] >= 0
    there = problem.pools.places[pool, year]
    return Family(
        rows={
            "lent": _at_most(share * there),
            "site": _equal(len(sites)),
            "borrow": _at_most(np.zeros(len(new))),
        },
        columns={"lent": (0 * one, share * most), "borrowed": (0 * one, lendable)},
        entries=(
            Entries(row_kind="pool", rows=pool * years + year, column_kind="lent",
                    columns=number, values=one),
            Entries(row_kind="pool", rows=pool * years + year, column_kind="borrowed",
                    columns=number, values=-one),
            Entries(row_kind="lent", rows=number, column_kind="lent", columns=number, values=one),
            Entries(row_kind="lent", rows=row, column_kind="built", columns=decision,
                    values=-share * size),
            Entries(row_kind="site", rows=site, column_kind="lent", columns=number, values=one),
            Entries(row_kind="site", rows=site, column_kind="borrowed", columns=number,
                    values=-one),
            Entries(row_kind="borrow", rows=np.arange(len(new)), column_kind="borrowed",
                    columns=new, values=one[new]),
            Entries(row_kind="borrow", rows=new_row[row][into_new], column_kind="built",
                    columns=decision[into_new], values=-lendable[row][into_new]),
        ),
    )  # fmt: skip


def fill_rows(problem: Problem) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of viable fill, and what decisions want in them.

    Returns
    -------
    tuple
        option_id, pool, year: a row each, sorted; and row, decision, wanted (children).
    """
    full = problem.opens[problem.opens["is_full"]]
    option = problem.decisions["option_id"].to_numpy()[full["decision"]]
    least = problem.options.set_index("option_id")["minimum_fill"]
    full = full.assign(option_id=option, least=least.reindex(option).to_numpy(dtype=float))
    full = full[full["least"] > 0]
    keys = ["option_id", "pool", "year"]
    rows = full[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    row = pd.MultiIndex.from_frame(rows).get_indexer(pd.MultiIndex.from_frame(full[keys]))
    free = problem.pools.places[full["pool"], full["year"]]
    wanted = full["least"].to_numpy() * (full["places"].to_numpy(dtype=float) + free)
    return rows, pd.DataFrame(
        {"row": row, "decision": full["decision"].to_numpy(), "wanted": wanted}
    )


def fill(problem: Problem) -> Family:
    """Fill what is built to its viable minimum, once ramped up."""
    rows, wanted = fill_rows(problem)
    return Family(
        rows={"fill": (np.zeros(len(rows)), np.full(len(rows), INFINITY))},
        entries=(
            Entries(
                row_kind="fill",
                rows=wanted["row"].to_numpy(dtype=np.int64),
                column_kind="built",
                columns=wanted["decision"].to_numpy(dtype=np.int64),
                values=-wanted["wanted"].to_numpy(dtype=float),
            ),
        ),
    )


def borders(problem: Problem) -> Family:
    """Place no more children in another authority than may be, or places serve."""
    served, years = problem.exchange.opens, len(problem.years)
    return Family(
        rows={"border": _at_most(problem.exchange.free)},
        entries=(
            Entries(
                row_kind="border",
                rows=(served["limit"] * years + served["year"]).to_numpy(dtype=np.int64),
                column_kind="built",
                columns=served["decision"].to_numpy(dtype=np.int64),
                values=-served["places"].to_numpy(dtype=float),
            ),
        ),
    )


def routes(problem: Problem) -> Family:
    """Let a route with a limit take its share of those in fallback, but for those spilt."""
    table, children = problem.routes.table, problem.groups.children
    limits = np.zeros((len(table), children.shape[1]))
    most = np.zeros_like(limits)
    for row, (route, members) in enumerate(
        zip(table.itertuples(), problem.routes.groups, strict=True)
    ):
        most[row] = route.share * children[members].sum(axis=0)
        limits[row] = route.most_children - most[row]
    extra = table["extra_gbp"].to_numpy(dtype=float)[:, None] * problem.weights / UNIT_GBP
    number = np.arange(limits.size)
    return Family(
        rows={"route": _at_most(limits)},
        columns={"spilt": (extra.ravel(), most.ravel())},
        entries=(
            Entries(row_kind="route", rows=number, column_kind="spilt", columns=number,
                    values=-np.ones(limits.size)),
        ),
    )  # fmt: skip


Rule = tuple[float, float, "NDArray[np.int64]", "NDArray[np.float64]"]
"""Lower and upper bound, decisions, values."""


def builds(problem: Problem) -> Family:
    """Build an option at one size and start; what it requires; not what it excludes; sets."""
    rules = list(_decide_once(problem))
    return Family(
        rows={
            "build": (
                np.array([low for low, *_ in rules], dtype=float),
                np.array([high for _, high, *_ in rules], dtype=float),
            )
        },
        entries=tuple(
            Entries(row_kind="build", rows=np.full(len(columns), row), column_kind="built",
                    columns=columns, values=values)
            for row, (_, _, columns, values) in enumerate(rules)
        ),
    )  # fmt: skip


def _decide_once(problem: Problem) -> Iterator[Rule]:
    decided = problem.decisions.groupby("option_id").indices
    none = np.zeros(0, dtype=np.int64)
    for option in problem.options.itertuples():
        own = decided[option.option_id]
        least, most = (1.0 if option.locked_in else -INFINITY), float(not option.locked_out)
        yield least, most, own, np.ones(len(own))
        for other in split_list(option.requires):
            others = decided.get(other, none)
            signs = np.concatenate([np.ones(len(own)), -np.ones(len(others))])
            yield -INFINITY, 0.0, np.concatenate([own, others]), signs
        for other in split_list(option.excludes):
            both = np.concatenate([own, decided.get(other, none)])
            yield -INFINITY, 1.0, both, np.ones(len(both))
    for each in problem.sets.itertuples():
        members = [decided[name] for name in split_list(each.options) if name in decided]
        if members:
            columns = np.concatenate(members)
            yield -INFINITY, float(each.at_most), columns, np.ones(len(columns))


def payments(problem: Problem) -> Family:
    """Meet every payment from pots."""
    cash, pays = problem.capital.cash, problem.capital.pays
    key = ["option_id", "academic_year"]
    due = cash[key].drop_duplicates().sort_values(key, ignore_index=True)
    index = pd.MultiIndex.from_frame(due)
    row_of_cash = index.get_indexer(pd.MultiIndex.from_frame(cash[key]))
    row_of_pay = index.get_indexer(pd.MultiIndex.from_frame(pays[key]))
    gbp = cash["gbp"].to_numpy(dtype=float) / UNIT_GBP
    most = np.zeros(len(due))
    np.maximum.at(most, row_of_cash, gbp)
    return Family(
        rows={"payment": _equal(len(due))},
        columns={"paid": (np.zeros(len(pays)), most[row_of_pay])},
        entries=(
            Entries(row_kind="payment", rows=row_of_pay, column_kind="paid",
                    columns=np.arange(len(pays)), values=np.ones(len(pays))),
            Entries(row_kind="payment", rows=row_of_cash, column_kind="built",
                    columns=cash["decision"].to_numpy(dtype=np.int64), values=-gbp),
        ),
    )  # fmt: skip


def pots(problem: Problem) -> Family:
    """Let no pot pay more than it has at hand."""
    pays, funds = problem.capital.pays, problem.capital.funds
    pot, year = pays["pot_id"].to_numpy(dtype=str), pays["academic_year"].to_numpy()
    drawn = [
        np.flatnonzero((pot == fund.pot_id) & (year >= fund.first) & (year <= fund.last))
        for fund in funds.itertuples()
    ]
    row = np.repeat(np.arange(len(funds)), [len(each) for each in drawn])
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *drawn])
    return Family(
        rows={"pot": _at_most(funds["gbp"].to_numpy(dtype=float) / UNIT_GBP)},
        entries=(
            Entries(row_kind="pot", rows=row, column_kind="paid", columns=columns,
                    values=np.ones(len(columns))),
        ),
    )  # fmt: skip


FAMILIES: tuple[Callable[[Problem], Family], ...] = (
    groups,
    decisions,
    places,
    lending,
    fill,
    borders,
    routes,
    builds,
    payments,
    pots,
)
"""Every rule, in the order of rows: those of builds alone come last."""
