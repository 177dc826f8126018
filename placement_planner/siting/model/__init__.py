r"""The siting problem in PuLP: states the mathematics; does not solve, read or print.

Children :math:`x_a` are placed on arcs :math:`a = (g, q, e)`: those of group :math:`g` in pool
:math:`q` in year :math:`e`. They count in group :math:`g'`, pool :math:`q'` and year :math:`t` with
the share :math:`\sigma_a` of `arcs.stays_of`.

.. math::

    \min \; & \sum_a c_a x_a + \sum_{gt} \omega_t \varphi_g F_{gt} + \sum_n c_n b_n
        + \sum_{qt} \omega_t \kappa w_{qt} + \sum_{rt} \omega_t \eta_r v_{rt} \\
    \text{s.t. } & \sum_a \sigma_a(g, t) \, x_a + F_{gt} = \nu_{gt}
        && \text{every child is placed, or in fallback} \\
    & \sum_{g \in r} s_r F_{gt} - v_{rt} \le k_r && \text{routes with a limit} \\
    & \sum_a \sigma_a(q, t) \, x_a + l_{qt} - m_{qt} - w_{qt}
        \le s_{qt} + \sum_n o_{nqt} b_n && \text{places} \\
    & l_{qt} \le \phi \bigl(s_{qt} + \sum_n o_{nqt} b_n\bigr), \quad
        \sum_{q \in \text{site}} (l_{qt} - m_{qt}) = 0 && \text{lent within a site} \\
    & \sum_a \sigma_a(q, t) \, x_a \ge \mu_o \sum_{n \in o} (s_{qt} + o_{nqt}) b_n
        && \text{viable fill, once ramped up} \\
    & \sum_{a \in g, q} \sigma_a(q, t) \, x_a \le \nu_{gt} \sum_n [o_{nqt} > 0] \, b_n
        && \text{only where something has opened} \\
    & \sum_{a \in \rho} \sigma_a(t) \, x_a \le f_{\rho t} + \sum_n o_{n \rho t} b_n
        && \text{across authority borders} \\
    & \sum_{n \in o} b_n \le 1 && \text{one size and one start an option} \\
    & \sum_p y_{opt} = \sum_{n \in o} k_{nt} b_n && \text{every payment has a pot} \\
    & \sum_{t \in [t_1, t_2]} \sum_o y_{opt} \le M_{p t_1 t_2} && \text{what a pot has at hand}

and options that require or exclude others, or of which no more than some may be built.

:math:`F`: children in fallback; :math:`b` (0 or 1): decisions, an option at a size and a start;
:math:`y`: £ from pots; :math:`w`: children above places; :math:`l, m`: places lent and borrowed;
:math:`v`: children whom a full route cannot take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pulp

from placement_planner.siting.model.builds import decide_once, keep_within_pots
from placement_planner.siting.model.children import keep_within_routes, place_every_child
from placement_planner.siting.model.places import (
    fill_what_is_built,
    keep_within_borders,
    keep_within_places,
    lend_within_sites,
    open_before_placing,
)
from placement_planner.siting.model.variables import UNIT_GBP, SitingModel, make_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from placement_planner.siting.problem import Problem

    Rule = Callable[[Problem, SitingModel], None]

__all__ = ["RULES", "UNIT_GBP", "SitingModel", "build_model"]

RULES: tuple[Rule, ...] = (
    place_every_child,
    keep_within_routes,
    keep_within_places,
    lend_within_sites,
    fill_what_is_built,
    open_before_placing,
    keep_within_borders,
    decide_once,
    keep_within_pots,
)
"""Families of rules, in the order in which they are written."""


def build_model(problem: Problem, rules: Sequence[Rule] = RULES) -> SitingModel:
    """Write the problem as a PuLP model: by all rules, or by some of them."""
    model = make_variables(problem)
    for state in rules:
        state(problem, model)
    gbp = {variable: cost / UNIT_GBP for variable, cost in _costs(problem, model)}
    model.problem.setObjective(pulp.LpAffineExpression(gbp))
    return model


def _costs(problem: Problem, model: SitingModel) -> list[tuple[pulp.LpVariable, float]]:
    """Return £ over the horizon of every variable that costs something."""
    costs = list(zip(model.placed, model.arcs.gbp.tolist(), strict=True))
    costs += zip(model.built, problem.decisions["gbp"].tolist(), strict=True)
    extra = problem.routes.table["extra_gbp"].tolist()
    for year, weight in enumerate(problem.weights.tolist()):
        fallback = (row[year] for row in model.fallback)
        yearly = weight * np.where(np.isfinite(problem.fallback_gbp), problem.fallback_gbp, 0.0)
        costs += zip(fallback, yearly.tolist(), strict=True)
        costs += [(row[year], weight * gbp) for row, gbp in zip(model.spilt, extra, strict=True)]
        costs += [
            (over, weight * problem.over_gbp) for (_, at), over in model.over.items() if at == year
        ]
    return costs
