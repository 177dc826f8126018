"""Requests, assessments and new plans by age, projected with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import DataError, Finding
from placement_planner.need.flow_rates import fit_flow_rates
from placement_planner.need.request_draws import (
    RequestChoices,
    memory_of_years,
    simulate_requests,
    trend_ahead,
)
from placement_planner.tables import checked, table_keys
from placement_planner.tables.forecasts import FLOWS_IN_ORDER, RequestForecast, RequestTotals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.need.flow_rates import FlowRates
    from placement_planner.need.request_draws import Trend
    from placement_planner.tables.base import Table
    from placement_planner.tables.study import PopulationProjection, Requests

__all__ = ["REGION", "ProjectedRequests", "project_requests"]

REGION = "all"
AGES = np.arange(26)
PERCENTILES = {"p5": 5, "q1": 25, "median": 50, "q3": 75, "p95": 95}


@dataclass(frozen=True, kw_only=True)
class ProjectedRequests:
    """Requests, assessments and new plans of the years ahead.

    Attributes
    ----------
    by_age
        Mean and percentiles by authority, calendar year, age and measure.
    totals
        The same of all ages together, by authority and for the region ("all").
    rates
        Visible weights: authority_code, age, measure, region_rate (per child, request or
        assessment, at the last year's level), authority_factor, authority_weight, cell_factor,
        cell_weight and rate, their product.
    trend
        Of the rate of requests: what is expected of the first year ahead, and how sure.
    notes
        What was used, in plain words.
    """

    by_age: DataFrame[RequestForecast]
    totals: DataFrame[RequestTotals]
    rates: pd.DataFrame
    trend: Trend
    notes: tuple[str, ...]


def _cube(
    table: pd.DataFrame, value: str, year: str, authorities: Sequence[str], years: Sequence[int]
) -> NDArray[np.float64]:
    """Sum of a column by authority, year and age; absent rows are nought."""
    index = pd.MultiIndex.from_product([authorities, years, AGES])
    summed = table.groupby(["authority_code", year, "age"])[value].sum()
    cube: NDArray[np.float64] = (
        summed.reindex(index, fill_value=0.0)
        .to_numpy(dtype="float64")
        .reshape(len(authorities), len(years), len(AGES))
    )
    return cube


def _check(
    requests: pd.DataFrame, projection: pd.DataFrame, past: Sequence[int], years: Sequence[int]
) -> None:
    """Name every gap: years of requests, and population of each authority, year and age."""
    if requests.empty or not years:
        raise DataError("requests cannot be projected: no row of requests, or no year asked for")
    findings = [
        Finding("requests", None, "calendar_year", f"no row for {year}", f"rows from {past[0]} on")
        for year in sorted(set(range(past[0], past[-1] + 1)) - set(past))
    ]
    findings += [
        Finding("requests", None, "calendar_year", f"{year} asked for", f"a year after {past[-1]}")
        for year in years
        if year <= past[-1]
    ]
    known = projection[projection["children"] > 0]
    have = set(zip(known["authority_code"], known["academic_year"], strict=True))
    wanted = [
        (code, year)
        for code in sorted(requests["authority_code"].unique())
        for year in (*past, *range(past[-1] + 1, max(years) + 1))
    ]
    findings += [
        Finding(
            "population_projection",
            None,
            "academic_year",
            f"no children of authority {code} in {year}",
            "children of every age, for each year of requests and each year to project",
        )
        for code, year in wanted
        if (code, year) not in have
    ]
    if findings:
        raise DataError(f"requests cannot be projected: {len(findings)} problem(s):", findings)


def _summary(draws: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Mean and percentiles over the first axis, flattened."""
    cuts = np.percentile(draws, list(PERCENTILES.values()), axis=0)
    return {
        "mean": draws.mean(axis=0).ravel(),
        **{name: cut.ravel() for name, cut in zip(PERCENTILES, cuts, strict=True)},
    }


def _rows(
    code: str, years: Sequence[int], flows: Mapping[str, NDArray[np.int64]]
) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
    """Summaries of one authority's draws (draw, year, age): by age and of all ages."""
    year, age = (grid.ravel() for grid in np.meshgrid(years, AGES, indexing="ij"))
    by_age = [
        pd.DataFrame({"calendar_year": year, "age": age, **_summary(drawn)}).assign(
            authority_code=code, measure=measure
        )
        for measure, drawn in flows.items()
    ]
    totals = [
        pd.DataFrame({"calendar_year": list(years), **_summary(drawn.sum(axis=2))}).assign(
            authority_code=code, measure=measure
        )
        for measure, drawn in flows.items()
    ]
    return by_age, totals


def _sorted(parts: Sequence[pd.DataFrame], model: type[Table]) -> pd.DataFrame:
    return pd.concat(parts).sort_values(table_keys(model))


def _rate_table(rates: Mapping[str, FlowRates], authorities: Sequence[str]) -> pd.DataFrame:
    parts = []
    for measure, rate in rates.items():
        authority, age = (
            grid.ravel() for grid in np.meshgrid(np.arange(len(authorities)), AGES, indexing="ij")
        )
        parts.append(
            pd.DataFrame(
                {
                    "authority_code": np.asarray(authorities)[authority],
                    "age": age,
                    "measure": measure,
                    "region_rate": rate.profile[age],
                    "authority_factor": rate.authority[authority],
                    "authority_weight": rate.authority_weight[authority],
                    "cell_factor": rate.cell.ravel(),
                    "cell_weight": rate.cell_weight.ravel(),
                    "rate": rate.rate.ravel(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _notes(
    past: Sequence[int],
    counts: Mapping[str, NDArray[np.float64]],
    rates: Mapping[str, FlowRates],
    choices: RequestChoices,
) -> tuple[str, ...]:
    trend = trend_ahead(rates["requests"].level, choices)
    told = f"own weight {trend.own_weight:.2f}, the rest England's"
    if choices.trend is not None:
        told = "chosen"
    fitted = (
        f"Requests are fitted on calendar years {past[0]} to {past[-1]}, per child of the academic "
        f"year that begins in them; {counts['requests'].sum():,.0f} requests, "
        f"{counts['assessments'].sum():,.0f} assessments, {counts['new_plans'].sum():,.0f} new "
        "plans."
    )
    ahead = (
        f"The rate of requests changes by {np.expm1(trend.mean):+.1%} in the first year ahead "
        f"({told}; log spread {trend.spread:.3f}), damped to {choices.phi:.0%} of that each year "
        "after."
    )
    ratios = (
        "Assessments follow requests, and new plans assessments, by their ratio at each age; plans "
        "start at an age above that of their request, so a ratio can be above 1."
    )
    notes = [fitted, ahead, ratios]
    for measure, rate in rates.items():
        lost = counts[measure].sum(axis=(0, 1))[rate.profile == 0].sum()
        if lost:
            notes.append(
                f"Some {measure.replace('_', ' ')} are of an age with nobody to come from; they "
                "are not projected."
            )
    return tuple(notes)


def project_requests(
    requests: DataFrame[Requests],
    projection: DataFrame[PopulationProjection],
    years: Sequence[int],
    choices: RequestChoices | None = None,
) -> ProjectedRequests:
    r"""Project requests, assessments and new plans by authority and age.

    Requests are rates per head by age, pooled between authorities (`flow_rates`). Their level
    moves ahead by a damped trend and a random walk:

    .. math:: \lambda_{la,t+h} = P_{la,t+h}\, \rho_a f_l \varphi_{la}
       \exp\Big(\sum_{k=1}^{h} \gamma\,\phi^{k-1} + \epsilon_k + \epsilon_{lk} + \eta_{lh}\Big)

    Requests are Poisson around it; assessments follow requests, and new plans assessments, by
    pooled ratios whose level wanders without a trend.

    Parameters
    ----------
    requests
        Counts by authority, calendar year and age; absent rows are nought.
    projection
        Children by authority, academic year and age. A calendar year takes the academic year that
        begins in it.
    years
        Calendar years wanted, all after the last with counts.
    choices
        Trend, damping, spreads, draws and seed.

    Returns
    -------
    ProjectedRequests
        Mean and percentiles by age and of totals, rates with their weights, and notes.

    Raises
    ------
    DataError
        When years lack between the first and last of the requests, or population for any of them.
    """
    choices = choices or RequestChoices()
    past = sorted(int(year) for year in requests["calendar_year"].unique())
    _check(requests, projection, past, years)
    authorities = sorted(requests["authority_code"].unique())
    counts = {
        measure: _cube(requests, measure, "calendar_year", authorities, past)
        for measure in FLOWS_IN_ORDER
    }
    people = _cube(projection, "children", "academic_year", authorities, past)
    priors = choices.priors
    step, fresh = priors["authority_step_sd"], priors["authority_fresh_sd"]
    memory = memory_of_years(step, fresh)
    sources = (people, counts["requests"], counts["assessments"])
    rates = {
        measure: fit_flow_rates(counts[measure], source, memory)
        for measure, source in zip(FLOWS_IN_ORDER, sources, strict=True)
    }
    ahead = list(range(past[-1] + 1, max(years) + 1))
    people_ahead = _cube(projection, "children", "academic_year", authorities, ahead)
    drawn = simulate_requests(rates, people_ahead, choices)
    wanted = [ahead.index(year) for year in sorted(years)]
    by_age: list[pd.DataFrame] = []
    totals: list[pd.DataFrame] = []
    shape = (choices.draws, len(wanted), len(AGES))
    region = {measure: np.zeros(shape, dtype=np.int64) for measure in FLOWS_IN_ORDER}
    for code, flows in zip(authorities, drawn, strict=True):
        kept = {measure: flow[:, wanted] for measure, flow in flows.items()}
        of_ages, of_all = _rows(code, sorted(years), kept)
        by_age += of_ages
        totals += of_all
        region = {measure: region[measure] + flow for measure, flow in kept.items()}
    totals += _rows(REGION, sorted(years), region)[1]
    return ProjectedRequests(
        by_age=checked(RequestForecast, _sorted(by_age, RequestForecast)),
        totals=checked(RequestTotals, _sorted(totals, RequestTotals)),
        rates=_rate_table(rates, authorities),
        trend=trend_ahead(rates["requests"].level, choices),
        notes=_notes(past, counts, rates, choices),
    )
