"""What a projection takes for granted, in sentences that a busy reader understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.codes import code_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from placement_planner.forecast import Forecast
    from placement_planner.inputs import Inputs
    from placement_planner.scenario import NeedChoices, PolicyChoices, Scenario

__all__ = ["METHODS", "POLICY_NAMES", "need_premises", "policy_name", "premises", "study_sources"]

METHODS = {
    "transitions": "Joiners, movers and leavers are simulated from the steps that the study keeps.",
    "published": "All plans and placements grow as in past Januaries, damped and pooled with "
    "England; year groups move on by cohort-flow ratios; needs keep their mix.",
    "held": "The base January's rates per child are held: population alone moves the numbers. "
    "There are no ranges.",
}
POLICY_NAMES = {
    "trend": "Trend",
    "moderated": "Moderated",
    "inclusion_shift": "Inclusion shift",
    "white_paper": "White paper",
    "no_reform": "No reform",
}
_POLICIES = {
    "trend": "as projected, no policy changes it",
    "moderated": "fewer children are given a plan than the trend would have",
    "inclusion_shift": "more children are taught in mainstream classes and bases, fewer in "
    "special schools",
    "white_paper": "the share of pupils with a plan follows the path of the white paper",
    "no_reform": "the number of plans follows England's path without reform",
}
_PATHS = {"white_paper", "no_reform"}
_BOUNDS = {
    "elastic": "It reaches children in mainstream classes most and those in special schools least.",
    "special_unchanged": "As a bound, special need is left as it would be without the policy.",
    "proportional": "As a bound, it reaches all placements alike.",
}
_HIDDEN = {
    "left_out": "left out by choice, although the study counts it.",
    "held": "in the figures, held at the number that the study counted.",
    "grown": "in the figures, as the study counted it, grown with the children in the same "
    "placements.",
}


def policy_name(scenario: str) -> str:
    """Return what people call a policy scenario; a study's own is made readable.

    Examples
    --------
    >>> policy_name("white_paper"), policy_name("two_more_bases")
    ('White paper', 'Two more bases')
    """
    return POLICY_NAMES.get(scenario, scenario.replace("_", " ").capitalize())


def premises(forecast: Forecast) -> dict[str, str]:
    """Say what is in a projection and what is not, a sentence or two by heading.

    Parameters
    ----------
    forecast
        A projection.

    Returns
    -------
    dict
        Method, Policy, New homes, Need that placements hide, Latent demand: in this order.
    """
    told = need_premises(forecast.scenario, forecast.inputs)
    return {
        "Method": METHODS[forecast.method],
        **told,
        "Latent demand": _latent(forecast.scenario.need.latent_demand),
    }


def need_premises(scenario: Scenario, inputs: Inputs) -> dict[str, str]:
    """Say which policy, new homes and hidden need are in the need that is planned for."""
    return {
        "Policy": _policy(scenario.policy),
        "New homes": _homes(scenario.need, inputs.housing),
        "Need that placements hide": _hidden(scenario.need, inputs.hidden_need),
    }


def _policy(choices: PolicyChoices) -> str:
    name = choices.scenario
    told = f"{policy_name(name)}: {_POLICIES.get(name, 'by levers of the study’s own')}."
    return f"{told} {_BOUNDS[choices.bound]}" if name in _PATHS else told


def _homes(choices: NeedChoices, housing: pd.DataFrame | None) -> str:
    if housing is None or housing.empty:
        return "not in the study, beyond those that the population projection carries."
    if choices.new_homes == "left_out":
        return "left out by choice, although the study lists them."
    return "their children are in the figures, above what the population projection carries."


def _hidden(choices: NeedChoices, hidden: pd.DataFrame | None) -> str:
    if hidden is None or hidden.empty:
        return "not counted in the study, and not guessed."
    return _HIDDEN[choices.hidden_need]


def _latent(share: float) -> str:
    if not share:
        return "none is assumed."
    return (
        f"assumed, not counted: {share * 100:g} % of the shortfall of plans in deprived areas "
        "where fewer children have one than elsewhere. It is told beside the figures, not in them."
    )


def study_sources(forecast: Forecast) -> Iterator[str]:
    """Say how the study's own figures are known, a line a table, with sources where it has them."""
    names = code_table("bases").set_index("basis")["name"]
    inputs = forecast.inputs
    tables: dict[str, pd.DataFrame | None] = {
        "caseload": inputs.caseload,
        "caseload_totals": inputs.caseload_totals,
        "transitions": inputs.transitions,
        "requests": inputs.requests,
        "population": inputs.population,
        "population_projection": inputs.population_projection,
        "area_caseload": inputs.area_caseload,
        "flows": inputs.flows,
        "need_group_rules": inputs.need_group_rules,
        "hidden_need": inputs.hidden_need,
        "housing": inputs.housing,
        "housing_carried": inputs.housing_carried,
        "policy_levers": inputs.policy_levers,
    }
    for name, table in tables.items():
        if table is not None and len(table):
            shares = table["basis"].value_counts(normalize=True)
            words = "; ".join(
                f"{share:.0%} of rows {str(names.get(basis, basis)).lower()}"
                for basis, share in shares.items()
            )
            told = sorted(table["source"].astype(str).unique()) if "source" in table else []
            yield "; ".join([f"{name}.csv of the study: {words}", *told])
