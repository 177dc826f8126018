"""What a study holds: its tables, how each is known, the children in it now, and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.demand import Shown, shown_counts
from placement_planner.figures.plan import known_names
from placement_planner.tables import split_list, table_name
from placement_planner.tables.study import STUDY_TABLES

if TYPE_CHECKING:
    from placement_planner.inputs import Inputs
    from placement_planner.scenario import Scenario

__all__ = ["shown_children", "shown_children_by_need", "shown_sources", "shown_tables"]

_INSTEAD = {
    "capital_costs": "the cost library",
    "cross_border": "today's numbers, held",
    "fallback": "the cost library",
    "flows": "an estimate from rolls, caseload and distances",
    "housing": "the homes that the population projection carries",
    "roads": "straight lines with a detour",
    "transitions": "growth of published counts",
    "transport_mix": "the mix of the library",
    "transport_totals": "England's mean cost",
    "travel_matrix": "the study's roads, else straight lines",
    "unit_costs": "the cost library",
}
_OF = {"authority_code": "Authority", "need_type": "Need", "setting": "Placement"}
_PER = 1000


def shown_tables(inputs: Inputs) -> pd.DataFrame:
    """Return a row a table: how much of it there is, how it is known and what is estimated.

    Parameters
    ----------
    inputs
        A checked study.

    Returns
    -------
    DataFrame
        Table, Rows (0: absent), How known (shares of rows by basis), Estimated (columns that are
        estimates, in how many rows), In its place (what stands for a table that is absent).
    """
    rows = []
    for model in STUDY_TABLES:
        name = table_name(model)
        table = getattr(inputs, name)
        there = table is not None and len(table) > 0
        rows.append(
            {
                "Table": name,
                "Rows": len(table) if there else 0,
                "How known": _how_known(table) if there else "",
                "Estimated": _estimated(table) if there else "",
                "In its place": "" if there else _INSTEAD.get(name, "nothing: left out"),
            }
        )
    return pd.DataFrame(rows)


def _how_known(table: pd.DataFrame) -> str:
    if "basis" not in table:
        return ""
    names = known_names("bases").to_dict()
    shares = table["basis"].value_counts(normalize=True)
    return "; ".join(
        f"{share:.0%} {str(names.get(basis, basis)).lower()}" for basis, share in shares.items()
    )


def _estimated(table: pd.DataFrame) -> str:
    if "estimated" not in table:
        return ""
    columns = table["estimated"].map(split_list).explode().dropna().value_counts()
    return "; ".join(f"{column} in {count:,}" for column, count in columns.items())


def shown_children(inputs: Inputs, scenario: Scenario, part: str) -> Shown:
    """Count children with plans at the base January, and the January before where it is known.

    Parameters
    ----------
    inputs
        A checked study.
    scenario
        Its base January, and choices of disclosure control.
    part
        authority_code, need_type or setting.

    Returns
    -------
    Shown
        The part in words; children at either January; by authority also per 1,000 children and
        young people aged 0 to 25. Largest first.
    """
    base, caseload = scenario.need.base_january, inputs.caseload
    names = _names(inputs, part)
    counts = caseload.pivot_table(
        index=part, columns="january", values="children", aggfunc="sum", fill_value=0.0
    )
    known = [january for january in (base - 1, base) if january in counts.columns]
    table = counts[known].sort_values(base, ascending=False)
    labels = {january: f"January {january}" for january in known}
    shown = shown_counts(
        "Children with a plan",
        _OF[part].lower(),
        table.rename(columns=labels).rename_axis(columns=None).reset_index(),
        list(labels.values()),
        scenario.privacy,
    )
    frame = shown.frame
    if part == "authority_code":
        frame = frame.assign(**{f"Per {_PER:,} aged 0 to 25": _per_head(table[base], inputs)})
    named = frame.assign(**{part: frame[part].map(names)}).rename(columns={part: _OF[part]})
    return Shown(named, shown.withheld)


def _per_head(children: pd.Series, inputs: Inputs) -> list[int]:
    """Return children of each authority per 1,000 of the people of plan ages who live there."""
    home = inputs.areas.set_index("area_code")["authority_code"]
    people = inputs.population.groupby(inputs.population["area_code"].map(home))["children"].sum()
    rate = _PER * children / people.reindex(children.index)
    return [round(value) for value in rate]


def _names(inputs: Inputs, part: str) -> dict[str, str]:
    if part == "authority_code":
        names: dict[str, str] = (
            inputs.authorities.set_index(part)["authority_name"].astype(str).to_dict()
        )
        return names
    table = {"need_type": "need_types", "setting": "settings"}[part]
    return {str(code): str(name) for code, name in known_names(table).items()}


def shown_children_by_need(inputs: Inputs, scenario: Scenario) -> Shown:
    """Count children with plans at the base January by need and placement.

    Returns
    -------
    Shown
        Need, a column a placement; nobody is 0.
    """
    now = inputs.caseload[inputs.caseload["january"] == scenario.need.base_january]
    wide = now.pivot_table(
        index="need_type", columns="setting", values="children", aggfunc="sum", fill_value=0.0
    )
    settings, needs = (_names(inputs, part) for part in ("setting", "need_type"))
    wide = wide[[code for code in settings if code in wide]].rename(columns=settings, index=needs)
    table = wide.rename_axis(index="Need", columns=None).reset_index()
    return shown_counts(
        "Children by need and placement",
        "need and placement",
        table,
        list(wide.columns),
        scenario.privacy,
    )


def shown_sources(inputs: Inputs) -> pd.DataFrame:
    """Return where the rows of each table come from: Table, Source, Rows.

    Tables without a column of sources are left out: their basis says how they are known.
    """
    held = {table_name(model): getattr(inputs, table_name(model)) for model in STUDY_TABLES}
    counts = [
        table["source"].value_counts().rename_axis("Source").rename("Rows").reset_index()
        .assign(Table=name)
        for name, table in held.items()
        if table is not None and "source" in table
    ]  # fmt: skip
    together = pd.concat(counts, ignore_index=True)
    return together[["Table", "Source", "Rows"]]
