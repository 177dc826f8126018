"""Where a study keeps each table, how it is written, and how it is read as it stands.

A study is a folder (CSV, GeoPackage for shapes, and for a matrix also Parquet) or one workbook with
a sheet a table. Reading types nothing and judges no value: cells come back as text beside the row
they stand on, so that `checks` can say where a fault lies.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from placement_planner.errors import Finding
from placement_planner.tables import Table, is_required, table_folder, table_name
from placement_planner.tables.study import STUDY_TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "CRS",
    "GEOMETRY_COLUMN",
    "SCENARIO_FILE",
    "WORKBOOK",
    "RawTable",
    "cell_text",
    "in_table_order",
    "is_spatial",
    "parquet_path",
    "read_raw_folder",
    "sheet_table",
    "table_path",
    "text_table",
    "write_table",
]

CRS = "EPSG:27700"
SCENARIO_FILE = "scenario.toml"
WORKBOOK = "study.xlsx"
GEOMETRY_COLUMN = "geometry_wkt"
_SPATIAL = ("areas", "roads")
_PARQUET_TOO = ("travel_matrix",)
_FIRST_ROW = 2
_COMMA = ","
_OTHER_DELIMITERS = {";": ";", "\t": "tabs"}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """A table as it stands in its file: text by row of the file (the header is row 1).

    `has_every_row` is false where rows had to be left out; each of them has a finding.
    """

    model: type[Table]
    file: str
    cells: pd.DataFrame | None = None
    shapes: gpd.GeoSeries | None = None
    findings: tuple[Finding, ...] = ()
    has_every_row: bool = True


def is_spatial(model: type[Table]) -> bool:
    """Tell whether the table carries shapes."""
    return table_name(model) in _SPATIAL


def table_path(folder: Path, model: type[Table]) -> Path:
    """Return where a study folder keeps the table."""
    ending = "gpkg" if is_spatial(model) else "csv"
    return folder / table_folder(model) / f"{table_name(model)}.{ending}"


def parquet_path(folder: Path, model: type[Table]) -> Path | None:
    """Return where a folder may keep the table as Parquet; nothing for tables that are CSV alone.

    Examples
    --------
    >>> from pathlib import Path
    >>> from placement_planner.tables.study import Sites, TravelMatrix
    >>> parquet_path(Path("study"), TravelMatrix).as_posix()
    'study/boundaries/travel_matrix.parquet'
    >>> parquet_path(Path("study"), Sites) is None
    True
    """
    if table_name(model) not in _PARQUET_TOO:
        return None
    return table_path(folder, model).with_suffix(".parquet")


def in_table_order(model: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table's own columns in the model's order, rows sorted by key, shapes last."""
    columns = [name for name in model.to_schema().columns if name in frame.columns]
    shapes = ["geometry"] if is_spatial(model) else []
    return frame.sort_values(list(model.to_schema().unique or []))[[*columns, *shapes]]


def write_table(folder: Path, model: type[Table], frame: pd.DataFrame) -> Path:
    """Write one table of a study, columns in the model's order, rows sorted by key."""
    path = table_path(folder, model)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = in_table_order(model, frame)
    if is_spatial(model):
        shapes = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
        path.unlink(missing_ok=True)
        shapes.to_file(path, layer=table_name(model), driver="GPKG", engine="pyogrio")
    else:
        rows.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path


def read_raw_folder(folder: Path) -> dict[str, RawTable]:
    """Read every table that a study folder has; an optional one may be absent."""
    raw = {}
    for model in STUDY_TABLES:
        path, parquet = table_path(folder, model), parquet_path(folder, model)
        file = path.relative_to(folder).as_posix()
        if parquet is not None and parquet.is_file():
            table = _read_parquet(parquet, parquet.relative_to(folder).as_posix(), model)
            raw[table_name(model)] = _told_once(table, file) if path.is_file() else table
        elif path.is_file():
            read = _read_shapes if is_spatial(model) else _read_csv
            raw[table_name(model)] = read(path, file, model)
        elif is_required(model):
            missing = Finding(file, None, None, "no such file", "a file with this name")
            raw[table_name(model)] = RawTable(model=model, file=file, findings=(missing,))
    return raw


def _told_once(table: RawTable, other: str) -> RawTable:
    """Report a table that stands in two files; the Parquet one is read on."""
    twice = Finding(other, None, None, f"the table in {table.file} too", "the table in one of them")
    return replace(table, findings=(twice, *table.findings))


def _read_parquet(path: Path, file: str, model: type[Table]) -> RawTable:
    """Read a Parquet file; its rows are counted as those of a CSV file."""
    try:
        frame = pd.read_parquet(path).reset_index(drop=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        broken = Finding(file, None, None, f"a file that cannot be read: {error}", "Parquet")
        return RawTable(model=model, file=file, findings=(broken,))
    names, misnamed = _known_names(model, file, [str(name) for name in frame.columns])
    cells = _typed_text(frame.set_axis(names, axis="columns"))
    return RawTable(model=model, file=file, cells=cells, findings=misnamed)


def _typed_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Write typed columns as text, blanks as empty cells; each different value once."""
    columns = {}
    for name in frame.columns:
        codes, values = pd.factorize(frame[name], use_na_sentinel=True)
        texts = [*map(cell_text, values.tolist()), ""]
        columns[name] = pd.Series(texts, dtype=object).to_numpy()[codes]
    index = pd.RangeIndex(_FIRST_ROW, _FIRST_ROW + len(frame))
    return pd.DataFrame(columns, index=index, dtype=object)


def _read_csv(path: Path, file: str, model: type[Table]) -> RawTable:
    data = path.read_bytes()
    text, wrong = _decoded(data, file)
    try:
        mark = _delimiter(text, model)
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        broken = Finding(file, None, None, f"text that is not CSV: {error}", "a CSV file")
        return RawTable(model=model, file=file, findings=(*wrong, broken))
    if mark != _COMMA:
        shown = _OTHER_DELIMITERS[mark]
        parted = Finding(file, 1, None, f"columns parted by {shown}", "columns parted by commas")
        wrong = (*wrong, parted)
    return text_table(model, file, records, wrong)


def _delimiter(text: str, model: type[Table]) -> str:
    """Return what parts the header into most columns of the table; a comma in doubt."""
    header, known = text.splitlines()[:1], {_letters(name) for name in _field_names(model)}

    def n_known(mark: str) -> int:
        cells = next(csv.reader(header, delimiter=mark), [])
        return len(known.intersection(map(_letters, cells)))

    return max((_COMMA, *_OTHER_DELIMITERS), key=n_known)


def _field_names(model: type[Table]) -> list[str]:
    """Return the names of the table's columns, with that of shapes in a sheet."""
    names = list(model.to_schema().columns)
    return [*names, GEOMETRY_COLUMN] if is_spatial(model) else names


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _known_names(
    model: type[Table], file: str, names: Sequence[str]
) -> tuple[list[str], tuple[Finding, ...]]:
    """Name columns as the table does where only case, spaces or signs differ; each is reported."""
    missing = {_letters(field): field for field in _field_names(model) if field not in names}
    known = [missing.pop(_letters(name), name) for name in names]
    return known, tuple(
        Finding(file, 1, name, f"a column named {name!r}", field)
        for name, field in zip(names, known, strict=True)
        if name != field
    )


def _decoded(data: bytes, file: str) -> tuple[str, tuple[Finding, ...]]:
    right = "UTF-8 text (in Excel: save as CSV UTF-8)"
    if data.startswith(_UTF16):
        return data.decode("utf-16", errors="replace"), (
            Finding(file, 1, None, "UTF-16 text", right),
        )
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return data.decode("cp1252", errors="replace"), (
            _first_wrong_byte(data, error, file, right),
        )


def _first_wrong_byte(data: bytes, error: UnicodeDecodeError, file: str, right: str) -> Finding:
    """Say in which row and column the first byte stands that is not UTF-8."""
    before = data[: error.start].decode("utf-8") + "?"
    records = list(csv.reader(io.StringIO(before, newline="")))
    header, place = records[0], len(records[-1]) - 1
    column = header[place] if len(records) > 1 and place < len(header) else None
    found = f"byte 0x{data[error.start]:02x}, which is not UTF-8"
    return Finding(file, len(records), column, found, right)


def text_table(
    model: type[Table],
    file: str,
    records: Sequence[Sequence[str]],
    findings: tuple[Finding, ...] = (),
) -> RawTable:
    """Make a table of a header and rows of text; blank rows are passed over.

    A row with more or fewer cells than the header is reported once and left out.
    """
    names = [name.strip() for name in records[0]] if records else []
    if not any(names):
        empty = Finding(file, 1, None, "no header row", "the names of the columns")
        return RawTable(model=model, file=file, findings=(*findings, empty))
    names, misnamed = _known_names(model, file, names)
    filled = {
        number: row
        for number, row in enumerate(records[1:], start=_FIRST_ROW)
        if any(cell and not cell.isspace() for cell in row)
    }
    uneven = tuple(
        Finding(file, number, None, f"{len(row)} cells", f"{len(names)} cells, as in the header")
        for number, row in filled.items()
        if len(row) != len(names)
    )
    even = {number: row for number, row in filled.items() if len(row) == len(names)}
    cells = pd.DataFrame(list(even.values()), index=list(even), columns=names, dtype=object)
    return RawTable(
        model=model,
        file=file,
        cells=cells,
        findings=(*findings, *misnamed, *uneven),
        has_every_row=not uneven,
    )


def _read_shapes(path: Path, file: str, model: type[Table]) -> RawTable:
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        layer = table_name(model) if table_name(model) in layers else layers[0]
        frame = pyogrio.read_dataframe(path, layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, IndexError) as error:
        broken = Finding(file, None, None, f"a file that cannot be read: {error}", "a GeoPackage")
        return RawTable(model=model, file=file, findings=(broken,))
    frame.index = pd.RangeIndex(_FIRST_ROW, _FIRST_ROW + len(frame))
    has_shapes = isinstance(frame, gpd.GeoDataFrame)
    cells = _as_text(pd.DataFrame(frame.drop(columns=frame.geometry.name) if has_shapes else frame))
    names, misnamed = _known_names(model, file, list(cells.columns))
    cells = cells.set_axis(names, axis="columns")
    if has_shapes:
        return RawTable(
            model=model, file=file, cells=cells, shapes=frame.geometry, findings=misnamed
        )
    bare = Finding(file, 1, "geometry", "a layer without shapes", f"shapes in {CRS}")
    return RawTable(model=model, file=file, cells=cells, findings=(bare, *misnamed))


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).map(cell_text)


def cell_text(value: Any) -> str:  # noqa: ANN401
    """Write a typed cell as the text that a CSV file would hold.

    Examples
    --------
    >>> [cell_text(value) for value in (None, 12.0, 0.5, True, " a ")]
    ['', '12', '0.5', 'true', ' a ']
    """
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def sheet_table(model: type[Table], file: str, rows: Sequence[Sequence[Any]]) -> RawTable:
    """Make a table of a sheet's rows; shapes stand in it as well-known text."""
    records = [[cell_text(value) for value in row] for row in rows]
    raw = text_table(model, file, _trimmed(records))
    if not is_spatial(model) or raw.cells is None:
        return raw
    if GEOMETRY_COLUMN not in raw.cells.columns:
        bare = Finding(file, 1, GEOMETRY_COLUMN, "no such column", f"well-known text in {CRS}")
        return replace(raw, findings=(*raw.findings, bare))
    shapes = shapely.from_wkt(raw.cells[GEOMETRY_COLUMN].replace("", None), on_invalid="ignore")
    return replace(
        raw,
        cells=raw.cells.drop(columns=GEOMETRY_COLUMN),
        shapes=gpd.GeoSeries(shapes, index=raw.cells.index, crs=CRS),
    )


def _trimmed(records: Sequence[list[str]]) -> list[list[str]]:
    """Cut or fill the rows of a sheet to the width of its header; what overhangs is kept."""
    header = records[0] if records else []
    width = max((n + 1 for n, cell in enumerate(header) if cell.strip()), default=0)
    return [row if any(row[width:]) else (row + [""] * width)[:width] for row in records]
