"""Children with plans carried forward January by January, all draws at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.need.transitions.multipliers import drawn_multipliers, scaled
from placement_planner.need.transitions.parameters import Branches
from placement_planner.need.transitions.urns import (
    LARGE,
    BranchTable,
    beta_binomial,
    drawn_rates,
    nobody,
    urn_children,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from placement_planner.need.transitions.multipliers import Multipliers
    from placement_planner.need.transitions.parameters import Parameters

__all__ = ["Flow", "kept_destinations", "leaves_for_certain", "simulate", "simulate_flows"]

_CELLS = 1 << 17
_DRAWS = 500
_ROUNDING = 1e-12
_PAST_BYTES = 256
_EVERYONE = 1 << 20
_PATHS, _LEAVERS, _JOINERS, _TRANSFERS = range(4)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One January, and what led to it, in D draws.

    Attributes
    ----------
    counts
        Children by state; shape (S, D).
    left, moved, joined, transferred_in
        Children in all, since the January before; shape (D,). Those who grew past the last NCY
        are among `left`.
    """

    counts: NDArray[np.int32]
    left: NDArray[np.int64]
    moved: NDArray[np.int64]
    joined: NDArray[np.int64]
    transferred_in: NDArray[np.int64]


def leaves_for_certain(parameters: Parameters) -> NDArray[np.bool_]:
    """Tell which states are left at the next step: past the last NCY, or not valid; shape (S,).

    A child who grows out of the NCYs of a setting is counted there for one January, as the peer
    counts it, and leaves before the next.
    """
    states = parameters.states
    last: NDArray[np.bool_] = states.older < 0
    return last if states.valid is None else last | ~states.valid


def kept_destinations(parameters: Parameters) -> Branches:
    """Return where movers go, with those bound for a state that is not valid staying put."""
    states, branches = parameters.states, parameters.destinations
    if states.valid is None:
        return branches
    row = np.repeat(np.arange(len(states.older)), np.diff(branches.start))
    state = np.where(states.valid[branches.state], branches.state, states.older[row])
    return Branches(branches.start, state, branches.alpha)


@dataclass(frozen=True)
class _Seed:
    """Where the randomness of one authority's block of draws comes from."""

    seed: int
    authority: str
    block: int

    def stream(self, year: int, part: int) -> np.random.Generator:
        """Return the source for one part of a year's step."""
        key = (*self.authority.encode(), _PAST_BYTES + year, part, self.block)
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def shared(self) -> np.random.Generator:
        """Return the source that every authority's block of draws has in common."""
        key = (_EVERYONE, self.block)
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))


@dataclass(frozen=True, kw_only=True)
class _Urns:
    """Parameters made ready to draw from."""

    older: NDArray[np.int64]
    younger: NDArray[np.int64]
    ends: NDArray[np.bool_]
    leavers: NDArray[np.float64]
    movers: NDArray[np.float64]
    destinations: BranchTable
    joiners: NDArray[np.float64]
    joiner_states: BranchTable


def _urns(parameters: Parameters) -> _Urns:
    states = parameters.states
    ends = leaves_for_certain(parameters)
    younger = np.full(len(states.older), -1, dtype=np.int64)
    younger[states.older[~ends]] = np.flatnonzero(~ends)
    destinations = BranchTable.of(kept_destinations(parameters))
    movers = parameters.movers.copy()
    movers[destinations.strength <= 0] = (0.0, 1.0)
    return _Urns(
        older=states.older,
        younger=younger,
        ends=ends,
        leavers=parameters.leavers,
        movers=movers,
        destinations=destinations,
        joiners=parameters.joiners,
        joiner_states=BranchTable.of(parameters.joiner_states),
    )


def _nobody_for_certain(urns: _Urns, path: Multipliers | None) -> NDArray[np.float64]:
    """Bound from below the chance that nobody of n children leaves or moves; (S, LARGE + 2).

    0 where a cell is too large to be inverted, or counts those who do not leave or move; 1 where
    everybody leaves, and nothing is left to draw.
    """
    bound = np.zeros((len(urns.older), LARGE + 2))
    odds = (1.0, 1.0) if path is None else (path.leavers.max(), path.movers.max())
    leavers, movers = scaled(urns.leavers, odds[0]), scaled(urns.movers, odds[1])
    rare = (leavers[:, 0] <= leavers[:, 1]) & (movers[:, 0] <= movers[:, 1]) & ~urns.ends
    bound[rare, :-1] = nobody(leavers[rare]) * nobody(movers[rare])
    # Products are rounded in another order where a cell is inverted.
    bound = np.maximum(bound - _ROUNDING, 0.0)
    bound[urns.ends] = 1.0
    return bound


def _busy_cells(
    counts: NDArray[np.int32],
    bound: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return state, draw and uniform number of the cells where somebody may leave or move."""
    n_states, draws = counts.shape
    rows = max(_CELLS // draws, 1)
    chance, width = bound.reshape(-1), bound.shape[1]
    parts = []
    for start in range(0, n_states, rows):
        block = counts[start : start + rows]
        here = block > 0
        cell = np.flatnonzero(here)
        row = np.repeat(np.arange(len(block)), np.count_nonzero(here, axis=1))
        uniform = rng.random(len(cell))
        children = np.minimum(block.reshape(-1)[cell], LARGE + 1)
        may = np.flatnonzero(uniform >= chance[(row + start) * width + children])
        row = row[may]
        parts.append((row + start, cell[may] - row * draws, uniform[may]))
    state, draw, uniform = (np.concatenate(part) for part in zip(*parts, strict=True))
    return state, draw, uniform


def _add(counts: NDArray[np.int32], state: NDArray[np.int64], draw: NDArray[np.int64]) -> None:
    """Count one more child in each of the cells, in place."""
    cell = state * counts.shape[1] + draw
    np.add.at(counts.reshape(-1), cell, np.ones(len(cell), dtype=np.int32))


def _leave_and_move(
    urns: _Urns,
    counts: NDArray[np.int32],
    path: Multipliers | None,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Return the children one NCY older, those who left, and those who moved; (S, D), (D,)."""
    draws = counts.shape[1]
    bound = _nobody_for_certain(urns, path)
    state, draw, uniform = _busy_cells(counts, bound, rng)
    children = counts[state, draw]
    odds = (1.0, 1.0) if path is None else (path.leavers[draw], path.movers[draw])
    left, uniform = beta_binomial(children, scaled(urns.leavers[state], odds[0]), uniform, rng)
    moved, _ = beta_binomial(children - left, scaled(urns.movers[state], odds[1]), uniform, rng)
    after = counts[urns.younger]
    after[urns.younger < 0] = 0
    after[urns.older[state], draw] -= left + moved
    going = np.flatnonzero(moved)
    reached = urn_children(urns.destinations, state[going], moved[going].astype(np.int64), rng)
    _add(after, reached, np.repeat(draw[going], moved[going]))
    gone = counts[urns.ends].sum(axis=0, dtype=np.int64)
    gone += np.bincount(draw, weights=left, minlength=draws).astype(np.int64)
    return after, gone, np.bincount(draw, weights=moved, minlength=draws).astype(np.int64)


def _join(
    urns: _Urns,
    after: NDArray[np.int32],
    population: NDArray[np.float64],
    path: Multipliers | None,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Add the joiners of a year to `after`, and return how many they are; shape (D,)."""
    draws = after.shape[1]
    strength = urns.joiners.sum(axis=1)
    rate = (urns.joiners[:, 0] / strength)[:, None] * (
        np.ones(draws) if path is None else path.joiners
    )
    alpha = np.minimum(rate, 1.0) * strength[:, None]
    heads = np.rint(population).astype(np.int64)[:, None]
    joined = rng.binomial(heads, drawn_rates(alpha, strength[:, None] - alpha, rng))
    joined[urns.joiner_states.strength <= 0] = 0
    row, draw = np.nonzero(joined)
    sizes = joined[row, draw]
    reached = urn_children(urns.joiner_states, row, sizes, rng)
    _add(after, reached, np.repeat(draw, sizes))
    total: NDArray[np.int64] = joined.sum(axis=0)
    return total


def _block(
    parameters: Parameters,
    stock: NDArray[np.int64],
    population: NDArray[np.float64],
    transfers_in: NDArray[np.float64] | None,
    draws: int,
    seed: _Seed,
) -> Iterator[Flow]:
    """Carry one block of draws forward."""
    urns, years = _urns(parameters), len(population)
    paths: list[Multipliers] | list[None] = [None] * years
    if parameters.dynamics is not None:
        own, shared = seed.stream(0, _PATHS), seed.shared()
        paths = drawn_multipliers(parameters.dynamics, years, draws, own, shared)
    none = np.zeros(draws, dtype=np.int64)
    counts = np.broadcast_to(stock[:, None], (len(stock), draws)).astype(np.int32)
    yield Flow(counts=counts, left=none, moved=none, joined=none, transferred_in=none)
    for year, path in enumerate(paths):
        counts, left, moved = _leave_and_move(urns, counts, path, seed.stream(year, _LEAVERS))
        joined = _join(urns, counts, population[year], path, seed.stream(year, _JOINERS))
        arrived = none
        if transfers_in is not None:
            rows = np.flatnonzero(transfers_in[year] > 0)
            rates = transfers_in[year, rows][:, None]
            came = seed.stream(year, _TRANSFERS).poisson(rates, (len(rows), draws))
            counts[rows] += came.astype(np.int32)
            arrived = came.sum(axis=0)
        yield Flow(counts=counts, left=left, moved=moved, joined=joined, transferred_in=arrived)


def simulate_flows(
    parameters: Parameters,
    stock: NDArray[np.int64],
    population: NDArray[np.float64],
    *,
    draws: int,
    seed: int,
    authority: str = "",
    transfers_in: NDArray[np.float64] | None = None,
) -> Iterator[Flow]:
    """Carry children forward, and give each January with what led to it; see `simulate`.

    Draws go in blocks that fit a processor's cache, each with randomness of its own, so that the
    time grows as the draws do and the first blocks of more draws are those of fewer.
    """
    blocks = [
        _block(
            parameters,
            stock,
            population,
            transfers_in,
            min(_DRAWS, draws - start),
            _Seed(seed, authority, start // _DRAWS),
        )
        for start in range(0, draws, _DRAWS)
    ]
    for flows in zip(*blocks, strict=True):
        yield Flow(
            **{
                field.name: np.concatenate([getattr(flow, field.name) for flow in flows], axis=-1)
                for field in fields(Flow)
            }
        )


def simulate(
    parameters: Parameters,
    stock: NDArray[np.int64],
    population: NDArray[np.float64],
    *,
    draws: int,
    seed: int,
    authority: str = "",
    transfers_in: NDArray[np.float64] | None = None,
) -> Iterator[NDArray[np.int32]]:
    r"""Carry the children of one authority forward from January to January.

    In each step everybody grows one NCY older (past the last one: leaves);

    .. math:: l \sim \text{BetaBin}(n, \alpha_l, \beta_l), \quad
        m \sim \text{BetaBin}(n - l, \alpha_m, \beta_m), \quad
        j \sim \text{BetaBin}(P, \alpha_j, \beta_j)

    leave, move and join; movers and joiners are spread by Dirichlet-multinomials. Each state of
    each draw has fresh rates every year. With `parameters.dynamics` the mean odds of leaving and
    moving, and the mean rate of joining (at most 1), are multiplied by a path of each draw.

    A child who grows out of the NCYs that a setting takes is counted there for one January, then
    leaves; a mover bound for a state that is not valid at the older NCY stays. A mover with nowhere
    to go stays.

    Parameters
    ----------
    parameters
        Weights of the authority.
    stock
        Children by state at the first January; shape (S,).
    population
        Children who may join in each step, by joiner NCY, rounded to whole ones; shape (H, A).
    draws
        Number of draws, D.
    seed, authority
        Same seed and code give the same numbers, whatever else is simulated beside it.
    transfers_in
        Children expected from other authorities in each step, by state reached, drawn as Poisson;
        shape (H, S). Those who go to another authority are among the leavers.

    Yields
    ------
    ndarray
        Children by state and draw, shape (S, D), at the first January and the H after it.
    """
    for flow in simulate_flows(
        parameters,
        stock,
        population,
        draws=draws,
        seed=seed,
        authority=authority,
        transfers_in=transfers_in,
    ):
        yield flow.counts
