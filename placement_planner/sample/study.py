"""Write the whole sample study: an invented region, the same for the same seed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio

from placement_planner.sample.children import (
    caseload_table,
    request_table,
    simulate_children,
    transition_table,
)
from placement_planner.sample.cross_border import (
    build_agreements,
    build_cross_border,
    build_neighbouring_places,
)
from placement_planner.sample.gias import build_gias_extract, write_gias_extract
from placement_planner.sample.hosts import build_hosts
from placement_planner.sample.housing import build_housing, build_housing_carried
from placement_planner.sample.land import AUTHORITIES, build_land
from placement_planner.sample.need import area_caseload_table, hidden_need_table
from placement_planner.sample.options import build_option_sets, build_options
from placement_planner.sample.population import build_population, project_population
from placement_planner.sample.pots import (
    build_fallback,
    build_pot_funding,
    build_pots,
    build_unit_costs,
)
from placement_planner.sample.provision import build_provision, place_children
from placement_planner.sample.roads import build_roads, road_minutes
from placement_planner.sample.sites import build_sites, with_special_rolls
from placement_planner.sample.sources import write_sources
from placement_planner.sample.transport import build_transport_totals
from placement_planner.scenario import Scenario, SolverChoices, scenario_template
from placement_planner.storage import write_table
from placement_planner.tables import checked, study

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placement_planner.tables import Table

__all__ = ["write_sample"]

WRITTEN = "2026-11-01T00:00:00.000Z"


@dataclass(frozen=True)
class _Study:
    tables: dict[type[Table], pd.DataFrame]
    gias: pd.DataFrame


def _build(seed: int) -> _Study:
    areas = build_land(seed)
    roads = build_roads(areas)
    population = build_population(areas, seed)
    children = simulate_children(areas, population, seed)
    planned = build_sites(areas, population, seed)
    pools, placed = place_children(children, planned, areas, road_minutes(roads), seed)
    provision = build_provision(pools, seed)
    sites = with_special_rolls(planned, provision)
    caseload = caseload_table(children)
    options = build_options(sites, provision, seed)
    flows = placed.groupby(["area_code", "need", "phase", "provision_id"]).size()
    tables = {
        study.Authorities: AUTHORITIES,
        study.Areas: areas,
        study.Population: population,
        study.PopulationProjection: project_population(areas, population),
        study.Housing: build_housing(areas, seed),
        study.HousingCarried: build_housing_carried(),
        study.Roads: roads,
        study.Sites: sites,
        study.Provision: provision,
        study.NeighbouringPlaces: build_neighbouring_places(areas),
        study.CrossBorder: build_cross_border(provision, sites),
        study.Hosts: build_hosts(sites, seed),
        study.Caseload: caseload,
        study.Transitions: transition_table(children),
        study.Flows: flows.rename("children")
        .reset_index()
        .rename(columns={"need": "need_type"})
        .assign(basis="invented"),
        study.AreaCaseload: area_caseload_table(children, seed),
        study.HiddenNeed: hidden_need_table(caseload),
        study.Requests: request_table(children, seed),
        study.Options: options,
        study.OptionSets: build_option_sets(options),
        study.Agreements: build_agreements(),
        study.Pots: build_pots(),
        study.PotFunding: build_pot_funding(),
        study.Fallback: build_fallback(),
        study.UnitCosts: build_unit_costs(),
        study.TransportTotals: build_transport_totals(),
    }
    return _Study(tables, build_gias_extract(sites, provision, areas))


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let GeoPackages carry one date, so that the same region gives the same bytes."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Write whole numbers without a decimal point, also beside blank cells."""
    floats = frame.select_dtypes("float").columns
    whole = [name for name in floats if (frame[name].dropna() % 1 == 0).all()]
    return frame.astype(dict.fromkeys(whole, "Int64"))


def write_sample(folder: Path, seed: int = 0) -> None:
    """Write the sample study: boundaries, schools, scenario and sources.

    Parameters
    ----------
    folder
        Study folder; made if absent. Files of the same names are replaced.
    seed
        The same seed gives the same bytes, with the same versions of the libraries.
    """
    sample = _build(seed)
    with _fixed_date():
        for model, frame in sample.tables.items():
            checked(model, pd.DataFrame(frame))
            write_table(folder, model, _whole(frame))
    write_gias_extract(sample.gias, folder / "schools" / "gias_extract.csv")
    scenario = Scenario(
        name="Sample region",
        solver=SolverChoices(relative_gap=0.005, time_limit_s=120),
    )
    (folder / "scenario.toml").write_text(
        scenario_template(scenario), encoding="utf-8", newline="\n"
    )
    write_sources(folder)
