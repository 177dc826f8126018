"""Rates of leaving and moving, shrunk from level to level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.need.transitions.dynamics import rate_priors
from placement_planner.need.transitions.pooling import (
    TINY,
    chosen,
    factor_strength,
    neighbour_sums,
    rate_strength,
    shifted,
    shrunk,
    shrunk_factor,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Pooled", "state_rates"]


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """Rates of R authorities by n cells, and what they rest on.

    Attributes
    ----------
    prior
        Pooled rate of each cell; shape (R, n).
    strength
        Children that it counts as.
    yes, trials
        The authority's own counts, years weighted; shape (R, n).
    strengths
        Strength of each level passed through, by its name.
    """

    prior: NDArray[np.float64]
    strength: float
    yes: NDArray[np.float64]
    trials: NDArray[np.float64]
    strengths: dict[str, float]

    def beta(self) -> NDArray[np.float64]:
        """Return the Beta weights: strength times the pooled rate, and own counts; (R, n, 2)."""
        return np.stack(
            [
                self.strength * self.prior + self.yes,
                self.strength * (1.0 - self.prior) + self.trials - self.yes,
            ],
            axis=-1,
        )

    def own_weight(self) -> NDArray[np.float64]:
        """Return the share of the estimate that is the cell's own counts; shape (R, n)."""
        return self.trials / (self.trials + self.strength)

    def mean(self) -> NDArray[np.float64]:
        """Return the rate expected; shape (R, n)."""
        return shrunk(self.yes, self.trials, self.prior, self.strength)


def _summed(cell: NDArray[np.int64], counts: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    return np.bincount(cell, weights=counts, minlength=n).astype(np.float64)


def _by_ncy(
    ncy: NDArray[np.int64],
    group: NDArray[np.int64],
    counts: tuple[NDArray[np.float64], NDArray[np.float64]],
    given: float | None,
) -> tuple[NDArray[np.float64], float]:
    """Shrink each NCY to its neighbours; one without neighbours keeps to its own counts."""
    yes, trials = counts
    priors = rate_priors()
    weight, few = priors["neighbour_weight"], priors["unseen_children"]
    overall = (yes.sum() + TINY) / (trials.sum() + 2 * TINY)
    near = neighbour_sums(ncy, group, trials, weight)
    mean = (neighbour_sums(ncy, group, yes, weight) + few * overall) / (near + few)
    beside = near > 0
    strength = chosen(given, rate_strength, yes[beside], trials[beside], mean[beside])
    rate = np.where(beside, shrunk(yes, trials, mean, strength), shrunk(yes, trials, mean, few))
    return rate, strength


def state_rates(
    ncy: NDArray[np.int64],
    group: NDArray[np.int64],
    setting: NDArray[np.int64],
    counts: tuple[NDArray[np.float64], NDArray[np.float64]],
    given: float | None = None,
) -> Pooled:
    r"""Shrink the rate of each state to its NCY and setting, and authorities to their region.

    Every level is :math:`p_i = (y_i + K m_i) / (n_i + K)` with the rate :math:`m_i` of the level
    above **without the cell's own counts**, and :math:`K` children by beta-binomial marginal
    likelihood (`rate_strength`):

    1. NCY, all authorities: :math:`m` is its neighbours' rate within the group of steps
       (`ncy_groups`), so a step between phases keeps to its own counts;
    2. NCY and setting: :math:`m` is the NCY's rate with its odds times the setting's factor
       :math:`f = (o + c) / (e + c)`, children seen over expected within the group of steps;
    3. state: :math:`m` is the rate of NCY and setting;
    4. with several authorities, state of an authority: :math:`m` is the region's state with its
       odds times the authority's factor :math:`f`, seen over expected.

    The last gives :math:`\text{Beta}(K m + y,\ K (1 - m) + n - y)`.

    Parameters
    ----------
    ncy, group, setting
        NCY before the step, group of steps and setting of each state; shape (S,). An NCY may be
        in two groups.
    counts
        Children who did and who could; each of shape (R, S).
    given
        Strength of every level; None estimates them.

    Returns
    -------
    Pooled
        Rates by authority and state.
    """
    yes, trials = counts
    all_yes, everyone = yes.sum(axis=0), trials.sum(axis=0)
    mean, strengths = _setting_means(ncy, group, setting, (all_yes, everyone), given)
    strengths["state"] = chosen(given, rate_strength, all_yes, everyone, mean)
    prior, own = mean[None], strengths["state"]
    if len(yes) > 1:
        region = shrunk(all_yes, everyone, mean, strengths["state"])
        seen, expected = yes.sum(axis=1), trials @ region
        strengths["authority"] = chosen(given, factor_strength, seen, expected)
        factor = shrunk_factor(seen, expected, strengths["authority"])
        others = shrunk(all_yes - yes, everyone - trials, mean, strengths["state"])
        prior = shifted(others, factor[:, None])
        own = chosen(given, rate_strength, yes, trials, prior)
        strengths["authority and state"] = own
    return Pooled(prior=prior, strength=own, yes=yes, trials=trials, strengths=strengths)


def _setting_means(
    ncy: NDArray[np.int64],
    group: NDArray[np.int64],
    setting: NDArray[np.int64],
    counts: tuple[NDArray[np.float64], NDArray[np.float64]],
    given: float | None,
) -> tuple[NDArray[np.float64], dict[str, float]]:
    """Return each state's rate of NCY and setting, without its own counts, and the strengths."""
    yes, trials = counts
    years, at = np.unique(np.column_stack([ncy, group]), axis=0, return_inverse=True)
    n_years, n_settings = len(years), int(setting.max()) + 1
    of_year = _summed(at, yes, n_years), _summed(at, trials, n_years)
    rate, by_ncy = _by_ncy(years[:, 0], years[:, 1], of_year, given)
    _, kind = np.unique(np.column_stack([group, setting]), axis=0, return_inverse=True)
    n_kinds = int(kind.max()) + 1
    seen, due = _summed(kind, yes, n_kinds), _summed(kind, trials * rate[at], n_kinds)
    by_setting = chosen(given, factor_strength, seen, due)
    cell = at * n_settings + setting
    cell_yes = _summed(cell, yes, n_years * n_settings)
    cell_all = _summed(cell, trials, n_years * n_settings)
    mean = shifted(rate[at], shrunk_factor(seen, due, by_setting)[kind])
    _, first = np.unique(cell, return_index=True)
    used = cell[first]
    by_cell = chosen(given, rate_strength, cell_yes[used], cell_all[used], mean[first])
    mean = shrunk(cell_yes[cell] - yes, cell_all[cell] - trials, mean, by_cell)
    return mean, {"ncy": by_ncy, "setting": by_setting, "ncy and setting": by_cell}
