"""An import from end to end: read every published file, build every table, write the study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
from pandera.errors import SchemaError, SchemaErrors

from placement_planner.errors import DataError
from placement_planner.options import (
    Funding,
    generate_options,
    host_scores,
    propose_land,
    spread_children,
    statutory_processes,
    with_lead_times,
)
from placement_planner.scenario import HostChoices
from placement_planner.sources.area_tables import read_area_table
from placement_planner.sources.boundaries import read_boundaries
from placement_planner.sources.capital import (
    build_compatibility,
    build_pot_funding,
    build_pots,
)
from placement_planner.sources.caseload import build_caseload, build_caseload_totals
from placement_planner.sources.choices import read_import_choices
from placement_planner.sources.establishments import read_establishments, read_rolls
from placement_planner.sources.folder import check_target, write_study
from placement_planner.sources.plan_counts import read_plan_counts
from placement_planner.sources.population import build_population, build_projection
from placement_planner.sources.postcodes import read_postcodes
from placement_planner.sources.provision import build_provision
from placement_planner.sources.report import (
    ImportReport,
    assumed_shares,
    report_text,
    symbols_table,
)
from placement_planner.sources.requests import build_requests
from placement_planner.sources.roads import read_roads
from placement_planner.sources.scorecards import price_factors, read_scorecards
from placement_planner.sources.sites import build_sites
from placement_planner.sources.special_counts import (
    count_notes,
    read_links,
    with_predecessors_rolls,
)
from placement_planner.sources.specialist import count_specialist_children
from placement_planner.tables import checked
from placement_planner.tables.study import Areas, Authorities

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd
    from pandera.typing import DataFrame

    from placement_planner.sources.area_tables import AreaTable
    from placement_planner.sources.choices import ImportChoices, NamedFile
    from placement_planner.sources.plan_counts import PlanCounts
    from placement_planner.tables.hosts import HostScores

__all__ = ["import_study"]

_KM = 1000.0
_PROJECTED_YEARS = 12
_UNPUBLISHED = (
    "Who is placed where and who moved between settings are not published: the study has no flows "
    "and no transitions."
)


@dataclass(frozen=True, eq=False)
class _Built:
    """Tables of one part of the study, with notes."""

    tables: dict[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Published:
    """The choices and the files behind them."""

    choices: ImportChoices
    base: Path

    def path(self, part: NamedFile) -> Path:
        return self.base / part.file

    @property
    def la_codes(self) -> list[str]:
        return list(self.choices.authorities.values())

    def counts(self, part: NamedFile) -> PlanCounts:
        return read_plan_counts(self.path(part), self.la_codes, part.columns)


def _silent(_: str) -> None:
    """Report no progress."""


def _build_authorities(published: _Published, plans: PlanCounts) -> pd.DataFrame:
    newest = plans.cells.sort_values("time_period").drop_duplicates("la_code", keep="last")
    names = newest.set_index("la_code")["la_name"]
    codes = pd.Series(published.choices.authorities, name="la_code")
    return checked(
        Authorities,
        pd.DataFrame(
            {
                "authority_code": codes.index,
                "la_code": codes.to_numpy(),
                "authority_name": codes.map(names).to_numpy(),
            }
        ),
    )


def _build_areas(published: _Published) -> tuple[gpd.GeoDataFrame, AreaTable, tuple[str, ...]]:
    files = published.choices.files
    table = read_area_table(
        published.path(files.areas), published.choices.authorities, files.areas.columns
    )
    boundaries = read_boundaries(
        published.path(files.boundaries),
        table.areas["area_code"],
        layer=files.boundaries.layer,
        columns=files.boundaries.columns,
    )
    Areas.validate(table.areas)
    areas = boundaries.shapes.merge(table.areas, on="area_code")
    note = f"{boundaries.repaired} invalid geometry(ies) of {len(areas):,} areas were repaired."
    return areas, table, (*table.notes, note) if boundaries.repaired else table.notes


def _build_population(table: AreaTable, caseload: pd.DataFrame, base_january: int) -> _Built:
    base = base_january - 1
    first = min(base, int(caseload["january"].min()) - 1)
    note = (
        f"Population by area: mid-{table.population_year} single ages carried to {base}/"
        f"{(base + 1) % 100:02d} cohort by cohort, nobody moving in or out; ages born since repeat "
        f"the youngest cohort counted. The projection by authority does the same to "
        f"{base_january + _PROJECTED_YEARS}."
    )
    return _Built(
        {
            "population": build_population(table, base),
            "population_projection": build_projection(
                table, range(first, base_january + _PROJECTED_YEARS + 1)
            ),
        },
        (note,),
    )


def _build_schools(
    published: _Published, areas: gpd.GeoDataFrame, children: pd.DataFrame
) -> _Built:
    files = published.choices.files
    schools = _read_schools(published)
    postcodes = None
    if files.postcodes:
        postcodes = read_postcodes(published.path(files.postcodes), files.postcodes.columns)
    sites, notes = build_sites(
        schools, areas, postcodes=postcodes, estimated=files.schools.estimated
    )
    provision, more = build_provision(sites, schools, children, published.choices.provision)
    tables = {"sites": sites, "provision": provision}
    return _Built(tables, (*count_notes(schools), *notes, *more))


def _read_schools(published: _Published) -> pd.DataFrame:
    """Read the schools; those new under their number have their predecessors' rolls."""
    files = published.choices.files
    path = published.path(files.schools)
    schools = read_establishments(path, published.la_codes, files.schools.columns)
    if files.school_links is None:
        return schools
    rolls = read_rolls(path, files.schools.columns)
    if files.earlier_schools is not None:
        earlier = files.earlier_schools
        older = read_rolls(published.path(earlier), earlier.columns)
        rolls = rolls.combine_first(older)
    links = read_links(published.path(files.school_links), files.school_links.columns)
    return with_predecessors_rolls(schools, links, rolls)


def _build_costs(published: _Published, authorities: pd.DataFrame, plans: pd.Series) -> _Built:
    choices = published.choices.pots
    names = dict(zip(authorities["authority_code"], authorities["authority_name"], strict=True))
    pots = build_pots(choices, names)
    funding = build_pot_funding(choices, plans)
    note = (
        f"Capital: {choices.name}, £{choices.national_gbp / 1e6:,.0f}m a year shared by plans "
        f"({plans.sum():,.0f} of {choices.national_plans:,.0f}), "
        f"£{funding['gbp'].sum() / len(choices.years) / 1e6:,.1f}m a year here; that it comes each "
        f"year from {choices.years[0]} to {choices.years[-1]} is an assumption. There is no other "
        "money in the study."
    )
    return _Built(
        {
            "pots": pots,
            "pot_funding": funding,
            "compatibility": build_compatibility(),
        },
        (note,),
    )


def _local_prices(published: _Published) -> tuple[pd.Series, tuple[str, ...]]:
    """Local prices over England's by authority code; none where no scorecards are named."""
    authorities = pd.Series(published.choices.authorities)
    scorecards = published.choices.files.scorecards
    if scorecards is None:
        return pd.Series(1.0, index=authorities.index), (
            "No scorecards are named: capital stays at national prices.",
        )
    costs = read_scorecards(published.path(scorecards), scorecards.columns)
    factors, note = price_factors(costs, published.la_codes)
    return authorities.map(factors), (note,)


def _scored_hosts(
    published: _Published,
    areas: gpd.GeoDataFrame,
    children: pd.DataFrame,
    sites: pd.DataFrame,
    tables: dict[str, Any],
) -> DataFrame[HostScores]:
    """Score hosts by what is published; children in bases are spread as people of their age."""
    in_bases = children[children["specialism"].eq("base")]
    return host_scores(
        sites,
        tables["provision"],
        None,
        tables["population_projection"],
        areas,
        spread_children(in_bases, tables["population"], areas),
        HostChoices(),
        published.choices.base_january - 1,
    )


def _build_options(
    published: _Published, areas: gpd.GeoDataFrame, children: pd.DataFrame, parts: _Built
) -> _Built:
    rules = published.choices.options
    tables = parts.tables
    prices, notes = _local_prices(published)
    land = propose_land(areas, tables["population"], tables["sites"], rules)
    sites = pd.concat([tables["sites"], land], ignore_index=True)
    hosts = _scored_hosts(published, areas, children, sites, tables)
    funding = Funding(tables["pots"], prices)
    options = generate_options(sites, tables["provision"], children, hosts, funding, rules)
    options = with_lead_times(options, statutory_processes(options, sites, tables["provision"]))
    by_action = options["action"].value_counts().sort_index()
    note = (
        f"{len(options)} candidate options were generated by the rules below, none of them a "
        "proposal: " + ", ".join(f"{count} {action}" for action, count in by_action.items()) + "."
    )
    return _Built({"sites": sites, "options": options}, (*notes, note))


def _build_roads(published: _Published, areas: gpd.GeoDataFrame) -> _Built:
    part = published.choices.files.roads
    if part is None:
        return _Built({})
    near = shapely.box(*areas.total_bounds).buffer(part.buffer_km * _KM)
    nodes = published.base / part.nodes if part.nodes else None
    around = pd.DataFrame(areas)[["easting", "northing", "rural_urban"]]
    roads, notes = read_roads(published.path(part), nodes, near, part, around)
    return _Built({"roads": roads}, notes)


def _build_requests(published: _Published) -> _Built:
    files = published.choices.files
    if not (files.requests and files.assessments and files.new_plans):
        return _Built({})
    requests, notes = build_requests(
        published.counts(files.requests),
        published.counts(files.assessments),
        published.counts(files.new_plans),
        published.choices.authorities,
    )
    return _Built({"requests": requests}, notes)


def _joined(*parts: _Built) -> _Built:
    """Put parts together; a table told twice is the later one."""
    tables = {name: table for part in parts for name, table in part.tables.items()}
    return _Built(tables, tuple(note for part in parts for note in part.notes))


def _build_tables(
    published: _Published, plans: PlanCounts, needs: PlanCounts, progress: Callable[[str], None]
) -> _Built:
    january = published.choices.base_january
    progress("Areas and boundaries")
    areas, area_table, area_notes = _build_areas(published)
    authorities = _build_authorities(published, plans)
    progress("Caseload")
    caseload, notes = build_caseload(plans, needs, published.choices.authorities, january)
    totals = build_caseload_totals(plans, published.choices.authorities, january)
    earlier = {} if totals is None else {"caseload_totals": totals}
    children = count_specialist_children(caseload, january)
    base = caseload[caseload["january"].eq(january)]
    progress("Population, schools and provision")
    parts = _joined(
        _Built({"authorities": authorities, "areas": areas}, area_notes),
        _Built({"caseload": caseload, **earlier}, notes),
        _build_population(area_table, caseload, january),
        _build_schools(published, areas, children),
        _build_costs(published, authorities, base.groupby("authority_code")["children"].sum()),
    )
    progress("Candidate options")
    options = _build_options(published, areas, children, parts)
    progress("Roads and requests")
    return _joined(parts, options, _build_roads(published, areas), _build_requests(published))


def import_study(
    import_file: Path, study: Path, progress: Callable[[str], None] = _silent
) -> ImportReport:
    """Build a study folder from published files.

    Parameters
    ----------
    import_file
        IMPORT.toml: which published file plays which part, with paths relative to it.
    study
        Folder to write: new, empty, or an earlier import that nobody has edited.
    progress
        Is told what is being done, a few words at a time.

    Returns
    -------
    ImportReport
        Rows by table, and notes on repairs, estimates and symbols; `import_report.md` in the study
        says the same at length. Nothing is written unless all of it is.

    Raises
    ------
    DataError
        When a choice is wrong, files are missing, or a file breaks its format's rules.
    """
    choices = read_import_choices(import_file)
    check_target(study)
    published = _Published(choices, import_file.parent)
    progress("Published plans")
    plans, needs = published.counts(choices.files.caseload), published.counts(choices.files.needs)
    try:
        built = _build_tables(published, plans, needs, progress)
    except (SchemaError, SchemaErrors) as error:
        raise DataError(
            f"{import_file.name}: the files give a table that breaks its rules: {error}"
        ) from error
    symbols = symbols_table(plans, needs)
    unsaid = (
        f"{symbols['cells'].sum():,} cells hold a symbol in place of a count; they are no noughts, "
        "and totals are kept."
    )
    notes = (*built.notes, _UNPUBLISHED, unsaid, assumed_shares(built.tables))
    progress("Writing the study")
    paths = write_study(
        study,
        built.tables,
        choices,
        base=import_file.parent,
        report=report_text(choices, built.tables, notes, symbols),
    )
    rows = {name: len(table) for name, table in built.tables.items()}
    return ImportReport(study=study, tables=rows, notes=notes, symbols=symbols, paths=paths)
