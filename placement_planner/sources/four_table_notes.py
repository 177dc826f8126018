"""What was read, kept and left out of the four tables, in sentences with figures that tie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import DataError
from placement_planner.sources.four_table_cells import HEADER_ROWS, in_ranges
from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placement_planner.sources.four_table_cells import Sheet

__all__ = ["notes_on"]

TOLERANCE = 0.02
"""Share of the children whose state may differ between a step's end and the next one's start
before it is noted; what is loaded does not depend on it."""


def _kinds(steps: pd.DataFrame, children: pd.Series) -> dict[str, int]:
    """Count children by what they did; those who change authority apart."""
    was, is_now = steps["setting_1"] != OUTSIDE, steps["setting_2"] != OUTSIDE
    other = was & is_now & (steps["authority_code"] != steps["authority_2"])
    here = was & is_now & ~other
    moved = steps["setting_1"] != steps["setting_2"]
    masks = {
        "joiners": ~was & is_now,
        "leavers": was & ~is_now,
        "movers": here & moved,
        "stayers": here & ~moved,
        "transferred to another authority": other,
    }
    return {kind: int(children[mask].sum()) for kind, mask in masks.items()}


def _in_words(kinds: Mapping[str, int]) -> str:
    return ", ".join(
        f"{count:,} {kind}" for kind, count in kinds.items() if count or "trans" not in kind
    )


def _totals(sheet: Sheet, rows: pd.DataFrame, transitions: pd.DataFrame) -> list[str]:
    """Say what was read and what was loaded, which must tie."""
    before = _kinds(rows, pd.Series(1, index=rows.index))
    after = _kinds(transitions, transitions["children"])
    if before != after:
        raise DataError(f"{sheet.file}: read {_in_words(before)}, but loaded {_in_words(after)}")
    nowhere = rows.index[(rows["setting_1"] == OUTSIDE) & (rows["setting_2"] == OUTSIDE)]
    read = len(sheet.text)
    lines = [
        f"{sheet.file}: {read:,} rows read = {_in_words(before)}, {len(nowhere):,} left out",
        (
            f"loaded: {int(transitions['children'].sum()):,} children in {len(transitions):,} "
            f"different steps = {_in_words(after)}; before and after loading tie"
        ),
    ]
    if len(nowhere):
        where = in_ranges([int(row) + HEADER_ROWS for row in nowhere])
        lines.append(
            f"{sheet.file}: {len(nowhere):,} rows from {OUTSIDE} to {OUTSIDE} left out ({where}): "
            "nobody with a plan"
        )
    changed = transitions[
        (transitions["need_1"] != transitions["need_2"])
        & (transitions["need_1"] != OUTSIDE)
        & (transitions["need_2"] != OUTSIDE)
    ]
    if len(changed):
        lines.append(
            f"{sheet.file}: the need of {int(changed['children'].sum()):,} children changes"
        )
    return lines


def _sides(transitions: pd.DataFrame) -> pd.DataFrame:
    """Return children with a plan by authority, January, ncy, need and setting, at each end."""
    parts = []
    for side, home, later in (("1", "authority_code", 0), ("2", "authority_2", 1)):
        columns = [home, f"ncy_{side}", f"need_{side}", f"setting_{side}"]
        cells = transitions.loc[transitions[f"setting_{side}"] != OUTSIDE, [*columns, "children"]]
        cells = cells.set_axis(["authority", "ncy", "need", "setting", "children"], axis=1)
        january = transitions["january"].loc[cells.index] + later
        parts.append(cells.assign(january=january, end=bool(later)))
    return pd.concat(parts, ignore_index=True)


def _outside_valid(sides: pd.DataFrame, valid: pd.DataFrame) -> list[str]:
    """Note children seen in states that are not listed."""
    ranges = valid.set_index("setting")
    within = sides["ncy"].between(
        sides["setting"].map(ranges["ncy_min"]), sides["setting"].map(ranges["ncy_max"])
    )
    taken = ranges["needs"].explode().reset_index().set_axis(["setting", "need"], axis=1)
    pairs = pd.MultiIndex.from_frame(taken)
    within &= pd.MultiIndex.from_frame(sides[["setting", "need"]]).isin(pairs)
    strange = sides[~within].groupby(["need", "setting", "ncy"])["children"].sum()
    if strange.empty:
        return ["states: no child was seen outside valid-states"]
    need, setting, ncy = strange.idxmax()
    return [
        (
            f"states: {int(strange.sum()):,} children stand before or after a step in "
            f"{len(strange):,} states outside valid-states, for example need {need} in setting "
            f"{setting} at NCY {ncy} ({int(strange.max()):,}); they are kept, each such state as "
            "one more state"
        )
    ]


def _stock(sides: pd.DataFrame) -> list[str]:
    """Note Januaries at which the end of a step differs from the start of the next."""
    keys = ["authority", "january"]
    cells = [*keys, "ncy", "need", "setting"]
    ends = sides.groupby([*cells, "end"], as_index=False)["children"].sum()
    table = ends.pivot_table(index=cells, columns="end", values="children", fill_value=0)
    table = table.reindex(columns=[True, False], fill_value=0).set_axis(["end", "start"], axis=1)
    table["differ"] = (table["end"] - table["start"]).abs()
    sums = table.groupby(keys)[["end", "start", "differ"]].sum()
    both = sums[(sums["end"] > 0) & (sums["start"] > 0)]
    apart = both[both["differ"] > TOLERANCE * both[["end", "start"]].max(axis=1)]
    return [
        (f"authority {code}, " if code else "")
        + f"January {january}: {row['end']:,.0f} children at the end of one step and "
        f"{row['start']:,.0f} at the start of the next; state by state they differ by "
        f"{row['differ']:,.0f} children; both are loaded as they are"
        for (code, january), row in apart.iterrows()
    ]


def notes_on(
    sheets: Mapping[str, Sheet], frames: Mapping[str, pd.DataFrame], transitions: pd.DataFrame
) -> tuple[str, ...]:
    """Write the notes of a folder that kept every rule.

    Parameters
    ----------
    sheets, frames
        The files as read, and their sound rows.
    transitions
        What was made of the transitions.

    Returns
    -------
    tuple
        Lines to print.

    Raises
    ------
    DataError
        If the totals before and after loading do not tie.
    """
    people, valid = frames["population"], frames["valid-states"]
    states = int(((valid["ncy_max"] - valid["ncy_min"] + 1) * valid["needs"].map(len)).sum())
    costs = f"{len(frames['costs']):,} rows read and kept" if "costs" in frames else "none"
    codes = {*transitions["authority_code"], *transitions["authority_2"]}
    unused = sorted({*people["authority_code"]} - codes)
    sides = _sides(transitions)
    return (
        *_totals(sheets["transitions"], frames["transitions"], transitions),
        (
            f"{sheets['population'].file}: {len(people):,} rows read and kept, calendar-years "
            f"{people['january'].min():.0f} to {people['january'].max():.0f}"
        ),
        *(
            [f"population: {len(unused)} authorities without transitions, e.g. '{unused[0]}'"]
            if unused
            else []
        ),
        f"{sheets['valid-states'].file}: {len(valid):,} settings, {states:,} valid states",
        f"costs: {costs}",
        *_outside_valid(sides, valid),
        *_stock(sides),
    )
