"""Statutory processes: what each option triggers, by school type and date, and how long it takes.

The rules are data: `codes/statutory_processes.csv`, with the days between which each is valid. A
planner's guide, no legal advice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.options.changes import UNKNOWN, changes_of, school_kinds
from placement_planner.tables import checked, sizes_of, split_list
from placement_planner.tables.hosts import Processes
from placement_planner.tables.study import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pandera.typing import DataFrame

    from placement_planner.options.changes import Change
    from placement_planner.tables.study import Provision, Sites

__all__ = ["rules_on", "statutory_processes", "with_lead_times"]

_MONTHS_A_YEAR = 12
_SEPTEMBER = 9
_NEARLY = 1e-9
_KIN = {"maintained_special_boarding": "maintained_special"}
_THRESHOLDS = ["over_places", "reach_places", "reach_share"]

_RULE = [
    "rule_id", "process", "process_name", "months", "standing", "note", "source", "basis",
    "months_source", "months_basis",
]  # fmt: skip
_NOTHING = {
    "rule_id": "none",
    "process": "none",
    "process_name": "No statutory process",
    "months": 0,
    "standing": "in_force",
    "note": "",
    "source": "codes/statutory_processes.csv: no rule is met",
    "basis": "derived",
    "months_basis": "derived",
}


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    """Whether a rule is met, and the numbers that decide it."""

    met: bool
    told: str


def rules_on(day: date, rules: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the rules that are valid on a day.

    Parameters
    ----------
    day
        Day on which work would start.
    rules
        Rules in the columns of `codes/statutory_processes.csv`; default those.

    Returns
    -------
    DataFrame
        Rules whose valid_from is that day or before and whose valid_to, the last day, is not
        before it; a rule without valid_from is not in force yet.

    Raises
    ------
    DataError
        If no rule is valid: the day lies before all of them.

    Examples
    --------
    >>> routes = rules_on(date(2027, 9, 1)).query("change == 'new_school'")
    >>> routes["process"].tolist()
    ['presumption', 'central_route']
    """
    table = code_table("statutory_processes") if rules is None else rules
    table = table.assign(**{name: pd.to_numeric(table[name]).astype(float) for name in _THRESHOLDS})
    on = day.isoformat()
    begun = table["valid_from"].ne("") & table["valid_from"].le(on)
    valid = table[begun & (table["valid_to"].eq("") | table["valid_to"].ge(on))]
    if valid.empty:
        first = table.loc[table["valid_from"].ne(""), "valid_from"].min()
        raise DataError(
            f"no rule of statutory processes is valid on {on}; the first begins on {first}"
        )
    return valid


def _verdict(rule: pd.Series, change: Change, size: int) -> _Verdict:
    """Hold a change against a rule's numbers."""
    if rule["test"] == "always":
        return _Verdict(met=True, told=f"{change.words}, whatever the size")
    over, reach, share = (float(rule[name]) for name in _THRESHOLDS)
    told, is_met = [], True
    if not math.isnan(over):
        is_met = size > over
        told.append(f"{'' if is_met else 'not '}more than {over:g}")
    if not math.isnan(reach):
        base = change.of(str(rule["compared_with"]))
        least = reach if math.isnan(base) else min(reach, share * base)
        exceeds = rule["test"] == "exceed"
        is_over = size > least + _NEARLY if exceeds else size >= least - _NEARLY
        is_met = is_met and is_over
        of = "a size not known" if math.isnan(base) else f"{base:g}"
        words = "more than" if exceeds else "at least"
        told.append(
            f"{'' if is_over else 'not '}{words} {least:g}, the lesser of {reach:g} and "
            f"{share:.0%} of {of}"
        )
    return _Verdict(met=is_met, told=f"{size} places {change.words}: " + " and ".join(told))


def _candidates(rules: pd.DataFrame, kind: str, change: Change) -> tuple[pd.DataFrame, str]:
    """Rules for a kind of school and a change; where the kind is unknown, the longest of any."""
    of_change = rules[rules["change"].eq(change.change)]
    own = of_change[of_change["school_kind"].eq(kind)]
    if own.empty and kind in _KIN:
        own = of_change[of_change["school_kind"].eq(_KIN[kind])]
    if kind != UNKNOWN or of_change.empty:
        return own, ""
    longest = of_change.sort_values(["months", "rule_id"], ascending=[False, True]).head(1)
    return longest, "type of school not known or without rules, longest process assumed: "


def _triggered(
    rules: pd.DataFrame, kind: str, changes: tuple[Change, ...], size: int
) -> Iterator[dict[str, object]]:
    """Go through the rules that a size meets; one row that says why not where none is."""
    below, met = [], False
    for change in changes:
        found, aside = _candidates(rules, kind, change)
        for _, rule in found.iterrows():
            verdict = _verdict(rule, change, size)
            if verdict.met or aside:
                met = True
                yield {**rule[_RULE].to_dict(), "trigger": aside + verdict.told}
            else:
                below.append(verdict.told)
    if not met:
        words = "; ".join(below) or f"no rule for {', '.join(item.change for item in changes)}"
        yield {**_NOTHING, "trigger": words, "months_source": _none_source()}


def _none_source() -> str:
    table = code_table("process_months").set_index("process")
    return str(table.loc["none", "source"])


def _timed(rules: pd.DataFrame) -> pd.DataFrame:
    """Add how long each process takes."""
    months = code_table("process_months").rename(
        columns={"name": "process_name", "source": "months_source", "basis": "months_basis"}
    )
    return rules.merge(months, on="process", how="left", validate="many_to_one")


def _day(on: date | int | None, earliest_start: int) -> date:
    if isinstance(on, date):
        return on
    return date(int(earliest_start if on is None else on), _SEPTEMBER, 1)


def statutory_processes(
    options: DataFrame[Options],
    sites: DataFrame[Sites],
    provision: DataFrame[Provision],
    on: date | int | None = None,
    *,
    rules: pd.DataFrame | None = None,
) -> DataFrame[Processes]:
    """Look up what every option triggers, size by size.

    Parameters
    ----------
    options
        What could be built.
    sites, provision
        Type, ages, capacity and boarding of each school, and the specialist places it has.
    on
        Day of the start of work, or academic year (its 1 September); None: each option's earliest.
    rules
        As in `rules_on`.

    Returns
    -------
    DataFrame
        One row an option, size and rule that is met; one row "none", which says why, where no rule
        is. Two routes to a new school are two rows: one of them is taken. Where the type of a
        school is not known the longest process for the change is assumed, and the row says so.

    Raises
    ------
    DataError
        If no rule is valid on a day.

    Notes
    -----
    Increases of the last years, which the regulations count in, are not known and not counted. The
    parent of a satellite is the special school that the option requires to grow; where it requires
    none, any.
    """
    kinds = school_kinds(sites)
    building = code_table("building_months").set_index("action")["months"]
    valid: dict[date, pd.DataFrame] = {}
    rows: list[dict[str, object]] = []
    for option in options.sort_values("option_id").to_dict("records"):
        day = _day(on, int(option["earliest_start"]))
        if day not in valid:
            valid[day] = _timed(rules_on(day, rules))
        kind, changes = changes_of(option, options, sites, provision, kinds)
        shared = {
            "option_id": option["option_id"],
            "site_id": option["site_id"],
            "action": option["action"],
            "school_kind": kind,
            "building_months": int(building[option["action"]]),
            "start_year": day.year if day.month >= _SEPTEMBER else day.year - 1,
        }
        for size in sizes_of(option["sizes"]):
            met = _triggered(valid[day], kind, changes, size)
            rows += [{**shared, "size": size, **told} for told in met]
    table = pd.DataFrame(rows, columns=list(Processes.to_schema().columns))
    table = table.assign(note=table["note"].replace("", None))
    return checked(Processes, table.sort_values(["option_id", "size", "rule_id"]))


def with_lead_times(
    options: DataFrame[Options], processes: DataFrame[Processes]
) -> DataFrame[Options]:
    r"""Lengthen leads that are shorter than process and building together.

    .. math:: L = \max\Bigl(L_0, \Bigl\lceil \frac{\max_k m_k + b}{12} \Bigr\rceil \Bigr)

    for the months :math:`m_k` of the processes of any size (an option has one lead) and the months
    :math:`b` of building (`codes/building_months.csv`).

    Parameters
    ----------
    options
        What could be built.
    processes
        As from `statutory_processes`; options without a row stay as they are.

    Returns
    -------
    DataFrame
        The options; `lead_years` is marked estimated where it was lengthened.
    """
    months = (processes["months"] + processes["building_months"]).groupby(processes["option_id"])
    least = months.max().map(lambda whole: math.ceil(whole / _MONTHS_A_YEAR))
    lead = options["option_id"].map(least.astype(float)).fillna(0.0).astype(int)
    longer = lead > options["lead_years"]
    marked = [
        ";".join(dict.fromkeys([*split_list(cell), "lead_years"])) if more else cell
        for cell, more in zip(options["estimated"], longer, strict=True)
    ]
    table = options.assign(
        lead_years=options["lead_years"].where(~longer, lead),
        estimated=pd.Series(marked, index=options.index, dtype="object"),
    )
    return checked(Options, table)
