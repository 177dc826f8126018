"""England's plans by authority and age, beside the children of every area: for rates by area."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.errors import DataError, Finding
from placement_planner.sources.columns import as_code, as_number, pick_columns, read_text_table
from placement_planner.sources.margins import AGES, time_periods, year_group
from placement_planner.sources.plan_counts import TOTAL, codes_by_column, read_counts
from placement_planner.sources.population import OLDEST, roll_forward

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["AreaRates", "read_area_rates", "read_people", "read_plans"]

_KEYS = {
    "level": ("geographic_level",),
    "region_code": ("region_code",),
    "authority_code": ("new_la_code",),
    "la_code": ("old_la_code",),
    "authority": ("la_name",),
    "time_period": ("time_period",),
    "topic": ("breakdown_topic",),
    "breakdown": ("breakdown",),
}
_AREA = {
    "authority_code": ("UTLACD", "UTLA24CD", "LAD24CD", "ltla24_code", "authority_code"),
    "imd_decile": ("IMD_decile", "imd_decile"),
}
_AGE = re.compile(r"^mid(\d{4})_age(\d+)$")
_FIRST_AGE = 4
"""Age at which year group 0 begins."""


@dataclass(frozen=True, kw_only=True)
class AreaRates:
    """Plans of authorities at one January, and the children of their areas in that school year.

    Attributes
    ----------
    plans
        authority_code, la_code, authority, region_code, age (on 31 August before, 2 to 24),
        children with plans, and of these `special` in special schools of any kind.
    people
        authority_code, imd_decile (1 most deprived), age, children.
    january
        Census January.
    notes
        What was read, who is left out, how the population was carried forward.
    """

    plans: pd.DataFrame
    people: pd.DataFrame
    january: int
    notes: tuple[str, ...]


def _current(codes: pd.Series) -> pd.Series:
    """Write former codes of authorities that were renumbered as the present ones."""
    recodes = code_table("authority_recodes").set_index("former_code")["authority_code"]
    return codes.map(lambda code: recodes.get(code, code)).astype("str")


def _ages(path: Path) -> pd.DataFrame:
    """Plans and special placements of authorities, by age and January."""
    raw = read_text_table(path)
    keys = pick_columns(raw, _KEYS, file=path.name)
    keys["la_code"] = as_code(keys["la_code"])
    keys["january"] = keys["time_period"].map(time_periods())
    kept = (
        keys["level"].str.lower().eq("local authority")
        & keys["topic"].str.lower().isin([name.lower() for name in AGES])
        & keys["january"].notna()
    )
    if not kept.any():
        raise DataError(f"{path.name}: no row of a local authority by age (topic {AGES[0]!r})")
    counts, _ = read_counts(raw[kept], codes_by_column(), path.name)
    if TOTAL not in counts:
        raise DataError(f"{path.name}: no column of totals, such as ehcplans")
    settings = code_table("settings").query("specialism == 'special'")["setting"]
    read = keys[kept].drop(columns=["level", "time_period", "topic"])
    read["age"] = year_group(read["breakdown"]) + _FIRST_AGE
    read["children"] = counts[TOTAL]
    read["special"] = counts.reindex(columns=list(settings)).sum(axis=1, min_count=1)
    read["authority_code"] = _current(read["authority_code"].str.strip())
    read["row"] = read.index + 2
    return read.astype({"january": "int64"})


def _at(read: pd.DataFrame, january: int | None, file: str) -> tuple[pd.DataFrame, int]:
    """Rows of the January asked for, or the latest of those with most authorities."""
    told = read[read["children"].notna()]
    authorities = told.groupby("january")["la_code"].nunique().sort_index()
    if authorities.empty:
        raise DataError(f"{file}: no plans by age, only symbols")
    if january is None:
        january = int(authorities[authorities.eq(authorities.max())].index[-1])
    if january not in authorities.index:
        years = ", ".join(map(str, authorities.index))
        raise DataError(
            f"{file}: no plans of authorities by age in January {january}; right: {years}"
        )
    rows = read[read["january"].eq(january)]
    doubles = rows[rows.duplicated(["la_code", "breakdown"])]
    if len(doubles):
        findings = [
            Finding(file, int(row), None, f"{name}, {age}, a second time", "one row an age")
            for row, name, age in doubles[["row", "authority", "breakdown"]].to_numpy()
        ]
        raise DataError(f"{file}: {len(doubles)} row(s) are there twice:", findings)
    return rows, january


def read_plans(path: Path, january: int | None = None) -> tuple[pd.DataFrame, int, tuple[str, ...]]:
    """Read plans by authority and age; authorities without ages are left out, and named.

    Parameters
    ----------
    path
        DfE's caseload file "active plans by setting" with plans by age, all authorities.
    january
        Census January; default: the one with ages for most authorities, the latest of equals.

    Returns
    -------
    tuple
        `AreaRates.plans`, the January, and notes.

    Raises
    ------
    DataError
        When a column or the January is missing, or an authority's age is there twice.
    """
    rows, january = _at(_ages(path), january, path.name)
    known = rows.groupby("la_code")["children"].transform("sum").gt(0)
    without = rows.loc[~known, ["authority", "la_code"]].drop_duplicates()
    unknown = float(rows.loc[known & rows["age"].isna(), "children"].sum())
    keys = ["authority_code", "la_code", "authority", "region_code", "age"]
    plans = rows[known & rows["age"].notna()].astype({"age": "int64"})
    plans = plans.groupby(keys, as_index=False)[["children", "special"]].sum()
    number = plans["la_code"].nunique()
    summed = plans["children"].sum()
    notes = [f"January {january}: {summed:,.0f} children with plans by age, {number} authorities."]
    if len(without):
        names = [f"{name} ({code})" for name, code in without.to_numpy()]
        notes.append(f"Left out, for want of published ages: {', '.join(sorted(names))}.")
    if unknown > 0:
        notes.append(f"{unknown:,.0f} children without a published age are left out.")
    return plans, january, tuple(notes)


def _areas(path: Path) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Read authority and decile of areas, their children by age, and the mid-year of these."""
    raw = read_text_table(path)
    areas = pick_columns(raw, _AREA, file=path.name)
    areas["authority_code"] = _current(areas["authority_code"].str.strip())
    found = {name: match for name in raw.columns if (match := _AGE.match(name))}
    years = {int(match[1]) for match in found.values()}
    columns = {int(match[2]): name for name, match in found.items()}
    if set(range(OLDEST + 1)) - set(columns) or len(years) != 1:
        raise DataError(
            f"{path.name}: children by single age are not whole: {len(found)} columns of "
            f"{len(years)} year(s); right: mid<year>_age0 to mid<year>_age{OLDEST} of one year"
        )
    numbers = {age: as_number(raw[columns[age]]) for age in range(OLDEST + 1)}
    children = pd.DataFrame(numbers)
    decile = as_number(areas["imd_decile"])
    wrong = children.isna().any(axis=1) | ~children.ge(0).all(axis=1) | ~decile.between(1, 10)
    if wrong.any():
        findings = [
            Finding(path.name, int(row) + 2, None, "no usable decile or age", "numbers; 1 to 10")
            for row in wrong.index[wrong]
        ]
        raise DataError(
            f"{path.name}: {len(findings)} area(s) lack a decile of deprivation or an age:",
            findings,
        )
    return areas.assign(imd_decile=decile.astype("int64")), children, years.pop()


def read_people(path: Path, academic_year: int) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read children by authority, decile of deprivation and age, at the start of a school year.

    Parameters
    ----------
    path
        Table of areas with authority, decile of deprivation and ``mid<year>_age0`` … ``age25``.
    academic_year
        First calendar year of the school year; the published mid-year is rolled forward to it,
        cohort by cohort.

    Returns
    -------
    tuple
        `AreaRates.people`, and notes.

    Raises
    ------
    DataError
        When a column, an age or a decile is missing.
    """
    areas, children, year = _areas(path)
    years = academic_year - year
    keys = ["authority_code", "imd_decile"]
    by_decile = roll_forward(children, years).groupby([areas[key] for key in keys]).sum()
    people = by_decile.reset_index().melt(id_vars=keys, var_name="age", value_name="children")
    people = people.astype({"age": "int64"}).sort_values([*keys, "age"], ignore_index=True)
    note = f"{len(areas):,} areas; children of mid-{year}"
    if years:
        note += (
            f", made {years} years older: nobody joins or leaves, and ages born since repeat the "
            "youngest cohort"
        )
    return people, (f"{note}.",)


def read_area_rates(
    plans_file: Path,
    areas_file: Path,
    january: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> AreaRates:
    """Read what a comparison of authorities with their areas needs.

    Parameters
    ----------
    plans_file, january
        As `path` and `january` of `read_plans`.
    areas_file
        As `path` of `read_people`.
    progress
        Told what is read.

    Returns
    -------
    AreaRates
        Authorities by their present codes (`codes/authority_recodes.csv`). Children's ages are
        those on 31 August: the population is rolled forward cohort by cohort to the school year.

    Raises
    ------
    DataError
        When a column, an age or a January is missing, or an authority has plans and no area.
    """
    progress(f"reading {plans_file.name}")
    plans, january, notes = read_plans(plans_file, january)
    progress(f"reading {areas_file.name}")
    people, more = read_people(areas_file, january - 1)
    absent = plans[~plans["authority_code"].isin(people["authority_code"])]
    if len(absent):
        named = absent[["authority", "authority_code"]].drop_duplicates().to_numpy()
        raise DataError(
            f"{areas_file.name}: no area of {len(named)} authority(ies) with plans, such as "
            f"{named[0][0]} ({named[0][1]}); right would be a table of all England"
        )
    kept = people["authority_code"].isin(plans["authority_code"])
    people = people[kept].reset_index(drop=True)
    return AreaRates(plans=plans, people=people, january=january, notes=(*notes, *more))
