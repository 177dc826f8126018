"""Children with plans, one by one: a simulation of joiners, movers and leavers.

Caseloads and transitions are both counted from the same simulated children, so every transition
table ties to the caseloads on either side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_list
from placement_planner.sample.rates import (
    AGES,
    AUTHORITY_RATE,
    BASES,
    FIRST_AGE,
    RELABEL,
    national_rates,
)
from placement_planner.sample.seeds import packaged_table, published_table, random_stream

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["JANUARIES", "caseload_table", "request_table", "simulate_children", "transition_table"]

START = 2020
JANUARIES = tuple(range(2021, 2027))
PLANS_2026 = 9730
# "over 700,000", growth of 12.5 % on 638,745 (DfE, EHC plans, reporting year 2026).
ENGLAND_2026 = 718_600
AGREED_SHARE = 0.654
ASSESSED_PER_PLAN = 1.07
NEEDS, SETTINGS = code_list("need_types"), code_list("settings")
CODES = AUTHORITY_RATE.index.to_numpy()


def _draw(rng: np.random.Generator, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw one column a row, with the row's weights."""
    cumulative = weight.cumsum(axis=1)
    spot = rng.random(len(weight))[:, None] * cumulative[:, -1:]
    drawn: NDArray[np.int64] = (spot >= cumulative).sum(axis=1)
    return drawn


def _setting_tilt() -> NDArray[np.float64]:
    """Return by authority, need and setting how much likelier it is than nationally."""
    tilt = np.ones((len(CODES), 1, len(SETTINGS)))
    groups = {
        "bases": BASES,
        "state_special": ("state_special",),
        "independent": ("independent_special", "non_maintained_special"),
    }
    for group, settings in groups.items():
        for setting in settings:
            tilt[:, 0, SETTINGS.index(setting)] = AUTHORITY_RATE[group]
    return tilt * national_rates().lift[None, :, :]


def _need_tilt() -> NDArray[np.float64]:
    tilt = np.ones((len(CODES), len(NEEDS)))
    for need in ("ASD", "SEMH"):
        tilt[:, NEEDS.index(need)] = AUTHORITY_RATE[need]
    return tilt


def _authority_weight(population: pd.DataFrame, areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Age by authority: children of the base year times the authority's own rate."""
    authority = population["area_code"].map(areas.set_index("area_code")["authority_code"])
    wide = population.assign(authority_code=authority).pivot_table(
        index="age", columns="authority_code", values="children", aggfunc="sum"
    )
    weight: NDArray[np.float64] = (
        wide.loc[AGES, list(CODES)] * AUTHORITY_RATE["joiners"]
    ).to_numpy()
    return weight


def _first_stock(
    rng: np.random.Generator, number: int, weight: NDArray[np.float64]
) -> pd.DataFrame:
    """Draw the stock of January 2020: ages of 2024, settings raked to the totals of 2020."""
    rates = national_rates()
    table = rates.stock_by_age[:, None] * rates.setting_by_age
    total = rates.setting_total.loc[START].to_numpy(dtype=float)
    for _ in range(20):
        table *= (total / total.sum() / np.maximum(table.sum(axis=0), 1e-12))[None, :]
        table *= (rates.stock_by_age / table.sum(axis=1))[:, None]
    age = rng.choice(len(AGES), number, p=rates.stock_by_age)
    authority = _draw(rng, weight[age])
    need = _draw(rng, rates.stock_need[age] * _need_tilt()[authority])
    setting = _draw(rng, table[age] * _setting_tilt()[authority, need])
    return pd.DataFrame({"age": age, "authority": authority, "need": need, "setting": setting})


def _joiners(rng: np.random.Generator, number: int, weight: NDArray[np.float64]) -> pd.DataFrame:
    """Draw new plans; `age` is what they reach by the next January."""
    rates = national_rates()
    age = rng.choice(len(AGES), number, p=rates.joiners_by_age / rates.joiners_by_age.sum())
    authority = _draw(rng, weight[age])
    need = _draw(rng, rates.joiner_need[np.maximum(age - 1, 0)] * _need_tilt()[authority])
    setting = _draw(rng, rates.joiner_setting[age] * _setting_tilt()[authority, need])
    return pd.DataFrame({"age": age, "authority": authority, "need": need, "setting": setting})


def _relabelled(rng: np.random.Generator, need: NDArray[np.int64]) -> NDArray[np.int64]:
    spot = rng.random(len(need))
    changed = need.copy()
    passed = np.zeros(len(NEEDS))
    for before, after, share in RELABEL:
        code = NEEDS.index(before)
        low = passed[code]
        chosen = (need == code) & (spot >= low) & (spot < low + share)
        changed[chosen] = NEEDS.index(after)
        passed[code] += share
    return changed


def _next_year(rng: np.random.Generator, children: pd.DataFrame) -> pd.DataFrame:
    """Return those who stay in the caseload, a year older, with new need and setting."""
    rates = national_rates()
    stays = rng.random(len(children)) >= rates.leave[children["age"]]
    kept = children[stays]
    age, authority = kept["age"].to_numpy(), kept["authority"].to_numpy()
    need = _relabelled(rng, kept["need"].to_numpy())
    weight = rates.moves[age, kept["setting"].to_numpy()] * _setting_tilt()[authority, need]
    return kept.assign(age=age + 1, need=need, setting=_draw(rng, weight))


def _homes(
    rng: np.random.Generator,
    children: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    population: pd.DataFrame,
) -> NDArray[np.object_]:
    """Give each child a home: children of that age, deprivation, and a local factor."""
    rate = packaged_table("deprivation").set_index("imd_decile")["relative_rate"]
    local = areas["imd_decile"].map(rate).to_numpy() * rng.lognormal(0, 0.25, len(areas))
    ages = population.pivot_table(index="age", columns="area_code", values="children")
    weight = ages[areas["area_code"].tolist()].to_numpy() * local
    home = np.empty(len(children), dtype=object)
    codes = areas["area_code"].to_numpy()
    for number, authority in enumerate(CODES):
        inside = (areas["authority_code"] == authority).to_numpy()
        mine = (children["authority"] == number).to_numpy()
        age = np.clip(children.loc[mine, "age"].to_numpy() + FIRST_AGE, 0, 25)
        home[mine] = codes[inside][_draw(rng, weight[age][:, inside])]
    return home


def simulate_children(areas: gpd.GeoDataFrame, population: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return one row a child and January, from January 2020 to January 2026.

    Columns: child, january, area_code, authority_code, ncy, need, setting.
    """
    rng = random_stream(seed, "children")
    weight = _authority_weight(population, areas)
    scale = PLANS_2026 / ENGLAND_2026
    first = int(national_rates().setting_total.loc[START].sum() * scale)
    new_plans = published_table("requests_and_new_plans").set_index("calendar_year")["new_plans"]
    stock = _first_stock(rng, first, weight)
    stock = stock.assign(child=np.arange(first), area_code=_homes(rng, stock, areas, population))
    januaries, known = [stock.assign(january=START)], first
    for year in range(START, JANUARIES[-1]):
        joiners = _joiners(rng, int(new_plans.loc[year] * scale), weight)
        joiners = joiners.assign(
            child=known + np.arange(len(joiners)), area_code=_homes(rng, joiners, areas, population)
        )
        known += len(joiners)
        stock = pd.concat([_next_year(rng, stock), joiners], ignore_index=True)
        januaries.append(stock.assign(january=year + 1))
    rows = pd.concat(januaries, ignore_index=True)
    return pd.DataFrame(
        {
            "child": rows["child"],
            "january": rows["january"],
            "area_code": rows["area_code"],
            "authority_code": CODES[rows["authority"]],
            "ncy": rows["age"] + FIRST_AGE - 4,
            "need": np.array(NEEDS)[rows["need"]],
            "setting": np.array(SETTINGS)[rows["setting"]],
        }
    )


def caseload_table(children: pd.DataFrame) -> pd.DataFrame:
    """Count children at each January (`tables.study.Caseload`)."""
    shown = children[children["january"].isin(JANUARIES)].rename(columns={"need": "need_type"})
    keys = ["authority_code", "january", "ncy", "need_type", "setting"]
    return shown.groupby(keys).size().rename("children").reset_index().assign(basis="invented")


def _steps(children: pd.DataFrame) -> pd.DataFrame:
    """Pair each child with itself a year later; NONSEND stands on the side where it is absent."""
    before = children[children["january"] < JANUARIES[-1]]
    after = children[children["january"] > START].assign(january=lambda rows: rows["january"] - 1)
    pairs = before.merge(
        after, on=["child", "january", "authority_code"], how="outer", suffixes=("_1", "_2")
    )
    ncy = pairs["ncy_1"].fillna(pairs["ncy_2"] - 1).astype(int)
    words = {
        name: pairs[name].fillna("NONSEND")
        for name in ("setting_1", "need_1", "setting_2", "need_2")
    }
    return pairs.assign(ncy_1=ncy, ncy_2=ncy + 1, **words)


def transition_table(children: pd.DataFrame) -> pd.DataFrame:
    """Count steps between the Januaries (`tables.study.Transitions`)."""
    steps = _steps(children)
    shown = steps[steps["january"] >= JANUARIES[0]]
    keys = [
        "authority_code",
        "january",
        "setting_1",
        "need_1",
        "ncy_1",
        "setting_2",
        "need_2",
        "ncy_2",
    ]
    return shown.groupby(keys).size().rename("children").reset_index().assign(basis="invented")


def request_table(children: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Count new plans by age, and draw the requests and assessments behind them.

    Requests follow the national number of requests per new plan of each year.
    """
    rng = random_stream(seed, "requests")
    steps = _steps(children)
    joined = steps[steps["setting_1"] == "NONSEND"].assign(
        calendar_year=lambda rows: rows["january"], age=lambda rows: rows["ncy_2"] + 4
    )
    table = (
        joined.groupby(["authority_code", "calendar_year", "age"])
        .size()
        .rename("new_plans")
        .reset_index()
    )
    national = published_table("requests_and_new_plans").set_index("calendar_year")
    per_plan = (national["requests"] / national["new_plans"]).ffill()
    assessments = table["new_plans"] + rng.poisson(table["new_plans"] * (ASSESSED_PER_PLAN - 1))
    refused = np.maximum(table["calendar_year"].map(per_plan) - ASSESSED_PER_PLAN, 1 - AGREED_SHARE)
    requests = assessments + rng.poisson(table["new_plans"] * refused)
    return table.assign(requests=requests, assessments=assessments, basis="invented")
