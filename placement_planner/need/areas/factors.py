"""How far an area's history departs from what its people lead to expect, partly pooled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.need.areas.history import KINDS
from placement_planner.need.transitions.pooling import factor_strength, shrunk_factor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Factors", "History", "Strengths", "estimate_strengths"]

_LEAST = 1e-12
_STEPS = ("middle", "area", "kind")


@dataclass(frozen=True, kw_only=True)
class Strengths:
    """How many children the factor 1 is worth at each step: larger area, area, kind."""

    middle: float = np.inf
    area: float = np.inf
    kind: float = np.inf


@dataclass(frozen=True, kw_only=True)
class History:
    """Children of one authority by area and kind of setting: seen, and expected from its people.

    Attributes
    ----------
    middle
        Number of the larger area that each area nests in; shape (A,).
    observed, expected
        By area and kind of `KINDS`; shape (A, kinds). Each kind has the same total in both.
    read_from
        Table that the history was read from, or "none".
    """

    middle: NDArray[np.int64]
    observed: NDArray[np.float64]
    expected: NDArray[np.float64]
    read_from: str

    def by_middle(self, children: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum children by area and kind to the larger areas."""
        weights = children.sum(axis=1)
        return np.bincount(self.middle, weights=weights).astype(np.float64)


@dataclass(frozen=True)
class Step:
    """One step of the pooling: children seen, those told by the step before, the strength."""

    seen: NDArray[np.float64]
    told: NDArray[np.float64]
    strength: float

    @property
    def factor(self) -> NDArray[np.float64]:
        """Return :math:`(y + K) / (e + K)`."""
        return shrunk_factor(self.seen, self.told, self.strength)

    @property
    def weight(self) -> NDArray[np.float64]:
        """Return :math:`e / (e + K)`."""
        return self.told / (self.told + self.strength)

    def draws(self, told: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw factors from their gamma posterior; `told` as drawn so far, draws last."""
        shape = np.broadcast_to((self.seen + self.strength)[..., None], told.shape)
        drawn = rng.standard_gamma(shape) / (told + self.strength)
        return np.maximum(drawn, _LEAST)


@dataclass(frozen=True, kw_only=True)
class Factors:
    r"""Factors of an authority's areas: gamma-Poisson, in three steps.

    .. math::

        \theta_m = \frac{y_m + K_1}{e_m + K_1}, \quad
        \theta_i = \frac{y_i + K_2}{e_i \theta_m + K_2}, \quad
        \theta_{ik} = \frac{y_{ik} + K_3}{e_{ik} \theta_m \theta_i + K_3}

    of larger area :math:`m`, area :math:`i` and kind of setting :math:`k`, with children seen
    :math:`y` and expected :math:`e`. Each step expects what the one before has told, so without a
    history all are 1. Flows know nothing of children outside bases and special schools: there the
    factor is 1.
    """

    history: History
    strengths: Strengths

    def steps(self) -> dict[str, Step]:
        """Return the steps by name: middle, area, kind."""
        past, worth = self.history, self.strengths
        seen, told = past.observed, past.expected
        middle = Step(past.by_middle(seen), past.by_middle(told), worth.middle)
        told = told * middle.factor[past.middle, None]
        area = Step(seen.sum(axis=1), told.sum(axis=1), worth.area)
        kind = Step(seen, told * area.factor[:, None], worth.kind)
        return {"middle": middle, "area": area, "kind": kind}

    def _where_known(self, factors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Set to 1 the factors of kinds that flows know nothing of; kinds are the second axis."""
        if self.history.read_from != "flows":
            return factors
        known = self.history.observed.sum(axis=0) > 0
        return np.where(known.reshape(1, -1, *[1] * (factors.ndim - 2)), factors, 1.0)

    def mean(self) -> NDArray[np.float64]:
        """Return the product of the three factors by area and kind; shape (A, kinds)."""
        steps = self.steps()
        middle = steps["middle"].factor[self.history.middle]
        return self._where_known((middle * steps["area"].factor)[:, None] * steps["kind"].factor)

    def draws(self, n_draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
        r"""Draw the product from its gamma posterior, step after step.

        :math:`\theta_m \sim \Gamma(y_m + K_1, e_m + K_1)`; then
        :math:`\theta_i \sim \Gamma(y_i + K_2, e_i \theta_m + K_2)` with the :math:`\theta_m` drawn,
        and :math:`\theta_{ik}` likewise: where a larger area draws high, its areas draw low.

        Returns
        -------
        ndarray
            Shape (A, kinds, draws).
        """
        past, steps = self.history, self.steps()
        first = np.repeat(steps["middle"].told[:, None], n_draws, axis=1)
        drawn = steps["middle"].draws(first, rng)[past.middle]
        drawn = drawn * steps["area"].draws(past.expected.sum(axis=1)[:, None] * drawn, rng)
        of_kind = past.expected[:, :, None] * drawn[:, None, :]
        return self._where_known(drawn[:, None, :] * steps["kind"].draws(of_kind, rng))

    def table(self, areas: Sequence[str]) -> pd.DataFrame:
        """Return a row an area: children seen and expected, each step's factor and own weight.

        Columns: area_code, read_from, observed, expected, then factor and weight of each step and
        kind (middle_factor, middle_weight …). The own weight is :math:`e / (e + K)`: the share of a
        departure from the expected that is believed.
        """
        past, steps = self.history, self.steps()
        parts = {
            "middle": (steps["middle"].factor[past.middle], steps["middle"].weight[past.middle]),
            "area": (steps["area"].factor, steps["area"].weight),
        }
        factor, weight = self._where_known(steps["kind"].factor), steps["kind"].weight
        parts |= {kind: (factor[:, k], weight[:, k]) for k, kind in enumerate(KINDS)}
        columns: dict[str, object] = {
            "area_code": list(areas),
            "read_from": past.read_from,
            "observed": past.observed.sum(axis=1),
            "expected": past.expected.sum(axis=1),
        }
        for name, (own, share) in parts.items():
            columns |= {f"{name}_factor": own, f"{name}_weight": share}
        return pd.DataFrame(columns)


def estimate_strengths(histories: Sequence[History]) -> Strengths:
    """Read from all authorities' histories how strongly each step is pooled.

    By marginal likelihood, one step after the other; authorities without a history say nothing,
    and where none has one, the prior of `codes/rate_priors.csv` stands.
    """
    worth = Strengths()
    for name in _STEPS:
        steps = [Factors(history=past, strengths=worth).steps()[name] for past in histories]
        seen = np.concatenate([step.seen.ravel() for step in steps])
        told = np.concatenate([step.told.ravel() for step in steps])
        worth = replace(worth, **{name: factor_strength(seen, told)})
    return worth
