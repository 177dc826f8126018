"""The summary of a projection in plain lines: what, how, how sure, why, and from what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.demand import (
    EVERYONE,
    MEDIANS,
    PARTS,
    shown_requests,
    shown_summary,
    shown_totals,
    shown_waterfall,
)
from placement_planner.figures.need import shown_need, shown_need_groups, shown_scope
from placement_planner.figures.premises import METHODS, premises, study_sources
from placement_planner.need.waterfall import EFFECTS
from placement_planner.tables.forecasts import FLOWS_IN_ORDER
from placement_planner.wording import measured, year_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.forecast import Forecast

__all__ = ["projection_lines"]

_TRENDS = {
    "flat": "Joiner rates stay as they are.",
    "damped": "The growth of joiner rates fades.",
    "trend": "The growth of joiner rates goes on.",
}
_CHOICES = {
    "transitions": ("draws", "seed", "trend", "joiner_damping", "recency", "relabel_needs"),
    "published": ("draws", "seed", "growth_damping", "pooling_children", "cell_variance"),
    "held": (),
}
_CODES = {
    "transitions": ("rate_priors",),
    "published": (
        "growth_priors",
        "national_caseload",
        "authority_children",
        "cohort_flow_ratios",
    ),
    "held": (),
}


_ALWAYS = ("population", "rate", "interaction")
_WHY = {
    "population": "from population",
    "rate": "from the share of children with a plan",
    "interaction": "from both together",
    "housing": "from new homes above the projection",
    "policy": "from policy",
    "housing_policy": "from policy among the children of new homes",
}


def projection_lines(forecast: Forecast) -> list[str]:
    """Return the lines that tell a planner what a projection comes to; small counts withheld."""
    scenario = forecast.scenario
    return [
        f"{scenario.name}: {scenario.notice}",
        *_what(forecast),
        "",
        *_totals(forecast),
        MEDIANS,
        "",
        *_needed(forecast),
        "",
        *_why(forecast),
        *_requests(forecast),
        "",
        *(f"Note: {note}" for note in forecast.notes),
        *_withheld(forecast),
        "",
        "What it rests on:",
        *(f"  {line}" for line in _assumptions(forecast)),
    ]


def _what(forecast: Forecast) -> list[str]:
    choices, years = forecast.scenario.need, forecast.parts.academic_years
    authorities = forecast.parts.cells["authority_code"].nunique()
    where = "1 authority" if authorities == 1 else f"{authorities} authorities"
    from_year, to_year = (
        f"January {year + 1} ({year_label(year)})" for year in (years[0], years[-1])
    )
    lines = [
        f"Children with an EHC plan in {where}, {from_year} to {to_year}.",
        f"Method: {forecast.method}. {METHODS[forecast.method]}",
    ]
    if forecast.method == "transitions":
        lines.append(_TRENDS[choices.trend])
    told = premises(forecast)
    return [*lines, *(f"{name}: {words}" for name, words in told.items() if name != "Method")]


def _totals(forecast: Forecast) -> list[str]:
    rows = shown_totals(forecast).to_dict("records")
    lines = []
    for place, row in enumerate(rows):
        year = year_label(row["academic_year"])
        mean, low, high, held = (
            measured(row[name], "children") for name in ("mean", "p5", "p95", "held")
        )
        if place == 0:
            lines.append(f"{year}: {mean} children, as counted in January")
            continue
        ranged = f", 9 in 10 draws between {low} and {high}" if forecast.method != "held" else ""
        aside = f" (at today's rates {held})" if forecast.method != "held" else ""
        lines.append(f"{year}: {mean} expected{ranged}{aside}")
    return lines


def _needed(forecast: Forecast) -> list[str]:
    """Say how many need a place in a base and in a special school, now and last."""
    table = shown_need_groups(forecast).frame
    lines = ["Children who need a specialist place, expected:"]
    for kind in ("all", "base", "special"):
        rows = table[table["need_group"] == kind].sort_values("academic_year")
        if rows.empty:
            continue
        first, last = rows.iloc[0], rows.iloc[-1]
        told = measured(last["mean"], "children")
        if "p5" in rows and forecast.method != "held":
            low, high = (measured(last[name], "children") for name in ("p5", "p95"))
            told = f"{told} (9 in 10 draws between {low} and {high})"
        lines.append(
            f"  {first['name']}: {measured(first['mean'], 'children')} in "
            f"{year_label(int(first['academic_year']))}, {told} in "
            f"{year_label(int(last['academic_year']))}"
        )
    return lines


def _why(forecast: Forecast) -> list[str]:
    table = shown_waterfall(forecast).frame
    rows = table[table["authority_code"] == EVERYONE]
    row = rows.loc[rows["academic_year"].astype(int).idxmax()]
    words = {
        name: row[name] if isinstance(row[name], str) else f"{row[name]:+,.0f}" for name in EFFECTS
    }
    told = [f"{words[name]} {_WHY[name]}" for name in EFFECTS if name in _ALWAYS or row[name]]
    return [f"Why the number changes to {year_label(row['academic_year'])}: {', '.join(told)}."]


def _requests(forecast: Forecast) -> list[str]:
    shown = shown_requests(forecast)
    if shown is None:
        return []
    table = shown.frame[shown.frame["authority_code"] == EVERYONE]
    lines = ["", "In a calendar year, all authorities, expected (9 in 10 draws between):"]
    for year, rows in table.groupby("calendar_year"):
        flows = rows.set_index("measure").loc[list(FLOWS_IN_ORDER)]
        told = [
            f"{measure.replace('_', ' ')} {measured(row['mean'], 'children')} "
            f"({measured(row['p5'], 'children')} to {measured(row['p95'], 'children')})"
            for measure, row in flows.iterrows()
        ]
        lines.append(f"{year}: {', '.join(told)}")
    return lines


def _withheld(forecast: Forecast) -> list[str]:
    choices = forecast.scenario.privacy
    if choices.profile == "internal":
        return ["INTERNAL, NOT FOR PUBLICATION: nothing is withheld or rounded."]
    shown = [shown_summary(forecast, part) for part in PARTS]
    shown += [shown_waterfall(forecast)]
    shown += [shown_need_groups(forecast), shown_need(forecast), shown_scope(forecast)]
    shown += [
        found
        for by_age in (False, True)
        if (found := shown_requests(forecast, by_age=by_age)) is not None
    ]
    rule = (
        f"Counts under {choices.threshold} are withheld (shown as c), others are rounded to "
        f"{choices.rounding}."
    )
    return [rule, *(f"  {found.withheld}" for found in shown)]


def _assumptions(forecast: Forecast) -> Iterator[str]:
    """List the choices behind the method and the sources of its figures, each once."""
    choices = forecast.scenario.need
    yield f"need.base_january = {choices.base_january}"
    for name in _CHOICES[forecast.method]:
        meaning = type(choices).model_fields[name].description
        yield f"need.{name} = {getattr(choices, name)}: {meaning}"
    yield from _policy(forecast)
    names = [*_CODES[forecast.method], "deprivation", "need_group_rules"]
    if forecast.homes is not None:
        names.append("housing_yields")
    if forecast.requests is not None:
        names += ["rate_priors", "request_priors"]
    seen: set[str] = set()
    for name in dict.fromkeys(names):
        for source in _sources(name):
            if source not in seen:
                seen.add(source)
                yield f"{name}: {source}"
    yield from study_sources(forecast)


def _policy(forecast: Forecast) -> Iterator[str]:
    """List the choices and sources of the policy; the trend has none."""
    choices = forecast.scenario.policy
    yield f"policy.scenario = {choices.scenario}"
    if choices.scenario == "trend":
        return
    for name in type(choices).model_fields:
        if name != "scenario":
            meaning = type(choices).model_fields[name].description
            yield f"policy.{name} = {getattr(choices, name)}: {meaning}"
    for name in ("policy_levers", "policy_paths"):
        table = code_table(name)
        for source in _told(table[table["scenario"] == choices.scenario]):
            yield f"{name}: {source}"


def _sources(name: str) -> list[str]:
    """Return where the figures of a code table are from, each once."""
    return _told(code_table(name))


def _told(table: pd.DataFrame) -> list[str]:
    """Put source, date and basis of rows in words, each once."""
    columns = [name for name in ("date", "basis") if name in table]
    source = table["source"] if "source" in table else pd.Series("the package", table.index)
    words = source.astype(str) + " (" + table[columns].astype(str).agg("; ".join, axis=1) + ")"
    return list(dict.fromkeys(words))
