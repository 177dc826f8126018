"""Twelve kinds of fault, each planted in a sound study so that one finding should come of it."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

FIRST, SECOND, THIRD = 2, 3, 4  # rows of a file: the header is row 1


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def write_rows(path, rows, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def set_cell(folder, file, row, column, value):
    """Write one cell; rows are counted as in the file."""
    rows = read_rows(folder / file)
    rows[row - 1][rows[0].index(column)] = value
    write_rows(folder / file, rows)


def drop_column(folder, file, column):
    rows = read_rows(folder / file)
    place = rows[0].index(column)
    write_rows(folder / file, [row[:place] + row[place + 1 :] for row in rows])


def set_column(folder, file, column, value):
    """Write a value in every row of a column, which is added if need be."""
    header, *rows = read_rows(folder / file)
    cells = [dict(zip(header, row, strict=True)) | {column: value} for row in rows]
    names = list(dict.fromkeys([*header, column]))
    write_rows(folder / file, [names, *([row[name] for name in names] for row in cells)])


def repeat_row(folder, file, row):
    rows = read_rows(folder / file)
    write_rows(folder / file, [*rows, rows[row - 1]])
    return len(rows) + 1


def change_layer(folder, file, change):
    path = folder / file
    layer = change(gpd.read_file(path))
    path.unlink()
    layer.to_file(path, layer=path.stem, driver="GPKG", engine="pyogrio")


def missing_file(folder):
    (folder / "schools/pot_funding.csv").unlink()
    return "schools/pot_funding.csv", None, None


def missing_column(folder):
    drop_column(folder, "schools/provision.csv", "commissioned_places")
    return "schools/provision.csv", 1, "commissioned_places"


def wrong_type(folder):
    set_cell(folder, "schools/options.csv", SECOND, "lead_years", "two")
    return "schools/options.csv", SECOND, "lead_years"


def unknown_need_code(folder):
    set_cell(folder, "schools/caseload.csv", THIRD, "need_type", "AUTISM")
    return "schools/caseload.csv", THIRD, "need_type"


def negative_places(folder):
    set_cell(folder, "schools/provision.csv", FIRST, "planning_places", "-5")
    return "schools/provision.csv", FIRST, "planning_places"


def duplicate_key(folder):
    row = repeat_row(folder, "schools/caseload.csv", FIRST)
    return "schools/caseload.csv", row, "authority_code, january, ncy, need_type, setting"


def area_code_without_polygon(folder):
    def without_first(areas):
        shapes = areas.geometry.copy()
        shapes.iloc[0] = None
        return areas.set_geometry(shapes)

    change_layer(folder, "boundaries/areas.gpkg", without_first)
    return "boundaries/areas.gpkg", FIRST, "geometry"


def swapped_longitude_and_latitude(folder):
    file = "schools/sites.csv"
    for column in ("longitude", "latitude"):
        if column not in read_rows(folder / file)[0]:
            set_column(folder, file, column, "")
    values = {"easting": "", "northing": "", "longitude": "51.69", "latitude": "-3.44"}
    for column, value in values.items():
        set_cell(folder, file, SECOND, column, value)
    return file, SECOND, "longitude"


def wrong_reference_system(folder):
    change_layer(folder, "boundaries/areas.gpkg", lambda areas: areas.to_crs("EPSG:4326"))
    return "boundaries/areas.gpkg", None, "geometry"


def wrong_encoding(folder):
    path = folder / "schools/pots.csv"
    set_cell(folder, "schools/pots.csv", SECOND, "pot_name", "Réserve")
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    return "schools/pots.csv", SECOND, "pot_name"


def site_outside_all_areas(folder):
    set_cell(folder, "schools/sites.csv", THIRD, "easting", "1000")
    return "schools/sites.csv", THIRD, "easting"


def locked_both_in_and_out(folder):
    for column in ("locked_in", "locked_out"):
        set_cell(folder, "schools/options.csv", FIRST, column, "True")
    return "schools/options.csv", FIRST, "locked_in, locked_out"


@dataclass(frozen=True)
class Fault:
    """A way to spoil a study, and a word that the finding must hold."""

    plant: Callable[[Path], tuple[str, int | None, str | None]]
    word: str


FAULTS = (
    Fault(missing_file, "no such file"),
    Fault(missing_column, "no such column"),
    Fault(wrong_type, "'two'; right would be a whole number from 0 to 10"),
    Fault(unknown_need_code, "'AUTISM'; right would be one of ASD, SLCN"),
    Fault(negative_places, "'-5'; right would be a number of at least 0"),
    Fault(duplicate_key, "again, as in row 2"),
    Fault(area_code_without_polygon, "without polygon"),
    Fault(swapped_longitude_and_latitude, "swapped"),
    Fault(wrong_reference_system, "EPSG:4326"),
    Fault(wrong_encoding, "0xe9, which is not UTF-8"),
    Fault(site_outside_all_areas, "outside all areas"),
    Fault(locked_both_in_and_out, "locked both in and out"),
)
