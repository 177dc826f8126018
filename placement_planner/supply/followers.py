"""Children who stay, or come up in an all-through school, and the need of their area by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables import by_year, checked
from placement_planner.tables.continuity import Followers, survival_shares
from placement_planner.tables.vocabulary import PHASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.tables.continuity import Kept, Survival
    from placement_planner.tables.stages import Need

__all__ = ["room_for_followers"]

_GROUP = ["area_code", "need_group", "phase"]
_WHO = ["authority_code", "need_group", "phase"]
_NOBODY = 1e-9


def room_for_followers(
    need: DataFrame[Need],
    kept: DataFrame[Kept],
    survival: DataFrame[Survival],
    years: Sequence[int],
) -> DataFrame[Followers]:
    r"""Return the shares of those who would stay, or come up, that each area's need has room for.

    If everybody were placed as they come, the cohort of year :math:`e` would be
    :math:`c_e = (\nu_e - \sum_{e' < e} \sigma(e', e) \, c_{e'})^+`, of the children to place
    :math:`\nu`; of these, :math:`\sum_{e < t} \sigma(e, t) \, c_e` are still in the phase in
    :math:`t`, and :math:`\sum_e \sigma^1(e, t) \, c_e` come up to the next. The shares are the
    children to place there over those who stay, and over those who come up, at most 1.

    Parameters
    ----------
    need, kept
        Children who need a place, and those of them who keep one, by unit.
    survival
        As from `need.survival.cohort_survival`.
    years
        Planned academic years.
    """
    stock = by_year(need, _GROUP, "children", years)
    held = by_year(kept, _GROUP, "children", years).reindex(stock.index).fillna(0.0)
    children = (stock - held).clip(lower=0.0)
    home = need.drop_duplicates("area_code").set_index("area_code")["authority_code"]
    about = children.index.to_frame(index=False)
    about["authority_code"] = about["area_code"].map(home)
    who = pd.MultiIndex.from_frame(about[_WHO])
    profiles = who.unique()
    shares = survival_shares(survival, profiles, years)[profiles.get_indexer(who)]
    cohorts, staying = _cohorts(children.to_numpy(), shares[:, 0])
    coming = np.zeros_like(cohorts)
    for phases_on in range(1, len(PHASES)):
        after = dict(zip(PHASES, PHASES[phases_on:], strict=False))
        later = about[_GROUP].assign(phase=about["phase"].map(after))
        row = children.index.get_indexer(pd.MultiIndex.from_frame(later))
        moved = np.einsum("ge,get->gt", cohorts, shares[:, phases_on])
        np.add.at(coming, row[row >= 0], moved[row >= 0])
    rises, stays = _room(children.to_numpy(), coming), _room(children.to_numpy(), staying)
    row, year = np.nonzero((rises < 1) | (stays < 1))
    return checked(
        Followers,
        about.iloc[row].assign(
            academic_year=np.asarray(years, dtype=int)[year],
            share=rises[row, year],
            stay_share=stays[row, year],
        ),
    )


def _cohorts(
    children: NDArray[np.float64], stay: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return who would come in each year if everybody were placed then, and who would be there."""
    cohorts, there = np.zeros_like(children), np.zeros_like(children)
    for entry in range(children.shape[1]):
        there[:, entry] = np.einsum("ge,ge->g", cohorts[:, :entry], stay[:, :entry, entry])
        cohorts[:, entry] = np.maximum(children[:, entry] - there[:, entry], 0.0)
    return cohorts, there


def _room(children: NDArray[np.float64], counted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the children to place over those counted, at most 1."""
    room = np.divide(children, counted, out=np.ones_like(counted), where=counted > _NOBODY)
    return np.minimum(room, 1.0)
