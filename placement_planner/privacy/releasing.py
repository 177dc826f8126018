"""Everything that one run publishes, released together so that no table gives another away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from placement_planner.privacy.cells import linked
from placement_planner.privacy.rules import (
    NEARLY_NOTHING,
    SHARE_TO_SHOW,
    WITHHELD,
    Withheld,
    is_withheld,
    rounded,
    rounded_as_children,
)
from placement_planner.privacy.secondary import Rule, roughly_suppressed, suppressed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from placement_planner.privacy.cells import Cell
    from placement_planner.privacy.published import Dimensions, Published
    from placement_planner.scenario import PrivacyChoices

__all__ = ["Released", "release"]


@dataclass(frozen=True)
class Released:
    """A table as it may leave, the level it is shown at, and how much of it was withheld."""

    frame: pd.DataFrame
    level: str
    withheld: Withheld


def release(
    tables: Mapping[str, Published], dimensions: Dimensions, choices: PrivacyChoices
) -> dict[str, Released]:
    """Withhold and round all tables that leave together.

    Small counts are withheld, then as few others as keep them from being worked out from totals,
    parts, and other tables; what is derived from a withheld count goes with it; the rest is
    rounded. Each table is shown at the finest level at which `SHARE_TO_SHOW` of the cells with
    children can be.

    Parameters
    ----------
    tables
        Everything that leaves, by name.
    dimensions
        What adds up to what.
    choices
        Profile, threshold and rounding. The internal profile leaves every value as it is.

    Examples
    --------
    >>> from placement_planner.privacy import Partition, Published
    >>> from placement_planner.scenario import PrivacyChoices
    >>> need = pd.DataFrame({"kind": ["all", "base", "special"], "children": [43.0, 3.0, 40.0]})
    >>> table = Published(title="Need", by_level={"": need}, keys={"kind": "need"},
    ...                   counts={"children": "need"})
    >>> kinds = {"need": [Partition("all", ("base", "special"))]}
    >>> release({"need": table}, kinds, PrivacyChoices())["need"].frame["children"].tolist()
    [45.0, 'c', 40.0]
    """
    if choices.profile == "internal":
        return {name: _whole(table) for name, table in tables.items()}
    rule = Rule(choices.threshold, choices.rounding)

    def roughly(figures: Mapping[Cell, float]) -> NDArray[np.bool_]:
        return roughly_suppressed(linked(figures, list(dimensions.values())), rule)[: len(figures)]

    def exactly(figures: Mapping[Cell, float]) -> NDArray[np.bool_]:
        return suppressed(linked(figures, list(dimensions.values())), rule)[: len(figures)]

    chosen, _ = _decided(tables, dimensions, roughly)
    chosen, verdicts = _decided(chosen, dimensions, exactly)
    return {name: _shown(table, verdicts, dimensions, choices) for name, table in chosen.items()}


def _whole(table: Published) -> Released:
    cells = int(table.frame[list(table.counts)].gt(NEARLY_NOTHING).to_numpy().sum())
    return Released(
        table.frame.copy(), table.level, Withheld(table.title, table.level_name, cells, 0)
    )


class _Verdict(NamedTuple):
    """What is decided of one cell: its children, and whether they are withheld."""

    children: float
    is_hidden: bool


_NOT_KNOWN = _Verdict(float("nan"), is_hidden=False)
_Verdicts = dict[tuple["Cell", "Cell"], _Verdict]


def _decided(
    tables: Mapping[str, Published],
    dimensions: Dimensions,
    decide: Callable[[Mapping[Cell, float]], NDArray[np.bool_]],
) -> tuple[dict[str, Published], _Verdicts]:
    """Decide of every cell, and choose the finest levels at which enough is shown.

    Cells of one quantity and year are decided together. A table of which too little is shown in
    one year is taken at a coarser level, and everything is decided anew.
    """
    chosen = dict(tables)
    while True:
        blocks = _blocks(chosen, dimensions)
        verdicts: _Verdicts = {}
        for block, by_table in blocks.items():
            figures = {cell: value for cells in by_table.values() for cell, value in cells.items()}
            hidden = dict(zip(figures, decide(figures).tolist(), strict=True))
            short = [
                name
                for name, cells in by_table.items()
                if not chosen[name].is_coarsest and not _is_enough(cells, hidden)
            ]
            if short:
                chosen |= {name: chosen[name].coarser() for name in short}
                break
            verdicts |= {
                (block, cell): _Verdict(value, hidden[cell]) for cell, value in figures.items()
            }
        else:
            return chosen, verdicts


def _blocks(
    tables: Mapping[str, Published], dimensions: Dimensions
) -> dict[Cell, dict[str, dict[Cell, float]]]:
    """Return cells and figures by quantity and year, and by table."""
    blocks: dict[Cell, dict[str, dict[Cell, float]]] = {}
    for name, table in tables.items():
        for column in table.counts:
            values = table.frame[column].to_numpy(dtype=float)
            for (block, cell), value in zip(table.cells(column, dimensions), values, strict=True):
                if not np.isnan(value):
                    blocks.setdefault(block, {}).setdefault(name, {})[cell] = float(value)
    return blocks


def _is_enough(cells: Mapping[Cell, float], hidden: Mapping[Cell, bool]) -> bool:
    """Tell whether enough of the cells with children are shown."""
    there = [cell for cell, value in cells.items() if value > NEARLY_NOTHING]
    return sum(not hidden[cell] for cell in there) >= SHARE_TO_SHOW * len(there)


def _shown(
    table: Published,
    verdicts: _Verdicts,
    dimensions: Dimensions,
    choices: PrivacyChoices,
) -> Released:
    """Write the verdicts into a table."""
    frame = table.frame
    hidden, figures = {}, {}
    for name in table.counts:
        found = [verdicts.get(cell, _NOT_KNOWN) for cell in table.cells(name, dimensions)]
        children = pd.Series([told.children for told in found], index=frame.index, dtype=float)
        hidden[name] = np.array([told.is_hidden for told in found], dtype=bool)
        figures[name] = _masked(rounded(children, choices.rounding), hidden[name])
    row = np.logical_or.reduce(list(hidden.values()))
    for name in table.beside:
        small = is_withheld(frame[name].astype(float), choices).to_numpy()
        row = row | (small & (name == "median"))
        hidden[name] = small
    figures |= {
        name: _masked(rounded(frame[name].astype(float), choices.rounding), hidden[name] | row)
        for name in table.beside
    }
    figures |= {
        name: _masked(_few_digits(frame, name, of, choices), row)
        for name, of in table.derived.items()
    }
    figures |= {
        name: _masked(frame[name], row | _tells_few(frame[name], frame[of], choices))
        for name, of in table.shares.items()
    }
    figures |= {
        name: _masked(frame[name], row | _of_few(frame[of], choices))
        for name, of in table.rates.items()
    }
    cells = int(frame[list(table.counts)].gt(NEARLY_NOTHING).to_numpy().sum())
    withheld = int(sum(hidden[name].sum() for name in table.counts))
    record = Withheld(table.title, table.level_name, cells, withheld)
    return Released(frame.assign(**figures), table.level, record)


def _masked(values: pd.Series, mask: NDArray[np.bool_]) -> pd.Series:
    return values.astype(object).mask(mask, WITHHELD)


def _few_digits(
    frame: pd.DataFrame, name: str, of: str | int, choices: PrivacyChoices
) -> pd.Series:
    values = frame[name].astype(float)
    if isinstance(of, int):
        return values.round(of)
    rough = rounded_as_children(values, frame[of].astype(float), choices.rounding)
    return pd.Series(rough, index=frame.index)


def _of_few(people: pd.Series, choices: PrivacyChoices) -> NDArray[np.bool_]:
    """Tell where a rate would be of too few people."""
    few: NDArray[np.bool_] = people.astype(float).lt(choices.rate_population).to_numpy(dtype=bool)
    return few


def _tells_few(shares: pd.Series, people: pd.Series, choices: PrivacyChoices) -> NDArray[np.bool_]:
    """Tell where a share is of too few, or where those in it, or out of it, are few."""
    within = shares.astype(float) * people.astype(float)
    few = is_withheld(within, choices) | is_withheld(people.astype(float) - within, choices)
    told: NDArray[np.bool_] = _of_few(people, choices) | few.to_numpy(dtype=bool)
    return told
