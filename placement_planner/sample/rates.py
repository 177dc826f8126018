"""Yearly rates of joining, moving and leaving, worked out from published national tables.

Leavers are what the age group of one January lacks at the next, beyond new plans. Movers are what
the settings of the next January need beyond survivors and joiners; only net moves are seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_list
from placement_planner.sample.seeds import published_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["AGES", "AUTHORITY_RATE", "FIRST_AGE", "RELABEL", "Rates", "national_rates"]

FIRST_AGE, LAST_AGE = 2, 24
AGES = np.arange(FIRST_AGE, LAST_AGE + 1)
LEAVE_BASES_AT = 16
BASES = ("resourced_provision", "sen_unit")
DOWN_SYNDROME_SHARE_OF_OTHER = 0.4
LIFT_POWER = 0.6
NOT_RECORDED_AT_MOST = 0.005
# New labels of need, a year (assumption): from, to, share.
RELABEL = (
    ("SLCN", "ASD", 0.020),
    ("SLCN", "MLD", 0.020),
    ("SLCN", "SLD", 0.012),
    ("SLCN", "SEMH", 0.004),
    ("ASD", "SLD", 0.004),
    ("MLD", "SLD", 0.006),
    ("SEMH", "ASD", 0.020),
    ("SEMH", "MLD", 0.006),
    ("OTH", "PD", 0.03),
    ("SLD", "PMLD", 0.01),
    ("PD", "PMLD", 0.01),
    ("NR", "ASD", 0.15),
    ("NR", "SLCN", 0.10),
    ("NR", "SEMH", 0.10),
)
# How far authorities lie from the middle: within the spread of DfE's table of authorities
# (bases 1.3 to 5.7 % of plans, special 26 to 35 %, INMSS 3.1 to 7.1 %, ASD 20 to 44 %).
AUTHORITY_RATE = pd.DataFrame(
    {
        "joiners": [1.06, 0.96, 1.05, 0.95, 0.98],
        "bases": [1.35, 1.30, 0.60, 1.0, 0.45],
        "state_special": [1.06, 0.92, 1.02, 0.98, 1.0],
        "independent": [0.80, 1.05, 1.35, 0.95, 1.30],
        "ASD": [0.86, 1.22, 0.98, 1.10, 0.90],
        "SEMH": [1.12, 0.84, 1.12, 0.92, 1.05],
    },
    index=[f"E0890000{number}" for number in range(1, 6)],
)


@dataclass(frozen=True)
class Rates:
    """National rates by age (rows from `FIRST_AGE`), setting and need, in the order of `codes`.

    Attributes
    ----------
    stock_by_age
        Share of plans by age.
    setting_by_age
        Share of settings at each age, January 2024.
    setting_total
        Plans by January and setting.
    leave
        Share that ends before the next January.
    joiners_by_age
        New plans of 2024 by age on the 31 August before.
    joiner_setting
        Settings of new plans by the age they reach.
    joiner_need, stock_need
        Needs by age, of new plans and of all plans.
    moves
        Age, setting before, setting after: share of those who stay in the caseload.
    lift
        Need by setting: how much likelier than on average, softened.
    """

    stock_by_age: NDArray[np.float64]
    setting_by_age: NDArray[np.float64]
    setting_total: pd.DataFrame
    leave: NDArray[np.float64]
    joiners_by_age: NDArray[np.float64]
    joiner_setting: NDArray[np.float64]
    joiner_need: NDArray[np.float64]
    stock_need: NDArray[np.float64]
    moves: NDArray[np.float64]
    lift: NDArray[np.float64]


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    total = counts.sum(axis=-1, keepdims=True)
    shares: NDArray[np.float64] = np.divide(
        counts, total, out=np.zeros_like(counts), where=total > 0
    )
    return shares


def _by_age(table: pd.DataFrame, columns: str) -> NDArray[np.float64]:
    names = code_list("settings" if columns == "setting" else "need_types")
    wide = table.pivot_table(index="age", columns=columns, values="children", aggfunc="sum")
    filled = wide.reindex(index=AGES, columns=list(names)).fillna(0.0)
    counts: NDArray[np.float64] = filled.to_numpy(dtype=float, copy=True)
    return counts


def _without_late_bases(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bases of this region end with Year 11; the 2 % nationally beyond count as mainstream."""
    settings = list(code_list("settings"))
    changed = counts.copy()
    late = AGES >= LEAVE_BASES_AT
    for base in BASES:
        changed[late, settings.index("mainstream")] += changed[late, settings.index(base)]
        changed[late, settings.index(base)] = 0
    return changed


def _settings_of(january: int) -> NDArray[np.float64]:
    """Count plans by age and setting; cap placements not recorded, high in 2025."""
    table = published_table("plans_by_age_and_setting")
    counts = _without_late_bases(_by_age(table[table["january"] == january], "setting"))
    unknown = list(code_list("settings")).index("not_recorded")
    before = counts.sum(axis=1)
    counts[:, unknown] = np.minimum(counts[:, unknown], NOT_RECORDED_AT_MOST * before)
    capped: NDArray[np.float64] = _shares(counts) * before[:, None]
    return capped


def _needs(name: str) -> NDArray[np.float64]:
    """Needs by age, with Down syndrome parted from other needs (assumption)."""
    counts = _by_age(published_table(name), "need_type")
    needs = list(code_list("need_types"))
    other = counts[:, needs.index("OTH")].copy()
    counts[:, needs.index("DS")] = other * DOWN_SYNDROME_SHARE_OF_OTHER
    counts[:, needs.index("OTH")] = other * (1 - DOWN_SYNDROME_SHARE_OF_OTHER)
    return counts


def _lift() -> NDArray[np.float64]:
    table = published_table("plans_by_need_and_setting")
    wide = table.pivot_table(index="need_type", columns="setting", values="children")
    needs, settings = list(code_list("need_types")), list(code_list("settings"))
    counts = wide.reindex(index=needs, columns=settings)
    counts.loc["DS"] = counts.loc["OTH"]
    counts.loc["NR"] = counts.loc["NR"].fillna(counts.sum())
    shares = _shares(counts.fillna(0.0).to_numpy(dtype=float))
    average = counts.fillna(0.0).sum().to_numpy(dtype=float)
    lifted: NDArray[np.float64] = np.clip(shares / (average / average.sum()), 0.05, 8) ** LIFT_POWER
    return lifted


def _joiners(needs: NDArray[np.float64], first: NDArray[np.float64]) -> NDArray[np.float64]:
    """Count new plans of 2024 by age on the 31 August before, from age 1."""
    joiners = needs.sum(axis=1)
    joiners[0] -= first[0].sum()
    return np.concatenate([[first[0].sum()], joiners])


def _moves(
    kept: NDArray[np.float64], joined: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fewest moves that bring survivors and joiners of each age to the next January's settings."""
    size = kept.shape[1]
    moves = np.empty((len(kept), size, size))
    for age, (stay, join, goal) in enumerate(zip(kept, joined, target, strict=True)):
        wanted = goal * (stay.sum() + join.sum()) / goal.sum()
        short = wanted - stay - join
        out = np.divide(np.clip(-short, 0, stay), stay, out=np.zeros(size), where=stay > 0)
        destination = _shares(np.clip(short, 0, None))
        moves[age] = np.diag(1 - out) + out[:, None] * destination[None, :]
    return moves


@cache
def national_rates() -> Rates:
    """Return the rates of 2024 to 2025, from the packaged national tables."""
    early, late = _settings_of(2024), _settings_of(2025)
    new_need = _needs("new_plans_by_age_and_need")
    joiners = _joiners(new_need, late)
    joiner_setting = _shares(
        _without_late_bases(_by_age(published_table("new_plans_by_age_and_setting"), "setting"))
    )
    latest = joiner_setting.sum(axis=1) > 0
    joiner_setting[~latest] = joiner_setting[latest][-1]
    survivors = (late.sum(axis=1)[1:] - joiners[1:-1]) / early.sum(axis=1)[:-1]
    leave = np.append(1 - np.clip(survivors, 0, 1), 1.0)
    kept = early[:-1] * (1 - leave[:-1, None])
    moves = _moves(kept, joiners[1:-1, None] * joiner_setting[1:], late[1:])
    totals = published_table("plans_by_setting").pivot_table(
        index="january", columns="setting", values="children"
    )
    need_share = _shares(new_need)
    need_share[need_share.sum(axis=1) == 0] = need_share[need_share.sum(axis=1) > 0][-1]
    return Rates(
        stock_by_age=_shares(early.sum(axis=1)),
        setting_by_age=_shares(early),
        setting_total=totals[list(code_list("settings"))],
        leave=leave,
        joiners_by_age=joiners[:-1],
        joiner_setting=joiner_setting,
        joiner_need=need_share,
        stock_need=_shares(_needs("plans_by_age_and_need")),
        moves=moves,
        lift=_lift(),
    )
