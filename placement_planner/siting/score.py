"""A plan from anywhere, by the same ruler: who would be placed where, and who would pay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from placement_planner.errors import DataError
from placement_planner.siting.pots import build_capital, may_pay
from placement_planner.tables import checked, split_list
from placement_planner.tables.plan import Builds, Spend
from placement_planner.tables.study import Options, PotFunding, Pots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

    from placement_planner.scenario import Scenario
    from placement_planner.siting.tables import Tables

__all__ = ["complete_builds", "payments_for", "tables_with_builds"]

_BOUNDLESS = 1e12
_WRITTEN = ["option_id", "places", "start_year"]


def complete_builds(written: pd.DataFrame, tables: Tables) -> DataFrame[Builds]:
    """Fill in the openings and the capital of builds that a person has written down.

    Parameters
    ----------
    written
        option_id, places, start_year; opening_year and capital_gbp are taken from the options
        where they are absent.

    Raises
    ------
    DataError
        With every row that names no option of the study or is not a build, in one go.
    """
    missing = [name for name in _WRITTEN if name not in written]
    if missing:
        raise DataError(
            f"a plan needs columns {', '.join(_WRITTEN)}; it lacks {', '.join(missing)}"
        )
    numbers = {
        name: pd.to_numeric(written[name], errors="coerce") for name in ("places", "start_year")
    }
    options = tables.options.set_index("option_id")
    faults = [
        f"row {row + 2}: {fault}"
        for row, (option_id, places, start) in enumerate(
            zip(written["option_id"], numbers["places"], numbers["start_year"], strict=True)
        )
        for fault in _faults(option_id, places, start, options)
    ]
    faults += [
        f"{option_id}: built more than once"
        for option_id in written["option_id"][written["option_id"].duplicated()].unique()
    ]
    if faults:
        raise DataError("\n".join([f"the plan has {len(faults)} fault(s):", *faults]))
    about = options.loc[written["option_id"]].reset_index()
    places, start = (numbers[name].to_numpy(dtype=int) for name in ("places", "start_year"))
    told = {
        "opening_year": start + about["lead_years"].to_numpy(),
        "capital_gbp": about["fixed_capital_gbp"].to_numpy()
        + about["capital_per_place_gbp"].to_numpy() * places,
    }
    own = {name: written[name].to_numpy() if name in written else told[name] for name in told}
    return checked(
        Builds,
        pd.DataFrame(
            {"option_id": written["option_id"].to_numpy(), "places": places, "start_year": start}
            | own
        ).sort_values("option_id"),
    )


def _faults(option_id: object, places: float, start: float, options: pd.DataFrame) -> list[str]:
    told = []
    if option_id not in options.index:
        known = f"such as {options.index[0]!r}" if len(options) else "which has none"
        told.append(f"{option_id!r} is no option of the study, {known}")
    if not (places > 0 and float(places).is_integer()):
        told.append(f"places {places:g}: right would be a whole number above 0")
    if not float(start).is_integer():
        told.append(f"start_year {start:g}: right would be an academic year, such as 2027")
    return told


def tables_with_builds(
    tables: Tables, builds: DataFrame[Builds], years: Sequence[int], *, filled: bool = True
) -> Tables:
    """Return tables in which these builds, and no others, are decided: money and rules aside.

    The best placements for them are those of this problem; what rules they break, the audit
    against the true tables tells. A build that opens between two planned years counts from the
    later one, as far ramped up as it is by then; one that opens after the last counts for nothing.

    Parameters
    ----------
    years
        Planned academic years.
    filled
        Whether they must be filled to their viable minimum.
    """
    told = builds[builds["opening_year"] <= max(years)].set_index("option_id")
    is_told = tables.options["option_id"].isin(told.index)
    options, others = tables.options[is_told], tables.options[~is_told]
    row = told.loc[options["option_id"]]
    start = row["start_year"].to_numpy()
    opening = np.array([min(y for y in years if y >= opens) for opens in row["opening_year"]], int)
    ramps = [
        ";".join(split_list(ramp)[late:]) or "1"
        for ramp, late in zip(
            options["ramp"], opening - row["opening_year"].to_numpy(), strict=True
        )
    ]
    places, capital = row["places"].to_numpy(), row["capital_gbp"].to_numpy()
    decided = options.assign(
        sizes=[str(size) for size in places],
        fixed_capital_gbp=capital.astype(float),
        capital_per_place_gbp=0.0,
        lead_years=opening - start,
        ramp=ramps,
        earliest_start=start,
        latest_start=start,
        **({} if filled else {"minimum_fill": 0.0}),
        requires=None,
        excludes=None,
        locked_in=True,
        locked_out=False,
        pots="ANY",
    )
    pot = {
        "pot_id": "ANY",
        "pot_name": "Whatever it takes",
        "owner": "REGION",
        "eligible_authorities": "*",
        "eligible_actions": "*",
        "payer": tables.pots["payer"].iloc[0] if len(tables.pots) else "capital_grant",
        "starts": int(start.min(initial=2010)),
        "expires": int(opening.max(initial=2060)),
        "source": "a plan that is being measured",
        "basis": "assumption",
    }
    money = {"pot_id": "ANY", "academic_year": int(start.min(initial=2010)), "gbp": _BOUNDLESS}
    return replace(
        tables,
        options=checked(Options, pd.concat([decided, others.assign(locked_out=True)])),
        option_sets=tables.option_sets.iloc[:0],
        pots=checked(Pots, pd.DataFrame([pot])),
        pot_funding=checked(PotFunding, pd.DataFrame([money])),
    )


def payments_for(builds: DataFrame[Builds], tables: Tables, scenario: Scenario) -> DataFrame[Spend]:
    """Meet the capital of builds from the pots that may pay, as far as these reach.

    What no pot can meet is drawn from the first that may pay, or the first there is, so that every
    payment stands somewhere and the audit names what is overspent.
    """
    pooled = scenario.siting.money == "pooled"
    decisions = pd.DataFrame(builds).reset_index(drop=True)
    lead = (decisions["opening_year"] - decisions["start_year"]).to_numpy()
    options = tables.options.set_index("option_id").loc[decisions["option_id"]]
    narrowed = replace(
        tables, options=checked(Options, options.assign(lead_years=lead).reset_index())
    )
    capital = build_capital(narrowed, decisions, pooled=pooled)
    paid = capital.pays.assign(gbp=_allocated(capital.cash, capital.pays, capital.funds))
    due = capital.cash.groupby(["option_id", "academic_year"])["gbp"].sum()
    met = paid.groupby(["option_id", "academic_year"])["gbp"].sum().reindex(due.index).fillna(0.0)
    short = (due - met)[due - met > 1].rename("gbp").reset_index()
    short["pot_id"] = [
        _first_pot(option_id, tables, pooled=pooled) for option_id in short["option_id"]
    ]
    every = pd.concat([paid[paid["gbp"] > 0], short], ignore_index=True)
    keys = ["option_id", "pot_id", "academic_year"]
    return checked(Spend, every.groupby(keys, as_index=False)["gbp"].sum())


def _first_pot(option_id: str, tables: Tables, *, pooled: bool) -> str:
    authority = tables.sites.set_index("site_id")["authority_code"]
    option = next(o for o in tables.options.itertuples() if o.option_id == option_id)
    able = [
        pot.pot_id
        for pot in tables.pots.itertuples()
        if may_pay(pot, option, str(authority[option.site_id]), pooled=pooled)
    ]
    return str([*able, *tables.pots["pot_id"]][0])


def _allocated(cash: pd.DataFrame, pays: pd.DataFrame, funds: pd.DataFrame) -> np.ndarray:
    """Return payments that meet as much as can be of what is due: a small linear programme."""
    if pays.empty:
        return np.zeros(0)
    key = ["option_id", "academic_year"]
    due = cash.groupby(key)["gbp"].sum()
    row = due.index.get_indexer(pd.MultiIndex.from_frame(pays[key]))
    meets = coo_array(
        (np.ones(len(pays)), (row, np.arange(len(pays)))), shape=(len(due), len(pays))
    )
    draws = [
        (fund.Index, column)
        for fund in funds.itertuples()
        for column in np.flatnonzero(
            (pays["pot_id"] == fund.pot_id) & pays["academic_year"].between(fund.first, fund.last)
        )
    ]
    at = np.array(draws, dtype=int).reshape(-1, 2)
    draw = coo_array((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(funds), len(pays)))
    answer = linprog(
        -np.ones(len(pays)),
        A_ub=vstack([meets, draw]),
        b_ub=np.concatenate([due.to_numpy(), funds["gbp"].to_numpy(dtype=float)]),
    )
    return np.asarray(answer.x)
