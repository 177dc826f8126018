"""The folder of a look at hosts: counts that may leave at the top, schools under `internal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.figures.hosts import FILTER_NAMES, shown_counts
from placement_planner.folders import new_folder
from placement_planner.privacy import withhold
from placement_planner.reports.cube_file import INTERNAL_NOTICE
from placement_planner.reports.files import write_internal, write_table
from placement_planner.scenario import scenario_template
from placement_planner.wording import measured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pandera.typing import DataFrame

    from placement_planner.scenario import PrivacyChoices, Scenario
    from placement_planner.tables.hosts import HostScores
    from placement_planner.tables.study import Authorities

__all__ = ["host_lines", "write_hosts"]

_SCHOOLS = (
    "{authority_name}, {phase}: {schools} schools; rooms could be adapted at {could_adapt}, only a "
    "new building would do at {could_only_build}, {shut_out} are shut out; asked and willing: "
    "{would_host}"
)
_README = (
    f"{INTERNAL_NOTICE}\n\n"
    "hosts.csv scores every mainstream school by phase and need: hard filters, soft factors, the\n"
    "figures behind them. options_generated.csv holds candidate options made from it, in the\n"
    "shape of schools/options.csv: edit it and put it there. processes.csv says what each of\n"
    "them triggers, processes_of_options.csv the same for the options that the study has.\n"
    "options_priced_outside.csv lists those of the study's options, size by size, whose capital a\n"
    "place lies outside the range of the cost library: no fault, but worth a second look.\n"
    "Schools are named that have not been asked. None of it is a proposal.\n"
)


def host_lines(
    scores: DataFrame[HostScores],
    options: pd.DataFrame,
    processes: pd.DataFrame,
    authorities: DataFrame[Authorities],
    children: Sequence[float],
    privacy: PrivacyChoices,
) -> list[str]:
    """Return the summary of a look at hosts, line by line; no school is named.

    Parameters
    ----------
    scores, options, processes
        As a look at hosts gives them.
    authorities
        Their names.
    children
        Children who want a base, and those of them without a place near.
    privacy
        How they are rounded, or withheld where they are few.
    """
    counts = shown_counts(scores, authorities)
    rows = counts.to_dict("records")
    lines = [
        "Who could host a specialist base: a first look, not a proposal.",
        "",
        *(_SCHOOLS.format_map(row) for row in rows),
    ]
    why = {name: int(counts[name].sum()) for name in FILTER_NAMES.values()}
    told = ", ".join(f"{name} {count}" for name, count in why.items() if count)
    lines += ["", f"Schools that a filter shuts out for every need: {told or 'none'}."]
    actions = options["action"].value_counts().sort_index()
    made = ", ".join(f"{count} {action}" for action, count in actions.items())
    lines.append(f"{len(options)} candidate options were generated: {made or 'none'}.")
    lines += _process_lines(processes)
    shown = withhold(pd.DataFrame({"children": list(children)}), ["children"], privacy)
    all_of_them, without = (measured(value, "children") for value in shown["children"])
    lines.append(f"{all_of_them} children want a base, {without} of them have no place near.")
    return lines


def _process_lines(processes: pd.DataFrame) -> list[str]:
    """Say how many options trigger which process, and how each stands."""
    some = processes[processes["process"].ne("none")].sort_values("process")
    lines = []
    for (name, months, standing), part in some.groupby(
        ["process_name", "months", "standing"], sort=True
    ):
        aside = "" if standing == "in_force" else f" ({str(standing).replace('_', ' ')})"
        lines.append(
            f"{name}{aside}: triggered by {part['option_id'].nunique()} options; "
            f"{months} months (assumption)"
        )
    return lines


def write_hosts(
    folder: Path,
    scenario: Scenario,
    authorities: DataFrame[Authorities],
    lines: Sequence[str],
    tables: Mapping[str, pd.DataFrame],
) -> Path:
    """Write a look at hosts into a new folder: all of it, or nothing.

    At the top stand summary.txt, hosts_by_authority.csv (counts) and the scenario. Tables that
    name schools stand in `internal/`.

    Parameters
    ----------
    folder
        Folder to make; it must not exist, or be empty.
    scenario
        Choices that were made.
    authorities
        Their names.
    lines
        As from `host_lines`.
    tables
        Tables by file name; "hosts" are the scores.

    Raises
    ------
    DataError
        If the folder exists and is not empty.
    """
    with new_folder(folder) as partial:
        text = "\n".join(lines) + "\n"
        (partial / "summary.txt").write_text(text, encoding="utf-8")
        (partial / "scenario.toml").write_text(scenario_template(scenario), encoding="utf-8")
        counts = shown_counts(tables["hosts"], authorities)
        write_table(counts, partial / "hosts_by_authority.csv", scenario.privacy)
        internal = partial / "internal"
        internal.mkdir()
        (internal / "README.txt").write_text(_README, encoding="utf-8")
        for name, table in tables.items():
            write_internal(table.round(4), internal / f"{name}.csv")
    return folder
