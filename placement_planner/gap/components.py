"""What stands beside the gap: over-full schools, children out of the area, and those elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import checked
from placement_planner.tables.gap import Components

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.tables.supply import AcrossBorder, Register

__all__ = ["COMPONENT_NAMES", "gap_components"]

COMPONENT_NAMES = {
    "over_capacity": "On roll now above the places of their school or base",
    "out_of_area": "Placed in schools outside the region",
    "independent": "In independent and non-maintained special schools",
    "educated_elsewhere": "Educated elsewhere, at home or not in education",
    "not_recorded": "Placement not recorded",
}
_SETTINGS = {
    "independent_special": "independent",
    "non_maintained_special": "independent",
    "educated_elsewhere": "educated_elsewhere",
    "not_recorded": "not_recorded",
}
_IN_NEED = {
    "independent": "partly",
    "educated_elsewhere": "no",
    "not_recorded": "no",
}
_AWAY_IN_NEED = {"held constant": "no", "stated": "partly"}
_KEY = ["component", "authority_code", "phase", "academic_year"]


def gap_components(
    expected: pd.DataFrame, register: DataFrame[Register], across: DataFrame[AcrossBorder]
) -> DataFrame[Components]:
    """Count, apart from the gap, where children are who have no place of the region's own.

    Nothing here is added to the gap: children on roll above the places are in the need, as are
    those in independent schools but for residential placements; those placed outside, educated
    elsewhere or not recorded are out of it, unless the study counts their need as hidden. Where
    the study states numbers of its own of children placed outside, need does not follow them.

    Parameters
    ----------
    expected
        Children with plans as placed: authority_code, academic_year, phase, setting, children.
    register
        Pools by year, with how far they are over-full, by the authority of the site.
    across
        Children placed outside, by the authority of the home.
    """
    phases = code_table("phases")[["phase", "places_phase"]].drop_duplicates()
    placed = expected[expected["setting"].isin(list(_SETTINGS))].merge(phases, on="phase")
    placed = placed[placed["places_phase"] != ""]
    state = register[register["sector"] == "state"]
    away = across[across["direction"] == "out"]
    elsewhere = placed["setting"].map(_SETTINGS)
    parts = [
        placed.assign(
            component=elsewhere, phase=placed["places_phase"], in_need=elsewhere.map(_IN_NEED)
        ),
        state.assign(component="over_capacity", children=state["over"], in_need="yes"),
        away.assign(component="out_of_area", in_need=away["course"].map(_AWAY_IN_NEED)),
    ]
    rows = pd.concat([part[[*_KEY, "children", "in_need"]] for part in parts], ignore_index=True)
    rows = rows[rows["children"] > 0].astype({"in_need": "str"})
    summed = rows.groupby(_KEY, as_index=False).agg(
        children=("children", "sum"), in_need=("in_need", "max")
    )
    return checked(Components, summed)
