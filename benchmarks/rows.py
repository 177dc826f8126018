"""What repeated lines come to: medians of time, worst of gap and memory; ratios; growth."""

from dataclasses import dataclass
from itertools import groupby
from statistics import median

import numpy as np

from benchmarks.measuring import is_proved
from benchmarks.parts import OURS


@dataclass(frozen=True)
class Row:
    """One solver on one instance within one time limit; what is not known is none.

    `told` holds what all repeats have in common: size, published optimum and the like.
    """

    name: str
    by: str
    limit_s: float
    seconds: float | None
    peak_mb: float | None
    gap: float | None
    objective: float | None
    is_proved: bool
    repeats: int
    told: dict

    @property
    def off(self):
        """How far the plan is above the published optimum, as a fraction of it."""
        optimum = self.told.get("optimum")
        known = self.objective is not None and optimum
        return max(self.objective / optimum - 1, 0.0) if known else None

    @property
    def is_optimum(self):
        """Tell whether the published optimum was found and proved, to the gap asked for."""
        return self.is_proved and self.off is not None and self.off <= self.told["asked"]

    @property
    def of_benefit(self):
        """Return the gap as a share of what is saved over the optimised do-nothing."""
        unbuilt = self.told.get("unbuilt")
        if self.gap is None or unbuilt is None or unbuilt <= self.objective:
            return None
        return self.gap * self.objective / (unbuilt - self.objective)


def rows_of(lines):
    """Return a row for each name, solver and limit, in the order in which they came."""
    keyed = [line for line in lines if "name" in line]
    order = {key: place for place, key in reversed(list(enumerate(map(_key, keyed))))}
    keyed.sort(key=lambda line: order[_key(line)])
    return [_row(list(same)) for _, same in groupby(keyed, key=_key)]


def _key(line):
    return line["name"], line["by"], line["limit_s"]


def _row(lines):
    def each(name):
        return [line[name] for line in lines if line.get(name) is not None]

    whole = len(each("gap")) == len(lines)
    return Row(
        name=lines[0]["name"],
        by=lines[0]["by"],
        limit_s=lines[0]["limit_s"],
        seconds=median(each("seconds")) if each("seconds") else None,
        peak_mb=max(each("peak_mb"), default=None),
        gap=max(each("gap")) if whole else None,
        objective=max(each("objective"), default=None),
        is_proved=all(map(is_proved, lines)),
        repeats=len(lines),
        told=lines[0],
    )


def first_of(rows):
    """Return ours of each name, of its shortest limit."""
    first = {}
    for row in rows:
        if row.by == OURS:
            first.setdefault(row.name, row)
    return list(first.values())


def best_of(rows):
    """Return ours of each name, of its longest limit."""
    return list({row.name: row for row in rows if row.by == OURS}.values())


def pairs_of(rows):
    """Return ours beside each other solver's row of the same name."""
    ours = {row.name: row for row in best_of(rows)}
    return [(ours[row.name], row) for row in rows if row.by != OURS and row.name in ours]


def times_faster(ours, other):
    """Return the other's seconds over ours, none where ours proved nothing of what was asked.

    Where the other's time ran out this is the least that it can be.
    """
    return other.seconds / ours.seconds if ours.is_proved and other.seconds else None


def growing(rows, way):
    """Return the rows that show one way to grow."""
    return [row for row in rows if way in row.told.get("grows", ())]


def exponent(rows):
    """Return b and a of seconds = a arcs^b, by least squares of logarithms over proved rows."""
    proved = [row for row in rows if row.is_proved]
    if len({row.told["arcs"] for row in proved}) < 2:
        return None
    logs = np.log([[row.told["arcs"], row.seconds] for row in proved])
    slope, level = np.polyfit(logs[:, 0], logs[:, 1], 1)
    return float(slope), float(np.exp(level))


def worse(rows):
    """Say where ours is worse: not proved, or behind another solver in time, gap or memory."""
    told = []
    for row in best_of(rows):
        if not row.is_proved:
            gap = "no gap is known" if row.gap is None else f"the gap is {row.gap:.3%}"
            why = f" ({row.told['failed']})" if "failed" in row.told else ""
            told.append(f"{row.name}: not proved within {row.limit_s:,.0f} s; {gap}{why}.")
    for ours, other in pairs_of(rows):
        if other.is_proved and not ours.is_proved:
            told.append(f"{ours.name}: {other.by} proved it, ours did not.")
        elif other.is_proved and other.seconds < ours.seconds:
            times = ours.seconds / other.seconds
            told.append(
                f"{ours.name}: ours took {ours.seconds:.2f} s, {other.by} {other.seconds:.2f} s, "
                f"so ours {times:.1f} times as long."
            )
        elif not ours.is_proved and (other.gap or np.inf) < (ours.gap or np.inf):
            told.append(f"{ours.name}: {other.by} proved a smaller gap, {other.gap:.3%}.")
        if ours.peak_mb and other.peak_mb and other.peak_mb < ours.peak_mb:
            told.append(
                f"{ours.name}: ours took {ours.peak_mb:,.0f} MB, {other.by} {other.peak_mb:,.0f}."
            )
    return told
