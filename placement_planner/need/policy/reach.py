"""Whom policy reaches: a cube's cells made ready, and the cells and settings of each lever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_list, code_table
from placement_planner.errors import DataError
from placement_planner.need.policy.levers import EVERYTHING, SUPPORT_PLAN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from placement_planner.need.policy.levers import Lever
    from placement_planner.scenario import PolicyChoices

__all__ = ["CLASSES", "SETTINGS", "Grid", "Reach", "carrying", "elasticities", "grid_of", "reaches"]

SETTINGS = code_list("settings")
CLASSES = ("special", "base", "mainstream")
POST_16 = 12


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The N cells of a cube, and S settings that a policy may place their children in.

    Attributes
    ----------
    cells
        authority_code, ncy, need_type, setting.
    own
        Number of each cell's setting among `SETTINGS`; (N,).
    ncy
        Of each cell; (N,).
    kinds
        Class of each setting, a number of `CLASSES`: special, base, and mainstream for all
        other placements; (S,).
    at_moves, at_reviews
        Whether the children of a cell are at a natural transition point, and whether plans are
        reviewed there; (N,). `codes/transition_points.csv`.
    """

    cells: pd.DataFrame
    own: NDArray[np.int64]
    ncy: NDArray[np.int64]
    kinds: NDArray[np.int64]
    at_moves: NDArray[np.bool_]
    at_reviews: NDArray[np.bool_]

    def placed(self) -> NDArray[np.float64]:
        """Return 1 in each cell's own setting; (N, S)."""
        there = np.zeros((len(self.own), len(SETTINGS)))
        there[np.arange(len(self.own)), self.own] = 1.0
        return there


def grid_of(cells: pd.DataFrame) -> Grid:
    """Make the cells of a cube ready."""
    points = code_table("transition_points")
    specialism = code_table("settings").set_index("setting")["specialism"]
    kinds = specialism.replace("none", "mainstream").loc[list(SETTINGS)]
    ncy = cells["ncy"].to_numpy(np.int64)
    return Grid(
        cells=cells,
        own=_numbers(cells["setting"]),
        ncy=ncy,
        kinds=pd.Index(CLASSES).get_indexer(kinds).astype(np.int64),
        at_moves=np.isin(ncy, points.loc[points["moves"], "ncy"]),
        at_reviews=np.isin(ncy, points.loc[points["reviews"], "ncy"]),
    )


def _numbers(settings: pd.Series) -> NDArray[np.int64]:
    number = pd.Index(SETTINGS).get_indexer(settings.astype(object))
    if (number < 0).any():
        unknown = sorted(set(settings[number < 0]))
        raise DataError(
            f"{(number < 0).sum()} cell(s) have a setting that is no code, for example "
            f"{unknown[0]}; right would be one of {', '.join(SETTINGS)}"
        )
    return np.asarray(number, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A lever, the cells whose children it reaches, and the settings it reaches them in.

    Attributes
    ----------
    lever
        The lever.
    rows
        Numbers of cells, rising; by authority, need and NCY, their own setting left open.
    columns
        Whether a setting is in its scope; (S,).
    to
        Number of the setting that children go to; -1 where there is none.
    """

    lever: Lever
    rows: NDArray[np.int64]
    columns: NDArray[np.bool_]
    to: int

    @property
    def to_support(self) -> bool:
        """Whether who has no plan any more holds an individual support plan."""
        return self.lever.to_setting == SUPPORT_PLAN


def reaches(levers: Iterable[Lever], grid: Grid) -> tuple[Reach, ...]:
    """Find the cells and settings of each lever.

    Raises
    ------
    DataError
        If a lever names an authority that has no cell.
    """
    return tuple(_reach(lever, grid) for lever in levers)


def _reach(lever: Lever, grid: Grid) -> Reach:
    there = set(grid.cells["authority_code"]) | {EVERYTHING}
    strange = [code for code in lever.authorities if code not in there]
    if strange:
        raise DataError(
            f"lever {lever.lever_id} reaches {len(strange)} authority(ies) without children with "
            f"plans, for example {strange[0]}; right would be * or codes of the caseload"
        )
    rows = (grid.ncy >= lever.ncy_from) & (grid.ncy <= lever.ncy_to)
    if EVERYTHING not in lever.authorities:
        rows &= grid.cells["authority_code"].isin(lever.authorities).to_numpy()
    if EVERYTHING not in lever.need_types:
        rows &= grid.cells["need_type"].isin(lever.need_types).to_numpy()
    if lever.at_transition:
        rows &= grid.at_moves
    every = EVERYTHING in lever.settings
    return Reach(
        lever=lever,
        rows=np.flatnonzero(rows).astype(np.int64),
        columns=np.array([every or setting in lever.settings for setting in SETTINGS]),
        to=SETTINGS.index(lever.to_setting) if lever.to_setting in SETTINGS else -1,
    )


def elasticities(choices: PolicyChoices) -> NDArray[np.float64]:
    r"""Return the elasticity of each of `CLASSES`: of joiners to one factor on joiners; (3,).

    Joiners of class :math:`k` are multiplied by :math:`1 + e_k (f - 1)`, which is 0 or more for
    every factor :math:`f \ge 0` since :math:`0 \le e_k \le 1`.

    Examples
    --------
    >>> from placement_planner.scenario import PolicyChoices
    >>> elasticities(PolicyChoices()).tolist()
    [0.25, 0.5, 1.0]
    >>> elasticities(PolicyChoices(bound="special_unchanged")).tolist()
    [0.0, 0.5, 1.0]
    """
    if choices.bound == "proportional":
        return np.ones(len(CLASSES))
    special = 0.0 if choices.bound == "special_unchanged" else choices.special_elasticity
    return np.array([special, choices.base_elasticity, choices.mainstream_elasticity])


def carrying(elasticity: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return how much of a plan not made is still not made in another class; (to, from).

    .. math:: e'_{kj} = \min(1, e_k / e_j)

    Who has no plan in mainstream for a policy (:math:`e = 1`) and would move to a special school
    (:math:`e = 0.25`) has one there after all in three of four; where special need is left to the
    child (:math:`e = 0`) always, and where all placements are alike never.

    Examples
    --------
    >>> carrying(np.array([0.25, 0.5, 1.0]))[0].tolist()
    [1.0, 0.5, 0.25]
    """
    to, come = elasticity[:, None], elasticity[None, :]
    ratio: NDArray[np.float64] = np.where(to >= come, 1.0, to / np.where(come > 0, come, 1.0))
    return ratio
