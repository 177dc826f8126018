"""Disclosure control: what stands before every table, map and page that leaves.

Counts of children under a threshold are withheld as ``c``, the others are rounded, and whatever is
derived from a withheld count (£, km, minutes) is withheld with it. A school that has not agreed to
be named is shown as "a school in" its locality, with a cost band. Only outputs pass through here;
inputs and plans are never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from placement_planner.scenario import PrivacyChoices

__all__ = [
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
    options: pd.DataFrame, sites: pd.DataFrame, areas: pd.DataFrame, choices: PrivacyChoices
) -> pd.DataFrame:
    """Return where each option may be said to be.

    Parameters
    ----------
    options
        Table `Options`.
    sites
        Table `Sites` with the `area_code` that each lies in.
    areas
        Table `Areas`.

    Returns
    -------
    DataFrame
        One row an option, by `option_id`: is_named, place (the school's name, or "a school in" the
        locality), locality (the larger area's name), authority_code, easting and northing (of the
        site, or the middle of the locality).
    """
    names = code_table("release_statuses").set_index("release_status")["shown_by_name"].eq("yes")
    localities = _localities(sites, areas)
    found = options[["option_id", "site_id", "release_status"]].merge(
        sites[["site_id", "site_name", "authority_code", "easting", "northing"]],
        on="site_id",
        validate="many_to_one",
    )
    found = found.join(localities, on="site_id")
    named = found["release_status"].map(names).astype(bool) | (choices.profile == "internal")
    return pd.DataFrame(
        {
            "is_named": named,
            "place": found["site_name"].where(named, "a school in " + found["locality"]),
            "locality": found["locality"],
            "authority_code": found["authority_code"],
            "easting": found["easting"].where(named, found["locality_easting"]),
            "northing": found["northing"].where(named, found["locality_northing"]),
        }
    ).set_index(pd.Index(found["option_id"], name="option_id"))


def _localities(sites: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Return name and middle of the larger area that each site lies in, by site."""
    middles = areas.groupby("middle_code").agg(
        locality=("middle_name", "first"),
        locality_easting=("easting", "mean"),
        locality_northing=("northing", "mean"),
    )
    middle_codes = sites["area_code"].map(areas.set_index("area_code")["middle_code"])
    return middles.reindex(middle_codes).set_index(pd.Index(sites["site_id"]))
