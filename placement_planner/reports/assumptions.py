"""What the plan rests on: every figure with its basis and source, and every estimated row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pydantic import BaseModel

from placement_planner.figures.plan import known_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.inputs import Inputs
    from placement_planner.outcome import Outcome

__all__ = ["assumption_rows", "estimated_rows"]


def assumption_rows(outcome: Outcome) -> pd.DataFrame:
    """Return unit costs, fallback routes and every choice of the scenario, one row a figure."""
    rows = pd.concat(
        [_unit_costs(outcome), _fallback(outcome), _choices(outcome)], ignore_index=True
    )
    bases = known_names("bases").to_dict()
    return rows.assign(Basis=rows["Basis"].map(lambda basis: bases.get(basis, basis)))


def _unit_costs(outcome: Outcome) -> pd.DataFrame:
    costs = outcome.surroundings.cost_lines
    return pd.DataFrame(
        {
            "Group": "Unit costs",
            "Figure": costs["item"].str.replace("_", " ") + ", " + costs["applies_to"],
            "Value": costs["value"],
            "Unit": costs["unit"],
            "Basis": costs["basis"],
            "Source": costs["source"] + " (" + costs["price_date"] + ")",
        }
    )


def _fallback(outcome: Outcome) -> pd.DataFrame:
    routes = outcome.surroundings.fallback
    names = outcome.inputs.authorities.set_index("authority_code")["authority_name"]
    about = (
        routes["route"].str.replace("_", " ")
        + ", "
        + routes["need_group"].map(known_names("need_groups"))
        + ", "
        + routes["phase"].str.replace("_", "-")
        + ", "
        + routes["authority_code"].map(names).fillna("all authorities")
    )
    figures = {
        "share": "share of children",
        "cost_gbp": "GBP per child a year",
        "minutes": "minutes",
        "distance_km": "km",
    }
    parts = [
        pd.DataFrame(
            {
                "Group": "Without a suitable local place",
                "Figure": about,
                "Value": routes[column],
                "Unit": unit,
                "Basis": routes["basis"],
                "Source": routes["source"],
            }
        )
        for column, unit in figures.items()
    ]
    return pd.concat(parts).sort_values("Figure", kind="stable")


def _choices(outcome: Outcome) -> pd.DataFrame:
    rows = [
        {
            "Group": f"Scenario: {section}",
            "Figure": name.replace("_", " "),
            "Value": value,
            "Unit": "",
            "Basis": "choice of the scenario",
            "Source": description,
        }
        for section, name, value, description in _fields(outcome.scenario, "")
    ]
    return pd.DataFrame(rows)


def _fields(choices: BaseModel, section: str) -> Iterator[tuple[str, str, object, str]]:
    """Walk through the choices: section, name, value, meaning with source."""
    for name, field in type(choices).model_fields.items():
        value = getattr(choices, name)
        if isinstance(value, BaseModel):
            yield from _fields(value, name)
        else:
            plain = ", ".join(map(str, value)) if isinstance(value, tuple) else value
            yield section or "general", name, plain, field.description or ""


def estimated_rows(outcome: Outcome) -> pd.DataFrame:
    """Return rows of sites, provision and options that hold estimates, with their columns.

    Options, and schools without specialist places, are told one by one in the internal profile
    only, for their rows name schools that may not know of an option; in public they are counted,
    options by action and for the whole region.
    """
    inputs = outcome.inputs
    is_internal = outcome.scenario.privacy.profile == "internal"
    sites = inputs.sites.set_index("site_id")
    named = inputs.authorities.set_index("authority_code")["authority_name"]
    provision = _flagged(
        "Provision",
        inputs.provision,
        inputs.provision["site_id"].map(sites["site_name"])
        + ", "
        + inputs.provision["designation"].map(known_names("need_groups"))
        + ", "
        + inputs.provision["phase"].str.replace("_", "-"),
        inputs.provision["site_id"].map(sites["authority_code"]).map(named),
    )
    flagged_sites = _flagged(
        "Sites", inputs.sites, inputs.sites["site_name"], inputs.sites["authority_code"].map(named)
    )
    parts = [
        flagged_sites if is_internal else _few_named(flagged_sites, inputs),
        provision,
        _flagged(
            "Options",
            inputs.options,
            inputs.options["option_id"] + ", " + inputs.options["site_id"].map(sites["site_name"]),
            inputs.options["site_id"].map(sites["authority_code"]).map(named),
        )
        if is_internal
        else _counted_options(outcome),
    ]
    return pd.concat(parts, ignore_index=True)


def _flagged(
    table: str, frame: pd.DataFrame, about: pd.Series[str], authority: pd.Series[str]
) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "Table": table,
            "Authority": authority,
            "Row": about,
            "Estimated columns": frame["estimated"].str.replace(";", ", "),
            "How known": frame["basis"].map(known_names("bases")),
        }
    )
    return rows[frame["estimated"].notna() | (frame["basis"] == "estimated")]


def _few_named(flagged: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Name the sites that have places, and count the others."""
    has_places = inputs.sites["site_id"].isin(inputs.provision["site_id"]).reindex(flagged.index)
    others = _counted(flagged[~has_places].assign(Row="Without specialist places"), "site(s)")
    return pd.concat([flagged[has_places], others], ignore_index=True)


def _counted_options(outcome: Outcome) -> pd.DataFrame:
    options = outcome.inputs.options
    flagged = _flagged(
        "Options",
        options,
        options["action"].map(known_names("actions")),
        pd.Series("Whole region", index=options.index),
    )
    return _counted(flagged, "option(s)")


def _counted(flagged: pd.DataFrame, what: str) -> pd.DataFrame:
    """Put rows that say the same together, and say how many they are."""
    keys = list(flagged.columns)
    counted = (
        flagged.fillna({"Estimated columns": ""}).groupby(keys).size().reset_index(name="rows")
    )
    counted["Row"] += ": " + counted["rows"].astype(str) + f" {what}"
    return counted[keys]
