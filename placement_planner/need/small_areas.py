"""Authority need, spread to small areas by population, deprivation and where children live now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.codes import code_table

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.tables.study import Flows, Population

__all__ = ["area_weights", "spread_need", "sum_to_middle"]

_GROUP = ["authority_code", "need_group", "phase"]


def _share(frame: pd.DataFrame, column: str, keys: list[str]) -> pd.Series:
    """Return shares within `keys`; even ones where there is nothing to go by."""
    groups = frame.groupby(keys)[column]
    total = groups.transform("sum")
    return (frame[column] / total.where(total > 0, 1.0)).where(
        total > 0, 1.0 / groups.transform("count")
    )


def _population_weights(areas: pd.DataFrame, population: DataFrame[Population]) -> pd.DataFrame:
    """Share of an authority's children of each phase, scaled by deprivation, by area."""
    phases = code_table("phases")
    phases = phases.loc[phases["places_phase"] != "", ["age", "places_phase"]]
    phases = phases.rename(columns={"places_phase": "phase"})
    rate = code_table("deprivation").groupby("imd_decile")["relative_rate"].mean()
    people = population.merge(phases, on="age").merge(
        areas[["area_code", "authority_code", "imd_decile"]], on="area_code"
    )
    people["weight"] = people["children"] * people["imd_decile"].map(rate)
    weights = people.groupby(["authority_code", "phase", "area_code"], as_index=False)[
        "weight"
    ].sum()
    weights["weight"] = _share(weights, "weight", ["authority_code", "phase"])
    return weights


def _history_weights(areas: pd.DataFrame, flows: DataFrame[Flows]) -> pd.DataFrame:
    """Share of the children placed now who live in each area, by need group and phase."""
    kinds = code_table("need_groups")[["need_group", "provision_kind"]]
    rules = code_table("need_group_rules").merge(kinds, on="need_group")
    rules = rules.drop_duplicates(["need_type", "phase", "need_group"])
    lived = flows.merge(areas[["area_code", "authority_code"]], on="area_code").merge(
        rules[["need_type", "phase", "need_group"]], on=["need_type", "phase"]
    )
    keys = [*_GROUP, "area_code"]
    weights = lived.groupby(keys, as_index=False)["children"].sum()
    weights["history"] = _share(weights, "children", _GROUP)
    return weights[[*keys, "history"]]


def area_weights(
    areas: pd.DataFrame,
    population: DataFrame[Population],
    flows: DataFrame[Flows] | None,
    groups: pd.DataFrame,
    history_weight: float,
) -> pd.DataFrame:
    r"""Weight of each area within its authority, by need group and phase; they sum to one.

    .. math:: w_i = (1 - h) \frac{P_i d_i}{\sum P d} + h \frac{c_i}{\sum c}

    with children :math:`P` of the phase, deprivation :math:`d` and children placed now :math:`c`
    of the same broad kind of need; :math:`h = 0` where nobody's home is known. Where an authority's
    areas hold nobody of a phase, they weigh the same.

    Parameters
    ----------
    groups
        The authority_code, need_group and phase combinations that need weights.
    """
    weights = groups.merge(_population_weights(areas, population), on=["authority_code", "phase"])
    if flows is None or history_weight == 0:
        return weights
    history = _history_weights(areas, flows)
    weights = weights.merge(history, on=[*_GROUP, "area_code"], how="left")
    weights["history"] = weights["history"].fillna(0.0)
    known = weights.groupby(_GROUP)["history"].transform("sum") > 0
    share = history_weight * known
    weights["weight"] = (1 - share) * weights["weight"] + share * weights["history"]
    return weights.drop(columns="history")


def spread_need(authority_need: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Spread need to areas by weight; every authority's total is kept.

    Examples
    --------
    >>> import pandas as pd
    >>> need = pd.DataFrame({"authority_code": ["A"], "need_group": ["ci_base"],
    ...     "phase": ["primary"], "academic_year": [2030], "children": [10.0]})
    >>> weights = pd.DataFrame({"authority_code": ["A", "A"], "need_group": ["ci_base"] * 2,
    ...     "phase": ["primary"] * 2, "area_code": ["a1", "a2"], "weight": [0.7, 0.3]})
    >>> spread_need(need, weights)["children"].tolist()
    [7.0, 3.0]
    """
    spread = authority_need.merge(weights, on=_GROUP)
    spread["children"] *= spread["weight"]
    return spread[spread["children"] > 0].drop(columns="weight")


def sum_to_middle(area_need: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Sum need by small area to the larger areas they nest in."""
    middle = areas.set_index("area_code")["middle_code"]
    summed = area_need.assign(area_code=area_need["area_code"].map(middle))
    keys = ["area_code", "authority_code", "need_group", "phase", "academic_year"]
    return summed.groupby(keys, as_index=False)["children"].sum()
