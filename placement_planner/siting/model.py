r"""The siting problem in PuLP: states the mathematics; does not solve, read or print.

.. math::

    \min \; & \sum_a c_a x_a + \sum_d \varphi_d F_d + \sum_n g_n b_n \\
    \text{s.t. } & \sum_{a \in d} x_a + F_d = \nu_d && \text{placed, or in fallback} \\
    & \sum_{a \in q} x_a \le s_q + \sum_n o_{nq} b_n && \text{places of pool } q \\
    & \sum_{a \in q} x_a \ge m \sum_n o_{nq} b_n && \text{viable fill, once ramped up} \\
    & \sum_{n \in o} b_n \le 1 && \text{one size and one start an option} \\
    & \sum_p y_{opt} = \sum_{n \in o} k_{nt} b_n && \text{every payment has a pot} \\
    & \sum_{t' \le t} \sum_o y_{opt'} \le M_{pt} && \text{no pot spends before it receives}

x: children placed on an arc; F: children in fallback; b: decisions (0 or 1); y: £ from pots.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulp

from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from placement_planner.siting.problem import Problem

__all__ = ["UNIT_GBP", "SitingModel", "build_model"]

UNIT_GBP = 1000.0
"""The model counts in thousands of £, so that its numbers lie near one another."""


@dataclass(frozen=True, kw_only=True)
class SitingModel:
    """A PuLP problem and the variables needed to read its answer, in the order of the arrays."""

    problem: pulp.LpProblem
    placed: list[pulp.LpVariable]
    fallback: list[pulp.LpVariable]
    built: list[pulp.LpVariable]
    paid: list[pulp.LpVariable]


def build_model(problem: Problem) -> SitingModel:
    """Write the problem as a PuLP model."""
    model = pulp.LpProblem("siting", pulp.LpMinimize)
    handles = SitingModel(
        problem=model,
        placed=[model.add_variable(f"x{i}", 0) for i in range(len(problem.arcs))],
        fallback=[model.add_variable(f"F{i}", 0) for i in range(len(problem.demand))],
        built=[
            model.add_variable(f"b{i}", cat=pulp.LpBinary) for i in range(len(problem.decisions))
        ],
        paid=[model.add_variable(f"y{i}", 0) for i in range(len(problem.pays))],
    )
    model.setObjective(_objective(problem, handles))
    _place_every_child(problem, handles)
    _keep_within_places(problem, handles)
    _decide_once(problem, handles)
    _keep_within_pots(problem, handles)
    return handles


def _add(
    model: pulp.LpProblem,
    terms: Iterable[tuple[pulp.LpVariable, float]],
    sense: int,
    right: float,
    name: str,
) -> None:
    expression = pulp.LpAffineExpression(dict(terms))
    model.addConstraint(pulp.LpConstraint(expression, sense, name, right))


def _by_key(
    keys: Iterable[Hashable], terms: Iterable[tuple[pulp.LpVariable, float]]
) -> defaultdict[Hashable, list[tuple[pulp.LpVariable, float]]]:
    grouped: defaultdict[Hashable, list[tuple[pulp.LpVariable, float]]] = defaultdict(list)
    for key, term in zip(keys, terms, strict=True):
        grouped[key].append(term)
    return grouped


def _objective(problem: Problem, handles: SitingModel) -> pulp.LpAffineExpression:
    fallback = problem.demand["fallback_gbp"] * problem.demand["weight"]
    terms: dict[pulp.LpVariable, float] = {}
    for variables, gbp in (
        (handles.placed, problem.arcs["gbp"]),
        (handles.fallback, fallback),
        (handles.built, problem.decisions["gbp"]),
    ):
        terms.update(zip(variables, (gbp / UNIT_GBP).tolist(), strict=True))
    return pulp.LpAffineExpression(terms)


def _place_every_child(problem: Problem, handles: SitingModel) -> None:
    arcs = _by_key(problem.arcs["demand"], ((x, 1.0) for x in handles.placed))
    for row, children in enumerate(problem.demand["children"].tolist()):
        terms = [*arcs[row], (handles.fallback[row], 1.0)]
        _add(handles.problem, terms, pulp.LpConstraintEQ, children, f"children_{row}")


def _keep_within_places(problem: Problem, handles: SitingModel) -> None:
    arcs = _by_key(problem.arcs["pool"], ((x, 1.0) for x in handles.placed))
    opens = problem.opens
    built = [handles.built[i] for i in opens["decision"]]
    opened = _by_key(opens["pool"], zip(built, opens["places"].tolist(), strict=True))
    fill = problem.options.set_index("option_id")["minimum_fill"]
    owners = problem.pool_years["option_id"].tolist()
    full = opens[opens["is_full"]]
    full_built = [handles.built[i] for i in full["decision"]]
    full_terms = _by_key(full["pool"], zip(full_built, full["places"].tolist(), strict=True))
    for pool, places in enumerate(problem.pool_years["places"].tolist()):
        terms = [*arcs[pool], *((b, -size) for b, size in opened[pool])]
        _add(handles.problem, terms, pulp.LpConstraintLE, places, f"places_{pool}")
        if full_terms[pool]:
            share = float(fill[owners[pool]])
            terms = [*arcs[pool], *((b, -share * size) for b, size in full_terms[pool])]
            _add(handles.problem, terms, pulp.LpConstraintGE, 0.0, f"fill_{pool}")


def _decide_once(problem: Problem, handles: SitingModel) -> None:
    decided = _by_key(problem.decisions["option_id"], ((b, 1.0) for b in handles.built))
    for option in problem.options.itertuples():
        sense = pulp.LpConstraintEQ if option.locked_in else pulp.LpConstraintLE
        _add(handles.problem, decided[option.option_id], sense, 1.0, f"once_{option.Index}")
        for other in split_list(option.requires):
            terms = [*decided[option.option_id], *((b, -1.0) for b, _ in decided[other])]
            name = f"requires_{option.Index}_{other}"
            _add(handles.problem, terms, pulp.LpConstraintLE, 0.0, name)
        for other in split_list(option.excludes):
            terms = [*decided[option.option_id], *decided[other]]
            name = f"excludes_{option.Index}_{other}"
            _add(handles.problem, terms, pulp.LpConstraintLE, 1.0, name)


def _keep_within_pots(problem: Problem, handles: SitingModel) -> None:
    pays = problem.pays
    pay_keys = list(zip(pays["option_id"], pays["academic_year"], strict=True))
    paid = _by_key(pay_keys, ((y, 1.0) for y in handles.paid))
    cash = problem.cash
    owner = problem.decisions["option_id"].to_numpy()[cash["decision"]]
    due = _by_key(
        zip(owner, cash["academic_year"], strict=True),
        zip(
            [handles.built[i] for i in cash["decision"]],
            (-cash["gbp"] / UNIT_GBP).tolist(),
            strict=True,
        ),
    )
    for row, (key, terms) in enumerate(due.items()):
        _add(handles.problem, [*paid[key], *terms], pulp.LpConstraintEQ, 0.0, f"payment_{row}")
    by_pot = _by_key(pays["pot_id"], zip(handles.paid, pays["academic_year"].tolist(), strict=True))
    for row, fund in enumerate(problem.funds.itertuples()):
        terms = [(y, 1.0) for y, year in by_pot[fund.pot_id] if year <= fund.academic_year]
        _add(handles.problem, terms, pulp.LpConstraintLE, fund.gbp / UNIT_GBP, f"pot_{row}")
