"""Regions too large to be solved in a second: towns scattered over a square of 40 km."""

import itertools

import numpy as np

from tests.siting.cases import option
from tests.siting.regions import ASD, SEMH, choices, lasting, region


def large_region(seed, areas=120, sites=24, years=tuple(range(2027, 2033))):
    """Return tables and choices: need that grows, few places, a site in two to build at."""
    rng = np.random.default_rng(seed)
    homes, there = rng.uniform(0, 40, (areas, 2)), rng.uniform(0, 40, (sites, 2))
    km = np.linalg.norm(homes[:, None] - there, axis=2)
    names = [f"A{number:03}" for number in range(areas)]
    places = [f"S{number:02}" for number in range(sites)]
    growth = 1 + 0.06 * np.arange(len(years))
    groups = [
        (name, need_group, phase)
        for name in names
        for need_group in (ASD, SEMH)
        for phase in ("primary", "secondary")
    ]
    who = [("L", need_group, phase) for need_group in (ASD, SEMH)
           for phase in ("primary", "secondary")]  # fmt: skip
    return region(
        {group: (rng.uniform(0.2, 3.0) * growth).tolist() for group in groups},
        {
            f"p{number}": (
                site,
                need_group,
                ("primary", "secondary")[number % 2],
                [float(rng.integers(10, 40))] * len(years),
            )
            for number, (site, need_group) in enumerate(
                zip(places[::2], itertools.cycle([ASD, SEMH]), strict=False)
            )
        },
        years=years,
        drives={
            (name, site): (1.5 * km[i, j], km[i, j])
            for i, name in enumerate(names)
            for j, site in enumerate(places)
        },
        stays=lasting(who, years, (1.0, 0.85, 0.7, 0.55, 0.4, 0.25)),
        options=[
            option(
                f"O{number:02}",
                site,
                designation=(ASD, SEMH)[number % 2],
                phases="primary:0.5;secondary:0.5" if number % 3 else "primary:1",
                sizes="16;32;64",
                fixed_capital_gbp=float(rng.integers(2, 20)) * 1e5,
                capital_per_place_gbp=float(rng.integers(20, 60)) * 1e3,
                lead_years=int(rng.integers(1, 3)),
                minimum_fill=0.6,
                asset_life_years=60,
                latest_start=2032,
            )
            for number, site in enumerate(places)
        ],
        funds={("P", year): 4e6 for year in range(2025, 2032)},
    ), choices(years, siting={"flexible_share": 0.1}, horizon={"discount_rate": 0.035})
