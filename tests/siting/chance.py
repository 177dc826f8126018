"""Small regions drawn by chance, with every feature of siting; small enough to try everything."""

import itertools
import random

from tests.siting.cases import option
from tests.siting.regions import ASD, OUTSIDE, RIDE, SEMH, choices, pot, region

PHASES = ("primary", "secondary", "post_16")
HORIZONS = ((2027,), (2027, 2028), (2027, 2029), (2027, 2028, 2030), (2027, 2028, 2029))
SITES = ("S0", "S1", "S2")


def chance_region(seed, *, fill=True, most_options=3):
    """Return a region, and the choices it is planned by.

    fill: whether options may have a viable minimum.
    """
    return region_by(random.Random(seed).choice, fill=fill, most_options=most_options)  # noqa: S311


def region_by(choice, *, fill=True, most_options=3):
    """Return a region by whatever chooses one of several values."""
    pick = lambda *values: choice(values)  # noqa: E731
    years = pick(*HORIZONS)
    phases = pick(PHASES[:1], PHASES[:2], PHASES[:2], PHASES)
    homes = {f"A{i}": pick("L", "L", "M") for i in range(pick(1, 2, 2, 3))}
    sites = {site: pick("L", "L", "M", OUTSIDE) for site in SITES[: pick(1, 2, 2, 3)]}
    sites["S0"] = pick("L", "M")
    need_groups = pick((ASD,), (ASD,), (ASD, SEMH))
    every = list(itertools.product(sorted(homes), need_groups, phases))
    groups = [group for group in every if pick(True, True, True, False)][:8] or every[:1]
    need = {group: [pick(0, 1, 3, 5, 8, 12, 12, 15) for _ in years] for group in groups}
    need[groups[0]][0] += 1
    slots = [slot for slot in itertools.product(sites, need_groups, phases) if pick(True, False)][
        :5
    ]
    pools = {
        f"p{number}": (*slot, _over_time(pick, years, pick(0, 1, 2, 4)))
        for number, slot in enumerate(slots)
    }
    names = [f"O{i}" for i in range(pick(1, 2, 3, 3))][:most_options]
    own = [site for site in sites if sites[site] != OUTSIDE]
    pots = [_pot(pick, f"P{i}") for i in range(pick(1, 2, 2))]
    tables = region(
        need,
        pools,
        years=years,
        homes=homes,
        sites=sites,
        drives={
            pair: pick((5, 4), (5, 4), (12, 9), (20, 15), (50, 40), (61, 45), (80, 60), None)
            for pair in itertools.product(homes, sites)
        },
        stays=_survival(pick, homes, need_groups, phases, years),
        kept=_kept(pick, need, pools, years),
        followers=[
            (*group, year, pick(0.0, 0.5, 1.0), pick(0.0, 0.25, 1.0, 1.0))
            for group in need for year in years if pick(False, False, True)
        ],
        matches={(ASD, SEMH): pick("no", 800.0, 3000.0), (SEMH, ASD): pick("no", 500.0)},
        exchange={
            (*pair, need_group): pick(0, 2, 4, 6)
            for pair in (("L", "M"), ("M", "L")) for need_group in need_groups if pick(True, False)
        },
        routes=_routes(pick, homes, need_groups, phases),
        options=[
            _option(pick, name, pick(*own), set(names) - {name}, phases, need_groups, fill)
            for name in names
        ],
        sets=[("X", ";".join(names[:2]), pick(0, 1, 1, 1))] if pick(True, False, False) else (),
        pots=pots,
        funds={
            (each["pot_id"], year): pick(0, 20, 50, 100, 400, 1000) * 1000
            for each in pots for year in (2024, 2025, 2026, 2027, 2028)
        },
        rides=(RIDE | {"ride_minutes": 4.0, "gbp": 300.0, "gbp_per_minute": 20.0},
               RIDE | {"from_km": 10.0, "ride_minutes": 8.0, "ride_factor": 1.2, "gbp": 1000.0}),
        place_funding=pick(0.0, 5_000.0, 9_000.0),
    )  # fmt: skip
    return tables, choices(
        years,
        siting={
            "money": pick("own", "own", "pooled"),
            "flexible_share": pick(0.0, 0.1, 0.5, 1.0),
            "over_capacity_share": pick(0.0, 0.0, 0.25),
            "over_capacity_gbp": pick(1_000.0, 20_000.0),
            "nowhere_gbp": pick(0.0, 5_000.0),
        },
        horizon={"discount_rate": pick(0.0, 0.035), "last_period_years": pick(1, 2)},
    )


def _over_time(pick, years, places):
    """Places that stay, that end, or that come later."""
    gone = {"ends": len(years) - 1, "comes": 0}.get(
        pick("stays", "stays", "stays", "ends", "comes")
    )
    return [0 if year == gone and len(years) > 1 else places for year in range(len(years))]


def _option(pick, name, site, others, phases, need_groups, fill):
    shares = [f"{phase}:1" for phase in phases]
    if len(phases) > 1:
        shares += ["primary:0.5;secondary:0.5"] * 2
    other = sorted(others)
    return option(
        name,
        site,
        action=pick("expand_special", "new_special"),
        designation=pick(*need_groups),
        phases=pick(*shares),
        sizes=pick("4", "4;8", "4x1-2", "10"),
        fixed_capital_gbp=pick(0, 1, 2, 4, 8, 30) * 10_000.0,
        capital_per_place_gbp=pick(0, 1, 3, 6, 20) * 1_000.0,
        lead_years=pick(0, 0, 1, 1, 2, 3),
        ramp=pick("1", "0.5;1", "0.25;0.5;1"),
        asset_life_years=pick(5, 20, 40),
        minimum_fill=pick(0.0, 0.0, 0.0, 0.5, 1.0) if fill else 0.0,
        earliest_start=pick(2024, 2024, 2025, 2026, 2027),
        latest_start=pick(2027, 2028, 2028, 2030),
        pots=pick("P0;P1", "P0;P1", "P0"),
        requires=pick(*[None] * 7, *other),
        excludes=pick(*[None] * 5, *other),
        serves=pick(None, None, "L", "M", "*"),
        locked_in=pick(*[False] * 11, True),
        locked_out=pick(*[False] * 19, True),
    )


def _pot(pick, name):
    if pick(True, False):
        return pot(name)
    return pot(
        name,
        owner=pick("REGION", "REGION", "L", "M"),
        eligible_authorities=pick("*", "*", "*", "L", "L;M"),
        eligible_actions=pick("*", "*", "*", "expand_special"),
        starts=pick(2020, 2020, 2020, 2026),
        expires=pick(2027, 2040, 2040),
        carry_years=pick(None, None, 0, 1),
    )


def _survival(pick, homes, need_groups, phases, years):
    """Follow cohorts through phases by a share that stays and one that moves on, year by year."""
    if pick(False, False, False, False, True):
        return None
    rows = []
    for authority, need_group in itertools.product(sorted(set(homes.values())), need_groups):
        stay = [pick(0.0, 0.5, 0.75, 1.0) for _ in phases]
        up = [min(pick(0.0, 0.25, 0.5, 1.0), 1 - share) for share in stay]
        for start, entry in itertools.product(range(len(phases)), years):
            shares = [float(phase == start) for phase in range(len(phases))]
            for year in range(entry, years[-1] + 1):
                if year in years:
                    rows += [
                        (authority, need_group, phases[start], entry, year, later, share)
                        for later, share in zip(phases, shares, strict=True)
                        if share > 0
                    ]
                came = [0.0, *(share * part for share, part in zip(shares, up, strict=True))]
                shares = [
                    share * part + new for share, part, new in zip(shares, stay, came, strict=False)
                ]
    return rows


def _kept(pick, need, pools, years):
    """Children who keep a place: no more of a group than are in need; also in over-full pools."""
    rows = []
    for group, numbers in need.items():
        there = [pool for pool, row in pools.items() if row[2] == group[2]]
        for at, year in enumerate(years):
            left = numbers[at] - (at == 0 and group == next(iter(need)))  # somebody is to be placed
            for pool in [*there, "independent"]:
                stands = pool == "independent" or pools[pool][3][at] > 0
                children = pick(0, 0, 0, 0, 1, 3)
                if stands and 0 < children <= left:
                    left -= children
                    rows.append((*group, year, pool, children, pool == "independent"))
    return rows


def _routes(pick, homes, need_groups, phases):
    return {
        who: [
            (
                "independent_day",
                0.75,
                pick(24_000.0, 48_000.0, 48_000.0, 60_000.0),
                pick(None, None, 2, 5),
            ),
            ("mainstream_without_base", 0.25, 16_000.0, pick(None, None, 1)),
        ]
        for who in itertools.product(sorted(set(homes.values())), need_groups, phases)
    }
