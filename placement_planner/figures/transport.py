"""Figures of transport that may be shown: journeys measured, rides and prices by distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.demand import EVERYONE, Shown, whole_numbers
from placement_planner.privacy import Partition, Published, release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandera.typing import DataFrame

    from placement_planner.privacy import Dimensions
    from placement_planner.scenario import PrivacyChoices
    from placement_planner.tables.study import Authorities

__all__ = [
    "JOURNEY_NAMES",
    "PHASE_NAMES",
    "shown_curve",
    "shown_detours",
    "shown_factors",
    "shown_journeys",
]

JOURNEY_NAMES = {
    "authority_name": "Authority",
    "name": "Need group",
    "children": "Children",
    "mean_ride_minutes": "Mean time in the vehicle, minutes",
    "p90_ride_minutes": "Nine in ten within, minutes",
    "longest_ride_minutes": "Longest, minutes",
    "beyond_guide": "Beyond the guide of 45 or 75 minutes, share",
    "within_walking": "Within the walking distance, share",
    "transported": "With arranged transport, share",
    "mean_km": "Mean direct drive, km",
    "gbp": "Transport a year, £",
    "child_km": "km a year with a child",
    "child_miles": "Miles a year with a child",
}
"""What the columns of `shown_journeys` mean, in the reader's words."""
_ROUNDED = {
    "mean_ride_minutes": 0,
    "p90_ride_minutes": 0,
    "longest_ride_minutes": 0,
    "beyond_guide": 2,
    "within_walking": 2,
    "transported": 2,
    "mean_km": 1,
    "gbp": -3,
    "child_km": -3,
    "child_miles": -3,
}
_SHARES = ("beyond_guide", "within_walking", "transported")
PHASE_NAMES = {"primary": "Primary", "secondary": "Secondary", "post_16": "Post-16"}
_CURVE = [
    "distance_km",
    "minutes",
    "ride_minutes",
    "transported",
    "gbp",
    "gbp_transported",
    "gbp_per_child_km",
]
_DECIMALS = 9
_APART_KM = 1.0
_ALL_OF_KIND = {"base": "All bases", "special": "All special schools"}
_CALIBRATED_TO = {
    "national": "England's mean",
    "authority_totals": "the authority's own total",
    "none": "nothing: cost lines as they stand",
}


def shown_journeys(
    report: pd.DataFrame, authorities: DataFrame[Authorities], privacy: PrivacyChoices
) -> Shown:
    """Return measures of journeys as they may leave.

    Parameters
    ----------
    report
        As from `costs.journeys.journey_report`.
    authorities
        Their names.
    privacy
        Children are rounded, and in the public profile what was measured of them: more digits would
        tell the count; where they are few, the whole row is withheld.

    Returns
    -------
    Shown
        authority_code, authority_name, need_group, name, then the measures of the report.
    """
    keys = ["authority_code", "need_group"]
    measures = [name for name in report.columns if name not in {*keys, "children"}]
    level = "authority, need group"
    exact = Published(
        title="Journeys",
        by_level={level: report},
        keys={"authority_code": "home", "need_group": "need"},
        counts={"children": "children who hold a place"},
        derived={name: "children" for name in measures if name not in _SHARES},
        shares={name: "children" for name in measures if name in _SHARES},
        kind="base",
    )
    released = release({"": exact}, _journey_sums(report), privacy)[""]
    rounding = {} if privacy.profile == "internal" else _ROUNDED
    table = _rounded_off(released.frame, rounding)
    whole = ["children", *(name for name, digits in rounding.items() if digits <= 0)]
    table = whole_numbers(table, [name for name in whole if name in table])
    codes = code_table("need_groups")
    groups = {EVERYONE: "All needs", **dict(zip(codes["need_group"], codes["name"], strict=True))}
    names = authorities.set_index("authority_code")["authority_name"].to_dict()
    table.insert(1, "authority_name", table["authority_code"].map({EVERYONE: "All"} | names))
    table.insert(3, "name", table["need_group"].map(groups))
    return Shown(table, released.withheld)


def _journey_sums(report: pd.DataFrame) -> Dimensions:
    """Return which rows of a report of journeys add up to its rows of everybody."""
    return {
        dimension: [
            Partition(EVERYONE, tuple(code for code in report[name].unique() if code != EVERYONE))
        ]
        for name, dimension in (("authority_code", "home"), ("need_group", "need"))
    }


def _rounded_off(table: pd.DataFrame, digits: Mapping[str, int]) -> pd.DataFrame:
    """Round numbers, and leave what is withheld."""
    return table.assign(
        **{
            name: table[name].map(
                lambda value, to=to: value if isinstance(value, str) else round(value, to)
            )
            for name, to in digits.items()
            if name in table
        }
    )


def shown_detours(
    drives: pd.DataFrame,
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    authorities: DataFrame[Authorities],
) -> pd.DataFrame:
    """Return km driven over straight lines between authorities: what water lies in between.

    Parameters
    ----------
    drives
        From small areas to sites: area_code, site_id, distance_km.
    areas, sites
        Their code, easting, northing, authority_code.
    authorities
        Their names.

    Returns
    -------
    DataFrame
        Authorities of the homes (rows) and of the sites (columns): the ratio of the middle pair.
        No child is counted: nothing is withheld.
    """
    place = ["easting", "northing", "authority_code"]
    pairs = drives.merge(areas[["area_code", *place]], on="area_code").merge(
        sites[["site_id", *place]], on="site_id", suffixes=("", "_site")
    )
    east, north = (pairs[axis] - pairs[f"{axis}_site"] for axis in ("easting", "northing"))
    straight_km = np.hypot(east, north) / 1000
    names = authorities.set_index("authority_code")["authority_name"]
    apart = pairs.assign(
        ratio=pairs["distance_km"] / straight_km,
        home=pairs["authority_code"].map(names),
        place=pairs["authority_code_site"].map(names),
    )[straight_km > _APART_KM]
    wide = apart.pivot_table(index="home", columns="place", values="ratio", aggfunc="median")
    order = [name for name in names if name in wide.columns]
    return wide.reindex(index=[name for name in names if name in wide.index], columns=order).round(
        2
    )


def shown_factors(factors: pd.DataFrame, authorities: DataFrame[Authorities]) -> pd.DataFrame:
    """Return by what each authority's £ were multiplied, and why, in people's words.

    Parameters
    ----------
    factors
        As in `costs.transport.TransportOutcome`.
    authorities
        Their names.
    """
    names = authorities.set_index("authority_code")["authority_name"].to_dict()
    return pd.DataFrame(
        {
            "Authority": factors["authority_code"].map(names),
            "Calibrated to": factors["calibrated_to"].map(_CALIBRATED_TO),
            "Factor": factors["factor"].round(3),
            "£ a transported child by the cost lines": factors["gbp_before"].round(),
            "£ a transported child aimed at": factors["gbp_aim"].round(),
            "km of direct drive": factors["distance_km"].round(1),
            "Minutes of direct drive": factors["minutes"].round(1),
        }
    )


def shown_curve(curve: pd.DataFrame, authority_code: str | None = None) -> pd.DataFrame:
    """Return rides and prices by distance of one authority; alike need groups stand together.

    Parameters
    ----------
    curve
        As from `costs.transport.cost_curve`. No children are counted: nothing is withheld.
    authority_code
        Whose prices; default the first. They differ by the calibration alone.

    Returns
    -------
    DataFrame
        name (of the need groups that travel alike), phase, phase_name, then as in `cost_curve`.
    """
    code = curve["authority_code"].min() if authority_code is None else authority_code
    mine = curve[curve["authority_code"] == code]
    names = _alike(mine)
    places = {name: place for place, name in enumerate(dict.fromkeys(names.values()))}
    phases = {phase: place for place, phase in enumerate(PHASE_NAMES)}
    table = mine.assign(
        name=mine["need_group"].map(names),
        phase_name=mine["phase"].map(PHASE_NAMES),
        place=mine["need_group"].map(names).map(places),
        phase_place=mine["phase"].map(phases),
    )
    order = ["place", "phase_place", "distance_km"]
    table = table.sort_values(order, kind="stable").drop_duplicates(order)
    return table[["name", "phase", "phase_name", *_CURVE]].reset_index(drop=True)


def _alike(curve: pd.DataFrame) -> dict[str, str]:
    """Name together the need groups whose curves are the same."""
    codes = code_table("need_groups").set_index("need_group")
    curves: dict[tuple[float, ...], list[str]] = {}
    for group in codes.index[codes.index.isin(curve["need_group"])]:
        rows = curve[curve["need_group"] == group].sort_values(["phase", "distance_km"])
        values = tuple(rows[_CURVE].round(_DECIMALS).fillna(-1.0).to_numpy().ravel().tolist())
        curves.setdefault(values, []).append(str(group))
    names: dict[str, str] = {}
    for members in curves.values():
        kinds = set(codes.loc[members, "provision_kind"])
        whole = len(members) > 1 and [
            kind
            for kind in kinds
            if members == codes.index[codes["provision_kind"] == kind].tolist()
        ]
        name = _ALL_OF_KIND[whole[0]] if whole else "; ".join(codes.loc[members, "name"])
        names |= dict.fromkeys(members, name)
    return names
