"""Points and lines of the map: provision by site, builds with their cards, who travels where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.areas import area_codes
from placement_planner.figures.plan import final_year, known_names, shown_builds
from placement_planner.maps.layers import ACTION_LETTERS
from placement_planner.maps.shapes import lonlat
from placement_planner.privacy import Withheld, is_withheld, shown_sites, withhold
from placement_planner.scenario import PrivacyChoices
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from placement_planner.outcome import Outcome

__all__ = ["build_points", "journey_lines", "provision_points"]


def provision_points(outcome: Outcome) -> pd.DataFrame:
    """Return the places there are in the final year, one row a site and kind.

    Columns: site_name, kind, places, lines (designation, phase and places of each pool), easting,
    northing. Places are no counts of children and are shown as they are.
    """
    all_pools = pd.DataFrame(outcome.pools)
    is_open = (all_pools["academic_year"] == final_year(outcome)) & (all_pools["places"] > 0)
    pools = all_pools[is_open]
    types = code_table("provision_types").set_index("provision_type")["provision_kind"]
    kinds = pools["provision_type"].map(types)
    kinds = kinds.mask(pools["provision_type"] == "independent_special", "independent")
    words = (
        pools["designation"].map(known_names("need_groups"))
        + ", "
        + pools["phase"].str.replace("_", "-")
        + ": "
        + pools["places"].map("{:,.0f}".format).astype(str)
    )
    words += pools["basis"].eq("estimated").map({True: " (estimated)", False: ""})
    rows = pools.assign(kind=kinds, lines=words).sort_values("lines")
    rows = rows.groupby(["site_id", "kind"], as_index=False).agg(
        places=("places", "sum"), lines=("lines", list)
    )
    sites = outcome.inputs.sites[["site_id", "site_name", "easting", "northing"]]
    return rows.merge(sites, on="site_id", validate="many_to_one")


def build_points(outcome: Outcome) -> pd.DataFrame:
    """Return the builds with the letter of what is done and the lines of their cards."""
    builds = shown_builds(outcome)
    actions = outcome.inputs.options.set_index("option_id")["action"].reindex(builds.index)
    last = year_label(final_year(outcome))
    lines = [
        [
            row["where"],
            f"{row['designation']}; {row['phases'].lower()}",
            f"Work starts {row['starts']}, opens {row['opens']}",
            f"Capital: {row['cost']}",
            f"Children placed there in {last}: {_count(row['children'])}",
            row["release"],
        ]
        for row in builds.to_dict("records")
    ]
    return builds.assign(
        letter=actions.map(ACTION_LETTERS),
        lines=pd.Series(lines, index=builds.index, dtype=object),
    )


def _count(children: float | str) -> str:
    return "c (withheld)" if isinstance(children, str) else f"{children:,.0f}"


def journey_lines(outcome: Outcome) -> tuple[pd.DataFrame, Withheld]:
    """Return who would travel where in the final year of the plan, and how many lines are left out.

    A line starts in the middle of an area, never at a home, and is drawn only for as many children
    as the threshold, in either profile. A line to a school that may not be named ends in the middle
    of its locality.
    """
    choices = outcome.scenario.privacy
    strict = PrivacyChoices(**{**choices.model_dump(), "profile": "public"})
    lines = _placed(outcome)
    hidden = is_withheld(lines["children"], strict)
    record = Withheld("Lines of who would travel where", "", len(lines), int(hidden.sum()))
    shown = withhold(lines[~hidden], ["children"], choices)
    return shown.astype({"children": float}).sort_values("children"), record


def _placed(outcome: Outcome) -> pd.DataFrame:
    """Return children placed from each area to each site or build, with both ends."""
    placements = pd.DataFrame(outcome.plan.placements)
    rows = placements[placements["academic_year"] == final_year(outcome)]
    option_ids = rows["pool_id"].str.rsplit(":", n=1).str[0]
    is_build = option_ids.isin(outcome.plan.builds["option_id"])
    rows = rows.assign(place_id=option_ids.where(is_build, rows["site_id"]), is_build=is_build)
    keys = ["area_code", "place_id", "is_build"]
    summed = rows.groupby(keys)["children"].sum().reset_index()
    ends = summed.join(_starts(outcome), on="area_code").merge(
        _places(outcome), on=["place_id", "is_build"], validate="many_to_one"
    )
    return ends.assign(
        from_lonlat=pd.Series(lonlat(ends["from_easting"], ends["from_northing"]), dtype=object),
        to_lonlat=pd.Series(lonlat(ends["easting"], ends["northing"]), dtype=object),
    )


def _starts(outcome: Outcome) -> pd.DataFrame:
    """Return name and middle of each area of the siting level, by its code."""
    level = outcome.scenario.siting.level
    return (
        area_codes(outcome)
        .groupby(f"{level}_code")
        .agg(
            from_name=(f"{level}_name", "first"),
            from_easting=("easting", "mean"),
            from_northing=("northing", "mean"),
        )
    )


def _places(outcome: Outcome) -> pd.DataFrame:
    """Return where lines may end: sites by site_id, builds by option_id."""
    inputs = outcome.inputs
    options = inputs.options[inputs.options["option_id"].isin(outcome.plan.builds["option_id"])]
    builds = shown_sites(
        options, inputs.sites, inputs.areas, inputs.authorities, outcome.scenario.privacy
    )
    columns = ["place_id", "to_name", "easting", "northing"]
    named_sites = inputs.sites.rename(columns={"site_id": "place_id", "site_name": "to_name"})
    named_builds = builds.reset_index().rename(
        columns={"option_id": "place_id", "place": "to_name"}
    )
    return pd.concat(
        [named_sites[columns].assign(is_build=False), named_builds[columns].assign(is_build=True)]
    )
