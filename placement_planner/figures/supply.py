"""Places there are, over-full schools and exchange between authorities, as they may be shown.

Places are public; children on roll, above places or from elsewhere are counts of children, and
what could be worked out from a withheld count is withheld with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.demand import Shown, shown_counts
from placement_planner.privacy import WITHHELD
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from placement_planner.scenario import PrivacyChoices
    from placement_planner.tables.study import Authorities, Sites
    from placement_planner.tables.supply import Register

__all__ = [
    "SECTOR_NAMES",
    "SUPPLY_NAMES",
    "shown_establishments",
    "shown_exchange",
    "shown_over_full",
    "shown_supply",
]

SECTOR_NAMES = {
    "state": "State",
    "non_maintained": "Non-maintained",
    "independent": "Independent",
    "post_16": "Post-16 institution",
}
"""Who runs a place, in the order they are told."""

SUPPLY_NAMES = {
    "authority_name": "Authority",
    "sector": "Run by",
    "site_name": "School",
    "provision_name_2026": "Kind, words of 2026",
    "provision_name": "Kind, words before",
    "provision_kind": "Kind",
    "establishments": "Establishments",
    "without_roll": "Roll not known",
    "roll_estimated": "Roll estimated",
    "schools": "Schools",
    "planning_places": "Planning places",
    "commissioned_places": "Commissioned",
    "physical_places": "Physical",
    "places": "Places that count",
    "from_elsewhere": "Held from elsewhere",
    "places_for_residents": "For residents",
    "roll": "On roll",
    "over_full_schools": "Over-full schools",
    "over": "Over",
    "over_share": "Over, share",
}
"""What the columns of tables of places mean, in the reader's words."""
OUTSIDE_NAME = "Outside the region"
_OUTSIDE = "OUTSIDE"
_KIND = ["authority_code", "sector", "provision_name_2026", "provision_name"]
_NUMBERS = ["planning_places", "commissioned_places", "physical_places"]
_SUMS = ["whole_places", "places", "from_elsewhere", "places_for_residents", "roll"]
_SHARE_DECIMALS = 3


def shown_establishments(
    sites: DataFrame[Sites], authorities: DataFrame[Authorities]
) -> pd.DataFrame:
    """Count special schools and special post-16 institutions by authority and who runs them.

    Establishments are counted, no child is: the table may leave.

    Parameters
    ----------
    sites
        Sites, those without places among them.
    authorities
        Their names.

    Returns
    -------
    DataFrame
        authority_code, authority_name, sector, establishments, without_roll (no pupil count is
        known), roll_estimated (it is an estimate, or a predecessor's).
    """
    types = code_table("establishment_types").drop_duplicates("type_name").set_index("type_name")
    sector = sites["establishment_type"].map(types["special_sector"]).replace("", None)
    flagged = sites["estimated"].map(split_list).map(lambda columns: "roll" in columns)
    counts = sites.assign(
        sector=sector,
        establishments=1,
        without_roll=sites["roll"].isna().astype(int),
        roll_estimated=flagged.astype(int),
    )
    columns = ["establishments", "without_roll", "roll_estimated"]
    table = counts.groupby(["authority_code", "sector"], as_index=False)[columns].sum()
    table.insert(1, "authority_name", _named(table, authorities)["authority_name"])
    order = {name: place for place, name in enumerate(SECTOR_NAMES)}
    ranked = table.sort_values(
        ["authority_code", "sector"],
        key=lambda column: column.map(order) if column.name == "sector" else column,
        ignore_index=True,
    )
    return ranked.assign(sector=ranked["sector"].map(SECTOR_NAMES))


def shown_supply(
    rows: DataFrame[Register],
    authorities: DataFrame[Authorities],
    year: int,
    choices: PrivacyChoices,
) -> Shown:
    """Return the register of one year by authority, sector and kind of provision.

    Parameters
    ----------
    rows
        The register.
    authorities
        Their names.
    year
        Pools that are closed or not open yet in this year are left out.
    choices
        Choices of disclosure control.

    Returns
    -------
    Shown
        authority_code, authority_name, sector, provision_name_2026, provision_name, schools,
        planning_places, commissioned_places, physical_places (these two blank where one of the
        pools has none), places, from_elsewhere, places_for_residents, roll (of the pools where it
        is known), over_full_schools, over (children on roll above places, school by school),
        over_share.
    """
    stands = rows[(rows["academic_year"] == year) & (rows["share_open"] > 0)]
    schools = stands.groupby([*_KIND, "site_id"], as_index=False)[_SUMS].sum()
    known = stands[stands["roll"].notna()]
    held = known.groupby([*_KIND, "site_id"])[["roll", "whole_places"]].sum()
    over = (held["roll"] - held["whole_places"]).clip(lower=0).rename("over")
    schools = schools.join(over, on=[*_KIND, "site_id"]).fillna({"over": 0.0})
    schools = schools.assign(schools=1, over_full_schools=(schools["over"] > 0).astype(int))
    table = schools.groupby(_KIND)[[*_SUMS, "over", "schools", "over_full_schools"]].sum()
    numbers = stands.groupby(_KIND)[_NUMBERS].sum(min_count=1)
    whole = stands.groupby(_KIND)[_NUMBERS].count().eq(stands.groupby(_KIND).size(), axis=0)
    table = table.join(numbers.where(whole)).reset_index()
    table = _in_order(_named(table.assign(over_share=float("nan")), authorities))
    columns = [
        "authority_code", "authority_name", "sector", "provision_name_2026", "provision_name",
        "schools", *_NUMBERS, "places", "from_elsewhere", "places_for_residents", "roll",
        "over_full_schools", "over", "over_share",
    ]  # fmt: skip
    shown = shown_counts(
        "Places there are",
        "authority and kind of provision",
        table[columns],
        ["from_elsewhere", "roll", "over"],
        choices,
    )
    frame = _whole_places(shown.frame, [*_NUMBERS, "places", "places_for_residents"])
    frame = frame.assign(
        places_for_residents=_residents(frame, choices),
        over_share=_over_shares(frame, table["whole_places"]),
    )
    return Shown(frame, shown.withheld)


def _whole_places(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Write places without a decimal point; what is not known stays blank."""
    return frame.assign(**{name: frame[name].round().astype("Int64") for name in columns})


def _named(table: pd.DataFrame, authorities: pd.DataFrame) -> pd.DataFrame:
    """Add the names of authorities."""
    names = authorities.set_index("authority_code")["authority_name"]
    return table.assign(authority_name=table["authority_code"].map(names))


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Order by authority, sector and kind; say the sector in words."""
    order = {sector: place for place, sector in enumerate(SECTOR_NAMES)}
    ranked = table.assign(rank=table["sector"].map(order)).sort_values(
        ["authority_code", "rank", "provision_name_2026", "provision_name"], ignore_index=True
    )
    return ranked.assign(sector=ranked["sector"].map(SECTOR_NAMES)).drop(columns="rank")


def _over_shares(frame: pd.DataFrame, whole: pd.Series) -> pd.Series:
    """Divide what is shown of children above places by the places: no closer than the count."""
    over = pd.to_numeric(frame["over"], errors="coerce")
    shares = (over / whole.where(whole > 0)).round(_SHARE_DECIMALS).astype(object)
    return shares.mask(frame[["over", "roll"]].eq(WITHHELD).any(axis=1), WITHHELD)


def _residents(frame: pd.DataFrame, choices: PrivacyChoices) -> pd.Series:
    """Round places for residents as the children are who hold the others; withhold them alike."""
    places, elsewhere = frame["places_for_residents"].astype(object), frame["from_elsewhere"]
    if choices.profile == "internal":
        return places
    multiple = choices.rounding
    rounded = places.map(lambda value: multiple * round(value / multiple), na_action="ignore")
    return places.where(elsewhere.eq(0), rounded).mask(elsewhere.eq(WITHHELD), WITHHELD)


def shown_over_full(
    full: pd.DataFrame, authorities: DataFrame[Authorities], choices: PrivacyChoices
) -> Shown:
    """Return over-full schools, those furthest over first, as they may be shown.

    Parameters
    ----------
    full
        As from `supply.over_full`.
    authorities
        Their names.
    choices
        Choices of disclosure control.
    """
    table = _named(full, authorities).assign(sector=full["sector"].map(SECTOR_NAMES))
    columns = [
        "authority_code", "authority_name", "site_id", "site_name", "sector", "provision_kind",
        "places", "roll", "over", "over_share",
    ]  # fmt: skip
    counts = ["roll", "over"]
    table = _whole_places(table, ["places"])
    shown = shown_counts("Over-full schools", "school", table[columns], counts, choices)
    frame = shown.frame.assign(over_share=_over_shares(shown.frame, full["places"]))
    return Shown(frame, shown.withheld)


def shown_exchange(
    matrix: pd.DataFrame,
    authorities: DataFrame[Authorities],
    choices: PrivacyChoices,
    by: Sequence[str] = (),
) -> Shown:
    """Return children by home and place authority, as they may be shown.

    Parameters
    ----------
    matrix
        As from `supply.exchange_matrix`.
    authorities
        Their names; what is neither is outside the region.
    choices
        Choices of disclosure control. No totals are given beside the counts, since they would tell
        of those withheld.
    by
        Columns to tell apart as well: phase, provision_kind.

    Returns
    -------
    Shown
        authority_code, authority_name (of the homes), place_authority_code, place_authority_name,
        the columns of `by`, children.
    """
    keys = ["authority_code", "place_authority_code", *by]
    table = matrix.groupby(keys, as_index=False)["children"].sum()
    names = authorities.set_index("authority_code")["authority_name"].to_dict()
    names[_OUTSIDE] = OUTSIDE_NAME
    table.insert(1, "authority_name", table["authority_code"].map(names))
    table.insert(3, "place_authority_name", table["place_authority_code"].map(names))
    level = "authority of home and place"
    return shown_counts("Children by home and place", level, table, ["children"], choices)
