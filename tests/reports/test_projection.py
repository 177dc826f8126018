"""The folder of a projection: public at the top, every draw inside, and the two agree."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from placement_planner import DataError, project, read_inputs, read_scenario
from placement_planner.need.waterfall import EFFECTS
from placement_planner.reports import write_projection

SAMPLE = Path(__file__).parents[2] / "data"
FIGURES = ["mean", "p5", "q1", "median", "q3", "p95"]
DRAWS = 30

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def forecast():
    scenario = read_scenario(SAMPLE / "scenario.toml")
    few = scenario.with_choices(need={"draws": DRAWS}, horizon={"years": [2027, 2029]})
    return project(read_inputs(SAMPLE), few)


@pytest.fixture(scope="module")
def folder(forecast, tmp_path_factory):
    return write_projection(forecast, tmp_path_factory.mktemp("made") / "projection")


@pytest.fixture(scope="module")
def draws(folder):
    return pq.read_table(folder / "internal" / "cube.parquet")


def test_the_folder_holds_what_is_announced(folder):
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    parts = ("authority", "need", "setting", "phase")
    assert names == {
        "summary.txt", "scenario.toml", "waterfall.csv", "waterfall.png", "requests.csv",
        "requests_by_age.csv", "internal/README.txt", "internal/cube.parquet",
        "internal/cube_summary.csv", "need_groups.csv", "need_groups.png", "need_authority.csv",
        "scope.csv", "withheld.csv", "internal/area_need.csv", "internal/area_pooling.csv",
        "internal/area_raking.csv", "internal/housing.csv", "internal/hidden_need.csv",
        *(f"summary_{part}.csv" for part in parts),
        *(f"fans_{part}.{kind}" for part in parts for kind in ("csv", "png")),
    }  # fmt: skip


def test_no_public_table_holds_a_count_under_the_threshold(folder):
    """Every figure is c, nothing or a multiple of 5; changes may be negative."""
    counts = [*FIGURES, "known", "held", "base", "final", *EFFECTS]
    checked = 0
    for path in folder.glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for name in set(counts) & set(table.columns):
            cells = table.loc[~table[name].isin(["c", ""]), name].astype(float)
            checked += len(cells)
            assert (cells % 5 == 0).all(), (path.name, name)
    assert checked > 3_000


def test_means_are_those_of_the_draws(draws):
    table = draws.to_pandas()

    values = np.stack(table["draws"].to_list())
    assert values.shape[1] == DRAWS
    assert values.mean(axis=1, dtype=float) == pytest.approx(table["mean"].to_numpy())
    assert (values.max(axis=1) > 0).all()


def test_the_draws_sum_to_the_summaries(draws, folder):
    """Median and mean of state special schools in 2029/30: draws summed, then rounded to 5."""
    table = draws.to_pandas()
    mine = table[(table["setting"] == "state_special") & (table["academic_year"] == 2029)]
    sums = np.stack(mine["draws"].to_list()).sum(axis=0, dtype=float)
    public = pd.read_csv(folder / "summary_setting.csv")
    row = public.query(
        "authority_code == 'all' and setting == 'state_special' and academic_year == 2029"
    ).iloc[0]

    assert float(row["median"]) == np.floor(np.median(sums) / 5 + 0.5) * 5
    assert float(row["mean"]) == np.floor(sums.mean() / 5 + 0.5) * 5


def test_the_base_year_is_the_caseload_in_every_draw(draws, forecast):
    table = draws.to_pandas()
    base = table[table["academic_year"] == 2025]
    caseload = forecast.inputs.caseload
    now = caseload.loc[caseload["january"] == 2026, "children"].sum()

    assert np.stack(base["draws"].to_list()).sum(axis=0).tolist() == pytest.approx([now] * DRAWS)


def test_the_internal_summary_is_that_of_the_draws(draws, folder):
    table = draws.to_pandas().drop(columns="draws")
    told = pd.read_csv(folder / "internal" / "cube_summary.csv")
    keys = ["authority_code", "ncy", "need_type", "setting", "academic_year"]

    both = table.merge(told, on=keys, suffixes=("_draws", ""), validate="one_to_one")

    assert len(both) == len(table) == len(told)
    assert both["mean"].to_numpy() == pytest.approx(both["mean_draws"].to_numpy(), abs=5.1e-4)


def test_the_draws_say_what_they_are(draws, folder):
    words = {key.decode(): value.decode() for key, value in draws.schema.metadata.items()}

    assert words["notice"] == "internal: not for publication"
    assert (words["method"], words["seed"], words["draws"]) == ("transitions", "2026", str(DRAWS))
    assert str(draws.schema.field("draws").type) == "list<element: float>"
    assert "not for publication" in (folder / "internal" / "README.txt").read_text()


def test_the_summary_says_what_how_how_sure_and_from_what(folder):
    text = (folder / "summary.txt").read_text(encoding="utf-8")

    assert "modelling, not a proposal" in text
    assert "Method: transitions" in text
    assert "2025/26: 9,450 children, as counted in January" in text
    assert "9 in 10 draws between" in text
    assert (
        "Medians of parts do not add up to the median of the whole: draws are added first." in text
    )
    assert "counts withheld" in text
    assert "rate_priors: DfE EHC plans" in text
    assert "need.seed = 2026" in text
    assert "requests 2," in text or "requests 3," in text


def test_pictures_carry_a_title_and_words(folder):
    pictures = sorted(folder.glob("*.png"))

    assert len(pictures) == 6
    for path in pictures:
        with Image.open(path) as picture:
            assert picture.text["Title"].startswith(
                ("Children with a plan", "Children who need", "Why the number")
            )
            assert "All" in picture.text["Description"]


def test_a_folder_that_holds_something_is_left_alone(forecast, tmp_path):
    (tmp_path / "kept.txt").write_text("mine")

    with pytest.raises(DataError, match="exists and is not empty"):
        write_projection(forecast, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_a_projection_that_fails_leaves_nothing_behind(forecast, tmp_path):
    broken = replace(forecast, requests=0)

    with pytest.raises(AttributeError):
        write_projection(broken, tmp_path / "out")

    assert list(tmp_path.iterdir()) == []


def test_the_internal_profile_says_so(forecast, tmp_path):
    scenario = forecast.scenario.with_choices(privacy={"profile": "internal"})
    internal = replace(forecast, scenario=scenario)

    write_projection(internal, tmp_path / "out")

    text = (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    assert "INTERNAL, NOT FOR PUBLICATION: nothing is withheld or rounded." in text
    assert "2025/26: 9,449 children" in text
