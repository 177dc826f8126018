"""What a finished file holds, in one shape for every format: labelled figures, and text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Figure", "Pieces", "Text", "grid_pieces", "record_pieces"]

MARKS = ("c", "c (withheld)")


@dataclass(frozen=True)
class Figure:
    """A number or a withheld mark, and what says what it is.

    Attributes
    ----------
    place
        Where it stands: a sheet and cell, a row and column, a path in JSON.
    label
        Its column's heading, or its property's name.
    row
        The words of its row, joined.
    about
        The caption, title or name of the whole table.
    value
        The number; None for a withheld mark.
    first_label
        The first heading of its column, where there are several.
    """

    place: str
    label: str
    row: str
    about: str
    value: float | None
    first_label: str = ""


@dataclass(frozen=True)
class Text:
    """Words, and where they stand; `label` is what they are the value of, where that is told."""

    place: str
    words: str
    label: str = ""


Pieces = "Iterator[Figure | Text]"
_NUMBER = re.compile(r"^[+-]?\d{1,3}(,\d{3})*(\.\d+)?$|^[+-]?\d+(\.\d+)?$")


def as_number(value: Any) -> float | None:  # noqa: ANN401 - whatever a cell holds
    """Return the number that a cell holds or shows; None where it is none.

    Examples
    --------
    >>> as_number("1,205"), as_number(3), as_number("2027/28"), as_number(True)
    (1205.0, 3.0, None, None)
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return None if value != value else float(value)  # noqa: PLR0124 - nan
    words = str(value).strip()
    return float(words.replace(",", "")) if _NUMBER.match(words) else None


def is_mark(value: Any) -> bool:  # noqa: ANN401 - whatever a cell holds
    """Tell whether a cell says that its figure is withheld."""
    return isinstance(value, str) and value.strip().lower() in MARKS


def record_pieces(
    records: Iterable[dict[str, Any]], place: str, about: str, first: int = 1
) -> Iterator[Figure | Text]:
    """Give the pieces of rows that know the names of their columns."""
    for number, record in enumerate(records, start=first):
        words = [value for value in record.values() if _is_words(value)]
        row = " ".join(words)
        for label, value in record.items():
            where = f"{place}row {number}, {label}"
            yield from _piece(where, str(label), row, about, value)


def grid_pieces(
    grid: Sequence[Sequence[Any]], places: Sequence[Sequence[str]], about: str
) -> Iterator[Figure | Text]:
    """Give the pieces of a sheet: the heading of a figure is the nearest words above it.

    Words among figures are no heading where there is a row of headings: several words, no figure.
    """
    headings: dict[int, str] = {}
    first: dict[int, str] = {}
    for cells, wheres in zip(grid, places, strict=True):
        words = {column: str(cell) for column, cell in enumerate(cells) if _is_words(cell)}
        row = " ".join(words.values())
        if len(words) > 1 and not any(as_number(cell) is not None for cell in cells):
            first = words | first
            headings |= words
        for column, (value, where) in enumerate(zip(cells, wheres, strict=True)):
            if value is None or value == "":
                continue
            if column in words and column not in first:
                headings[column] = words[column]
            label = headings.get(column, "")
            yield from _piece(where, label, row, about, value, first.get(column, ""))


def _is_words(value: Any) -> bool:  # noqa: ANN401 - whatever a cell holds
    if not isinstance(value, str) or not value.strip():
        return False
    return as_number(value) is None and not is_mark(value)


def _piece(
    where: str,
    label: str,
    row: str,
    about: str,
    value: Any,  # noqa: ANN401 - whatever a cell holds
    first: str = "",
) -> Iterator[Figure | Text]:
    number = as_number(value)
    if number is not None or is_mark(value):
        yield Figure(where, label, row, about, number, first)
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield Text(where, str(value), label)
