"""What is known locally of mainstream schools: invented answers, surveys and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.sample.seeds import random_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["build_hosts"]

# Shares of schools (all invented).
LISTED, ASKED, WILLING = 0.8, 0.35, 0.6
REASONS = {
    "planned to close in 2028": 0.01,
    "to be amalgamated with a neighbour": 0.01,
    "hall and kitchen out of use until repairs are done": 0.01,
}
CONDITIONS = {"A": 0.15, "B": 0.5, "C": 0.25, "D": 0.02}
ACCESSIBLE, ACCESS_KNOWN = 0.6, 0.8
PLANS_PER_CHILD, PLANS_SPREAD = 0.028, 0.5
SUSPENSIONS = {"primary": 2.5, "secondary": 18.0, "all_through": 10.0}


def _drawn(shares: dict[str, float], number: int, rng: np.random.Generator) -> NDArray[np.object_]:
    """Draw a word by its share; None for the rest."""
    words = np.array([*shares, None], dtype=object)
    chances = [*shares.values(), 1 - sum(shares.values())]
    return words[rng.choice(len(words), number, p=chances)]


def build_hosts(sites: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return what is known of hosts (`tables.study.Hosts`).

    Parameters
    ----------
    sites
        The sample's sites.
    seed
        As of the whole sample.
    """
    rng = random_stream(seed, "hosts")
    schools = sites[sites["site_kind"].eq("mainstream")].sort_values("site_id")
    schools = schools[rng.random(len(schools)) < LISTED]
    number = len(schools)
    answer = {"yes": ASKED * WILLING, "no": ASKED * (1 - WILLING)}
    access = {"yes": ACCESS_KNOWN * ACCESSIBLE, "no": ACCESS_KNOWN * (1 - ACCESSIBLE)}
    usual = schools["roll"].to_numpy(dtype=float) * PLANS_PER_CHILD
    plans = np.round(usual * rng.lognormal(0.0, PLANS_SPREAD, number))
    calm = schools["phase"].map(SUSPENSIONS).to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "site_id": schools["site_id"].to_numpy(),
            "interest": _drawn(answer, number, rng),
            "excluded_because": _drawn(REASONS, number, rng),
            "condition": _drawn(CONDITIONS, number, rng),
            "accessible": _drawn(access, number, rng),
            "children_with_plans": plans,
            "suspensions_per_100": np.round(calm * rng.gamma(2.0, 0.5, number), 1),
            "source": "invented survey of schools",
            "basis": "invented",
        }
    )
