"""Derive `codes/deprivation.csv` from England's authorities and the areas within them. Run:

    python benchmarks/area_rates.py CASELOAD AREAS [deprivation.csv]

It prints how well authorities are predicted from their areas, which year's population does so
best, and the table; and writes the table where a file is named.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from placement_planner.need.areas.cross_level import validate_levels
from placement_planner.sources.area_rates import read_area_rates, read_people

if TYPE_CHECKING:
    import pandas as pd

    from placement_planner.need.areas.cross_level import CrossLevel

JANUARY = 2024
MID_YEARS = (2020, 2023, 2024)
"""Population as counted; made as old as on 31 August before the January; a year older than that."""


def sourced(found: CrossLevel, january: int) -> pd.DataFrame:
    """Put a source and a basis to the relative rates."""
    common = found.gradients[found.gradients["phase"].eq("all")].set_index("measure")
    slopes = ", ".join(
        f"{name} {row['slope']:+.3f} (standard error {row['standard_error']:.3f})"
        for name, row in common.iterrows()
    )
    source = (
        f"Log-linear gradient between England's authorities within regions, January {january} "
        "(DfE EHC plans by age; ONS mid-2020 estimates by LSOA; IMD 2025), by "
        f"benchmarks/area_rates.py; from decile 5.5 to 10: {slopes}; ecological: not measured "
        "between areas"
    )
    return found.rates.round(4).assign(source=source, basis="derived")


def main(caseload: Path, areas: Path, target: Path | None = None) -> None:
    """Print scores for each population and the table; write it where asked."""
    read = read_area_rates(caseload, areas, JANUARY)
    found = validate_levels(read.plans, read.people, read.notes)
    print("\n".join([*found.notes, *found.lines()]))
    for year in MID_YEARS:
        people, notes = read_people(areas, year)
        scores = found.scores if year == JANUARY - 1 else validate_levels(read.plans, people).scores
        print(notes[0])
        print(scores[scores["phase"].eq("all")].round(3).to_string(index=False))
    table = sourced(found, read.january)
    print(table.drop(columns=["source", "basis"]).to_string(index=False))
    if target is not None:
        table.to_csv(target, index=False)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
