"""Schools that have not been asked: a locality that holds at least three, and a cost band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placement_planner.scenario import PrivacyChoices

__all__ = ["FEWEST_SITES", "cost_band", "shown_sites"]

FEWEST_SITES = 3
_BAND_EDGES_GBP = (0.0, 0.5e6, 1e6, 2.5e6, 5e6, 10e6, 20e6, 40e6, float("inf"))
_BAND_NAMES = (
    "under £0.5m",
    "£0.5m to £1m",
    "£1m to £2.5m",
    "£2.5m to £5m",
    "£5m to £10m",
    "£10m to £20m",
    "£20m to £40m",
    "£40m or more",
)


def cost_band(gbp: pd.Series[float]) -> pd.Series[str]:
    """Return the band of each cost, in words.

    Examples
    --------
    >>> cost_band(pd.Series([499_999.0, 500_000.0, 41e6])).tolist()
    ['under £0.5m', '£0.5m to £1m', '£40m or more']
    """
    bands = pd.cut(gbp, list(_BAND_EDGES_GBP), right=False, labels=list(_BAND_NAMES))
    return bands.astype(str)


def shown_sites(
    options: pd.DataFrame,
    sites: pd.DataFrame,
    areas: pd.DataFrame,
    authorities: pd.DataFrame,
    choices: PrivacyChoices,
) -> pd.DataFrame:
    """Return where each option may be said to be.

    A school that may not be named is "a school in" the smallest of larger area, authority and
    region in which at least two other schools could be meant as well: schools of the same kind
    (mainstream schools also of the same phase, or all-through) that teach the phases of the
    option. Plots of land are named nowhere, so the larger area is enough.

    Parameters
    ----------
    options
        Rows of table `Options` that are shown together.
    sites
        Table `Sites` of the same study, with the `area_code` that each lies in.
    areas
        Table `Areas`.
    authorities
        Table `Authorities`.

    Returns
    -------
    DataFrame
        One row an option, by `option_id`: is_named, level (site, middle, authority or region),
        place (the school's name, or "a school in" the locality), authority_code (None where only
        the region is told), easting and northing (of the site, or the middle of the locality).
    """
    names = code_table("release_statuses").set_index("release_status")["shown_by_name"].eq("yes")
    placed = _in_localities(sites, areas)
    found = options[["option_id", "site_id", "phases", "release_status"]].merge(
        placed, on="site_id", validate="many_to_one"
    )
    named = found["release_status"].map(names).astype(bool) | (choices.profile == "internal")
    levels = [
        "site" if is_named else _level_told(option, placed)
        for is_named, option in zip(named, found.to_dict("records"), strict=True)
    ]
    level = pd.Series(levels, index=found.index, dtype="str")
    codes = found["region"].where(level == "region", found["authority"])
    codes = codes.where(level.isin(["region", "authority"]), found["middle"])
    keys = pd.MultiIndex.from_arrays([level, codes])
    told = _middles(areas, authorities).reindex(keys).set_index(found.index)
    return pd.DataFrame(
        {
            "is_named": named,
            "level": level,
            "place": found["site_name"].where(named, "a school in " + told["locality"]),
            "authority_code": found["authority"].where(level != "region", None),
            "easting": found["easting"].where(named, told["easting"]),
            "northing": found["northing"].where(named, told["northing"]),
        }
    ).set_index(pd.Index(found["option_id"], name="option_id"))


def _in_localities(sites: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Return the sites with the codes of the larger area, authority and region they lie in."""
    middles = areas.set_index("area_code")["middle_code"]
    return sites.assign(
        middle=sites["area_code"].map(middles), authority=sites["authority_code"], region=""
    )


def _middles(areas: pd.DataFrame, authorities: pd.DataFrame) -> pd.DataFrame:
    """Return name and middle of each locality, by level and code."""
    names = authorities.set_index("authority_code")["authority_name"]
    by_level = {
        "middle": (areas["middle_code"], areas["middle_name"]),
        "authority": (areas["authority_code"], areas["authority_code"].map(names)),
        "region": (pd.Series("", index=areas.index), pd.Series("the region", index=areas.index)),
    }
    parts = {
        level: areas.assign(locality=locality)
        .groupby(codes.rename("code"))
        .agg(
            locality=("locality", "first"),
            easting=("easting", "mean"),
            northing=("northing", "mean"),
        )
        for level, (codes, locality) in by_level.items()
    }
    return pd.concat(parts)


def _level_told(option: Mapping[str, Any], sites: pd.DataFrame) -> str:
    """Return the finest level at which enough of the other sites could be meant as well."""
    if option["site_kind"] == "land":
        return "middle"
    others = sites[sites["site_id"] != option["site_id"]]
    could_be = others["site_kind"] == option["site_kind"]
    if option["site_kind"] == "mainstream":
        could_be &= others["phase"].isin([option["phase"], "all_through"])
    for phase in split_list(option["phases"]):
        could_be &= _teaches(others, phase.partition(":")[0])
    for level in ("middle", "authority"):
        if (others.loc[could_be, level] == option[level]).sum() >= FEWEST_SITES - 1:
            return level
    return "region"


def _teaches(sites: pd.DataFrame, phase: str) -> pd.Series[bool]:
    """Tell which sites may have children in a phase band; where no ages are known, they may."""
    phases = code_table("phases")
    ages = phases.loc[phases["phase"] == phase, "age"].astype(int)
    is_known = sites["low_age"].notna() & sites["high_age"].notna()
    return ~is_known | ((sites["low_age"] <= ages.max()) & (sites["high_age"] > ages.min()))
