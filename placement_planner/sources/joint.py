"""A joint count from pairwise margins: fitted, compared, and how far from the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.sources.fitting import fit_to_margins, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["JointError", "compare_joints", "fit_joint", "independent_joint", "joint_error"]

_SMALL = 1e-6


@dataclass(frozen=True, kw_only=True)
class JointError:
    """How far an estimated joint is from the true one.

    Attributes
    ----------
    children
        Children in the true joint.
    wmape
        Sum of absolute differences over cells, divided by the children.
    misplaced
        Share of children who stand in a wrong cell: half the sum of absolute differences, divided
        by the children.
    """

    children: float
    wmape: float
    misplaced: float


def joint_error(truth: NDArray[np.float64], estimate: NDArray[np.float64]) -> JointError:
    r"""Compare a joint with the truth, cell by cell.

    .. math:: \mathrm{wMAPE} = \sum_c |t_c - e_c| / \sum_c t_c, \qquad
              \mathrm{misplaced} = \tfrac12 \sum_c |t_c - e_c| / \sum_c t_c

    Parameters
    ----------
    truth, estimate
        Children; any shape, the same for both.

    Examples
    --------
    >>> joint_error(np.array([6.0, 2.0, 2.0]), np.array([5.0, 4.0, 1.0]))
    JointError(children=10.0, wmape=0.4, misplaced=0.2)
    """
    difference = float(np.abs(truth - estimate).sum())
    children = float(truth.sum())
    return JointError(
        children=children, wmape=difference / children, misplaced=difference / children / 2
    )


def independent_joint(joint: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Naive joint: the product of the three one-way margins.

    .. math:: e_{asn} = t_{a\cdot\cdot}\, t_{\cdot s\cdot}\, t_{\cdot\cdot n} / t^2

    Parameters
    ----------
    joint
        Children by (unit, year group, setting, need); only margins are used.

    Examples
    --------
    >>> independent_joint(np.array([[[[2.0], [0.0]], [[0.0], [2.0]]]])).ravel().tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    total = joint.sum(axis=(1, 2, 3), keepdims=True)
    product = (
        joint.sum(axis=(2, 3), keepdims=True)
        * joint.sum(axis=(1, 3), keepdims=True)
        * joint.sum(axis=(1, 2), keepdims=True)
    )
    return ratio(product, total**2)


def fit_joint(
    need_by_setting: NDArray[np.float64],
    need_by_age: NDArray[np.float64],
    placed: NDArray[np.float64],
    seed: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Fit a joint to its three pairwise margins; children by age and setting hold exactly.

    Fitting keeps of the seed what the margins do not say: how need, age and setting depend on each
    other all three at once. Where the seed is nought, the unit's own (age × setting) × (need given
    setting) stands in: nobody seen in a larger area does not mean that nobody can be.

    Parameters
    ----------
    need_by_setting
        Children by (unit, setting, need).
    need_by_age
        Children by (unit, year group, need).
    placed
        Children by (unit, year group, setting).
    seed
        Joint of a larger area, (1 or unit, year group, setting, need), any scale; None: the unit's
        own product, which knows no dependence of all three.

    Returns
    -------
    numpy.ndarray
        Children by (unit, year group, setting, need).
    """
    mix = ratio(need_by_setting, need_by_setting.sum(axis=2, keepdims=True))
    own = placed[:, :, :, None] * mix[:, None, :, :]
    start = own
    if seed is not None:
        share = ratio(seed, seed.sum(axis=(1, 2, 3), keepdims=True))
        scaled = share * placed.sum(axis=(1, 2))[:, None, None, None]
        start = np.where(scaled > 0, scaled, own)
    fitted = fit_to_margins(start, {1: need_by_setting, 2: need_by_age, 3: placed})
    return fit_to_margins(np.where(fitted < _SMALL, 0.0, fitted), {3: placed}, rounds=1)


def compare_joints(truth: NDArray[np.float64], units: Sequence[str]) -> pd.DataFrame:
    """Estimate joints that are known, each unit from its margins and the others, and compare.

    Parameters
    ----------
    truth
        Children by (unit, year group, setting, need): several authorities, or Januaries.
    units
        Names of the units.

    Returns
    -------
    pandas.DataFrame
        unit, estimate, children, wmape, misplaced. The estimates: `independent` (product of one-way
        margins), `own_margins` (fitted from the unit's own product), `published_seed` (fitted from
        a joint that is itself fitted to the pairwise margins of the others together, as with
        published national rows) and `joint_seed` (fitted from the true joint of the others).

    Examples
    --------
    >>> truth = np.array([[[[4.0, 0.0], [0.0, 4.0]]], [[[2.0, 0.0], [0.0, 6.0]]]])
    >>> compared = compare_joints(truth, ["a", "b"]).set_index(["unit", "estimate"])["misplaced"]
    >>> compared.loc["a"].round(6).to_dict()
    {'independent': 0.5, 'own_margins': 0.0, 'published_seed': 0.0, 'joint_seed': 0.0}
    """
    naive = independent_joint(truth)
    rows = []
    for at, unit in enumerate(units):
        own = truth[at : at + 1]
        others = truth.sum(axis=0, keepdims=True) - own
        margins = own.sum(axis=1), own.sum(axis=2), own.sum(axis=3)
        seed = fit_joint(others.sum(axis=1), others.sum(axis=2), others.sum(axis=3))
        estimates = {
            "independent": naive[at : at + 1],
            "own_margins": fit_joint(*margins),
            "published_seed": fit_joint(*margins, seed),
            "joint_seed": fit_joint(*margins, others),
        }
        for name, estimate in estimates.items():
            error = joint_error(own, estimate)
            rows.append((unit, name, error.children, error.wmape, error.misplaced))
    return pd.DataFrame(rows, columns=["unit", "estimate", "children", "wmape", "misplaced"])
