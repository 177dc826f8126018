"""Exact tables by small area and every coarser level, ready for the choice of one that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.exact.dimensions import place_of
from placement_planner.privacy import Published

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from placement_planner.balance import Balance
    from placement_planner.forecast import Forecast
    from placement_planner.outcome import Outcome

__all__ = [
    "LEVEL_NAMES",
    "NEED_TITLES",
    "Kind",
    "area_codes",
    "by_area_and_year",
    "need_layers",
    "of_need",
    "tables_by_level",
]

Kind = Literal["all", "base", "special"]
LEVEL_NAMES = {"area": "small area", "middle": "larger area", "authority": "authority"}
NEED_TITLES: dict[str, str] = {
    "all": "Children who need a specialist place",
    "base": "Children who need a place in a specialist base",
    "special": "Children who need a place in a special school",
}


def area_codes(study: Balance | Forecast | Outcome) -> pd.DataFrame:
    """Return codes and names of every small area at every level."""
    areas = pd.DataFrame(study.inputs.areas.drop(columns="geometry"))
    names = study.inputs.authorities[["authority_code", "authority_name"]]
    return areas.merge(names, on="authority_code", how="left", validate="many_to_one")


def tables_by_level(
    study: Balance | Forecast | Outcome, frame: pd.DataFrame, finest: str, sums: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Sum a table of `finest` area codes to that level and every coarser one; none is left out.

    Small areas that stand apart from the larger one they lie in, since no road leads there, are
    summed with it.
    """
    codes = area_codes(study)
    apart = frame["area_code"].map(codes.set_index("area_code", drop=False)[f"{finest}_code"])
    code = apart.where(apart.notna(), frame["area_code"])
    by_finest = frame.groupby(code)[list(sums)].sum()
    units = codes.drop_duplicates(f"{finest}_code")
    figures = units.join(by_finest, on=f"{finest}_code").fillna(dict.fromkeys(sums, 0.0))
    levels = list(LEVEL_NAMES)
    return {
        level: figures.groupby([f"{level}_code", f"{level}_name"], as_index=False)[list(sums)]
        .sum()
        .rename(columns={f"{level}_code": "code", f"{level}_name": "name"})
        for level in levels[levels.index(finest) :]
    }


def by_area_and_year(
    study: Balance | Forecast | Outcome,
    title: str,
    rows: pd.DataFrame,
    counts: Mapping[str, str],
    *,
    years: Sequence[int],
    finest: str = "area",
    sums: Sequence[str] = (),
    **about: Any,  # noqa: ANN401 - handed to `Published`
) -> Published:
    """Sum rows by area and year at every level from `finest` on.

    Parameters
    ----------
    study
        Its areas.
    title
        What the table tells of.
    rows
        area_code (of the finest level), academic_year, and the columns that are summed.
    counts
        Columns that count children, and their quantities.
    years
        Academic years; one without rows is nothing everywhere.
    finest
        A key of `LEVEL_NAMES`.
    sums
        Further columns to sum.
    about
        More about the table, as in `Published`.

    Returns
    -------
    Published
        code, name, place, academic_year and the sums, by level.
    """
    columns = [*counts, *sums]
    wide = rows.pivot_table(
        index="area_code", columns="academic_year", values=columns, aggfunc="sum", fill_value=0.0
    )
    wide = wide.reindex(columns=pd.MultiIndex.from_product([columns, list(years)]), fill_value=0.0)
    names = [f"{name} {year}" for name, year in wide.columns]
    tables = tables_by_level(study, wide.set_axis(names, axis=1).reset_index(), finest, names)
    by_level = {
        level: _by_year(table, place_of(level, table["code"]), columns, years)
        for level, table in tables.items()
    }
    return Published(
        title=title,
        by_level=by_level,
        keys={"place": "place", "academic_year": "year"},
        counts=counts,
        level_names=LEVEL_NAMES,
        **about,
    )


def _by_year(
    table: pd.DataFrame, place: pd.Series, columns: Sequence[str], years: Sequence[int]
) -> pd.DataFrame:
    """Turn columns by year, such as "children 2030", into rows."""
    about = {"code": table["code"], "name": table["name"], "place": place}
    return pd.DataFrame(
        {name: np.tile(values.to_numpy(), len(years)) for name, values in about.items()}
        | {"academic_year": np.repeat(list(years), len(table))}
        | {
            name: table[[f"{name} {year}" for year in years]].to_numpy().ravel(order="F")
            for name in columns
        }
    )


def of_need(need: pd.DataFrame, member: str) -> pd.DataFrame:
    """Keep the rows of a need group, or of the groups of one kind; "all" keeps every row."""
    if member == "all":
        return need
    kinds = code_table("need_groups").set_index("need_group")["provision_kind"]
    return need[(need["need_group"] == member) | (need["need_group"].map(kinds) == member)]


def need_layers(
    study: Forecast | Outcome, years: Sequence[int], **of: str
) -> dict[tuple[str, str], Published]:
    """Return children who need a place by area and year: of every need, or phase, or both.

    Both at once are given by authority alone: small-area cubes are not published.

    Parameters
    ----------
    study
        A plan's outcome or a projection.
    years
        Academic years.
    of
        The members of further dimensions that these children are of.

    Returns
    -------
    dict
        By need ("all", "base", "special" or a need group) and phase ("all" or one). Counts are in
        the column children.
    """
    groups = code_table("need_groups").set_index("need_group")["name"]
    needs = [
        *NEED_TITLES,
        *(code for code in groups.index if code in set(study.area_need["need_group"])),
    ]
    phases = list(dict.fromkeys(study.area_need["phase"]))
    layers = {}
    for need in needs:
        of_group = of_need(study.area_need, need)
        for phase in ("all", *phases):
            rows = of_group if phase == "all" else of_group[of_group["phase"] == phase]
            title = NEED_TITLES.get(need) or f"{NEED_TITLES['all']}: {groups[need]}"
            layers[need, phase] = by_area_and_year(
                study,
                title if phase == "all" else f"{title}, {phase.replace('_', '-')}",
                rows,
                {"children": "children"},
                years=years,
                finest="area" if "all" in (need, phase) else "authority",
                of={"children": {"need": need, "phase": phase, **of}},
            )
    return layers
