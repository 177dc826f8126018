"""Two of the sample's five authorities, as a study by itself: less to wait for."""

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd

from placement_planner.storage import is_spatial, table_path, write_table
from placement_planner.tables import split_list, study

SAMPLE = Path(__file__).parents[1] / "data"
KEPT = 2
LISTS = ("requires", "excludes", "options")


def write_part_of_sample(folder):
    """Write every row that belongs to the first authorities, and what belongs to none."""
    tables = {
        model: _read(table_path(SAMPLE, model), is_spatial(model))
        for model in study.STUDY_TABLES
        if table_path(SAMPLE, model).exists()
    }
    first = tables[study.Authorities]["authority_code"].iloc[:KEPT]
    held = {"authority_code": {*first, "*"}, "owner": {*first, "REGION"}}
    held["place_authority_code"] = held["authority_code"]
    for model, column in (
        (study.Areas, "area_code"),
        (study.Sites, "site_id"),
        (study.Provision, "provision_id"),
        (study.Options, "option_id"),
        (study.Pots, "pot_id"),
    ):
        held[column] = {*_kept(tables[model], held, but=column)[column], "OUTSIDE", "UNKNOWN"}
    for model, table in tables.items():
        beyond = model is study.NeighbouringPlaces
        rows = table if beyond else _kept(table, held)
        lists = {
            name: rows[name].map(
                lambda cell: ";".join(sorted(set(split_list(cell)) & held["option_id"]))
            )
            for name in LISTS
            if name in rows
        }
        rows = rows.assign(**lists)
        write_table(folder, model, _that_say_something(rows) if "at_most" in rows else rows)
    shutil.copy(SAMPLE / "scenario.toml", folder)
    return folder


def _that_say_something(sets):
    """Return the sets of which some options may not be built."""
    return sets[
        sets["options"].map(lambda cell: len(split_list(cell))) > sets["at_most"].astype(int)
    ]


def _read(path, spatial):
    return gpd.read_file(path) if spatial else pd.read_csv(path, dtype=str, keep_default_na=False)


def _kept(table, held, but=None):
    """Return the rows whose codes are all among those held."""
    keep = pd.Series(data=True, index=table.index)
    for column in set(held) & set(table.columns) - {but}:
        keep &= table[column].isin(held[column])
    return table[keep]
