"""Readers of finished files, by format; everything they hold is given, hidden or not."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow.parquet
import pyogrio
from openpyxl.utils import get_column_letter

from placement_planner.errors import DataError
from placement_planner.privacy.finished.pieces import Figure, Text, grid_pieces, record_pieces
from placement_planner.privacy.finished.unnamed import point_words
from placement_planner.privacy.finished.web import html_pieces, json_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["PICTURES", "file_pieces", "is_read"]

PICTURES = (".png", ".jpg", ".jpeg", ".pdf", ".svgz")


def _csv(path: Path) -> Iterator[Figure | Text]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for label in rows.fieldnames or []:
            yield Text("heading", label, label)
        yield from record_pieces(
            ({str(key): value for key, value in row.items()} for row in rows),
            "",
            path.stem,
            first=2,
        )


def _parquet(path: Path) -> Iterator[Figure | Text]:
    table = pyarrow.parquet.read_table(path)
    for key, value in (table.schema.metadata or {}).items():
        yield Text(f"metadata {key.decode()}", value.decode(errors="replace"))
    for label in table.column_names:
        yield Text("heading", label, label)
    yield from record_pieces(table.to_pylist(), "", path.stem)


def _workbook(path: Path) -> Iterator[Figure | Text]:
    book = openpyxl.load_workbook(path, data_only=True)
    told = book.properties
    for name in ("title", "subject", "creator", "description", "keywords", "lastModifiedBy"):
        if words := getattr(told, name):
            yield Text(f"properties, {name}", str(words))
    for sheet in book.worksheets:
        state = "" if sheet.sheet_state == "visible" else f" ({sheet.sheet_state})"
        hidden = {name for name, column in sheet.column_dimensions.items() if column.hidden}
        grid: list[list[Any]] = []
        places: list[list[str]] = []
        for row in sheet.iter_rows():
            grid.append([cell.value for cell in row])
            places.append(
                [
                    f"sheet {sheet.title}{state}, {cell.coordinate}"
                    + (" (hidden column)" if get_column_letter(cell.column) in hidden else "")
                    + (" (hidden row)" if sheet.row_dimensions[cell.row].hidden else "")
                    for cell in row
                ]
            )
            for cell in row:
                if cell.comment is not None:
                    yield Text(
                        f"sheet {sheet.title}, comment at {cell.coordinate}", cell.comment.text
                    )
        title = next((str(cell) for cell in (grid[0] if grid else []) if cell), sheet.title)
        yield from grid_pieces(grid, places, f"{sheet.title}: {title}")


def _layers(path: Path) -> Iterator[Figure | Text]:
    for name, _ in pyogrio.list_layers(path):
        frame = pyogrio.read_dataframe(path, layer=name)
        place = f"layer {name}, "
        for label in frame.columns:
            yield Text(f"{place}heading", str(label), str(label))
        if "geometry" in frame:
            points = frame.geometry.to_crs("EPSG:4326") if frame.crs else frame.geometry
            for point in points[points.geom_type == "Point"]:
                yield Text(f"{place}geometry", point_words(point.x, point.y), "point")
        table = frame.drop(columns="geometry", errors="ignore")
        yield from record_pieces(table.to_dict("records"), place, str(name))


def _json(path: Path) -> Iterator[Figure | Text]:
    yield from json_pieces(json.loads(path.read_text(encoding="utf-8")), about=path.stem)


def _notebook(path: Path) -> Iterator[Figure | Text]:
    book = json.loads(path.read_text(encoding="utf-8"))
    for number, cell in enumerate(book.get("cells", []), start=1):
        place = f"cell {number}, "
        yield Text(f"{place}source", "".join(cell.get("source", [])))
        for output in cell.get("outputs", []):
            yield Text(f"{place}output", "".join(output.get("text", [])))
            for kind, data in output.get("data", {}).items():
                words = "".join(data) if isinstance(data, list) else data
                if kind == "text/html":
                    yield from html_pieces(str(words), f"{place}output, ")
                elif kind.endswith("json"):
                    yield from json_pieces(words, f"{place}output, ")
                elif kind.startswith("text/"):
                    yield Text(f"{place}output", str(words))


def _html(path: Path) -> Iterator[Figure | Text]:
    yield from html_pieces(path.read_text(encoding="utf-8"))


def _text(path: Path) -> Iterator[Figure | Text]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        yield Text(f"line {number}", line)


_READERS: dict[str, Callable[[Path], Iterator[Figure | Text]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".xlsx": _workbook,
    ".gpkg": _layers,
    ".geojson": _json,
    ".json": _json,
    ".ipynb": _notebook,
    ".html": _html,
    ".htm": _html,
    ".svg": _html,
    ".txt": _text,
    ".md": _text,
    ".toml": _text,
}


def is_read(path: Path) -> bool:
    """Tell whether files of this kind can be read again."""
    return path.suffix.lower() in _READERS


def file_pieces(path: Path) -> Iterator[Figure | Text]:
    """Give everything that a file holds.

    Raises
    ------
    DataError
        If there is no such file, its kind is not known, or it is not what its name says.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    if not is_read(path):
        known = ", ".join(sorted(_READERS))
        raise DataError(f"{path}: cannot be checked; what can be: {known}")
    try:
        yield from _READERS[path.suffix.lower()](path)
    except (OSError, ValueError, KeyError, pyogrio.errors.DataSourceError) as error:
        raise DataError(f"{path}: not a {path.suffix} file: {error}") from error
