"""What areas can be shaded by: layers of figures that may be shown, with the classes of each part.

A layer has a part for every need group and phase that can be chosen, each by the areas at which it
may be shown. What is compared shares its classes: the plan and doing nothing, one run and another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.figures.areas import LEVEL_NAMES, AreaTable, change_shown
from placement_planner.maps.scales import PALETTES, Palette, class_bounds
from placement_planner.wording import year_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from placement_planner.privacy import Withheld

__all__ = [
    "ALL",
    "PHASE_NAMES",
    "Layer",
    "Member",
    "change_layer",
    "figure",
    "group_names",
    "in_classes",
    "levels_of",
    "records_of",
]

ALL = "all"
Member = tuple[str, str]
"""A need group (or kind of place, or all) and a phase (or all)."""
PHASE_NAMES = {
    ALL: "All phases",
    "early_years": "Early years",
    "primary": "Primary",
    "secondary": "Secondary",
    "post_16": "Post-16",
}
_KINDS = {"base": "Specialist bases, all", "special": "Special schools, all"}
_NOT_FIGURES = {"code", "name"}
NONE = "–"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One thing that areas can be shaded by.

    Attributes
    ----------
    key
        Short name, used inside a page.
    title
        What it is called where layers are chosen.
    about
        What its figures are, in words.
    unit
        children, minutes or places.
    tables
        Figures by need group and phase: code, name, and a column a year (or a place).
    headings
        Words of those columns, where they are no years.
    is_change
        Whether figures are changes, which may be below nought.
    bounds
        Bounds of the classes of each part, as from `in_classes`.
    """

    key: str
    title: str
    about: str
    unit: str
    palette: Palette
    tables: Mapping[Member, AreaTable]
    headings: Mapping[str, str] | None = None
    is_change: bool = False
    bounds: Mapping[Member, tuple[float, ...]] | None = None

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Key and words of each column of figures."""
        frame = next(iter(self.tables.values())).frame
        keys = [str(name) for name in frame.columns if name not in _NOT_FIGURES]
        words = self.headings or {key: year_label(int(key)) for key in keys}
        return [(key, words[key]) for key in keys]

    @property
    def family(self) -> tuple[str, bool]:
        """What it is compared with: layers of one family share their classes."""
        return self.key.partition("-")[0], self.is_change

    @property
    def is_by_place(self) -> bool:
        """Whether columns are places, not years."""
        return self.headings is not None

    def parts(self, authorities: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return what the rows of each part say, for a template.

        Parameters
        ----------
        authorities
            Name of the authority that each area lies in, by code.
        """
        keys = [key for key, _ in self.columns]
        names = group_names([group for group, _ in self.tables])
        return [
            {
                "group": group,
                "phase": phase,
                "level": table.level,
                "by": f"by {LEVEL_NAMES[table.level]}",
                "heading": f"{names[group]}, {PHASE_NAMES[phase].lower()}, "
                f"by {LEVEL_NAMES[table.level]}",
                "bounds": " ".join(f"{bound:g}" for bound in (self.bounds or {})[group, phase]),
                "rows": [
                    (code, name, authorities[code], [self.told(value) for value in values])
                    for code, name, values in zip(
                        table.frame["code"], table.frame["name"],
                        table.frame[keys].to_numpy(dtype=object), strict=True,
                    )
                ],
            }
            for (group, phase), table in self.tables.items()
        ]  # fmt: skip

    def told(self, value: object) -> str:
        """Write a figure as it stands in a cell."""
        return figure(value, self.unit, is_change=self.is_change)


def figure(value: object, unit: str, *, is_change: bool = False) -> str:
    """Write a figure as it stands in a cell: bare, ``c`` where withheld, a dash where none is.

    Examples
    --------
    >>> figure(1234.0, "children"), figure("c", "children"), figure(float("nan"), "minutes")
    ('1,234', 'c', '–')
    >>> figure(12.34, "minutes"), figure(-5, "children", is_change=True)
    ('12.3', '-5')
    >>> figure(5, "children", is_change=True), figure(0.0, "children", is_change=True)
    ('+5', '0')
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, (int, float)) or pd.isna(value):
        return NONE
    digits = ".1f" if unit == "minutes" and value % 1 else ".0f"
    text = f"{value:,{digits}}"
    if text.lstrip("-").strip("0.") == "":
        return "0"
    return f"+{text}" if is_change and value > 0 else text


def group_names(groups: Iterable[str]) -> dict[str, str]:
    """Return the need groups that can be chosen, in order: all, kinds of place, then each.

    Examples
    --------
    >>> group_names(["all", "base", "language_base"])
    {'all': 'All need groups', 'base': 'Specialist bases, all', 'language_base': 'Language base'}
    """
    wanted = set(groups)
    codes = code_table("need_groups").set_index("need_group")
    names = {ALL: "All need groups"}
    for kind, name in _KINDS.items():
        here = codes.index[codes["provision_kind"] == kind]
        names |= {kind: name, **{code: str(codes.loc[code, "name"]) for code in here}}
    return {code: name for code, name in names.items() if code in wanted}


def change_layer(
    before: Layer, after: Layer, palette: str, *, key: str, title: str, about: str
) -> Layer:
    """Return the change from one layer to another, from the figures that are shown.

    Parts that are shown by other areas before than after cannot be compared and are left out.
    """
    tables = {
        member: replace(table, frame=_change(table.frame, after.tables[member].frame))
        for member, table in before.tables.items()
        if member in after.tables and after.tables[member].level == table.level
    }
    return Layer(
        key=key, title=title, about=about, unit=before.unit, palette=PALETTES[palette],
        tables=tables, is_change=True,
    )  # fmt: skip


def _change(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Subtract, column by column, what stands in the same row."""
    after = after.set_index("code").reindex(before["code"]).reset_index()
    columns = [name for name in before.columns if name not in _NOT_FIGURES and name in after]
    changes = {name: change_shown(before[name], after[name]) for name in columns}
    return before[["code", "name"]].assign(**changes)


def in_classes(compared: Sequence[Layer]) -> list[Layer]:
    """Give layers that are compared the same classes, part by part.

    Parts of one need group and phase that are shown by different areas are not compared.
    """
    shared: dict[tuple[Member, str], list[pd.Series]] = {}
    for layer in compared:
        for member, table in layer.tables.items():
            columns = [table.frame[key] for key, _ in layer.columns]
            shared.setdefault((member, table.level), []).extend(columns)
    found = {key: class_bounds(columns) for key, columns in shared.items()}
    return [
        layer
        if layer.bounds
        else replace(
            layer,
            bounds={member: found[member, table.level] for member, table in layer.tables.items()},
        )
        for layer in compared
    ]


def levels_of(layers: Sequence[Layer]) -> list[str]:
    """Return the levels by which any part is shown, finest first."""
    found = {table.level for layer in layers for table in layer.tables.values()}
    return [level for level in LEVEL_NAMES if level in found]


def records_of(layers: Sequence[Layer]) -> list[Withheld]:
    """Return what was withheld of layers, each table and level summed up."""
    sums: dict[tuple[str, str], Withheld] = {}
    for layer in layers:
        if layer.is_change:
            continue
        for table in layer.tables.values():
            told = table.withheld
            so_far = sums.get((told.table, told.level))
            sums[told.table, told.level] = replace(
                told,
                cells=told.cells + (so_far.cells if so_far else 0),
                withheld=told.withheld + (so_far.withheld if so_far else 0),
            )
    return [record for record in sums.values() if record.cells]
