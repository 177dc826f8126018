"""The summary of a projection in plain lines: what, how, how sure, why, and from what."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from placement_planner.need.waterfall import EFFECTS
from placement_planner.tables.forecasts import FLOWS_IN_ORDER
from placement_planner.wording import measured, year_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from placement_planner.forecast import Forecast

__all__ = ["projection_lines"]

_METHODS = {
    "transitions": "Joiners, movers and leavers are simulated from the steps that the study keeps.",
    "published": "All plans and placements grow as in past Januaries, damped and pooled with "
    "England; year groups move on by cohort-flow ratios; needs keep their mix.",
    "held": "The base January's rates per child are held: population alone moves the numbers. "
    "There are no ranges.",
}
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
        f"Method: {forecast.method}. {_METHODS[forecast.method]}",
    ]
    if forecast.method == "transitions":
        lines.append(_TRENDS[choices.trend])
    return lines


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


def _why(forecast: Forecast) -> list[str]:
    table = shown_waterfall(forecast).frame
    rows = table[table["authority_code"] == EVERYONE]
    row = rows.loc[rows["academic_year"].astype(int).idxmax()]
    words = {
        name: row[name] if isinstance(row[name], str) else f"{row[name]:+,.0f}" for name in EFFECTS
    }
    told = (
        f"{words['population']} from population, {words['rate']} from the share of children with "
        f"a plan, {words['interaction']} from both together."
    )
    return [f"Why the number changes to {year_label(row['academic_year'])}: {told}"]


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
    names = [*_CODES[forecast.method]]
    if forecast.requests is not None:
        names += ["rate_priors", "request_priors"]
    seen: set[tuple[str, ...]] = set()
    for name in dict.fromkeys(names):
        rows = code_table(name)[["source", "date", "basis"]].astype(str).drop_duplicates()
        for row in rows.itertuples(index=False):
            if tuple(row) not in seen:
                seen.add(tuple(row))
                yield f"{name}: {row.source} ({row.date}; {row.basis})"
    yield from _bases(forecast)


def _bases(forecast: Forecast) -> Iterator[str]:
    """Say how the study's own figures are known."""
    names = code_table("bases").set_index("basis")["name"]
    inputs = forecast.inputs
    tables: dict[str, pd.DataFrame | None] = {
        "caseload": inputs.caseload,
        "caseload_totals": inputs.caseload_totals,
        "transitions": inputs.transitions,
        "requests": inputs.requests,
        "population_projection": inputs.population_projection,
    }
    for name, table in tables.items():
        if table is not None and len(table):
            shares = table["basis"].value_counts(normalize=True)
            words = "; ".join(
                f"{share:.0%} of rows {str(names.get(basis, basis)).lower()}"
                for basis, share in shares.items()
            )
            yield f"{name}.csv of the study: {words}"
