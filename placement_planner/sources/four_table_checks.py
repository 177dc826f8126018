"""Rules that the four tables must keep, file by file and between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.errors import Finding
from placement_planner.sources.four_table_cells import (
    HEADER_ROWS,
    Fault,
    Sheet,
    in_ranges,
    judge,
    name_many,
)
from placement_planner.tables.four_tables import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["check_costs", "check_population", "check_transitions", "check_valid_states"]

_LISTED = ","


def _as_tuple(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(_LISTED) if part.strip())


def _blank(frame: pd.DataFrame, columns: Collection[str]) -> list[Fault]:
    """Name blank labels."""
    return [
        Fault(column, frame.loc[frame[column] == "", column] + "a blank cell", "a label")
        for column in columns
    ]


def _twice(frame: pd.DataFrame, keys: list[str], column: str, what: str) -> list[Fault]:
    """Name every row whose key an earlier row has, with that row."""
    again = frame.duplicated(keys)
    if not again.any():
        return []
    first = frame.assign(line=frame.index + HEADER_ROWS).groupby(keys)["line"].transform("first")
    found = f"{what} again, as in row " + first[again].astype("str")
    return [Fault(column, found, f"one row a {what}")]


def check_valid_states(sheet: Sheet) -> tuple[pd.DataFrame, list[Finding]]:
    """Make tuples of the lists; name settings that take nobody, come twice or are not known."""
    lists = {name: sheet.frame[name].map(_as_tuple) for name in ("needs", "may_move_to")}
    groups = sheet.frame.get("setting_group", sheet.frame["setting"])
    frame = sheet.frame.assign(**lists, setting_group=groups)
    known = set(frame["setting"])

    def takes_nobody(rows: pd.DataFrame) -> list[Fault]:
        first, last = rows["ncy_min"], rows["ncy_max"]
        turned = first > last
        texts = "setting '" + rows["setting"] + "' has no valid state: NCY from "
        texts += first.astype("str") + " to " + last.astype("str")
        without = ~turned & (rows["needs"].map(len) == 0)
        no_need = "setting '" + rows["setting"] + "' has no valid state: no needs"
        return [
            Fault("ncy_min", texts[turned], "a first NCY no later than the last"),
            Fault("needs", no_need[without], "the needs it takes, parted by commas"),
        ]

    def leads_nowhere(rows: pd.DataFrame) -> list[Fault]:
        strange = rows["may_move_to"].map(lambda reached: [x for x in reached if x not in known])
        strange = strange[strange.map(len) > 0]
        found = strange.map(lambda names: "no row for " + ", ".join(names))
        return [Fault("may_move_to", found, "settings that have a row of their own")]

    sound, findings = judge(
        Sheet(sheet.file, sheet.names, sheet.text, frame),
        [
            lambda rows: _blank(rows, ["setting"]),
            lambda rows: _twice(rows, ["setting"], "setting", "setting"),
            takes_nobody,
            leads_nowhere,
        ],
    )
    return sound, findings


def _authorities(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with authority_code and authority_2, whatever the file has.

    The authority of the side outside is that of the other side.
    """
    if "authority_1" in frame.columns and "authority_2" in frame.columns:
        before, after = frame["authority_1"], frame["authority_2"]
        before = before.where(frame["setting_1"] != OUTSIDE, after)
        after = after.where(frame["setting_2"] != OUTSIDE, before)
    else:
        before = after = frame.get("authority", pd.Series("", index=frame.index))
    others = [name for name in ("authority", "authority_1") if name in frame.columns]
    return frame.drop(columns=others).assign(authority_code=before, authority_2=after)


def _half_coded(rows: pd.DataFrame) -> list[Fault]:
    faults = []
    for side in "12":
        need, setting = rows[f"need_{side}"], rows[f"setting_{side}"]
        half = (need == OUTSIDE) != (setting == OUTSIDE)
        found = "need '" + need[half] + "' with setting '" + setting[half] + "'"
        right = f"{OUTSIDE} in both or in neither"
        faults.append(Fault(f"setting_{side}", found, right))
    return faults


def _jumps(rows: pd.DataFrame) -> list[Fault]:
    bad = rows[rows["ncy_2"] != rows["ncy_1"] + 1].astype({"ncy_1": "int64", "ncy_2": "int64"})
    before, after = bad["ncy_1"].astype("str"), bad["ncy_2"].astype("str")
    right = "one more than academic-year-1, also for children who join or leave"
    return [Fault("ncy_2", "NCY " + before + " before and " + after + " after", right)]


def _unknown(rows: pd.DataFrame, valid: pd.DataFrame, file: str) -> list[Fault]:
    needs = {need for cell in valid["needs"] for need in _as_tuple(cell)} | {OUTSIDE}
    settings = {*valid["setting"], OUTSIDE}
    faults = []
    for side in "12":
        for name, known, right in (
            ("need", needs, f"a need that a setting of {file} takes"),
            ("setting", settings, f"a setting of {file}"),
        ):
            cells = rows[f"{name}_{side}"]
            strange = cells[~cells.isin(known)]
            faults.append(Fault(f"{name}_{side}", f"{name} '" + strange + "'", right))
    return faults


def _years_of(rows: pd.DataFrame) -> pd.Series:
    """Sorted years of each authority with rows, before or after a step outside of it."""
    years = rows.groupby("authority_code")["january"].unique()
    return years.map(lambda found: sorted(int(year) for year in found))


def _named(authority: str) -> str:
    return f"authority '{authority}'" if authority else "the table"


def _splits(sheet: Sheet, rows: pd.DataFrame, years: pd.Series) -> tuple[set[str], list[Finding]]:
    """Name authorities that end where others begin, unless their children are handed over."""
    firsts, lasts = years.map(min), years.map(max)
    findings, ended = [], set()
    for code in lasts.index[lasts < lasts.max()]:
        heirs = list(firsts.index[firsts == lasts[code] + 1])
        own = rows[rows["authority_code"] == code]
        left_over = rows[
            (rows["authority_2"] == code)
            & (rows["january"] == lasts[code])
            & (rows["setting_2"] != OUTSIDE)
        ]
        if left_over.empty:
            ended.add(code)
        elif heirs:
            ended.add(code)
            lines = [int(row) + HEADER_ROWS for row in own.index]
            found = (
                f"authority '{code}' split or was renamed: its {len(lines):,} rows "
                f"({in_ranges(lines)}) end with calendar-year {lasts[code]}, and "
                + ", ".join(f"'{heir}'" for heir in heirs)
                + f" begin with {lasts[code] + 1}; {len(left_over):,} children are left over"
            )
            findings.append(
                Finding(
                    sheet.file,
                    lines[-1],
                    "authority",
                    found,
                    f"in calendar-year {lasts[code]} the authority of each child before the step "
                    "in authority-1 and after it in authority-2, or one code for all in all years",
                )
            )
    return ended, findings


def _gaps(sheet: Sheet, rows: pd.DataFrame) -> list[Finding]:
    """Name years without rows between or after those of an authority, and authorities that split.

    Years before an authority's first are none of its own.
    """
    years = _years_of(rows)
    ended, findings = _splits(sheet, rows, years)
    last = int(rows["january"].max())
    for code, found in years.items():
        end = max(found) if code in ended else last
        missing = sorted(set(range(min(found), end + 1)) - set(found))
        findings += name_many(
            sheet,
            "january",
            [f"no rows of calendar-year {year} for {_named(str(code))}" for year in missing],
            f"rows of every calendar-year from {min(found)} to {end}",
        )
    return findings


def check_transitions(
    sheet: Sheet, valid: pd.DataFrame | None, valid_file: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Hold the steps to their rules.

    Parameters
    ----------
    sheet
        transitions as read.
    valid
        Cells of every row of valid-states as they stand there; None where it cannot be read.
    valid_file
        Name of that file.

    Returns
    -------
    tuple
        Sound rows with authority_code and authority_2, a row a child; and the findings.
    """
    frame = _authorities(sheet.frame)
    labels = ["need_1", "setting_1", "need_2", "setting_2"]
    with_codes = bool({"authority", "authority_1"} & set(sheet.frame.columns))

    def without_authority(rows: pd.DataFrame) -> list[Fault]:
        if not with_codes:
            return []
        blank = (rows["authority_code"] == "") | (rows["authority_2"] == "")
        found = pd.Series("a blank cell", index=rows.index[blank])
        return [Fault("authority", found, "the code of an authority")]

    def unknown(rows: pd.DataFrame) -> list[Fault]:
        return [] if valid is None else _unknown(rows, valid, valid_file)

    sound, findings = judge(
        Sheet(sheet.file, sheet.names, sheet.text, frame),
        [lambda rows: _blank(rows, labels), without_authority, _half_coded, _jumps, unknown],
    )
    return sound, findings + (_gaps(sheet, sound) if len(sound) else [])


def _missing_population(sheet: Sheet, people: pd.DataFrame, steps: pd.DataFrame) -> list[Finding]:
    """Name years and NCYs without a row: gaps of the table, and those at which children join."""
    joiners = steps[(steps["setting_1"] == OUTSIDE) & (steps["setting_2"] != OUTSIDE)]
    joined = joiners.groupby(["authority_2", "january", "ncy_2"]).size()
    joined.index.names = keys = ["authority_code", "january", "ncy"]
    given = pd.MultiIndex.from_frame(people[keys])
    parts = [joined.index]
    for code, own in people.groupby("authority_code"):
        taken = steps.loc[steps["authority_code"] == code, "january"]
        years = range(
            int(min(own["january"].min(), taken.min() if len(taken) else own["january"].min())),
            int(max(own["january"].max(), taken.max() if len(taken) else own["january"].max())) + 1,
        )
        parts.append(pd.MultiIndex.from_product([[code], years, own["ncy"].unique()], names=keys))
    wanted = pd.concat([part.to_frame(index=False) for part in parts]).drop_duplicates()
    missing = pd.MultiIndex.from_frame(wanted).difference(given)
    found = [
        f"no row of calendar-year {int(year)} and NCY {int(ncy)} for {_named(str(code))}"
        + (f", where {count:,} children join" if count else "")
        for (code, year, ncy), count in joined.reindex(missing, fill_value=0).items()
    ]
    return name_many(sheet, "population", found, "a row for every calendar-year and academic-year")


def _too_few(rows: pd.DataFrame, steps: pd.DataFrame) -> list[Fault]:
    """Name populations smaller than the children who join."""
    joiners = steps[(steps["setting_1"] == OUTSIDE) & (steps["setting_2"] != OUTSIDE)]
    joined = joiners.groupby(["authority_2", "january", "ncy_2"]).size().rename("joined")
    both = rows.join(joined, on=["authority_code", "january", "ncy"])
    few = both[both["joined"] > both["population"]]
    found = few["population"].astype("str") + " children, of whom "
    found += few["joined"].astype("int64").astype("str") + " join"
    return [Fault("population", found, "at least as many children as join")]


def check_population(sheet: Sheet, steps: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Hold the population to its rules; `steps` are the sound rows of the transitions.

    A file without authorities serves transitions of one authority.
    """
    codes = sorted({*steps["authority_code"], *steps["authority_2"]})
    own = sheet.frame.get("authority", pd.Series(codes[0] if codes else "", sheet.frame.index))
    frame = sheet.frame.drop(columns="authority", errors="ignore").assign(authority_code=own)
    if "authority" not in sheet.frame.columns and len(codes) > 1:
        found = f"no such column, but {len(codes)} authorities in the transitions"
        return frame, [Finding(sheet.file, None, "authority", found, "the authority of each row")]
    keys = ["authority_code", "january", "ncy"]
    whole = frame[["january", "ncy"]].notna().all(axis=1)
    sound, findings = judge(
        Sheet(sheet.file, sheet.names, sheet.text, frame),
        [
            lambda rows: _twice(rows, keys, "population", "calendar-year and academic-year"),
            lambda rows: _too_few(rows, steps),
        ],
    )
    if whole.all():
        findings += _missing_population(sheet, frame, steps)
    return sound, findings


def check_costs(sheet: Sheet) -> tuple[pd.DataFrame, list[Finding]]:
    """Hold the costs to their rules."""
    keys = ["need", "setting"]
    return judge(
        sheet,
        [
            lambda rows: _blank(rows, keys),
            lambda rows: _twice(rows, keys, "cost_gbp", "need and setting"),
        ],
    )
