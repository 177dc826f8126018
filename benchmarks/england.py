"""England's special places by middle area, in one planned year or more, from published files.

Published: children of middle areas by age (ONS, mid-2020), children in special schools by authority
and age (DfE), the need of those in special schools in England (DfE), where schools stand and their
rolls (DfE), a year of national capital (DfE). Rules of this instance: an authority's children are
spread by its children of the same ages, where it publishes no ages at England's rate; need groups
have England's shares everywhere; a special school is designed for one need group, drawn by these
shares, and holds places for its roll of school age; an authority's places are open to all; options
are drawn by seed and open in full; need grows by `NEED_GROWTH` a year; of children who come
an equal share leaves the phase each year.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.costs import (
    capital_lines,
    capital_per_place,
    cost_lines,
    costs_of_places,
    fallback_by_authority,
    location_factors,
    transport_table,
)
from placement_planner.scenario import Scenario, TransportChoices, TravelChoices
from placement_planner.siting.tables import Tables
from placement_planner.sources.area_rates import read_plans
from placement_planner.tables import checked, empty_table
from placement_planner.tables.continuity import Followers, Kept, Survival
from placement_planner.tables.stages import ExchangeLimits, Need, Pools
from placement_planner.tables.study import (
    Authorities,
    Compatibility,
    Options,
    OptionSets,
    PotFunding,
    Pots,
    Sites,
)
from placement_planner.travel.straight import straight_drives

ALL_AREAS, ALL_OPTIONS, YEAR = 6856, 1500, 2030
AGES = {"primary": (4, 10), "secondary": (11, 15)}
KINDS = {"expand_special": 0.3, "satellite": 0.5, "new_special": 0.2}
SIZES = {"expand_special": "20;40", "satellite": "16;24", "new_special": "80;120"}
STATE_SPECIAL = (
    "Academy special converter",
    "Academy special sponsor led",
    "Community special school",
    "Foundation special school",
    "Free schools special",
)
CAPITAL_GBP, MONEY_YEAR = 860e6, YEAR - 4
NEED_GROWTH = 1.03
TRAVEL = TravelChoices(search_minutes=45.0)
TOLD = {"source": "benchmarks/england.py", "basis": "assumption"}
WHO = ["authority_code", "need_group", "phase"]


@dataclass(frozen=True)
class Land:
    """Areas, the children in them who need a special place, and schools; of England or a part."""

    areas: pd.DataFrame
    need: pd.DataFrame
    special: pd.DataFrame
    mainstream: pd.DataFrame
    authorities: pd.DataFrame
    shares: pd.Series
    gbp_per_child: float


def england(shared, areas=ALL_AREAS, options=ALL_OPTIONS, years=(YEAR,), seed=0):
    """Return the tables and choices of England, or of the areas nearest to its middle."""
    rng = np.random.default_rng(seed)
    land = _part(_whole(Path(shared) / "data" / "england"), areas)
    special = land.special.assign(
        designation=rng.choice(land.shares.index, len(land.special), p=land.shares)
    )
    chosen = _options(land, special, options, rng)
    need = _growing(land.need, years)
    hosts = land.mainstream[land.mainstream["site_id"].isin(chosen["site_id"])]
    used = pd.concat([special, hosts], ignore_index=True)
    lines = cost_lines()
    tables = Tables(
        need=need,
        kept=empty_table(Kept),
        survival=_survival(need, years),
        followers=empty_table(Followers),
        pools=_pools(special, land.need, years),
        travel=straight_drives(land.areas, used, TRAVEL),
        transport=transport_table(
            lines, None, None, land.authorities, TRAVEL, TransportChoices()
        ).table,
        place_costs=costs_of_places(lines),
        compatibility=checked(Compatibility, code_table("compatibility")),
        exchange=empty_table(ExchangeLimits),
        fallback=fallback_by_authority(None, land.authorities["authority_code"]),
        options=chosen,
        option_sets=empty_table(OptionSets),
        pots=_pots(land.areas),
        pot_funding=_funding(land),
        sites=checked(Sites, _described(used)),
    )
    scenario = Scenario().with_choices(
        horizon={"years": years, "last_period_years": 1}, siting={"money": "pooled"}
    )
    return tables, scenario


def _whole(folder):
    areas, ages = _areas(folder / "lsoa21.csv.gz")
    schools = _schools(folder / "gias_open_20250524.csv.gz", folder / "lsoa21.csv.gz")
    plans, _, _ = read_plans(folder / "ehcp_caseload.csv.gz")
    shares = _need_shares(folder / "ehcp_sen_needs_all_plans.csv.gz")
    need = _need(areas, ages, plans, shares)
    special = schools[schools["establishment_type"].isin(STATE_SPECIAL)]
    roll = special["roll"].fillna(special["roll"].median())
    of_age = plans["age"].between(AGES["primary"][0], AGES["secondary"][1])
    of_school_age = plans.loc[of_age, "special"].sum() / plans["special"].sum()
    return Land(
        areas=areas,
        need=need,
        special=special.assign(places=roll * of_school_age),
        mainstream=schools[schools["phase"].isin(["primary", "secondary"])],
        authorities=_authorities(schools),
        shares=shares,
        gbp_per_child=CAPITAL_GBP / need["children"].sum(),
    )


def _need(areas, ages, plans, shares):
    """Spread an authority's children in special schools by its children of the same ages."""
    home, parts = areas["authority_code"], []
    for phase, (first, last) in AGES.items():
        young = ages.loc[:, first:last].sum(axis=1).to_numpy()
        placed = plans[plans["age"].between(first, last)].groupby("authority_code")["special"].sum()
        children = pd.Series(young).groupby(home.to_numpy()).sum()
        rate = placed.reindex(children.index) / children
        rate = rate.fillna(placed.sum() / children[rate.notna()].sum())
        here = home.map(rate).to_numpy() * young
        parts += [
            areas[["area_code", "authority_code"]].assign(
                phase=phase, need_group=group, children=here * share
            )
            for group, share in shares.items()
        ]
    return pd.concat(parts, ignore_index=True)


def _authorities(schools):
    """Return every authority with the code and name that most schools in it give theirs."""
    told = schools.groupby("authority_code")[["la_code", "la_name"]].agg(pd.Series.mode)
    return checked(Authorities, told.rename(columns={"la_name": "authority_name"}).reset_index())


def _read(path, **options):
    return pd.read_csv(path, dtype=str, **options)


def _current(codes):
    """Write former codes of authorities as the present ones."""
    recodes = code_table("authority_recodes").set_index("former_code")["authority_code"]
    return codes.map(recodes).fillna(codes)


def _areas(path):
    """Return middle areas and their children by age, both a row an area."""
    small = _read(path, encoding="utf-8-sig")
    ages = small.filter(regex="^mid2020_age").astype(float)
    ages.columns = range(ages.shape[1])
    children = ages.sum(axis=1)
    classes = code_table("rural_urban").set_index("ruc21_code")["rural_urban"]
    largest = small.assign(children=children).sort_values("children").groupby("MSOA21CD").last()
    middle = small["MSOA21CD"]
    weighed = {
        axis: (small[f"pc_{axis}"].astype(float) * children).groupby(middle).sum()
        / children.groupby(middle).sum()
        for axis in ("easting", "northing")
    }  # fmt: skip
    areas = pd.DataFrame(
        {
            "area_code": largest.index,
            "authority_code": _current(largest["UTLACD"]),
            "region": largest["region24_code"],
            "rural_urban": largest["ruc21_code"].map(classes),
            **weighed,
        }
    )
    return areas.reset_index(drop=True), ages.groupby(middle).sum()


def _schools(path, areas_path):
    """Return state schools in England: where they stand, in which authority, and their rolls."""
    small = _read(areas_path, encoding="utf-8-sig").set_index("LSOA21CD")
    read = _read(path, encoding="cp1252")
    schools = pd.DataFrame(
        {
            "site_id": read["urn"].astype(float).astype(int).astype(str),
            "site_name": read["establishment_name"],
            "la_code": read["la_code"],
            "la_name": read["la_name"],
            "establishment_type": read["establishment_type"],
            "phase": read["education_phase"]
            .str.lower()
            .replace("not applicable", "not_applicable"),
            "roll": read["number_of_pupils"].astype(float),
            "easting": read["easting"].astype(float),
            "northing": read["northing"].astype(float),
            "authority_code": _current(read["lsoa_code"].map(small["UTLACD"])),
        }
    )
    known = schools["authority_code"].notna() & schools["easting"].gt(0)
    return schools[known].sort_values("site_id", ignore_index=True)


def _need_shares(path):
    """Return the share of each need group among children in special schools in England."""
    rows = _read(path)
    [row] = rows[
        rows["geographic_level"].eq("National") & rows["breakdown"].eq("Special - total")
    ].index
    rules = code_table("need_group_rules").query("setting == 'state_special'")
    group = rules[rules["phase"] == "primary"].set_index("need_type")["need_group"]
    counts = rows.loc[row].filter(regex="^number_").rename(lambda name: name[7:].upper())
    told = counts[counts.index.isin(group.index)].astype(float)
    children = told.groupby(group.reindex(told.index).to_numpy()).sum()
    return children / children.sum()


def _part(land, count):
    """Keep the areas nearest to the middle of England, and the schools no farther out."""
    if count >= len(land.areas):
        return land
    middle = land.areas[["easting", "northing"]].mean()
    areas = land.areas.assign(far=_far(land.areas, middle)).nsmallest(count, "far")
    kept = areas["area_code"]
    radius = areas["far"].max()
    return replace(
        land,
        areas=areas.drop(columns="far").sort_values("area_code", ignore_index=True),
        need=land.need[land.need["area_code"].isin(kept)],
        special=land.special[_far(land.special, middle) <= radius],
        mainstream=land.mainstream[_far(land.mainstream, middle) <= radius],
    )


def _far(where, middle):
    return np.hypot(where["easting"] - middle["easting"], where["northing"] - middle["northing"])


def _growing(need, years):
    each = [
        need.assign(
            academic_year=year, children=need["children"] * NEED_GROWTH ** (year - years[0])
        )
        for year in years
    ]
    return checked(Need, pd.concat(each, ignore_index=True))


def _survival(need, years):
    who = need[WHO].drop_duplicates()
    cohorts = who["phase"].map({phase: last - first + 1 for phase, (first, last) in AGES.items()})
    rows = [
        who.assign(entry_year=entry, academic_year=year, in_phase=who["phase"],
                   share=1 - (year - entry) / cohorts)
        for entry in years for year in years if year >= entry
    ]  # fmt: skip
    told = pd.concat(rows, ignore_index=True)
    return checked(Survival, told[told["share"] > 0])


def _phase_shares(need):
    children = need.groupby("phase")["children"].sum()
    return (children / children.sum()).round(3)


def _pools(special, need, years):
    shares = _phase_shares(need)
    rows = [
        special[["site_id", "authority_code", "designation"]].assign(
            pool_id=special["site_id"] + f"-{phase}",
            provision_type="special_school",
            phase=phase,
            academic_year=year,
            places=(special["places"] * shares[phase]).round(),
            basis="estimated",
        )
        for phase in AGES
        for year in years
    ]
    return checked(Pools, pd.concat(rows, ignore_index=True))


def _options(land, special, count, rng):
    """Draw schools for each kind of work, as many as `KINDS` says or as there are."""
    hosts = {
        "expand_special": special,
        "satellite": land.mainstream[land.mainstream["phase"] == "secondary"],
        "new_special": land.mainstream[land.mainstream["phase"] == "primary"],
    }
    actions, lines = code_table("actions").set_index("action"), capital_lines()
    factors = location_factors(land.authorities)
    region = land.areas.drop_duplicates("authority_code").set_index("authority_code")["region"]
    parts = []
    for action, share in KINDS.items():
        there = hosts[action][hosts[action]["authority_code"].isin(region.index)]
        drawn = there.iloc[rng.permutation(len(there))[: round(count * share)]]
        designation = rng.choice(land.shares.index, len(drawn), p=land.shares)
        if action == "expand_special":
            designation = drawn["designation"].to_numpy()
        price = pd.Series(
            [capital_per_place(lines, action, group, 24)["gbp_per_place"] for group in designation],
            index=drawn.index,
        )
        parts.append(
            drawn[["site_id"]].assign(
                option_id=drawn["site_id"] + f"-{action}",
                action=action,
                designation=designation,
                sizes=SIZES[action],
                phases="secondary:1" if action == "satellite" else _both_phases(land.need),
                capital_per_place_gbp=price * drawn["authority_code"].map(factors).fillna(1.0),
                pots=drawn["authority_code"].map(region),
                lead_years=int(actions.loc[action, "lead_years"]),
                asset_life_years=int(actions.loc[action, "asset_life_years"]),
                minimum_fill=float(actions.loc[action, "minimum_fill"]),
            )
        )
    same = {"fixed_capital_gbp": 0.0, "ramp": "1", "earliest_start": MONEY_YEAR,
            "latest_start": 2040, "requires": None, "excludes": None, "locked_in": False,
            "locked_out": False, "release_status": "internal", "basis": "invented",
            "estimated": None}  # fmt: skip
    return checked(Options, pd.concat(parts, ignore_index=True).assign(**same))


def _both_phases(need):
    return ";".join(f"{phase}:{share:.3f}" for phase, share in _phase_shares(need).items())


def _pots(areas):
    """Return a pot a region, for the sites of its authorities."""
    rows = [
        {
            "pot_id": region,
            "pot_name": region,
            "owner": "REGION",
            "eligible_authorities": ";".join(sorted(here["authority_code"].unique())),
            "eligible_actions": "*",
            "payer": "capital_grant",
            "starts": MONEY_YEAR,
            "expires": 2050,
            **TOLD,
        }
        for region, here in areas.groupby("region")
    ]
    return checked(Pots, pd.DataFrame(rows))


def _funding(land):
    """Share a year of the national programme by children in special schools."""
    region = land.areas.set_index("area_code")["region"]
    children = land.need.groupby(land.need["area_code"].map(region))["children"].sum()
    gbp = land.gbp_per_child * children
    return checked(
        PotFunding,
        pd.DataFrame({"pot_id": gbp.index, "academic_year": MONEY_YEAR, "gbp": gbp.to_numpy()}),
    )


def _described(sites):
    is_special = sites["establishment_type"].isin(STATE_SPECIAL)
    blank = dict.fromkeys(
        ("low_age", "high_age", "capacity", "gender", "religious_character", "admissions_policy",
         "estimated")
    )  # fmt: skip
    kind = is_special.map({True: "state_special", False: "mainstream"})
    return sites.assign(site_kind=kind, basis="published", **blank)
