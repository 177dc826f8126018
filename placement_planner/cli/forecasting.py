"""Commands that project children's steps, and that test projections on the past."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from placement_planner.cli.app import Json, app
from placement_planner.cli.reply import command, countdown, progress
from placement_planner.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from placement_planner.need.backtest.published import Rolling
    from placement_planner.need.backtest.report import Tested
    from placement_planner.need.transitions.authorities import Projection

__all__ = ["backtest", "transitions"]


class PriorName(StrEnum):
    """Priors of the transition model."""

    POOLED = "pooled"
    WITAN = "witan"


class TrendName(StrEnum):
    """Joiner rates ahead."""

    DAMPED = "damped"
    FLAT = "flat"
    TREND = "trend"


ALL = "all"
"""Stands for all authorities together in `total.csv`, where there are several."""

Draws = Annotated[int, typer.Option("--draws", min=20, help="Draws of the future.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")]
To = Annotated[Path, typer.Option("--out", help="Folder to write to, new or empty.")]
Trend = Annotated[TrendName, typer.Option("--trend", help="Joiner rates ahead (pooled prior).")]
Relabel = Annotated[
    bool, typer.Option("--relabel-needs", help="Let needs change with age, as observed.")
]


def _write(folder: Path, tables: Mapping[str, pd.DataFrame]) -> list[Path]:
    """Write tables as CSV under a hidden name, and rename the folder when it is whole."""
    from placement_planner.folders import new_folder

    with new_folder(folder) as partial:
        for name, table in tables.items():
            file = partial / f"{name}.csv"
            file.parent.mkdir(parents=True, exist_ok=True)
            table.to_csv(file, index=False)
    return [folder / f"{name}.csv" for name in tables]


@app.command()
def transitions(
    folder: Annotated[
        Path, typer.Argument(help="Folder with the four tables of a model of steps.")
    ],
    out: To,
    until: Annotated[int, typer.Option("--until", help="Last January to project to.")],
    prior: Annotated[
        PriorName, typer.Option(help="How small counts are helped.")
    ] = PriorName.POOLED,
    draws: Draws = 1000,
    seed: Seed = 1,
    fit_from: Annotated[
        int | None, typer.Option("--fit-from", help="Use only steps from this January on.")
    ] = None,
    trend: Trend = TrendName.DAMPED,
    relabel: Relabel = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes, an authority each.")] = 1,
    as_json: Json = False,
) -> None:
    """Project joiners, movers and leavers from a folder of the four tables (internal use)."""
    from placement_planner.folders import check_new_folder
    from placement_planner.need.transitions.authorities import simulate_authorities
    from placement_planner.need.transitions.dynamics import RateChoices
    from placement_planner.need.transitions.fit import fit_transitions, jobs_until
    from placement_planner.need.transitions.parameter_tables import parameter_tables
    from placement_planner.sources.four_tables import read_four_tables

    with command("transitions", as_json=as_json) as reply:
        check_new_folder(out)
        with progress() as tell:
            tables = read_four_tables(folder, tell)
        fit = fit_transitions(
            tables.transitions,
            tables.population,
            tables.valid_states,
            prior=prior.value,
            choices=RateChoices(trend=trend.value, relabel_needs=relabel),
            fit_from=fit_from,
        )
        jobs = jobs_until(fit, tables.population, until)
        with countdown("simulating January after January") as bar:
            summaries = _joined(
                simulate_authorities(jobs, draws=draws, seed=seed, workers=workers, progress=bar)
            )
        parameters = parameter_tables(fit.parameters)
        if fit.weights is not None:
            parameters["weights"] = fit.weights
        files = _write(
            out, {f"parameters/{name}": table for name, table in parameters.items()} | summaries
        )
        reply.paths = {"out": out, "files": [str(file) for file in files]}
        reply.measures = {"children": _totals(summaries["total"])}
        reply.more["notes"] = list(tables.notes)
        print("\n".join(tables.notes))
        _tell_totals(summaries["total"])
        print(f"{out}: {len(files)} tables. Unsuppressed: for internal use, not for publication.")


def _joined(projections: Iterable[Projection]) -> dict[str, pd.DataFrame]:
    """Gather the summaries of authorities, with a column for the authority where it has a code."""
    import pandas as pd

    from placement_planner.need.transitions.summary import total_table

    parts: dict[str, list[pd.DataFrame]] = {}
    everyone, authorities, first = None, 0, 0
    for projection in projections:
        authorities, first = authorities + 1, projection.first_january
        everyone = projection.totals if everyone is None else everyone + projection.totals
        for name, table in projection.summary.tables().items():
            if projection.authority:
                table.insert(0, "authority", projection.authority)
            parts.setdefault(name, []).append(table)
    if everyone is not None and authorities > 1:
        of_all = total_table(everyone, first)
        of_all.insert(0, "authority", ALL)
        parts["total"].append(of_all)
    return {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}


def _totals(total: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return mean and range of all authorities together, a year an entry."""
    several = "authority" in total.columns and total["authority"].eq(ALL).any()
    shown = total[total["authority"] == ALL] if several else total
    shown = shown.set_index("calendar-year")[["mean", "p5", "median", "p95"]]
    return {str(year): row.to_dict() for year, row in shown.iterrows()}


def _tell_totals(total: pd.DataFrame) -> None:
    for year, row in _totals(total).items():
        spread = f"{row['p5']:,.0f} to {row['p95']:,.0f}, 9 in 10"
        print(f"January {year}: {row['mean']:,.0f} children with a plan ({spread})")


def _years(text: str, option: str) -> tuple[int, ...]:
    """Read 1-5 or 2020,2021 as whole numbers."""
    try:
        ranges = [part.split("-") for part in text.split(",")]
        years = {year for part in ranges for year in range(int(part[0]), int(part[-1]) + 1)}
    except ValueError as error:
        raise ScenarioError(
            f"{option} {text}: right would be whole numbers parted by commas, such as 1,2,3, or a "
            "range such as 1-5"
        ) from error
    if not years or min(years) < 1:
        raise ScenarioError(
            f"{option} {text}: names no number, or one below 1; a range rises, such as 1-5"
        )
    return tuple(sorted(years))


@app.command()
def backtest(
    out: To,
    transitions: Annotated[
        Path | None, typer.Option("--transitions", help="Folder with the four tables.")
    ] = None,
    ees: Annotated[
        Path | None, typer.Option("--ees", help="DfE's caseload file of EHC plans.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option("--history", help="DfE's older file, 2010 to 2022.")
    ] = None,
    from_year: Annotated[
        int | None, typer.Option("--from-year", help="First January taken from --ees.")
    ] = None,
    origins: Annotated[
        str, typer.Option("--origins", help="Januaries known last: 2020,2021 or 2020-2023.")
    ] = "2020-2023",
    horizons: Annotated[str, typer.Option("--horizons", help="Years ahead: 1-5.")] = "1-5",
    damping: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of national growth left a year later (--ees)."),
    ] = 0.97,
    prior: Annotated[PriorName, typer.Option(help="As in transitions.")] = PriorName.POOLED,
    trend: Trend = TrendName.DAMPED,
    draws: Draws = 2000,
    seed: Seed = 1,
    ets: Annotated[
        bool, typer.Option("--ets", help="Exponential smoothing, too (needs statsmodels).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Forecast the past from earlier years, and score it beside naive forecasts."""
    from placement_planner.folders import check_new_folder
    from placement_planner.need.backtest.published import Rolling

    with command("backtest", as_json=as_json) as reply:
        if (transitions is None) == (ees is None):
            raise ScenarioError(
                "backtest needs one of --transitions FOLDER and --ees FILE, not both or neither"
            )
        check_new_folder(out)
        if transitions is not None:
            found = _test_steps(transitions, (prior, trend), draws, seed, ets=ets)
        elif ees is not None:
            rolling = Rolling(
                origins=_years(origins, "--origins"),
                horizons=_years(horizons, "--horizons"),
                damping=damping,
                draws=draws,
                seed=seed,
                ets=ets,
            )
            found = _test_published(ees, history, from_year, rolling)
        files = _write(out, found.tables)
        reply.paths = {"out": out, "files": [str(file) for file in files]}
        reply.measures = {"scores": found.scores.to_dict("records")}
        reply.more["notes"] = list(found.notes)
        print("\n".join([*found.notes, *found.lines()]))
        print(f"{out}: {', '.join(file.name for file in files)}")


def _test_steps(
    folder: Path, model: tuple[PriorName, TrendName], draws: int, seed: int, *, ets: bool
) -> Tested:
    from placement_planner.need.backtest.report import tested_steps
    from placement_planner.need.backtest.transitions import roll_transitions
    from placement_planner.need.transitions.dynamics import RateChoices
    from placement_planner.sources.four_tables import read_four_tables

    with progress() as tell:
        tables = read_four_tables(folder, tell)
    with countdown("forecasting from every January") as bar:
        forecasts = roll_transitions(
            tables,
            prior=model[0].value,
            choices=RateChoices(trend=model[1].value),
            draws=draws,
            seed=seed,
            ets=ets,
            progress=bar,
        )
    return tested_steps(forecasts, tables.notes)


def _test_published(
    ees: Path, history: Path | None, from_year: int | None, rolling: Rolling
) -> Tested:
    from placement_planner.need.backtest.published import roll_origins
    from placement_planner.need.backtest.report import tested_published
    from placement_planner.sources.caseload_history import read_caseload_history

    with progress() as tell:
        read = read_caseload_history(ees, history, from_year, tell)
    with countdown("forecasting from every January") as bar:
        forecasts = roll_origins(read.totals, read.placements, rolling, bar)
    return tested_published(forecasts, read.notes)
