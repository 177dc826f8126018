"""Measuring: each call in a forked process of its own; what it found, as lines of one file."""

import json
import math
import os
import pickle
import platform
import resource
import time
from datetime import UTC, datetime
from importlib import metadata
from multiprocessing import get_context

LIBRARIES = ("highspy", "pulp", "spopt", "numpy", "scipy")


def measured(call, *args):
    """Return the figures of a call made in a forked process, and the memory it took at most, MB.

    A call that fails, or is killed, gives `failed` in place of figures.
    """
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(there, call, args), daemon=True)
    process.start()
    there.close()
    try:
        found = here.recv()
    except EOFError:
        found = {"failed": "the process was killed"}
    process.join()
    return found


def _tell(there, call, args):
    try:
        found = call(*args)
    except Exception as error:  # noqa: BLE001
        found = {"failed": f"{type(error).__name__}: {error}".splitlines()[0]}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    there.send({**found, "peak_mb": round(peak, 1)})


def repeated(repeats, call, *args):
    """Yield figures of a call, measured again unless it failed or did not prove what was asked."""
    for _ in range(repeats):
        found = measured(call, *args)
        yield found
        if not is_proved(found):
            return


def proof(objective, bound, asked, started):
    """Return what was found and proved since `started`; what is not known is none."""
    known = math.isfinite(objective) and math.isfinite(bound)
    return {
        "seconds": round(time.perf_counter() - started, 3),
        "objective": objective if math.isfinite(objective) else None,
        "bound": bound if math.isfinite(bound) else None,
        "gap": max(objective - bound, 0.0) / max(abs(objective), 1e-9) if known else None,
        "asked": asked,
    }


def is_proved(found):
    """Tell whether a call proved the gap that it was asked for."""
    return found.get("gap") is not None and found["gap"] <= found["asked"]


def store(path, make, *args):
    """Keep what `make` returns in a file; return how long it took to make."""
    started = time.perf_counter()
    path.write_bytes(pickle.dumps(make(*args)))
    return {"seconds": round(time.perf_counter() - started, 3)}


def stored(path):
    """Return what a file keeps."""
    return pickle.loads(path.read_bytes())  # noqa: S301


def about():
    """Return when and on what something is measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30, 1),
        "load": round(os.getloadavg()[0], 1),
        "base_mb": round(measured(dict)["peak_mb"]),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in LIBRARIES},
    }


class Results:
    """Lines of one file, each written as soon as it is known."""

    def __init__(self, path):
        self.path = path

    def lines(self):
        """Return every line."""
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]

    def begin(self, part):
        """Forget what is known of a part, and say on what it is measured now."""
        kept = [line for line in self.lines() if line["part"] != part]
        self.path.write_text("".join(map(_text, kept)), encoding="utf-8")
        self.add({"part": part, "about": about()})

    def add(self, line):
        """Write one more line."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(_text(line))


def _text(line):
    return json.dumps(line) + "\n"
