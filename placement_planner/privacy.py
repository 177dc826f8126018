"""Disclosure control: what stands before every table, map and page that leaves.

Counts of children under a threshold are withheld as ``c``, the others are rounded, and whatever is
derived from a withheld count (£, km, minutes) is withheld with it. A school that has not agreed to
be named is shown as "a school in" a locality that holds at least three it could be, with a cost
band. Only outputs pass through here;
inputs and plans are never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from placement_planner.scenario import PrivacyChoices

__all__ = [
    "FEWEST_SITES",
    "SHARE_TO_SHOW",
    "WITHHELD",
    "Withheld",
    "cost_band",
    "count_withheld",
    "finest_level",
    "is_withheld",
    "shown_sites",
    "withhold",
]

WITHHELD = "c"
SHARE_TO_SHOW = 0.8
FEWEST_SITES = 3
_NEARLY_NOTHING = 1e-6
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


@dataclass(frozen=True)
class Withheld:
    """How much of one table or layer was withheld, to be said on the page."""

    table: str
    level: str
    cells: int
    withheld: int

    def __str__(self) -> str:
        """Say it in a sentence.

        Examples
        --------
        >>> print(Withheld("Need by area", "middle area", 40, 3))
        Need by area (by middle area): 3 of 40 counts withheld
        """
        by = f" (by {self.level})" if self.level else ""
        return f"{self.table}{by}: {self.withheld:,} of {self.cells:,} counts withheld"


def is_withheld(counts: pd.Series[float], choices: PrivacyChoices) -> pd.Series[bool]:
    """Tell which counts may not be shown: above nothing and under the threshold.

    Nothing at all stays shown, because a modelled zero tells of no child.
    """
    if choices.profile == "internal":
        return pd.Series(data=False, index=counts.index)
    return (counts > _NEARLY_NOTHING) & (counts < choices.threshold - _NEARLY_NOTHING)


def withhold(
    frame: pd.DataFrame,
    count_columns: Sequence[str],
    choices: PrivacyChoices,
    derived: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the table as it may leave: small counts as ``c``, other counts rounded.

    Parameters
    ----------
    frame
        A table of an output; not changed.
    count_columns
        Columns that count children. Those strictly between nothing and the threshold become ``c``,
        the others are rounded to the nearest multiple that the choices name.
    choices
        Profile, threshold and rounding. The internal profile leaves every value as it is.
    derived
        Columns that were worked out from the counts (£, km, minutes, shares): withheld in every
        row in which any count is.

    Examples
    --------
    >>> from placement_planner.scenario import PrivacyChoices
    >>> frame = pd.DataFrame({"children": [0.0, 4.0, 12.0], "minutes": [0.0, 31.0, 25.0]})
    >>> withhold(frame, ["children"], PrivacyChoices(), derived=["minutes"])
      children minutes
    0      0.0     0.0
    1        c       c
    2     10.0    25.0
    """
    if choices.profile == "internal":
        return frame.copy()
    hidden = {name: is_withheld(frame[name], choices) for name in count_columns}
    row_hidden = np.logical_or.reduce([mask.to_numpy() for mask in hidden.values()])
    shown = {
        name: _rounded(frame[name], choices.rounding).astype(object).mask(mask, WITHHELD)
        for name, mask in hidden.items()
    }
    worked_out = {name: frame[name].astype(object).mask(row_hidden, WITHHELD) for name in derived}
    return frame.assign(**shown, **worked_out)


def _rounded(counts: pd.Series[float], multiple: int) -> pd.Series[float]:
    """Round to the nearest multiple, halves up."""
    return (counts / multiple + 0.5).floordiv(1) * multiple


def count_withheld(
    table: str,
    level: str,
    frame: pd.DataFrame,
    count_columns: Sequence[str],
    choices: PrivacyChoices,
) -> Withheld:
    """Count how many of a table's cells with children are withheld.

    `frame` is the table before `withhold`.
    """
    counts = pd.Series(frame[list(count_columns)].to_numpy(dtype=float).ravel())
    cells = int(counts.gt(_NEARLY_NOTHING).sum())
    return Withheld(table, level, cells, int(is_withheld(counts, choices).sum()))


def finest_level(
    tables_by_level: Mapping[str, pd.DataFrame],
    count_columns: Sequence[str],
    choices: PrivacyChoices,
    share: float = SHARE_TO_SHOW,
) -> str:
    """Return the first level at which enough of the cells with children can be shown.

    Parameters
    ----------
    tables_by_level
        The same counts by level, finest first.
    share
        Share of the cells with children that must be shown.

    Returns
    -------
    str
        A key of `tables_by_level`; the last one where no level has enough.

    Examples
    --------
    >>> from placement_planner.scenario import PrivacyChoices
    >>> fine = pd.DataFrame({"children": [3.0, 4.0, 9.0]})
    >>> coarse = pd.DataFrame({"children": [16.0]})
    >>> finest_level({"area": fine, "authority": coarse}, ["children"], PrivacyChoices())
    'authority'
    """
    for level, frame in tables_by_level.items():
        found = count_withheld("", level, frame, count_columns, choices)
        if found.cells - found.withheld >= share * found.cells:
            return level
    return list(tables_by_level)[-1]


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
