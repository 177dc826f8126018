r"""From need and placement to the need group of the place that is sought, or to why none is.

In each authority, year, phase, need and setting, every child is counted once. With :math:`h` the
share whose need the placement hides and :math:`r` the share that is residential (nought but in
independent and non-maintained special schools), the rules tell of the other
:math:`(1 - h)(1 - r)`; of those in special schools a share :math:`o` is placed out of the region.
The shares of a cell sum to one, so that children times shares count everybody in every draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.scenario import NeedChoices
    from placement_planner.tables.study import Flows, NeedGroupRules

__all__ = [
    "COUNTED_CELL",
    "OUTSIDE_REGION",
    "SUPPORT_PLAN",
    "TO_PLACE",
    "count_scope",
    "counted_shares",
    "placed_outside",
    "places_phases",
    "support_plan_shares",
]

COUNTED_CELL = ["authority_code", "academic_year", "phase", "need_type", "setting"]
TO_PLACE = "to_place"
OUTSIDE_REGION = "placed_outside_region"
SUPPORT_PLAN = "support_plan"
_COUNTED = [*COUNTED_CELL, "counted_as", "need_group"]
_RULE = ["need_type", "places_phase", "setting"]
_GROUP = ["authority_code", "academic_year", "need_group", "places_phase"]
_OUTSIDE = "OUTSIDE"
_PAST_PLACES = "post_19_specialist"
_RESIDENTIAL_SETTINGS = ("independent_special", "non_maintained_special")
_BASE_SETTING = "resourced_provision"


def places_phases() -> pd.DataFrame:
    """Return phase and places_phase, the phase of the places they use; empty past the last."""
    return code_table("phases")[["phase", "places_phase"]].drop_duplicates(ignore_index=True)


def counted_shares(
    expected: pd.DataFrame,
    rules: DataFrame[NeedGroupRules],
    choices: NeedChoices,
    hidden: pd.DataFrame | None = None,
    outside: pd.DataFrame | None = None,
    outside_kept: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Share out the children of each cell among need groups and reasons to seek no place.

    Parameters
    ----------
    expected
        Mean children: authority_code, academic_year, phase (of `codes/phases.csv`), need_type,
        setting, children.
    rules
        Need group by need, phase and setting. A setting that no row names is counted by its own
        reason; any setting may be given rows, and its children are then to place.
    choices
        `residential_share`.
    hidden
        Shares whose need the placement hides, as from `need.hidden.hidden_need`.
    outside
        Children placed out of the region at the base, as from `placed_outside`; they are taken
        from those to place in special schools of the same need group and phase.
    outside_kept
        authority_code, need_type, phase, academic_year, kept: share of `outside` who still are;
        one where there is no row.

    Returns
    -------
    DataFrame
        authority_code, academic_year, phase, need_type, setting, counted_as, need_group, share.
        `need_group` is empty but where `counted_as` is ``to_place``; shares above nought alone,
        which sum to one in every cell.

    Raises
    ------
    DataError
        If children in a specialist setting have no rule.
    """
    cells = _ruled(expected, rules)
    cells["hidden"] = _hidden_total(cells, hidden)
    away = cells["setting"].isin(_RESIDENTIAL_SETTINGS) & (cells["counted_as"] == TO_PLACE)
    residential = choices.residential_share * away
    cells["share"] = (1 - cells["hidden"]) * (1 - residential)
    parted = [
        cells.assign(
            share=(1 - cells["hidden"]) * residential, counted_as="residential", need_group=""
        )
    ]
    gone = cells["share"] * _outside_ratio(cells, outside, outside_kept, rules)
    parted.append(cells.assign(share=gone, counted_as=OUTSIDE_REGION, need_group=""))
    parted.append(cells.assign(share=cells["share"] - gone))
    if hidden is not None and len(hidden):
        parted.append(hidden.merge(cells[COUNTED_CELL]).assign(counted_as=TO_PLACE))
    return _gathered(parted)


def _ruled(expected: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Give each cell its need group, or its reason."""
    settings = code_table("settings")[["setting", "specialism", "counted_as"]]
    known = rules.rename(columns={"phase": "places_phase"})[[*_RULE, "need_group"]]
    cells = expected.groupby(COUNTED_CELL, as_index=False)["children"].sum()
    cells = cells.merge(places_phases(), on="phase").merge(settings, on="setting")
    cells = cells.merge(known, on=_RULE, how="left")
    has_rule = cells["need_group"].notna()
    specialist = cells["counted_as"] == TO_PLACE
    too_old = specialist & (cells["places_phase"] == "")
    lost = cells[specialist & ~too_old & ~has_rule & (cells["children"] > 0)]
    if len(lost):
        row = lost.iloc[0]
        raise DataError(
            f"need_group_rules has no row for {len(lost[_RULE].drop_duplicates())} need(s), "
            f"phase(s) and setting(s) with children in specialist places, for example "
            f"{row['need_type']}, {row['places_phase']}, {row['setting']}; right would be a row "
            "for every need and phase in each specialist setting"
        )
    counted_as = cells["counted_as"].mask(has_rule, TO_PLACE).mask(too_old, _PAST_PLACES)
    return cells.assign(counted_as=counted_as, need_group=cells["need_group"].fillna(""))


def _hidden_total(cells: pd.DataFrame, hidden: pd.DataFrame | None) -> pd.Series:
    """Return the share of each cell whose need is hidden."""
    if hidden is None or hidden.empty:
        return pd.Series(0.0, index=cells.index)
    total = hidden.groupby(COUNTED_CELL)["share"].sum()
    shares = total.reindex(pd.MultiIndex.from_frame(cells[COUNTED_CELL])).fillna(0.0)
    return pd.Series(shares.to_numpy(dtype=float), index=cells.index).clip(upper=1.0)


def placed_outside(flows: DataFrame[Flows] | None, areas: pd.DataFrame) -> pd.DataFrame | None:
    """Count children placed out of the region: authority_code, need_type, phase, children."""
    if flows is None:
        return None
    away = flows[flows["provision_id"] == _OUTSIDE]
    away = away.merge(areas[["area_code", "authority_code"]], on="area_code")
    return away.groupby(["authority_code", "need_type", "phase"], as_index=False)["children"].sum()


def _outside_ratio(
    cells: pd.DataFrame,
    outside: pd.DataFrame | None,
    kept: pd.DataFrame | None,
    rules: pd.DataFrame,
) -> pd.Series:
    """Return the share of each cell's children to place who are placed out of the region."""
    none = pd.Series(0.0, index=cells.index)
    if outside is None or outside.empty:
        return none
    groups = rules.loc[rules["setting"] == "state_special", ["need_type", "phase", "need_group"]]
    years = cells[["academic_year"]].drop_duplicates()
    away = outside.merge(groups, on=["need_type", "phase"]).merge(years, how="cross")
    if kept is not None and len(kept):
        keys = ["authority_code", "need_type", "phase", "academic_year"]
        away = away.merge(kept[[*keys, "kept"]], on=keys, how="left")
        away["children"] *= away["kept"].fillna(1.0)
    away = away.rename(columns={"phase": "places_phase"})
    sums = away.groupby(_GROUP)["children"].sum()
    placed = (cells["counted_as"] == TO_PLACE) & (cells["specialism"] == "special")
    there = (cells["children"] * cells["share"]).where(placed, 0.0)
    there = there.groupby([cells[name] for name in _GROUP]).transform("sum").to_numpy()
    gone = sums.reindex(pd.MultiIndex.from_frame(cells[_GROUP])).fillna(0.0).to_numpy(dtype=float)
    ratio = np.divide(gone, there, out=np.ones_like(gone), where=there > gone)
    return pd.Series(ratio, index=cells.index).where(placed & (there > 0), 0.0)


def support_plan_shares(
    expected: pd.DataFrame,
    rules: DataFrame[NeedGroupRules],
    base_share: float,
    hidden: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Share out children who hold an individual support plan in place of an EHC plan.

    Parameters
    ----------
    expected
        Mean children, as in `counted_shares`.
    rules
        Need groups; the base that suits a need is that of children in resourced provision.
    base_share
        Share who need a place in a base.
    hidden
        Shares whose need the placement hides, as in `counted_shares`: they need the place that is
        named for them, whichever plan they hold.

    Returns
    -------
    DataFrame
        As from `counted_shares`: ``to_place`` in a base, the others ``support_plan``. Past the
        last phase with places, and where no rule names a base, all are ``support_plan``.
    """
    bases = rules[rules["setting"] == _BASE_SETTING].rename(columns={"phase": "places_phase"})
    cells = expected[COUNTED_CELL].drop_duplicates().merge(places_phases(), on="phase")
    cells = cells.merge(
        bases[["need_type", "places_phase", "need_group"]],
        on=["need_type", "places_phase"],
        how="left",
    )
    share = base_share * cells["need_group"].notna()
    told = 1 - _hidden_total(cells, hidden)
    parted = [
        cells.assign(
            counted_as=TO_PLACE, share=share * told, need_group=cells["need_group"].fillna("")
        ),
        cells.assign(counted_as=SUPPORT_PLAN, share=(1 - share) * told, need_group=""),
    ]
    if hidden is not None and len(hidden):
        parted.append(hidden.merge(cells[COUNTED_CELL]).assign(counted_as=TO_PLACE))
    return _gathered(parted)


def _gathered(parted: list[pd.DataFrame]) -> pd.DataFrame:
    """Sum the shares of each cell, reason and need group; keep those above nought."""
    shares = pd.concat([part[[*_COUNTED, "share"]] for part in parted], ignore_index=True)
    shares = shares[shares["share"] > 0]
    return shares.groupby(_COUNTED, as_index=False)["share"].sum()


def count_scope(expected: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Count every child once: by need group and phase where a place is sought, else by reason.

    Parameters
    ----------
    expected
        Mean children, as in `counted_shares`.
    shares
        As from `counted_shares` or `support_plan_shares`, of the same cells.

    Returns
    -------
    DataFrame
        authority_code, academic_year, counted_as, need_group, phase (primary, secondary or
        post_16, whose places they need), children; need_group and phase are empty where
        `counted_as` is not ``to_place``. Children add up to those of `expected`.
    """
    told = expected.merge(shares, on=COUNTED_CELL).merge(places_phases(), on="phase")
    told["children"] *= told["share"]
    told["phase"] = told["places_phase"].where(told["counted_as"] == TO_PLACE, "")
    keys = ["authority_code", "academic_year", "counted_as", "need_group", "phase"]
    return told.groupby(keys, as_index=False)["children"].sum()
