"""Marks and lines of the map: places there are, builds, and who would travel where.

Each is a table that may be shown, with what is needed to draw it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.layers import shown_lines
from placement_planner.figures.plan import final_year, known_names, shown_builds
from placement_planner.maps.layers import ACTION_LETTERS
from placement_planner.maps.shadings import PHASE_NAMES, figure
from placement_planner.maps.shapes import lonlat
from placement_planner.tables import split_list
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import geopandas as gpd

    from placement_planner.maps.shadings import Layer
    from placement_planner.outcome import Outcome
    from placement_planner.privacy import Withheld

__all__ = ["build_marks", "journey_lines", "place_marks", "places_by_year", "year_columns"]

KIND_NAMES = {
    "special": "Special school",
    "base": "Specialist base",
    "independent": "Independent or non-maintained",
}
NOT_TOLD = "No figure may be shown for so small a group."


def year_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns that are years."""
    return [str(name) for name in frame.columns if str(name).isdigit()]


def places_by_year(
    pools: pd.DataFrame,
    sites: pd.DataFrame,
    authorities: pd.DataFrame,
    over_full: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the places there are, one row a site, kind, designation and phase.

    Places are no counts of children and are shown as they are.

    Parameters
    ----------
    pools
        Pools of places by year.
    sites
        Names and positions of their sites.
    authorities
        Names of authorities.
    over_full
        As from `figures.supply.shown_over_full`: over-full schools are told so.

    Returns
    -------
    DataFrame
        site_id, site_name, authority, kind, kind_name, group, designation, phase, phase_name, a
        column of places a year, known (how places are known), over (words; blank for others).
    """
    types = code_table("provision_types").set_index("provision_type")["provision_kind"]
    kinds = pools["provision_type"].map(types)
    kinds = kinds.mask(pools["provision_type"] == "independent_special", "independent")
    keys = ["site_id", "kind", "designation", "phase"]
    rows = pd.DataFrame(pools).assign(kind=kinds, year=pools["academic_year"].astype(str))
    wide = rows.pivot_table(
        index=keys, columns="year", values="places", aggfunc="sum", fill_value=0.0
    )
    wide = wide[(wide > 0).any(axis=1)].rename_axis(columns=None)
    bases = rows.groupby(keys)["basis"].first().map(known_names("bases")).reindex(wide.index)
    names = authorities.set_index("authority_code")["authority_name"]
    unique = sites.drop_duplicates("site_id").set_index("site_id")
    where = unique.reindex(wide.index.get_level_values("site_id"))
    told = wide.assign(
        site_name=where["site_name"].to_numpy(),
        authority=where["authority_code"].map(names).fillna("Outside the region").to_numpy(),
        known=bases,
    ).reset_index()
    return told.assign(
        group=told["designation"],
        kind_name=told["kind"].map(KIND_NAMES),
        designation=told["designation"].map(known_names("need_groups")),
        phase_name=told["phase"].map(PHASE_NAMES),
        over=_over_full(told, over_full),
    ).sort_values(["authority", "site_name", "kind", "designation", "phase"])


def _over_full(rows: pd.DataFrame, over_full: pd.DataFrame | None) -> pd.Series[str]:
    """Say of each over-full school or base that it is; nothing of others."""
    told = {
        (row["site_id"], row["provision_kind"]): (
            "a few more on roll than places (count withheld)"
            if isinstance(row["over"], str)
            else f"{row['over']:,.0f} more on roll than places"
        )
        for row in (over_full.to_dict("records") if over_full is not None else [])
    }
    keys = zip(rows["site_id"], rows["kind"], strict=True)
    return pd.Series([told.get(key, "") for key in keys], index=rows.index, dtype="str")


def place_marks(places: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return one mark a site: site_id, kind (that of most places), places, easting, northing."""
    sizes = places.assign(places=places[year_columns(places)].max(axis=1))
    sums = sizes.groupby(["site_id", "kind"], as_index=False)["places"].sum()
    largest = sums.sort_values(["places", "kind"], ascending=False).drop_duplicates("site_id")
    where = sites.drop_duplicates("site_id")[["site_id", "easting", "northing"]]
    return largest.merge(where, on="site_id", validate="one_to_one").sort_values("site_id")


def build_marks(outcome: Outcome, need: Layer, places: pd.DataFrame) -> pd.DataFrame:
    """Return the builds as they may be told, with the letter of what is done and why it is here.

    Parameters
    ----------
    outcome
        What a run came to.
    need
        Children who need a place, as they are shown.
    places
        Places there are, as from `places_by_year`.

    Returns
    -------
    DataFrame
        As `figures.plan.shown_builds`, and letter, group, kind, phase_codes, opens_in, why.
    """
    builds = shown_builds(outcome)
    about = outcome.inputs.options.set_index("option_id").reindex(builds.index)
    kinds = code_table("need_groups").set_index("need_group")["provision_kind"]
    phases = about["phases"].map(lambda text: [p.partition(":")[0] for p in split_list(text)])
    own = builds["why"] if "why" in builds else pd.Series("", index=builds.index)
    builds = builds.assign(
        letter=about["action"].map(ACTION_LETTERS),
        group=about["designation"],
        kind=about["designation"].map(kinds),
        phase_codes=phases.map(" ".join),
        opens_in=outcome.plan.builds.set_index("option_id")["opening_year"],
    )
    year = str(final_year(outcome))
    said = [_why(row, need, places, year) for row in builds.to_dict("records")]
    words = pd.Series(said, index=builds.index, dtype="str")
    return builds.assign(why=(words + " " + own.astype("str")).str.strip())


def _why(build: Mapping[Hashable, Any], need: Layer, places: pd.DataFrame, year: str) -> str:
    """Set need in the build's authority against the places there, phase by phase.

    From figures that are shown of the authority, so that it tells no school from another.
    """
    told = []
    for phase in build["phase_codes"].split():
        children = _need_of(need, build, phase, year)
        if children is None:
            return NOT_TOLD
        there = places[
            (places["authority"] == build["authority"])
            & (places["group"] == build["group"])
            & (places["phase"] == phase)
        ]
        standing = there[year].sum() if year in there else 0
        told.append(
            f"{PHASE_NAMES[phase].lower()} {figure(children, 'children')} children, "
            f"{standing:,.0f} places"
        )
    return (
        f"Who needs such a place in {build['authority']} in {year_label(int(year))}, and what is "
        f"there anyway: {'; '.join(told)}."
    )


def _need_of(need: Layer, build: Mapping[Hashable, Any], phase: str, year: str) -> object:
    """Return the need of a build's authority, need group and phase, as shown; None if it is not."""
    table = need.tables.get((build["group"], phase))
    if table is None or table.level != "authority":
        return None
    found = table.frame.loc[table.frame["name"] == build["authority"], year]
    return None if found.empty else found.iloc[0]


def journey_lines(
    outcome: Outcome, shapes: Mapping[str, gpd.GeoSeries]
) -> tuple[pd.DataFrame, Withheld]:
    """Return who would travel where in the final year of the plan, and how many are left out.

    A line starts in the middle of an area, never at a home. A line to a school that may not be
    named ends in the middle of its locality.

    Returns
    -------
    DataFrame
        line_id, from_name, to_name, is_build, children, from_lonlat, to_lonlat.
    """
    told = shown_lines(outcome)
    lines = told.frame.merge(_ends(outcome), on=["place_id", "is_build"], validate="many_to_one")
    lines = lines.sort_values(["name", "to_name", "children"], ignore_index=True)
    starts = [_middle(shapes, told.level, code) for code in lines["code"]]
    return lines.rename(columns={"name": "from_name"}).assign(
        line_id=[str(number) for number in range(len(lines))],
        from_lonlat=pd.Series(starts, index=lines.index, dtype=object),
        to_lonlat=pd.Series(
            lonlat(lines["easting"], lines["northing"]), index=lines.index, dtype=object
        ),
    ).drop(columns="place_id"), told.withheld


def _middle(shapes: Mapping[str, gpd.GeoSeries], level: str, code: str) -> list[float]:
    """Return the middle of an area; one that no road leads to is a small area of its own."""
    of_level = shapes[level]
    point = (of_level if code in of_level.index else shapes["area"])[code].representative_point()
    return [round(point.x, 5), round(point.y, 5)]


def _ends(outcome: Outcome) -> pd.DataFrame:
    """Return where lines may end: sites by site_id, builds by option_id as they may be told."""
    builds = shown_builds(outcome).reset_index()
    builds = builds.rename(columns={"option_id": "place_id", "place": "to_name"})
    sites = outcome.surroundings.sites.drop_duplicates("site_id")
    sites = sites.rename(columns={"site_id": "place_id", "site_name": "to_name"})
    columns = ["place_id", "to_name", "easting", "northing"]
    return pd.concat([sites[columns].assign(is_build=False), builds[columns].assign(is_build=True)])
