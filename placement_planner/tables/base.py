"""What a table is: a pandera model whose every column says what it means and what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
import pandera.pandas as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandera.typing import DataFrame

__all__ = [
    "LIST_SEPARATOR",
    "Table",
    "by_year",
    "checked",
    "column",
    "empty_table",
    "is_required",
    "share_open",
    "sizes_of",
    "split_list",
    "table_folder",
    "table_keys",
    "table_name",
]

LIST_SEPARATOR = ";"
CODE = r"^\S.*$"
_LIST = r"^[^;]+(;[^;]+)*$"


def column(
    description: str,
    *,
    right: str = "",
    unit: str = "",
    is_list: bool = False,
    **rules: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Declare a column once: meaning, unit, rules, and what a wrong value should have been."""
    if is_list:
        rules.setdefault("str_matches", _LIST)
        right = right or "a list parted by semicolons, such as a;b"
    return pa.Field(
        description=description,
        metadata={"right": right or _in_words(rules), "unit": unit},
        **rules,
    )


def _in_words(rules: dict[str, Any]) -> str:
    if "isin" in rules:
        return "one of " + ", ".join(map(str, rules["isin"]))
    if "ge" in rules and "le" in rules:
        return f"a number from {rules['ge']} to {rules['le']}"
    if "ge" in rules:
        return f"a number of at least {rules['ge']}"
    if "gt" in rules:
        return f"a number above {rules['gt']}"
    return "a value"


class Table(pa.DataFrameModel):
    """A table with fixed columns; its `Config` holds name, key and where a study keeps it.

    Notes
    -----
    A column whose annotation is ``X | None`` may be left out of a file; a nullable one may have
    blank cells.
    """

    class Config:
        """Unknown columns are errors; types are made by the reader, or coerced."""

        strict = True
        coerce = True
        metadata: dict[str, Any] | None = None


def table_name(model: type[Table]) -> str:
    """Return the table's name, which is also its file's and its sheet's."""
    return str(model.to_schema().name)


def table_keys(model: type[Table]) -> list[str]:
    """Return the columns that identify a row."""
    return list(model.to_schema().unique or [])


def table_folder(model: type[Table]) -> str:
    """Return the folder of a study that holds the table; empty for tables between stages."""
    return str((model.Config.metadata or {}).get("folder", ""))


def is_required(model: type[Table]) -> bool:
    """Tell whether a study must have the table."""
    return bool((model.Config.metadata or {}).get("required", True))


Model = TypeVar("Model", bound=Table)


def checked(model: type[Model], frame: pd.DataFrame) -> DataFrame[Model]:
    """Validate a stage's own output: columns in the model's order, no index, typed."""
    names = [name for name in model.to_schema().columns if name in frame.columns]
    return model.validate(frame[names].reset_index(drop=True))


def by_year(rows: pd.DataFrame, keys: list[str], values: str, years: Sequence[int]) -> pd.DataFrame:
    """Sum values by keys (the rows, sorted) and academic year (the columns); nought where none.

    Examples
    --------
    >>> rows = pd.DataFrame({"site": ["S", "S", "T"], "academic_year": [2027, 2027, 2028],
    ...     "places": [1.0, 2.0, 4.0]})
    >>> by_year(rows, ["site"], "places", [2027, 2028]).to_numpy().tolist()
    [[3.0, 0.0], [0.0, 4.0]]
    """
    wide = rows.pivot_table(
        index=keys, columns="academic_year", values=values, aggfunc="sum", fill_value=0.0
    )
    return wide.reindex(columns=list(years), fill_value=0.0).astype(float).sort_index()


def empty_table(model: type[Model]) -> DataFrame[Model]:
    """Return a table without rows."""
    columns = model.to_schema().columns
    types = {name: str(field.dtype) for name, field in columns.items() if field.required}
    return checked(model, pd.DataFrame(columns=list(types)).astype(types))


def split_list(cell: str | float | None) -> tuple[str, ...]:
    """Part a cell that holds a list; a blank cell is an empty list.

    Examples
    --------
    >>> split_list("8; 16;24")
    ('8', '16', '24')
    >>> split_list(float("nan")), split_list("")
    ((), ())
    """
    if not isinstance(cell, str):
        return ()
    return tuple(part.strip() for part in cell.split(LIST_SEPARATOR) if part.strip())


def sizes_of(cell: str) -> tuple[int, ...]:
    """Return the sizes that a cell allows: whole numbers, or modules such as 1 to 4 of 8.

    Examples
    --------
    >>> sizes_of("8;16"), sizes_of("8x1-4"), sizes_of("6;10x2-3")
    ((8, 16), (8, 16, 24, 32), (6, 20, 30))
    """
    return tuple(size for part in split_list(cell) for size in _modules(part))


def _modules(part: str) -> list[int]:
    places, times, numbers = part.partition("x")
    if not times:
        return [int(places)]
    fewest, _, most = numbers.partition("-")
    return [int(places) * number for number in range(int(fewest), int(most) + 1)]


def share_open(ramp: str | float | None, years_since_opening: int) -> float:
    """Share of places open so many years after opening; full once the ramp is over.

    Examples
    --------
    >>> [share_open("0.5;0.8", years) for years in (-1, 0, 1, 2)]
    [0.0, 0.5, 0.8, 1.0]
    """
    if years_since_opening < 0:
        return 0.0
    shares = split_list(ramp)
    return float(shares[years_since_opening]) if years_since_opening < len(shares) else 1.0
