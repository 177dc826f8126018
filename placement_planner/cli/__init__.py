"""The command line: every command takes a study, says what it did, and exits 0, 1 or 2."""

from __future__ import annotations

import json
import sys
import time
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from placement_planner.errors import DataError, PlacementPlannerError, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from placement_planner.outcome import Outcome
    from placement_planner.scenario import Scenario

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Project need for specialist school places by small area, and site new ones.",
)

Json = Annotated[bool, typer.Option("--json", help="End with one JSON object on a line.")]
Study = Annotated[Path, typer.Argument(help="Study folder, or a workbook of a study.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder to write to.")]


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Turn numbers that JSON does not know into null."""
    if isinstance(value, float) and value != value:  # noqa: PLR0124
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path) else value


def _peak_mb() -> float | None:
    """Largest resident size of this process and its children; null where it cannot be told."""
    try:
        import resource  # noqa: PLC0415  (absent on Windows)
    except ImportError:
        return None
    per_mb = 1024**2 if sys.platform == "darwin" else 1024
    sizes = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return round(max(sizes) / per_mb, 1)


@dataclass
class _Reply:
    """What a command came to, in the fields every command answers with."""

    command: str
    status: str = "ok"
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    gap_gbp: float | None = None
    gap_of_benefit: float | None = None
    measures: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def line(self, seconds: float) -> str:
        """Return the reply as one line of JSON."""
        values = {
            name: getattr(self, name)
            for name in (
                "command",
                "status",
                "objective",
                "bound",
                "gap",
                "gap_gbp",
                "gap_of_benefit",
            )
        }
        values |= {"seconds": round(seconds, 3), "peak_mb": _peak_mb()}
        values |= {"measures": self.measures, "paths": self.paths, **self.more}
        return json.dumps(_plain(values), allow_nan=False)


@contextmanager
def _command(name: str, *, as_json: bool) -> Iterator[_Reply]:
    """Run a command's body; a user's mistake ends in plain words and exit code 1."""
    started = time.perf_counter()
    reply = _Reply(command=name)
    code = 0
    try:
        yield reply
    except PlacementPlannerError as error:
        reply.status, code = "error", 1
        reply.more["message"] = str(error)
        if isinstance(error, DataError) and error.findings:
            reply.more["findings"] = [finding.record() for finding in error.findings]
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        reply.status, code = "error", 1
        reply.more["message"] = str(error)
        print(f"error: {error.strerror or error}: {error.filename or ''}", file=sys.stderr)
    except KeyboardInterrupt:
        reply.status, code = "stopped", 1
        print("stopped: nothing was written", file=sys.stderr)
    except typer.Exit as leave:
        code = leave.exit_code
    if as_json:
        print(reply.line(time.perf_counter() - started), flush=True)
    if code:
        raise typer.Exit(code)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done on standard error: a moving line for people, lines for programs."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: print(f"… {text}", file=sys.stderr, flush=True)
        return
    with console.status("starting") as status:
        yield status.update


def _scenario(study: Path, file: Path | None, changes: Sequence[str]) -> Scenario:
    from placement_planner.scenario import Scenario, read_scenario  # noqa: PLC0415

    default = (study.parent if study.is_file() else study) / "scenario.toml"
    path = file or default
    chosen = read_scenario(path) if file or default.is_file() else Scenario()
    sections: dict[str, dict[str, Any]] = {}
    for change in changes:
        name, _, value = change.partition("=")
        section, _, key = name.partition(".")
        if not (section and key and value):
            raise ScenarioError(
                f"--set {change}: right would be section.choice=value, such as "
                "solver.time_limit_s=60"
            )
        try:
            parsed = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            parsed = value
        sections.setdefault(section, {})[key] = parsed
    try:
        return chosen.with_choices(**sections)
    except ScenarioError as error:
        lines = [f"--set {line}" for line in str(error).splitlines()]
        raise ScenarioError("\n".join(lines)) from error


def _tell_solve(reply: _Reply, outcome: Outcome) -> None:
    """Fill in objective, bound, gaps and measures."""
    report = outcome.plan.report
    reply.objective, reply.bound = report.objective_gbp, report.bound_gbp
    reply.gap, reply.gap_gbp = report.gap, report.gap_gbp
    table = outcome.measures.set_index("measure")["plan"]
    reply.gap_of_benefit = float(table["gap_of_benefit"])
    reply.measures = _measures(outcome)


def _measures(outcome: Outcome) -> dict[str, Any]:
    table = outcome.measures.set_index("measure")
    return {
        "final_year": outcome.scenario.horizon.years[-1],
        "children_in_need": float(table.loc["children_in_need", "plan"]),
        "observed": (
            None
            if outcome.observed is None
            else outcome.observed.set_index("measure")["value"].to_dict()
        ),
        "optimised_do_nothing": table["do_nothing"].dropna().to_dict(),
        "plan": table["plan"].dropna().to_dict(),
    }


def _run_plan(reply: _Reply, study: Path, scenario: Scenario, out: Path | None) -> None:
    from placement_planner.inputs import read_inputs  # noqa: PLC0415
    from placement_planner.maps import write_map  # noqa: PLC0415
    from placement_planner.pipeline import run  # noqa: PLC0415
    from placement_planner.reports import summary_lines, write_workbook  # noqa: PLC0415
    from placement_planner.runs import new_run_folder, run_name, write_run  # noqa: PLC0415

    folder = out or Path("runs") / run_name(study)
    timings: dict[str, float] = {}
    with new_run_folder(folder) as partial, _progress() as progress:
        started = time.perf_counter()
        progress(f"reading {study}")
        inputs = read_inputs(study)
        timings["read"] = time.perf_counter() - started
        outcome = run(inputs, scenario, progress)
        timings["plan"] = time.perf_counter() - started - timings["read"]
        progress("drawing the map")
        write_map(outcome, partial / "map.html")
        progress("writing the workbook")
        write_workbook(outcome, partial / "workbook.xlsx")
        timings["outputs"] = time.perf_counter() - started - sum(timings.values())
        write_run(partial, outcome, study, timings)
        lines = summary_lines(outcome)
        (partial / "internal" / "summary.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    reply.status = outcome.plan.report.status
    _tell_solve(reply, outcome)
    reply.paths = {
        "run": folder,
        "map": folder / "map.html",
        "workbook": folder / "workbook.xlsx",
        "summary": folder / "internal" / "summary.txt",
        "manifest": folder / "manifest.json",
        "plan": folder / "internal" / "plan",
    }
    print("\n".join(lines))
    print(
        f"Map:      {folder / 'map.html'}\nWorkbook: {folder / 'workbook.xlsx'}\nRun:      {folder}"
    )


@app.command()
def plan(
    study: Study,
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario file; default: the study's.")
    ] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="One choice: section.choice=value.")
    ] = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Project need, site new places, and write a run folder with map and workbook."""
    with _command("plan", as_json=as_json) as reply:
        _run_plan(reply, study, _scenario(study, scenario, change or []), out)


def _sample_study() -> Path:
    """Find the sample study of the repository; where there is none, write it beside the user."""
    from placement_planner.sample import write_sample  # noqa: PLC0415

    in_repository = Path(__file__).parents[1] / "data"
    if (in_repository / "scenario.toml").is_file():
        return in_repository
    written = Path("sample-study")
    if not written.exists():
        write_sample(written)
    return written


@app.command()
def demo(out: Out = None, as_json: Json = False) -> None:
    """Plan the invented sample region."""
    with _command("demo", as_json=as_json) as reply:
        study = _sample_study()
        _run_plan(reply, study, _scenario(study, None, []), out)


@app.command()
def check(study: Study, as_json: Json = False) -> None:
    """Check every table of a study and print every finding."""
    from placement_planner.inputs import check_study  # noqa: PLC0415

    with _command("check", as_json=as_json) as reply:
        findings = check_study(study)
        reply.more["findings"] = [finding.record() for finding in findings]
        for finding in findings:
            print(finding)
        print(f"{len(findings)} finding(s) in {study}")
        if findings:
            reply.status = "findings"
            raise typer.Exit(1)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to write the empty study to.")],
    xlsx: Annotated[bool, typer.Option("--xlsx", help="One workbook, a sheet a table.")] = False,
    as_json: Json = False,
) -> None:
    """Write an empty study with a commented scenario and the data dictionary."""
    from placement_planner.templates import new_study  # noqa: PLC0415

    with _command("new", as_json=as_json) as reply:
        written = new_study(folder, xlsx=xlsx)
        reply.paths = {"files": [str(path) for path in written]}
        print("\n".join(map(str, written)))


@app.command()
def schema(as_json: Json = False) -> None:
    """Print the data dictionary of a study."""
    from placement_planner.tables import data_dictionary, dictionary_markdown  # noqa: PLC0415

    with _command("schema", as_json=as_json) as reply:
        reply.more["columns"] = data_dictionary().to_dict("records") if as_json else []
        print(dictionary_markdown())


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="TOML file that says which published file plays which part.")
    ],
    to: Annotated[Path, typer.Option("--to", help="Study folder to write.")],
    as_json: Json = False,
) -> None:
    """Build a study from published files."""
    from placement_planner.sources import import_study  # noqa: PLC0415

    with _command("import", as_json=as_json) as reply, _progress() as progress:
        report = import_study(file, to, progress)
        reply.measures = {"rows": dict(report.tables)}
        reply.paths = {"study": to}
        reply.more["notes"] = list(report.notes)
        for name, rows in report.tables.items():
            print(f"{name}: {rows:,} rows")
        print("\n".join(report.notes))


@app.command()
def rerun(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    study: Annotated[Path | None, typer.Option(help="Where its study stands now.")] = None,
    as_json: Json = False,
) -> None:
    """Verify a run: same inputs, plan audited, and solved again unless time stopped it."""
    from placement_planner.verification import verify_run  # noqa: PLC0415

    with _command("rerun", as_json=as_json) as reply, _progress() as progress:
        found = verify_run(run, progress, study)
        report = found.run.plan.report
        _tell_solve(reply, found.outcome)
        reply.paths = {"run": run}
        reply.more["differences"] = list(found.differences)
        how = "audited and solved again" if found.was_solved_again else "audited"
        if found.holds:
            reply.status = "verified"
            print(
                f"verified: the plan of {run} was {how}; "
                f"status {report.status}, gap {report.gap:.4%}"
            )
        else:
            reply.status = "differs"
            print("\n".join([f"{run} does not verify:", *found.differences]))
            raise typer.Exit(1)


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 on success, 1 for an error the user can mend, 2 for wrong usage."""
    try:
        app(args=list(sys.argv[1:] if argv is None else argv), prog_name="placement-planner")
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 0
    return 0
