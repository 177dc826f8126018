"""Regions drawn by chance: two authorities and a neighbour, need of several groups, few places."""

from dataclasses import replace

import numpy as np
import pandas as pd

from placement_planner.tables import checked
from placement_planner.tables.continuity import Survival, diagonal_survival
from placement_planner.tables.stages import Need, PlaceCosts, Pools, Travel
from placement_planner.tables.study import Compatibility, Fallback
from placement_planner.tables.transport import Transport
from tests.siting.cases import make_tables, scenario

GROUPS = ("ci_base", "language_base", "asd_special")
PHASES = ("primary", "secondary")
YEARS = (2027, 2030)
HOMES, OUTSIDE = ("L", "M"), "X"
AFRESH = scenario(YEARS).with_choices(
    siting={"mode": "snapshot", "money": "pooled", "flexible_share": 0.0}
)
"""Everybody is placed afresh in the places there are, wherever in the region: a gap's choices."""


def need(*rows):
    """Need of (area, authority, need group, children), with phase and year where they matter."""
    names = ["area_code", "authority_code", "need_group", "children", "phase", "academic_year"]
    full = [(*row, *("primary", 2027)[len(row) - 4 :]) for row in rows]
    frame = pd.DataFrame(full, columns=names).astype({"children": float, "academic_year": int})
    return checked(Need, frame)


def pools(*rows):
    """Pools of (site, authority, designation, places), with phase and year where they matter."""
    names = ["site_id", "authority_code", "designation", "places", "phase", "academic_year"]
    full = [(*row, *("primary", 2027)[len(row) - 4 :]) for row in rows]
    frame = pd.DataFrame(full, columns=names).astype({"places": float, "academic_year": int})
    return checked(
        Pools,
        frame.assign(
            pool_id=frame["site_id"] + "-" + frame["designation"] + "-" + frame["phase"],
            provision_type="special_school",
            basis="invented",
        ),
    )


def drives(*rows):
    """Drives of (area, site, minutes); a kilometre a minute."""
    frame = pd.DataFrame(rows, columns=["area_code", "site_id", "minutes"])
    frame = frame.astype({"minutes": float})
    return checked(Travel, frame.assign(distance_km=frame["minutes"]))


def suits(**matches):
    """Compatibility by ``group__designation="suited"``; every group suits its own places."""
    told = {(group, group): "suited" for group in GROUPS}
    told |= {tuple(names.split("__")): match for names, match in matches.items()}
    rows = [(*names, match, 100.0 * (match == "tolerable")) for names, match in told.items()]
    frame = pd.DataFrame(rows, columns=["need_group", "designation", "match", "penalty_gbp"])
    return checked(Compatibility, frame.assign(source="test", basis="invented"))


def rides(minutes=0.0, factor=1.0, homes=HOMES):
    """Rides of everybody: minutes of boarding, and time in the vehicle a minute of drive."""
    terms = {"ride_minutes": minutes, "ride_factor": factor, "gbp": 0.0, "gbp_per_km": 100.0}
    rows = [
        {"authority_code": home, "need_group": group, "phase": phase, "from_km": 0.0} | terms
        for home in homes
        for group in GROUPS
        for phase in PHASES
    ]
    return checked(Transport, pd.DataFrame(rows).assign(gbp_per_minute=0.0, transported=1.0))


def region(seed):
    """Tables of a region by chance, for `YEARS`: rides in two bands of distance, gaps in travel."""
    rng = np.random.default_rng(seed)
    areas = {f"A{i}": HOMES[i % 2] for i in range(rng.integers(2, 6))}
    sites = {f"S{j}": rng.choice([*HOMES, OUTSIDE]) for j in range(rng.integers(1, 5))}
    in_need = _need(rng, areas)
    return replace(
        make_tables([1], [1], [[1]], []),
        need=in_need,
        survival=checked(Survival, diagonal_survival(in_need, YEARS)),
        pools=_pools(rng, sites),
        travel=_travel(rng, areas, sites),
        transport=_transport(rng),
        compatibility=_compatibility(rng),
        place_costs=_place_costs(rng),
        fallback=_fallback(rng),
    )


def _need(rng, areas):
    rows = [
        (area, home, group, rng.choice([0.0, round(rng.uniform(0, 12), 2)]), phase, year)
        for area, home in areas.items()
        for group in GROUPS
        for phase in PHASES
        for year in YEARS
        if rng.random() < 0.8
    ]
    somebody = ("A0", "L", GROUPS[0], 3.5, "post_16", YEARS[0])
    return need(somebody, *rows)


def _pools(rng, sites):
    rows = [
        (site, home, designation, float(rng.integers(0, 15)), phase, year)
        for site, home in sites.items()
        for designation in GROUPS
        for phase in PHASES
        if rng.random() < 0.6
        for year in YEARS
    ]
    return pools(*rows or [("S0", sites["S0"], GROUPS[0], 5.0, PHASES[0], YEARS[0])])


def _travel(rng, areas, sites):
    rows = [
        (area, site, minutes, minutes * rng.uniform(0.3, 0.9))
        for area in areas
        for site in sites
        if rng.random() < 0.85
        for minutes in [rng.uniform(1, 70)]
    ]
    columns = ["area_code", "site_id", "minutes", "distance_km"]
    return checked(Travel, pd.DataFrame(rows, columns=columns).astype({"minutes": float}))


def _transport(rng):
    rows = [
        {
            "authority_code": home,
            "need_group": group,
            "phase": phase,
            "from_km": from_km,
            "ride_minutes": rng.uniform(0, 10),
            "ride_factor": rng.uniform(1, 1.5),
            "gbp": rng.uniform(0, 3000),
            "gbp_per_km": rng.uniform(0, 300),
            "gbp_per_minute": rng.uniform(0, 100),
            "transported": 0.5,
        }
        for home in HOMES
        for group in GROUPS
        for phase in (*PHASES, "post_16")
        for from_km in (0.0, 12.0)
    ]
    return checked(Transport, pd.DataFrame(rows))


def _compatibility(rng):
    others = [(group, other) for group in GROUPS for other in GROUPS if group != other]
    return suits(**{f"{a}__{b}": str(rng.choice(["suited", "tolerable", "no"])) for a, b in others})


def _place_costs(rng):
    rows = [(group, rng.uniform(5_000, 15_000), 10_000.0) for group in GROUPS]
    columns = ["need_group", "top_up_gbp", "place_funding_gbp"]
    return checked(PlaceCosts, pd.DataFrame(rows, columns=columns))


def _fallback(rng):
    rows = [
        {
            "authority_code": home,
            "need_group": group,
            "phase": phase,
            "route": route,
            "share": share,
            "cost_gbp": rng.uniform(8_000, 60_000),
            "minutes": 30.0,
            "distance_km": 15.0,
            "payer": "high_needs_block",
            "source": "test",
            "basis": "invented",
        }
        for home in HOMES
        for group in GROUPS
        for phase in (*PHASES, "post_16")
        for route, share in (("independent_day", 0.6), ("mainstream_without_base", 0.4))
    ]
    return checked(Fallback, pd.DataFrame(rows))
