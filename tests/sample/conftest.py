from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from placement_planner.storage import is_spatial, table_path
from placement_planner.tables import study, table_name

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folder():
    return ROOT / "data"


@pytest.fixture(scope="session")
def tables(folder):
    """Every committed table of the sample, by name."""
    return {
        table_name(model): gpd.read_file(table_path(folder, model))
        if is_spatial(model)
        else pd.read_csv(table_path(folder, model), dtype={"site_id": str, "la_code": str})
        for model in study.STUDY_TABLES
        if table_path(folder, model).exists()
    }


@pytest.fixture(scope="session")
def areas(tables):
    return tables["areas"]
