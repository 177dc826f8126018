"""How a command answers: plain words, one line of JSON where asked, exit code 0, 1 or 2."""

from __future__ import annotations

import json
import math
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from placement_planner.errors import DataError, PlacementPlannerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Reply", "command", "countdown", "progress"]


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Turn numbers that JSON does not know into null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path) else value


def _peak_mb() -> float | None:
    """Largest resident size of this process and its children; null where it cannot be told."""
    try:
        import resource
    except ImportError:
        return None
    per_mb = 1024**2 if sys.platform == "darwin" else 1024
    sizes = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return round(max(sizes) / per_mb, 1)


@dataclass
class Reply:
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
def command(name: str, *, as_json: bool) -> Iterator[Reply]:
    """Run a command's body; a user's mistake ends in plain words and exit code 1."""
    started = time.perf_counter()
    reply = Reply(command=name)
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
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done on standard error: a moving line for people, lines for programs."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: print(f"… {text}", file=sys.stderr, flush=True)
        return
    with console.status("starting") as status:
        yield status.update


@contextmanager
def countdown(text: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar with the time left on standard error; for programs, a line a tenth."""
    console = Console(stderr=True)
    if not console.is_terminal:
        told = -1

        def tell(done: int, of: int) -> None:
            nonlocal told
            tenth = 10 * done // max(of, 1)
            if tenth != told:
                told = tenth
                print(f"… {text}: {done} of {of}", file=sys.stderr, flush=True)

        yield tell
        return
    columns = (TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
