"""Pools of schools whose places are known but not for whom: need groups and phases by rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.sources.sharing import share_out
from placement_planner.tables import split_list
from placement_planner.tables.study import PHASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from placement_planner.sources.choices import ProvisionRules

__all__ = ["PLACED_IN", "has_word", "pool_places"]

PLACED_IN = {
    "special_school": ("state_special",),
    "independent_special": ("independent_special", "non_maintained_special"),
    "resourced_provision": ("resourced_provision",),
    "sen_unit": ("sen_unit",),
}
_AGES = {"primary": (2, 10), "secondary": (11, 15), "post_16": (16, 18)}
_COLUMNS = ["site_id", "provision_type", "designation", "phase", "planning_places"]


def has_word(name: str, words: Sequence[str]) -> bool:
    """Tell whether a name has one of the words, whole and in any case.

    Examples
    --------
    >>> has_word("Castle Hill High School", ["high"]), has_word("Highfield School", ["high"])
    (True, False)
    """
    return any(re.search(rf"\b{re.escape(word)}\b", name, re.IGNORECASE) for word in words)


def _phases_of_school(school: pd.Series, rules: ProvisionRules) -> list[bool]:
    """Phases a school holds: by its ages, its phase, words in its name; else all."""
    if pd.notna(school["low_age"]) and pd.notna(school["high_age"]):
        held = [
            school["low_age"] <= last and school["high_age"] > first
            for first, last in _AGES.values()
        ]
        return held if any(held) else [True] * len(PHASES)
    if school["phase"] == "primary" or has_word(school["site_name"], rules.primary_words):
        return [phase == "primary" for phase in PHASES]
    if school["phase"] == "secondary":
        return [phase == "secondary" for phase in PHASES]
    if has_word(school["site_name"], rules.secondary_words):
        return [phase != "primary" for phase in PHASES]
    return [True] * len(PHASES)


def _cells_of_school(
    school: pd.Series, groups: Sequence[str], rules: ProvisionRules
) -> NDArray[np.bool_]:
    """Cells (phase × need group) that a school may hold: its phases, and its approved needs."""
    needs = split_list(school["need_types"])
    table = code_table("need_group_rules")
    named = set(table.loc[table["need_type"].isin(needs), "need_group"]) & set(groups)
    by_group = np.array([group in named or not named for group in groups])
    return np.outer(_phases_of_school(school, rules), by_group).astype(bool)


def _target(children: pd.DataFrame, groups: Sequence[str]) -> NDArray[np.float64]:
    summed = children.groupby(["phase", "need_group"])["children"].sum()
    index = pd.MultiIndex.from_product([PHASES, groups])
    return np.reshape(summed.reindex(index, fill_value=0.0).to_numpy(), (len(PHASES), len(groups)))


def _pools_of_authority(
    schools: pd.DataFrame, children: pd.DataFrame, provision_type: str, rules: ProvisionRules
) -> pd.DataFrame:
    """Share the places of one authority's schools out: those of known phase first, then by size."""
    kind = code_table("provision_types").set_index("provision_type")["provision_kind"]
    is_special = kind[provision_type] == "special"
    table = code_table("need_groups")
    groups = table.loc[table["provision_kind"].eq(kind[provision_type]), "need_group"].tolist()
    cells = [_cells_of_school(school, groups, rules) for _, school in schools.iterrows()]
    ordered = schools.assign(cells=cells, freedom=[held.sum() for held in cells]).sort_values(
        ["freedom", "places", "site_id"], ascending=[True, False, True]
    )
    shared = share_out(
        ordered["places"].tolist(),
        ordered["cells"].tolist(),
        _target(children, groups),
        smallest_pool=rules.smallest_pool_places,
        groups_per_school=rules.designations_per_school if is_special else 1,
    )
    stack = np.stack(shared)
    school, phase, group = np.nonzero(stack)
    return pd.DataFrame(
        {
            "site_id": ordered["site_id"].to_numpy()[school],
            "provision_type": provision_type,
            "designation": np.asarray(groups)[group],
            "phase": np.asarray(PHASES)[phase],
            "planning_places": stack[school, phase, group],
        }
    )


def pool_places(
    schools: pd.DataFrame, children: pd.DataFrame, provision_type: str, rules: ProvisionRules
) -> pd.DataFrame:
    """Share the places of schools out over need groups and phases, authority by authority.

    Parameters
    ----------
    schools
        Schools of one kind, with places, ages, name and the needs they are approved for.
    children
        What `count_specialist_children` returns; its mix of children in the same settings is the
        target, the region's where an authority has none.
    provision_type
        Kind of provision that the schools are.
    rules
        Words in names, most need groups a school, smallest pool.

    Returns
    -------
    DataFrame
        site_id, provision_type, designation, phase, planning_places.
    """
    of_type = children[children["setting"].isin(PLACED_IN[provision_type])]
    tables = []
    for authority, own_schools in schools.groupby("authority_code"):
        own = of_type[of_type["authority_code"].eq(authority)]
        mix = own if own["children"].sum() > 0 else of_type
        tables.append(_pools_of_authority(own_schools, mix, provision_type, rules))
    nothing = pd.DataFrame(columns=_COLUMNS).astype({"planning_places": "float64"})
    return pd.concat(tables) if tables else nothing
