"""The pooled prior: small counts lean on more children, by weights that can be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import DataError
from placement_planner.need.transitions.dynamics import Dynamics, rate_priors, yearly_variance
from placement_planner.need.transitions.parameters import Parameters
from placement_planner.need.transitions.pooled_joiners import (
    joiner_beta,
    joiner_level,
    joiner_shape,
)
from placement_planner.need.transitions.pooled_rates import state_rates
from placement_planner.need.transitions.pooled_ways import joiner_shares, mover_shares
from placement_planner.need.transitions.pooled_weights import weight_table
from placement_planner.need.transitions.pooling import TINY, factor_strength, ncy_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from placement_planner.need.transitions.dynamics import RateChoices
    from placement_planner.need.transitions.pooled_joiners import JoinerShape, Level
    from placement_planner.need.transitions.pooled_rates import Pooled
    from placement_planner.need.transitions.pooled_shares import Shares
    from placement_planner.need.transitions.states import States
    from placement_planner.need.transitions.steps import Steps

__all__ = ["pooled_parameters"]


def _year_weights(steps: Steps, recency: float) -> NDArray[np.float64]:
    back = steps.januaries.max() - steps.januaries
    weights: NDArray[np.float64] = recency ** back.astype(np.float64)
    return weights


def _weighted(
    every: Sequence[Steps], name: str, weights: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Sum a count over years; shape (R, S or A)."""
    return np.stack([w @ getattr(steps, name) for steps, w in zip(every, weights, strict=True)])


def _weighted_moves(steps: Steps, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    year, before, after, children = steps.moves.T
    return np.column_stack([before, after, children * weights[year]]).astype(np.float64)


def _joined_by_ncy(steps: Steps) -> NDArray[np.float64]:
    """Joiners by January and joiner NCY; shape (Y, A)."""
    at = steps.states.ncy[:, None] == steps.joiner_ncy[None, :]
    joined: NDArray[np.float64] = steps.joined @ at.astype(np.float64)
    return joined


def _state_rates(
    states: States,
    counts: tuple[NDArray[np.float64], NDArray[np.float64]],
    certain: NDArray[np.bool_],
    given: float | None,
) -> Pooled:
    """Pool a rate by state; states where it is certain are kept out of the pools."""
    yes, trials = counts
    open_ = (~certain).astype(np.float64)
    groups = ncy_groups(states.ncy)
    pooled = state_rates(states.ncy, groups, states.setting, (yes * open_, trials * open_), given)
    prior = np.where(certain, 1.0 - TINY, pooled.prior)
    return replace(pooled, prior=prior, yes=yes, trials=trials)


def _must_move(states: States, destinations: Shares) -> NDArray[np.bool_]:
    """Tell where nobody can stay, because the setting takes no older child, but may move."""
    valid = np.ones(len(states), dtype=np.bool_) if states.valid is None else states.valid
    may = np.isin(np.arange(len(states)), destinations.edges.row)
    must: NDArray[np.bool_] = may & (states.older >= 0) & ~valid[states.older]
    return must


@dataclass(frozen=True)
class _Swing:
    """Yearly standard deviation of a log rate, and that of its level by authority."""

    yearly: float
    level: NDArray[np.float64]


def _swing(
    seen: Sequence[NDArray[np.int64]],
    could: Sequence[NDArray[np.int64]],
    pooled: Pooled,
    prior_sd: float,
) -> _Swing:
    """Estimate how rates swing, and how well their level is known, by authority."""
    observed = [one.sum(axis=1).astype(np.float64) for one in seen]
    expected = [trials @ rate for trials, rate in zip(could, pooled.mean(), strict=True)]
    variance = yearly_variance(observed, expected, prior_sd, rate_priors()["yearly_sd_years"])
    known = [(1.0 / (variance + 1.0 / (due + 0.5))).sum() for due in expected]
    return _Swing(float(np.sqrt(variance)), 1.0 / np.sqrt(np.asarray(known)))


def _levels(
    every: Sequence[Steps],
    shape: JoinerShape,
    joined: Sequence[NDArray[np.float64]],
    choices: RateChoices,
) -> tuple[list[Level], float]:
    """Return each authority's joiner level, and how steady the pattern over NCYs is."""
    levels, seen, due = [], [], []
    for steps, rate, children in zip(every, shape.rate, joined, strict=True):
        expected = steps.population * rate
        total = children.sum(axis=1)
        levels.append(joiner_level(steps.januaries, total, expected.sum(axis=1), choices))
        scale = total / np.maximum(expected.sum(axis=1), TINY)
        seen.append(children.ravel())
        due.append((expected * scale[:, None]).ravel())
    return levels, factor_strength(np.concatenate(seen), np.concatenate(due))


def _dynamics(
    level: Level, leaving: tuple[float, float], moving: tuple[float, float], choices: RateChoices
) -> Dynamics:
    priors = rate_priors()
    fades = priors["damping"] if choices.damping is None else choices.damping
    step = np.hypot(priors["joiner_step_authority_sd"], priors["joiner_step_national_sd"])
    national = priors["joiner_step_national_sd"] ** 2
    return Dynamics(
        joiner_level_sd=level.level_sd,
        joiner_trend=level.trend,
        joiner_trend_sd=level.trend_sd,
        damping=fades if choices.trend == "damped" else 1.0,
        joiner_yearly_sd=float(step),
        joiner_fresh_sd=priors["joiner_fresh_sd"],
        joiner_shared=float(national / step**2),
        leaver_level_sd=leaving[0],
        leaver_yearly_sd=leaving[1],
        mover_level_sd=moving[0],
        mover_yearly_sd=moving[1],
    )


def _check(every: Sequence[Steps]) -> None:
    empty = [place for place, steps in enumerate(every) if not len(steps.januaries)]
    if not every or empty:
        raise DataError("no steps to estimate rates from: transitions of at least one January")


def pooled_parameters(
    all_steps: Mapping[str, Steps], valid_states: pd.DataFrame, choices: RateChoices
) -> tuple[dict[str, Parameters], pd.DataFrame]:
    """Set every weight from all authorities together, each leaning on the others as it must.

    How is said where it is done: leaving and moving in `state_rates`, joiners per head in
    `joiner_shape`, `joiner_level` and `joiner_beta`, where movers and joiners go in
    `pooled_shares`, how rates go ahead in `level_and_trend` and `yearly_variance`. A year's counts
    weigh `recency` to the power of the years since. Where a setting takes no older child and
    nobody was ever seen to stay, all who do not leave are expected to move; past the last NCY all
    leave.

    Parameters
    ----------
    all_steps
        Steps by authority code, over the same states. One authority leans on itself alone; with
        several, on the region that they make up.
    valid_states
        Columns setting, ncy_min, ncy_max, needs, may_move_to.
    choices
        Trend, recency, strength, change of need.

    Returns
    -------
    tuple
        Parameters by authority code; and the weights (`weight_table`), a row a cell with children
        of its own: the rest lean on the level above wholly.

    Raises
    ------
    DataError
        If an authority has no steps.
    """
    every = list(all_steps.values())
    _check(every)
    states, given = every[0].states, choices.pool_strength
    years = [_year_weights(steps, choices.recency) for steps in every]
    left, stayed, moved = (_weighted(every, name, years) for name in ("left", "stayed", "moved"))
    moves = [_weighted_moves(steps, w) for steps, w in zip(every, years, strict=True)]
    leaving = _state_rates(states, (left, left + stayed), states.older < 0, given)
    destinations = mover_shares(states, valid_states, moves, choices)
    must_move = _must_move(states, destinations)
    moving = _state_rates(states, (moved, stayed), must_move, given)
    ncy = every[0].joiner_ncy
    joined = [_joined_by_ncy(steps) for steps in every]
    joined_all = np.stack([w @ one for w, one in zip(years, joined, strict=True)])
    people = _weighted(every, "population", years)
    shape = joiner_shape(ncy, ncy_groups(ncy - 1), joined_all, people, given)
    into = joiner_shares(states, valid_states, ncy, _weighted(every, "joined", years), choices)
    levels, steadiness = _levels(every, shape, joined, choices)
    joiners = joiner_beta(shape, np.array([one.level for one in levels]), steadiness)
    priors = rate_priors()
    leaver_swing = _swing(
        [s.left for s in every],
        [s.left + s.stayed for s in every],
        leaving,
        priors["leaver_yearly_sd"],
    )
    mover_swing = _swing(
        [s.moved for s in every], [s.stayed for s in every], moving, priors["mover_yearly_sd"]
    )
    leavers, movers = leaving.beta(), moving.beta()
    parameters = {
        code: Parameters(
            states=states,
            leavers=leavers[place],
            movers=movers[place],
            destinations=destinations.branches(place),
            joiner_ncy=ncy,
            joiners=joiners[place],
            joiner_states=into.branches(place),
            dynamics=_dynamics(
                levels[place],
                (float(leaver_swing.level[place]), leaver_swing.yearly),
                (float(mover_swing.level[place]), mover_swing.yearly),
                choices,
            ),
        )
        for place, code in enumerate(all_steps)
    }
    fits = {"leaving": leaving, "moving": moving}
    shares = {"destinations": destinations, "joiner states": into}
    return parameters, weight_table(list(all_steps), states, ncy, fits, shares, shape)
