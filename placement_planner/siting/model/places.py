"""Rules of places: nobody above them, lent within a site, filled once built, and borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from placement_planner.siting.model.variables import EQ, GE, LE, grouped, pool_names

if TYPE_CHECKING:
    from placement_planner.siting.model.variables import SitingModel
    from placement_planner.siting.problem import Problem

__all__ = [
    "fill_what_is_built",
    "keep_within_borders",
    "keep_within_places",
    "lend_within_sites",
    "open_before_placing",
]


def keep_within_places(problem: Problem, model: SitingModel) -> None:
    """Place no more children, and lend no more places, than there are, opened and borrowed."""
    counted = model.counted(model.stays.pool, model.stays.year)
    opened = model.opened(problem.opens, "pool", "year")
    names = pool_names(problem)
    for key in sorted({*counted, *model.lent}):
        pool, year = key
        terms = [*counted[key], *((b, -places) for b, places in opened[key])]
        terms += [(each[key], sign) for each, sign in
                  ((model.lent, 1.0), (model.borrowed, -1.0), (model.over, -1.0))
                  if key in each]  # fmt: skip
        places = float(problem.pools.places[pool, year])
        model.add(terms, LE, places, f"places_{names[pool]}_{problem.years[year]}")


def lend_within_sites(problem: Problem, model: SitingModel) -> None:
    """Let pools lend a share of their places; what a site's pools lend, they borrow."""
    opened = model.opened(problem.opens, "pool", "year")
    share, places = problem.flexible_share, problem.pools.places
    names = pool_names(problem)
    for (pool, year), lent in model.lent.items():
        terms = [(lent, 1.0), *((b, -share * size) for b, size in opened[pool, year])]
        name = f"lends_{names[pool]}_{problem.years[year]}"
        model.add(terms, LE, share * float(places[pool, year]), name)
    _borrow_when_open(problem, model)
    keys = [(int(problem.pools.sites[pool]), year) for pool, year in model.lent]
    balance = grouped(
        [*keys, *keys],
        [*((lent, 1.0) for lent in model.lent.values()),
         *((borrowed, -1.0) for borrowed in model.borrowed.values())],
    )  # fmt: skip
    first = {
        int(site): names[pool] for pool, site in reversed(list(enumerate(problem.pools.sites)))
    }
    for (site, year), terms in balance.items():
        model.add(terms, EQ, 0.0, f"site_of_{first[site]}_{problem.years[year]}")


def _borrow_when_open(problem: Problem, model: SitingModel) -> None:
    """Let a pool that is not there anyway borrow places only if something has opened in it."""
    opened = model.opened(problem.opens, "pool", "year")
    names = pool_names(problem)
    most = problem.pools.places.copy()
    opens = problem.opens
    np.add.at(most, (opens["pool"], opens["year"]), opens["places"])
    lendable = np.zeros((problem.pools.sites.max(initial=-1) + 1, len(problem.years)))
    np.add.at(lendable, problem.pools.sites, problem.flexible_share * most * problem.lends)
    for (pool, year), borrowed in model.borrowed.items():
        if not problem.pools.exists[pool, year]:
            limit = float(lendable[problem.pools.sites[pool], year])
            terms = [(borrowed, 1.0), *((b, -limit) for b, _ in opened[pool, year])]
            model.add(terms, LE, 0.0, f"borrows_{names[pool]}_{problem.years[year]}")


def fill_what_is_built(problem: Problem, model: SitingModel) -> None:
    """Fill pools that an option has built in to its viable minimum, once ramped up."""
    full = problem.opens[problem.opens["is_full"]]
    option = problem.decisions["option_id"].to_numpy()[full["decision"]]
    least = problem.options.set_index("option_id")["minimum_fill"]
    full = full.assign(option_id=option, least=least.reindex(option).to_numpy(dtype=float))
    full = full[full["least"] > 0]
    free = problem.pools.places[full["pool"], full["year"]]
    full = full.assign(places=full["least"] * (full["places"] + free))
    counted = model.counted(model.stays.pool, model.stays.year)
    built = model.opened(full, "option_id", "pool", "year")
    names = pool_names(problem)
    for (option_id, pool, year), wanted in built.items():
        terms = [*counted[pool, year], *((b, -places) for b, places in wanted)]
        model.add(terms, GE, 0.0, f"fill_{option_id}_{names[pool]}_{problem.years[year]}")


def open_before_placing(problem: Problem, model: SitingModel) -> None:
    """Place no child of a group in a pool that is not there anyway before something has opened.

    The rules of places imply this for whole decisions; said group by group it holds the
    relaxation close to them.
    """
    stays, exists = model.stays, problem.pools.exists
    counted = model.counted(stays.group, stays.pool, stays.year)
    opened = model.opened(problem.opens, "pool", "year")
    who, where = problem.groups.table["area_code"].tolist(), pool_names(problem)
    for (group, pool, year), terms in counted.items():
        if not exists[pool, year]:
            children = float(problem.groups.children[group, year])
            terms += [(b, -children) for b, _ in opened[pool, year]]
            name = f"opens_{group}_{who[group]}_{where[pool]}_{problem.years[year]}"
            model.add(terms, LE, 0.0, name)


def keep_within_borders(problem: Problem, model: SitingModel) -> None:
    """Place no more children in another authority than may be, or places serve."""
    exchange = problem.exchange
    limit = exchange.of_link[model.arcs.link[model.stays.arc]]
    counted = model.counted(limit, model.stays.year)
    served = model.opened(exchange.opens, "limit", "year")
    for key in sorted(key for key in counted if key[0] >= 0):
        row, year = key
        pair = exchange.table.iloc[row]
        terms = [*counted[key], *((b, -places) for b, places in served[key])]
        name = f"border_{'_'.join(pair)}_{problem.years[year]}"
        model.add(terms, LE, float(exchange.free[row, year]), name)
