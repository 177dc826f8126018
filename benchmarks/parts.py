"""What is measured: each part yields lines, one a call, named and said by which solver."""

import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import orlib, pmed
from benchmarks.england import ALL_AREAS, ALL_OPTIONS, YEAR, england
from benchmarks.instances import name_of, numbers, solved
from benchmarks.measuring import is_proved, measured, repeated, store
from benchmarks.naive import solve_by_spopt, solve_plainly
from benchmarks.regions import (
    measure,
    planned,
    planned_again,
    planned_plainly,
    sample_tables,
    tables_of,
    with_lock,
    with_money,
)
from placement_planner.sources import import_study

OURS, ANEW, PLAIN, SPOPT = "ours", "ours, anew", "PuLP + HiGHS", "spopt + HiGHS"
LIMITS_S = (60.0, 300.0)
EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "greater_manchester.toml"
HORIZON = {"years": (2026, 2027, 2028, 2029, 2030, 2032, 2034), "last_period_years": 2}
ONE_YEAR = {"years": (2030,), "last_period_years": 1}
MORE_OPTIONS = {
    "adapt_primary_per_authority = 3": "adapt_primary_per_authority = 12",
    "adapt_secondary_per_authority = 2": "adapt_secondary_per_authority = 8",
    "satellites_per_authority = 1": "satellites_per_authority = 3\n"
    "new_base_primary_per_authority = 4\n"
    "new_base_secondary_per_authority = 4",
}
"""Lines of the example, and what stands in their place so that there are 300 options."""
CHANGES = {
    "10 % less money": partial(with_money, factor=0.9),
    "10 % more money": partial(with_money, factor=1.1),
    "an option locked in": with_lock,
}
GROWING = {
    "areas": [(areas, round(areas * ALL_OPTIONS / ALL_AREAS), 1)
              for areas in (428, 857, 1714, 3428, ALL_AREAS)],
    "options": [(1714, options, 1) for options in (94, 188, 375, 750, 1500, 3000)],
    "years": [(857, 188, years) for years in (1, 2, 4, 8)],
}  # fmt: skip
"""Areas, options and years of the parts of England that show each way to grow."""


def optima(shared):
    """Return the published optimum of each instance, by name."""
    rows = (shared / "bench" / "optima.csv").read_text(encoding="utf-8").splitlines()[1:]
    cells = (row.split(",") for row in rows)
    return {name_of(Path(file)): float(optimum) for file, _, optimum in cells}


def by_limits(repeats, path, read, gap):
    """Yield lines of an instance within each time limit, until it is proved within one."""
    for limit in LIMITS_S:
        found = {}
        for found in repeated(repeats, solved, path, read, gap, limit):
            yield {"by": OURS, "limit_s": limit, **found}
        if is_proved(found):
            return


def orlib_lines(shared, repeats):
    """Capacitated facility location: small ones to proof, large ones within time limits."""
    known = optima(shared)
    for path in sorted((shared / "bench" / "orlib").glob("cap*.txt.gz")):
        about = {"name": name_of(path), "optimum": known[name_of(path)]}
        if about["name"][3].isdigit():
            for found in repeated(repeats, solved, path, orlib.read, 1e-6, LIMITS_S[0]):
                yield {**about, "by": OURS, "limit_s": LIMITS_S[0], **found}
            continue
        for line in by_limits(repeats, path, orlib.read, 1e-4):
            yield {**about, **line}
        for found in repeated(repeats, plain_instance, path, 1e-4, 90.0):
            yield {**about, "by": PLAIN, "limit_s": 90.0, **found}


def plain_instance(path, gap, seconds):
    """Solve an instance of capacitated facility location by the plain model."""
    started = time.perf_counter()
    return solve_plainly(orlib.read(numbers(path)), gap, seconds, started)


def pmed_lines(shared, repeats):
    """p-median; spopt beside ours where a fifth of the nodes or more are opened."""
    known = optima(shared)
    for path in sorted((shared / "bench" / "pmed").glob("pmed*.txt.gz"), key=_number):
        nodes, _, p = map(int, numbers(path)[:3])
        about = {"name": name_of(path), "optimum": known[name_of(path)], "nodes": nodes, "p": p}
        for line in by_limits(repeats, path, pmed.read, 1e-6):
            yield {**about, **line}
        if 5 * p >= nodes:
            for found in repeated(repeats, spopt_instance, path, 1e-6, LIMITS_S[-1]):
                yield {**about, "by": SPOPT, "limit_s": LIMITS_S[-1], **found}


def _number(path):
    return int(name_of(path).removeprefix("pmed"))


def spopt_instance(path, gap, seconds):
    """Solve a p-median instance by spopt."""
    distance, p = pmed.distances(numbers(path))
    return solve_by_spopt(distance, p, gap, seconds)


def sample_lines(_, repeats):
    """Sample region over its whole horizon, and the same generator's other seeds."""
    for seed in range(4):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "tables"
            for found in measure(repeats, path, 0.005, 60.0, sample_tables, seed):
                yield {"name": f"seed {seed}", "by": OURS, "limit_s": 60.0, **found}


def what_if_lines(_, repeats):
    """Sample region with a little changed: from where the last search ended, and anew."""
    with TemporaryDirectory() as folder:
        path, changed = Path(folder) / "tables", Path(folder) / "changed"
        tables, scenario = sample_tables(0)
        store(path, lambda: (tables, scenario))
        for name, change in CHANGES.items():
            store(changed, lambda change=change: (change(tables), scenario))
            about = {"name": name, "limit_s": 60.0}
            for found in repeated(repeats, planned_again, path, changed, 0.01, 60.0):
                yield {**about, "by": OURS, **found}
            for found in repeated(repeats, planned, changed, 0.01, 60.0):
                yield {**about, "by": ANEW, **found}


def manchester_lines(shared, repeats):
    """Greater Manchester by LSOA: its whole horizon, and one year beside the plain model."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        if "failed" in (found := measured(imported, shared, folder)):
            yield {"name": "import", "by": OURS, "limit_s": 0.0, **found}
            return
        for name, horizon in {"whole horizon": HORIZON, "one year": ONE_YEAR}.items():
            make = partial(tables_of, siting={"level": "area"}, horizon=horizon)
            for found in measure(repeats, folder / name, 0.01, 180.0, make, folder / "study"):
                yield {"name": name, "by": OURS, "limit_s": 180.0, **found}
        for found in repeated(repeats, planned_plainly, folder / "one year", 0.01, 600.0):
            yield {"name": "one year", "by": PLAIN, "limit_s": 600.0, **found}


def imported(shared, folder):
    """Import Greater Manchester with more candidates than its example asks for."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("../../../shared", str(shared.resolve()))
    for few, more in MORE_OPTIONS.items():
        text = text.replace(few, more)
    file = folder / "study.toml"
    file.write_text(text, encoding="utf-8")
    return {"rows": sum(import_study(file, folder / "study", _silent).tables.values())}


def england_lines(shared, repeats):
    """England by middle area in one year."""
    with TemporaryDirectory() as folder:
        for found in measure(repeats, Path(folder) / "tables", 0.005, 240.0, england, shared):
            yield {"name": "England", "by": OURS, "limit_s": 240.0, **found}


def growth_lines(shared, _):
    """Parts of England: more areas, more options, more years; each once, whatever it shows."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tables"
        for size in dict.fromkeys(size for sizes in GROWING.values() for size in sizes):
            areas, options, years = size
            horizon = tuple(range(YEAR, YEAR + years))
            measured(store, path, england, shared, areas, options, horizon)
            shows = [way for way, sizes in GROWING.items() if size in sizes]
            about = {"name": f"{areas} × {options} × {years}", "by": OURS, "grows": shows}
            yield {**about, "limit_s": 240.0, **measured(planned, path, 0.01, 240.0)}


def _silent(_):
    """Tell nobody."""


PARTS = {
    "orlib": orlib_lines,
    "pmed": pmed_lines,
    "sample": sample_lines,
    "what-if": what_if_lines,
    "manchester": manchester_lines,
    "england": england_lines,
    "growth": growth_lines,
}
