"""What could be built, what ties it together, and what each option would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.sample.pots import pots_for
from placement_planner.sample.seeds import random_stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["build_option_sets", "build_options"]

# How many options of each action, and of each base designation, by phase.
ADAPT_ROOMS, NEW_BASES, EXPANSIONS, SATELLITES = 24, 20, 16, 10
BASE_MIX = {
    "ci_base": 0.40,
    "semh_base": 0.24,
    "language_base": 0.18,
    "cognition_base": 0.10,
    "sensory_physical_base": 0.08,
}
PRIMARY_SHARE = 0.55
PER_AUTHORITY = [0.32, 0.20, 0.16, 0.19, 0.13]
SIZES = {
    ("base", "primary"): "8;16",
    ("base", "secondary"): "8;16;24",
    ("modules", "primary"): "8x1-2",
    ("modules", "secondary"): "8x1-3",
    ("ten", "primary"): "10;20",
    ("ten", "secondary"): "10;20;30",
    "expand_special": "20;40;60",
    "satellite": "8x2-4",
    "new_special": "60;90;120;160",
    "new_semh": "60;80",
}
FIXED_GBP = {
    "adapt_rooms": (20_000, 60_000),
    "new_base": (80_000, 250_000),
    "expand_special": (150_000, 500_000),
    "satellite": (60_000, 200_000),
    "new_special": (1_000_000, 2_500_000),
}
ALL_THROUGH = "primary:0.4;secondary:0.5;post_16:0.1"
NEW_SPECIALS = (
    ("Castle Rise", "asd_special", ALL_THROUGH),
    ("Castle Rise", "semh_special", "primary:0.3;secondary:0.7"),
    ("Harrow Quay", "semh_special", "secondary:1"),
    ("Corrinstow", "asd_special", ALL_THROUGH),
    ("Ambrelwick", "pmld_special", ALL_THROUGH),
    ("Farringarth", "semh_special", "primary:0.4;secondary:0.6"),
    ("Nettlesea", "asd_special", ALL_THROUGH),
    ("Wendlemouth", "sld_mld_special", ALL_THROUGH),
    ("Birkelmere", "asd_special", "secondary:0.8;post_16:0.2"),
    ("Ivelholme", "semh_special", "primary:0.3;secondary:0.7"),
)
SATELLITE_DESIGNATIONS = ("asd_special", "semh_special", "sld_mld_special")
STATUSES = {"internal": 0.45, "engaged": 0.30, "consulted": 0.15, "approved": 0.10}
LATEST_START = 2033
EITHER_OR = 3
ID_WORDS = {
    "adapt_rooms": "ADAPT",
    "new_base": "BASE",
    "expand_special": "EXPAND",
    "satellite": "SATELLITE",
    "new_special": "SPECIAL",
}


def _free_hosts(sites: pd.DataFrame, used: Iterable[str]) -> pd.DataFrame:
    """Mainstream schools that could host, those with most spare places first."""
    hosts = sites[
        sites["site_kind"].eq("mainstream")
        & ~sites["site_id"].isin(list(used))
        & sites["admissions_policy"].ne("Selective")
    ]
    return hosts.assign(spare=hosts["capacity"] - hosts["roll"]).sort_values(
        ["spare", "site_id"], ascending=[False, True]
    )


def _host(
    hosts: pd.DataFrame, authority: str, phase: str, taken: list[str], rng: np.random.Generator
) -> str:
    """Choose one of the eight schools with most room; one twice only where all are taken."""
    fit = hosts[hosts["authority_code"].eq(authority) & hosts["phase"].isin([phase, "all_through"])]
    fresh = fit[~fit["site_id"].isin(taken)]
    offered = fit if fresh.empty else fresh
    return str(offered["site_id"].iloc[int(rng.integers(min(8, len(offered))))])


def _base_options(
    action: str, number: int, hosts: pd.DataFrame, used: list[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Draw bases for the schools with room; an authority's share follows its size."""
    codes = [f"E0890000{part}" for part in range(1, 6)]
    counts = _whole_shares(PER_AUTHORITY, number)
    mix = _whole_shares(list(BASE_MIX.values()), number)
    designations = rng.permutation(np.repeat(list(BASE_MIX), mix)).tolist()
    taken, rows = list(used), []
    for authority, designation in zip(np.repeat(codes, counts).tolist(), designations, strict=True):
        phase = "primary" if rng.random() < PRIMARY_SHARE else "secondary"
        site = _host(hosts, authority, phase, taken, rng)
        taken.append(site)
        classes = "modules" if action == "new_base" else "base"
        size = "ten" if designation == "cognition_base" else classes
        rows.append(
            {
                "site_id": site,
                "action": action,
                "designation": designation,
                "phases": f"{phase}:1",
                "sizes": SIZES[size, phase],
            }
        )
    return pd.DataFrame(rows)


def _whole_shares(shares: list[float], number: int) -> NDArray[np.int64]:
    """Split a number by shares; the first takes what rounding leaves."""
    counts = np.round(np.array(shares) * number).astype(np.int64)
    counts[0] += number - counts.sum()
    return counts


def _phase_shares(pools: pd.DataFrame) -> str:
    """Write a school's phases with the shares of its places, in steps of a twentieth."""
    share = (
        pools.set_index("phase")["planning_places"] / pools["planning_places"].sum() * 20
    ).round()
    share[share.idxmax()] += 20 - share.sum()
    ordered = [phase for phase in ("primary", "secondary", "post_16") if phase in share.index]
    return ";".join(f"{phase}:{share[phase] / 20:g}" for phase in ordered)


def _expansions(provision: pd.DataFrame) -> pd.DataFrame:
    """Offer the fullest special schools more room."""
    state = provision[provision["provision_type"].eq("special_school") & provision["opens"].isna()]
    sums = state.groupby("site_id")[["planning_places", "roll"]].sum()
    fullest = (sums["roll"] / sums["planning_places"]).sort_values(ascending=False, kind="stable")
    rows = []
    for site in fullest.index[:EXPANSIONS]:
        pools = state[state["site_id"].eq(site)]
        rows.append(
            {
                "site_id": site,
                "action": "expand_special",
                "phases": _phase_shares(pools),
                "designation": pools["designation"].iloc[0],
                "sizes": SIZES["expand_special"],
            }
        )
    return pd.DataFrame(rows)


def _satellites(hosts: pd.DataFrame, used: list[str], rng: np.random.Generator) -> pd.DataFrame:
    taken, rows = list(used), []
    for turn in range(SATELLITES):
        authority = f"E0890000{turn % 5 + 1}"
        phase = "secondary" if turn % 3 else "primary"
        site = _host(hosts, authority, phase, taken, rng)
        taken.append(site)
        rows.append(
            {
                "site_id": site,
                "action": "satellite",
                "phases": f"{phase}:1",
                "designation": SATELLITE_DESIGNATIONS[turn % len(SATELLITE_DESIGNATIONS)],
                "sizes": SIZES["satellite"],
            }
        )
    return pd.DataFrame(rows)


def _new_specials(sites: pd.DataFrame) -> pd.DataFrame:
    land = sites.set_index("site_name")["site_id"]
    return pd.DataFrame(
        [
            {
                "site_id": land[f"Land at {place}"],
                "action": "new_special",
                "designation": designation,
                "phases": phases,
                "sizes": SIZES["new_semh" if designation == "semh_special" else "new_special"],
            }
            for place, designation, phases in NEW_SPECIALS
        ]
    )


def _priced(options: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw capital within the published range of each action."""
    actions = code_table("actions").set_index("action")
    rules = actions.loc[options["action"]].reset_index(drop=True)
    per_place = rng.uniform(rules["capital_low_gbp"], rules["capital_high_gbp"])
    low, high = np.array([FIXED_GBP[action] for action in options["action"]]).T
    return options.assign(
        capital_per_place_gbp=np.round(per_place / 500) * 500,
        fixed_capital_gbp=np.round(rng.uniform(low, high) / 1000) * 1000,
        lead_years=rules["lead_years"],
        ramp=rules["ramp"],
        asset_life_years=rules["asset_life_years"],
        minimum_fill=rules["minimum_fill"],
    )


def _tied(options: pd.DataFrame) -> pd.DataFrame:
    """Tie some options: a site twice is an either-or; two satellites need their parent to grow."""
    others = options.groupby("site_id")["option_id"].transform(";".join)
    excludes = [
        ";".join(item for item in everyone.split(";") if item != own) or None
        for everyone, own in zip(others, options["option_id"], strict=True)
    ]
    requires = options["option_id"].map(
        {
            "SATELLITE-01": _parent(options, "E08900001"),
            "SATELLITE-04": _parent(options, "E08900004"),
        }
    )
    is_locked_in = options["option_id"].eq("ADAPT-02")
    is_locked_out = options["option_id"].eq("SATELLITE-03")
    status = (
        options["release_status"].mask(is_locked_in, "approved").mask(is_locked_out, "consulted")
    )
    return options.assign(
        excludes=excludes,
        requires=requires,
        locked_in=is_locked_in,
        locked_out=is_locked_out,
        release_status=status,
    )


def _parent(options: pd.DataFrame, authority: str) -> str:
    grows = options[
        options["action"].eq("expand_special") & options["authority_code"].eq(authority)
    ]
    return str(grows["option_id"].iloc[0])


def _all_kinds(
    sites: pd.DataFrame, provision: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Put the options of every action together; three schools are offered as either-or."""
    hosts = _free_hosts(sites, provision["site_id"])
    adapt = _base_options("adapt_rooms", ADAPT_ROOMS, hosts, [], rng)
    twice = adapt[adapt["sizes"].eq("8;16")].head(EITHER_OR)
    twice = twice.assign(action="new_base", sizes=SIZES["modules", "primary"])
    used = adapt["site_id"].tolist()
    build = _base_options("new_base", NEW_BASES - len(twice), hosts, used, rng)
    used += build["site_id"].tolist()
    kinds = [
        adapt,
        build,
        twice,
        _expansions(provision),
        _satellites(hosts, used, rng),
        _new_specials(sites),
    ]
    return pd.concat(kinds, ignore_index=True)


def build_options(sites: pd.DataFrame, provision: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the options (`tables.study.Options`)."""
    rng = random_stream(seed, "options")
    options = _all_kinds(sites, provision, rng)
    number = (options.groupby("action").cumcount() + 1).map("{:02d}".format)
    authority = options["site_id"].map(sites.set_index("site_id")["authority_code"])
    pots = [pots_for(*pair) for pair in zip(authority, options["action"], strict=True)]
    options = _priced(options, rng).assign(
        option_id=options["action"].map(ID_WORDS) + "-" + number,
        authority_code=authority,
        earliest_start=rng.choice([2026, 2027], len(options)),
        latest_start=LATEST_START,
        serves=options["action"].map({"new_special": "*"}),
        release_status=rng.choice(list(STATUSES), len(options), p=list(STATUSES.values())),
        pots=pots,
        basis="invented",
        estimated=None,
    )
    return _tied(options)


def build_option_sets(options: pd.DataFrame) -> pd.DataFrame:
    """Return sets of options of which some may be built (`tables.study.OptionSets`)."""
    new_semh = options["action"].eq("new_special") & options["designation"].eq("semh_special")
    grow = options["action"].eq("expand_special") & options["authority_code"].eq("E08900001")
    rows = [
        ("SEMH-TRUSTS", new_semh, 2, "invented: the trusts that run such schools can open two"),
        ("HARROWMOUTH-WORKS", grow, 3, "invented: the authority can run three such schemes"),
    ]
    return pd.DataFrame(
        [
            {"set_id": set_id, "options": ";".join(options.loc[chosen, "option_id"]),
             "at_most": at_most, "reason": reason}
            for set_id, chosen, at_most, reason in rows
        ]
    )  # fmt: skip
