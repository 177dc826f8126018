"""Exact tables of a plan: need, who is left without a place, journeys, who is placed where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.exact.areas import by_area_and_year, need_layers
from placement_planner.figures.exact.dimensions import place_of, study_dimensions
from placement_planner.privacy import ALL, Partition, Published
from placement_planner.privacy.rules import NEARLY_NOTHING
from placement_planner.siting.measures import children_in_builds
from placement_planner.siting.pots import REGION

if TYPE_CHECKING:
    from placement_planner.outcome import Outcome
    from placement_planner.privacy import Dimensions
    from placement_planner.siting.plan import Plan

__all__ = ["WAYS", "line_rows", "plan_dimensions", "plan_tables", "plans"]

WAYS = ("do_nothing", "plan")
"""The optimised do-nothing and the plan: where the same children would be."""
_CELL = ["authority_code", "need_group", "phase"]
_QUANTITY = "children"
_OF_SEVERAL_CHILDREN = -5
"""Decimals of £: £100,000 is what several children cost a year, whatever their need."""
_MEASURES = {
    "children_in_need": ALL,
    "children_placed": "{way} placed",
    "children_staying_independent": "{way} independent",
    "children_in_fallback": "{way} fallback",
    "children_beyond_soft_limit": "{way} beyond",
}


def plans(outcome: Outcome) -> dict[str, Plan]:
    """Return both plans, by way."""
    return dict(zip(WAYS, (outcome.do_nothing, outcome.plan), strict=True))


def plan_tables(outcome: Outcome) -> dict[str, Published]:
    """Return every table of a plan that is published, exact, by name.

    Parameters
    ----------
    outcome
        What a run came to.

    Returns
    -------
    dict
        need, need:<need>:<phase> (by area), gap, gap_areas, journeys, measures:<way>,
        supply:<way>, builds, effects, years. Children are in the columns children, do_nothing and
        plan, of effects as in `outcome.authorities`, of years in need, placed_<way>, left_<way>.
    """
    years = outcome.scenario.horizon.years
    layers = need_layers(outcome, years)
    return {
        "need": _need(outcome),
        **{f"need:{need}:{phase}": layer for (need, phase), layer in layers.items()},
        "gap": _gap(outcome),
        "gap_areas": _gap_areas(outcome),
        "journeys": _journeys(outcome),
        **{f"measures:{way}": _measures(outcome, way) for way in WAYS},
        **{f"supply:{way}": _supply(outcome, way) for way in WAYS},
        "builds": _builds(outcome),
        "effects": _effects(outcome),
        "years": _years(outcome),
    }


def _final(outcome: Outcome) -> int:
    return outcome.scenario.horizon.years[-1]


def _need(outcome: Outcome) -> Published:
    keys = [*_CELL, "academic_year"]
    need = outcome.area_need.groupby(keys, as_index=False)["children"].sum()
    return _by_cell(need, "Children who need a specialist place", {"children": _QUANTITY})


def _by_cell(table: pd.DataFrame, title: str, counts: dict[str, str], **of: str) -> Published:
    """Publish a table by authority, need group, phase and year."""
    return Published(
        title=title,
        by_level={"authority": table.assign(place=place_of("authority", table["authority_code"]))},
        keys={"place": "place", "need_group": "need", "phase": "phase", "academic_year": "year"},
        counts=counts,
        of={way: {"held": held} for way, held in of.items()},
        level_names={"authority": "authority, need group and phase"},
    )


def _gap(outcome: Outcome) -> Published:
    """Need and children without a suitable local place in the final year."""
    year = _final(outcome)
    need = outcome.need[outcome.need["academic_year"] == year]
    home = need.drop_duplicates("area_code").set_index("area_code")["authority_code"]
    table = need.groupby(_CELL)[["children"]].sum()
    for way, plan in plans(outcome).items():
        rows = plan.fallback[plan.fallback["academic_year"] == year]
        rows = rows.assign(authority_code=rows["area_code"].map(home))
        left = rows.groupby(_CELL)["children"].sum()
        table = table.assign(**{way: left.reindex(table.index, fill_value=0.0)})
    return _by_cell(
        table.reset_index().assign(academic_year=year),
        "Children without a suitable local specialist place, by need group and phase",
        dict.fromkeys(["children", *WAYS], _QUANTITY),
        **{way: f"{way} fallback" for way in WAYS},
    )


def _gap_areas(outcome: Outcome) -> Published:
    columns = ["area_code", "academic_year"]
    rows = pd.concat(
        [
            plan.fallback[[*columns, "children"]].rename(columns={"children": way})
            for way, plan in plans(outcome).items()
        ]
    ).reindex(columns=[*columns, *WAYS])
    return by_area_and_year(
        outcome,
        "Children without a suitable local specialist place",
        rows,
        dict.fromkeys(WAYS, _QUANTITY),
        years=outcome.scenario.horizon.years,
        finest=outcome.scenario.siting.level,
        of={way: {"held": f"{way} fallback"} for way in WAYS},
    )


def _journeys(outcome: Outcome) -> Published:
    """Mean minutes one way of all children, the usual journey of their route where not placed."""
    columns = ["area_code", "academic_year", "children", "minutes"]
    parts = []
    for way, plan in plans(outcome).items():
        rows = pd.concat([plan.placements[columns], plan.fallback[columns]])
        rows = rows.assign(**{way: rows["children"] * rows["minutes"]})
        parts.append(rows if way == "plan" else rows.drop(columns="children"))
    table = by_area_and_year(
        outcome,
        "Mean journey, one way",
        pd.concat(parts).reindex(columns=["area_code", "academic_year", "children", *WAYS]),
        {"children": _QUANTITY},
        sums=WAYS,
        years=outcome.scenario.horizon.years,
        finest=outcome.scenario.siting.level,
        derived=dict.fromkeys(WAYS, "children"),
    )
    return table.with_frames(_per_child)


def _per_child(table: pd.DataFrame) -> pd.DataFrame:
    children = table["children"].where(table["children"] > 0)
    return table.assign(**{way: table[way] / children for way in WAYS})


def _one_way(table: pd.DataFrame, title: str, outcome: Outcome) -> Published:
    """Publish children of the whole region by where they would be: the column held."""
    return Published(
        title=title,
        by_level={"": table.assign(academic_year=_final(outcome))},
        keys={"held": "held", "academic_year": "year"},
        counts={"children": _QUANTITY},
    )


def _measures(outcome: Outcome, way: str) -> Published:
    told = outcome.measures
    told = told[(told["unit"] == "children") & told[way].notna()]
    held = told["measure"].map({name: held.format(way=way) for name, held in _MEASURES.items()})
    route = f"{way} route " + told["measure"].str.removeprefix("fallback_")
    held = held.where(told["measure"].isin(list(_MEASURES)), route)
    table = pd.DataFrame(
        {"measure": told["measure"], "held": held, "children": told[way].astype(float)}
    )
    return _one_way(table, "Measures", outcome)


def _supply(outcome: Outcome, way: str) -> Published:
    """Children placed in each pool there is."""
    plan = plans(outcome)[way]
    rows = plan.placements[plan.placements["academic_year"] == _final(outcome)]
    placed = rows.groupby("pool_id")["children"].sum()
    pools = outcome.surroundings.pools["pool_id"].unique()
    table = pd.DataFrame(
        {"pool_id": pools, "children": placed.reindex(pools, fill_value=0.0).to_numpy()}
    )
    title = "Children placed, by pool"
    return _one_way(table.assign(held=f"{way} at " + table["pool_id"]), title, outcome)


def _in_builds(outcome: Outcome) -> pd.DataFrame:
    plan, scenario = outcome.plan, outcome.scenario
    return children_in_builds(plan, outcome.tables, scenario, _final(outcome))


def _builds(outcome: Outcome) -> Published:
    children = _in_builds(outcome).groupby("option_id")["children"].sum()
    options = outcome.plan.builds["option_id"]
    table = pd.DataFrame(
        {"option_id": options, "children": children.reindex(options, fill_value=0.0).to_numpy()}
    )
    return _one_way(
        table.assign(held="plan in " + table["option_id"]), "Children in what is built", outcome
    )


def _effects(outcome: Outcome) -> Published:
    """Leave out the pots of the whole region: no children are theirs."""
    table = outcome.authorities[outcome.authorities["authority_code"] != REGION]
    return Published(
        title="What the plan does for each authority",
        by_level={
            "authority": table.assign(
                place=place_of("authority", table["authority_code"]), academic_year=_final(outcome)
            )
        },
        keys={"place": "place", "academic_year": "year"},
        counts=dict.fromkeys(["children_in_need", *(f"fallback_{way}" for way in WAYS)], _QUANTITY),
        of={f"fallback_{way}": {"held": f"{way} fallback"} for way in WAYS},
        derived=dict.fromkeys(["saved_gbp", "used_gbp", "transfer_gbp"], _OF_SEVERAL_CHILDREN),
    )


def _years(outcome: Outcome) -> Published:
    """Count children of the whole region in need, placed and left without a place, by year."""
    years = list(outcome.scenario.horizon.years)

    def by_year(rows: pd.DataFrame) -> list[float]:
        sums = rows.groupby("academic_year")["children"].sum()
        return [float(value) for value in sums.reindex(years, fill_value=0.0)]

    table = pd.DataFrame({"academic_year": years, "need": by_year(outcome.need)})
    of: dict[str, dict[str, str]] = {}
    for way, plan in plans(outcome).items():
        table[f"placed_{way}"] = by_year(plan.placements)
        table[f"left_{way}"] = by_year(plan.fallback)
        of |= {f"placed_{way}": {"held": f"{way} held"}, f"left_{way}": {"held": f"{way} fallback"}}
    return Published(
        title="Children in need, placed and not, by year",
        by_level={"year": table},
        keys={"academic_year": "year"},
        counts=dict.fromkeys(["need", *of], _QUANTITY),
        of=of,
    )


def line_rows(outcome: Outcome) -> pd.DataFrame:
    """Count children placed in the final year of the plan from each area in each place.

    Children in a pool above the places it has anyway are those of the builds that add to it: lines
    to a school would otherwise add up to more than its places, and tell that it is to grow.

    Returns
    -------
    DataFrame
        code (of the siting level), place_id (a site, or the option that builds the places, where
        is_build), children.
    """
    placements = pd.DataFrame(outcome.plan.placements)
    rows = placements[placements["academic_year"] == _final(outcome)]
    rows = rows.groupby(["area_code", "site_id", "pool_id"], as_index=False)["children"].sum()
    builds = _in_builds(outcome)
    held = rows.groupby("pool_id")["children"].sum()
    builds = builds.assign(share=builds["children"] / held.reindex(builds["pool_id"]).to_numpy())
    new = rows.merge(builds[["option_id", "pool_id", "share"]], on="pool_id")
    new = new.assign(place_id=new["option_id"], is_build=True)
    shares = rows["pool_id"].map(builds.groupby("pool_id")["share"].sum())
    kept = 1 - shares.astype(float).fillna(0.0)
    there = rows.assign(place_id=rows["site_id"], is_build=False, share=kept.clip(lower=0.0))
    lines = pd.concat([there, new], ignore_index=True).rename(columns={"area_code": "code"})
    lines["children"] *= lines["share"].astype(float)
    summed = lines.groupby(["code", "place_id", "is_build"], as_index=False)["children"].sum()
    return summed[summed["children"] > NEARLY_NOTHING].reset_index(drop=True)


def plan_dimensions(outcome: Outcome) -> Dimensions:
    """Return the partitions of place, need group and phase, and of where children would be."""
    held = [part for way in WAYS for part in _held(outcome, way)]
    return {
        **study_dimensions(outcome.inputs.areas),
        "held": [*held, *_of_builds(outcome)],
    }


def _held(outcome: Outcome, way: str) -> list[Partition]:
    """Part the children by where they are: placed, independent or by a route; in a pool or none."""
    names = outcome.measures["measure"]
    routes = names[names.str.startswith("fallback_") & (names != "fallback_gbp")]
    rows = plans(outcome)[way].placements
    pools = [*outcome.surroundings.pools["pool_id"].unique(), *rows["pool_id"].unique()]
    at_pools = tuple(f"{way} at {pool}" for pool in dict.fromkeys(pools))
    fallback = f"{way} fallback"
    return [
        Partition(ALL, (f"{way} held", fallback)),
        Partition(f"{way} held", (f"{way} placed", f"{way} independent")),
        Partition(ALL, (*at_pools, fallback)),
        Partition(ALL, (f"{way} beyond", f"{way} within")),
        Partition(
            fallback, tuple(f"{way} route {name.removeprefix('fallback_')}" for name in routes)
        ),
    ]


def _of_builds(outcome: Outcome) -> list[Partition]:
    """Part the children of a pool: in one of its builds, or in places there are anyway."""
    rows = _in_builds(outcome)[["option_id", "pool_id"]].drop_duplicates()
    parts = rows.assign(part="plan in " + rows["option_id"] + " at " + rows["pool_id"])
    return [
        *(
            Partition(f"plan in {option}", tuple(found["part"]))
            for option, found in parts.groupby("option_id")
        ),
        *(
            Partition(f"plan at {pool}", (*found["part"], f"plan at {pool} anyway"))
            for pool, found in parts.groupby("pool_id")
        ),
    ]
