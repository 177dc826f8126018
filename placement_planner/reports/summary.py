"""The summary that the command line prints after a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.effects import (
    break_even_sentence,
    shown_effects,
    shown_savings,
)
from placement_planner.figures.plan import final_year, shown_builds, shown_measures, shown_pots
from placement_planner.figures.premises import need_premises
from placement_planner.privacy import withhold
from placement_planner.scenario import PrivacyChoices
from placement_planner.wording import (
    NOT_PROVEN,
    basis_sentence,
    gap_sentence,
    in_gbp,
    is_proven,
    measured,
    observed_sentence,
    status_sentence,
    year_label,
    years_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placement_planner.outcome import Outcome

__all__ = ["summary_lines"]

_SHOWN = (
    "children_in_need",
    "places",
    "children_placed",
    "children_in_fallback",
    "fallback_",
    "journey_",
    "children_beyond_soft_limit",
    "capital_gbp",
    "annual_cost_gbp",
    "benefit_gbp",
)


def summary_lines(outcome: Outcome) -> list[str]:
    """Return the plain lines that tell a planner what the plan comes to.

    The console is internal: schools are named and £ are exact, but counts of children under the
    threshold are withheld here as well.
    """
    scenario = outcome.scenario
    named = replace(outcome, scenario=scenario.with_choices(privacy={"profile": "internal"}))
    counts = PrivacyChoices(profile="public", threshold=scenario.privacy.threshold, rounding=1)
    return [
        f"{scenario.name}: {scenario.notice}",
        (
            f"{years_sentence(outcome)}; children, places and journeys are of "
            f"{year_label(final_year(outcome))}"
        ),
        "",
        *_measure_lines(named, counts),
        observed_sentence(outcome),
        basis_sentence(outcome),
        *(f"{name}: {words}" for name, words in need_premises(scenario, outcome.inputs).items()),
        *(f"Note: {note}" for note in outcome.notes),
        "",
        *_build_lines(named, counts),
        "",
        *_pot_lines(named),
        "",
        *_authority_lines(named, counts),
        "",
        *_saving_lines(outcome),
        "",
        *_status_lines(outcome),
    ]


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[int]) -> list[str]:
    """Set rows in columns as wide as their longest cell; columns in `right` end together."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _measure_lines(named: Outcome, counts: PrivacyChoices) -> list[str]:
    """Set the plan beside the optimised do-nothing, the same children in both."""
    measures = shown_measures(named)
    measures = measures[measures["measure"].str.startswith(_SHOWN)]
    measures = measures[measures["measure"] != "fallback_gbp"]
    is_count = measures["unit"] == "children"
    columns = ["do_nothing", "plan"]
    told = withhold(measures[is_count].astype(dict.fromkeys(columns, float)), columns, counts)
    measures = pd.concat([told, measures[~is_count]]).sort_index()
    rows = [
        (
            row["name"],
            measured(row["do_nothing"], row["unit"]),
            measured(row["plan"], row["unit"]),
        )
        for row in measures.to_dict("records")
    ]
    return _aligned([("The same children in both", "nothing built", "plan"), *rows], right=(1, 2))


def _build_lines(named: Outcome, counts: PrivacyChoices) -> list[str]:
    builds = withhold(shown_builds(named), ["children"], counts)
    if builds.empty:
        return ["Nothing would be built."]
    rows = [
        (
            row["starts"],
            row["opens"],
            f"{row['places']:,.0f}",
            row["cost"],
            measured(row["children"], "children"),
            (
                f"{row['action']}: {row['place']}, {row['authority']}; "
                f"{row['designation']}, {row['phases'].lower()}"
            ),
        )
        for row in builds.to_dict("records")
    ]
    heading = ("starts", "opens", "places", "capital", "children", "what would be built")
    return _aligned([heading, *rows], right=(2, 3, 4))


def _pot_lines(named: Outcome) -> list[str]:
    columns = ["funded_gbp", "spent_gbp", "left_gbp"]
    rows = [
        (row["pot"], row["owner"], *(measured(row[column], "GBP") for column in columns))
        for row in shown_pots(named).to_dict("records")
    ]
    return _aligned([("Pot", "owner", "funded", "spent", "left"), *rows], right=(2, 3, 4))


def _authority_lines(named: Outcome, counts: PrivacyChoices) -> list[str]:
    """Set out what each authority's children gain, and whose money builds for whom."""
    columns = ["saved_gbp", "paid_gbp", "used_gbp", "transfer_gbp"]
    children = ["children_in_need", "fallback_do_nothing", "fallback_plan"]
    effects = shown_effects(named).astype(dict.fromkeys(children, float))
    told = withhold(effects, children, counts, derived=["saved_gbp", "used_gbp", "transfer_gbp"])
    rows = [
        (
            row["authority"],
            measured(row["fallback_do_nothing"], "children"),
            measured(row["fallback_plan"], "children"),
            *(measured(row[column], "GBP") for column in columns),
        )
        for row in told.to_dict("records")
    ]
    heading = ("By authority: children without a local place", "nothing built", "plan",
               "saved a year", "own capital", "capital used", "from others")  # fmt: skip
    return _aligned([heading, *rows], right=range(1, 7))


def _saving_lines(outcome: Outcome) -> list[str]:
    """Tell what building saves, by how much of it replaces independent placements."""
    rows = [
        (row["words"], measured(row["benefit_gbp"], "GBP"))
        for row in shown_savings(outcome).to_dict("records")
    ]
    heading = ("What building saves, all planned years, if places are taken up", "")
    return [*_aligned([heading, *rows], right=(1,)), break_even_sentence(outcome)]


def _status_lines(outcome: Outcome) -> list[str]:
    report = outcome.plan.report
    bound = f"proven bound {in_gbp(report.bound_gbp)}"
    if not is_proven(report):
        bound = f"bound {NOT_PROVEN}"
    return [
        f"Status: {report.status}. {status_sentence(report)}",
        (f"Cost {measured(report.objective_gbp, 'GBP')}, {bound}. {gap_sentence(outcome)}"),
    ]
