"""Sentences that stand on every output: what it is, what was proved, what was withheld."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from placement_planner.codes import code_table
from placement_planner.privacy import rounded

if TYPE_CHECKING:
    import pandas as pd

    from placement_planner.outcome import Outcome
    from placement_planner.siting.plan import SolveReport

__all__ = [
    "INTERNAL",
    "NOT_PROVEN",
    "basis_sentence",
    "gap_sentence",
    "in_gbp",
    "is_proven",
    "measure_name",
    "measured",
    "observed_sentence",
    "phases_sentence",
    "profile_sentence",
    "sources",
    "status_sentence",
    "year_label",
    "years_sentence",
]

INTERNAL = "INTERNAL, NOT FOR PUBLICATION"
"""What every page, sheet and file of the internal profile says."""

MILLION = 1e6
NOT_PROVEN = "not proven"
MEASURE_NAMES = {
    "children_in_need": "Children who need a specialist place",
    "places": "Specialist places open",
    "children_placed": "Children with a local specialist place",
    "children_staying_independent": "Children who stay in independent and non-maintained schools",
    "children_in_fallback": "Children without a suitable local specialist place",
    "journey_mean_minutes": "Mean journey, one way",
    "journey_p90_minutes": "Journey that nine children in ten do not exceed, one way",
    "journey_longest_minutes": "Longest journey, one way",
    "journey_mean_km": "Mean distance, one way",
    "children_beyond_soft_limit": "Children who travel longer than the soft limit",
    "capital_gbp": "Capital of all builds",
    "transport_gbp": "Transport to places, a year",
    "top_up_gbp": "Top-ups, a year",
    "place_funding_gbp": "Place funding of open places, a year",
    "independent_gbp": "Cost of children who stay in independent schools, a year",
    "fallback_no_placement_found": "No placement found: every other route is full",
    "fallback_gbp": "Cost of children without a suitable local place, a year",
    "annual_cost_gbp": "All of these costs, a year",
    "objective_gbp": "Cost of all planned years, discounted",
    "benefit_gbp": "What building saves against doing nothing, all planned years, discounted",
    "gap_gbp": "Gap: the most that a better plan could still save",
    "gap_of_benefit": "Gap as a share of what building saves",
}
_STATUS = {
    "optimal": "Proven best: under these choices no plan is cheaper.",
    "within gap": "Within the gap asked for: close to the best plan there can be, and proven so.",
    "feasible": "A plan that keeps every rule, but not proven close to the best: the solve was "
    "stopped early.",
    "none": "No plan was found.",
}
_AS_WRITTEN = "A plan as it was written: no solver made it, and nothing is proven about it."


def year_label(academic_year: int) -> str:
    """Write an academic year as people say it.

    Examples
    --------
    >>> year_label(2030)
    '2030/31'
    """
    return f"{academic_year}/{(academic_year + 1) % 100:02d}"


def in_gbp(gbp: float) -> str:
    """Write money shortly: to £0.01m above a million, to the pound below.

    Examples
    --------
    >>> in_gbp(1_234_567), in_gbp(45_600), in_gbp(-2e6)
    ('£1.23m', '£45,600', '-£2.00m')
    """
    sign, size = ("-" if gbp < 0 else ""), abs(gbp)
    return f"{sign}£{size / MILLION:,.2f}m" if size >= MILLION else f"{sign}£{size:,.0f}"


def measured(value: float | str | None, unit: str) -> str:
    """Write a figure with its unit; words such as ``c`` or a cost band stay as they are.

    A figure without bounds comes of a solve that was stopped before it proved anything.

    Examples
    --------
    >>> measured(1234.0, "children"), measured(31.26, "minutes"), measured(2.5e6, "GBP")
    ('1,234', '31.3 minutes', '£2.50m')
    >>> measured(0.031, "share"), measured("c", "children"), measured(None, "GBP")
    ('3.1 %', 'c', '-')
    >>> measured(math.inf, "GBP")
    'not proven'
    """
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return NOT_PROVEN if value and math.isinf(value) else "-"
    if "GBP" in unit:
        return in_gbp(value)
    if unit in {"share", "fraction", "ratio"}:
        return f"{value:.1%}".replace("%", " %")
    if unit in {"children", "places", "persons"}:
        return f"{value:,.0f}"
    return f"{value:,.1f} {unit}"


def measure_name(measure: str) -> str:
    """Return the words for a measure; one that is not known is made readable.

    Examples
    --------
    >>> measure_name("fallback_educated_elsewhere")
    'of these: Educated elsewhere'
    >>> measure_name("smallest_class")
    'Smallest class'
    """
    if measure in MEASURE_NAMES:
        return MEASURE_NAMES[measure]
    if measure.startswith("fallback_"):
        route = measure.removeprefix("fallback_")
        routes = code_table("fallback_routes").drop_duplicates("route").set_index("route")["name"]
        return f"of these: {routes.get(route, route.replace('_', ' '))}"
    return measure.removesuffix("_gbp").replace("_", " ").capitalize()


def phases_sentence(phases: str) -> str:
    """Write the phase bands of an option with their shares.

    Examples
    --------
    >>> phases_sentence("post_16:1"), phases_sentence("primary:0.4;secondary:0.6")
    ('Post-16', 'Primary 40 %, secondary 60 %')
    """
    parts = [part.partition(":") for part in phases.split(";")]
    if len(parts) == 1:
        return parts[0][0].replace("_", "-").capitalize()
    words = [f"{phase.replace('_', '-')} {float(share) * 100:.0f} %" for phase, _, share in parts]
    return ", ".join(words).capitalize()


def years_sentence(outcome: Outcome) -> str:
    """Say which academic years are planned."""
    years = outcome.scenario.horizon.years
    return f"Academic years {year_label(years[0])} to {year_label(years[-1])}"


def status_sentence(report: SolveReport) -> str:
    """Say in words what the solver proved.

    Examples
    --------
    >>> from placement_planner.siting.plan import SolveReport
    >>> report = SolveReport(status="optimal", objective_gbp=5.0, bound_gbp=5.0, seconds=1.0,
    ...                      stopped_by="proof", solver="HiGHS")
    >>> status_sentence(report)
    'Proven best: under these choices no plan is cheaper.'
    """
    return _AS_WRITTEN if report.stopped_by == "written" else _STATUS[report.status]


def is_proven(report: SolveReport) -> bool:
    """Tell whether the solver proved how much a better plan could still save.

    Examples
    --------
    >>> from placement_planner.siting.plan import SolveReport
    >>> is_proven(SolveReport(status="feasible", objective_gbp=5.0, bound_gbp=-math.inf,
    ...                       seconds=1.0, stopped_by="time", solver="HiGHS"))
    False
    """
    return all(map(math.isfinite, (report.objective_gbp, report.bound_gbp, report.gap)))


def gap_sentence(outcome: Outcome) -> str:
    """Say what a better plan could still save: £, share of all cost, share of the benefit."""
    report = outcome.plan.report
    if report.status == "none":
        return "There is no plan to set against the bound."
    if not is_proven(report):
        return "How much another plan could save is not proven."
    shares = f"{report.gap * 100:.2f} % of the cost of all planned years"
    measures = outcome.measures
    of_benefit = measures.loc[measures["measure"] == "gap_of_benefit", "plan"].dropna()
    if len(of_benefit) and math.isfinite(of_benefit.iloc[0]):
        shares += f"; {float(of_benefit.iloc[0]) * 100:.1f} % of what building saves"
    return (
        f"Another plan could save at most {in_gbp(report.gap_gbp)} more ({shares})."
        f"{_settled_sentence(outcome)}"
    )


def _settled_sentence(outcome: Outcome) -> str:
    """Say whether the gap is smaller than the smallest scheme, as a committee will ask."""
    builds = outcome.plan.builds
    if builds.empty:
        return ""
    if outcome.plan.report.gap_gbp < builds["capital_gbp"].min():
        return " That is less than the smallest scheme it builds costs: the choice is settled."
    return (
        " That is more than the smallest scheme it builds costs: which of the smaller schemes to "
        "build is not settled."
    )


def observed_sentence(outcome: Outcome) -> str:
    """Say how far children travel to the places they hold now, where that is known."""
    january = outcome.scenario.need.base_january
    if outcome.now is None:
        return f"Nobody is known to hold a place in January {january}."
    told, choices = outcome.now.iloc[0], outcome.scenario.privacy
    how = "Observed" if outcome.surroundings.placed.gravity is None else "Estimated"
    children = told["children"]
    if choices.profile == "public":
        if children < choices.rate_population:
            return f"Too few hold a place in January {january} to tell how they travel."
        children = rounded(children, choices.rounding)
    return (
        f"{how} in January {january}, other children than above: "
        f"{children:,.0f} placed in the region, mean time in the vehicle "
        f"{told['mean_ride_minutes']:.1f} minutes, nine in ten within "
        f"{told['p90_ride_minutes']:.1f}, longest {told['longest_ride_minutes']:.1f}; "
        f"{100 * told['beyond_guide']:.0f} % beyond the guide of 45 or 75 minutes."
    )


def profile_sentence(outcome: Outcome) -> str:
    """Say what stands for what in the figures, by privacy profile."""
    choices = outcome.scenario.privacy
    if choices.profile == "internal":
        return f"{INTERNAL}: nothing is withheld and schools are named."
    return (
        f"Counts of children under {choices.threshold} are withheld (shown as c), others are "
        f"rounded to {choices.rounding}, and figures worked out from withheld counts are withheld "
        "too. Further counts are withheld where totals or other tables would give a small one "
        "away. A school that has not agreed to be named is shown by a locality that holds at least "
        "three it could be, with a cost band."
    )


def basis_sentence(outcome: Outcome) -> str:
    """Say how the places of existing provision are known, as shares of places."""
    provision = outcome.inputs.provision
    names = code_table("bases").set_index("basis")["name"]
    places = provision.groupby(provision["basis"].map(names))["planning_places"].sum()
    if not places.sum():
        return "There are no places in the provision table."
    shares = (places / places.sum()).sort_values(ascending=False)
    words = [
        f"{share * 100:.0f} % {str(name)[0].lower()}{str(name)[1:]}"
        for name, share in shares.items()
    ]
    return f"How existing places are known: {'; '.join(words)}."


def sources(outcome: Outcome) -> list[str]:
    """List where the figures behind the plan come from, each once."""
    inputs = outcome.inputs
    tables: tuple[pd.DataFrame, ...] = (
        outcome.surroundings.cost_lines,
        outcome.surroundings.fallback,
        inputs.pots,
        inputs.compatibility,
    )
    return sorted({str(source) for table in tables for source in table["source"]})
