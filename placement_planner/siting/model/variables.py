"""Variables of the siting model, and the small words its rules are written in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pulp

from placement_planner.siting.arcs import Arcs, Stays, all_arcs, stays_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    import pandas as pd

    from placement_planner.siting.problem import Problem

__all__ = ["EQ", "GE", "LE", "UNIT_GBP", "SitingModel", "make_variables", "pool_names"]

UNIT_GBP = 1000.0
"""The model counts in thousands of £, so that its numbers lie near one another."""

LE, GE, EQ = pulp.LpConstraintLE, pulp.LpConstraintGE, pulp.LpConstraintEQ
Term = tuple[pulp.LpVariable, float]


@dataclass(frozen=True, kw_only=True)
class SitingModel:
    """A PuLP problem, and the variables needed to state its rules and to read its answer.

    Attributes
    ----------
    arcs, stays
        The arcs it holds, and what they count in.
    placed
        Children, by arc.
    fallback
        Children without a suitable local place, by group and year.
    spilt
        Children whom a full route cannot take, by route and year.
    built
        By decision.
    paid
        Thousands of £, by row of `Capital.pays`.
    over, lent, borrowed
        Children above places, places lent and borrowed, by pool and year where there may be any.
    """

    problem: pulp.LpProblem
    arcs: Arcs
    stays: Stays
    placed: list[pulp.LpVariable]
    fallback: list[list[pulp.LpVariable]]
    spilt: list[list[pulp.LpVariable]]
    built: list[pulp.LpVariable]
    paid: list[pulp.LpVariable]
    over: dict[tuple[int, int], pulp.LpVariable]
    lent: dict[tuple[int, int], pulp.LpVariable]
    borrowed: dict[tuple[int, int], pulp.LpVariable]

    def add(self, terms: Iterable[Term], sense: int, right: float, name: str) -> None:
        """Add a rule; a variable may stand in several terms, which are summed."""
        shares: defaultdict[pulp.LpVariable, float] = defaultdict(float)
        for variable, share in terms:
            shares[variable] += share
        expression = pulp.LpAffineExpression(dict(shares))
        self.problem.addConstraint(pulp.LpConstraint(expression, sense, name, right))

    def counted(self, *keys: Iterable[int]) -> defaultdict[Any, list[Term]]:
        """Return children with the share they count by, grouped by keys of each stay."""
        shares = zip(self.stays.arc.tolist(), self.stays.share.tolist(), strict=True)
        terms = ((self.placed[arc], share) for arc, share in shares)
        return grouped(zip(*(np.asarray(key).tolist() for key in keys), strict=True), terms)

    def opened(self, opens: pd.DataFrame, *columns: str) -> defaultdict[Any, list[Term]]:
        """Return decisions with the places they open, grouped by columns of a table."""
        keys = zip(*(opens[column].tolist() for column in columns), strict=True)
        places = zip(opens["decision"].tolist(), opens["places"].tolist(), strict=True)
        return grouped(keys, ((self.built[decision], size) for decision, size in places))


def grouped(keys: Iterable[Hashable], terms: Iterable[Term]) -> defaultdict[Any, list[Term]]:
    """Return terms by key; an absent key has none."""
    by_key: defaultdict[Any, list[Term]] = defaultdict(list)
    for key, term in zip(keys, terms, strict=True):
        by_key[key].append(term)
    return by_key


def pool_names(problem: Problem) -> list[str]:
    """Return the pools as they are named in the model: a colon ends a name in an .lp file."""
    return [pool_id.replace(":", ".") for pool_id in problem.pools.table["pool_id"]]


def make_variables(problem: Problem) -> SitingModel:
    """Make every variable, named by what it stands for."""
    arcs = all_arcs(problem)
    stays = stays_of(problem, arcs.link, arcs.entry)
    model = pulp.LpProblem("siting", pulp.LpMinimize)
    years = problem.years
    who = [f"{g.area_code}_{g.need_group}_{g.phase}" for g in problem.groups.table.itertuples()]
    where = pool_names(problem)
    placed = [
        model.add_variable(f"x_{who[group]}_{years[entry]}_{where[pool]}", 0)
        for group, pool, entry in zip(
            problem.link_group[arcs.link], problem.link_pool[arcs.link], arcs.entry, strict=True
        )
    ]
    routes = [f"{r.authority_code}_{r.need_group}_{r.phase}_{r.route}"
              for r in problem.routes.table.itertuples()]  # fmt: skip
    decisions, pays = problem.decisions.itertuples(), problem.capital.pays.itertuples()
    used = set(zip(stays.pool.tolist(), stays.year.tolist(), strict=True))
    over = [(q, t) for q, t in np.argwhere(problem.pools.extra > 0).tolist() if (q, t) in used]
    lends = np.argwhere(problem.lends).tolist()
    lent, borrowed = (
        {(q, t): model.add_variable(f"{kind}_{where[q]}_{years[t]}", 0) for q, t in lends}
        for kind in ("lent", "borrowed")
    )
    return SitingModel(
        problem=model,
        arcs=arcs,
        stays=stays,
        placed=placed,
        fallback=[
            [model.add_variable(f"F_{name}_{year}", 0, most) for year in years]
            for name, most in zip(who, _most_in_fallback(problem), strict=True)
        ],
        spilt=[[model.add_variable(f"v_{name}_{year}", 0) for year in years] for name in routes],
        built=[
            model.add_variable(f"b_{n.option_id}_{n.places}_{n.start_year}", cat=pulp.LpBinary)
            for n in decisions
        ],
        paid=[model.add_variable(f"y_{p.option_id}_{p.pot_id}_{p.academic_year}", 0) for p in pays],
        over={
            (q, t): model.add_variable(
                f"w_{where[q]}_{years[t]}", 0, float(problem.pools.extra[q, t])
            )
            for q, t in over
        },
        lent=lent,
        borrowed=borrowed,
    )


def _most_in_fallback(problem: Problem) -> list[float | None]:
    """Return nought for groups that have no fallback, whatever it costs."""
    return [None if np.isfinite(gbp) else 0.0 for gbp in problem.fallback_gbp]
