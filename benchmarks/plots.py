"""Growth, drawn: seconds to a proven gap by areas, options, years and arcs."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from benchmarks.rows import exponent, growing
from placement_planner.charts.chart import BLUE, GREY, ORANGE

THOUSANDS = 10_000
"""From here on thousands are told."""
APART = 1.35
"""Ratio from which on two sizes do not run into each other."""
REPEATABLE = {"svg.hashsalt": "growth", "svg.fonttype": "none"}


def draw_growth(rows, path):
    """Write the picture: a panel a way to grow; a hollow mark where the time ran out."""
    figure = Figure(figsize=(9, 6), layout="constrained")
    panels = figure.subplots(2, 2).flat
    for panel, way in zip(panels, ("areas", "options", "years"), strict=False):
        _marks(panel, growing(rows, way), way)
    _arcs(panels[-1], growing(rows, "areas"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with rc_context(REPEATABLE):
        figure.savefig(path, metadata={"Date": None})


def _marks(panel, rows, name):
    known = [row for row in rows if row.seconds is not None]
    for row in known:
        fill = BLUE if row.is_proved else "none"
        panel.plot(row.told[name], row.seconds, "o", color=BLUE, markerfacecolor=fill)
    panel.set(xlabel=name, ylabel="seconds", xscale="log", yscale="log")
    sizes = _apart({row.told[name] for row in known})
    panel.set_xticks(sizes, [_short(size) for size in sizes], fontsize="small")
    panel.xaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:,g}"))
    panel.grid(visible=True, color=GREY, alpha=0.3)
    return known


def _apart(sizes):
    """Return the sizes that can be read beside each other on the axis, the largest first."""
    read = []
    for size in sorted(sizes, reverse=True):
        if not read or size * APART <= read[-1]:
            read.append(size)
    return read


def _short(size):
    return f"{size:,}" if size < THOUSANDS else f"{size / 1000:,.0f}k"


def _arcs(panel, rows):
    known, fit = _marks(panel, rows, "arcs"), exponent(rows)
    if fit:
        power, level = fit
        arcs = np.array(sorted(row.told["arcs"] for row in known), dtype=float)
        panel.plot(arcs, level * arcs**power, color=ORANGE, label=f"arcs^{power:.2f}")
        panel.legend(frameon=False)
