"""Small regions with every feature of siting, each written down in the few numbers that matter.

Everything that a region does not say has a default that is easy on a reader's arithmetic: one
authority L, areas and sites five minutes and 5 km apart, a top-up of £10,000, £100 a km, and
£40,000 a year for a child without a suitable local place.
"""

from types import SimpleNamespace

import pandas as pd

from placement_planner.pipeline import find_plan
from placement_planner.scenario import Scenario
from placement_planner.siting.tables import Tables
from placement_planner.tables import empty_table
from placement_planner.tables.continuity import Followers, Kept, Survival, diagonal_survival
from placement_planner.tables.stages import ExchangeLimits, Need, PlaceCosts, Pools, Travel
from placement_planner.tables.study import (
    Compatibility,
    Fallback,
    Options,
    OptionSets,
    PotFunding,
    Pots,
    Sites,
)
from placement_planner.tables.transport import Transport

ASD, SEMH = "asd_special", "semh_special"
YEARS = (2027, 2028)
OUTSIDE = "OUTSIDE"
TOLD = {"source": "test", "basis": "invented"}
ROUTES = (
    ("independent_day", 0.75, 48_000.0, None),
    ("mainstream_without_base", 0.25, 16_000.0, None),
)
RIDE = {"from_km": 0.0, "ride_minutes": 0.0, "ride_factor": 1.0, "gbp": 0.0, "gbp_per_km": 100.0,
        "gbp_per_minute": 0.0, "transported": 1.0}  # fmt: skip
SITE = {"site_kind": "state_special", "phase": "primary", "easting": 0.0, "northing": 0.0,
        "basis": "invented"} | dict.fromkeys(
    ("establishment_type", "low_age", "high_age", "capacity", "roll", "gender",
     "religious_character", "admissions_policy", "estimated")
)  # fmt: skip


def choices(years=YEARS, *, siting=None, horizon=None, travel=None, **solver):
    """Choices with nothing lent and a gap of nought, unless it is said."""
    return Scenario().with_choices(
        horizon={"years": years, "discount_rate": 0.0, "last_period_years": 1} | (horizon or {}),
        siting={"flexible_share": 0.0} | (siting or {}),
        travel=travel or {},
        solver={"relative_gap": 0.0, "time_limit_s": 60} | solver,
    )


def pot(pot_id="P", **changes):
    return (
        {
            "pot_id": pot_id,
            "pot_name": pot_id,
            "owner": "REGION",
            "eligible_authorities": "*",
            "eligible_actions": "*",
            "payer": "capital_grant",
            "starts": 2020,
            "expires": 2040,
            "carry_years": None,
        }
        | TOLD
        | changes
    )


UNSAID = {
    "homes": None, "sites": {}, "drives": {}, "stays": None, "kept": (), "followers": (),
    "matches": {}, "exchange": {}, "routes": {}, "options": (), "sets": (), "pots": None,
    "funds": None, "rides": (RIDE,), "top_up": 10_000.0, "place_funding": 5_000.0,
}  # fmt: skip


def region(need, pools=None, *, years=YEARS, **said):
    """Return the tables of a region.

    need: {(area, need group, phase): children by year}. pools: {pool: (site, designation, phase,
    places by year)}. homes: {area: authority}. sites: {site: authority}, OUTSIDE among them.
    drives: {(area, site): minutes, or (minutes, km)}; those left out are 5 minutes and 5 km, None
    is no way. stays: rows (authority, need group, phase, entry, year, phase by then, share); blank:
    everybody is placed afresh every year. kept: (area, need group, phase, year, pool, children),
    with an optional True for an independent school. matches: {(need group, designation): £ of a
    tolerable match, or "no"}. exchange: {(home, there, need group): children}. routes: {(authority,
    need group, phase): rows (route, share, £, most)}. funds: {(pot, year): £}.
    """
    if unknown := set(said) - set(UNSAID):
        raise TypeError(f"a region has no {', '.join(sorted(unknown))}")
    told, pools = SimpleNamespace(**UNSAID | said), pools or {}
    homes = told.homes or {area: "L" for area, *_ in need}
    sites = dict(told.sites)
    for site in [*(row[0] for row in pools.values()), *(row["site_id"] for row in told.options)]:
        sites.setdefault(site, "L")
    in_need = _need(need, homes, years)
    everyone = _every_phase(in_need)
    return Tables(
        need=in_need,
        kept=_kept(told.kept, homes, pools),
        survival=_survival(told.stays, in_need, years),
        followers=_table(Followers, told.followers),
        pools=_pools(pools, sites, years),
        travel=_travel(homes, sites, told.drives),
        transport=_typed(Transport, everyone.merge(pd.DataFrame(told.rides), how="cross")),
        place_costs=_table(
            PlaceCosts, [(group, told.top_up, told.place_funding) for group in (ASD, SEMH)]
        ),
        compatibility=_compatibility(told.matches),
        exchange=_table(
            ExchangeLimits, [(*pair, most, "today") for pair, most in told.exchange.items()]
        ),
        fallback=_fallback(everyone, told.routes),
        options=_rows(Options, told.options),
        option_sets=_table(OptionSets, [(*row, "test") for row in told.sets]),
        pots=_rows(Pots, told.pots or [pot()]),
        pot_funding=_pot_funding(told.funds or {("P", 2020): 1e9}),
        sites=_rows(
            Sites,
            [
                SITE | {"site_id": site, "site_name": site, "authority_code": authority}
                for site, authority in sites.items()
                if authority != OUTSIDE
            ],
        ),
    )


def _typed(model, frame):
    """Return a table as its model has it, typed but not checked: one test checks regions."""
    fields = model.to_schema().columns
    return frame[[name for name in fields if name in frame]].astype(
        {name: field.dtype.type for name, field in fields.items() if name in frame}
    )


def _table(model, rows):
    """Return a table from tuples in the order of its columns."""
    columns = list(model.to_schema().columns)
    rows = list(rows)
    return _typed(model, pd.DataFrame(rows, columns=columns)) if rows else empty_table(model)


def _rows(model, rows):
    """Return a table from dictionaries."""
    return _typed(model, pd.DataFrame(list(rows))) if rows else empty_table(model)


def _pot_funding(funds):
    return _table(PotFunding, [(*key, gbp) for key, gbp in funds.items()])


def _need(need, homes, years):
    rows = [
        (area, homes[area], need_group, phase, year, float(children))
        for (area, need_group, phase), numbers in need.items()
        for year, children in zip(years, numbers, strict=True)
    ]
    return _table(Need, rows)


def _every_phase(need):
    """Return each authority and need group with all phases: whoever is there may move on."""
    phases = pd.DataFrame({"phase": ["primary", "secondary", "post_16"]})
    return need[["authority_code", "need_group"]].drop_duplicates().merge(phases, how="cross")


def _kept(kept, homes, pools):
    rows = [
        (area, homes[area], need_group, phase, year, pool,
         pools[pool][0] if pool in pools else f"site-{pool}", bool(alone), float(children))
        for area, need_group, phase, year, pool, children, *alone in kept
    ]  # fmt: skip
    return _table(Kept, rows)


def _survival(stays, need, years):
    if stays is None:
        return _typed(Survival, diagonal_survival(need, years))
    return _table(Survival, stays)


def _pools(pools, sites, years):
    rows = [
        (pool, site, sites[site], "special_school", designation, phase, year, float(places),
         "invented")
        for pool, (site, designation, phase, numbers) in pools.items()
        for year, places in zip(years, numbers, strict=True)
    ]  # fmt: skip
    return _table(Pools, rows)


def _travel(homes, sites, drives):
    rows = []
    for area in homes:
        for site in sites:
            far = drives.get((area, site), 5.0)
            if far is not None:
                minutes, km = far if isinstance(far, tuple) else (far, far)
                rows.append((area, site, float(minutes), float(km)))
    return _table(Travel, rows)


def _compatibility(matches):
    told = {(ASD, ASD): 0.0, (SEMH, SEMH): 0.0} | matches
    rows = [
        {
            "need_group": need_group,
            "designation": designation,
            "match": "no" if gbp == "no" else "tolerable" if gbp else "suited",
            "penalty_gbp": 0.0 if gbp == "no" else float(gbp),
        }
        | TOLD
        for (need_group, designation), gbp in told.items()
    ]
    return _rows(Compatibility, rows)


def _fallback(everyone, routes):
    rows = [
        {
            "authority_code": authority,
            "need_group": need_group,
            "phase": phase,
            "route": route,
            "share": share,
            "cost_gbp": gbp,
            "most_children": most,
            "payer": "high_needs_block",
            "minutes": 40.0,
            "distance_km": 20.0,
        }
        | TOLD
        for authority, need_group, phase in everyone.itertuples(index=False)
        for route, share, gbp, most in routes.get((authority, need_group, phase), ROUTES)
    ]
    return _rows(Fallback, rows)


def lasting(who, years, shares=(1.0,)):
    """Return rows of survival: of those who come, share n is still in the phase n years later.

    who: (authority, need group, phase) rows; years after the last share count as the last.
    """
    return [
        (*row, entry, year, row[2], shares[min(year - entry, len(shares) - 1)])
        for row in who
        for entry in years
        for year in years
        if year >= entry and shares[min(year - entry, len(shares) - 1)] > 0
    ]


def plan_for(tables, chosen=None):
    """Return the best plan; it has passed its audit."""
    return find_plan(tables, chosen or choices())


def placed_in(plan, **where):
    """Return the children who hold places in rows with these values."""
    rows = plan.placements
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return float(rows["children"].sum())


def in_fallback(plan, **where):
    rows = plan.fallback
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return float(rows["children"].sum())
